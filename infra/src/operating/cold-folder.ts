import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../operator-error';
import type { Manifest, SavedFile } from './manifest';

const FOLDER = 'cold/';

/**
 * Cold storage in a folder. Its files are written once and never changed, and one is there before MongoDB names it and until
 * after MongoDB no longer does; so what is there right after MongoDB's point in time holds all that MongoDB names.
 */
export async function listCold(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.new'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

export async function saveCold(
  folder: string,
  files: readonly string[],
  save: (file: string, content: Readable) => Promise<SavedFile>,
): Promise<NonNullable<Manifest['cold']>> {
  let bytes = 0;
  let saved = 0;
  for (const file of files) {
    // Retention may take one away meanwhile, which nobody misses.
    if (!(await stat(path.join(folder, file)).catch(() => undefined))) continue;
    bytes += (await save(`${FOLDER}${file}`, createReadStream(path.join(folder, file)))).bytes;
    saved++;
  }
  return { files: saved, bytes };
}

export const coldFiles = (manifest: Manifest) => Object.keys(manifest.files).filter((file) => file.startsWith(FOLDER));

/** Puts the files back, the contents before what describes them. Those that are there already are the same. */
export async function restoreCold(
  folder: string | undefined,
  files: readonly string[],
  open: (file: string) => Promise<Readable>,
): Promise<number> {
  if (files.length === 0) return 0;
  if (folder === undefined) throw new OperatorError('COLD_FOLDER is missing: the backup holds cold storage for it');
  const described = (file: string) => Number(file.endsWith('.json'));
  for (const file of [...files].sort((a, b) => described(a) - described(b))) {
    const target = path.join(folder, file.slice(FOLDER.length));
    await mkdir(path.dirname(target), { recursive: true });
    await pipeline(await open(file), createWriteStream(`${target}.new`, { flush: true }));
    await rename(`${target}.new`, target);
  }
  return files.length;
}
