import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api, type Query, uploadFile } from './client';

/** What every kind of sheet says of itself: permits, devices, history. */
export interface SheetRecord {
  id: string;
  filename: string;
  state: 'parsing' | 'ready' | 'refused' | 'committing' | 'committed';
  problem?: string;
  progress: { done: number; total: number };
  rows: number;
  wrong: number;
  uploadedAt: string;
  uploadedBy: string;
  committedAt?: string;
}
/** Where one kind of sheets lies: `area` is the first word of its query keys, `path` that of the API, `page` that of the console. */
export interface SheetKind {
  area: string;
  path: string;
  page: string;
}

export const isRunning = ({ state }: Pick<SheetRecord, 'state'>): boolean =>
  state === 'parsing' || state === 'committing';

/** A sheet with the first of its rows; asked again while its job runs. */
export const useSheetPage = <P>(
  { area, path }: SheetKind,
  id: string,
  query: Query,
  sheetOf: (page: P) => Pick<SheetRecord, 'state'>,
) =>
  useQuery<P, ApiError>({
    queryKey: [area, 'one', id, query],
    queryFn: ({ signal }) => api('GET', `${path}/${id}`, { query, signal }),
    refetchInterval: ({ state: { data } }) => (data && isRunning(sheetOf(data)) ? 1_000 : false),
  });

export function useSheetUpload({ area, path }: SheetKind) {
  const client = useQueryClient();
  return useMutation<SheetRecord, ApiError, { file: File; onProgress: (share: number) => void }>({
    mutationFn: ({ file, onProgress }) => uploadFile(path, 'sheet', file, onProgress),
    onSuccess: () => client.invalidateQueries({ queryKey: [area] }),
  });
}

export function useSheetCommit({ area, path }: SheetKind, id: string) {
  const client = useQueryClient();
  return useMutation<SheetRecord, ApiError, { skipWrong: boolean }>({
    mutationFn: (body) => api('POST', `${path}/${id}/commit`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: [area] }),
  });
}
