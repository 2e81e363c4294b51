import { fact, type Project, permitsFacts, readingsFacts, registryFacts } from '@greenwatch/contracts';
import { type Client, isoTime } from '@greenwatch/kit';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import type { Db } from 'mongodb';
import { administrator, caller, JIAOJIANG, jiaojiang, RunningPermits, TONGXIANG, tongxiang } from './running-permits';

let running: RunningPermits;
let gateway: Client;
let db: Db;

const principal = (enterpriseId: string) => caller('330483', { roles: ['principal'], enterpriseId });

const DAY = 24 * 3_600_000;
const NOW = Date.now();
const ago = (days: number) => isoTime(NOW - days * DAY);
const startOf = (days: number) => Math.floor((NOW - days * DAY + 8 * 3_600_000) / DAY) * DAY - 8 * 3_600_000;

beforeAll(async () => {
  running = await RunningPermits.start();
  ({ gateway, db } = running);
  await tellEnterprise('e1', 1, TONGXIANG);
  await tellEnterprise('e2', 1, JIAOJIANG);
  await factsHandled(gateway, 'permits');
}, 60_000);
afterAll(() => running?.stop(), 30_000);

function tellEnterprise(id: string, sequence: number, divisionPath: string[], more: object = {}) {
  const empty = registryFacts.EnterpriseChanged.decode(new Uint8Array());
  const data = { ...empty, id, name: `企业${id}`, status: 'producing', industryCode: '1713', ...more };
  return tellFact(gateway, 'facts.registry.enterprise.changed', registryFacts.EnterpriseChanged, id, sequence, data, {
    divisionPath,
    enterpriseId: id,
  });
}

interface Day {
  outletId: string;
  day: number;
  flow?: number;
  kwh?: number;
  sequence?: number;
  id?: string;
}
function tellDay({ outletId, day, flow = 0, kwh = 0, sequence = 1, id }: Day) {
  const data = {
    outletId,
    enterpriseId: 'e1',
    medium: 'water',
    day,
    hours: 24,
    flow,
    factors: [],
    productionKwh: kwh,
    treatmentKwh: 0,
  };
  return tellFact(
    gateway,
    'facts.readings.day.totalled',
    readingsFacts.DayTotalled,
    `${outletId}|${day}`,
    sequence,
    data,
    { divisionPath: TONGXIANG, enterpriseId: 'e1', ...(id ? { id } : {}) },
  );
}

const create = (name: string, outletIds: string[] = [], as = tongxiang): Promise<Project> =>
  gateway.call('permits.project.create', { name, enterpriseId: 'e1', eiaClass: 'report', outletIds }, { as });
const record = (id: string, step: Project['steps'][number]['step'], days: number, as = tongxiang) =>
  gateway.call('permits.project.recordStep', { id, step, at: ago(days), evidence: '台账' }, { as });
const get = (id: string, as = tongxiang) => gateway.call('permits.project.get', { id }, { as });
const checksOf = async (projectId: string) =>
  (await db.collection('checks').find({ projectId }).sort({ check: 1, openedAt: 1 }).toArray()).map(
    ({ check, stage, active, clue, level }) => ({ check, stage, active, clue, level }),
  );
/**
 * The state that facts lead to, without ids and times of the run. What was raised and taken back on the way is not of it:
 * a total that is corrected later was believed only if it came first.
 */
const endState = async (projectId: string) => {
  const project = await db.collection('projects').findOne({ _id: projectId as never });
  const checks = (await checksOf(projectId)).filter(({ active }) => active);
  return { seen: project?.productionSeen, alerts: project?.alerts, checks };
};
async function checksTold(projectId: string): Promise<string[]> {
  const rows = await db
    .collection('outbox')
    .find({ subject: /^facts\.permits\.check\./ })
    .sort({ _id: 1 })
    .toArray();
  return rows.flatMap(({ subject, envelope }) => {
    const data = permitsFacts.CheckChanged.decode(fact.Envelope.decode(envelope.buffer).data);
    return data.projectId === projectId ? [`${subject.split('.').at(-1)} ${data.check} ${data.clue}`] : [];
  });
}

describe('domain.md 3.6: the story of a project that produces before its approval', () => {
  it('received, then flow and production electricity at its outlet: EIA_NO_APPROVAL, once, with evidence', async () => {
    const { id } = await create('年产1万吨染色项目', ['o1']);
    await record(id, 'eia-received', 20);
    expect(await checksOf(id)).toEqual([]);

    const day = startOf(3);
    const told = await tellDay({ outletId: 'o1', day, flow: 120, kwh: 900 });
    // The same again, an older state of the day late, and an earlier day that comes after a later one.
    await tellDay({ outletId: 'o1', day, flow: 120, kwh: 900, id: told });
    await tellDay({ outletId: 'o1', day: startOf(5), flow: 60, sequence: 2 });
    await tellDay({ outletId: 'o1', day: startOf(5), flow: 0, sequence: 1 });
    await factsHandled(gateway, 'permits');

    const project = await get(id);
    expect(project.productionSeen).toMatchObject({ day: isoTime(startOf(5)), outletId: 'o1', flow: 60 });
    expect(project.alerts).toMatchObject([{ check: 'EIA_NO_APPROVAL', stage: 'production', level: 'high' }]);
    expect(project.alerts[0]?.text).toContain('疑似未批先投');
    expect(await checksOf(id)).toEqual([
      { check: 'EIA_NO_APPROVAL', stage: 'production', active: true, clue: 'visit', level: 'high' },
    ]);
    const [check] = await db.collection('checks').find({ projectId: id }).toArray();
    expect(check).toMatchObject({ enterpriseName: '企业e1', divisionPath: TONGXIANG, outletId: 'o1' });
    expect(check?.evidence).toEqual([
      expect.objectContaining({ name: '环评受理' }),
      expect.objectContaining({ name: '排放口首日监测', value: '流量 60 m³，生产用电 0 kWh' }),
    ]);
    expect((await checksTold(id))[0]).toBe('raised EIA_NO_APPROVAL visit');
  });

  it('the same facts in any order, each twice, end in the same state', async () => {
    const facts = [
      { day: startOf(9), flow: 10, sequence: 1 },
      { day: startOf(9), flow: 0, sequence: 2 },
      { day: startOf(8), flow: 0, kwh: 40, sequence: 1 },
      { day: startOf(7), flow: 30, sequence: 3 },
    ];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ];
    const ends: unknown[] = [];
    for (const [n, order] of orders.entries()) {
      const outletId = `order-${n}`;
      const { id } = await create(`顺序 ${n}`, [outletId]);
      for (const i of order) {
        const told = await tellDay({ outletId, ...(facts[i] as (typeof facts)[number]) });
        await tellDay({ outletId, ...(facts[i] as (typeof facts)[number]), id: told });
      }
      await factsHandled(gateway, 'permits');
      const end = await endState(id);
      ends.push(JSON.parse(JSON.stringify(end).replaceAll(outletId, 'o')));
    }
    expect(ends[0]).toMatchObject({
      seen: { day: startOf(8), flow: 0, productionKwh: 40 },
      alerts: ['EIA_NO_APPROVAL'],
    });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it('a correction that takes the production back clears the check', async () => {
    const { id } = await create('更正', ['o-back']);
    await tellDay({ outletId: 'o-back', day: startOf(2), flow: 5 });
    await until(async () => (await checksOf(id)).some(({ active }) => active));
    await tellDay({ outletId: 'o-back', day: startOf(2), flow: 0, sequence: 2 });
    await until(async () => (await checksOf(id)).every(({ active }) => !active));
    expect(await checksTold(id)).toEqual(['raised EIA_NO_APPROVAL visit', 'cleared EIA_NO_APPROVAL visit']);
  });

  it('approved in time: nothing; the permit that covers its outlet settles PERMIT_MISSING_AFTER_EIA', async () => {
    const { id } = await create('先批后建', ['o-permit']);
    await record(id, 'eia-approved', 30);
    await tellDay({ outletId: 'o-permit', day: startOf(10), flow: 50 });
    await until(async () => (await checksOf(id)).length === 1);
    expect(await checksOf(id)).toMatchObject([
      { check: 'PERMIT_MISSING_AFTER_EIA', stage: 'production', active: true },
    ]);
    await gateway.call(
      'permits.import',
      {
        permits: [
          {
            id: 'p1',
            number: '91130200699229617X001P',
            enterpriseId: 'e1',
            managementClass: 'key',
            validFrom: '2023-01-01T00:00:00+08:00',
            validTo: '2098-01-01T00:00:00+08:00',
            issuer: '嘉兴市生态环境局',
            limits: [],
            outlets: [{ outletId: 'o-permit', code: 'DW001', factors: [] }],
          },
        ],
      },
      { as: administrator },
    );
    await until(async () => (await checksOf(id)).every(({ active }) => !active));
  });

  it('what only time brings is found by the daily round, once', async () => {
    const { id } = await create('审批超期');
    await record(id, 'eia-received', 10);
    expect(await checksOf(id)).toEqual([]);
    await db
      .collection('projects')
      .updateOne({ _id: id as never }, { $set: { 'steps.0.at': NOW - 61 * DAY, checkedDay: startOf(1) } });
    await until(async () => (await checksOf(id)).length === 1);
    expect(await checksOf(id)).toMatchObject([{ check: 'EIA_APPROVAL_OVERDUE', active: true, level: 'mid' }]);
    const listed = await gateway.call('permits.project.list', { alerted: true, q: '超期' }, { as: tongxiang });
    expect(listed.items.map((project) => project.id)).toEqual([id]);
  });
});

describe('bad input', () => {
  let id: string;
  beforeAll(async () => {
    ({ id } = await create('输入'));
    await record(id, 'eia-received', 10);
  });

  it('a step dated tomorrow is refused by its field and nothing is stored', async () => {
    await expect(record(id, 'construction-started', -1)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'at', expected: 'must be a time that is not in the future' }] },
    });
    expect((await get(id)).steps).toHaveLength(1);
  });
  it('an approval before the receipt is refused', async () => {
    await expect(record(id, 'eia-approved', 11)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'at', expected: expect.stringContaining('must not lie before eia-received') }] },
    });
  });
  it.each([
    ['nobody has', 'e-nobody'],
    ['another county has', 'e2'],
  ])('an enterprise that %s is refused, both alike', async (_, enterpriseId) => {
    const params = { name: 'x', enterpriseId, eiaClass: 'form' as const };
    await expect(gateway.call('permits.project.create', params, { as: tongxiang })).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'enterpriseId', expected: expect.stringContaining('your division') }] },
    });
  });
  it('another county and another enterprise see nothing', async () => {
    await expect(get(id, jiaojiang)).rejects.toMatchObject({ status: 404 });
    await expect(get(id, principal('e2'))).rejects.toMatchObject({ status: 404 });
    await expect(record(id, 'construction-started', 1, jiaojiang)).rejects.toMatchObject({ status: 404 });
    expect((await gateway.call('permits.project.list', {}, { as: jiaojiang })).items).toEqual([]);
  });
  it('an enterprise records its own works, not the acts of the authority', async () => {
    await expect(record(id, 'eia-approved', 1, principal('e1'))).rejects.toMatchObject({ status: 403 });
    expect((await record(id, 'construction-started', 1, principal('e1'))).steps).toHaveLength(2);
  });
  it('a step recorded again is corrected, and the audit chain keeps what it said', async () => {
    const project = await record(id, 'eia-received', 12);
    expect(project.steps.filter(({ step }) => step === 'eia-received')).toMatchObject([{ at: ago(12) }]);
    const entries = await db
      .collection('audit')
      .find({ entity: id, action: 'project.step' })
      .sort({ _id: -1 })
      .toArray();
    expect(entries[0]?.detail).toMatchObject({ step: 'eia-received', before: { at: Date.parse(ago(10)) } });
  });
});

describe('import of another register (浙里环评)', () => {
  const input = (id: string, enterpriseId = 'e1') => ({
    id,
    name: `导入 ${id}`,
    enterpriseId,
    eiaClass: 'form' as const,
    steps: [{ step: 'eia-approved' as const, at: ago(50), number: '2026-12' }],
  });
  const importing = (...projects: ReturnType<typeof input>[]) =>
    gateway.call('permits.project.import', { projects }, { as: administrator });

  it('the same again changes nothing; an odd number only warns', async () => {
    expect(await importing(input('i1'))).toEqual({ changed: 1, unchanged: 0 });
    expect(await importing(input('i1'), input('i2'))).toEqual({ changed: 1, unchanged: 1 });
    expect((await get('i1')).steps[0]?.warning).toContain('号');
  });
  it('one that comes before its enterprise waits for it, and is told with its place', async () => {
    await importing({
      ...input('i3', 'e-late'),
      steps: [{ step: 'construction-started' as never, at: ago(3), number: 'x' }],
    });
    expect(await checksOf('i3')).toEqual([]);
    await tellEnterprise('e-late', 1, JIAOJIANG);
    await until(async () => (await checksOf('i3')).length === 1);
    expect(await get('i3', jiaojiang)).toMatchObject({ enterpriseName: '企业e-late', divisionPath: JIAOJIANG });
  });
  it('one wrong date refuses the whole list by its place', async () => {
    const wrong = { ...input('i5'), steps: [{ step: 'eia-approved' as const, at: ago(-1), number: 'x' }] };
    await expect(importing(input('i4'), wrong)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'projects.1.steps.0.at' }] },
    });
    await expect(get('i4', administrator)).rejects.toMatchObject({ status: 404 });
  });
});
