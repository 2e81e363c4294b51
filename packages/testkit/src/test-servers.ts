import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { choosePort, ManagedProcess, type NatsUser, natsServerSpec, natsUrl } from '@greenwatch/infra';
import Redis from 'ioredis';
import { MongoClient } from 'mongodb';
import { reaper } from './reaper';

export interface TestServersOptions {
  /** NATS users with their permissions; without, everybody may do everything. */
  natsUsers?: NatsUser[];
  /** With these users: a listener for devices that speak MQTT, whose log-ins are vouched for with this key. */
  mqttIssuer?: string;
}

/** Real servers for one test file. NATS is its own, so that it may be killed; MongoDB and Valkey are shared by the run. */
export interface TestServers {
  /**
   * Of a replica set: transactions work. Reads what the majority has, as services do: by MongoDB's default a test sees a write a
   * little before they do, and goes on too early.
   */
  mongoUri: string;
  /** Unique to this call: name a database exactly so, or start its name with it. Dropped by `stop`. */
  database: string;
  natsUrl: string;
  /** Where devices that speak MQTT connect; 0: nowhere. */
  mqttPort: number;
  /** A database of this worker's own, empty. */
  valkeyUrl: string;
  /** kill -9; stays dead until `startNats`. */
  killNats(): Promise<void>;
  /** Starts it again on the same port with what JetStream has stored. */
  startNats(): Promise<void>;
  /** kill -9 and start again. */
  restartNats(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers, until `resumeNats`. */
  pauseNats(): void;
  resumeNats(): void;
  stop(): Promise<void>;
}

/** Starts this test file's servers: call in `beforeAll`, and `stop` in `afterAll`. They end with Jest in any case. */
export async function testServers(options: TestServersOptions = {}): Promise<TestServers> {
  const { TEST_MONGODB_URI: mongoRoot, TEST_VALKEY_URL: valkeyRoot } = process.env;
  if (!mongoRoot || !valkeyRoot) {
    throw new Error('testServers() works in integration tests only: name the file test/*.int.test.ts');
  }
  const mongoUri = `${mongoRoot}&readConcernLevel=majority`;
  const folder = reaper.temporaryFolder('nats');
  const port = await choosePort();
  const mqttPort = options.mqttIssuer ? await choosePort(undefined, new Set([port])) : 0;
  const nats = new ManagedProcess(
    await natsServerSpec({
      folder,
      port,
      logFile: path.join(folder, 'nats.log'),
      pidFile: path.join(folder, 'run', 'nats.pid'),
      users: options.natsUsers,
      ...(options.mqttIssuer ? { mqtt: { host: '127.0.0.1', port: mqttPort, issuer: options.mqttIssuer } } : {}),
      // A test that kills the server, not the machine, loses nothing by NATS's default.
      syncInterval: '2m',
      environment: process.env,
    }),
    false,
  );
  const database = `test_${randomBytes(5).toString('hex')}`;
  const valkeyUrl = `${valkeyRoot}/${process.env.JEST_WORKER_ID ?? '1'}`;
  await Promise.all([nats.start(), emptyValkey(valkeyUrl)]);

  const killNats = () => nats.stop('SIGKILL');
  return {
    mongoUri,
    database,
    natsUrl: natsUrl(port),
    mqttPort,
    valkeyUrl,
    killNats,
    startNats: () => nats.start(),
    restartNats: async () => {
      await killNats();
      await nats.start();
    },
    pauseNats: () => nats.kill('SIGSTOP'),
    resumeNats: () => nats.kill('SIGCONT'),
    stop: async () => {
      await Promise.all([killNats(), dropDatabases(mongoUri, database)]);
    },
  };
}

async function emptyValkey(url: string): Promise<void> {
  const valkey = new Redis(url, { lazyConnect: true });
  try {
    await valkey.connect();
    await valkey.flushdb();
  } finally {
    valkey.disconnect();
  }
}

async function dropDatabases(uri: string, prefix: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    const ours = databases.filter(({ name }) => name.startsWith(prefix));
    await Promise.all(ours.map(({ name }) => client.db(name).dropDatabase()));
  } finally {
    await client.close();
  }
}
