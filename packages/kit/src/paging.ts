import { invalid } from './errors';

/**
 * Makes a page of a list that was read with one item more than `limit`.
 * @param key what `after` of the next page must be, from the page's last item
 */
export function pageOf<T>(items: T[], limit: number, key: (item: T) => string[]): { items: T[]; next?: string } {
  if (items.length <= limit) return { items };
  const page = items.slice(0, limit);
  const last = page[page.length - 1] as T;
  return { items: page, next: Buffer.from(JSON.stringify(key(last))).toString('base64url') };
}

/** Reads `after` back into the parts of the key, of which there must be `parts`. */
export function afterKey(after: string | undefined, parts: number): string[] | undefined {
  if (after === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(key) && key.length === parts && key.every((p) => typeof p === 'string')) return key;
  } catch {
    // falls through to the error below
  }
  throw invalid('after', 'must be the `next` of the page before');
}
