import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { MongoClient, MongoServerError } from 'mongodb';
import type { ProcessSpec } from '../managed-process';
import { OperatorError } from '../operator-error';
import { obtainServer } from './obtain';

const REPLICA_SET = 'greenwatch';
/** NotYetInitialized: a fresh data folder. */
const NOT_YET_INITIALIZED = 94;

export interface MongodOptions {
  folder: string;
  logFile: string;
  pidFile?: string;
  port: number;
  /** WiredTiger's cache in GiB (0.25 up); mongod would take half of the machine's memory. */
  cacheGiB: number;
  environment: NodeJS.ProcessEnv;
}

export function mongodUri(port: number): string {
  return `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`;
}

/** mongod as a one-node replica set, ready when it is primary; a set that moved to another port is reconfigured. */
export async function mongodSpec(options: MongodOptions): Promise<ProcessSpec> {
  const { folder, port } = options;
  mkdirSync(folder, { recursive: true });
  return {
    name: 'mongod',
    command: await obtainServer('mongod'),
    args: [
      ...['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', REPLICA_SET],
      ...['--wiredTigerCacheSizeGB', String(options.cacheGiB), '--nounixsocket', '--quiet'],
      // Diagnostic data would cost a write a second for each system and test run.
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // The open transaction of a service that was killed locks what it wrote until then; 60 s by default. Ours are short.
      ...['--setParameter', 'transactionLifetimeLimitSeconds=10'],
    ],
    environment: options.environment,
    logFile: path.resolve(options.logFile),
    pidFile: options.pidFile,
    probe: () => becomePrimary(`127.0.0.1:${port}`, REPLICA_SET),
    // After a move to another port mongod asks its old address for up to 30 s.
    readyWithinMs: 90_000,
    stopWithinMs: 10_000,
  };
}

const INITIATED_WITHIN_MS = 300_000;

/**
 * Waits for a mongod and makes it the primary of a replica set of one, if it is not that already.
 * @param host `host:port` by which its clients and it itself find it
 * @throws OperatorError when it is not within five minutes
 */
export async function initiateReplicaSet(host: string, set: string): Promise<void> {
  const deadline = Date.now() + INITIATED_WITHIN_MS;
  for (;;) {
    try {
      return await becomePrimary(host, set);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      if (Date.now() > deadline) throw new OperatorError(`${host} is not primary: ${(error as Error).message}`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Initiates the set, or moves it to this host, or finds it well. Rejects while it is not primary. */
async function becomePrimary(host: string, set: string): Promise<void> {
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: 1_000,
    monitorCommands: false,
  });
  try {
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    if (hello.isWritablePrimary && hello.me === host) return;
    const config = await readConfig(client);
    if (!config) {
      const members = [{ _id: 0, host }];
      await admin.command({ replSetInitiate: { _id: set, members } });
    } else if (config.members.length > 1) {
      throw new OperatorError(`${host} is one of ${config.members.length} members of a replica set that is not ours`);
    } else if (config.members[0]?.host !== host) {
      const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
      await admin.command({ replSetReconfig: moved, force: true });
    }
    throw new Error(`mongod at ${host} is not primary yet`);
  } finally {
    await client.close();
  }
}

interface ReplicaSetConfig {
  version: number;
  members: { host: string }[];
}

async function readConfig(client: MongoClient): Promise<ReplicaSetConfig | undefined> {
  try {
    return (await client.db('admin').command({ replSetGetConfig: 1 })).config as ReplicaSetConfig;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined;
    throw error;
  }
}
