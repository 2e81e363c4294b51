import { auditChain, connectMongo, inTransaction, linkOf, packChunk, packFrames, sha256 } from '@greenwatch/kit';
import { System } from '../src';
import { checkChains } from '../src/operating/chains';
import { withMongo } from '../src/operating/servers';

const system = new System({ only: [] });
const check = () => withMongo(system.environment('operations'), checkChains);
const mongodb = () => system.environment('operations').MONGODB_URI as string;

beforeAll(async () => {
  await system.start();
  const db = await connectMongo(mongodb(), 'greenwatch_rules', 'test');
  const audit = auditChain(db, () => 1_795_000_000_000);
  const by = { kind: 'user', id: 'u1', name: '王', roles: [], division: '330000', scopes: [] } as const;
  await db.createCollection('audit');
  await db.createCollection('audit_head');
  for (const entity of ['a', 'b', 'c']) {
    const entry = { action: 'alarm.acknowledge', entity, by: { ...by, roles: [], scopes: [] }, detail: { 值: 35.5 } };
    await inTransaction(db, (session) => audit.append(session, entry));
  }
  await db.close();
  await withMongo(system.environment('operations'), async (mongo) => {
    const archive = mongo.db('greenwatch_ingestion');
    let previous = '';
    for (const first of [1, 2, 3]) {
      const frames = [{ receivedAt: 1_795_000_000_000 + first, mn: 'M1', raw: Buffer.from(`##${first}`) }];
      const content = await packChunk(frames);
      const sequences = { firstSequence: first, lastSequence: first, frames: 1 };
      const link = linkOf({ day: '20261122', ...sequences, sha256: sha256(packFrames(frames)), previous });
      previous = link.hash;
      const _id = `20261122|${String(first).padStart(15, '0')}`;
      await archive
        .collection<{ _id: string }>('archive')
        .insertOne({ _id, ...link, content, size: content.length } as never);
    }
    await archive.collection<{ _id: string }>('archive_head').insertOne({ _id: 'head', hash: previous } as never);
  });
}, 60_000);

afterAll(() => system.stop());

const whole = [
  { chain: 'greenwatch_ingestion.archive', links: 3 },
  { chain: 'greenwatch_rules.audit', links: 3 },
];

test('the audit of a service and the archive of frames are looked at, and hold', async () => {
  expect(await check()).toEqual(whole);
});

test.each<[string, string, string, object, object | undefined, string]>([
  [
    'a changed entry',
    'greenwatch_rules',
    'audit',
    { _id: 2 },
    { $set: { entity: 'x' } },
    '2: its content does not match its hash',
  ],
  ['a missing entry', 'greenwatch_rules', 'audit', { _id: 2 }, undefined, '3: it does not follow number 1'],
  ['a missing last entry', 'greenwatch_rules', 'audit', { _id: 3 }, undefined, 'links at its end are missing'],
  [
    'a changed frame',
    'greenwatch_ingestion',
    'archive',
    { firstSequence: 2 },
    { $set: { content: Buffer.from([1]) } },
    'does not match its hash',
  ],
  [
    'a missing chunk',
    'greenwatch_ingestion',
    'archive',
    { firstSequence: 2 },
    undefined,
    'it does not follow the chunk before it',
  ],
  [
    'a missing last chunk',
    'greenwatch_ingestion',
    'archive',
    { firstSequence: 3 },
    undefined,
    'links at its end are missing',
  ],
])('%s breaks its chain and no other', async (_what, database, collection, which, change, reason) => {
  await withMongo(system.environment('operations'), async (mongo) => {
    const links = mongo.db(database).collection(collection);
    const before = await links.findOne(which);
    if (change) await links.updateOne(which, change);
    else await links.deleteOne(which);
    const chains = await checkChains(mongo);
    await links.replaceOne(which, before ?? {}, { upsert: true });
    const broken = chains.filter((chain) => chain.broken !== undefined);
    expect(broken.map(({ chain }) => chain)).toEqual([`${database}.${collection}`]);
    expect(broken[0]?.broken).toContain(reason);
  });
  expect(await check()).toEqual(whole);
});
