import {
  type Actions,
  fact,
  type Params,
  permitsFacts,
  readingsLog,
  registryFacts,
  rulesFacts,
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
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testKeys,
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
  client = await connectClient({
    issuer: 'gateway',
    services: ['rules'],
    natsUrl: servers.natsUrl,
    privateKeyFile: testKeys(servers).privateKeyFile('gateway'),
    publicKeysFile: testKeys(servers).publicKeysFile,
  });
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

type MarkAction = Extract<keyof Actions, `rules.mark.${string}`>;
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
