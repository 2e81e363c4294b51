import {
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { takeFactors } from '../view/factors';
import { flattenNotices } from '../view/told';
import { type ApiError, api, type Query, uploadPhoto } from './client';
import type {
  Alarm,
  DeviceLink,
  Division,
  Enterprise,
  EnterpriseDetail,
  EnterpriseFile,
  Factor,
  MapView,
  Me,
  Moment,
  Notice,
  OutletDetail,
  Page,
  PermitLimit,
  Person,
  Refusal,
  Task,
} from './types';

// Query keys start with the area, so that a live event refreshes the area by its first word.

/** A list of the API, page by page. `next` of the last page leads on. */
export function useList<T>(area: string, path: string, query: Query = {}, enabled = true) {
  return useInfiniteQuery<Page<T>, ApiError, T[], unknown[], string | undefined>({
    queryKey: [area, 'list', path, query],
    queryFn: ({ pageParam, signal }) => api('GET', path, { query: { limit: 50, ...query, after: pageParam }, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next,
    select: (data) => data.pages.flatMap((page) => page.items),
    enabled,
  });
}
export type List<T> = ReturnType<typeof useList<T>>;

export function useOne<T>(area: string, path: string, query: Query = {}, enabled = true) {
  return useQuery<T, ApiError>({
    queryKey: [area, 'one', path, query],
    queryFn: ({ signal }) => api('GET', path, { query, signal }),
    enabled,
  });
}

export const useMe = () =>
  useQuery<Me | null, ApiError>({
    queryKey: ['me'],
    queryFn: () => api('GET', '/me'),
    retry: false,
    staleTime: 300_000,
  });

/** How long the console waits for the names of factors before it goes on with their codes. */
const NAMES_WITHIN_MS = 3_000;

/**
 * Brings the factor table to `view/factors.ts`: names and units for the whole console. False while nothing is shown yet for want
 * of it; where the registry does not answer, the pages go by the codes until it does.
 */
export function useFactorTable(): boolean {
  const table = useQuery<number, ApiError>({
    queryKey: ['factors', 'table'],
    queryFn: async ({ signal }) => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(NAMES_WITHIN_MS)]);
      const rows: Factor[] = [];
      let after: string | undefined;
      do {
        const page: Page<Factor> = await api('GET', '/factors', { query: { limit: 1000, after }, signal: within });
        rows.push(...page.items);
        after = page.next;
      } while (after);
      takeFactors(rows);
      // another number each time, so that the pages are drawn with the new names
      return Date.now();
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchInterval: ({ state }) => (state.status === 'error' ? 15_000 : false),
  });
  return !table.isPending;
}

export const useDivisions = () => useOne<Division[]>('divisions', '/divisions');

export const useEnterprises = (query: { q?: string; division?: string }) =>
  useList<Enterprise>('enterprises', '/enterprises', query);
export const useEnterpriseFile = (id: string | undefined) =>
  useOne<EnterpriseFile>('file', `/enterprises/${id}/file`, {}, id !== undefined);

export const useOutlet = (id: string) => useOne<OutletDetail>('outlets', `/outlets/${id}`);
export const useLimits = (id: string) => useOne<PermitLimit[]>('outlets', `/outlets/${id}/limits`);
/** Every moment of the range: pages are fetched one after another, at most `maxPages` of a thousand. */
export const useOutletReadings = (
  id: string,
  query: { kind: string; from: string; to?: string },
  maxPages = 12,
  enabled = true,
) =>
  useQuery<{ moments: Moment[]; complete: boolean }, ApiError>({
    queryKey: ['readings', id, query],
    enabled,
    queryFn: async ({ signal }) => {
      const moments: Moment[] = [];
      let after: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const answer: Page<Moment> = await api('GET', `/outlets/${id}/readings`, {
          query: { ...query, limit: 1000, after },
          signal,
        });
        moments.push(...answer.items);
        after = answer.next;
        if (!after) return { moments, complete: true };
      }
      return { moments, complete: false };
    },
  });

export const useAlarms = (query: Query, enabled = true) => useList<Alarm>('alarms', '/alarms', query, enabled);
export const useAlarm = (id: string | undefined) => useOne<Alarm>('alarms', `/alarms/${id}`, {}, id !== undefined);

export const useTasks = (query: Query, enabled = true) => useList<Task>('tasks', '/tasks', query, enabled);
export const useTask = (id: string) => useOne<Task>('tasks', `/tasks/${id}`);

export const useNotices = (query: { unread?: boolean }) => useList<Notice>('notices', '/notices', query);
/** Every notice about any of the subjects, newest first. */
export const useNoticesOf = (subjects: readonly Notice['subject'][]) =>
  useQueries({
    queries: subjects.map(({ kind, id }) => {
      const path = `/notices/of/${kind}/${id}`;
      return {
        queryKey: ['notices-of', 'one', path, {}],
        queryFn: ({ signal }: { signal: AbortSignal }) => api<Notice[]>('GET', path, { signal }),
      };
    }),
    combine: (lists) => ({
      data: lists.every((list) => list.data) ? flattenNotices(lists.map((list) => list.data ?? [])) : undefined,
      error: lists.find((list) => list.error)?.error ?? null,
      isPending: lists.some((list) => list.isPending),
      refetch: () => Promise.all(lists.map((list) => list.refetch())),
    }),
  });

export const useLinks = (mns: string[]) =>
  useOne<DeviceLink[]>('links', '/devices/links', { mn: mns.slice(0, 1000) }, mns.length > 0);
export const useRefusals = (query: Query) => useList<Refusal>('refusals', '/refusals', query);
export const usePersons = (query: { division?: string; role?: string }, enabled = true) =>
  useList<Person>('persons', '/persons', { limit: 200, ...query }, enabled);

/**
 * Names for person ids: `known` first, then whom the registry lets the caller see. An id that has no name there (an
 * account without a person, somebody of another division) stays as it is.
 */
export function usePersonNames(
  ids: readonly (string | undefined)[],
  known: Readonly<Record<string, string>> = {},
): (id: string) => string {
  const { t } = useTranslation();
  const unknown = [...new Set(ids)].filter((id): id is string => id !== undefined && !known[id]);
  const found = useQueries({
    queries: unknown.map((id) => ({
      queryKey: ['person', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api<Person>('GET', `/persons/${encodeURIComponent(id)}`, { signal }),
      staleTime: 1_800_000,
    })),
    combine: (persons) =>
      Object.fromEntries(
        persons.flatMap(({ data, isError }, i) => {
          const id = unknown[i] ?? '';
          // Of another division or enterprise: whoever looks may not know who it is.
          return data ? [[id, data.name]] : isError ? [[id, t('told.elsewhere')]] : [];
        }),
      ),
  });
  return (id) => known[id] ?? found[id] ?? id;
}

export const useMap = (view: { bbox: string; zoom: number } | undefined) =>
  useQuery<MapView, ApiError>({
    queryKey: ['map', view],
    queryFn: ({ signal }) => api('GET', '/map', { query: view, signal }),
    enabled: view !== undefined,
    placeholderData: (previous) => previous,
  });

/** Puts a task that an action answered with where the pages look for it, and lets the lists be fetched again. */
export function keepTask(client: QueryClient, task: Task): void {
  client.setQueryData(['tasks', 'one', `/tasks/${task.id}`, {}], task);
  void client.invalidateQueries({ queryKey: ['tasks', 'list'] });
  void client.invalidateQueries({ queryKey: ['file'] });
}

/** One of the commands on a task; answers with the task as it is then. */
export function useTaskCommand(id: string) {
  const client = useQueryClient();
  return useMutation<Task, ApiError, { command: string; body?: object }>({
    mutationFn: ({ command, body }) => api('POST', `/tasks/${id}/${command}`, { body }),
    onSuccess: (task) => keepTask(client, task),
  });
}

export function usePhotoUpload(id: string) {
  const client = useQueryClient();
  return useMutation<Task, ApiError, { photo: File; onProgress: (share: number) => void }>({
    mutationFn: ({ photo, onProgress }) => uploadPhoto(`/tasks/${id}/photos`, photo, onProgress),
    onSuccess: (task) => keepTask(client, task),
  });
}

export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation<Alarm, ApiError, string>({
    mutationFn: (id) => api('POST', `/alarms/${id}/acknowledge`),
    onSuccess: (alarm) => {
      client.setQueryData(['alarms', 'one', `/alarms/${alarm.id}`, {}], alarm);
      void client.invalidateQueries({ queryKey: ['alarms', 'list'] });
    },
  });
}

export function useReadNotice() {
  const client = useQueryClient();
  return useMutation<Notice, ApiError, string>({
    mutationFn: (id) => api('POST', `/notices/${id}/read`),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['notices'] }),
  });
}

/** An enterprise with its outlets, kept for a while: it gives the names where a record only has ids. */
export const useEnterprise = (id: string | undefined) =>
  useQuery<EnterpriseDetail, ApiError>({
    queryKey: ['enterprise', id],
    queryFn: () => api('GET', `/enterprises/${id}`),
    enabled: id !== undefined,
    staleTime: 1_800_000,
  });
