import type { Readable } from 'node:stream';
import type { MongoClient } from 'mongodb';
import { OperatorError } from '../operator-error';
import { verify } from './backup';
import { type CheckedChain, checkChains } from './chains';
import { coldFiles, restoreCold } from './cold-folder';
import type { Depot } from './depot';
import type { Manifest } from './manifest';
import { loadDocuments, makeIndexes, ourDatabases, type Say } from './mongodb-dump';
import { streamsOf } from './stream-snapshot';
import { type RestoredStream, restoreStreams, type Streams } from './streams';

/** Every service's broker says so often that it lives (packages/kit/src/broker.ts), and a little. */
const HEARTBEAT_MS = 6_000;

export interface RestoreOptions {
  depot: Depot;
  name: string;
  mongo: MongoClient;
  streams: Streams;
  coldFolder?: string;
  /** Take away what the servers hold. */
  replace: boolean;
  /** Of each stream; absent: as before. */
  replicas?: number;
  /** For how long it listens whether a service lives, ms; absent: a little longer than their heart-beat. */
  listenMs?: number;
  now(): number;
  say: Say;
}

export interface Restored {
  manifest: Manifest;
  /** By database. */
  documents: Record<string, number>;
  streams: Record<string, RestoredStream>;
  coldFiles: number;
  chains: CheckedChain[];
}

/**
 * Puts a backup into empty servers. No service may run. What fails on the way leaves the servers empty.
 * @throws OperatorError when a service runs, the backup is not what was saved, or the servers are not empty; then nothing was
 *   changed
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { depot, name, mongo, streams, coldFolder, replace, replicas, now, say } = options;
  const [{ manifest, flaws }, services] = await Promise.all([
    verify(depot, name),
    heard(streams, options.listenMs ?? HEARTBEAT_MS),
  ]);
  if (services > 0) {
    throw new OperatorError(`${services} processes of Greenwatch run on these servers: stop all services first`);
  }
  if (flaws.length > 0) throw new OperatorError(`${depot.place}: ${name} is not what was saved:\n${flaws.join('\n')}`);
  say(`${name}: ${Object.keys(manifest.files).length} files are what was saved`);
  refuseOlderServers(manifest, streams);
  if (coldFiles(manifest).length > 0 && coldFolder === undefined) {
    throw new OperatorError('COLD_FOLDER is missing: the backup holds cold storage for it');
  }
  const { databases, elsewhere = false, clusterTime } = manifest.mongodb;
  if (elsewhere && (await ourDatabases(mongo)).length === 0) {
    throw new OperatorError(`the backup holds no MongoDB: bring it back to its cluster time ${clusterTime} first`);
  }
  // What MongoDB's own tools brought back is not ours to take away.
  const ours = elsewhere ? undefined : mongo;
  const held = await heldBy(ours, streams);
  if (held.length > 0 && !replace) {
    throw new OperatorError(`these servers are not empty (${held.join(', ')}): --replace takes away what they hold`);
  }
  await clear(ours, streams);

  const open = (file: string): Promise<Readable> => depot.read(name, file);
  try {
    await loadDocuments(mongo, databases, open, say);
    const age = Math.max(0, now() - Date.parse(manifest.began));
    const restored = await restoreStreams(streams, mongo, manifest.nats.streams, open, { age, replicas, say });
    const cold = await restoreCold(coldFolder, coldFiles(manifest), open);
    // Last, since an index may let documents expire that were looked at until here.
    await makeIndexes(mongo, databases);
    say('indexes are made; checking the chains');
    return {
      manifest,
      documents: Object.fromEntries(Object.entries(databases).map(([database, all]) => [database, total(all)])),
      streams: restored,
      coldFiles: cold,
      chains: await checkChains(mongo),
    };
  } catch (error) {
    await clear(ours, streams);
    throw error;
  }
}

const total = (collections: Manifest['mongodb']['databases'][string]) =>
  Object.values(collections).reduce((sum, { documents }) => sum + documents, 0);

/** How many processes of ours say that they live. */
async function heard({ connection }: Streams, listenMs: number): Promise<number> {
  const senders = new Set<string>();
  const subscription = connection.subscribe('MOL.HEARTBEAT', {
    callback: (error, message) => {
      // Who it is from stands in the packet; that it came is enough.
      if (!error) senders.add(/"sender":"([^"]+)"/.exec(message.string())?.[1] ?? '');
    },
  });
  await new Promise((resolve) => setTimeout(resolve, listenMs));
  subscription.unsubscribe();
  return senders.size;
}

/** nats-server reads its own snapshots and older ones. */
function refuseOlderServers(manifest: Manifest, { connection }: Streams): void {
  const [saved, here] = [manifest.nats.version, connection.info?.version ?? ''];
  if (compareVersions(here, saved) < 0) {
    throw new OperatorError(`the backup is of nats-server ${saved}, here runs ${here}: it must not be older`);
  }
}

/** By major and minor number. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split('.').map(Number);
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [parts(a), parts(b)];
  return major - otherMajor || minor - otherMinor;
}

async function heldBy(mongo: MongoClient | undefined, { jsm }: Streams): Promise<string[]> {
  return [...(mongo ? await ourDatabases(mongo) : []), ...(await streamsOf(jsm)).map((stream) => `stream ${stream}`)];
}

async function clear(mongo: MongoClient | undefined, { jsm }: Streams): Promise<void> {
  for (const database of mongo ? await ourDatabases(mongo) : []) await mongo?.db(database).dropDatabase();
  for (const stream of await streamsOf(jsm)) await jsm.streams.delete(stream);
}
