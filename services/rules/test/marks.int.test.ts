import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type Actions,
  fact,
  type Params,
  permitsFacts,
  readingsLog,
  registryFacts,
  rulesFacts,
  type VoucherType,
} from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  connectClient,
  encodeBatch,
  FACTS,
  isoTime,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import { rulesService } from '../src/rules.service';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TONGXIANG = ['330000', '330400', '330483'];

let servers: TestServers;
let rules: RunningService;
let client: Client;

beforeAll(async () => {
  servers = await testServers();
  rules = await runService(rulesService, serviceEnvironment(servers, 'rules', { READINGS_PARTITIONS: '1' }));
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['rules'] });
  for (const [mn, outletId, enterpriseId, operatorId] of [
    ['M1', 'o1', 'e1', 'op1'],
    ['M2', 'o2', 'e2', 'op2'],
  ] as const) {
    await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, {
      ...registryFacts.DeviceChanged.decode(new Uint8Array()),
      ...{ mn, status: 'active', operatorId },
      bindings: [{ outletId, enterpriseId, medium: 'gas', from: 0, to: 0, divisionPath: TONGXIANG }],
    });
  }
  await factsHandled(client, 'rules');
}, 60_000);
afterAll(async () => {
  await client?.close();
  await rules?.stop();
  await servers?.stop();
}, 30_000);

const who = (roles: Caller['roles'], more: Partial<Caller> = {}): Caller => ({
  ...{ kind: 'user', id: `u-${roles[0]}`, name: 'u', roles, division: '330483', scopes: [], ...more },
});
const principal = who(['principal'], { enterpriseId: 'e1', personId: 'p1' });
const operator = who(['operator-staff'], { operatorId: 'op1' });
const supervisor = who(['supervisor'], { personId: 's1' });

type MarkAction = Extract<keyof Actions, `rules.mark.${string}` | 'rules.allowance.list'>;
const ask = <A extends MarkAction>(action: A, params: Params<Actions[A]>, as: Caller) =>
  client.call(action, params, { as });
const today = (now = Date.now()) => Math.floor((now + 8 * HOUR) / DAY) * DAY - 8 * HOUR;
let minute = 0;
/** A stretch of its own a mark. */
const stretch = (day = today()) => {
  const from = day + 60_000 * minute++;
  return { from: isoTime(from), to: isoTime(from + 60_000) };
};
const submit = (as: Caller, more: Partial<Params<Actions['rules.mark.submit']>> = {}) =>
  ask('rules.mark.submit', { outletId: 'o1', code: 'fault', reason: '分析仪故障', ...stretch(), ...more }, as);

async function told(id: string): Promise<(rulesFacts.MarkChanged & { sequence: number })[]> {
  const consumer = await client.nats.js.consumers.get(FACTS, { filter_subjects: ['facts.rules.mark.changed'] });
  const all: (rulesFacts.MarkChanged & { sequence: number })[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
    const { entity, sequence, data } = fact.Envelope.decode(message.data);
    if (entity === id) all.push({ ...rulesFacts.MarkChanged.decode(data), sequence });
    if (message.info.pending === 0) break;
  }
  return all;
}

test('announcement 2022 no. 21: a mark in time is in force until it is returned; each change is told with the next sequence', async () => {
  const mark = await submit(principal, { factors: ['a21026'] });
  expect(mark).toMatchObject({
    status: 'submitted',
    effective: true,
    late: false,
    source: 'manual',
    submittedBy: 'p1',
  });
  const returned = { id: mark.id, decision: 'return', comment: '无维修记录' } as const;
  await ask('rules.mark.review', returned, supervisor);
  expect(await ask('rules.mark.get', { id: mark.id }, principal)).toMatchObject({
    ...{ status: 'returned', effective: false, comment: '无维修记录', reviewedBy: 's1' },
  });
  await expect(ask('rules.mark.withdraw', { id: mark.id, reason: 'x' }, principal)).rejects.toMatchObject({
    code: 409,
  });
  await ask('rules.mark.review', { id: mark.id, decision: 'accept' }, supervisor);
  const facts = await until(async () => {
    const all = await told(mark.id);
    return all.length === 3 ? all : undefined;
  });
  expect(facts.map(({ sequence, status, effective }) => [sequence, status, effective])).toEqual([
    [1, 'submitted', true],
    [2, 'returned', false],
    [3, 'accepted', true],
  ]);
  expect(facts[0]).toMatchObject({ outletId: 'o1', enterpriseId: 'e1', effect: 'invalid', factors: ['a21026'] });
}, 30_000);

test('after 12:00 of the day after it is late, and in force only when it is accepted', async () => {
  const mark = await submit(operator, { ...stretch(today() - 3 * DAY), code: 'stopped' });
  expect(mark).toMatchObject({ late: true, effective: false, effect: 'stop' });
  expect(await ask('rules.mark.review', { id: mark.id, decision: 'accept' }, supervisor)).toMatchObject({
    effective: true,
  });
});

test('who answers for the data marks them, and nobody else sees or changes them', async () => {
  await expect(submit(supervisor)).rejects.toMatchObject({ code: 403 });
  await expect(submit(principal, { outletId: 'o2' })).rejects.toMatchObject({ code: 404 });
  await expect(submit(operator, { outletId: 'o2' })).rejects.toMatchObject({ code: 404 });
  const mark = await submit(operator);
  for (const other of [
    who(['principal'], { enterpriseId: 'e2' }),
    who(['operator-staff'], { operatorId: 'op2' }),
    who(['supervisor'], { division: '331002' }),
  ]) {
    await expect(ask('rules.mark.get', { id: mark.id }, other)).rejects.toMatchObject({ code: 404 });
    const seen = await ask('rules.mark.list', {}, other);
    expect(seen.items.filter(({ id }) => id === mark.id)).toEqual([]);
  }
  const elsewhere = who(['supervisor'], { division: '331002' });
  await expect(ask('rules.mark.review', { id: mark.id, decision: 'accept' }, elsewhere)).rejects.toMatchObject({
    code: 404,
  });
  // The enterprise sees what its operator marked, and may take it back while nobody has decided.
  const withdrawn = await ask('rules.mark.withdraw', { id: mark.id, reason: '误标' }, principal);
  expect(withdrawn).toMatchObject({ status: 'withdrawn', effective: false });
  const listed = await ask('rules.mark.list', { outletId: 'o1', status: 'withdrawn' }, supervisor);
  expect(listed.items.map(({ id }) => id)).toEqual([mark.id]);
});

test('what is wrong is named', async () => {
  await expect(submit(principal, { code: 'nonsense' })).rejects.toMatchObject({
    ...{ code: 422, data: { errors: [{ field: 'code' }] } },
  });
  const { from } = stretch();
  await expect(submit(principal, { from, to: from })).rejects.toMatchObject({ data: { errors: [{ field: 'to' }] } });
  await expect(submit(principal, { mn: 'M2' })).rejects.toMatchObject({ data: { errors: [{ field: 'mn' }] } });
  const same = stretch();
  const first = await submit(principal, same);
  await expect(submit(principal, same)).rejects.toMatchObject({ code: 409, data: { mark: first.id } });
  await expect(submit(principal, { ...same, code: 'calibration' })).resolves.toMatchObject({ code: 'calibration' });
  await expect(ask('rules.mark.review', { id: first.id, decision: 'return' }, supervisor)).rejects.toMatchObject({
    ...{ code: 422, data: { errors: [{ field: 'comment' }] } },
  });
});

test('announcement 2022 no. 21, point 6(1): what is marked invalid decides no exceedance; returned, it does again', async () => {
  const day = today() - 2 * DAY;
  await tellFact(client, 'facts.permits.permit.changed', permitsFacts.PermitChanged, 'p1', 1, {
    ...permitsFacts.PermitChanged.decode(new Uint8Array()),
    ...{ id: 'p1', enterpriseId: 'e1', status: 'valid', validFrom: 1, validTo: Date.now() + DAY },
    limits: [
      {
        ...{ id: 'l1', outletId: 'o1', factor: 'a21026', period: 'hour', limit: 35, decimals: 0, unit: 'mg/m3' },
        ...{ referenceOxygen: 0, basis: 'GB 13223-2011', validFrom: 1, validTo: 0, minimum: 0 },
      },
    ],
  });
  await factsHandled(client, 'rules');
  const packets = [3, 4].map((hour, i) => ({
    ...{ mn: 'M1', kind: readingsLog.Kind.KIND_HOUR, dataTime: day + hour * HOUR, receivedAt: Date.now() + i },
    ...{ fields: 'a21026-Avg=100,a21026-Flag=N', raw: Buffer.alloc(0) },
  }));
  await client.nats.js.publish('readings.0', encodeBatch(packets));
  const active = async () =>
    (await client.call('rules.alarm.list', { outletId: 'o1', active: true }, { as: supervisor })).items;
  const alarm = await until(async () => (await active())[0]);
  expect(alarm).toMatchObject({ code: 'EXC_H', factor: 'a21026' });
  const times = { from: isoTime(day + 3 * HOUR), to: isoTime(day + 5 * HOUR) };
  // Late: it changes nothing until it is accepted.
  const mark = await submit(principal, { ...times, code: 'maintenance' });
  expect(await active()).toHaveLength(1);
  await ask('rules.mark.review', { id: mark.id, decision: 'accept' }, supervisor);
  expect(await active()).toEqual([]);
  await ask('rules.mark.review', { id: mark.id, decision: 'return', comment: '无维护记录' }, supervisor);
  expect((await active()).map(({ code, startedAt }) => ({ code, startedAt }))).toEqual([
    { code: 'EXC_H', startedAt: times.from },
  ]);
}, 30_000);

describe('HJ 212-2017 table 8: marks that devices ask for by their flags', () => {
  const { KIND_HOUR, KIND_MINUTE } = readingsLog.Kind;
  let received = Date.now();
  const packet = (mn: string, kind: readingsLog.Kind, dataTime: number, flags: Record<string, string>) => ({
    ...{ mn, kind, dataTime, receivedAt: ++received, raw: Buffer.alloc(0) },
    fields: Object.entries(flags)
      .map(([factor, flag]) => `${factor}-Avg=20,${factor}-Flag=${flag}`)
      .join(';'),
  });
  const send = (packets: ReturnType<typeof packet>[]) =>
    client.nats.js.publish('readings.0', encodeBatch(packets.map((one) => ({ ...one }))));
  const automatic = async (outletId: string) =>
    (await ask('rules.mark.list', { outletId }, supervisorOfAll)).items
      .filter(({ source }) => source === 'auto')
      .toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const supervisorOfAll = who(['supervisor'], { personId: 's1' });
  const bind = async (mn: string, outletId: string) => {
    await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, {
      ...registryFacts.DeviceChanged.decode(new Uint8Array()),
      ...{ mn, status: 'active', operatorId: 'op1' },
      bindings: [{ outletId, enterpriseId: 'e1', medium: 'gas', from: 0, to: 0, divisionPath: TONGXIANG }],
    });
    await factsHandled(client, 'rules');
  };
  const MINUTE = 60_000;

  test('a calibration by minute records is one mark; sent again nothing changes; corrected it is taken back', async () => {
    await bind('MF1', 'of1');
    const at = today() + 2 * HOUR;
    const calibration = [0, 10, 20].map((minutes) =>
      packet('MF1', KIND_MINUTE, at + minutes * MINUTE, { a21026: 'C', a21002: 'C', a34013: 'N' }),
    );
    const after = packet('MF1', KIND_MINUTE, at + 30 * MINUTE, { a21026: 'N', a21002: 'N', a34013: 'N' });
    await send([...calibration, after]);
    const [mark] = await until(async () => {
      const all = await automatic('of1');
      return all.length > 0 ? all : undefined;
    });
    expect(mark).toMatchObject({
      ...{ code: 'calibration', effect: 'invalid', source: 'auto', status: 'submitted', effective: true, late: false },
      ...{ mn: 'MF1', factors: ['a21002', 'a21026'], from: isoTime(at), to: isoTime(at + 30 * MINUTE) },
      steps: [{ step: 'set', by: 'rules' }],
    });
    const id = (mark as { id: string }).id;
    // Nobody but the authority takes back what the system set.
    await expect(ask('rules.mark.withdraw', { id, reason: 'x' }, principal)).rejects.toMatchObject({ code: 403 });
    await send(calibration);
    await send([packet('MF1', KIND_HOUR, at, { a21026: 'C', a21002: 'C', a34013: 'N' })]);
    // A fault elsewhere shows that what came before was handled.
    await send([packet('MF1', KIND_HOUR, at + 5 * HOUR, { a21026: 'D' })]);
    await until(async () => ((await automatic('of1')).length === 2 ? true : undefined));
    expect((await automatic('of1'))[0]).toEqual(mark);
    await send(calibration.map((one) => packet('MF1', KIND_MINUTE, one.dataTime, { a21026: 'N', a21002: 'C' })));
    const moved = await until(async () => {
      const one = await ask('rules.mark.get', { id }, principal);
      return one.factors.length === 1 ? one : undefined;
    });
    // The hourly mean still says it of sulphur dioxide, and is now the only one to.
    expect(moved).toMatchObject({ factors: ['a21002'], steps: [{ step: 'set' }, { step: 'moved' }] });
    await send([packet('MF1', KIND_HOUR, at, { a21026: 'N', a21002: 'N' })]);
    await send(calibration.map((one) => packet('MF1', KIND_MINUTE, one.dataTime, { a21002: 'N' })));
    const revoked = await until(async () => {
      const one = await ask('rules.mark.get', { id }, principal);
      return one.status === 'withdrawn' ? one : undefined;
    });
    expect(revoked).toMatchObject({ effective: false });
    expect(revoked.steps.map(({ step }) => step)).toEqual(['set', 'moved', 'revoked']);
    const facts = await told(id);
    expect(facts.map(({ sequence }) => sequence)).toEqual(facts.map((_, i) => i + 1));
    expect(facts.at(-1)).toMatchObject({ effective: false, status: 'withdrawn', source: 'auto' });
  }, 30_000);

  test('an hour after an hour the mark grows, told each time; a person wins, and what was decided is not set again', async () => {
    await bind('MF2', 'of2');
    // Of today, so that what a person marks is in time.
    const at = today() + 8 * HOUR;
    for (const hour of [0, 1, 2]) {
      await send([packet('MF2', KIND_HOUR, at + hour * HOUR, { a21026: 'D' })]);
      await until(async () => ((await automatic('of2'))[0]?.to === isoTime(at + (hour + 1) * HOUR) ? true : undefined));
    }
    const [mark, none] = await automatic('of2');
    expect(none).toBeUndefined();
    expect(mark).toMatchObject({ code: 'fault', from: isoTime(at), to: isoTime(at + 3 * HOUR) });
    expect(await told((mark as { id: string }).id)).toHaveLength(3);

    // The operator says what it was in the middle hour.
    const own = await submit(operator, {
      ...{ outletId: 'of2', mn: 'MF2', code: 'maintenance' },
      ...{ from: isoTime(at + HOUR), to: isoTime(at + 2 * HOUR) },
    });
    const around = async () =>
      (await automatic('of2'))
        .filter(({ status }) => status === 'submitted')
        .map(({ from, to }) => [Date.parse(from), Date.parse(to)].map((time) => (time - at) / HOUR));
    expect(await around()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    await ask('rules.mark.review', { id: own.id, decision: 'return', comment: '无维护记录' }, supervisorOfAll);
    expect(await around()).toEqual([[0, 3]]);
    // Returned by the authority, an automatic mark is not set again by the same flags.
    for (const { id, status } of await automatic('of2')) {
      if (status !== 'submitted') continue;
      await ask('rules.mark.review', { id, decision: 'return', comment: '数据有效' }, supervisorOfAll);
    }
    await send([packet('MF2', KIND_HOUR, at + 3 * HOUR, { a21026: 'D' })]);
    await until(async () => ((await around()).length > 0 ? true : undefined));
    expect(await around()).toEqual([[3, 4]]);
  }, 30_000);

  test('design 4: bound from a time in the past, what its flags said since is marked; bound from later on, no longer', async () => {
    await bind('MF4', 'of4');
    const at = today() - 3 * DAY + 2 * HOUR;
    // Nobody's as yet.
    await send([0, 1, 24].map((hour) => packet('MF3', KIND_HOUR, at + hour * HOUR, { a21026: 'D' })));
    // A mark of another device shows that what came before was handled.
    await send([packet('MF4', KIND_HOUR, at, { a21026: 'D' })]);
    await until(async () => (await automatic('of4')).length > 0);
    const boundFrom = (sequence: number, from: number) =>
      tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, 'MF3', sequence, {
        ...registryFacts.DeviceChanged.decode(new Uint8Array()),
        ...{ mn: 'MF3', status: 'active', operatorId: 'op1' },
        bindings: [{ outletId: 'of3', enterpriseId: 'e1', medium: 'gas', from, to: 0, divisionPath: TONGXIANG }],
      });
    const inForce = async () =>
      (await automatic('of3'))
        .filter(({ effective }) => effective)
        .map(({ from, to }) => [from, to].map((time) => (Date.parse(time) - at) / HOUR).join('-'))
        .join(' ');
    await boundFrom(1, at + HOUR);
    await until(async () => (await inForce()) === '1-2 24-25');
    expect((await automatic('of3'))[0]).toMatchObject({
      ...{ code: 'fault', mn: 'MF3', enterpriseId: 'e1', status: 'submitted', late: false, factors: ['a21026'] },
    });
    // Stopped before or in the middle of it: the next start goes on.
    await boundFrom(2, at);
    await factsHandled(client, 'rules');
    await rules.stop();
    rules = await runService(rulesService, serviceEnvironment(servers, 'rules', { READINGS_PARTITIONS: '1' }));
    await until(async () => (await inForce().catch(() => '')) === '0-2 24-25');
    await boundFrom(3, at + DAY);
    await until(async () => (await inForce()) === '24-25');
    const [revoked] = await automatic('of3');
    expect(revoked?.steps.map(({ step }) => step)).toEqual(['set', 'moved', 'revoked']);
    const facts = await until(async () => {
      const all = await told(revoked?.id as string);
      return all.length === 3 ? all : undefined;
    });
    expect(facts.map(({ sequence, effective }) => [sequence, effective])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
  }, 60_000);
});

describe('2014 rules: amendments with vouchers', () => {
  const hourOf = () => today() - 2 * DAY + 10 * HOUR;
  const amendment = (value: string, more: Partial<Params<Actions['rules.mark.submit']>> = {}) => {
    const from = isoTime(hourOf());
    return submit(operator, {
      ...{ outletId: 'oa', code: 'amended', reason: '仪器故障，手工监测', from, to: isoTime(hourOf() + HOUR) },
      ...{ values: [{ factor: 'a21026', at: from, value }], ...more },
    });
  };
  const PDF = Buffer.from('%PDF-1.7 report of a measurement by hand');
  const attach = (markId: string, bytes: Buffer, as = operator, contentType: VoucherType = 'application/pdf') =>
    client.call(
      'rules.voucher.add',
      { markId, filename: '手工监测报告.pdf', contentType },
      {
        ...{ as, stream: Readable.from([bytes]) },
      },
    );

  /** A device stands at an outlet, whose SO2 may have 35 mg/m3 by the hour. */
  const permitted = async (mn: string, outletId: string) => {
    await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, {
      ...registryFacts.DeviceChanged.decode(new Uint8Array()),
      ...{ mn, status: 'active', operatorId: 'op1' },
      bindings: [{ outletId, enterpriseId: 'e1', medium: 'gas', from: 0, to: 0, divisionPath: TONGXIANG }],
    });
    await tellFact(client, 'facts.permits.permit.changed', permitsFacts.PermitChanged, `p-${outletId}`, 1, {
      ...permitsFacts.PermitChanged.decode(new Uint8Array()),
      ...{ id: `p-${outletId}`, enterpriseId: 'e1', status: 'valid', validFrom: 1, validTo: Date.now() + DAY },
      limits: [
        {
          ...{ id: `l-${outletId}`, outletId, factor: 'a21026', period: 'hour', limit: 35, decimals: 0, unit: 'mg/m3' },
          ...{ referenceOxygen: 0, basis: 'GB 13223-2011', validFrom: 1, validTo: 0, minimum: 0 },
        },
      ],
    });
    await factsHandled(client, 'rules');
  };

  test('submitted, with a voucher, accepted: then the other value is judged; returned, the one that was sent', async () => {
    await permitted('MA', 'oa');
    const sent = { mn: 'MA', kind: readingsLog.Kind.KIND_HOUR, dataTime: hourOf(), receivedAt: Date.now() };
    await client.nats.js.publish(
      'readings.0',
      encodeBatch([{ ...sent, fields: 'a21026-Avg=90,a21026-Flag=N', raw: Buffer.alloc(0) }]),
    );
    const active = async () =>
      (await client.call('rules.alarm.list', { outletId: 'oa', active: true }, { as: supervisor })).items.filter(
        ({ startedAt }) => startedAt === isoTime(hourOf()),
      );
    await until(async () => (await active())[0]);
    const mark = await amendment('20.5');
    expect(mark).toMatchObject({ effect: 'amend', effective: false, factors: ['a21026'], vouchers: [] });
    const accept = () => ask('rules.mark.review', { id: mark.id, decision: 'accept' }, supervisor);
    await expect(accept()).rejects.toMatchObject({ code: 409, type: 'VOUCHER_MISSING' });
    const attached = await attach(mark.id, PDF);
    expect(attached.vouchers).toMatchObject([
      {
        ...{ contentType: 'application/pdf', size: PDF.length },
        sha256: createHash('sha256').update(PDF).digest('hex'),
      },
    ]);
    expect(await active()).toHaveLength(1);
    expect(await accept()).toMatchObject({ effective: true });
    expect(await active()).toEqual([]);
    const voucherId = attached.vouchers[0]?.id as string;
    const bytes = await client.call('rules.voucher.get', { markId: mark.id, voucherId }, { as: supervisor });
    expect((await buffer(bytes as Readable)).equals(PDF)).toBe(true);
    const back = { id: mark.id, decision: 'return', comment: '方法不符' } as const;
    const returned = await ask('rules.mark.review', back, supervisor);
    expect(returned.steps.map(({ step }) => step)).toEqual(['submitted', 'voucher', 'accepted', 'returned']);
    expect(await active()).toHaveLength(1);
    expect((await told(mark.id)).map(({ effective, values }) => [effective, values[0]?.value])).toEqual([
      [false, '20.5'],
      [false, '20.5'],
      [true, '20.5'],
      [false, '20.5'],
    ]);
  }, 30_000);

  test('domain.md 1.2: of an hour of which nothing was sent the amended value is judged, once, as history', async () => {
    await permitted('MU', 'ou');
    const alarms = async () =>
      (await client.call('rules.alarm.list', { outletId: 'ou' }, { as: supervisor })).items.map(
        ({ code, active, history, startedAt, evidence }) => ({
          ...{ code, active, history, startedAt, values: evidence.map(({ value }) => value) },
        }),
      );
    const mark = await amendment('90', { outletId: 'ou' });
    await attach(mark.id, PDF);
    expect(await alarms()).toEqual([]);
    const review = (decision: 'accept' | 'return') =>
      ask('rules.mark.review', { id: mark.id, decision, comment: '已核' }, supervisor);
    await review('accept');
    const raised = { code: 'EXC_H', history: true, startedAt: isoTime(hourOf()) };
    expect(await alarms()).toEqual([{ ...raised, active: true, values: ['90'] }]);
    // What is sent of the hour after all does not count, while the amendment does.
    const send = (hour: number, value: string) =>
      client.nats.js.publish(
        'readings.0',
        encodeBatch([
          {
            ...{ mn: 'MU', kind: readingsLog.Kind.KIND_HOUR, dataTime: hourOf() + hour * HOUR, receivedAt: Date.now() },
            ...{ fields: `a21026-Avg=${value},a21026-Flag=N`, raw: Buffer.alloc(0) },
          },
        ]),
      );
    await send(0, '20');
    await send(1, '91');
    await until(async () => (await alarms())[0]?.values.length === 2);
    expect(await alarms()).toEqual([{ ...raised, active: true, values: ['90', '91'] }]);
    await review('return');
    expect((await alarms()).map(({ startedAt, values }) => [startedAt, values])).toEqual([
      [isoTime(hourOf() + HOUR), ['91']],
    ]);
  }, 30_000);

  test('what is wrong is named', async () => {
    await expect(amendment('1', { code: 'fault' })).rejects.toMatchObject({ data: { errors: [{ field: 'values' }] } });
    await expect(amendment('-1')).rejects.toMatchObject({ code: 422 });
    const old = isoTime(hourOf() - 10 * DAY);
    await expect(
      amendment('1', {
        from: old,
        to: isoTime(hourOf() - 9 * DAY),
        values: [{ factor: 'a21026', at: old, value: '1' }],
      }),
    ).rejects.toMatchObject({ data: { errors: [{ field: 'from' }] } });
    const mark = await amendment('1');
    await expect(attach(mark.id, Buffer.from('GIF89a----'))).rejects.toMatchObject({ code: 415 });
    await expect(attach(mark.id, PDF, who(['principal'], { enterpriseId: 'e2' }))).rejects.toMatchObject({ code: 404 });
    await ask('rules.mark.withdraw', { id: mark.id, reason: '误报' }, operator);
    await expect(attach(mark.id, PDF)).rejects.toMatchObject({ code: 409 });
  }, 20_000);
});

test('domain.md 1.7: hours of condition marks are counted; beyond the 60 h of a year data decide again', async () => {
  await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, 'MW', 1, {
    ...registryFacts.DeviceChanged.decode(new Uint8Array()),
    ...{ mn: 'MW', status: 'active', operatorId: 'op1' },
    bindings: [{ outletId: 'ow', enterpriseId: 'e1', medium: 'gas', from: 0, to: 0, divisionPath: TONGXIANG }],
  });
  await tellFact(client, 'facts.permits.permit.changed', permitsFacts.PermitChanged, 'pw', 1, {
    ...permitsFacts.PermitChanged.decode(new Uint8Array()),
    ...{ id: 'pw', enterpriseId: 'e1', status: 'valid', validFrom: 1, validTo: Date.now() + DAY },
    limits: [
      {
        ...{ id: 'lw', outletId: 'ow', factor: 'a21026', period: 'hour', limit: 35, decimals: 0, unit: 'mg/m3' },
        ...{ referenceOxygen: 0, basis: 'GB 18485-2014', validFrom: 1, validTo: 0, minimum: 0 },
      },
    ],
  });
  await factsHandled(client, 'rules');
  const year = new Date(Date.now() + 8 * HOUR).getUTCFullYear();
  const start = Date.parse(`${year}-01-05T00:00:00+08:00`);
  const accepted = async (from: number, to: number, code: string) => {
    const mark = await submit(principal, { outletId: 'ow', code, from: isoTime(from), to: isoTime(to) });
    return ask('rules.mark.review', { id: mark.id, decision: 'accept' }, supervisor);
  };
  const second = await accepted(start + 100 * HOUR, start + 105 * HOUR, 'waste.stop');
  expect(second.allowance).toMatchObject({ name: 'waste-runs', hours: 60, used: 5, over: 0 });
  const packets = Array.from({ length: 5 }, (_, hour) => ({
    ...{ mn: 'MW', kind: readingsLog.Kind.KIND_HOUR, dataTime: start + (100 + hour) * HOUR, receivedAt: Date.now() },
    ...{ fields: 'a21026-Avg=100,a21026-Flag=N', raw: Buffer.alloc(0) },
  }));
  const last = { ...packets[0], dataTime: start + 200 * HOUR } as (typeof packets)[0];
  await client.nats.js.publish('readings.0', encodeBatch([...packets, last]));
  const alarms = async () =>
    (await client.call('rules.alarm.list', { outletId: 'ow', active: true }, { as: supervisor })).items.map(
      ({ startedAt }) => (Date.parse(startedAt) - start) / HOUR,
    );
  await until(async () => ((await alarms()).length > 0 ? true : undefined));
  expect(await alarms()).toEqual([200]);
  // What is accepted for an earlier time takes the hours that the later one had.
  await accepted(start, start + 58 * HOUR, 'waste.start');
  expect(await ask('rules.mark.get', { id: second.id }, principal)).toMatchObject({
    allowance: { used: 63, over: 3, per: 'year' },
  });
  expect(await alarms()).toContain(102);
  const listed = await ask('rules.allowance.list', { outletId: 'ow', at: isoTime(start) }, principal);
  expect(listed.map(({ name, used, over }) => [name, used, over])).toEqual([
    ['waste-runs', 63, 3],
    ['waste-heat', 0, 0],
    ['maintenance', 0, 0],
  ]);
  await expect(
    ask('rules.allowance.list', { outletId: 'ow' }, who(['principal'], { enterpriseId: 'e2' })),
  ).rejects.toMatchObject({ code: 404 });
}, 30_000);

test('HJ 75-2017 App. C: what a device sends in ppm is judged in the mg/m3 of its limit', async () => {
  await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, 'MP', 1, {
    ...registryFacts.DeviceChanged.decode(new Uint8Array()),
    ...{ mn: 'MP', status: 'active', operatorId: 'op1', ppmFactors: ['a21026'] },
    bindings: [{ outletId: 'ow', enterpriseId: 'e1', medium: 'gas', from: 0, to: 0, divisionPath: TONGXIANG }],
  });
  await factsHandled(client, 'rules');
  const at = today() - 3 * HOUR;
  const packets = [10, 13].map((ppm, i) => ({
    ...{ mn: 'MP', kind: readingsLog.Kind.KIND_HOUR, dataTime: at + i * HOUR, receivedAt: Date.now() },
    ...{ fields: `a21026-Avg=${ppm},a21026-Flag=N`, raw: Buffer.alloc(0) },
  }));
  await client.nats.js.publish('readings.0', encodeBatch(packets));
  // 10 ppm are 28.6 mg/m3, within 35; 13 ppm are 37.2.
  const alarm = await until(async () =>
    (await client.call('rules.alarm.list', { outletId: 'ow', active: true }, { as: supervisor })).items.find(
      ({ mn, code }) => mn === 'MP' && code === 'EXC_H',
    ),
  );
  expect(alarm.evidence.map(({ value }) => Number(value).toFixed(1))).toEqual(['37.2']);
}, 20_000);
