import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../operator-error';

/** Written last: a backup without it is not whole, and no backup. */
export const MANIFEST = 'manifest.json';
/** Names of backups: the time of their beginning, so that they sort by age. */
export const BACKUP_NAME = /^\d{8}T\d{6}Z$/;

/** Where backups lie, each by its name, with its files in it. */
export interface Depot {
  /** For messages. */
  readonly place: string;
  /** Whole backups, oldest first. */
  names(): Promise<string[]>;
  /** What is left of backups that broke off. */
  broken(): Promise<string[]>;
  /** Writes a file of a backup that is not finished yet. */
  write(backup: string, file: string, content: Readable): Promise<void>;
  /** Makes it a whole one; before, it is none. */
  finish(backup: string): Promise<void>;
  /** Rejects where there is no such file. */
  read(backup: string, file: string): Promise<Readable>;
  /** Files of a whole backup and their bytes. */
  files(backup: string): Promise<Map<string, number>>;
  /** Takes away a backup, whole or not. */
  remove(backup: string): Promise<void>;
}

const PARTIAL = '.partial';

/** Backups as folders of a folder. One under way is called `<name>.partial`. */
export function folderDepot(folder: string): Depot {
  const place = path.resolve(folder);
  const at = (backup: string, file = '') => path.join(place, backup, file);
  const entries = () => readdir(place).catch(ignoreAbsent([] as string[]));
  return {
    place,
    async names() {
      return (await entries()).filter((name) => BACKUP_NAME.test(name)).sort();
    },
    async broken() {
      const suffixed = (await entries()).filter((name) => name.endsWith(PARTIAL));
      return suffixed.map((name) => name.slice(0, -PARTIAL.length)).filter((name) => BACKUP_NAME.test(name));
    },
    async write(backup, file, content) {
      const target = at(`${backup}${PARTIAL}`, file);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      // Flushed to disk before it counts.
      await pipeline(content, createWriteStream(target, { mode: 0o600, flush: true }));
    },
    async finish(backup) {
      await rename(at(`${backup}${PARTIAL}`), at(backup));
      const handle = await open(place);
      await handle.sync().finally(() => handle.close());
    },
    async read(backup, file) {
      await stat(at(backup, file));
      return createReadStream(at(backup, file));
    },
    async files(backup) {
      const files = new Map<string, number>();
      for (const entry of await readdir(at(backup), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const full = path.join(entry.parentPath, entry.name);
        files.set(path.relative(at(backup), full).replaceAll(path.sep, '/'), (await stat(full)).size);
      }
      return files;
    },
    async remove(backup) {
      // First its name, so that a whole one is never seen half removed.
      await rename(at(backup), at(`${backup}${PARTIAL}`)).catch(ignoreAbsent(undefined));
      await rm(at(`${backup}${PARTIAL}`), { recursive: true, force: true });
    },
  };
}

function ignoreAbsent<T>(instead: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

/** `backup --out`, `verify`, `restore --from`: a place and which backup of it; none: the newest. */
export interface BackupAddress {
  depot: Depot;
  name?: string;
}

/** Takes `/backups`, `/backups/20261122T211000Z`, `s3` or `s3:20261122T211000Z`. */
export async function openDepot(text: string, s3: () => Promise<Depot>): Promise<BackupAddress> {
  const [, inS3, ofS3] = /^(s3)(?::(.+))?$/.exec(text) ?? [];
  const name = inS3 ? ofS3 : BACKUP_NAME.exec(path.basename(text))?.[0];
  if (inS3 && name !== undefined && !BACKUP_NAME.test(name)) {
    throw new OperatorError(`${text}: a backup is named like 20261122T211000Z`);
  }
  const depot = inS3 ? await s3() : folderDepot(name === undefined ? text : path.dirname(path.resolve(text)));
  return { depot, ...(name === undefined ? {} : { name }) };
}

/** @returns the backup's name. @throws OperatorError where there is none */
export async function chosenBackup({ depot, name }: BackupAddress): Promise<string> {
  const names = await depot.names();
  const chosen = name ?? names.at(-1);
  if (chosen === undefined) throw new OperatorError(`there is no whole backup in ${depot.place}`);
  if (!names.includes(chosen)) throw new OperatorError(`there is no whole backup ${chosen} in ${depot.place}`);
  return chosen;
}
