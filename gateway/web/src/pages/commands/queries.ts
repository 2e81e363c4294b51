import type { Command, CommandKindInfo, CommandParams } from '@greenwatch/contracts/src/commands';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ApiError, api, type Query } from '../../api/client';
import { useList, useOne } from '../../api/hooks';
import { devicePath } from '../devices/queries';

export type { Command, CommandKindInfo };

const EDITIONS = ['2005', '2017', '2025', 'surface-water'] as const;

const kindsQuery = (edition: string) => ({
  queryKey: ['command-kinds', edition],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api<CommandKindInfo[]>('GET', '/commands/kinds', { query: { edition }, signal }),
  // They come with the platform and change with its next version.
  staleTime: Number.POSITIVE_INFINITY,
});

/** What devices of an edition can be asked and told. */
export const useKinds = (edition: string) => useQuery<CommandKindInfo[], ApiError>(kindsQuery(edition));
/** The same of all editions: they name a command whatever device it went to. */
export const useAllKinds = (): CommandKindInfo[] =>
  useQueries({
    queries: EDITIONS.map(kindsQuery),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });

/** What a command is called in the page's language; its own name until that is known. */
export function useCommandNames(): (name: string) => string {
  const { i18n } = useTranslation();
  const kinds = useAllKinds();
  return (name) => {
    const kind = kinds.find((one) => one.name === name);
    return kind ? (i18n.language === 'en' ? kind.nameEn : kind.nameZh) : name;
  };
}

export const useCommands = (query: Query) => useList<Command>('commands', '/commands', query);
export const useCommand = (id: string) => useOne<Command>('commands', `/commands/${id}`);

export interface Asked {
  command: string;
  params: CommandParams;
  validSeconds?: number;
  waitSeconds?: number;
}

export function useAsk(mn: string) {
  const client = useQueryClient();
  return useMutation<Command, ApiError, Asked>({
    mutationFn: (body) => api('POST', `${devicePath(mn)}/commands`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['commands'] }),
  });
}

export function useCancel(id: string) {
  const client = useQueryClient();
  return useMutation<Command, ApiError, void>({
    mutationFn: () => api('POST', `/commands/${id}/cancel`),
    onSettled: () => client.invalidateQueries({ queryKey: ['commands'] }),
  });
}
