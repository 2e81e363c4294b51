import { type Client, READINGS } from '@greenwatch/kit';
import { MongoClient } from 'mongodb';

/** Bytes of a packet on the log of NATS, and in the archive of raw frames as far as it has come. */
export interface PacketBytes {
  log: number;
  /** Undefined while nothing is archived: it follows every 15 s. */
  archive: number | undefined;
}

/** What packets cost on disk. @param packets on the log, all of them */
export async function packetBytes(client: Client, mongodbUri: string, packets: number): Promise<PacketBytes> {
  const { bytes } = (await client.nats.jsm.streams.info(READINGS)).state;
  const mongo = await new MongoClient(mongodbUri).connect();
  try {
    const total = { _id: null, size: { $sum: '$size' }, frames: { $sum: '$frames' } };
    const archive = mongo.db('greenwatch_ingestion').collection('archive');
    const [sum] = await archive.aggregate<{ size: number; frames: number }>([{ $group: total }]).toArray();
    return { log: bytes / packets, archive: sum && sum.frames > 0 ? sum.size / sum.frames : undefined };
  } finally {
    await mongo.close();
  }
}
