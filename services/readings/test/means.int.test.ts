import {
  type Actions,
  fact,
  type Params,
  permitsFacts,
  readingsFacts,
  readingsLog,
  registryFacts,
  rulesFacts,
} from '@greenwatch/contracts';
import { type Caller, encodeBatch, FACTS, isoTime, partitionOf } from '@greenwatch/kit';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import { RunningReadings } from './running-readings';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = Date.parse('2026-10-20T00:00:00+08:00');
const TONGXIANG = ['330000', '330400', '330483'];
const { KIND_MINUTE, KIND_HOUR, KIND_DAY } = readingsLog.Kind;

let readings: RunningReadings;

const province: Caller = {
  ...{ kind: 'user', id: 'u1', name: 'u1', roles: ['supervisor'], division: '330000', scopes: [] },
};

beforeAll(async () => {
  readings = await RunningReadings.start();
}, 60_000);
afterAll(() => readings?.stop(), 30_000);

type Sent = [kind: readingsLog.Kind, dataTime: number, fields: string];

async function send(mn: string, packets: readonly Sent[]): Promise<void> {
  const batch = encodeBatch(
    packets.map(([kind, dataTime, fields], i) => ({
      ...{ mn, kind, dataTime, receivedAt: Date.now() + i, fields, raw: Buffer.alloc(0) },
    })),
  );
  await readings.client.nats.js.publish(`readings.${partitionOf(mn, 16)}`, batch);
}

let sequence = 0;
async function bind(mn: string, outletId: string, medium: 'gas' | 'water', factors: string[]): Promise<void> {
  const outlet = {
    ...registryFacts.OutletChanged.decode(new Uint8Array()),
    ...{ id: outletId, enterpriseId: `e-${outletId}`, medium, factors },
  };
  await tellFact(
    readings.client,
    'facts.registry.outlet.changed',
    registryFacts.OutletChanged,
    outletId,
    ++sequence,
    outlet,
    {
      divisionPath: TONGXIANG,
    },
  );
  const binding = { outletId, enterpriseId: `e-${outletId}`, medium, from: 0, to: 0, divisionPath: TONGXIANG };
  const device = {
    ...registryFacts.DeviceChanged.decode(new Uint8Array()),
    ...{ mn, status: 'active', operatorId: 'op1', bindings: [binding] },
  };
  await tellFact(readings.client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, ++sequence, device);
  await factsHandled(readings.client, 'readings');
}

async function ask<
  A extends 'readings.mean.list' | 'readings.mean.versions' | 'readings.rate.get' | 'readings.rate.list',
>(action: A, params: Params<Actions[A]>, as: Caller = province) {
  return readings.client.call(action, params, { as });
}

/** Waits until nothing is left to calculate. */
const settled = () =>
  until(
    async () =>
      (await readings.db.collection('total_marks').countDocuments()) +
        (await readings.db.collection('month_marks').countDocuments()) ===
      0,
    30_000,
    () => readings.process.log(),
  );
const so2 = (value: number, flag = 'N') =>
  `a21026-Avg=${value},a21026-Flag=${flag};a00000-Avg=10,a00000-Flag=N;a19001-Avg=9,a19001-Flag=N`;
const minutes = (hour: number, value: number, count = 6): Sent[] =>
  Array.from({ length: count }, (_, i) => [KIND_MINUTE, DAY + hour * HOUR + i * 10 * MINUTE, so2(value)]);
const hours = (outletId: string, day = DAY) =>
  ask('readings.mean.list', { outletId, period: 'hour', from: isoTime(day), to: isoTime(day + 24 * HOUR) });
const hourOf = async (outletId: string, hour: number, factor = 'a21026') =>
  (await hours(outletId))
    .find(({ from }) => from === isoTime(DAY + hour * HOUR))
    ?.factors.find((f) => f.factor === factor);

async function tellMark(id: string, number: number, more: Partial<rulesFacts.MarkChanged>, as?: string) {
  const mark = {
    ...rulesFacts.MarkChanged.decode(new Uint8Array()),
    ...{ id, scope: 'device', code: 'maintenance', effect: 'invalid', effective: true, status: 'submitted', ...more },
  };
  return tellFact(
    readings.client,
    'facts.rules.mark.changed',
    rulesFacts.MarkChanged,
    id,
    number,
    mark,
    as ? { id: as } : {},
  );
}

test('HJ 75 12: hours from minute records beside the device’s own; a correction makes a new version of its hour alone', async () => {
  await bind('GAS1', 'o1', 'gas', ['a21026']);
  await send('GAS1', [
    ...[...minutes(0, 30), ...minutes(1, 40), ...minutes(2, 50, 4)],
    [KIND_HOUR, DAY, so2(30.1)],
    [KIND_HOUR, DAY + HOUR, so2(45)],
    [KIND_DAY, DAY, 'a21026-Avg=36,a21026-Flag=N'],
  ]);
  await until(async () => (await hourOf('o1', 2)) !== undefined);
  await settled();
  expect(await hourOf('o1', 0)).toMatchObject({ value: 30, valid: true, basis: 'minutes', device: 30.1, version: 1 });
  expect(await hourOf('o1', 1)).toMatchObject({ value: 40, difference: -5, differs: true, valid: true });
  // 40 minutes, and no hourly upload: not enough.
  expect(await hourOf('o1', 2)).toMatchObject({ value: 50, valid: false, reason: 'short', minutes: 40 });
  const [day] = await ask('readings.mean.list', {
    ...{ outletId: 'o1', period: 'day', from: isoTime(DAY), to: isoTime(DAY + 1) },
    factor: 'a21026',
  });
  expect(day?.factors[0]).toMatchObject({
    value: 35,
    valid: false,
    periods: 2,
    needed: 20,
    device: 36,
    difference: -1,
  });

  const before = await hours('o1');
  await send('GAS1', minutes(1, 60));
  await until(async () => (await hourOf('o1', 1))?.value === 60);
  await settled();
  const after = await hours('o1');
  expect((await hourOf('o1', 1))?.version).toBe(2);
  const others = (all: typeof after) => all.filter(({ from }) => from !== isoTime(DAY + HOUR));
  expect(others(after)).toEqual(others(before));
  const at = isoTime(DAY + HOUR);
  const versions = await ask('readings.mean.versions', { outletId: 'o1', period: 'hour', at, factor: 'a21026' });
  expect(versions.map(({ version, value }) => [version, value])).toEqual([
    [1, 40],
    [2, 60],
  ]);
}, 60_000);

test('domain.md 1.7: a mark takes the validity of its hours and nothing else, delivered twice and out of order; withdrawn it gives it back', async () => {
  await bind('GAS2', 'o2', 'gas', ['a21026']);
  await send(
    'GAS2',
    Array.from({ length: 24 }, (_, hour) => [KIND_HOUR, DAY + hour * HOUR, so2(20)] as Sent),
  );
  await until(async () => (await hours('o2')).length === 24);
  await settled();
  const before = await hours('o2');
  const stretch = { outletId: 'o2', from: DAY + 5 * HOUR, to: DAY + 7 * HOUR };
  const id = await tellMark('m1', 1, stretch);
  await tellMark('m1', 1, stretch, id);
  await until(async () => (await hourOf('o2', 6))?.reason === 'mark');
  await settled();
  const marked = await hours('o2');
  expect(marked.filter(({ factors }) => factors.some(({ version }) => version > 1)).map(({ from }) => from)).toEqual([
    isoTime(DAY + 5 * HOUR),
    isoTime(DAY + 6 * HOUR),
  ]);
  expect(await hourOf('o2', 5)).toMatchObject({ value: 20, valid: false, version: 2 });
  const rate = { level: 'outlet', id: 'o2', from: '2026-10-20', to: '2026-10-20' } as const;
  expect(await ask('readings.rate.get', rate)).toMatchObject({ due: 24, received: 24, valid: 22 });

  await tellMark('m1', 3, { ...stretch, effective: false, status: 'withdrawn' });
  await tellMark('m1', 2, { ...stretch, to: DAY + 9 * HOUR });
  await until(async () => (await hourOf('o2', 5))?.valid === true);
  await factsHandled(readings.client, 'readings');
  await settled();
  const given = await hours('o2');
  const values = (all: typeof given) =>
    all.map(({ factors }) => factors.map(({ version: _, calculatedAt: __, ...value }) => value));
  expect(values(given)).toEqual(values(before));
  expect(await ask('readings.rate.get', rate)).toMatchObject({ due: 24, received: 24, valid: 24, effective: 1 });
}, 60_000);

test('domain.md 1.8: an approved stop is not due; counts of outlets sum up to enterprise, operator, county, city, province', async () => {
  await bind('GAS3', 'o3', 'gas', ['a21026', 'a00000']);
  await send(
    'GAS3',
    Array.from({ length: 12 }, (_, hour) => [KIND_HOUR, DAY + hour * HOUR, so2(20)] as Sent),
  );
  await until(async () => (await hours('o3')).length >= 12);
  const stretch = { outletId: 'o3', from: DAY + 12 * HOUR, to: DAY + 18 * HOUR, code: 'stopped', effect: 'stop' };
  await tellMark('m3', 1, { ...stretch, status: 'accepted' });
  await factsHandled(readings.client, 'readings');
  await settled();
  const span = { from: '2026-10-01', to: '2026-10-31' };
  const of = (level: 'outlet' | 'enterprise' | 'operator' | 'division', id: string, as?: Caller) =>
    ask('readings.rate.get', { level, id, ...span }, as);
  expect(await of('outlet', 'o3')).toMatchObject({ due: 18, received: 12, valid: 12, effective: 0.444444 });
  expect(await of('enterprise', 'e-o3')).toMatchObject({ due: 18, received: 12 });
  const outlets = await ask('readings.rate.list', { level: 'outlet', ...span });
  const total = (name: 'due' | 'received' | 'valid') => outlets.items.reduce((sum, one) => sum + one[name], 0);
  for (const [level, id] of [
    ['operator', 'op1'],
    ['division', '330483'],
    ['division', '330400'],
    ['division', '330000'],
  ] as const) {
    expect(await of(level, id)).toMatchObject({
      due: total('due'),
      received: total('received'),
      valid: total('valid'),
    });
  }
  const county = { ...province, division: '331002' };
  await expect(of('division', '330483', county)).rejects.toMatchObject({ code: 404 });
  await expect(of('division', '330000', { ...province, division: '330483' })).rejects.toMatchObject({ code: 404 });
  await expect(of('outlet', 'o3', county)).rejects.toMatchObject({ code: 404 });
  const principal: Caller = { ...province, roles: ['principal'], enterpriseId: 'e-o2', division: '330483' };
  await expect(of('enterprise', 'e-o3', principal)).rejects.toMatchObject({ code: 404 });
  expect(await of('enterprise', 'e-o2', principal)).toMatchObject({ due: 24 });
  const ofOne = await ask('readings.rate.list', { level: 'outlet', enterpriseId: 'e-o3', ...span });
  expect(ofOne.items.map(({ id }) => id)).toEqual(['o3']);
  const maintained = await ask('readings.rate.list', { level: 'outlet', operatorId: 'op1', ...span });
  expect(maintained.items.map(({ id }) => id)).toContain('o3');
  expect((await ask('readings.rate.list', { level: 'outlet', operatorId: 'nobody', ...span })).items).toEqual([]);
  const own = await ask('readings.rate.list', { level: 'outlet', ...span }, principal);
  expect(own.items.map(({ id }) => id)).toEqual(['o2']);
}, 60_000);

test('2014 rules: an accepted amendment is another version of its hour, twice and out of order; a mark that grows calculates its growth alone', async () => {
  await bind('GAS7', 'o7', 'gas', ['a21026']);
  await send(
    'GAS7',
    [0, 1, 2].flatMap((hour) => minutes(hour, 30)),
  );
  await until(async () => (await hourOf('o7', 2)) !== undefined);
  await settled();
  const amendment = {
    ...{ outletId: 'o7', code: 'amended', effect: 'amend', from: DAY + HOUR, to: DAY + 2 * HOUR },
    values: [{ factor: 'a21026', at: DAY + HOUR, value: '12.5', converted: '' }],
  };
  const id = await tellMark('am7', 3, { ...amendment, status: 'accepted' });
  await tellMark('am7', 3, { ...amendment, status: 'accepted' }, id);
  await tellMark('am7', 1, { ...amendment, effective: false });
  await until(async () => (await hourOf('o7', 1))?.basis === 'amended');
  await settled();
  expect(await hourOf('o7', 1)).toMatchObject({ value: 12.5, valid: true, version: 2 });
  expect(await hourOf('o7', 0)).toMatchObject({ value: 30, version: 1 });
  await tellMark('am7', 4, { ...amendment, effective: false, status: 'returned' });
  await until(async () => (await hourOf('o7', 1))?.basis === 'minutes');

  const automatic = { outletId: 'o7', mn: 'GAS7', code: 'fault', from: DAY, source: 'auto' };
  await tellMark('au7', 1, { ...automatic, to: DAY + HOUR });
  await until(async () => (await hourOf('o7', 0))?.reason === 'mark');
  await settled();
  await tellMark('au7', 2, { ...automatic, to: DAY + 3 * HOUR });
  await factsHandled(readings.client, 'readings');
  // Of the hour that was marked before nothing is calculated.
  const marks = await readings.db
    .collection('total_marks')
    .find({ _id: /GAS7/ as never })
    .toArray();
  expect(marks.every(({ hours: bits }) => ((bits as number) & 1) === 0)).toBe(true);
  await until(async () => (await hourOf('o7', 2))?.reason === 'mark');
  expect(await hourOf('o7', 1)).toMatchObject({ valid: false, reason: 'mark' });
}, 40_000);

test('HJ 356-2019, HJ 75-2017 tables 5, 6: mass put in for what is missing of a month is told; taken back when it came after all', async () => {
  await bind('WAT7', 'w7', 'water', ['w01018']);
  const cod = (day: number, count = 24): Sent[] =>
    Array.from({ length: count }, (_, hour) => [
      KIND_HOUR,
      DAY + day * 24 * HOUR + hour * HOUR,
      'w01018-Avg=50,w01018-Flag=N;w00000-Cou=10,w00000-Flag=N',
    ]);
  await send('WAT7', [...cod(0), ...cod(1, 6)]);
  const told = async () => {
    const consumer = await readings.client.nats.js.consumers.get(FACTS, {
      filter_subjects: ['facts.readings.month.totalled'],
    });
    const all: { sequence: number; data: readingsFacts.MonthTotalled }[] = [];
    for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
      const { sequence: number, data } = fact.Envelope.decode(message.data);
      const month = readingsFacts.MonthTotalled.decode(data);
      if (month.outletId === 'w7') all.push({ sequence: number, data: month });
      if (message.info.pending === 0) break;
    }
    return all;
  };
  // 24 h of 0.5 kg a day; 3 kg of the second day are measured, and 12 stand in their place.
  const first = await until(async () => (await told()).find(({ data }) => data.factors[0]?.periods === 1));
  expect(first.data).toMatchObject({
    ...{ enterpriseId: 'e-w7', month: Date.parse('2026-10-01T00:00:00+08:00') },
    factors: [{ factor: 'w01018', mass: 9, periods: 1, without: 0 }],
  });
  await send('WAT7', cod(1));
  const last = await until(async () => (await told()).find(({ data }) => data.factors.length === 0));
  expect(last.sequence).toBeGreaterThan(first.sequence);
}, 60_000);

test('HJ 75 App. C: the reference oxygen of a permit’s limit that comes later converts what is there', async () => {
  await bind('GAS4', 'o4', 'gas', ['a21026']);
  await send('GAS4', [[KIND_HOUR, DAY, `${so2(60)}`]]);
  await until(async () => (await hourOf('o4', 0)) !== undefined);
  await settled();
  expect((await hourOf('o4', 0))?.converted).toBeUndefined();
  const limit = {
    ...{ id: 'l4', outletId: 'o4', factor: 'a21026', period: 'hour', limit: 35, decimals: 0, unit: 'mg/m3' },
    ...{ referenceOxygen: 11, basis: 'GB 18485-2014', validFrom: 1, validTo: 0, minimum: 0 },
  };
  await tellFact(readings.client, 'facts.permits.permit.changed', permitsFacts.PermitChanged, 'p4', 1, {
    ...permitsFacts.PermitChanged.decode(new Uint8Array()),
    ...{ id: 'p4', status: 'valid', validFrom: 1, validTo: Date.now() + HOUR, limits: [limit] },
  });
  await until(async () => (await hourOf('o4', 0))?.converted !== undefined);
  expect(await hourOf('o4', 0)).toMatchObject({ value: 60, converted: 50, version: 2 });
}, 60_000);

test('kill -9 while means are calculated: nothing is missing, no total is told twice, an hour of which nothing came is counted', async () => {
  await bind('WATER5', 'o5', 'water', ['w01018']);
  const cod = (hour: number): Sent => [
    ...([KIND_HOUR, DAY + hour * HOUR] as const),
    'w00000-Cou=10,w00000-Flag=N;w01018-Avg=50,w01018-Flag=N',
  ];
  const sent = Array.from({ length: 240 }, (_, hour) => cod(hour)).filter((_, hour) => hour % 12 !== 0);
  for (let i = 0; i < sent.length; i += 24) {
    await send('WATER5', sent.slice(i, i + 24));
    if (i % 96 === 48) {
      await readings.process.kill();
      await readings.process.start();
    }
  }
  // Another caller: the one before takes half a minute to forget the killed node.
  await readings.reconnect();
  const span = { from: '2026-10-20', to: '2026-10-29' };
  const rate = () => ask('readings.rate.get', { level: 'outlet', id: 'o5', ...span });
  await until(
    async () => (await rate()).received === sent.length,
    30_000,
    () => readings.process.log(),
  );
  await settled();
  expect(await rate()).toMatchObject({ due: 240, received: 220, valid: 220 });
  const days = await ask('readings.mean.list', {
    ...{ outletId: 'o5', period: 'day', from: isoTime(DAY), to: isoTime(DAY + 240 * HOUR) },
  });
  expect(days.map(({ factors }) => factors.find(({ factor }) => factor === 'w01018')?.mass)).toEqual(
    Array(10).fill(11),
  );
  // Every sequence of a day's total once.
  const consumer = await readings.client.nats.js.consumers.get(FACTS, {
    filter_subjects: ['facts.readings.day.totalled'],
  });
  const told = new Map<string, number[]>();
  for await (const message of await consumer.fetch({ max_messages: 5_000, expires: 1_000 })) {
    const envelope = fact.Envelope.decode(message.data);
    const { outletId } = readingsFacts.DayTotalled.decode(envelope.data);
    if (outletId === 'o5') told.set(envelope.entity, [...(told.get(envelope.entity) ?? []), envelope.sequence]);
    if (message.info.pending === 0) break;
  }
  expect(told.size).toBe(10);
  for (const sequences of told.values()) expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  const [month] = await ask('readings.mean.list', {
    ...{ outletId: 'o5', period: 'month', from: isoTime(DAY), to: isoTime(DAY + 1) },
  });
  expect(month?.factors.find(({ factor }) => factor === 'w01018')).toMatchObject({ value: 50, periods: 10, mass: 110 });
}, 90_000);

test('an outlet of which nothing came owes its hours', async () => {
  await bind('SILENT6', 'o6', 'gas', ['a21026', 'a21002']);
  const hour = Date.now() - (Date.now() % HOUR) - 2 * HOUR;
  await readings.db
    .collection('swept')
    .updateOne({ _id: 'hours' as never }, { $set: { until: hour } }, { upsert: true });
  const date = isoTime(hour).slice(0, 10);
  const rate = await until(
    async () => {
      const { due, received } = await ask('readings.rate.get', {
        level: 'enterprise',
        id: 'e-o6',
        from: date,
        to: date,
      });
      return due > 0 ? { due, received } : undefined;
    },
    30_000,
    () => readings.process.log(),
  );
  expect(rate.due % 2).toBe(0);
  expect(rate.received).toBe(0);
}, 60_000);
