import { Readable } from 'node:stream';
import { fact, registryFacts } from '@greenwatch/contracts';
import { type Caller, type Client, connectClient, loadFieldCipher } from '@greenwatch/kit';
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
import ExcelJS from 'exceljs';
import { type Db, MongoClient } from 'mongodb';
import { COLUMNS } from '../src/device-sheet-layout';

let servers: TestServers;
let registry: TestProcess;
let client: Client;
let demo: Client;
let mongo: MongoClient;
let db: Db;

const USCC = '91130200699229617X';
const person = (division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `of-${division}`,
  name: '管理员',
  roles: ['administrator'],
  division,
  scopes: [],
  ...more,
});
const province = person('330000');
const tongxiang = person('330483');
const jiaojiang = person('331002');

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_registry`);
  const environment = serviceEnvironment(servers, 'registry') as Record<string, string>;
  registry = await startTestProcess({ script: 'services/registry/dist/main.js', environment });
  [client, demo] = (await Promise.all(
    ['gateway', 'demo'].map((issuer) => connectClient({ ...asIssuer(servers, issuer), services: ['registry'] })),
  )) as [Client, Client];
  const enterprise = (id: string, uscc: string, divisionCode: string) => ({
    ...{ id, uscc, divisionCode, name: `企业${id}`, address: '某路1号', lon: 120.5, lat: 30.6 },
    ...({ industryCode: '4412', industryName: '热电联产', managementClass: 'key', status: 'producing' } as const),
  });
  const outlet = (id: string, enterpriseId: string, code: string) => ({
    ...{ id, enterpriseId, code, name: code, lon: 120.5, lat: 30.6, factors: ['a21026'] },
    medium: 'gas' as const,
  });
  await demo.call('registry.import', {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' },
      { code: '330483', name: '桐乡市', level: 'county', parent: '330000' },
      { code: '331002', name: '椒江区', level: 'county', parent: '330000' },
    ],
    enterprises: [enterprise('e1', USCC, '330483'), enterprise('e2', '91440300708461136T', '331002')],
    outlets: [outlet('o1', 'e1', 'DA001'), outlet('o2', 'e1', 'DA002'), outlet('o3', 'e2', 'DA001')],
  });
}, 60_000);
afterAll(async () => {
  await Promise.all([client?.close(), demo?.close()]);
  await registry?.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

type Values = Partial<Record<(typeof COLUMNS)[number]['key'], string>>;
const csv = (rows: Values[]) =>
  [COLUMNS.map(({ zh }) => zh), ...rows.map((row) => COLUMNS.map(({ key }) => row[key] ?? ''))]
    .map((cells) => cells.join(','))
    .join('\n');
const upload = (content: string | Buffer, as = tongxiang) =>
  client.call(
    'registry.deviceSheet.upload',
    { filename: 'devices.csv' },
    { as, timeoutMs: 60_000, stream: Readable.from([Buffer.from(content)]) },
  );
const look = (id: string, as = tongxiang) => client.call('registry.deviceSheet.get', { id, limit: 1000 }, { as });
const committed = (id: string) =>
  until(
    async () => {
      const found = await db.collection('device_sheets').findOne({ _id: id as never });
      return found?.state === 'committed' && found;
    },
    40_000,
    () => registry.log(),
  );
const device = (mn: string) => db.collection('devices').findOne({ _id: mn as never });
const password = (text: unknown) => loadFieldCipher(testKeys(servers).fieldKeysFile).decrypt(String(text));
/** Facts about devices so far. */
const told = () => db.collection('outbox').countDocuments({ subject: 'facts.registry.device.changed' });

describe('devices from a sheet', () => {
  it('is looked at before anything changes: each bad row with its cell and what was expected', async () => {
    const sheet = await upload(
      csv([
        { mn: 'A1', uscc: USCC, outletCode: 'DA001', password: 'a1B2c3' },
        { mn: 'A2', outletId: 'o2', password: 'a1B2c4', edition: '2025', addresses: '10.1.2.3、10.2.0.0/16' },
        { mn: 'S3', outletId: 'o3', password: 'a1B2c5' },
        { mn: 'S4', outletId: 'o1' },
        { mn: 'A1', outletId: 'o1', password: 'x' },
        { mn: 'S5', outletId: 'o1', password: 'has;one', edition: '1999' },
      ]),
    );
    expect(sheet).toMatchObject({ state: 'ready', rows: 6, new: 2, wrong: 4, changed: 0, unchanged: 0, written: 0 });
    const { items } = await look(sheet.id);
    expect(items.map(({ row, mn, state }) => [row, mn, state])).toEqual([
      [2, 'A1', 'new'],
      [3, 'A2', 'new'],
      [4, 'S3', 'wrong'],
      [5, 'S4', 'wrong'],
      [6, 'A1', 'wrong'],
      [7, 'S5', 'wrong'],
    ]);
    expect(items.slice(2).map(({ errors }) => errors.map(({ cell, expected }) => `${cell}: ${expected}`))).toEqual([
      ['B4: an outlet of the registry in your division'],
      ['E5: a password, for the device is new'],
      ['A6: each device once, but row 2 has it too'],
      ['E7: 1 to 32 characters without blank or ;', 'F7: one of 2005, 2017, 2025, surface-water'],
    ]);
    expect(JSON.stringify(items)).not.toContain('has;one');
    expect(await device('A1')).toBeNull();
    await expect(client.call('registry.deviceSheet.commit', { id: sheet.id }, { as: tongxiang })).rejects.toMatchObject(
      {
        status: 409,
        reason: 'SHEET_HAS_ERRORS',
      },
    );
    await expect(look(sheet.id, jiaojiang)).rejects.toMatchObject({ status: 404 });
    await client.call('registry.deviceSheet.commit', { id: sheet.id, skipWrong: true }, { as: tongxiang });
    expect(await committed(sheet.id)).toMatchObject({ written: 2 });
    expect(await device('A2')).toMatchObject({
      ...{ status: 'active', edition: '2025', addresses: ['10.1.2.3', '10.2.0.0/16'], enterpriseId: 'e1' },
      ...{ sequence: 1, divisionPath: ['330000', '330483'] },
    });
    expect(password((await device('A1'))?.passwordEncrypted)).toBe('a1B2c3');
    // No password stays in the sheet, in clear or otherwise.
    expect(
      await db.collection('device_sheet_rows').countDocuments({ sheetId: sheet.id, draft: { $exists: true } }),
    ).toBe(0);
  });

  it('the same devices again change nothing and tell nothing; what differs is named', async () => {
    const before = await told();
    const sheet = await upload(
      csv([
        { mn: 'A1', outletId: 'o1', password: 'a1B2c3' },
        { mn: 'A2', outletId: 'o2', packetsPerMinute: '600' },
      ]),
    );
    expect(sheet).toMatchObject({ new: 0, changed: 1, unchanged: 1, wrong: 0 });
    expect((await look(sheet.id)).items[1]).toMatchObject({ state: 'changed', changes: ['packetsPerMinute'] });
    await client.call('registry.deviceSheet.commit', { id: sheet.id }, { as: tongxiang });
    expect(await committed(sheet.id)).toMatchObject({ written: 1 });
    expect(await told()).toBe(before + 1);
    expect(await device('A2')).toMatchObject({ packetsPerMinute: 600, sequence: 2 });
  });

  it('reads Excel, and refuses what is no sheet of devices', async () => {
    const workbook = new ExcelJS.Workbook();
    workbook.addWorksheet('a').addRows([
      ['MN', 'outlet id', 'password'],
      ['X1', 'o1', 'a1B2c3'],
    ]);
    const sheet = await upload(Buffer.from(await workbook.xlsx.writeBuffer()));
    expect(sheet).toMatchObject({ state: 'ready', format: 'xlsx', new: 1 });
    expect(await upload('名称,限值\n甲,35\n')).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('expected the headings 设备编号 (MN)'),
    });
    await expect(upload(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]))).rejects.toMatchObject({ status: 415 });
    const template = await client.call('registry.deviceSheet.template', { format: 'csv' }, { as: tongxiang });
    expect(Buffer.from(template.content, 'base64').toString()).toContain('设备编号*');
  });

  it('kill -9 while it is taken over: it goes on, and nothing is there twice', async () => {
    const COUNT = 1_000;
    const mns = Array.from({ length: COUNT }, (_, n) => `K${String(n).padStart(6, '0')}`);
    const sheet = await upload(csv(mns.map((mn) => ({ mn, outletId: 'o1', password: 'a1B2c3' }))));
    expect(sheet).toMatchObject({ new: COUNT, wrong: 0 });
    const before = await told();
    const there = () => db.collection('devices').countDocuments({ _id: { $regex: /^K\d{6}$/ } as never });
    await client.call('registry.deviceSheet.commit', { id: sheet.id }, { as: tongxiang });
    await until(async () => (await there()) > 0);
    await registry.kill();
    expect(await there()).toBeLessThan(COUNT);
    await registry.start();
    expect(await committed(sheet.id)).toMatchObject({ written: COUNT, errors: 0 });
    expect(await there()).toBe(COUNT);
    expect(await db.collection('devices').countDocuments({ _id: { $in: mns } as never, sequence: 1 })).toBe(COUNT);
    expect(await told()).toBe(before + COUNT);
    // Once taken over it is taken over, however often it is uploaded. Calls still go to the dead process for a while: until
    // the broker has missed its heart-beat (15 s).
    const text = csv(mns.map((mn) => ({ mn, outletId: 'o1', password: 'a1B2c3' })));
    const answered = () =>
      upload(text).catch((error: { code?: number }) => {
        if (error.code !== 503) throw error;
        return undefined;
      });
    expect(await until(answered, 40_000)).toMatchObject({ state: 'committed', written: COUNT });
  }, 90_000);
});

describe('a password is rotated', () => {
  /** The newest fact about a device, as ingestion gets it. */
  const newest = async (mn: string) => {
    const rows = await db.collection('outbox').find({ subject: 'facts.registry.device.changed' }).toArray();
    const envelopes = rows
      .map((row) => fact.Envelope.decode(row.envelope.buffer))
      .filter(({ entity }) => entity === mn);
    const last = envelopes.sort((a, b) => a.sequence - b.sequence).at(-1);
    return registryFacts.DeviceChanged.decode(last?.data ?? new Uint8Array());
  };

  it('the new one is told once, the old one stays good for its time, and who did it stands in the audit', async () => {
    const rotated = await client.call('registry.device.rotate', { mn: 'A1', keepHours: 24 }, { as: tongxiang });
    expect(rotated.password).toMatch(/^[0-9a-zA-Z]{6}$/);
    expect(Date.parse(rotated.oldPasswordUntil ?? '') - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const told = await newest('A1');
    expect(password(told.passwordEncrypted)).toBe(rotated.password);
    expect(told.oldPasswords?.passwords.map(({ encrypted }) => password(encrypted))).toEqual(['a1B2c3']);
    const device = await client.call('registry.device.get', { mn: 'A1' }, { as: tongxiang });
    expect(device).toMatchObject({ mn: 'A1', oldPasswordUntil: rotated.oldPasswordUntil });
    expect(JSON.stringify(device)).not.toContain(rotated.password);
    const { items } = await client.call('registry.device.list', {}, { as: tongxiang });
    expect(items.find(({ mn }) => mn === 'A1')).toEqual(device);
    const audit = await db.collection('audit').findOne({ action: 'registry.device.rotate' });
    expect(audit).toMatchObject({ by: { id: 'of-330483' }, detail: { ids: ['A1'] } });
    expect(JSON.stringify(await db.collection('audit').find().toArray())).not.toContain(rotated.password);
  });

  it('at once: no old one is good any more', async () => {
    const rotated = await client.call('registry.device.rotate', { mn: 'A1', keepHours: 0 }, { as: tongxiang });
    expect(rotated.oldPasswordUntil).toBeUndefined();
    expect((await newest('A1')).oldPasswords?.passwords).toEqual([]);
  });

  it('not by another county, nor an enterprise, nor of a device that is not in use', async () => {
    const rotate = (mn: string, as: Caller) => client.call('registry.device.rotate', { mn }, { as });
    await expect(rotate('A1', jiaojiang)).rejects.toMatchObject({ status: 404 });
    await expect(rotate('A1', person('330483', { roles: ['principal'], enterpriseId: 'e1' }))).rejects.toMatchObject({
      status: 403,
    });
    const sheet = await upload(csv([{ mn: 'A2', status: '停用' }]));
    await client.call('registry.deviceSheet.commit', { id: sheet.id }, { as: tongxiang });
    await committed(sheet.id);
    await expect(rotate('A2', province)).rejects.toMatchObject({ status: 409, reason: 'NOT_ACTIVE' });
  });
});
