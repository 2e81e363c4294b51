import type { PubAck } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Static, TObject } from '@sinclair/typebox';
import Redis from 'ioredis';
import type { ClientSession, Connection } from 'mongoose';
import { type AuditEntry, auditChain } from './audit';
import { type BlobStore, gridFsBlobs } from './blobs';
import {
  type ActionHandlers,
  type CallAction,
  createBroker,
  createCall,
  instancesOf,
  moleculerService,
  peersOf,
} from './broker';
import { ConfigError, KitConfig, readConfig } from './config';
import { FactConsumer } from './fact-consumer';
import type { FactHandlers, NewFact } from './facts';
import { type FieldCipher, loadFieldCipher } from './fields';
import { GrpcServer, listenGrpc } from './grpc';
import { serveHealth } from './health';
import { type Identity, loadIdentity } from './identity';
import { newId } from './ids';
import { Lease } from './lease';
import { LogConsumer, type PartitionGroup } from './log-consumer';
import { LogCursor } from './log-cursor';
import { createLogger, type Logger } from './logger';
import { connectMongo, inTransaction } from './mongo';
import { connectNats, ensureStreams, tracedHeaders } from './nats';
import { Outbox } from './outbox';
import { Round } from './round';
import { startTelemetry } from './telemetry';

/** No upload takes so long: what is left of one that began before is of a process that was killed. */
const BROKEN_OFF_AFTER_MS = 86_400_000;
const SWEEP_BLOBS_EVERY_MS = 600_000;

/** What a service works with. */
export interface Kit<C = object> {
  name: string;
  config: C & KitConfig;
  log: Logger;
  /** Milliseconds since 1970. Rules take time as a parameter; this is where it comes from. */
  now(): number;
  /** The service's own database. */
  db: Connection;
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
  facts: {
    /** Tells a fact with the commit of `session`. */
    append<T>(session: ClientSession, fact: NewFact<T>): Promise<void>;
    /** Tells many in one write, in their order. */
    appendAll<T>(session: ClientSession, facts: readonly NewFact<T>[]): Promise<void>;
    /** Takes back timers not yet due. */
    cancel(session: ClientSession, cancelKey: string | readonly string[]): Promise<void>;
  };
  readingsLog: {
    partitions: number;
    /** Resolves once the log holds the message, a `PacketBatch` on the wire. */
    publish(partition: number, message: Uint8Array): Promise<{ sequence: number }>;
    /** Reads in the log's own order from a place the reader remembers itself. */
    cursor(): LogCursor;
  };
  /** Work that one instance does at a time. */
  lease(name: string): Lease;
  nats: NatsConnection;
  valkey: Redis;
  call: CallAction;
  /** Names of the services that can be called at present. */
  peers(): string[];
  identity: Identity;
  fields: FieldCipher;
  blobs: BlobStore;
  audit(session: ClientSession, entry: AuditEntry): Promise<void>;
}

/** A service as one declarative object. */
export interface ServiceDefinition<C extends TObject> {
  name: string;
  /** Its own environment variables, with defaults. */
  config: C;
  create(kit: Kit<Static<C>>): ServiceParts | Promise<ServiceParts>;
}

export interface ServiceParts {
  actions?: ActionHandlers;
  facts?: FactHandlers;
  /** Consumer groups on the READINGS log. */
  partitions?: PartitionGroup[];
  grpc?(server: GrpcServer): void;
  /** Everything is connected; afterwards the service is ready. */
  started?(): Promise<void>;
  /** It stops: take nothing new, finish what is held. Connections are still open. */
  stopped?(): Promise<void>;
  /** What is missing to do the job, for /readyz. */
  missing?(): Promise<string[]>;
}

export function defineService<C extends TObject>(definition: ServiceDefinition<C>): ServiceDefinition<C> {
  return definition;
}

export interface RunningService {
  healthPort: number;
  grpcPort: number | undefined;
  stop(): Promise<void>;
}

/** Starts a service and stops it on SIGTERM or SIGINT. A wrong setting ends the process with a line that names it. */
export async function startService<C extends TObject>(definition: ServiceDefinition<C>): Promise<void> {
  let running: RunningService;
  try {
    running = await runService(definition, process.env);
  } catch (error) {
    const text = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`${definition.name} does not start: ${text}\n`);
    process.exit(1);
  }
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      running.stop().then(
        () => process.exit(0),
        (error) => {
          process.stderr.write(`${definition.name} did not stop cleanly: ${(error as Error).stack}\n`);
          process.exit(1);
        },
      );
    });
  }
}

/** Starts a service in this process. Tests use it too. */
export async function runService<C extends TObject>(
  definition: ServiceDefinition<C>,
  env: NodeJS.ProcessEnv,
): Promise<RunningService> {
  const { name } = definition;
  const config = { ...readConfig(KitConfig, env), ...readConfig(definition.config, env) };
  const run = newId();
  const log = createLogger(name, config.INSTANCE, config.LOG_LEVEL);
  const now = () => Date.now();
  const stopTelemetry = startTelemetry(name, config.INSTANCE, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const identity = await loadIdentity(
    name,
    config.PROVINCE,
    config.IDENTITY_PRIVATE_KEY_FILE,
    config.IDENTITY_PUBLIC_KEYS_FILE,
  );
  const db = await connectMongo(config.MONGODB_URI, config.MONGODB_DATABASE ?? `greenwatch_${name}`, name);
  const nats = await connectNats(config.NATS_URL, `${name}-${config.INSTANCE}`, log);
  await ensureStreams(nats.jsm, { readingsRetentionHours: config.READINGS_RETENTION_HOURS });
  const valkey = new Redis(config.VALKEY_URL.replace(/^valkey:/, 'redis:'), {
    keyPrefix: `${name}:`,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  valkey.on('error', (error) => log.debug({ err: error }, 'Valkey is away'));
  // Valkey holds only what may be lost, so the start does not depend on it.
  await valkey.connect().catch((error) => log.warn({ err: error }, 'Valkey is away; going on without'));

  const outbox = new Outbox(db, nats, name, config.INSTANCE, now, log);
  // A node of its own at every start: Moleculer does not take back a node whose id it has seen leave.
  const broker = createBroker(config.NATS_URL, `${name}-${config.INSTANCE}-${run.slice(-6)}`, config.LOG_LEVEL);
  const audit = auditChain(db, now);
  const blobs = gridFsBlobs(db);
  const blobSweep = new Round(
    {
      log,
      everyMs: SWEEP_BLOBS_EVERY_MS,
      failed: 'what killed uploads left behind could not be swept; it is tried again',
      lease: new Lease(db, 'blob-sweep', config.INSTANCE),
    },
    async () => {
      const swept = await blobs.sweep(now() - BROKEN_OFF_AFTER_MS);
      if (swept > 0) log.info({ swept }, 'swept what killed uploads left behind');
      return false;
    },
  );
  let published = 0;

  const kit: Kit<Static<C>> = {
    name,
    config,
    log,
    now,
    db,
    async transaction(work) {
      const result = await inTransaction(db, work);
      outbox.poke();
      return result;
    },
    facts: {
      append: (session, fact) => outbox.append(session, fact),
      appendAll: (session, facts) => outbox.appendAll(session, facts),
      cancel: (session, key) => outbox.cancel(session, key),
    },
    readingsLog: {
      partitions: config.READINGS_PARTITIONS,
      async publish(partition, message) {
        const msgID = `${run}-${published++}`;
        const headers = tracedHeaders();
        const ack: PubAck = await nats.js.publish(`readings.${partition}`, message, { msgID, headers });
        return { sequence: ack.seq };
      },
      cursor: () => new LogCursor(nats),
    },
    lease: (lease) => new Lease(db, lease, config.INSTANCE),
    nats: nats.connection,
    valkey,
    call: createCall(broker, identity),
    peers: () => peersOf(broker),
    identity,
    fields: loadFieldCipher(config.FIELD_KEYS_FILE),
    blobs,
    audit: (session, entry) => audit.append(session, entry),
  };

  const parts = await definition.create(kit);
  for (const model of Object.values(db.models)) await model.createIndexes();
  await outbox.start();
  if (parts.actions) broker.createService(moleculerService(name, parts.actions, identity, log));
  await broker.start();
  const grpc = parts.grpc ? new GrpcServer({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 }) : undefined;
  if (grpc) parts.grpc?.(grpc);
  const grpcPort = grpc ? await listenGrpc(grpc, config.BIND_HOST, config.GRPC_PORT) : undefined;
  const facts = parts.facts ? new FactConsumer(db, nats, name, parts.facts, kit.transaction, log) : undefined;
  await facts?.start();
  await parts.started?.();
  const groups = (parts.partitions ?? []).map(
    (group) => new LogConsumer(nats, config.READINGS_PARTITIONS, group, name, log, () => instancesOf(broker, name)),
  );
  for (const group of groups) await group.start();
  blobSweep.start();

  let stopping = false;
  const health = await serveHealth(config.BIND_HOST, config.HEALTH_PORT, async () => {
    const absent: string[] = [];
    if (stopping) absent.push('it is stopping');
    if (nats.connection.isClosed()) absent.push('NATS');
    else {
      await nats.connection.flush().catch(() => absent.push('NATS'));
    }
    await db
      .getClient()
      .db(db.name)
      .command({ ping: 1 }, { timeoutMS: 2_000 })
      .catch(() => absent.push('MongoDB'));
    return [...absent, ...((await parts.missing?.()) ?? [])];
  });
  log.info({ healthPort: health.port, grpcPort }, 'ready');

  return {
    healthPort: health.port,
    grpcPort,
    async stop() {
      stopping = true;
      log.info('stopping');
      await parts.stopped?.();
      await Promise.all([...groups.map((g) => g.stop()), facts?.stop(), blobSweep.stop()]);
      // Waits for the calls it is working on (tracking).
      await broker.stop();
      if (grpc) await new Promise<void>((resolve) => grpc.tryShutdown(() => resolve()));
      await outbox.stop();
      await health.close();
      valkey.disconnect();
      await nats.connection.drain();
      await db.close();
      await stopTelemetry();
      log.info('stopped');
    },
  };
}
