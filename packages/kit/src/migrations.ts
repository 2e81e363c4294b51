import type { Connection } from 'mongoose';
import type { Lease } from './lease';
import type { Logger } from './logger';
import { isDuplicateKey } from './mongo';

/**
 * A change of a service's stored data that is made once in the life of a database, and never changed afterwards. It may be broken off at any
 * moment and begun again, so it must be safe to repeat.
 */
export interface Migration {
  /** `<date>-<what it does>`, for ever. */
  id: string;
  run(work: { db: Connection; log: Logger }): Promise<void>;
}

/** Row of the collection `migrations`. */
interface Done {
  _id: string;
  at: Date;
  /** ms */
  took: number;
}

/** A migration failed: the data stands as the one before has left it. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

const LEASE_RENEWED_MS = 1_000;
const LOOK_AGAIN_MS = 200;

/**
 * Makes the migrations of the list that are not made yet, in its order, one process at a time; another one waits until they are. Returns the
 * ids of those it made itself.
 * @throws MigrationError that names the one that failed and the one that the data stands at
 */
export async function migrate(
  db: Connection,
  migrations: readonly Migration[],
  { lease, log }: { lease: Lease; log: Logger },
): Promise<string[]> {
  const made = db.collection<Done>('migrations');
  const missing = async () => {
    const done = new Set((await made.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
    return migrations.filter(({ id }) => !done.has(id));
  };
  let waiting = false;
  while ((await missing()).length > 0) {
    if (await lease.held()) {
      // What is still missing now that nobody else works on it.
      return await inOrder(await missing());
    }
    if (!waiting) log.info('another process migrates the data; waiting for it');
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return [];

  async function inOrder(list: readonly Migration[]): Promise<string[]> {
    let lost: unknown;
    const renewing = setInterval(() => {
      lease.held().then(
        (held) => {
          if (!held) lost ??= new Error('another process took the migrations over');
        },
        (error) => log.warn({ err: error }, 'the lease of the migrations could not be renewed; it is tried again'),
      );
    }, LEASE_RENEWED_MS);
    try {
      for (const { id, run } of list) {
        const since = Date.now();
        log.info({ migration: id }, 'migrating');
        try {
          if (lost) throw lost;
          await run({ db, log });
        } catch (error) {
          const before = migrations[migrations.findIndex((migration) => migration.id === id) - 1]?.id;
          const stands = before ? `the data stands at ${before}` : 'none was made before';
          throw new MigrationError(`migration ${id} failed: ${(error as Error).message}; ${stands}`, { cause: error });
        }
        const took = Date.now() - since;
        await made.insertOne({ _id: id, at: new Date(), took }).catch((error) => {
          // Who took over when this process was slow has made it too, which does no harm.
          if (!isDuplicateKey(error)) throw error;
        });
        log.info({ migration: id, took }, 'migrated');
      }
      return list.map(({ id }) => id);
    } finally {
      clearInterval(renewing);
      await lease.release();
    }
  }
}
