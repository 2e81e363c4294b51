import type { TransmissionRate } from '@greenwatch/contracts/src/means';
import type { Operator } from '@greenwatch/contracts/src/registry';
import { useQueries } from '@tanstack/react-query';
import { type ApiError, api } from '../../api/client';
import { useOne } from '../../api/hooks';
import type { Enterprise, Page } from '../../api/types';
import type { Below, Standing } from '../../view/rates';

export type { TransmissionRate };
export interface Days {
  from: string;
  to: string;
}

/** As many as a page of the API holds: sorting needs all of a level, and no county has more enterprises. */
const AT_ONCE = 1000;

/** The sums of where one stands. */
export const useRate = ({ level, id }: Standing, days: Days) =>
  useOne<TransmissionRate>('rates', `/transmission-rates/${level}/${id}`, { ...days });

/** Those below, one question a level; `more` where a page did not hold them all. */
export const useRatesBelow = (asked: readonly Below[] | undefined, days: Days) =>
  useQueries({
    queries: (asked ?? []).map((one) => ({
      queryKey: ['rates', 'list', one, days],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api<Page<TransmissionRate>>('GET', '/transmission-rates', {
          query: { ...one, ...days, limit: AT_ONCE },
          signal,
        }),
    })),
    combine: (pages) => ({
      data:
        asked && pages.every(({ data }) => data)
          ? { items: pages.flatMap(({ data }) => data?.items ?? []), more: pages.some(({ data }) => data?.next) }
          : undefined,
      error: (pages.find(({ error }) => error)?.error ?? null) as ApiError | null,
      isPending: pages.some(({ isPending }) => isPending),
      refetch: () => Promise.all(pages.map((page) => page.refetch())),
    }),
  });

/** Names of the enterprises of a county, in one question. */
export const useEnterprisesOf = (division: string | undefined) =>
  useOne<Page<Enterprise>>('enterprises', '/enterprises', { division, limit: AT_ONCE }, division !== undefined);
export const useOperators = (enabled: boolean) =>
  useOne<Page<Operator>>('operators', '/operators', { limit: AT_ONCE }, enabled);
