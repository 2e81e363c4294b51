import { connectMongo, encodeBatch } from '@greenwatch/kit';
import { type TestServers, testServers } from '@greenwatch/testkit';
import type { Connection } from 'mongoose';
import { ALWAYS } from '../src/access';
import { groupPackets } from '../src/group-packets';
import { PacketStore } from '../src/packet.model';

const T = Date.UTC(2026, 7, 14, 2);
let servers: TestServers;
let db: Connection;
let store: PacketStore;

beforeAll(async () => {
  servers = await testServers();
  db = await connectMongo(servers.mongoUri, servers.database, 'test');
}, 60_000);
afterAll(async () => {
  await db?.close();
  await servers?.stop();
});
beforeEach(async () => {
  await db.dropDatabase();
  store = new PacketStore(db);
  await store.prepare();
});

const groups = (sequence: number, mn: string, fields: string, dataTime = T) =>
  groupPackets([
    {
      partition: 0,
      sequence,
      data: encodeBatch([{ mn, kind: 1, dataTime, receivedAt: T + sequence, fields, raw: Buffer.from('raw') }]),
    },
  ]);
async function all(mn: string): Promise<string[]> {
  const found: string[] = [];
  for await (const day of store.days(mn, 1, ALWAYS)) found.push(...day.map(({ fields }) => fields));
  return found;
}

test('the collection is clustered by key, also when the service starts again', async () => {
  await store.prepare();
  const info = (await db.listCollections()).find(({ name }) => name === 'packets');
  expect(info).toMatchObject({ name: 'packets', options: { clusteredIndex: { unique: true, key: { _id: 1 } } } });
  await store.insert(groups(1, 'A', 'a-Rtd=1'));
  const plan = await db
    .collection('packets')
    .find({ _id: { $gte: 'A 1' as never, $lt: 'A 2' as never } })
    .sort({ _id: 1 })
    .explain('queryPlanner');
  expect(plan.queryPlanner.winningPlan.stage).toBe('CLUSTERED_IXSCAN');
});

test('design.md 4, idempotent: groups stored again, alone or among new ones, are stored once', async () => {
  await store.insert(groups(1, 'A', 'a-Rtd=1'));
  await store.insert([...groups(1, 'A', 'a-Rtd=1'), ...groups(2, 'A', 'a-Rtd=2'), ...groups(1, 'A', 'a-Rtd=1')]);
  expect(await all('A')).toEqual(['a-Rtd=1', 'a-Rtd=2']);
});

test('a log that begins again at 1 loses nothing: other packets under a taken key are stored beside it, once', async () => {
  await store.insert(groups(1, 'A', 'a-Rtd=1'));
  await store.insert(groups(1, 'A', 'b-Rtd=2'));
  await store.insert(groups(1, 'A', 'b-Rtd=2'));
  expect(await all('A')).toEqual(['a-Rtd=1', 'b-Rtd=2']);
});

test('any other write error fails the batch, and the batch repeated completes it', async () => {
  await db.db?.command({ collMod: 'packets', validator: { _id: { $not: /^B/ } } });
  const batch = [...groups(1, 'A', 'a-Rtd=1'), ...groups(1, 'B', 'a-Rtd=1')];
  await expect(store.insert(batch)).rejects.toThrow('validation');
  // A duplicate key beside the real error does not hide it.
  await expect(store.insert(batch)).rejects.toThrow();
  await db.db?.command({ collMod: 'packets', validator: {} });
  await store.insert(batch);
  expect([await all('A'), await all('B')]).toEqual([['a-Rtd=1'], ['a-Rtd=1']]);
});

test('packets come day by day of UTC+8 within the range, and of no other device or kind', async () => {
  const midnight = Date.UTC(2026, 7, 13, 16);
  await store.insert([
    ...groups(3, 'A', 'a-Rtd=3', midnight),
    ...groups(2, 'A', 'a-Rtd=2', midnight - 1),
    ...groups(1, 'A', 'a-Rtd=1', midnight - 86_400_001),
    ...groups(4, 'A!', 'a-Rtd=9', midnight),
    ...groups(5, 'AA', 'a-Rtd=9', midnight),
  ]);
  const days: string[][] = [];
  for await (const day of store.days('A', 1, { from: midnight - 1, to: midnight + 1 })) {
    days.push(day.map(({ fields }) => fields));
  }
  expect(days).toEqual([['a-Rtd=2'], ['a-Rtd=3']]);
  expect((await store.newest('A', 1)).map(({ fields }) => fields)).toEqual(['a-Rtd=3']);
  expect(await store.newest('A', 2)).toEqual([]);
  const devices: string[] = [];
  for await (const mn of store.devices()) devices.push(mn);
  expect(devices).toEqual(['A', 'A!', 'AA']);
});
