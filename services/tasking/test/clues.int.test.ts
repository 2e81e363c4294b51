import { complaintsFacts, fact, fraudFacts, permitsFacts, rulesFacts, type Task } from '@greenwatch/contracts';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import { boss, citySup, GATE, grid, jiaojiang, off, RunningTasking, sup, supOther, TONGXIANG } from './running-tasking';

let running: RunningTasking;
beforeAll(async () => {
  running = await RunningTasking.start();
}, 60_000);
afterAll(async () => {
  await running?.stop();
}, 30_000);

const NOTHING = new Uint8Array();
const DAY = 24 * 3_600_000;
const handled = () => factsHandled(running.gateway, 'tasking');
const suspicion = (id: string, more: Partial<fraudFacts.SuspicionChanged> = {}): fraudFacts.SuspicionChanged => ({
  ...fraudFacts.SuspicionChanged.decode(NOTHING),
  id,
  enterpriseId: 'e1',
  outletId: 'o1',
  authenticity: 38.6,
  level: 'strongly-suspect',
  day: Date.now() - DAY,
  active: true,
  indications: [{ factor: 'w01018', test: 'B', score: 0.1, from: 0, to: 0, text: '数值被压在上限之下' }],
  ...more,
});
const tellSuspicion = (verb: string, sequence: number, data: fraudFacts.SuspicionChanged, id?: string) =>
  tellFact(running.gateway, `facts.fraud.suspicion.${verb}`, fraudFacts.SuspicionChanged, data.id, sequence, data, {
    divisionPath: TONGXIANG,
    id,
  });
const check = (id: string, more: Partial<permitsFacts.CheckChanged> = {}): permitsFacts.CheckChanged => ({
  ...permitsFacts.CheckChanged.decode(NOTHING),
  id,
  check: 'P6',
  enterpriseId: 'e1',
  enterpriseName: '某热电 e1',
  level: 'mid',
  stage: '90',
  active: true,
  clue: 'desk',
  text: 'COD 年累计已达许可量 90 %',
  openedAt: Date.now(),
  ...more,
});
const tellCheck = (verb: string, sequence: number, data: permitsFacts.CheckChanged, id?: string) =>
  tellFact(running.gateway, `facts.permits.check.${verb}`, permitsFacts.CheckChanged, data.id, sequence, data, {
    divisionPath: TONGXIANG,
    id,
  });
const complaint = (
  id: string,
  more: Partial<complaintsFacts.ComplaintChanged> = {},
): complaintsFacts.ComplaintChanged => ({
  ...complaintsFacts.ComplaintChanged.decode(NOTHING),
  id,
  number: `TS-${id}`,
  category: 'odour',
  level: 'mid',
  lon: 120.5,
  lat: 30.6,
  place: '某村口',
  text: '夜间异味',
  ...more,
});
const tellComplaint = (sequence: number, data: complaintsFacts.ComplaintChanged, id?: string, path = TONGXIANG) =>
  tellFact(
    running.gateway,
    'facts.complaints.complaint.clue-made',
    complaintsFacts.ComplaintChanged,
    data.id,
    sequence,
    data,
    { divisionPath: path, id },
  );
const typesOf = (tasks: Task[]) => tasks.map(({ type }) => type);
const verbsOf = (task: Task | undefined) => task?.history.map(({ verb }) => verb);

describe('domain.md 2.4, 5.3: a suspicion', () => {
  it('twice and in the wrong order is one INSPECT for two officers, and nothing the enterprise sees', async () => {
    const raised = suspicion('s1');
    const withdrawn = suspicion('s1', { active: false });
    const id = await tellSuspicion('withdrawn', 3, withdrawn);
    await tellSuspicion('raised', 1, raised);
    await tellSuspicion('updated', 2, raised);
    await tellSuspicion('withdrawn', 3, withdrawn, id);
    await tellSuspicion('withdrawn', 3, withdrawn);
    await handled();
    const [task, ...others] = await running.tasksOf('suspicion', 's1');
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      type: 'INSPECT',
      level: 'high',
      state: 'DISPATCHED',
      clueSource: 'suspicion',
      origins: [{ kind: 'suspicion', id: 's1' }],
      title: '自动监测数据疑似异常（真实性得分 39）',
      detail: '化学需氧量 数值被压在上限之下',
      assignees: [
        { personId: 'sup', role: 'lead' },
        { personId: 'off', role: 'second' },
      ],
    });
    expect(task?.linkedTaskId).toBeUndefined();
    expect(verbsOf(task)).toEqual(['created', 'dispatched', 'suspicion-cleared']);
    expect((await running.call('tasking.task.list', {}, { as: boss })).items).toEqual([]);
    // The enterprise learns nothing by the envelope either (live events scope by it).
    const envelopes = await running.db
      .collection('outbox')
      .find({ subject: /^facts\.tasking\.task\./ })
      .toArray();
    expect(envelopes.length).toBeGreaterThan(1);
    expect(envelopes.map(({ envelope }) => fact.Envelope.decode(envelope.buffer).enterpriseId)).toEqual(
      envelopes.map(() => ''),
    );
  });

  it('another outlet of the enterprise joins the visit while it goes on', async () => {
    await tellSuspicion('raised', 1, suspicion('s2', { outletId: 'o2' }));
    await until(async () => (await running.tasksOf('suspicion', 's2')).length === 1);
    const [task] = await running.tasksOf('suspicion', 's2');
    expect(task?.origins).toEqual([
      { kind: 'suspicion', id: 's1' },
      { kind: 'suspicion', id: 's2' },
    ]);
  });

  it('that comes before its enterprise waits and loses nothing', async () => {
    await tellSuspicion('raised', 1, suspicion('early', { enterpriseId: 'e9' }));
    await handled();
    expect(await running.tasksOf('suspicion', 'early')).toEqual([]);
    await running.tellEnterprise('e9', '');
    await until(async () => (await running.db.collection('enterprises').countDocuments()) === 3);
    await running.passTime('suspicion:early');
    await until(async () => (await running.tasksOf('suspicion', 'early')).length === 1);
  });
});

describe('domain.md 3.5, 3.6: a check', () => {
  it.each([
    ['in order', [1, 2, 3]],
    ['in the wrong order', [3, 2, 1]],
  ])('%s and twice: asked first, visited from the stage that asks for a visit', async (_, order) => {
    const id = `quota-${order[0]}`;
    const own = { enterpriseId: order[0] === 1 ? 'e1' : 'e2' };
    const facts = [
      check(id, { ...own, clue: '', stage: '80', level: 'low' }),
      check(id, own),
      check(id, { ...own, stage: '100', clue: 'visit', level: 'high' }),
    ];
    for (const sequence of order) {
      const data = facts[sequence - 1] as permitsFacts.CheckChanged;
      const factId = await tellCheck(sequence === 1 ? 'raised' : 'updated', sequence, data);
      await tellCheck('updated', sequence, data, factId);
    }
    await handled();
    const tasks = await running.tasksOf('check', id);
    expect(typesOf(tasks)).toEqual(['EXPLAIN', 'INSPECT']);
    expect(tasks.map(({ level }) => level)).toEqual(['high', 'high']);
    expect(
      (await running.call('tasking.clue.list', { source: 'check' }, { as: sup })).items.filter((clue) =>
        clue.origins.some((origin) => origin.id === id),
      ),
    ).toHaveLength(1);
  });

  it('domain.md 5.1, features 73, 104: clue "town" goes to the grid member, who does it from public space', async () => {
    await tellCheck('raised', 1, check('ledger', { check: 'P9', clue: 'town', level: 'low', stage: '' }));
    await until(async () => (await running.tasksOf('check', 'ledger')).length === 1);
    const [task] = (await running.tasksOf('check', 'ledger')) as [Task];
    expect(task).toMatchObject({
      type: 'OBSERVE',
      enterpriseId: 'e1',
      assignees: [{ personId: 'grid', role: 'observer' }],
    });
    const { id } = task;
    const { call } = running;
    await call('tasking.task.accept', { id }, { as: grid });
    await call('tasking.task.checkIn', { id, ...GATE, accuracy: 5, datum: 'CGCS2000' }, { as: grid });
    await call(
      'tasking.task.recordFinding',
      { id, conclusion: 'violation-suspected', text: '排口有异味' },
      { as: grid },
    );
    await call('tasking.task.submit', { id }, { as: grid });
    const reviewed = await call('tasking.task.review', { id, decision: 'approve', comment: '' }, { as: supOther });
    expect(reviewed).toMatchObject({ state: 'REVIEWED' });
    expect(reviewed.fileBy).toBeUndefined();
    // 处罚法 Art 42: an observation is no inspection.
    await expect(
      call(
        'tasking.case.file',
        { taskId: id, act: 'other', actAt: new Date().toISOString(), summary: 'x' },
        { as: supOther },
      ),
    ).rejects.toMatchObject({ reason: 'NOT_AN_INSPECTION' });
    expect((await call('tasking.task.close', { id }, { as: supOther })).closedAt).toBeDefined();
  });

  it('a stage that comes after the clue was closed opens another', async () => {
    const [task] = (await running.tasksOf('check', 'ledger')) as [Task];
    await tellCheck('updated', 2, check('ledger', { check: 'P9', clue: 'town', level: 'low', stage: 'month-2' }));
    await until(async () => (await running.tasksOf('check', 'ledger')).length === 2);
    await tellCheck('updated', 3, check('ledger', { check: 'P9', clue: 'town', level: 'low', stage: 'month-2' }));
    await handled();
    const clues = (await running.tasksOf('check', 'ledger')).map(({ clueId }) => clueId);
    expect(new Set(clues).size).toBe(2);
    expect(clues).toContain(task.clueId);
  });
});

describe('domain.md 6: a complaint', () => {
  it('without an enterprise is observed at its place by the town’s grid member', async () => {
    const data = complaint('place');
    const id = await tellComplaint(4, data, undefined, [...TONGXIANG, '330483100']);
    await tellComplaint(4, data, id, [...TONGXIANG, '330483100']);
    await tellComplaint(4, data, undefined, [...TONGXIANG, '330483100']);
    await handled();
    const [task, ...others] = await running.tasksOf('complaint', 'place');
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      type: 'OBSERVE',
      place: { lon: 120.5, lat: 30.6, address: '某村口' },
      detail: '夜间异味',
      assignees: [{ personId: 'grid-town', role: 'observer' }],
    });
    expect(task?.enterpriseId).toBeUndefined();
    await expect(running.call('tasking.task.get', { id: task?.id ?? '' }, { as: jiaojiang })).rejects.toMatchObject({
      status: 404,
    });
  });

  it.each([
    ['in order', [5, 6]],
    ['in the wrong order', [6, 5]],
  ])('%s: a report that joins raises the level and makes no task', async (_, order) => {
    const id = `joined-${order[0]}`;
    for (const sequence of order) {
      if (sequence === 5) await tellComplaint(5, complaint(id));
      else {
        const data = complaint(id, { level: 'high' });
        await tellFact(
          running.gateway,
          'facts.complaints.complaint.joined',
          complaintsFacts.ComplaintChanged,
          id,
          6,
          data,
          { divisionPath: TONGXIANG },
        );
      }
    }
    await handled();
    const tasks = await running.tasksOf('complaint', id);
    expect(tasks.map(({ type, level }) => [type, level])).toEqual([['OBSERVE', 'high']]);
  });

  it('that names one is verified by two officers and asks the enterprise nothing', async () => {
    await tellComplaint(4, complaint('named', { enterpriseId: 'e2', category: 'noise' }));
    await until(async () => (await running.tasksOf('complaint', 'named')).length === 1);
    const [task] = await running.tasksOf('complaint', 'named');
    expect(task).toMatchObject({
      type: 'VERIFY',
      enterpriseId: 'e2',
      assignees: [{ role: 'lead' }, { role: 'second' }],
    });
  });

  it('joins the inspectors’ task of an alarm that is open, and never the enterprise’s own', async () => {
    const alarm = {
      ...rulesFacts.AlarmChanged.decode(NOTHING),
      id: 'a1',
      code: 'EXC_H',
      level: 'high',
      enterpriseId: 'e1',
      mn: 'MN1',
      active: true,
      startedAt: Date.now(),
    };
    await tellFact(running.gateway, 'facts.rules.alarm.raised', rulesFacts.AlarmChanged, 'a1', 1, alarm, {
      divisionPath: TONGXIANG,
    });
    await until(async () => (await running.tasksOf('alarm', 'a1')).length === 2);
    await tellComplaint(4, complaint('joins', { enterpriseId: 'e1' }));
    await until(async () => (await running.tasksOf('complaint', 'joins')).length === 1);
    const [task] = await running.tasksOf('complaint', 'joins');
    expect(task).toMatchObject({ type: 'INSPECT', clueSource: 'alarm' });
    expect(verbsOf(task)?.at(-1)).toBe('complaint-merged');
    const own = (await running.call('tasking.task.list', { alarmId: 'a1' }, { as: boss })).items;
    expect(JSON.stringify(own)).not.toMatch(/complaint|joins|异味/);
  });

  it('does not join a visit that is over: somebody goes again', async () => {
    const [visit] = (await running.tasksOf('complaint', 'joins')) as [Task];
    await running.visited(visit.id, 'normal');
    await tellComplaint(4, complaint('after', { enterpriseId: 'e1', category: 'air' }));
    await until(async () => (await running.tasksOf('complaint', 'after')).length === 1);
    const [task] = await running.tasksOf('complaint', 'after');
    expect(task).toMatchObject({ type: 'VERIFY', clueId: visit.clueId });
    expect(task?.id).not.toBe(visit.id);
  });
});

describe('domain.md 5.2: clues from outside, and tasks that need not be done', () => {
  it('a superior’s order becomes a task; another county’s enterprise is none of yours', async () => {
    const order = {
      channel: 'superior-order',
      title: '重点行业专项检查',
      level: 'mid',
      type: 'VERIFY',
      enterpriseId: 'e1',
    } as const;
    const clue = await running.call('tasking.clue.create', { ...order, explain: true }, { as: sup });
    expect(clue).toMatchObject({
      source: 'manual',
      channel: 'superior-order',
      taskIds: [expect.any(String), expect.any(String)],
    });
    const tasks = await running.tasksOf('manual', clue.origins[0]?.id ?? '');
    expect(typesOf(tasks)).toEqual(['EXPLAIN', 'VERIFY']);
    expect(tasks[1]?.linkedTaskId).toBe(tasks[0]?.id);
    await expect(running.call('tasking.clue.create', order, { as: jiaojiang })).rejects.toMatchObject({ status: 422 });
    await expect(running.call('tasking.clue.create', order, { as: off })).rejects.toMatchObject({ status: 403 });
    await expect(
      running.call('tasking.clue.create', { ...order, enterpriseId: undefined }, { as: sup }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('type') });
    expect(await running.db.collection('audit').countDocuments({ action: 'clue.create' })).toBe(1);
  });

  it('is cancelled with a reason by somebody it was not given to; the clue is closed with its last task', async () => {
    const [{ id }] = (await running.tasksOf('complaint', 'named')) as [Task];
    const cancel = (as = supOther, reason = '重复') => running.call('tasking.task.cancel', { id, reason }, { as });
    await expect(cancel(sup)).rejects.toMatchObject({ reason: 'REVIEWER_IS_ASSIGNEE' });
    await expect(cancel(supOther, '')).rejects.toMatchObject({ status: 422 });
    const task = await cancel();
    expect(task).toMatchObject({ state: 'CANCELLED', closedAt: expect.any(String) });
    expect(
      await running.db.collection('outbox').countDocuments({ cancelKey: { $regex: `^task:${id}` }, publishedAt: null }),
    ).toBe(0);
    const { items } = await running.call('tasking.clue.list', { source: 'complaint' }, { as: citySup });
    expect(items.find(({ taskIds }) => taskIds.includes(id))?.closedAt).toBeDefined();
    await expect(cancel()).rejects.toMatchObject({ reason: 'WRONG_STATE' });
  });
});
