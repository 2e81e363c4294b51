import type { Connection } from 'mongoose';
import type { Logger } from './logger';

/** MongoDB's shard key of a collection: what keeps one device's or outlet's documents together. */
export type ShardKey = Readonly<Record<string, 1 | 'hashed'>>;

/** AlreadyInitialized: sharded with another key. */
const SHARDED_OTHERWISE = 23;

/**
 * The command that shards a collection, for the `admin` database; undefined where MongoDB is no sharded cluster.
 * @param hello the server's answer to `hello`: only a mongos says `isdbgrid`
 */
export function shardCommand(
  hello: { msg?: unknown; [field: string]: unknown },
  database: string,
  collection: string,
  key: ShardKey,
): { shardCollection: string; key: ShardKey } | undefined {
  return hello.msg === 'isdbgrid' ? { shardCollection: `${database}.${collection}`, key } : undefined;
}

/**
 * Shards collections where MongoDB is a sharded cluster, else does nothing. May be repeated: MongoDB takes the same key
 * again. Call it when they have been created; the user needs the privilege `enableSharding` on them. A collection that was sharded by another
 * key, by whoever runs the cluster, stays as it is.
 */
export async function shardCollections(
  db: Connection,
  keys: Readonly<Record<string, ShardKey>>,
  log: Pick<Logger, 'info'>,
): Promise<void> {
  const admin = db.getClient().db('admin');
  const hello = await admin.command({ hello: 1 });
  for (const [collection, key] of Object.entries(keys)) {
    const command = shardCommand(hello, db.name, collection, key);
    if (!command) return;
    // One that holds documents needs the index first; that of `_id` is always there.
    if (key._id !== 1) await db.collection(collection).createIndex({ ...key });
    try {
      await admin.command(command);
    } catch (error) {
      if ((error as { code?: unknown }).code !== SHARDED_OTHERWISE) throw error;
      log.info({ collection, key }, 'the collection is sharded by another key already; it stays so');
    }
  }
}
