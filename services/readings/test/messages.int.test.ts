import { type Actions, type Params, readingsLog, registryFacts } from '@greenwatch/contracts';
import { type Client, connectClient, encodeBatch, partitionOf, type RunningService, runService } from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, tellFact, testServers, until } from '@greenwatch/testkit';
import { MongoClient } from 'mongodb';
import { readingsService } from '../src/readings.service';

const T = Date.UTC(2026, 7, 14, 2);
const HOUR = 3_600_000;
const COUNTY = ['330000', '330400', '330483'];

let servers: TestServers;
let readings: RunningService;
let gateway: Client;
let mongo: MongoClient;

beforeAll(async () => {
  servers = await testServers();
  readings = await runService(readingsService, serviceEnvironment(servers, 'readings'));
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['readings'] });
  mongo = await new MongoClient(servers.mongoUri).connect();
}, 60_000);
afterAll(async () => {
  await Promise.all([gateway?.close(), mongo?.close()]);
  await readings?.stop();
  await servers?.stop();
}, 30_000);

const collection = (name: string) => mongo.db(`${servers.database}_readings`).collection<{ _id: string }>(name);
const user = (division: string, more: object = {}) => ({
  ...{ kind: 'user' as const, id: `u-${division}`, name: 'n', roles: ['supervisor' as const], division, scopes: [] },
  ...more,
});
const list = (params: Params<Actions['readings.message.list']>, as = user('330000')) =>
  gateway.call('readings.message.list', params, { as });

async function bind(mn: string, outletId: string, from: number, to: number, sequence: number): Promise<void> {
  const data = registryFacts.DeviceChanged.decode(new Uint8Array());
  data.mn = mn;
  data.bindings = [{ outletId, enterpriseId: `of-${outletId}`, medium: 'water', divisionPath: COUNTY, from, to }];
  await tellFact(gateway, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, sequence, data);
  await until(async () => (await collection('devices').findOne({ _id: mn })) !== null);
}

type Said = [time: number, said: object, receivedAt?: number];
async function say(mn: string, ...messages: Said[]): Promise<void> {
  const packets = messages.map(([dataTime, said, receivedAt = dataTime + 1_000]) => ({
    ...{ mn, kind: readingsLog.Kind.KIND_OTHER, dataTime, receivedAt, raw: Buffer.from('raw') },
    fields: JSON.stringify(said),
  }));
  await gateway.nats.js.publish(`readings.${partitionOf(mn, 16)}`, encodeBatch(packets));
}
const stored = (mn: string, count: number) =>
  until(async () => (await collection('device_messages').countDocuments({ _id: { $regex: `^${mn} ` } })) === count);

const check = {
  type: 'standard-check',
  checks: [{ factor: 'w01018', measured: '49', standard: '50', passed: true }],
  cn: '2062',
};
const log = (text: string) => ({ type: 'log', text, cn: '3020' });

test('issue 5: what a device says is kept once, however often and in whatever order it comes, and read newest first', async () => {
  await say('S1', [T + HOUR, log('量程切换')], [T, check]);
  await stored('S1', 2);
  await say('S1', [T, check, T + 9 * HOUR], [T + HOUR, log('量程切换'), T + 9 * HOUR], [T + HOUR, log('另一条')]);
  await stored('S1', 3);
  const { items, next } = await list({ mn: 'S1' });
  expect(next).toBeUndefined();
  expect(items.map(({ time, type }) => [time, type])).toEqual([
    ['2026-08-14T11:00:00.000+08:00', 'log'],
    ['2026-08-14T11:00:00.000+08:00', 'log'],
    ['2026-08-14T10:00:00.000+08:00', 'standard-check'],
  ]);
  expect(new Set(items.map(({ text }) => text))).toEqual(new Set(['量程切换', '另一条', undefined]));
  // The first reception stays.
  expect(items[2]).toEqual({
    ...{ id: expect.any(String), mn: 'S1', ...check },
    ...{ time: '2026-08-14T10:00:00.000+08:00', receivedAt: '2026-08-14T10:00:01.000+08:00' },
  });
  expect((await list({ mn: 'S1', type: ['log'], from: '2026-08-14T11:00:00+08:00' })).items).toHaveLength(2);
  expect((await list({ mn: 'S1', to: '2026-08-14T11:00:00+08:00' })).items).toHaveLength(1);
});

test('a list is paged by key without gaps or repetition, over the devices of an outlet', async () => {
  await bind('PA', 'O1', 0, T + 5 * HOUR, 1);
  await bind('PB', 'O1', T + 5 * HOUR, 0, 2);
  const said = (mn: string) =>
    say(mn, ...Array.from({ length: 12 }, (_, i): Said => [T + Math.floor(i / 2) * HOUR, log(`${mn} ${i}`)]));
  await Promise.all([said('PA'), said('PB')]);
  await Promise.all([stored('PA', 12), stored('PB', 12)]);
  const texts: (string | undefined)[] = [];
  for (let after: string | undefined; ; ) {
    const page = await list({ outletId: 'O1', limit: 5, ...(after ? { after } : {}) });
    texts.push(...page.items.map(({ text }) => text));
    after = page.next;
    if (!after) break;
  }
  // Each device in its own time: A to the fifth hour, B from then on.
  expect([...texts].sort()).toEqual([...Array.from({ length: 10 }, (_, i) => `PA ${i}`), 'PB 10', 'PB 11'].sort());
});

test('design.md 6: seen through the bindings, in their times; what lies outside is not there', async () => {
  await bind('V1', 'O2', T, T + 2 * HOUR, 3);
  await say('V1', [T - 1, log('before')], [T, log('in')], [T + 2 * HOUR, log('after')]);
  await stored('V1', 3);
  expect((await list({ mn: 'V1' })).items).toHaveLength(3);
  const mine = user('330483', { enterpriseId: 'of-O2', roles: ['principal'] });
  for (const as of [user('330483'), mine]) {
    expect((await list({ mn: 'V1' }, as)).items.map(({ text }) => text)).toEqual(['in']);
    expect((await list({ outletId: 'O2' }, as)).items.map(({ text }) => text)).toEqual(['in']);
  }
  for (const as of [user('331002'), user('330483', { enterpriseId: 'of-O1', roles: ['principal'] })]) {
    await expect(list({ mn: 'V1' }, as)).rejects.toMatchObject({ status: 404 });
    await expect(list({ outletId: 'O2' }, as)).rejects.toMatchObject({ status: 404 });
  }
  await expect(list({})).rejects.toMatchObject({ status: 422 });
  await expect(list({ mn: 'V1', outletId: 'O2' })).rejects.toMatchObject({ status: 422 });
});

test('a message of a later version, or none at all, stops nothing', async () => {
  await say('L1', [T, { type: 'of-later' }], [T, log('known')]);
  await stored('L1', 1);
  expect((await list({ mn: 'L1' })).items.map(({ text }) => text)).toEqual(['known']);
});
