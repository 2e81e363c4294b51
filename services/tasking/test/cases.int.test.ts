import { type Case, fact, fraudFacts, type Task, taskingFacts } from '@greenwatch/contracts';
import type { Caller } from '@greenwatch/kit';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import {
  boss,
  boss2,
  citySup,
  jiaojiang,
  off,
  RunningTasking,
  sup,
  supOther,
  TONGXIANG,
  user,
} from './running-tasking';

let running: RunningTasking;
let call: RunningTasking['call'];
let visit: Task;
let filed: Case;
const DAY = 24 * 3_600_000;
const ACT_AT = new Date(Date.now() - 10 * DAY).toISOString();

/** A suspicion, visited by two officers and confirmed by the city. */
async function confirmed(id: string): Promise<Task> {
  await tellFact(
    running.gateway,
    'facts.fraud.suspicion.raised',
    fraudFacts.SuspicionChanged,
    id,
    1,
    {
      ...fraudFacts.SuspicionChanged.decode(new Uint8Array()),
      id,
      enterpriseId: id === 'second' ? 'e2' : 'e1',
      authenticity: 40,
      level: 'strongly-suspect',
      active: true,
    },
    { divisionPath: TONGXIANG },
  );
  await until(async () => (await running.tasksOf('suspicion', id)).length === 1);
  const [task] = (await running.tasksOf('suspicion', id)) as [Task];
  return running.visited(task.id, 'violation-suspected');
}
const get = (as: Caller = citySup, id = filed.id) => call('tasking.case.get', { id }, { as });
async function told(
  entity: string,
): Promise<[verb: string, envelope: fact.Envelope, data: taskingFacts.CaseChanged][]> {
  const rows = await running.db
    .collection('outbox')
    .find({ subject: /^facts\.tasking\.case\.(?!due)/ })
    .sort({ _id: 1 })
    .toArray();
  return rows
    .map((row): [string, fact.Envelope] => [
      String(row.subject).split('.')[3] ?? '',
      fact.Envelope.decode(row.envelope.buffer),
    ])
    .filter(([, envelope]) => envelope.entity === entity)
    .map(([verb, envelope]) => [verb, envelope, taskingFacts.CaseChanged.decode(envelope.data)]);
}

beforeAll(async () => {
  running = await RunningTasking.start();
  call = running.call;
  visit = await confirmed('first');
}, 60_000);
afterAll(async () => {
  await running?.stop();
}, 30_000);

describe('domain.md 5.5: 立案', () => {
  it('a confirmed suspicion waits 15 days for the decision to file', async () => {
    expect(Date.parse(visit.fileBy ?? '') - Date.now()).toBeGreaterThan(14 * DAY);
    await running.passTime(`task:${visit.id}:file`);
    await until(
      async () =>
        (await call('tasking.task.get', { id: visit.id }, { as: sup })).history.at(-1)?.remark === 'file:reminder',
    );
  });

  it('is filed by a supervisor, with a number of the county, the investigators and what led to it', async () => {
    const filing = {
      taskId: visit.id,
      act: 'falsified-monitoring',
      actAt: ACT_AT,
      summary: '采样管路疑似异常',
    } as const;
    await expect(call('tasking.case.file', filing, { as: off })).rejects.toMatchObject({ status: 403 });
    await expect(call('tasking.case.file', filing, { as: jiaojiang })).rejects.toMatchObject({ status: 404 });
    const tomorrow = new Date(Date.now() + DAY).toISOString();
    await expect(call('tasking.case.file', { ...filing, actAt: tomorrow }, { as: citySup })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('actAt'),
    });
    const longAgo = new Date(Date.now() - 3 * 365 * DAY).toISOString();
    await expect(call('tasking.case.file', { ...filing, actAt: longAgo }, { as: citySup })).rejects.toMatchObject({
      message: expect.stringContaining('2 years'),
    });
    filed = await call('tasking.case.file', filing, { as: citySup });
    expect(filed).toMatchObject({
      state: 'filed',
      number: `330483-${new Date(Date.now() + 8 * 3_600_000).getUTCFullYear()}-0001`,
      partyKind: 'enterprise',
      partyId: 'e1',
      handlingUnit: '330483',
      investigators: ['sup', 'off'],
      taskId: visit.id,
    });
    const task = await call('tasking.task.get', { id: visit.id }, { as: sup });
    expect(task).toMatchObject({ caseId: filed.id, state: 'REVIEWED' });
    await expect(call('tasking.case.file', filing, { as: citySup })).rejects.toMatchObject({ reason: 'ALREADY_FILED' });
    expect(
      await running.db.collection('outbox').countDocuments({ cancelKey: `task:${visit.id}:file`, publishedAt: null }),
    ).toBe(0);
  });

  it('is not there for the enterprise before it was told, nor for another county', async () => {
    for (const as of [boss, boss2, jiaojiang]) {
      await expect(get(as)).rejects.toMatchObject({ status: 404 });
      expect((await call('tasking.case.list', {}, { as })).items).toEqual([]);
    }
  });
});

describe('domain.md 5.5: 事先告知, 陈述申辩', () => {
  const notice = {
    factsFound: '数据长期异常',
    kinds: ['fine', 'order-to-correct'] as const,
    fine: 200_000,
    basisIds: ['code-1088'],
  };
  const serve = (more: object = {}, as = supOther) =>
    call('tasking.case.serveNotice', { id: filed.id, ...notice, kinds: [...notice.kinds], ...more }, { as });

  it('names what is wrong with fine and basis', async () => {
    await expect(serve({ fine: 50_000 })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('100000 to 1000000 yuan'),
    });
    await expect(serve({ basisIds: ['air-99-3'] })).rejects.toMatchObject({
      message: expect.stringContaining('code-1088'),
    });
    await expect(serve({ servedAt: new Date(Date.now() + DAY).toISOString() })).rejects.toMatchObject({ status: 422 });
    await expect(
      call(
        'tasking.case.decide',
        { id: filed.id, documentNo: '号1号', kinds: ['warning'], basisIds: ['code-1088'], factsFound: 'x' },
        { as: citySup },
      ),
    ).rejects.toMatchObject({ reason: 'WRONG_STATE' });
  });

  it('served: the enterprise sees it, not who works on it nor why; the party’s time is not counted', async () => {
    const before = Date.parse(filed.decideBy);
    const served = await serve();
    expect(served).toMatchObject({ state: 'noticed', notice: { fine: 200_000, by: 'sup-other' } });
    expect(Date.parse(served.decideBy)).toBeGreaterThan(before);
    const own = await get(boss);
    expect(own).toMatchObject({ number: filed.number, investigators: [], notice: { fine: 200_000 } });
    for (const name of ['taskId', 'clueId', 'filedBy']) expect(own).not.toHaveProperty(name);
    expect(own.history.map(({ verb }) => verb)).toEqual(['noticed']);
    expect(JSON.stringify(own)).not.toMatch(/sup-other|suspicion/);
    await expect(get(boss2)).rejects.toMatchObject({ status: 404 });
    await expect(serve({}, { ...boss, roles: ['supervisor'] })).rejects.toMatchObject({ status: 404 });
  });
});

describe('domain.md 5.5: 决定', () => {
  const decide = (more: object = {}, as = citySup) =>
    call(
      'tasking.case.decide',
      {
        id: filed.id,
        documentNo: '嘉环罚字〔2026〕1号',
        kinds: ['fine', 'order-to-correct'],
        fine: 150_000,
        basisIds: ['code-1088'],
        factsFound: '事实清楚',
        ...more,
      },
      { as },
    );

  it('not while the party can still state something', async () => {
    await expect(decide()).rejects.toMatchObject({ reason: 'HEARING_RUNS' });
    await call('tasking.case.recordStatement', { id: filed.id, waived: true, text: '放弃陈述申辩' }, { as: supOther });
  });

  it('not by the county, not by who investigated, not heavier than was told', async () => {
    await expect(decide({}, supOther)).rejects.toMatchObject({ status: 403, reason: 'NO_DECISION_POWER' });
    await expect(decide({}, user('sup', ['supervisor'], '330400'))).rejects.toMatchObject({
      reason: 'DECIDER_IS_INVESTIGATOR',
    });
    await expect(decide({ fine: 300_000 })).rejects.toMatchObject({ message: expect.stringContaining('200000 yuan') });
    await expect(decide({ fine: 5 })).rejects.toMatchObject({ message: expect.stringContaining('fine') });
  });

  it('by the city, in its name: the fact carries the decision for credit and fraud', async () => {
    const decided = await decide();
    expect(decided).toMatchObject({
      state: 'decided',
      decisionAuthority: '330400',
      decision: {
        documentNo: '嘉环罚字〔2026〕1号',
        severity: 'serious',
        bases: [{ id: 'code-1088', article: '第1088条' }],
      },
    });
    expect(decided.publishBy).toBeDefined();
    const facts = await told(filed.id);
    expect(facts.map(([verb]) => verb)).toEqual(['filed', 'noticed', 'statement-recorded', 'decided']);
    expect(facts.map(([, { sequence, enterpriseId }]) => [sequence, enterpriseId])).toEqual([
      [1, ''],
      [2, 'e1'],
      [3, 'e1'],
      [4, 'e1'],
    ]);
    expect(facts.map(([, , { state }]) => state)).toEqual(['filed', 'noticed', 'noticed', 'decided']);
    expect(facts.at(-1)?.[2]).toMatchObject({
      act: 'falsified-monitoring',
      partyId: 'e1',
      origins: [{ kind: 'suspicion', id: 'first' }],
      decisionAuthority: '330400',
      decision: {
        kinds: ['fine', 'order-to-correct'],
        fine: 150_000,
        severity: 'serious',
        legalBases: ['生态环境法典第1088条'],
      },
    });
    expect((await get(boss)).decision).toMatchObject({ fine: 150_000 });
    expect((await get(boss)).decision).not.toHaveProperty('by');
  });

  it('is published and closed; every step stands in the audit chain', async () => {
    await call('tasking.case.publish', { id: filed.id }, { as: supOther });
    await expect(call('tasking.case.publish', { id: filed.id }, { as: supOther })).rejects.toMatchObject({
      reason: 'ALREADY_PUBLISHED',
    });
    expect((await call('tasking.case.close', { id: filed.id }, { as: supOther })).state).toBe('closed');
    const actions = (await running.db.collection('audit').find({ entity: filed.id }).toArray()).map(
      ({ action }) => action,
    );
    expect(actions).toEqual([
      'case.file',
      'case.serveNotice',
      'case.recordStatement',
      'case.decide',
      'case.publish',
      'case.close',
    ]);
  });

  it('falls by who could decide it, and credit learns of it', async () => {
    await expect(
      call('tasking.case.withdraw', { id: filed.id, reason: '复议撤销' }, { as: supOther }),
    ).rejects.toMatchObject({
      reason: 'NO_DECISION_POWER',
    });
    expect((await call('tasking.case.withdraw', { id: filed.id, reason: '复议撤销' }, { as: citySup })).state).toBe(
      'withdrawn',
    );
    expect((await told(filed.id)).at(-1)?.[0]).toBe('withdrawn');
  });
});

describe('domain.md 5.5: time runs', () => {
  it('80 % reminder, 100 % overdue, once each; a timer that is late or doubled changes nothing', async () => {
    const task = await confirmed('second');
    const { id, decideBy, number } = await call(
      'tasking.case.file',
      { taskId: task.id, act: 'exceedance', actAt: ACT_AT, summary: 'x', partyKind: 'operator', operatorId: 'op1' },
      { as: supOther },
    );
    expect(number).toMatch(/-0002$/);
    expect((await get(citySup, id)).partyName).toBe('某运维公司');
    await running.passTime(`case:${id}:decide`);
    await until(async () => (await get(citySup, id)).history.at(-1)?.verb === 'reminded');
    await factsHandled(running.gateway, 'tasking');
    await running.passTime(`case:${id}:decide`);
    await until(async () => (await get(citySup, id)).overdue.includes('decide'));
    const due = { caseId: id, step: 'decide', phase: 'overdue', dueAt: 5 };
    const late = await tellFact(running.gateway, 'facts.tasking.case.due', taskingFacts.CaseDue, 'x', 9, due);
    await tellFact(running.gateway, 'facts.tasking.case.due', taskingFacts.CaseDue, 'x', 9, due, { id: late });
    await factsHandled(running.gateway, 'tasking');
    expect((await get(citySup, id)).history.map(({ verb }) => verb)).toEqual(['filed', 'reminded', 'overdue']);
    expect((await get(citySup, id)).decideBy).toBe(decideBy);
    // Its enterprise is not the party: it sees nothing, whatever is served.
    const notice = { id, factsFound: 'x', kinds: ['warning' as const], basisIds: ['code-1103'] };
    await call('tasking.case.serveNotice', notice, { as: supOther });
    await expect(get(boss2, id)).rejects.toMatchObject({ status: 404 });
    const operator = user('maintainer', ['operator-staff'], '330000', { operatorId: 'op1' });
    expect((await get(operator, id)).number).toBe(number);
  });
});
