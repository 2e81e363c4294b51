import {
  type Duty,
  type DutyInput,
  fact,
  type PermitInput,
  permitsFacts,
  readingsFacts,
  registryFacts,
} from '@greenwatch/contracts';
import { type Caller, type Client, isoTime } from '@greenwatch/kit';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import type { Db } from 'mongodb';
import { monthOf, periodOf } from '../src/duty-calendar';
import { administrator, caller, JIAOJIANG, jiaojiang, RunningPermits, TONGXIANG, tongxiang } from './running-permits';

let running: RunningPermits;
let gateway: Client;
let db: Db;

const principal = (enterpriseId: string) =>
  caller('330483', { roles: ['principal'], enterpriseId, name: '环保负责人' });

const DAY = 24 * 3_600_000;
const lastMonth = periodOf('month', periodOf('month', Date.now()).from - 1);

beforeAll(async () => {
  // Late in a month nothing of the month before would be open by itself: here it is, every day.
  const always = { REPORT_DAY_MONTHLY: '31', LEDGER_DAY_MONTHLY: '31', SELF_MONITORING_DAY: '31', PUBLICITY_DAY: '31' };
  running = await RunningPermits.start(always);
  ({ gateway, db } = running);
  for (const id of ['e1', 'e3']) await tellEnterprise(id, 1, TONGXIANG);
  await tellEnterprise('e2', 1, JIAOJIANG);
  await factsHandled(gateway, 'permits');
  const requirements: PermitInput['requirements'] = {
    ledger: 'daily',
    selfInspection: true,
    reports: ['monthly'],
    selfMonitoring: [{ outletId: 'o1', factor: 'w01018', every: 'month' }],
    publicity: 'monthly',
  };
  await importing(permit('p1', 'e1', '91130200699229617X001P', requirements));
  await until(async () => (await open('e1')).length === 5);
}, 60_000);
afterAll(() => running?.stop(), 30_000);

const tellEnterprise = (id: string, sequence: number, divisionPath: string[], more: object = {}) =>
  tellFact(
    gateway,
    'facts.registry.enterprise.changed',
    registryFacts.EnterpriseChanged,
    id,
    sequence,
    {
      ...registryFacts.EnterpriseChanged.decode(new Uint8Array()),
      id,
      name: `企业${id}`,
      status: 'producing',
      industryCode: '1713',
      ...more,
    },
    { divisionPath, enterpriseId: id },
  );
const permit = (
  id: string,
  enterpriseId: string,
  number: string,
  requirements: PermitInput['requirements'],
): PermitInput => ({
  id,
  number,
  enterpriseId,
  managementClass: 'key',
  validFrom: '2023-01-01T00:00:00+08:00',
  validTo: '2098-01-01T00:00:00+08:00',
  issuer: '嘉兴市生态环境局',
  limits: [],
  requirements,
});
const importing = (...list: PermitInput[]) => gateway.call('permits.import', { permits: list }, { as: administrator });
const open = async (enterpriseId: string, as: Caller = principal(enterpriseId)): Promise<Duty[]> =>
  (await gateway.call('permits.duty.list', { enterpriseId, waiting: true }, { as })).items;
const dutyOf = async (kind: Duty['kind'], enterpriseId = 'e1') =>
  (await gateway.call('permits.duty.list', { enterpriseId, kind }, { as: administrator })).items[0] as Duty;
/** Lets the next timer of a duty come now: what is stored as its time is moved into the past. */
async function passTime(id: string, phase: string): Promise<void> {
  await until(async () => {
    const rows = await db
      .collection('outbox')
      .find({ cancelKey: `duty:${id}`, pending: true })
      .toArray();
    return rows.some(
      ({ envelope }) => permitsFacts.DutyDue.decode(fact.Envelope.decode(envelope.buffer).data).phase === phase,
    );
  });
  await db.collection('outbox').updateOne({ cancelKey: `duty:${id}`, pending: true }, { $set: { publishAt: 1 } });
}
async function told(id: string): Promise<string[]> {
  const rows = await db
    .collection('outbox')
    .find({ subject: /^facts\.permits\.duty\.(?!due)/ })
    .sort({ _id: 1 })
    .toArray();
  return rows.flatMap(({ subject, envelope }) => {
    const { entity, sequence, data } = fact.Envelope.decode(envelope.buffer);
    if (entity !== id) return [];
    return [`${sequence} ${subject.split('.').at(-1)} ${permitsFacts.DutyChanged.decode(data).state}`];
  });
}
const checksOf = (filter: object) => db.collection('checks').find(filter).sort({ openedAt: 1 }).toArray();
const LEDGER = { productionHours: 20, products: [], treatment: [{ facility: 'TW001', runningHours: 20 }] };

describe('domain.md 3.3, 3.4: duties are opened from the permit', () => {
  it('each once, with its period, also when the round runs again', async () => {
    await db.collection('permits').updateMany({}, { $unset: { dutiesDay: '' } });
    await until(async () => (await db.collection('permits').countDocuments({ dutiesDay: { $gt: 0 } })) === 1);
    const duties = await open('e1');
    expect(duties.map(({ kind, every, period }) => `${kind} ${every} ${period}`).sort()).toEqual([
      `execution-report month ${lastMonth.name}`,
      `ledger day ${periodOf('day', Date.now()).name}`,
      `publicity month ${lastMonth.name}`,
      `self-inspection day ${periodOf('day', Date.now()).name}`,
      `self-monitoring month ${lastMonth.name}`,
    ]);
    expect(await told(duties[0]?.id ?? '')).toEqual(['1 opened open']);
  });
  it('an enterprise that stands still has no daily ones', async () => {
    await tellEnterprise('e-still', 1, TONGXIANG, { status: 'stopped' });
    await factsHandled(gateway, 'permits');
    await importing(
      permit('p-still', 'e-still', '91440300708461136T001P', { ledger: 'daily', reports: [], selfMonitoring: [] }),
    );
    await until(async () => (await db.collection('permits').countDocuments({ dutiesDay: { $gt: 0 } })) === 2);
    expect(await open('e-still')).toEqual([]);
    // It begins to produce: registry's fact, twice and with an older one late, opens one ledger.
    const producing = await tellEnterprise('e-still', 3, TONGXIANG);
    await tellEnterprise('e-still', 3, TONGXIANG);
    await tellEnterprise('e-still', 2, TONGXIANG, { status: 'stopped' });
    await until(async () => (await open('e-still')).length === 1);
    expect(producing).toBeTruthy();
  });
});

describe('what becomes of a duty', () => {
  it('reminded, late, missed; a report that is late is P7, and handing it in clears it', async () => {
    const { id } = await dutyOf('execution-report');
    await passTime(id, 'reminder');
    await passTime(id, 'due');
    await until(async () => (await checksOf({ check: 'P7', active: true })).length === 1);
    expect((await checksOf({ check: 'P7' }))[0]).toMatchObject({ stage: 'late', clue: 'desk', enterpriseId: 'e1' });
    await passTime(id, 'missed');
    await until(async () => (await told(id)).length === 4);
    expect(await told(id)).toEqual(['1 opened open', '2 reminded open', '3 reminded late', '4 missed missed']);

    // The same timer once more: nothing is told again.
    const data = { dutyId: id, phase: 'due', dueAt: Date.parse((await dutyOf('execution-report')).dueAt) };
    await tellFact(gateway, 'facts.permits.duty.due', permitsFacts.DutyDue, `duty:${id}`, 2, data);
    await factsHandled(gateway, 'permits');
    expect(await told(id)).toHaveLength(4);

    // 10 kg a day for every hour of the month are known from the readings, and 50 kg were put in; 5 kg a day are reported.
    const tellMonth = async (sequence: number, mass: number) => {
      for (let day = lastMonth.from; day < lastMonth.to; day += DAY) {
        const total = {
          outletId: 'o1',
          enterpriseId: 'e1',
          medium: 'water',
          day,
          hours: 24,
          flow: 1,
          factors: [{ factor: 'w01018', mass, hours: 24, mean: 0, max: 0 }],
          productionKwh: 0,
          treatmentKwh: 0,
        };
        await tellFact(gateway, 'facts.readings.day.totalled', readingsFacts.DayTotalled, `o1|${day}`, sequence, total);
      }
    };
    await tellMonth(1, 10);
    const month = { outletId: 'o1', enterpriseId: 'e1', month: lastMonth.from };
    const factors = [{ factor: 'w01018', mass: 50, periods: 5, without: 0 }];
    await tellFact(gateway, 'facts.readings.month.totalled', readingsFacts.MonthTotalled, `o1|${lastMonth.from}`, 1, {
      ...month,
      factors,
    });
    await factsHandled(gateway, 'permits');
    const days = Math.round((lastMonth.to - lastMonth.from) / DAY);
    const done = await gateway.call(
      'permits.executionReport.submit',
      { id, totals: [{ factor: 'w01018', quantity: 5 * days }], text: '本月执行情况' },
      { as: principal('e1') },
    );
    expect(done).toMatchObject({
      state: 'fulfilled',
      submittedBy: '环保负责人',
      differences: [
        {
          ...{ factor: 'w01018', reported: 5 * days, monitored: 10 * days + 50, substituted: 50 },
          difference: expect.closeTo((5 * days) / (10 * days + 50) - 1),
        },
      ],
    });
    expect((await checksOf({ check: 'P7' })).map(({ stage, active }) => `${stage} ${active}`)).toEqual(
      expect.arrayContaining(['late false', 'difference true']),
    );

    // A correction of the readings: the report was right.
    await tellMonth(2, 5);
    await tellFact(gateway, 'facts.readings.month.totalled', readingsFacts.MonthTotalled, `o1|${lastMonth.from}`, 2, {
      ...month,
      factors: [],
    });
    await factsHandled(gateway, 'permits');
    expect((await checksOf({ check: 'P7' })).every(({ active }) => !active)).toBe(true);
    const after = await gateway.call('permits.duty.get', { id }, { as: principal('e1') });
    expect(after.differences ?? []).toEqual([]);
  });

  it('办法 Art 36: a day’s ledger in time', async () => {
    const { id } = await dutyOf('ledger');
    const done = await gateway.call('permits.ledger.submit', { id, ...LEDGER }, { as: principal('e1') });
    expect(done).toMatchObject({ state: 'fulfilled', ledger: LEDGER });
    expect(await told(id)).toEqual(['1 opened open', '2 fulfilled fulfilled']);
    expect(await db.collection('outbox').countDocuments({ cancelKey: `duty:${id}`, pending: true })).toBe(0);
    await expect(
      gateway.call('permits.ledger.submit', { id, ...LEDGER }, { as: principal('e1') }),
    ).rejects.toMatchObject({
      status: 409,
      reason: 'ALREADY_SUBMITTED',
    });
  });

  it('Tongxiang: a self-inspection answers every item of its industry’s list', async () => {
    const { id } = await dutyOf('self-inspection');
    const { list } = await gateway.call('permits.duty.get', { id }, { as: principal('e1') });
    expect(list?.id).toBe('dyeing-1');
    const results = (list?.groups ?? []).flatMap(({ items }) =>
      items.map((item) => ({ item: item.id, result: 'ok' as const })),
    );
    const submit = (answers: typeof results) =>
      gateway.call('permits.selfInspection.submit', { id, results: answers }, { as: principal('e1') });
    await expect(submit(results.slice(1))).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'results' }] },
    });
    expect((await submit(results)).inspection).toHaveLength(49);
  });

  it('办法 Art 19: self-monitoring is dated in its period and measures everything', async () => {
    const { id } = await dutyOf('self-monitoring');
    const submit = (factor: string, at: number) =>
      gateway.call(
        'permits.selfMonitoring.submit',
        { id, results: [{ outletId: 'o1', factor, at: isoTime(at), value: 30, unit: 'mg/L' }] },
        { as: principal('e1') },
      );
    await expect(submit('w01018', lastMonth.to)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'results.0.at' }] },
    });
    await expect(submit('w21003', lastMonth.from)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'results', expected: expect.stringContaining('o1 w01018') }] },
    });
    expect(await submit('w01018', lastMonth.from)).toMatchObject({ state: 'fulfilled' });
  });

  it('publicity is dated, and not tomorrow', async () => {
    const { id } = await dutyOf('publicity');
    const submit = (at: number) =>
      gateway.call(
        'permits.publicity.submit',
        { id, publishedAt: isoTime(at), url: 'https://permit.example.cn/1' },
        { as: principal('e1') },
      );
    await expect(submit(Date.now() + DAY)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'publishedAt' }] },
    });
    expect(await submit(Date.now() - 1000)).toMatchObject({ state: 'fulfilled' });
  });
});

describe('a past that an older system kept', () => {
  const bring = (duties: DutyInput[]) =>
    gateway.call('permits.duty.import', { duties }, { as: caller('330000', { kind: 'service', roles: ['service'] }) });
  const dayAgo = (days: number) => isoTime(Date.now() - days * DAY).slice(0, 10);
  const inspected = (days: number, fulfilledAt?: number): DutyInput => ({
    ...{ permitId: 'p1', kind: 'self-inspection', day: dayAgo(days) },
    ...(fulfilledAt === undefined ? {} : { fulfilledAt: isoTime(fulfilledAt) }),
  });

  it('is taken in once: in time, late, missed; what is still waited for is waited for', async () => {
    const duties = [
      inspected(40, Date.now() - 40 * DAY + 1000),
      inspected(41, Date.now() - 2 * DAY),
      inspected(42),
      inspected(12),
    ];
    expect(await bring(duties)).toEqual({ changed: 4, unchanged: 0 });
    expect(await bring(duties)).toEqual({ changed: 0, unchanged: 4 });
    const kept = await db
      .collection('duties')
      .find({ permitId: 'p1', period: { $in: duties.map(({ day }) => day) } })
      .toArray();
    expect(kept.map(({ period, state }) => `${period} ${state}`).sort()).toEqual(
      [
        `${dayAgo(42)} missed`,
        `${dayAgo(41)} late`,
        `${dayAgo(40)} fulfilled`,
        // Its date, a working day later, has passed; whether the seven days of grace have too depends on the calendar.
        `${dayAgo(12)} ${(kept.find(({ period }) => period === dayAgo(12))?.missedAt ?? 0) < Date.now() ? 'missed' : 'late'}`,
      ].sort(),
    );
    for (const { _id } of kept) expect(await told(String(_id))).toEqual([]);
  });
  it.each<[string, string, () => DutyInput]>([
    ['a permit that is not there', 'duties.0.permitId', () => ({ ...inspected(3), permitId: 'nobody' })],
    ['today', 'duties.0.day', () => inspected(0)],
    ['come before its day', 'duties.0.fulfilledAt', () => inspected(3, Date.now() - 5 * DAY)],
    ['come tomorrow', 'duties.0.fulfilledAt', () => inspected(3, Date.now() + DAY)],
    ['not asked for by the permit', 'duties.0.kind', () => ({ ...inspected(3), permitId: 'p-still' })],
  ])('%s is refused', async (_, field, duty) => {
    await expect(bring([duty()])).rejects.toMatchObject({ status: 422, detail: { errors: [{ field }] } });
  });
  it('is not for people', async () => {
    await expect(gateway.call('permits.duty.import', { duties: [] }, { as: administrator })).rejects.toMatchObject({
      status: 403,
    });
  });
});

describe('who', () => {
  it('another enterprise, another county and the wrong kind are refused', async () => {
    const { id } = await dutyOf('ledger', 'e-still');
    const submit = (as: Caller) => gateway.call('permits.ledger.submit', { id, ...LEDGER }, { as });
    await expect(submit(principal('e1'))).rejects.toMatchObject({ status: 404 });
    await expect(submit(tongxiang)).rejects.toMatchObject({ status: 403 });
    await expect(gateway.call('permits.duty.get', { id }, { as: jiaojiang })).rejects.toMatchObject({ status: 404 });
    expect(await open('e-still', jiaojiang)).toEqual([]);
    const wrong = { id, publishedAt: isoTime(Date.now() - 1000), url: 'https://a.cn' };
    await expect(gateway.call('permits.publicity.submit', wrong, { as: principal('e-still') })).rejects.toMatchObject({
      status: 409,
      reason: 'WRONG_KIND',
    });
    const long = { id, ...LEDGER, productionHours: 25 };
    await expect(gateway.call('permits.ledger.submit', long, { as: principal('e-still') })).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'productionHours' }] },
    });
  });
});

describe('domain.md 3.5 P9: the five lowest of a month', () => {
  const month = monthOf(lastMonth.from);
  beforeAll(async () => {
    const duty = (enterpriseId: string, n: number, state: string) => ({
      _id: `${enterpriseId}-${n}` as never,
      kind: 'ledger',
      every: 'day',
      period: `x${n}`,
      permitId: `p-${enterpriseId}`,
      enterpriseId,
      enterpriseName: `企业${enterpriseId}`,
      divisionPath: TONGXIANG,
      county: '330483',
      openedAt: lastMonth.from,
      dueAt: lastMonth.from + n * DAY,
      month,
      state,
      ...(state === 'fulfilled' ? { fulfilledAt: lastMonth.from } : {}),
      sequence: 1,
    });
    // Seven firms with 10 ledgers each: firm n handed in n + 3 of them in time, the last one all.
    const rows = Array.from({ length: 8 }, (_, firm) =>
      Array.from({ length: 10 }, (_, n) => duty(`r${firm}`, n, n < firm + 3 ? 'fulfilled' : 'missed')),
    ).flat();
    await db.collection('duties').insertMany(rows as never);
  });

  it('the board and the clue for the town come when the month is over, once', async () => {
    // The round closed the month before there was anything in it: a fresh start sees it as the first of the month would.
    await running.restart();
    await until(async () => (await checksOf({ check: 'P9' })).length === 5);
    expect(
      (await checksOf({ check: 'P9', active: true })).map(({ enterpriseId, clue }) => `${enterpriseId} ${clue}`).sort(),
    ).toEqual(['r0 town', 'r1 town', 'r2 town', 'r3 town', 'r4 town']);
    await until(async () => {
      const boards = await gateway.call('permits.duty.exposures', { month }, { as: tongxiang }).catch(() => undefined);
      return boards?.items.length === 1;
    });
    const [board] = (await gateway.call('permits.duty.exposures', { month }, { as: tongxiang })).items;
    expect(board).toMatchObject({ division: '330483', enterprises: 8 });
    expect(board?.lowest[0]).toMatchObject({ enterpriseId: 'r0', due: 10, inTime: 3, absent: 7, rate: 0.3 });
    expect((await gateway.call('permits.duty.exposures', {}, { as: jiaojiang })).items).toEqual([]);
  });

  it('ranking and rates of a division, by pages; another county sees none of them', async () => {
    const ranking = await gateway.call('permits.duty.ranking', { division: '330483', month }, { as: tongxiang });
    expect(ranking).toMatchObject({ final: true, enterprises: 8, due: 80, inTime: 52, absent: 28 });
    expect(ranking.lowest.map(({ enterpriseId }) => enterpriseId)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await gateway.call(
        'permits.duty.rates',
        { division: '330483', month, limit: 3, ...(after ? { after } : {}) },
        { as: tongxiang },
      );
      seen.push(...page.items.map(({ enterpriseId }) => enterpriseId));
      after = page.next;
    } while (after);
    expect(seen).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7']);
    const other = await gateway.call('permits.duty.ranking', { division: '330483', month }, { as: jiaojiang });
    expect(other).toMatchObject({ enterprises: 0, lowest: [] });
  });
});
