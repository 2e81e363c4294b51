import { setFlagsFromString } from 'node:v8';
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
import { ConfigError, KitConfig, readConfig, traceRatio } from './config';
import { CONNECT_WITHIN_MS } from './connect-within';
import { FactConsumer } from './fact-consumer';
import type { FactHandlers, NewFact } from './facts';
import { type FieldCipher, loadFieldCipher } from './fields';
import { GrpcServer } from './grpc';
import { serveHealth } from './health';
import { type Identity, loadIdentity } from './identity';
import { newId } from './ids';
import { Lease } from './lease';
import { LogConsumer, type PartitionGroup } from './log-consumer';
import { LogCursor } from './log-cursor';
import { createLogger, type Logger } from './logger';
import { Metrics } from './metrics/metrics';
import { processMetrics } from './metrics/process-metrics';
import { type Migration, MigrationError, migrate } from './migrations';
import { connectMongo, inTransaction } from './mongo';
import { connectNats, DEADLETTER, ensureStreams, FACTS, READINGS, tracedHeaders } from './nats';
import { Outbox } from './outbox';
import { Round } from './round';
import { SpanKind, startTelemetry, traced } from './telemetry';

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
  /** Figures for `/metrics`, by the registry's names. */
  metrics: Metrics;
}

/** A service as one declarative object. */
export interface ServiceDefinition<C extends TObject> {
  name: string;
  /** Its own environment variables, with defaults. */
  config: C;
  /** What has become of its stored data since, in this order for ever (`migrations.ts`). */
  migrations?: readonly Migration[];
  create(kit: Kit<Static<C>>): ServiceParts | Promise<ServiceParts>;
}

export interface ServiceParts {
  actions?: ActionHandlers;
  facts?: FactHandlers;
  /** Consumer groups on the READINGS log. */
  partitions?: PartitionGroup[];
  grpc?(server: GrpcServer): void;
  /** Makes collections and indexes that are no model's. Safe to repeat; nothing works yet. */
  prepare?(): Promise<void>;
  /** Everything is connected; afterwards the service is ready. */
  started?(): Promise<void>;
  /** It will stop in STOP_DELAY_S and works on until then: whoever holds a connection should find another instance. */
  stopping?(): void;
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

/**
 * Starts a service and stops it on SIGTERM or SIGINT; `main.js migrate` only brings its database and the streams to what this
 * version needs. A wrong setting ends the process with a line that names it.
 */
export async function startService<C extends TObject>(
  definition: ServiceDefinition<C>,
  [command]: readonly string[] = process.argv.slice(2),
): Promise<void> {
  // What an optimized function makes would go to the old generation once enough of it outlived a scavenge, and from there hold what
  // is young until the next full collection: ten times the work of each scavenge for a list of a thousand moments.
  setFlagsFromString('--no-allocation-site-pretenuring');
  let running: RunningService;
  try {
    if (command === 'migrate') {
      await migrateService(definition, process.env);
      process.exit(0);
    }
    if (command !== undefined) throw new ConfigError(`${command} is no command, expected migrate or none`);
    running = await runService(definition, process.env);
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof MigrationError;
    const text = known ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`${definition.name} does not ${command === 'migrate' ? 'migrate' : 'start'}: ${text}\n`);
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

/** A service with its connections, not at work yet. */
async function connect<C extends TObject>(definition: ServiceDefinition<C>, env: NodeJS.ProcessEnv) {
  const { name } = definition;
  const config = { ...readConfig(KitConfig, env), ...readConfig(definition.config, env) };
  const run = newId();
  const log = createLogger(name, config.INSTANCE, config.LOG_LEVEL);
  const now = () => Date.now();
  const stopTelemetry = startTelemetry({
    service: name,
    instance: config.INSTANCE,
    version: config.VERSION,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: traceRatio(config),
  });
  const metrics = new Metrics((error, names) => log.warn({ err: error, names }, 'figures could not be found out'));
  metrics.gauge('greenwatch_build_info', { version: config.VERSION }).set(1);
  const identity = await loadIdentity(
    name,
    config.PROVINCE,
    config.IDENTITY_PRIVATE_KEY_FILE,
    config.IDENTITY_PUBLIC_KEYS_FILE,
  );
  const db = await connectMongo(config.MONGODB_URI, config.MONGODB_DATABASE ?? `greenwatch_${name}`, name);
  const nats = await connectNats(config.NATS_URL, `${name}-${config.INSTANCE}`, log);
  const valkey = new Redis(config.VALKEY_URL.replace(/^valkey:/, 'redis:'), {
    keyPrefix: `${name}:`,
    connectTimeout: CONNECT_WITHIN_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  valkey.on('error', (error) => log.debug({ err: error }, 'Valkey is away'));

  const outbox = new Outbox(db, nats, name, config.INSTANCE, now, log);
  // A node of its own at every start: Moleculer does not take back a node whose id it has seen leave.
  const broker = createBroker(config.NATS_URL, `${name}-${config.INSTANCE}-${run.slice(-6)}`, config.LOG_LEVEL);
  const audit = auditChain(db, now);
  const blobs = gridFsBlobs(db);
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
        const subject = `readings.${partition}`;
        const ack = await traced<PubAck>(
          `${subject} publish`,
          SpanKind.PRODUCER,
          undefined,
          () => nats.js.publish(subject, message, { msgID, headers: tracedHeaders() }),
          { attributes: { 'messaging.system': 'nats', 'messaging.destination.name': subject } },
        );
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
    metrics,
  };

  const disconnect = async () => {
    valkey.disconnect();
    await nats.connection.drain();
    await db.close();
    await stopTelemetry();
  };
  // A wrong setting may show only here.
  const parts = await orElse(disconnect, async () => definition.create(kit));
  const facts = parts.facts ? new FactConsumer(db, nats, name, parts.facts, kit.transaction, log, metrics) : undefined;

  return {
    kit,
    nats,
    broker,
    outbox,
    parts,
    facts,
    /** Brings streams and database to what this version needs. Safe to repeat, also by several at a time. */
    async prepare(): Promise<void> {
      const { READINGS_RETENTION_HOURS: readingsRetentionHours, STREAM_REPLICAS: replicas } = config;
      await ensureStreams(nats.jsm, { readingsRetentionHours, replicas });
      for (const model of Object.values(db.models)) await model.createIndexes();
      await outbox.prepare();
      await facts?.prepare();
      await parts.prepare?.();
      await migrate(db, definition.migrations ?? [], { lease: kit.lease('migrations'), log });
    },
    disconnect,
  };
}

/** Does something, and where it fails something else before its error goes on. */
async function orElse<T>(clear: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Makes a service's collections, indexes and the streams, and migrates its data; nothing of it works meanwhile. */
export async function migrateService<C extends TObject>(
  definition: ServiceDefinition<C>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { prepare, disconnect } = await connect(definition, env);
  try {
    await prepare();
  } finally {
    await disconnect();
  }
}

/** Starts a service in this process. Tests use it too. */
export async function runService<C extends TObject>(
  definition: ServiceDefinition<C>,
  env: NodeJS.ProcessEnv,
): Promise<RunningService> {
  const { kit, nats, broker, outbox, parts, facts, prepare, disconnect } = await connect(definition, env);
  const { name, config, log, now, db, valkey, blobs, metrics, identity } = kit;
  // Valkey holds only what may be lost, so the start does not depend on it.
  await valkey.connect().catch((error) => log.warn({ err: error }, 'Valkey is away; going on without'));
  const blobSweep = new Round(
    {
      log,
      everyMs: SWEEP_BLOBS_EVERY_MS,
      failed: 'what killed uploads left behind could not be swept; it is tried again',
      lease: kit.lease('blob-sweep'),
    },
    async () => {
      const swept = await blobs.sweep(now() - BROKEN_OFF_AFTER_MS);
      if (swept > 0) log.info({ swept }, 'swept what killed uploads left behind');
      return false;
    },
  );

  await orElse(disconnect, prepare);
  outbox.start(metrics);
  if (parts.actions) broker.createService(moleculerService(name, parts.actions, identity, log, metrics));
  await broker.start();
  const grpc = parts.grpc ? new GrpcServer(metrics) : undefined;
  if (grpc) parts.grpc?.(grpc);
  const grpcPort = await grpc?.listen(config.BIND_HOST, config.GRPC_PORT);
  await facts?.start();
  await parts.started?.();
  const groups = (parts.partitions ?? []).map(
    (group) =>
      new LogConsumer(nats, config.READINGS_PARTITIONS, group, name, log, () => instancesOf(broker, name), metrics),
  );
  for (const group of groups) await group.start();
  if (groups.length > 0) {
    metrics.ask(['greenwatch_stream_bytes'], async () => {
      for (const stream of [READINGS, FACTS, DEADLETTER] as const) {
        const { state } = await nats.jsm.streams.info(stream);
        metrics.gauge('greenwatch_stream_bytes', { stream }).set(state.bytes);
      }
    });
  }
  blobSweep.start();

  let stopping = false;
  const health = await serveHealth(config.BIND_HOST, config.HEALTH_PORT, {
    metrics: async () => (await metrics.text()) + (await processMetrics()),
    async missing() {
      // Nothing else counts then, and nobody should wait for servers to be asked.
      if (stopping) return ['it is stopping'];
      const absent: string[] = [];
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
    },
  });
  log.info({ healthPort: health.port, grpcPort }, 'ready');

  return {
    healthPort: health.port,
    grpcPort,
    async stop() {
      stopping = true;
      log.info({ delayS: config.STOP_DELAY_S }, 'stopping');
      parts.stopping?.();
      // Who sends work here goes by /readyz, and takes a while to notice.
      await new Promise((resolve) => setTimeout(resolve, config.STOP_DELAY_S * 1_000));
      await parts.stopped?.();
      await Promise.all([...groups.map((g) => g.stop()), facts?.stop(), blobSweep.stop()]);
      // Waits for the calls it is working on (tracking).
      await broker.stop();
      await grpc?.stop();
      await outbox.stop();
      await disconnect();
      await health.close();
      log.info('stopped');
    },
  };
}
