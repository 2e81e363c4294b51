import mongoose, { type ClientSession, type Connection } from 'mongoose';
import { traceCommands } from './mongo-spans';
import { isTracing } from './telemetry';

const SERVER_WITHIN_MS = 10_000;

/**
 * Connects to a service's own database. Every write is acknowledged by the majority and journaled; a deployment that
 * cannot do that, or has no transactions, stops the start.
 */
export async function connectMongo(uri: string, database: string, appName: string): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    dbName: database,
    appName,
    // A command waits for the server by the driver's own rules, not in a second queue with another error.
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    retryWrites: true,
    serverSelectionTimeoutMS: SERVER_WITHIN_MS,
    // Also how long the server may take to say that it lives, so not too short: a busy one is not a dead one.
    connectTimeoutMS: SERVER_WITHIN_MS,
    maxPoolSize: 20,
    // Its events cost a little, so only for spans.
    monitorCommands: isTracing(),
  });
  await connection.asPromise();
  if (isTracing()) traceCommands(connection.getClient());
  const hello = await connection.getClient().db('admin').command({ hello: 1 });
  if (!hello.setName && hello.msg !== 'isdbgrid') {
    await connection.close();
    throw new Error('MongoDB is neither a replica set nor a sharded cluster: transactions need one');
  }
  const concern = connection.getClient().options.writeConcern;
  if (concern?.w !== 'majority' || concern.journal === false) {
    await connection.close();
    throw new Error('MONGODB_URI must not weaken the write concern: w=majority and journal=true are needed');
  }
  return connection;
}

const committed = new WeakMap<ClientSession, (() => void)[]>();

/** Runs work in a transaction; MongoDB's transient errors run it again, so it must touch nothing but the session. */
export async function inTransaction<T>(db: Connection, work: (session: ClientSession) => Promise<T>): Promise<T> {
  const session = await db.startSession();
  try {
    const result = await session.withTransaction(
      () => {
        committed.set(session, []);
        return work(session);
      },
      { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', journal: true } },
    );
    for (const tell of committed.get(session) ?? []) tell();
    return result;
  } finally {
    await session.endSession();
  }
}

/** Has something done once the transaction of `session` is committed, however often it is run: counting, for instance. */
export function onCommit(session: ClientSession, tell: () => void): void {
  committed.get(session)?.push(tell);
}

/** E11000: a unique key is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 11000;
}

/** Errors after which the same work may succeed: the server is away, or there was no primary. */
export function isTransient(error: unknown): boolean {
  const e = error as {
    name?: string;
    code?: unknown;
    cause?: unknown;
    hasErrorLabel?: (label: string) => boolean;
  } | null;
  if (!e) return false;
  const labelled = e.hasErrorLabel?.('TransientTransactionError') || e.hasErrorLabel?.('RetryableWriteError') || false;
  const away =
    /^Mongo(ose)?(Network|ServerSelection|NotConnected|PoolCleared|PoolClosed|Topology)/.test(e.name ?? '') ||
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(String(e.code ?? ''));
  return labelled || away || (e.cause !== undefined && e.cause !== error && isTransient(e.cause));
}
