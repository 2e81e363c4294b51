import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ManagedProcess } from '../managed-process';
import { choosePort } from '../ports';
import { Reaper } from '../reaper';
import { mongodSpec, mongodUri } from '../servers/mongod';
import { valkeySpec, valkeyUri } from '../servers/valkey';

/**
 * Jest's global set-up for integration tests: one mongod replica set and one Valkey for the whole run, found by the
 * test files (packages/testkit) through TEST_MONGODB_URI and TEST_VALKEY_URL. Imports by relative path only, since
 * Jest maps no module names here.
 */
export default async function startSharedServers(): Promise<void> {
  const folder = new Reaper().temporaryFolder('tests');
  const place = (name: string) => ({
    folder: path.join(folder, name),
    logFile: path.join(folder, 'logs', `${name}.log`),
    pidFile: path.join(folder, 'run', `${name}.pid`),
    environment: process.env,
  });
  const mongodPort = await choosePort();
  const valkeyPort = await choosePort(undefined, new Set([mongodPort]));
  const password = randomBytes(16).toString('hex');
  const servers = [
    new ManagedProcess(await mongodSpec({ ...place('mongod'), port: mongodPort, cacheGiB: 0.25 }), false),
    // A database for each Jest worker, by its number.
    new ManagedProcess(await valkeySpec({ ...place('valkey'), port: valkeyPort, password, databases: 256 }), false),
  ];
  await Promise.all(servers.map((server) => server.start()));
  process.env.TEST_MONGODB_URI = mongodUri(mongodPort);
  process.env.TEST_VALKEY_URL = valkeyUri(valkeyPort, password);
  (globalThis as SharedServers).greenwatchTestServers = servers;
}

/** What the set-up leaves for the tear-down; the folder goes with the reaper when Jest ends. */
export type SharedServers = typeof globalThis & { greenwatchTestServers?: ManagedProcess[] };
