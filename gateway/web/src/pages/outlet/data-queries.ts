import type { Mark, MarkCode } from '@greenwatch/contracts/src/marks';
import type { MeanValue, OutletMeans } from '@greenwatch/contracts/src/means';
import type { AlignedLines, LineStatistics, ReadingExport, ReadingRevisions } from '@greenwatch/contracts/src/readings';
import type { OutletName } from '@greenwatch/contracts/src/registry';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api, type Query } from '../../api/client';
import { useList, useOne } from '../../api/hooks';

export type { AlignedLines, LineStatistics, Mark, MarkCode, MeanValue, OutletMeans, OutletName, ReadingExport };

/** Names of outlets in one question, those that the caller sees; an operator sees those it maintains. */
export const useOutletsNamed = (ids: readonly string[]) =>
  useOne<OutletName[]>('outlets', '/outlets/names', { ids }, ids.length > 0);

interface LineQuery extends Query {
  outletId: string;
  kind: string | undefined;
  factor: readonly string[];
  from: string;
  to: string;
}
const asks = ({ kind, factor }: LineQuery) => kind !== undefined && factor.length > 0;
export const useLines = (query: LineQuery & { points: number; method: string }) =>
  useOne<AlignedLines>('readings', '/readings/lines', query, asks(query));
export const useStatistics = (query: LineQuery) =>
  useOne<LineStatistics[]>('readings', '/readings/statistics', query, asks(query));

export const useMeans = (id: string, query: { period: string; from: string; to: string }, enabled: boolean) =>
  useOne<OutletMeans[]>('means', `/outlets/${id}/means`, query, enabled);
export const useMeanVersions = (id: string, query: { period: string; at: string; factor: string }, enabled: boolean) =>
  useOne<MeanValue[]>('means', `/outlets/${id}/means/versions`, query, enabled);
export const useRevisions = (id: string, query: { kind: string; at: string }, enabled: boolean) =>
  useOne<ReadingRevisions[]>('readings', `/outlets/${id}/readings/revisions`, query, enabled);

export const useMarks = (query: { outletId: string; from: string; to: string }) =>
  useList<Mark>('marks', '/marks', { ...query, limit: 200 });
/** What a mark may say; it changes with a release only. */
export const useMarkCodes = () => useOne<MarkCode[]>('mark-codes', '/mark-codes');

/** A command on marks: what is derived from them is calculated anew within seconds, so it is fetched again then too. */
export function useMarkCommand(path: string) {
  const client = useQueryClient();
  const fetchAgain = () =>
    Promise.all([['marks'], ['means']].map((queryKey) => client.invalidateQueries({ queryKey })));
  return useMutation<Mark, ApiError, object>({
    mutationFn: (body) => api('POST', path, { body }),
    onSuccess: async () => {
      await fetchAgain();
      for (const seconds of [3, 10]) setTimeout(() => void fetchAgain(), seconds * 1000);
    },
  });
}

/** The caller's exports, newest first; asked again while one is being made. */
export const useExports = () =>
  useQuery<{ items: ReadingExport[]; next?: string }, ApiError>({
    queryKey: ['exports', 'list'],
    queryFn: ({ signal }) => api('GET', '/readings/exports', { query: { limit: 50 }, signal }),
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(({ state }) => state === 'waiting' || state === 'running') ? 1_000 : false,
  });

export function useExportCommand() {
  const client = useQueryClient();
  return useMutation<ReadingExport, ApiError, { path: string; body?: object }>({
    mutationFn: ({ path, body }) => api('POST', `/readings/exports${path}`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['exports'] }),
  });
}
