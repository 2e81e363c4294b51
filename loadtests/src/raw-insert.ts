import { MongoClient } from 'mongodb';

const BATCH = 1_000;
const IN_FLIGHT = 4;

/**
 * What MongoDB takes at most (design.md 11): `insertMany` of documents {mn, cn, t, v, f} of 8 readings, one a packet, 1,000
 * a batch, 4 batches in flight, w:majority, j:true, no parsing. Uses a database of its own and drops it.
 * @returns packets a second
 */
export async function rawInsertRate(mongodbUri: string, seconds: number): Promise<number> {
  const client = await new MongoClient(mongodbUri, { writeConcern: { w: 'majority', journal: true } }).connect();
  const db = client.db('bench_floor');
  try {
    await db.dropDatabase();
    const packets = db.collection('packets');
    const batch = (t: number) =>
      Array.from({ length: BATCH }, (_, i) => ({
        mn: `BENCH${String(i % 100).padStart(3, '0')}`,
        cn: 2011,
        t: t + i,
        v: [12.3, 34.1, 4.12, 8.11, 12.1, 84.1, -0.12, 12_345.6],
        f: 'NNNNNNNN',
      }));
    let inserted = 0;
    // The first second fills caches and compiles.
    const begin = performance.now() + 1_000;
    const end = begin + seconds * 1_000;
    const insert = async () => {
      for (let now = performance.now(); now < end; now = performance.now()) {
        await packets.insertMany(batch(Math.floor(now * 1_000)), { ordered: false });
        if (performance.now() > begin && performance.now() < end) inserted += BATCH;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, insert));
    return inserted / seconds;
  } finally {
    await db.dropDatabase();
    await client.close();
  }
}
