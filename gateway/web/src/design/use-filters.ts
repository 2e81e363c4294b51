import { useSearchParams } from 'react-router-dom';

/** The filters of a page stand in its address, so that it can be sent on and gone back to; undefined takes one away. */
export function useFilters(): [search: URLSearchParams, set: (name: string, value: string | undefined) => void] {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string | undefined) =>
    setSearch(
      (old) => {
        if (value) old.set(name, value);
        else old.delete(name);
        return old;
      },
      { replace: true },
    );
  return [search, set];
}
