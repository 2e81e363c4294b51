import { useQueries } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api } from '../../api/client';
import type { OutletDetail } from '../../api/types';

/** `DW001 废水总排口` of outlets by id; the id itself until it is known. */
export function useOutletNames(ids: readonly string[]): (id: string) => string {
  const found = useQueries({
    queries: [...new Set(ids)].map((id) => ({
      queryKey: ['outlet', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api<OutletDetail>('GET', `/outlets/${encodeURIComponent(id)}`, { signal }),
    })),
    combine: (outlets) =>
      Object.fromEntries(outlets.flatMap(({ data }) => (data ? [[data.id, `${data.code} ${data.name}`]] : []))),
  });
  return (id) => found[id] ?? id;
}

/** An outlet by its name, leading to its page. */
export function OutletLink({ id }: { id: string }) {
  const nameOf = useOutletNames([id]);
  return <Link to={`/outlets/${id}`}>{nameOf(id)}</Link>;
}
