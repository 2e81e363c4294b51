import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  connect,
  headers,
  type MsgHdrs,
  type NatsConnection,
  type NodeConnectionOptions,
  nanos,
} from '@nats-io/transport-node';
import { CONNECT_WITHIN_MS } from './connect-within';
import type { Logger } from './logger';
import { traceParent } from './telemetry';

export const READINGS = 'READINGS';
export const FACTS = 'FACTS';
export const DEADLETTER = 'DEADLETTER';

export interface Nats {
  connection: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
}

/** Connects and waits for the server as long as it takes to come back; a closed connection is an error of the caller. */
export async function connectNats(url: string, name: string, log?: Logger): Promise<Nats> {
  const { server, ...access } = natsAddress(url);
  const options: NodeConnectionOptions = {
    servers: [server],
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    waitOnFirstConnect: false,
    timeout: CONNECT_WITHIN_MS,
    // The address that was given leads to all servers; those that they tell of each other are of pods, which go.
    ignoreClusterUpdates: true,
    pingInterval: 10_000,
    maxPingOut: 3,
    // A stack trace is otherwise taken for every request, that is, for every publish: 4 % of ingestion's time.
    noAsyncTraces: true,
    ...access,
  };
  const connection = await connect(options);
  if (log) void logStatus(connection, log);
  return { connection, js: jetstream(connection), jsm: await jetstreamManager(connection, { checkAPI: false }) };
}

export interface NatsAddress {
  server: string;
  user?: string;
  pass?: string;
  /** Without it a server that offers no TLS would be spoken to in clear. Authorities: Node's own and NODE_EXTRA_CA_CERTS. */
  tls?: Record<string, never>;
}

/** Reads `nats://user:password@host:port`; `tls://` insists on TLS. */
export function natsAddress(url: string): NatsAddress {
  const { username, password, host, protocol } = new URL(url);
  return {
    server: host,
    ...(username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}),
    ...(protocol === 'tls:' ? { tls: {} } : {}),
  };
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('NATS is away; reconnecting');
    else if (status.type === 'reconnect') log.info('NATS is back');
    else if (status.type === 'error') log.warn({ err: status.error }, 'NATS reports an error');
  }
}

export interface StreamSettings {
  readingsRetentionHours: number;
  /** Copies of each. */
  replicas: number;
}

/** Creates the three streams where they are missing; existing ones keep their operator's settings. */
export async function ensureStreams(jsm: JetStreamManager, settings: StreamSettings): Promise<void> {
  const day = 24 * 3_600_000;
  const wanted = [
    {
      name: READINGS,
      subjects: ['readings.*'],
      max_age: nanos(settings.readingsRetentionHours * 3_600_000),
    },
    { name: FACTS, subjects: ['facts.>'], max_age: nanos(90 * day) },
    { name: DEADLETTER, subjects: ['deadletter.>'], max_age: nanos(90 * day) },
  ];
  for (const stream of wanted) {
    try {
      await jsm.streams.info(stream.name);
    } catch {
      try {
        const kept = { storage: 'file', duplicate_window: nanos(120_000), num_replicas: settings.replicas } as const;
        await jsm.streams.add({ ...stream, ...kept });
      } catch (error) {
        // Another service may have created it in the meantime; anything else shows here again.
        await jsm.streams.info(stream.name).catch(() => {
          throw error;
        });
      }
    }
  }
}

/** Headers that carry the trace context of the active span. */
export function tracedHeaders(parent = traceParent()): MsgHdrs {
  const h = headers();
  if (parent) h.set('traceparent', parent);
  return h;
}
