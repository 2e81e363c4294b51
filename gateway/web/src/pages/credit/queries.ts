import type {
  Blacklisting,
  Colour,
  CreditEntry,
  CreditRating,
  CreditScheme,
  CreditStanding,
  EnterpriseCredit,
  PartyKind,
  PublicCredit,
  ScoreExplained,
} from '@greenwatch/contracts/src/credit';
import type { Operator } from '@greenwatch/contracts/src/registry';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api, type Query } from '../../api/client';
import { useList, useOne } from '../../api/hooks';

export type {
  Blacklisting,
  Colour,
  CreditEntry,
  CreditRating,
  CreditScheme,
  CreditStanding,
  EnterpriseCredit,
  Operator,
  PartyKind,
  PublicCredit,
  ScoreExplained,
};
export type RatingRow = Omit<CreditRating, 'lines'>;

export const useStandings = (query: Query) => useList<CreditStanding>('credit', '/credit/standings', query);
export const useStandingCount = (query: Query) =>
  useOne<Record<Colour, number>>('credit', '/credit/standings/count', query);
export const useSchemes = () => useOne<CreditScheme[]>('credit', '/credit/schemes');
export const useEntries = (query: Query) => useList<CreditEntry>('credit', '/credit/entries', query);
export const useRatings = (query: Query, enabled = true) =>
  useList<RatingRow>('credit', '/credit/ratings', query, enabled);
export const useRating = (id: string) => useOne<CreditRating>('credit', `/credit/ratings/${id}`);
export const useExplanation = (kind: string, id: string, query: Query) =>
  useOne<ScoreExplained>('credit', `/credit/${kind}/${id}/explanation`, query);
export const useTrend = (kind: string, id: string, scheme: string) =>
  useOne<{ at: string; score: number; colour: Colour }[]>('credit', `/credit/${kind}/${id}/trend`, { scheme });
export const useEnterpriseCredit = (id: string) => useOne<EnterpriseCredit>('credit', `/credit/enterprises/${id}`);
export const useOperators = (query: Query) => useList<Operator>('credit', '/operators', query);
export const useBlacklist = () => useList<Blacklisting>('credit', '/credit/blacklist');
export const usePublicCredit = (query: Query) => useList<PublicCredit>('public-credit', '/public/credit', query);

/** One command of credit; afterwards everything of credit is asked for again. */
export function useCredit<T = unknown>() {
  const client = useQueryClient();
  return useMutation<T, ApiError, { path: string; body?: object }>({
    mutationFn: ({ path, body }) => api('POST', `/credit${path}`, { body }),
    onSuccess: () => {
      for (const area of ['credit', 'file']) void client.invalidateQueries({ queryKey: [area] });
    },
  });
}

/** Drafts or notices of a whole division: the same command until nobody is left. */
export function useForAll() {
  const client = useQueryClient();
  return useMutation<number, ApiError, { verb: 'run' | 'notify'; body: object }>({
    mutationFn: async ({ verb, body }) => {
      let done = 0;
      for (;;) {
        const answer = await api<{ drafted?: number; again?: number; noticed?: number; further: number }>(
          'POST',
          `/credit/ratings/${verb}`,
          { body },
        );
        const now = (answer.drafted ?? 0) + (answer.again ?? 0) + (answer.noticed ?? 0);
        done += now;
        if (answer.further === 0 || now === 0) return done;
      }
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ['credit'] }),
  });
}
