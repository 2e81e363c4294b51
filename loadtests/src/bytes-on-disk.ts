import { type Client, READINGS } from '@greenwatch/kit';
import { type Db, MongoClient } from 'mongodb';

/** Bytes of a packet on the log of NATS, and in the archive of raw frames as far as it has come. */
export interface PacketBytes {
  log: number;
  /** Undefined while nothing is archived. */
  archive: number | undefined;
}

/** What packets cost on disk. @param packets on the log, all of them */
export async function packetBytes(client: Client, mongodbUri: string, packets: number): Promise<PacketBytes> {
  const { bytes } = (await client.nats.jsm.streams.info(READINGS)).state;
  const mongo = await new MongoClient(mongodbUri).connect();
  try {
    return { log: bytes / packets, archive: await archiveBytes(mongo.db('greenwatch_ingestion')) };
  } finally {
    await mongo.close();
  }
}

/**
 * What a frame costs in the archive: the files of its collection over the frames in it. They hold the chunks with
 * what tells their devices, and all indexes.
 * @param db of ingestion
 * @returns undefined while nothing is archived
 */
export async function archiveBytes(db: Db): Promise<number | undefined> {
  const archive = db.collection('archive');
  const total = { _id: null, frames: { $sum: '$frames' } };
  const [sum] = await archive.aggregate<{ frames: number }>([{ $group: total }]).toArray();
  if (!sum || sum.frames === 0) return undefined;
  // Files are as long as the last checkpoint left them.
  await db.admin().command({ fsync: 1 });
  const [stats] = await archive.aggregate([{ $collStats: { storageStats: {} } }]).toArray();
  const { storageSize, totalIndexSize } = stats?.storageStats ?? {};
  return (storageSize + totalIndexSize) / sum.frames;
}
