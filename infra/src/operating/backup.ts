import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MongoClient } from 'mongodb';
import { listCold, saveCold } from './cold-folder';
import { type Depot, MANIFEST } from './depot';
import { Digest } from './digest';
import { flawsOf, type Manifest, type SavedFile } from './manifest';
import { isOvertaken, keepHistory, PointInTime, type Say } from './mongodb-dump';
import { StreamSaving, type Streams } from './streams';

/** Collections are made and indexes changed while services start, not afterwards. */
const TRIES = 3;

export interface BackupOptions {
  depot: Depot;
  mongo: MongoClient;
  streams: Streams;
  /** Where cold storage is a folder. */
  coldFolder?: string;
  /** MongoDB is saved by its own tools, which can bring it back to any moment: only its point in time is written down. */
  mongodbElsewhere?: boolean;
  /** Seconds for which MongoDB is told to remember how things were; absent: its own setting (300 s by default). */
  history?: number;
  version: string;
  now(): number;
  say: Say;
}

/**
 * Saves everything that cannot be made again, while the system works. Why what is saved at different moments fits together:
 * docs/operating.md.
 * @returns the manifest; only then there is a backup
 */
export async function backup(options: BackupOptions): Promise<Manifest> {
  const { mongo, history } = options;
  const forget = history === undefined ? async () => {} : await keepHistory(mongo, history);
  try {
    for (let attempt = 1; ; attempt++) {
      const name = backupName(options.now());
      try {
        return await attemptBackup(name, options);
      } catch (error) {
        await options.depot.remove(name).catch(() => {});
        if (!isOvertaken(error) || attempt === TRIES) throw error;
        options.say('collections or indexes were made meanwhile: beginning again');
        // A name tells seconds.
        await new Promise((resolve) => setTimeout(resolve, 1_100));
      }
    }
  } finally {
    await forget();
  }
}

async function attemptBackup(name: string, options: BackupOptions): Promise<Manifest> {
  const { depot, mongo, streams, coldFolder, version, now, say } = options;
  const began = now();
  const files: Record<string, SavedFile> = {};
  const save = async (file: string, content: Readable) => {
    files[file] = await hashed(content, (counted) => depot.write(name, file, counted));
    return files[file];
  };
  const saving = new StreamSaving(streams, save, say);
  await saving.before();
  const point = await PointInTime.take(mongo);
  try {
    await saving.after();
    const coldNow = coldFolder === undefined ? [] : await listCold(coldFolder);
    say(`MongoDB as of ${point.clusterTime}`);
    // At the same time: neither waits for the other, and facts are told on meanwhile.
    const [mongodb] = await settled(
      options.mongodbElsewhere ? point.named() : point.dump(save, say),
      saving.messages(),
    );
    const cold = coldFolder === undefined ? undefined : await saveCold(coldFolder, coldNow, save);
    const manifest: Manifest = {
      format: 1,
      name,
      began: new Date(began).toISOString(),
      ended: new Date(now()).toISOString(),
      version,
      mongodb,
      nats: { version: streams.connection.info?.version ?? '', streams: saving.saved },
      ...(cold ? { cold } : {}),
      files,
    };
    await depot.write(name, MANIFEST, Readable.from([`${JSON.stringify(manifest, null, 1)}\n`], { objectMode: false }));
    await depot.finish(name);
    return manifest;
  } finally {
    await point.end();
  }
}

/** Both, or the error of the first that fails, once neither works any more. */
async function settled<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}

/** `20261122T211000Z`. */
export const backupName = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

async function hashed(content: Readable, write: (counted: Readable) => Promise<void>): Promise<SavedFile> {
  const digest = new Digest();
  const counted = new PassThrough();
  await Promise.all([pipeline(content, digest, counted), write(counted)]);
  return { bytes: digest.bytes, sha256: digest.sha256 };
}

export async function readManifest(depot: Depot, name: string): Promise<Manifest> {
  const parts: Buffer[] = [];
  for await (const part of await depot.read(name, MANIFEST)) parts.push(part as Buffer);
  const manifest = JSON.parse(Buffer.concat(parts).toString()) as Manifest;
  if (manifest.format !== 1)
    throw new Error(`${depot.place}: ${name} is of format ${manifest.format}; 1 is known here`);
  return manifest;
}

/** Reads every file. @returns what is wrong, a line each; none: the backup is what was saved */
export async function verify(depot: Depot, name: string): Promise<{ manifest: Manifest; flaws: string[] }> {
  const manifest = await readManifest(depot, name);
  const found = new Map<string, SavedFile>();
  for (const [file, bytes] of await depot.files(name)) {
    if (file === MANIFEST) continue;
    const said = manifest.files[file];
    // One of another size is wrong whatever is in it.
    if (!said || said.bytes !== bytes) found.set(file, { bytes, sha256: '' });
    else found.set(file, await hashOf(await depot.read(name, file)));
  }
  return { manifest, flaws: flawsOf(manifest.files, found, MANIFEST) };
}

async function hashOf(content: Readable): Promise<SavedFile> {
  const digest = new Digest();
  await pipeline(content, digest, async (bytes) => {
    for await (const _ of bytes);
  });
  return { bytes: digest.bytes, sha256: digest.sha256 };
}
