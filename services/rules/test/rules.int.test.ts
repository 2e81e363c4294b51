import { fact, permitsFacts, readingsLog, registryFacts, rulesFacts } from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  type Codec,
  connectClient,
  defineService,
  encodeBatch,
  FACTS,
  newId,
  partitionOf,
  READINGS,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { type Db, MongoClient } from 'mongodb';
import { rulesService } from '../src/rules.service';

const PARTITIONS = 4;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
const { Kind } = readingsLog;

let servers: TestServers;
let rules: RunningService;
let gateway: Client;
let mongo: MongoClient;
let db: Db;

const environment = () =>
  serviceEnvironment(servers, 'rules', {
    READINGS_PARTITIONS: String(PARTITIONS),
    RULES_OFFLINE_AFTER_S: '3',
    RULES_SILENCE_CHECK_S: '1',
  });

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_rules`);
  rules = await runService(rulesService, environment());
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['rules'] });
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await rules?.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

async function until(condition: () => Promise<boolean>, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not become true in time');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function tell<T>(subject: string, codec: Codec<T>, entity: string, sequence: number, data: T): Promise<void> {
  const envelope = fact.Envelope.encode({
    id: newId(),
    type: codec.$type,
    entity,
    sequence,
    occurredAt: 0,
    recordedAt: 0,
    producer: 'test',
    divisionPath: [],
    enterpriseId: '',
    traceParent: '',
    data: codec.encode(data).finish(),
  });
  await gateway.nats.js.publish(subject, envelope.finish());
}

const TONGXIANG = ['330000', '330400', '330483'];
let number = 0;

interface Source {
  mn: string;
  outletId: string;
  enterpriseId: string;
}

/** A device at an outlet of its own with a permit: SO2 35 mg/m3 an hour, COD 50 mg/L a day. */
async function source(medium: 'gas' | 'water', permitted = true): Promise<Source> {
  const id = `s${++number}`;
  const [mn, outletId, enterpriseId] = [`MN${id}`, `o-${id}`, `e-${id}`];
  await tell('facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, {
    mn,
    status: 'active',
    passwordEncrypted: '',
    addresses: [],
    edition: '2017',
    missingFlagValid: true,
    operatorId: 'op1',
    bindings: [{ outletId, enterpriseId, medium, from: 0, to: 0, divisionPath: TONGXIANG }],
    oldPasswords: undefined,
    ppmFactors: [],
    facilities: [
      { code: 'SB1', role: 'production', name: '定型机' },
      { code: 'SB2', role: 'treatment', name: '静电场' },
    ],
  });
  const limit = (factor: string, period: string, value: number) => ({
    id: `${id}-${factor}`,
    outletId,
    factor,
    period,
    limit: value,
    decimals: 0,
    unit: medium === 'gas' ? 'mg/m3' : 'mg/L',
    referenceOxygen: medium === 'gas' ? 6 : 0,
    basis: 'GB 13223-2011',
    validFrom: 1,
    validTo: 0,
    minimum: 0,
  });
  const limits = medium === 'gas' ? [limit('a21026', 'hour', 35)] : [limit('w01018', 'day', 50)];
  if (permitted) {
    await tell('facts.permits.permit.changed', permitsFacts.PermitChanged, `p-${id}`, 1, {
      id: `p-${id}`,
      number: '',
      enterpriseId,
      managementClass: 'key',
      validFrom: 1,
      validTo: Date.now() + 100 * DAY,
      version: 1,
      status: 'valid',
      limits,
      outlets: [],
      quotas: [],
    });
    await until(async () => (await db.collection('permits').countDocuments({ _id: `p-${id}` as never })) === 1);
  }
  await until(async () => (await db.collection('devices').countDocuments({ _id: mn as never })) === 1);
  return { mn, outletId, enterpriseId };
}

type Sent = [kind: readingsLog.Kind, dataTime: number, fields: string, receivedAt?: number];
const so2 = (at: number, zsAvg: number, avg = zsAvg / 2): Sent => [
  Kind.KIND_HOUR,
  at,
  `a21026-Avg=${avg},a21026-ZsAvg=${zsAvg},a21026-Flag=N;a00000-Avg=12.5,a00000-Flag=N`,
];

/** One log message, as ingestion publishes it. */
async function publish(mn: string, packets: Sent[]): Promise<void> {
  const batch = encodeBatch(
    packets.map(([kind, dataTime, fields, receivedAt = Date.now()]) => ({
      mn,
      kind,
      dataTime,
      receivedAt,
      fields,
      raw: new Uint8Array(),
    })),
  );
  await gateway.nats.js.publish(`readings.${partitionOf(mn, PARTITIONS)}`, batch);
}

/** Everything published before has been judged, and its facts are on the stream. */
async function judged(): Promise<void> {
  await until(async () => {
    for (let p = 0; p < PARTITIONS; p++) {
      const { num_pending, num_ack_pending } = await gateway.nats.jsm.consumers.info(READINGS, `rules-${p}`);
      if (num_pending + num_ack_pending > 0) return false;
    }
    return (await db.collection('outbox').countDocuments({ pending: true })) === 0;
  });
}

/** What was told of a device's alarms, read from the stream. */
async function told(
  mn: string,
): Promise<{ verb: string; sequence: number; path: string[]; alarm: rulesFacts.AlarmChanged }[]> {
  const consumer = await gateway.nats.js.consumers.get(FACTS, { filter_subjects: ['facts.rules.>'] });
  const facts = [];
  if ((await consumer.info()).num_pending === 0) return [];
  for await (const message of await consumer.fetch({ max_messages: 10_000, expires: 2_000 })) {
    const { sequence, divisionPath, data } = fact.Envelope.decode(message.data);
    const alarm = rulesFacts.AlarmChanged.decode(data);
    const verb = message.subject.split('.').at(-1) as string;
    if (alarm.mn === mn) facts.push({ verb, sequence, path: divisionPath, alarm });
    if (message.info.pending === 0) break;
  }
  return facts;
}
const verbsOf = async (mn: string) => (await told(mn)).map(({ verb, alarm }) => `${verb} ${alarm.code} ${alarm.level}`);

const caller = (division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `u-${division}`,
  name: division,
  roles: ['supervisor'],
  division,
  scopes: [],
  ...more,
});
const tongxiang = caller('330483', { personId: 'zhang' });
const alarmsOf = async (outletId: string, as = tongxiang) =>
  (await gateway.call('rules.alarm.list', { outletId }, { as })).items;

/** Start of the hour `n` hours before this one. */
const hoursAgo = (n: number) => Math.floor(Date.now() / HOUR) * HOUR - n * HOUR;

describe('an exceedance of the hourly mean (HJ 75-2017; domain.md 1.9)', () => {
  it('from packets on the log to one alarm with its facts: warning, exceedance, urgent, cleared', async () => {
    const { mn, outletId, enterpriseId } = await source('gas');
    const values = [20, 32, 36, 41.5, 80, 30, 20];
    for (const [i, value] of values.entries()) {
      await publish(mn, [so2(hoursAgo(8 - i), value)]);
      await judged();
    }
    expect(await alarmsOf(outletId)).toMatchObject([
      {
        code: 'EXC_H',
        level: 'urgent',
        mn,
        outletId,
        enterpriseId,
        factor: 'a21026',
        active: false,
        acknowledged: false,
        history: false,
        durationMin: 240,
        divisionPath: TONGXIANG,
        evidence: [
          {
            value: '32',
            field: 'ZsAvg',
            limit: 35,
            unit: 'mg/m3',
            limitId: expect.any(String),
            basis: 'GB 13223-2011',
          },
          { value: '36' },
          { value: '41.5' },
          { value: '80' },
        ],
      },
    ]);
    const facts = await told(mn);
    expect(facts.map(({ verb, sequence, alarm }) => `${sequence} ${verb} ${alarm.code} ${alarm.level}`)).toEqual([
      '1 raised WARN_H low',
      '2 updated EXC_H high',
      '3 updated EXC_H high',
      '4 updated EXC_H urgent',
      '5 cleared EXC_H urgent',
    ]);
    expect(facts[0]).toMatchObject({ verb: 'raised', path: TONGXIANG, alarm: { active: true, endedAt: 0 } });
    expect(facts.at(-1)).toMatchObject({
      verb: 'cleared',
      alarm: { active: false, startedAt: hoursAgo(7), endedAt: hoursAgo(3), multiple: (80 - 35) / 35 },
    });
  });

  it('known only when it is over (one batch): raised once, as cleared', async () => {
    const { mn } = await source('gas');
    await publish(
      mn,
      [32, 36, 37, 20, 21].map((value, i) => so2(hoursAgo(6 - i), value)),
    );
    await judged();
    expect(await told(mn)).toMatchObject([{ verb: 'raised', sequence: 1, alarm: { code: 'EXC_H', active: false } }]);
  });

  it('everything delivered twice, in another order, ends in the same state with nothing told again', async () => {
    const { mn, outletId } = await source('gas');
    const received = Date.now();
    const packets = [20, 36, 37, 20, 21, 38, 30, 20].map((value, i): Sent => {
      const [kind, at, fields] = so2(hoursAgo(9 - i), value);
      return [kind, at, fields, received + i];
    });
    const [kind, at, fields] = so2(hoursAgo(8), 50);
    packets.push([kind, at, fields, received + 20]);
    for (const packet of packets) await publish(mn, [packet]);
    await judged();
    const state = async () => ({
      alarms: await alarmsOf(outletId),
      stored: await db.collection('alarms').find({ mn }).sort({ _id: 1 }).toArray(),
      periods: await db
        .collection('periods')
        .find({ _id: { $regex: `^${mn}` } as never })
        .sort({ _id: 1 })
        .toArray(),
      facts: (await told(mn)).length,
    });
    const before = await state();
    expect(before.alarms.map(({ evidence }) => evidence.map(({ value }) => value))).toEqual([['38'], ['50', '37']]);
    await publish(mn, packets);
    for (const packet of packets.reverse()) await publish(mn, [packet]);
    await judged();
    expect(await state()).toEqual(before);
  });

  it('design 4: a revision of the hour takes the alarm back', async () => {
    const { mn, outletId } = await source('gas');
    await publish(mn, [so2(hoursAgo(3), 99)]);
    await judged();
    await publish(mn, [so2(hoursAgo(3), 19)]);
    await judged();
    expect(await verbsOf(mn)).toEqual(['raised EXC_H urgent', 'cleared EXC_H urgent']);
    expect(await alarmsOf(outletId)).toMatchObject([{ active: false, evidence: [{ value: '99' }] }]);
  });

  it('design 4: a back-fill of 7 days raises history, and the last day live alarms', async () => {
    const { mn, outletId } = await source('gas');
    const hours = Array.from(
      { length: 168 },
      (_, i): Sent => so2(hoursAgo(168 - i), [20, 66, 152].includes(i) ? 60 : 20 + (i % 7)),
    );
    // The device resends the newest first, then the rest as it finds it.
    await publish(mn, hours.slice(100));
    await judged();
    await publish(mn, hours.slice(0, 100));
    await judged();
    expect(
      (await alarmsOf(outletId)).map(({ startedAt, history, active }) => [Date.parse(startedAt), history, active]),
    ).toEqual([
      [hoursAgo(16), false, false],
      [hoursAgo(102), true, false],
      [hoursAgo(148), true, false],
    ]);
  });

  it('nothing is judged without a limit in force or a binding', async () => {
    const { mn, outletId } = await source('gas', false);
    await publish(mn, [so2(hoursAgo(2), 500)]);
    await publish('MN-unknown', [so2(hoursAgo(2), 500)]);
    await judged();
    expect(await alarmsOf(outletId)).toEqual([]);
    expect(await db.collection('alarms').countDocuments({ mn: 'MN-unknown' })).toBe(0);
  });
});

it('HJ 356-2019 7: a day of water above its limit is live though its day began more than 24 h ago', async () => {
  const { mn, outletId } = await source('water');
  const yesterday = Math.floor((Date.now() + 8 * HOUR) / DAY) * DAY - 8 * HOUR - DAY;
  await publish(mn, [[Kind.KIND_DAY, yesterday, 'w01018-Avg=55.2,w01018-Flag=N;w00000-Cou=1200']]);
  await judged();
  expect(await alarmsOf(outletId)).toMatchObject([{ code: 'EXC_D', level: 'high', history: false, durationMin: 1440 }]);
});

it('CONST: 6 equal hours of the unconverted value, until 2 others', async () => {
  const { mn, outletId } = await source('gas');
  for (let i = 0; i < 7; i++) await publish(mn, [so2(hoursAgo(10 - i), 20 + i, 17.3)]);
  await judged();
  expect(await alarmsOf(outletId)).toMatchObject([{ code: 'CONST', level: 'mid', active: true, durationMin: 420 }]);
  await publish(mn, [so2(hoursAgo(3), 20, 17.4), so2(hoursAgo(2), 20, 17.5)]);
  await judged();
  expect(await alarmsOf(outletId)).toMatchObject([{ code: 'CONST', active: false, durationMin: 420 }]);
});

it('TREAT_OFF: production on with the treatment off for 10 min', async () => {
  const { mn, outletId } = await source('gas');
  const start = Math.floor(Date.now() / MINUTE) * MINUTE - 40 * MINUTE;
  const state = (minute: number, treatment: string): Sent => [
    Kind.KIND_STATE,
    start + minute * MINUTE,
    `SB1-RS=1;SB2-RS=${treatment}`,
  ];
  for (let minute = 0; minute <= 27; minute++) await publish(mn, [state(minute, minute < 3 ? '1' : '0')]);
  await judged();
  expect(await alarmsOf(outletId)).toMatchObject([
    {
      code: 'TREAT_OFF',
      level: 'high',
      active: true,
      startedAt: expect.any(String),
      evidence: [{ value: 'SB1=1,SB2=0' }],
    },
  ]);
  await publish(mn, [state(28, '1'), state(29, '1')]);
  await judged();
  expect(await alarmsOf(outletId)).toMatchObject([{ active: false, durationMin: 25 }]);
  const told25 = await verbsOf(mn);
  for (let minute = 0; minute <= 29; minute++) {
    await publish(mn, [state(minute, minute < 3 || minute > 27 ? '1' : '0')]);
  }
  await judged();
  expect(await verbsOf(mn)).toEqual(told25);
});

describe('actions', () => {
  it('scope: another county and another enterprise do not find it', async () => {
    const { mn, outletId, enterpriseId } = await source('gas');
    await publish(mn, [so2(hoursAgo(2), 50)]);
    await judged();
    const [alarm] = await alarmsOf(outletId);
    const id = alarm?.id as string;
    const get = (as: Caller) => gateway.call('rules.alarm.get', { id }, { as });
    const principal = (of: string) => caller('330483', { roles: ['principal'], enterpriseId: of });
    const operator = (of: string) => caller('330000', { roles: ['operator-staff'], operatorId: of });
    for (const as of [tongxiang, caller('330000'), principal(enterpriseId), operator('op1')]) {
      expect(await get(as)).toMatchObject({ id });
    }
    for (const as of [caller('331002'), principal('e-other'), operator('op2')]) {
      await expect(get(as)).rejects.toMatchObject({ status: 404 });
      expect(await alarmsOf(outletId, as)).toEqual([]);
    }
    const acknowledging = gateway.call('rules.alarm.acknowledge', { id }, { as: caller('331002') });
    await expect(acknowledging).rejects.toMatchObject({ status: 404 });
    const byPrincipal = gateway.call('rules.alarm.acknowledge', { id }, { as: principal(enterpriseId) });
    await expect(byPrincipal).rejects.toMatchObject({ status: 403 });
  });

  it('acknowledged is a bit of its own, told and audited once', async () => {
    const { mn, outletId } = await source('gas');
    await publish(mn, [so2(hoursAgo(3), 50)]);
    await judged();
    const [{ id } = { id: '' }] = await alarmsOf(outletId);
    for (let i = 0; i < 2; i++) {
      const acknowledged = await gateway.call('rules.alarm.acknowledge', { id }, { as: tongxiang });
      expect(acknowledged).toMatchObject({ active: true, acknowledged: true, acknowledgedBy: 'zhang' });
    }
    await publish(mn, [so2(hoursAgo(2), 20), so2(hoursAgo(1), 20)]);
    await judged();
    expect(await alarmsOf(outletId)).toMatchObject([{ active: false, acknowledged: true, acknowledgedBy: 'zhang' }]);
    expect(await verbsOf(mn)).toEqual(['raised EXC_H high', 'acknowledged EXC_H high', 'cleared EXC_H high']);
    expect(await db.collection('audit').countDocuments({ entity: id })).toBe(1);
  });

  it('lists by key, newest first, and by time', async () => {
    const { mn, outletId } = await source('gas');
    for (const n of [20, 15, 10, 5])
      await publish(mn, [so2(hoursAgo(n), 50), so2(hoursAgo(n - 1), 1), so2(hoursAgo(n - 2), 2)]);
    await judged();
    const list = (more: object) => gateway.call('rules.alarm.list', { outletId, ...more }, { as: tongxiang });
    const first = await list({ limit: 3 });
    const second = await list({ limit: 3, after: first.next });
    const starts = [...first.items, ...second.items].map(({ startedAt }) => Date.parse(startedAt));
    expect(starts).toEqual([5, 10, 15, 20].map(hoursAgo));
    expect(second.next).toBeUndefined();
    const within = await list({ from: new Date(hoursAgo(16)).toISOString(), to: new Date(hoursAgo(10)).toISOString() });
    expect(within.items.map(({ startedAt }) => Date.parse(startedAt))).toEqual([hoursAgo(15)]);
    await expect(list({ after: 'nonsense' })).rejects.toMatchObject({ status: 422 });
  });
});

describe('OFFLINE (domain.md 1.9), 3 s here', () => {
  /** What rules asks of ingestion: whether it is there. */
  const ingestion = defineService({
    name: 'ingestion',
    config: Type.Object({}),
    create: () => ({ actions: { 'ingestion.link.list': async () => [] } }),
  });
  const offline = async (outletId: string) => (await alarmsOf(outletId)).filter(({ code }) => code === 'OFFLINE');
  const realtime = (mn: string, dataTime = Date.now()) => publish(mn, [[Kind.KIND_REALTIME, dataTime, 'a21026-Rtd=1']]);

  it('silence by reception raises one alarm, the next packet clears it, whatever its data time', async () => {
    const { mn, outletId } = await source('gas');
    await realtime(mn);
    await judged();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    // Nobody can be heard while no ingestion answers.
    expect(await offline(outletId)).toEqual([]);

    const heard = await runService(ingestion, serviceEnvironment(servers, 'ingestion'));
    const second = await runService(rulesService, { ...environment(), INSTANCE: 'second' });
    try {
      await until(async () => (await offline(outletId)).length > 0);
      expect(await offline(outletId)).toMatchObject([
        { level: 'mid', active: true, evidence: [{ field: 'lastPacket' }] },
      ]);
      // A back-filled packet of last week is a sign of life all the same.
      await realtime(mn, Date.now() - 7 * DAY);
      await until(async () => (await offline(outletId))[0]?.active === false);
      await until(async () => (await offline(outletId)).length === 2);
      await judged();
      const facts = (await told(mn)).map(({ verb, sequence }) => `${verb} ${sequence}`);
      expect(facts).toEqual(['raised 1', 'cleared 2', 'raised 1']);
    } finally {
      await second.stop();
      await heard.stop();
    }
  });
});
