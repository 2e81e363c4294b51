import { randomBytes } from 'node:crypto';
import { type TestServers, testServers } from '@greenwatch/testkit';
import { MongoClient } from 'mongodb';
import { archiveBytes } from '../src/bytes-on-disk';

const CHUNKS = 40;
const FRAMES = 1_000;
const DEVICES = 200;
const CONTENT = 20_000;

let servers: TestServers;
let mongo: MongoClient;

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
}, 60_000);
afterAll(async () => {
  await mongo?.close();
  await servers?.stop();
}, 30_000);

it('a frame of the archive costs its part of the chunks, of what stands beside their content, and of every index', async () => {
  const db = mongo.db(servers.database);
  expect(await archiveBytes(db)).toBeUndefined();
  const mns = Array.from({ length: DEVICES }, (_, i) => `010000A8900016F00016${String(i).padStart(4, '0')}`);
  const archive = db.collection<{ _id: string }>('archive');
  await archive.insertMany(
    Array.from({ length: CHUNKS }, (_, i) => {
      const _id = `20261122|${String(i).padStart(15, '0')}`;
      return { _id, day: '20261122', mns, frames: FRAMES, size: CONTENT, content: randomBytes(CONTENT) };
    }),
  );
  const without = (await archiveBytes(db)) as number;
  expect(without).toBeGreaterThan(CONTENT / FRAMES);
  await archive.createIndex({ mns: 1, day: 1 });
  const bytes = (await archiveBytes(db)) as number;
  // A key of the index takes some bytes, whatever it shares with its neighbour.
  expect(bytes - without).toBeGreaterThan((4 * DEVICES) / FRAMES);
  expect(bytes).toBeLessThan(2 * without);
});
