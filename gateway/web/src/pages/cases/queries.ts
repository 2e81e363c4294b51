import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api } from '../../api/client';
import { useList, useOne } from '../../api/hooks';
import type { Act, Case, LegalBasis } from '../../api/types';

export const useCases = (query: { state?: string; enterpriseId?: string }) => useList<Case>('cases', '/cases', query);
export const useCase = (id: string) => useOne<Case>('cases', `/cases/${id}`);

export interface ActEntry {
  act: Act;
  name: string;
  severity: string;
  bases: LegalBasis[];
}
/** The catalogue with what may be cited for an act of that day. */
export const useActs = (actAt: string | undefined, enabled = true) =>
  useOne<ActEntry[]>('acts', '/acts', actAt ? { actAt } : {}, enabled);

/** One of the commands on a case; answers with the case as it is then. */
export function useCaseCommand(id: string) {
  const client = useQueryClient();
  return useMutation<Case, ApiError, { command: string; body?: object }>({
    mutationFn: ({ command, body }) => api('POST', `/cases/${id}/${command}`, { body }),
    onSuccess: (changed) => {
      client.setQueryData(['cases', 'one', `/cases/${id}`, {}], changed);
      void client.invalidateQueries({ queryKey: ['cases', 'list'] });
      void client.invalidateQueries({ queryKey: ['file'] });
    },
  });
}

export function useFileCase() {
  const client = useQueryClient();
  return useMutation<Case, ApiError, object>({
    mutationFn: (body) => api('POST', '/cases', { body }),
    onSuccess: () => {
      for (const area of ['cases', 'tasks', 'file']) void client.invalidateQueries({ queryKey: [area] });
    },
  });
}
