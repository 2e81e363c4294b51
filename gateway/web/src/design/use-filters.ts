import { useSearchParams } from 'react-router-dom';

/** Filters by name; undefined or empty takes one away. */
export type Filters = Record<string, string | undefined>;

/** The filters of a page stand in its address, so that it can be sent on and gone back to. */
export function useFilters(): [
  search: URLSearchParams,
  set: (name: string, value: string | undefined) => void,
  setAll: (filters: Filters) => void,
] {
  const [search, setSearch] = useSearchParams();
  const setAll = (filters: Filters) =>
    setSearch(
      (old) => {
        for (const [name, value] of Object.entries(filters)) {
          if (value) old.set(name, value);
          else old.delete(name);
        }
        return old;
      },
      { replace: true },
    );
  return [search, (name, value) => setAll({ [name]: value }), setAll];
}
