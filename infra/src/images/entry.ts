import { readFileSync, statSync } from 'node:fs';

/** One file or folder of a layer. */
export interface Entry {
  /** From the image's root, without a leading slash. */
  path: string;
  /** Permission bits. */
  mode: number;
  /** User and group it belongs to; 0 without: what runs cannot change it. */
  owner?: number;
  content: { file: string } | { text: string } | 'folder';
}

/** Bytes of the entry's content. */
export function sizeOf({ content }: Entry): number {
  if (content === 'folder') return 0;
  return 'text' in content ? Buffer.byteLength(content.text) : statSync(content.file).size;
}

/** Whole content, for small entries. */
export function contentOf({ content }: Entry): Buffer {
  if (content === 'folder') return Buffer.alloc(0);
  return 'text' in content ? Buffer.from(content.text) : readFileSync(content.file);
}

/** Sorted by path, with the folders above each and every path once: the same content makes the same bytes. */
export function inOrder(entries: Iterable<Entry>): Entry[] {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    const known = byPath.get(entry.path);
    if (known && known.content !== 'folder') throw new Error(`two files at ${entry.path}`);
    byPath.set(entry.path, entry);
    for (let at = entry.path.lastIndexOf('/'); at > 0; at = entry.path.lastIndexOf('/', at - 1)) {
      const folder = entry.path.slice(0, at);
      if (byPath.has(folder)) break;
      byPath.set(folder, { path: folder, mode: 0o755, content: 'folder' });
    }
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
