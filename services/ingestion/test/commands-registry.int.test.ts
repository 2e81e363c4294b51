import type { Command, CommandParams, DeviceInput, Refusal } from '@greenwatch/contracts';
import { choosePort } from '@greenwatch/infra';
import {
  type Caller,
  type Client,
  connectClient,
  defineService,
  loadFieldCipher,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testKeys,
  testServers,
  until,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { ingestionService } from '../src/ingestion.service';
import { AnsweringDevice, deaf, type Habit, obedient } from './answering-device';

/** Keys and passwords that change by command, with a real registry beside ingestion. */

const DAY = 86_400_000;
const KEY = '0123456789abcdef';
const PASSWORD = '123456';
const MNS = { '2017': ['P1', 'P2', 'P3'], '2025': ['K1', 'K2', 'K3'] } as const;

let servers: TestServers;
let mongo: MongoClient;
let db: Db;
let registryDb: Db;
let registry: TestProcess;
let ingestion: RunningService;
let client: Client;
let port: number;
let decrypt: (text: string) => string;
/** How far ingestion's clock is ahead of the machine's, ms. */
let ahead = 0;
const open: AnsweringDevice[] = [];

const ingestionAhead = defineService({
  ...ingestionService,
  create: (kit) => ingestionService.create({ ...kit, now: () => kit.now() + ahead }),
});
const who = (role: 'supervisor' | 'administrator', division: string): Caller => ({
  ...{ kind: 'user', id: role, name: role, roles: [role], division, scopes: [] },
});
const supervisor = who('supervisor', '330483');
const administrator = who('administrator', '330000');

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_ingestion`);
  registryDb = mongo.db(`${servers.database}_registry`);
  decrypt = loadFieldCipher(testKeys(servers).fieldKeysFile).decrypt;
  port = await choosePort();
  registry = await startTestProcess({
    script: 'services/registry/dist/main.js',
    environment: serviceEnvironment(servers, 'registry') as Record<string, string>,
  });
  ingestion = await runService(
    ingestionAhead,
    serviceEnvironment(servers, 'ingestion', {
      ...{ HJ212_PORT: String(port), HJ212_OVERTIME_S: '2', HJ212_RESENDS: '1', GAP_DAYS: '0' },
    }),
  );
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion', 'registry'] });
  await importDevices([
    ...MNS['2017'].map((mn) => deviceOf(mn, '2017')),
    ...MNS['2025'].map((mn) => deviceOf(mn, '2025')),
  ]);
  await until(async () => (await db.collection('devices').countDocuments()) === 6);
}, 90_000);
afterAll(async () => {
  for (const device of open) device.socket.destroy();
  await client?.close();
  await ingestion?.stop();
  await registry?.stop();
  await mongo?.close();
  await servers?.stop();
}, 60_000);

const deviceOf = (
  mn: string,
  edition: DeviceInput['edition'],
  status: DeviceInput['status'] = 'active',
): DeviceInput => ({
  ...{ mn, status, edition, bindings: [], addresses: [], missingFlagValid: true, password: PASSWORD },
  station: { name: '空气站', divisionCode: '330483', lon: 120.5, lat: 30.6 },
});
const importDevices = (devices: DeviceInput[]) =>
  client.call(
    'registry.import',
    {
      divisions: [
        { code: '330000', name: '浙江省', level: 'province' },
        { code: '330483', name: '桐乡市', level: 'county', parent: '330000' },
      ],
      devices,
    },
    { as: administrator },
  );

/** Connects, and sends again as devices do until it is let in. */
async function online(mn: string, habit = obedient(), more: Parameters<typeof AnsweringDevice.open>[3] = {}) {
  const device = await AnsweringDevice.open(port, mn, habit, more);
  open.push(device);
  const again = setInterval(() => device.write(device.upload('2011', Date.now())), 500);
  await until(() => device.of('9014').length > 0).finally(() => clearInterval(again));
  return device;
}
/** Sends once more; resolves when that is answered. */
async function isAnswered(device: AnsweringDevice): Promise<void> {
  const before = device.of('9014').length;
  device.write(device.upload('2011', Date.now()));
  await until(() => device.of('9014').length > before);
}
const ask = (mn: string, command: string, params: CommandParams = {}, more: { waitSeconds?: number } = {}) =>
  client.call('ingestion.command.ask', { mn, command, params, ...more }, { as: supervisor });
const commandsOf = async (mn: string): Promise<Command[]> =>
  (await client.call('ingestion.command.list', { mn }, { as: supervisor })).items;
const refusals = async (mn: string, reason: Refusal['reason']): Promise<number> =>
  (await client.call('ingestion.refusal.list', { mn, reason }, { as: supervisor })).items.length;
const registered = async (mn: string) => {
  const found = await registryDb.collection('devices').findOne({ _id: mn as never });
  return {
    sequence: found?.sequence as number,
    password: decrypt(found?.passwordEncrypted),
    old: ((found?.oldPasswords ?? []) as { encrypted: string }[]).map(({ encrypted }) => decrypt(encrypted)),
  };
};
/** The registry has a password, and ingestion has heard of it. */
async function isRegistered(mn: string, password: string) {
  const device = await until(async () => {
    const found = await registered(mn);
    return found.password === password && found;
  });
  await until(() => db.collection('devices').findOne({ _id: mn as never, sequence: device.sequence }));
  return device;
}
const bySelf = { kind: 'service', id: 'service:ingestion', name: 'ingestion' };

describe('1072: a new password', () => {
  it('that the device has confirmed is in the registry, and lets it in; the old one too, for what is under way', async () => {
    const stranger = await AnsweringDevice.open(port, 'P1', deaf, { pw: 'New456' });
    open.push(stranger);
    await until(async () => (await refusals('P1', 'wrong-password')) === 1);
    const device = await online('P1');
    const { id } = await ask('P1', 'set-password', { newPw: 'New456' });
    expect(await isRegistered('P1', 'New456')).toMatchObject({ old: [PASSWORD] });
    const rotated = { action: 'registry.device.rotate', 'detail.ids': 'P1' };
    expect(await registryDb.collection('audit').findOne(rotated)).toMatchObject({ by: bySelf });
    // It was kept for the registry alone.
    await until(() => db.collection('commands').findOne({ _id: id as never, secrets: { $exists: false } }));
    await online('P1', obedient(), { pw: 'New456' });
    await isAnswered(device);
    const refused = await refusals('P1', 'wrong-password');
    stranger.pw = 'Wrong1';
    stranger.write(stranger.upload('2011', Date.now()));
    await until(async () => (await refusals('P1', 'wrong-password')) > refused);
    expect(stranger.of('9014')).toEqual([]);
  });

  it('of a device that went out of use holds up nobody; one too many ends the old ones', async () => {
    const retiring = await online('P2', (request, self) =>
      request.cn === '1072' ? [self.reply(request, '9011', 'QnRtn=1')] : [],
    );
    const { id } = await ask('P2', 'set-password', { newPw: 'Retire' }, { waitSeconds: 60 });
    const request = await until(() => retiring.of('1072')[0]);
    await importDevices([deviceOf('P2', '2017', 'retired')]);
    retiring.write(retiring.reply(request, '9012', 'ExeRtn=1'));
    await until(() => db.collection('commands').findOne({ _id: id as never, state: 'done' }));

    await online('P3');
    for (let n = 0; n < 5; n++) {
      const password = `Five0${n}`;
      await client.call('registry.device.rotate', { mn: 'P3', password }, { as: supervisor });
    }
    await ask('P3', 'set-password', { newPw: 'Sixth0' });
    expect(await isRegistered('P3', 'Sixth0')).toMatchObject({ old: [] });
    expect((await registered('P2')).password).toBe(PASSWORD);
    await until(() => db.collection('commands').findOne({ _id: id as never, secrets: { $exists: false } }));
    await online('P3', obedient(), { pw: 'Sixth0' });
  });
});

it('HJ 212-2025: a key of 90 days is changed by itself; the new one counts, the old one opens what is under way', async () => {
  const edition = '2025';
  const setKey = (mn: string) => client.call('ingestion.key.set', { mn, key: KEY }, { as: supervisor });
  const newKey = (request?: { cp: string }) => /NewSK=(.{16})/.exec(request?.cp ?? '')?.[1];
  const stored = async (mn: string) => {
    const found = await db.collection('device_keys').findOne({ _id: mn as never });
    return { key: decrypt(found?.key), offered: found?.next !== undefined };
  };
  const changed = (mn: string) => db.collection('audit').findOne({ action: 'key.change', entity: mn });
  const wants = (device: AnsweringDevice) =>
    device.write(
      `QN=20261122120000001;ST=32;CN=1014;PW=${PASSWORD};MN=${device.mn};Flag=9;CP=&&SKCreateTime=20261122120000000&&`,
    );
  for (const mn of ['K1', 'K2']) await setKey(mn);
  const first = await online('K1', obedient(), { edition, key: KEY });
  const silent = await online('K2', deaf, { edition, key: KEY });
  const young = await online('K3', obedient(), { edition });
  ahead = 45 * DAY;
  await setKey('K3');
  young.key = KEY;
  expect(first.of('1014')).toEqual([]);

  ahead = 90 * DAY + 60_000;
  // What it can read is encrypted with the key it has.
  const key = newKey(await until(() => first.of('1014')[0])) ?? '';
  expect(key).not.toBe(KEY);
  await until(async () => (await stored('K1')).key === key);
  const [command] = await commandsOf('K1');
  expect(command).toMatchObject({ command: 'set-key', cause: 'key', state: 'done', askedBy: bySelf });
  expect(await db.collection('audit').findOne({ entity: command?.id })).toMatchObject({
    ...{ action: 'command.ask', by: bySelf, detail: { mn: 'K1', cn: '1014', cause: 'key' } },
  });
  expect(await changed('K1')).toMatchObject({ by: bySelf });
  // What the device had made before it took the key.
  await isAnswered(first);
  first.key = key;
  await isAnswered(first);
  const refused = await refusals('K1', 'crc');
  first.key = 'fedcba9876543210';
  first.write(first.upload('2011', Date.now()));
  await until(async () => (await refusals('K1', 'crc')) > refused);
  first.key = key;
  wants(first);
  expect(newKey(await until(() => first.of('1014')[1]))).not.toBe(key);

  // Answers that are lost: the same key again, and the first packet under it says that the device has it.
  const offered = newKey(await until(() => silent.of('1014')[0])) ?? '';
  await until(() => db.collection('commands').findOne({ mn: 'K2', state: 'timed-out' }));
  expect(await stored('K2')).toEqual({ key: KEY, offered: true });
  const takes: Habit = (request, self) => {
    if (request.cn === '1014') self.key = newKey(request);
    return [];
  };
  const taking = await online('K2', takes, { edition, key: KEY });
  wants(taking);
  expect(newKey(await until(() => taking.of('1014')[0]))).toBe(offered);
  await isAnswered(taking);
  await until(async () => !(await stored('K2')).offered);
  expect(await stored('K2')).toEqual({ key: offered, offered: false });
  expect(await changed('K2')).toMatchObject({ by: bySelf });

  // 45 days old.
  expect(await commandsOf('K3')).toEqual([]);
}, 60_000);
