import { fact, type PermitInput, permitsFacts, readingsFacts, registryFacts, rulesFacts } from '@greenwatch/contracts';
import { type Client, FACTS, startOfYear, yearOf } from '@greenwatch/kit';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import type { Db } from 'mongodb';
import { administrator, caller, RunningPermits, TONGXIANG, tongxiang } from './running-permits';

const DAY = 86_400_000;
const YEAR = yearOf(Date.now());
const NUMBERS = ['91130200699229617X001P', '91440300708461136T001P', '91350100M000100Y43001P'];

let running: RunningPermits;
let client: Client;
let db: Db;

beforeAll(async () => {
  running = await RunningPermits.start();
  ({ gateway: client, db } = running);
}, 60_000);
afterAll(() => running?.stop(), 30_000);

const place = { divisionPath: TONGXIANG, enterpriseId: '' };
const enterprise = (id: string, sequence: number, name: string, at: number) =>
  tellFact(
    client,
    'facts.registry.enterprise.changed',
    registryFacts.EnterpriseChanged,
    id,
    sequence,
    {
      ...registryFacts.EnterpriseChanged.decode(new Uint8Array()),
      id,
      name,
      managementClass: 'simplified',
      status: 'producing',
    },
    { ...place, at },
  );
const totalled = (outletId: string, enterpriseId: string, sequence: number, day: number, mass: number, id?: string) =>
  tellFact(
    client,
    'facts.readings.day.totalled',
    readingsFacts.DayTotalled,
    `${outletId}:${day}`,
    sequence,
    {
      outletId,
      enterpriseId,
      medium: 'water',
      day,
      hours: 24,
      flow: 100,
      factors: [{ factor: 'w01018', mass, hours: 24, mean: 50, max: 60 }],
      productionKwh: 0,
      treatmentKwh: 0,
    },
    { ...place, ...(id ? { id } : {}) },
  );
const permit = (id: string, number: string, change: Partial<PermitInput> = {}): PermitInput => ({
  id,
  number,
  enterpriseId: `e-${id}`,
  managementClass: 'simplified',
  validFrom: '2023-01-01T00:00:00+08:00',
  validTo: '2098-01-01T00:00:00+08:00',
  issuer: '嘉兴市生态环境局',
  limits: [],
  outlets: [{ outletId: `o-${id}`, code: 'DW001', factors: ['w01018'] }],
  quotas: [{ factor: 'w01018', year: YEAR, quantity: 1_000 }],
  ...change,
});
const importing = (...list: PermitInput[]) => client.call('permits.import', { permits: list }, { as: administrator });
const open = async (enterpriseId: string, as = tongxiang) =>
  (await client.call('permits.check.list', { enterpriseId, active: true }, { as })).items;
const judged = () =>
  until(async () => (await db.collection('enterprises').countDocuments({ dirty: { $gt: 0 } })) === 0);

async function told(enterpriseId: string) {
  const consumer = await client.nats.js.consumers.get(FACTS, { filter_subjects: ['facts.permits.check.*'] });
  const facts: { verb: string; sequence: number; check: permitsFacts.CheckChanged }[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
    const { sequence, data } = fact.Envelope.decode(message.data);
    const check = permitsFacts.CheckChanged.decode(data);
    if (check.enterpriseId === enterpriseId)
      facts.push({ verb: message.subject.split('.').at(-1) ?? '', sequence, check });
    if (message.info.pending === 0) break;
  }
  return facts;
}

test('P1 raised and cleared; totals twice and out of order end in the same findings', async () => {
  await enterprise('e-a', 1, '甲公司', Date.now());
  const yesterday = Math.floor((Date.now() + 8 * 3_600_000) / DAY) * DAY - 8 * 3_600_000 - DAY;
  const id = await totalled('o-a', 'e-a', 2, yesterday, 30);
  await totalled('o-a', 'e-a', 1, yesterday, 7);
  await totalled('o-a', 'e-a', 2, yesterday, 30, id);
  const [p1] = await until(async () => {
    const checks = await open('e-a');
    return checks.length > 0 ? checks : undefined;
  });
  expect(p1).toMatchObject({
    check: 'P1',
    level: 'high',
    clue: 'visit',
    enterpriseName: '甲公司',
    divisionPath: TONGXIANG,
  });
  expect(await open('e-a', caller('331002'))).toEqual([]);
  expect(await db.collection('day_totals').findOne({ _id: `o-a:${yesterday}` as never })).toMatchObject({
    sequence: 2,
    factors: [{ factor: 'w01018', mass: 30 }],
  });
  await importing(permit('a', NUMBERS[0] as string));
  await until(async () => (await open('e-a')).length === 0);
  const facts = await told('e-a');
  expect(facts.map(({ verb, sequence, check }) => [verb, sequence, check.check, check.active])).toEqual([
    ['raised', 1, 'P1', true],
    ['cleared', 2, 'P1', false],
  ]);
}, 40_000);

test('P6: 80, 90, 100 % is one finding that rises; quota list with its stage', async () => {
  await enterprise('e-b', 1, '乙公司', Date.now());
  await importing(permit('b', NUMBERS[1] as string));
  const first = startOfYear(YEAR);
  const stages: (string | undefined)[] = [];
  for (const [day, mass] of [
    [0, 850],
    [1, 80],
    [2, 100],
  ] as const) {
    await totalled('o-b', 'e-b', 1, first + day * DAY, mass);
    await factsHandled(client, 'permits');
    await judged();
    stages.push((await open('e-b')).find(({ check }) => check === 'P6')?.stage);
  }
  expect(stages).toEqual(['80', '90', '100']);
  const facts = (await told('e-b')).filter(({ check }) => check.check === 'P6');
  expect(facts.map(({ verb, check }) => [verb, check.stage, check.clue, check.level])).toEqual([
    ['raised', '80', '', 'low'],
    ['updated', '90', 'desk', 'mid'],
    ['updated', '100', 'visit', 'high'],
  ]);
  const { items } = await client.call('permits.quota.list', { enterpriseId: 'e-b', year: YEAR }, { as: tongxiang });
  expect(items).toMatchObject([
    { factor: 'w01018', quantity: 1_000, used: 1_030, stage: '100', enterpriseName: '乙公司' },
  ]);
  expect((await client.call('permits.quota.list', { year: YEAR }, { as: caller('331002') })).items).toEqual([]);
}, 40_000);

test('P6 sees mass put in for what is missing; the fact twice and out of order, and taken back', async () => {
  await enterprise('e-s', 1, '戊公司', Date.now());
  await importing(permit('s', (NUMBERS[1] as string).replace('001P', '004P')));
  const first = startOfYear(YEAR);
  await totalled('o-s', 'e-s', 1, first, 750);
  const putIn = (sequence: number, mass: number, id?: string) =>
    tellFact(
      client,
      'facts.readings.month.totalled',
      readingsFacts.MonthTotalled,
      `o-s:${first}`,
      sequence,
      {
        ...{ outletId: 'o-s', enterpriseId: 'e-s', month: first },
        factors: [{ factor: 'w01018', mass, periods: 2, without: 0 }],
      },
      { ...place, ...(id ? { id } : {}) },
    );
  const stage = async () => {
    await factsHandled(client, 'permits');
    await judged();
    return (await open('e-s')).find(({ check }) => check === 'P6')?.stage;
  };
  const id = await putIn(2, 160);
  await putIn(2, 160, id);
  await putIn(1, 500);
  expect(await stage()).toBe('90');
  const used = async () =>
    (await client.call('permits.quota.list', { enterpriseId: 'e-s', year: YEAR }, { as: tongxiang })).items;
  expect(await used()).toMatchObject([{ used: 910, substituted: 160, stage: '90' }]);
  // The days came after all.
  await putIn(3, 0);
  expect(await stage()).not.toBe('90');
  expect((await used()).map((one) => [one.used, one.substituted])).toEqual([[750, undefined]]);
}, 40_000);

test('P4, P5 and P12: facts of the registry and of alarms, late and twice', async () => {
  const now = Date.now();
  await importing(permit('c', NUMBERS[2] as string, { name: '丙公司' }));
  // The rename of 40 days ago (2) comes after the fact that only repeats it (3).
  await enterprise('e-c', 3, '丙新公司', now);
  await enterprise('e-c', 1, '丙公司', now - 100 * DAY);
  await enterprise('e-c', 2, '丙新公司', now - 40 * DAY);
  const outlet = {
    ...registryFacts.OutletChanged.decode(new Uint8Array()),
    id: 'o-c2',
    enterpriseId: 'e-c',
    code: 'DW002',
    name: '二号口',
    medium: 'water',
  };
  await tellFact(client, 'facts.registry.outlet.changed', registryFacts.OutletChanged, 'o-c2', 1, outlet, place);
  const alarm = {
    ...rulesFacts.AlarmChanged.decode(new Uint8Array()),
    id: 'alarm-1',
    code: 'EXC_D',
    enterpriseId: 'e-c',
    outletId: 'o-c',
    factor: 'w01018',
    startedAt: now,
    active: true,
  };
  const raise = (sequence: number, active: boolean) =>
    tellFact(
      client,
      'facts.rules.alarm.updated',
      rulesFacts.AlarmChanged,
      'alarm-1',
      sequence,
      { ...alarm, active },
      place,
    );
  await raise(1, true);
  const checks = async () => (await open('e-c')).map(({ check }) => check).sort();
  await until(async () => (await checks()).join() === 'P12,P13,P4,P5');
  await raise(3, false);
  await raise(2, true);
  await until(async () => (await checks()).join() === 'P12,P13,P4');
  await client.call(
    'permits.application.record',
    { permitId: 'c', kind: 'change', receivedAt: new Date(now - 1_000).toISOString() },
    { as: tongxiang },
  );
  await until(async () => (await checks()).join() === 'P13,P4');
  const elsewhere = client.call(
    'permits.check.get',
    { id: (await open('e-c'))[0]?.id ?? '' },
    { as: caller('331002') },
  );
  await expect(elsewhere).rejects.toMatchObject({ status: 404 });
}, 40_000);

test('domain 3.2: overlapping permits of one premises are refused by field and by the other permit', async () => {
  const other = permit('d', `${NUMBERS[0]?.slice(0, 21)}Q`, {
    enterpriseId: 'e-a',
    validFrom: '2030-01-01T00:00:00+08:00',
  });
  await expect(importing(other)).rejects.toMatchObject({
    status: 409,
    reason: 'PERMITS_OVERLAP',
    detail: {
      errors: [{ field: 'permits.0.validFrom', expected: expect.stringContaining(`permit a (${NUMBERS[0]})`) }],
    },
  });
  const [one, two] = [
    permit('x', (NUMBERS[1] as string).replace('001P', '002P'), { enterpriseId: 'e-x', premises: '一路1号' }),
    permit('y', (NUMBERS[1] as string).replace('001P', '003P'), { enterpriseId: 'e-x', premises: '一路1号' }),
  ];
  await expect(importing(one, two)).rejects.toMatchObject({ reason: 'PERMITS_OVERLAP' });
  expect(await db.collection('permits').countDocuments({ _id: { $in: ['d', 'x', 'y'] as never[] } })).toBe(0);
});

test('every day is swept by a timer that is set again', async () => {
  const timers = await db.collection('outbox').find({ cancelKey: 'sweep', pending: true }).toArray();
  expect(timers).toHaveLength(1);
  const at = timers[0]?.publishAt as number;
  expect(at).toBeGreaterThan(Date.now());
  expect(at - Date.now()).toBeLessThanOrEqual(DAY);
  const subject = 'facts.permits.sweep.due';
  await tellFact(client, subject, permitsFacts.SweepDue, 'sweep', 1, { day: startOfYear(YEAR) }, place);
  await factsHandled(client, 'permits');
  expect(await db.collection('outbox').countDocuments({ cancelKey: 'sweep', pending: true })).toBe(1);
});
