import { connectNats } from '@greenwatch/kit';
import { jetstreamManager } from '@nats-io/jetstream';
import { MongoClient } from 'mongodb';
import { OperatorError } from '../operator-error';
import type { Streams } from './streams';

const FOUND_WITHIN_MS = 10_000;
/** JetStream answers slowly while it puts a large stream in its place. */
const JETSTREAM_MS = 60_000;

export function need(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new OperatorError(`${name} is missing`);
  return value;
}

/** Works with MongoDB and closes it afterwards. @throws OperatorError where it cannot be reached */
export async function withMongo<T>(
  environment: NodeJS.ProcessEnv,
  work: (mongo: MongoClient) => Promise<T>,
): Promise<T> {
  const mongo = new MongoClient(need(environment, 'MONGODB_URI'), {
    appName: 'operations',
    // A secondary's point in time may be before what a service was told is stored.
    readPreference: 'primary',
    serverSelectionTimeoutMS: FOUND_WITHIN_MS,
  });
  try {
    await mongo.connect().catch((error: Error) => {
      throw new OperatorError(`MongoDB cannot be reached: ${error.message}`);
    });
    return await work(mongo);
  } finally {
    await mongo.close();
  }
}

/** The same for NATS. */
export async function withStreams<T>(
  environment: NodeJS.ProcessEnv,
  work: (streams: Streams) => Promise<T>,
): Promise<T> {
  const { connection } = await connectNats(need(environment, 'NATS_URL'), 'operations').catch((error: Error) => {
    throw new OperatorError(`NATS cannot be reached: ${error.message}`);
  });
  try {
    const jsm = await jetstreamManager(connection, { checkAPI: false, timeout: JETSTREAM_MS });
    return await work({ connection, jsm });
  } finally {
    await connection.close();
  }
}

/** The same for both. */
export function withServers<T>(
  environment: NodeJS.ProcessEnv,
  work: (servers: { mongo: MongoClient; streams: Streams }) => Promise<T>,
): Promise<T> {
  return withMongo(environment, (mongo) => withStreams(environment, (streams) => work({ mongo, streams })));
}
