import { Readable } from 'node:stream';
import { registryFacts, type Sheet, usccCheckCharacter } from '@greenwatch/contracts';
import { type Caller, type Client, connectClient } from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import ExcelJS from 'exceljs';
import { type Db, MongoClient } from 'mongodb';
import { COLUMNS } from '../src/sheet-layout';

let servers: TestServers;
let permits: TestProcess;
let client: Client;
let mongo: MongoClient;
let db: Db;

const TONGXIANG = ['330000', '330400', '330483'];
const JIAOJIANG = ['330000', '331000', '331002'];
const administrator = (division: string): Caller => ({
  kind: 'user',
  id: `a-${division}`,
  name: `管理员${division}`,
  roles: ['administrator'],
  division,
  scopes: [],
});
const province = administrator('330000');
const UPLOAD_MOST = 2 * 1_048_576;

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_permits`);
  const environment = serviceEnvironment(servers, 'permits', { SHEET_MAX_BYTES: String(UPLOAD_MOST) });
  permits = await startTestProcess({
    script: 'services/permits/dist/main.js',
    environment: environment as Record<string, string>,
  });
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['permits'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await permits?.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

/** The nth credit code of tests: organisation code of zeroes and ones that check. */
function uscc(n: number): string {
  const organisation = String(10_000_000 + n);
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const rest = 11 - (weights.reduce((sum, w, i) => sum + w * Number(organisation[i]), 0) % 11);
  const body = `91330483${organisation}${rest === 10 ? 'X' : rest === 11 ? '0' : rest}`;
  return body + usccCheckCharacter(body);
}
const number = (n: number) => `${uscc(n)}001P`;

async function tellEnterprise(n: number, divisionPath = TONGXIANG): Promise<void> {
  const empty = registryFacts.EnterpriseChanged.decode(new Uint8Array());
  const data = { ...empty, id: `e${n}`, uscc: uscc(n), name: `企业${n}` };
  await tellFact(client, 'facts.registry.enterprise.changed', registryFacts.EnterpriseChanged, `e${n}`, 1, data, {
    divisionPath,
    enterpriseId: `e${n}`,
  });
}

type Values = Partial<Record<(typeof COLUMNS)[number]['key'], string>>;
const row = (n: number, change: Values = {}): Values => ({
  permitNumber: number(n),
  managementClass: '重点管理',
  name: `企业${n}`,
  issuer: '嘉兴市生态环境局',
  validFrom: '2026-01-01',
  validTo: '2030-12-31',
  outletCode: 'DA001',
  factor: 'a21026',
  period: '小时',
  limit: '35',
  ...change,
});
const csv = (rows: Values[]) =>
  `${COLUMNS.map(({ zh }) => zh).join(',')}\n${rows.map((one) => COLUMNS.map(({ key }) => one[key] ?? '').join(',')).join('\n')}\n`;

const upload = (content: Buffer | string | Readable, as = province) =>
  client.call(
    'permits.sheet.upload',
    { filename: 'permits.csv' },
    { as, timeoutMs: 30_000, stream: content instanceof Readable ? content : Readable.from([Buffer.from(content)]) },
  );
const look = (id: string, as = province) => client.call('permits.sheet.get', { id }, { as });
async function settled(sheet: Sheet) {
  return until(async () => {
    const got = await look(sheet.id);
    return ['parsing', 'committing'].includes(got.sheet.state) ? undefined : got;
  }, 30_000);
}

describe('a sheet', () => {
  beforeAll(async () => {
    for (let n = 1; n <= 6; n++) await tellEnterprise(n);
    await tellEnterprise(7, JIAOJIANG);
    await factsHandled(client, 'permits');
  });

  it('is looked at before it is taken over; the same bytes again are the same sheet', async () => {
    const text = csv([
      row(1, { reports: '年报、季报', monitoring: '季', quota: '120000', quotaYears: '2026-2027' }),
      row(1, { outletCode: 'DW001', factor: 'w01001', period: '日', limit: '9', minimum: '6', premises: '' }),
      row(2),
    ]);
    const sheet = await upload(text);
    const ready = await settled(sheet);
    expect(ready.sheet).toMatchObject({ state: 'ready', rows: 3, permits: 2, new: 2, changed: 0, wrong: 0, errors: 0 });
    expect((await upload(text)).id).toBe(sheet.id);
    await client.call('permits.sheet.commit', { id: sheet.id }, { as: province });
    expect((await settled(sheet)).sheet).toMatchObject({ state: 'committed', written: 2 });
    // Taken over twice is taken over once.
    await client.call('permits.sheet.commit', { id: sheet.id }, { as: province });
    const [permit] = await client.call('permits.permit.list', { enterpriseId: 'e1' }, { as: administrator('330483') });
    expect(permit).toMatchObject({
      number: number(1),
      version: 1,
      validTo: '2031-01-01T00:00:00.000+08:00',
      outlets: [{ code: 'DA001', factors: ['a21026'] }, { code: 'DW001' }],
      limits: [
        { limit: 35, unit: 'mg/m3' },
        { limit: 9, minimum: 6, period: 'day' },
      ],
      quotas: [
        { factor: 'a21026', year: 2026, quantity: 120_000 },
        { factor: 'a21026', year: 2027, quantity: 120_000 },
      ],
      requirements: { reports: ['quarterly', 'yearly'], selfMonitoring: [{ factor: 'a21026', every: 'quarter' }] },
    });

    const changed = await settled(await upload(csv([row(1, { limit: '30' }), row(2)])));
    expect(changed.sheet).toMatchObject({ new: 0, changed: 1, unchanged: 1 });
    expect(changed.items[0]).toMatchObject({ state: 'changed', changes: expect.arrayContaining(['limits', 'quotas']) });
  });

  it('names each bad row by its cell and what was expected; nothing of a bad permit is taken over', async () => {
    const sheet = await upload(
      csv([
        row(3, { limit: '=1+34' }),
        row(4, { permitNumber: `${uscc(4).slice(0, 17)}${uscc(4)[17] === 'A' ? 'B' : 'A'}001P` }),
        row(5),
        row(5),
        row(7, { validFrom: '2026-02-30' }),
        row(6),
        row(6, { permitNumber: `${uscc(6)}001Q`, outletCode: 'DA002' }),
        row(99),
      ]),
    );
    const got = await settled(sheet);
    expect(got.sheet).toMatchObject({ state: 'ready', new: 1, wrong: 6 });
    const errors = got.items.flatMap((item) => item.errors);
    const limitColumn = String.fromCharCode(65 + COLUMNS.findIndex(({ key }) => key === 'limit'));
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          row: 2,
          cell: `${limitColumn}2`,
          column: '许可排放浓度',
          expected: expect.stringContaining('not a formula'),
        }),
        expect.objectContaining({ row: 3, cell: 'A3', expected: expect.stringContaining('check character') }),
        expect.objectContaining({ row: 5, expected: expect.stringContaining('row 4 is for the same') }),
        expect.objectContaining({ row: 6, column: '有效期起', expected: expect.stringContaining('a day such as') }),
        expect.objectContaining({ row: 8, expected: expect.stringContaining(`permit ${number(6)}`) }),
        expect.objectContaining({ row: 9, expected: expect.stringContaining('an enterprise with the credit code') }),
      ]),
    );
    const commit = client.call('permits.sheet.commit', { id: sheet.id }, { as: province });
    await expect(commit).rejects.toMatchObject({ status: 409, reason: 'SHEET_HAS_ERRORS' });
    expect(
      await db.collection('permits').countDocuments({ enterpriseId: { $in: ['e3', 'e4', 'e5', 'e6', 'e7'] } }),
    ).toBe(0);
    await client.call('permits.sheet.commit', { id: sheet.id, skipWrong: true }, { as: province });
    expect((await settled(sheet)).sheet).toMatchObject({ state: 'committed', written: 1 });
    expect(
      await db.collection('permits').countDocuments({ enterpriseId: { $in: ['e3', 'e4', 'e5', 'e6', 'e7'] } }),
    ).toBe(1);
  });

  it('belongs to the division that sent it, and speaks only of its enterprises', async () => {
    const text = csv([row(7)]);
    const sheet = await upload(text, administrator('330483'));
    await expect(look(sheet.id)).rejects.toMatchObject({ status: 404 });
    const got = await until(async () => {
      const one = await look(sheet.id, administrator('330483'));
      return one.sheet.state === 'parsing' ? undefined : one;
    });
    expect(got.sheet).toMatchObject({ wrong: 1 });
  });
});

describe("another division's permit", () => {
  it('is not changed by a sheet that puts its number on an own enterprise; its content is not shown', async () => {
    const theirs = { enterpriseId: 'e68', managementClass: 'key' as const, issuer: '台州市生态环境局', limits: [] };
    const valid = { validFrom: '2026-01-01T00:00:00+08:00', validTo: '2030-12-31T00:00:00+08:00' };
    await tellEnterprise(68, JIAOJIANG);
    await tellEnterprise(69);
    await factsHandled(client, 'permits');
    const permit = { id: number(68), number: number(68), ...theirs, ...valid };
    await client.call('permits.import', { permits: [permit] }, { as: province });
    const county = administrator('330483');
    await expect(client.call('permits.import', { permits: [permit] }, { as: county })).rejects.toMatchObject({
      status: 403,
    });
    const sheet = await upload(csv([row(68, { enterpriseId: 'e69' })]), county);
    const got = await until(async () => {
      const one = await look(sheet.id, county);
      return one.sheet.state === 'parsing' ? undefined : one;
    });
    expect(got.items).toMatchObject([
      { state: 'wrong', changes: [], errors: [{ expected: expect.stringContaining('your own division') }] },
    ]);
    const stored = await db.collection('permits').findOne({ number: number(68) });
    expect(stored).toMatchObject({ enterpriseId: 'e68', version: 1 });
  });
});

describe('files that are none', () => {
  it('what is larger than the limit is refused, and nothing of it is kept', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (; sent < 40; sent++) yield Buffer.alloc(1_048_576, 0x41);
      })(),
    );
    await expect(upload(endless)).rejects.toMatchObject({ status: 413 });
    expect(await db.collection('blobs.files').countDocuments({ length: { $gt: UPLOAD_MOST } })).toBe(0);
  });

  test.each([
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 1]), /expected .xlsx or .csv/],
    ['an old .xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), /old .xls/],
    ['nothing', Buffer.alloc(0), /empty/],
  ])('%s is refused by its content', async (_what, bytes, message) => {
    await expect(upload(bytes)).rejects.toMatchObject({ status: 415, message: expect.stringMatching(message) });
  });

  it('a sheet without the headings is refused with their names', async () => {
    const got = await settled(await upload('number,limit\n1,2\n'));
    expect(got.sheet).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('许可证编号 (permit number)'),
    });
  });
});

describe('a workbook', () => {
  it('is read like CSV: numbers, days; a formula is refused by the name of its cell', async () => {
    for (let n = 11; n <= 12; n++) await tellEnterprise(n);
    await factsHandled(client, 'permits');
    const { content } = await client.call('permits.sheet.template', { format: 'xlsx' }, { as: province });
    const filled = new ExcelJS.Workbook();
    await filled.xlsx.load(Buffer.from(content, 'base64') as never);
    const headings = filled.worksheets[0]?.getRow(1).values as string[];
    expect(headings.slice(1, 3)).toEqual(['许可证编号*', '管理类别*']);
    const workbook = new ExcelJS.Workbook();
    const sheet = workbook.addWorksheet('permits');
    sheet.addRow(headings.slice(1));
    const values = (n: number, change: Record<string, unknown>) =>
      COLUMNS.map(({ key }) => ({ ...row(n), ...change })[key] ?? null);
    sheet.addRow(values(11, { limit: 35.5, validFrom: new Date(Date.UTC(2026, 0, 1)) }));
    sheet.addRow(values(12, { limit: { formula: 'SUM(1,2)', result: 3 } }));
    const got = await settled(await upload(Buffer.from(await workbook.xlsx.writeBuffer())));
    expect(got.sheet).toMatchObject({ state: 'ready', format: 'xlsx', rows: 2, new: 1, wrong: 1 });
    expect(got.items.find(({ state }) => state === 'wrong')?.errors).toMatchObject([
      { row: 3, cell: expect.stringMatching(/^[A-Z]+3$/), value: '=SUM(1,2)', expected: 'a value, not a formula' },
    ]);
  });
});

describe('a restart', () => {
  const COUNT = 1_500;
  it('kill -9 while a sheet is taken over: it goes on, and nothing is there twice', async () => {
    const first = 1_000;
    const known = Array.from({ length: COUNT }, (_, i) => ({
      _id: `e${first + i}` as never,
      sequence: 1,
      divisionPath: TONGXIANG,
      uscc: uscc(first + i),
    }));
    await db.collection('enterprises').insertMany(known);
    const sheet = await upload(csv(Array.from({ length: COUNT }, (_, i) => row(first + i))));
    expect((await settled(sheet)).sheet).toMatchObject({ new: COUNT, wrong: 0 });
    const versions = () => db.collection('permit_versions').countDocuments({ permitId: { $regex: /^91330483100/ } });
    const before = await versions();
    await client.call('permits.sheet.commit', { id: sheet.id }, { as: province });
    await until(async () => (await versions()) > before);
    await permits.kill();
    const killedAt = await versions();
    expect(killedAt).toBeLessThan(before + COUNT);
    await permits.start();
    const done = await until(
      async () => {
        const found = await db.collection('sheets').findOne({ _id: sheet.id as never });
        return found?.state === 'committed' ? found : undefined;
      },
      40_000,
      () => permits.log(),
    );
    expect(done.written).toBe(COUNT);
    const ids = Array.from({ length: COUNT }, (_, i) => number(first + i));
    expect(await db.collection('permits').countDocuments({ number: { $in: ids }, version: 1, sequence: 1 })).toBe(
      COUNT,
    );
    expect(await db.collection('permit_versions').countDocuments({ permitId: { $in: ids } })).toBe(COUNT);
    const facts = await db.collection('outbox').countDocuments({ subject: 'facts.permits.permit.changed' });
    const permitsThere = await db
      .collection('permits')
      .aggregate([{ $group: { _id: null, n: { $sum: '$sequence' } } }])
      .next();
    expect(facts).toBe(permitsThere?.n);
  }, 60_000);
});
