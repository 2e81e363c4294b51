import { featureNames } from '@greenwatch/authenticity';
import { fact, fraudFacts, permitsFacts, registryFacts, rulesFacts, taskingFacts } from '@greenwatch/contracts';
import { type Caller, isoTime, type RunningService, runService, startOfDay } from '@greenwatch/kit';
import { tellFact, until } from '@greenwatch/testkit';
import { fraudService } from '../src/fraud.service';
import { boilerHours, DAY } from './plant';
import { enterprise, JIAOJIANG, Scene, TONGXIANG } from './scene';

const TODAY = startOfDay(Date.now());
const FROM = TODAY - 65 * DAY;
const dayText = (day: number) => isoTime(day).slice(0, 10);
/** So many days before today. */
const ago = (days: number) => dayText(TODAY - days * DAY);

let scene: Scene;
let fraud: RunningService;
const start = async () => {
  fraud = await runService(fraudService, scene.environment());
  await scene.reachable();
};

beforeAll(async () => {
  scene = await Scene.start();
  await start();
  await scene.register('e1', TONGXIANG, ['o1', 'o2']);
  await scene.register('e2', JIAOJIANG, ['o3']);
  await scene.register('e3', TONGXIANG, ['o4']);
  await scene.send('MN-o1', boilerHours(11, FROM, TODAY));
  await scene.send('MN-o2', boilerHours(12, FROM, TODAY, TODAY - 14 * DAY));
  await scene.send('MN-o3', boilerHours(13, FROM, TODAY, TODAY - 14 * DAY));
  await scene.stored();
  await scene.handled();
}, 60_000);
afterAll(async () => {
  await fraud?.stop();
  await scene?.stop();
}, 30_000);

const user = (roles: Caller['roles'], division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `u-${roles[0]}-${division}`,
  name: 'somebody',
  roles,
  division,
  scopes: [],
  ...more,
});
const province = user(['supervisor'], '330000');
const tongxiang = user(['supervisor'], '330483');
const jiaojiang = user(['supervisor'], '331002');
const principal = user(['principal'], '330483', { enterpriseId: 'e1' });

async function run(day: string, as: Caller = province) {
  const { id } = await scene.client.call('fraud.score.run', { day }, { as });
  return until(async () => {
    const now = await scene.client.call('fraud.run.get', { id }, { as });
    return now.state === 'done' ? now : undefined;
  });
}
const suspicionOf = async (outletId: string) => {
  const page = await scene.client.call('fraud.suspicion.list', { outletId }, { as: province });
  return page.items[0];
};
const evidenceOf = (outletId: string, as: Caller = province) =>
  scene.client.call('fraud.outlet.get', { outletId }, { as });
/** Facts that fraud has told of a subject, oldest first. */
async function told<T>(subject: string, decode: (bytes: Uint8Array) => T): Promise<(fact.Envelope & { message: T })[]> {
  const rows = await scene.db
    .collection<{ _id: string; subject: string; envelope: { buffer: Uint8Array } }>('outbox')
    .find({ subject })
    .sort({ _id: 1 })
    .toArray();
  return rows.map(({ envelope }) => {
    const read = fact.Envelope.decode(new Uint8Array(envelope.buffer));
    return { ...read, message: decode(read.data) };
  });
}
const suspicionsTold = (verb: string) =>
  told(`facts.fraud.suspicion.${verb}`, (bytes) => fraudFacts.SuspicionChanged.decode(bytes));

describe('domain.md 2.4: scoring a day', () => {
  test('an honest outlet is not suspected; a flat one is, with what speaks for it; missing data is no guilt', async () => {
    const done = await run(ago(4));
    expect(done).toMatchObject({ outlets: 4, scored: 3, insufficient: 1, failed: 0, raised: 2 });

    const honest = await evidenceOf('o1');
    expect(honest.score?.level).toBe('normal');
    expect(honest.suspicion).toBeUndefined();
    expect(honest.score?.factors.map(({ factor }) => factor)).toEqual(['a21002', 'a21026']);

    const flat = await evidenceOf('o2');
    expect(['suspect', 'strongly-suspect']).toContain(flat.score?.level);
    expect(flat.score?.worstFactor).toBe('a21026');
    const tests = flat.score?.factors.find(({ factor }) => factor === 'a21026')?.tests ?? [];
    expect(tests.map(({ test }) => test)).toEqual(['E', 'F', 'Z', 'B', 'W']);
    for (const { sentence, causes } of tests) {
      expect(sentence.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(sentence.en).toMatch(/[a-z]/);
      expect(causes.length).toBeGreaterThan(0);
    }
    const points = (flat.score?.contributions ?? []).reduce((sum, contribution) => sum + contribution.points, 0);
    expect(points).toBeCloseTo(100 - (flat.score?.authenticity ?? 0), 4);

    expect(await evidenceOf('o4')).toMatchObject({ score: { status: 'INSUFFICIENT', factors: [] } });
    expect((await evidenceOf('o4')).score).not.toHaveProperty('level');

    const raised = await suspicionsTold('raised');
    expect(raised.map(({ message }) => message.outletId).sort()).toEqual(['o2', 'o3']);
    for (const { enterpriseId, message } of raised) {
      // The enterprise must not learn of a visit beforehand (domain.md 5.3).
      expect(enterpriseId).toBe('');
      expect(message.active).toBe(true);
      expect(message.indications[0]?.text).toMatch(/[\u4e00-\u9fff]/);
      expect(JSON.stringify(message)).not.toContain('造假');
    }
  });

  test('the same day again doubles nothing', async () => {
    const before = await scene.db.collection('scores').countDocuments();
    expect(await run(ago(4))).toMatchObject({ scored: 3, insufficient: 1, raised: 0 });
    expect(await scene.db.collection('scores').countDocuments()).toBe(before);
    expect(await scene.db.collection('suspicions').countDocuments()).toBe(2);
    expect((await suspicionsTold('updated')).map(({ sequence }) => sequence)).toEqual([2, 2]);
  });

  test('lowest first, paged by key, within the scope; enterprises see none of it', async () => {
    const list = (params: object, as: Caller) => scene.client.call('fraud.score.list', params, { as });
    const first = await list({ limit: 1 }, province);
    const second = await list({ limit: 2, after: first.next }, province);
    const all = [...first.items, ...second.items];
    expect(all.map(({ outletId }) => outletId).sort()).toEqual(['o1', 'o2', 'o3']);
    expect(all.at(-1)?.outletId).toBe('o1');
    expect(second.next).toBeUndefined();
    expect((await list({ status: 'INSUFFICIENT' }, province)).items.map(({ outletId }) => outletId)).toEqual(['o4']);
    expect((await list({}, jiaojiang)).items.map(({ outletId }) => outletId)).toEqual(['o3']);
    expect((await list({ division: '331002' }, tongxiang)).items).toEqual([]);
    await expect(evidenceOf('o3', tongxiang)).rejects.toMatchObject({ status: 404 });
    await expect(
      scene.client.call('fraud.enterprise.get', { enterpriseId: 'e2' }, { as: tongxiang }),
    ).rejects.toMatchObject({ status: 404 });
    const other = await suspicionOf('o3');
    await expect(
      scene.client.call('fraud.suspicion.get', { id: other?.id as string }, { as: tongxiang }),
    ).rejects.toMatchObject({ status: 404 });
    for (const action of ['fraud.score.list', 'fraud.suspicion.list', 'fraud.model.list'] as const) {
      await expect(scene.client.call(action, {}, { as: principal })).rejects.toMatchObject({ status: 403 });
    }
    await expect(evidenceOf('o1', principal)).rejects.toMatchObject({ status: 403 });
  });

  test('an enterprise: minimum, mean and trend over its outlets', async () => {
    const got = await scene.client.call('fraud.enterprise.get', { enterpriseId: 'e1' }, { as: tongxiang });
    expect(got).toMatchObject({ status: 'SCORED', worstOutletId: 'o2', day: ago(4) });
    expect(got.mean).toBeGreaterThan(got.authenticity as number);
    expect(got.trend).toEqual([{ day: ago(4), status: 'SCORED', authenticity: got.authenticity, mean: got.mean }]);
  });

  test.each([
    ['a day that is not over', { day: dayText(TODAY) }, 422, 'day'],
    ['a day of long ago', { day: '1999-01-01' }, 422, 'day'],
    ['no day at all', { day: '2026-02-30' }, 400, 'day'],
    ["another county's enterprise", { enterpriseId: 'e2' }, 404, 'enterprise'],
  ])('%s is refused', async (_, params, status, named) => {
    const refused = scene.client.call('fraud.score.run', params, { as: tongxiang });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining(named) });
    await expect(refused).rejects.toMatchObject({ status: status === 400 ? expect.any(Number) : status });
  });

  test('days that are normal again withdraw a suspicion, and say so', async () => {
    // The operator sends the true values again: a later reception replaces what was stored.
    await scene.send('MN-o3', boilerHours(13, FROM, TODAY), Date.now() + 1_000);
    await scene.stored();
    for (const days of [3, 2]) await run(ago(days), jiaojiang);
    expect(await suspicionOf('o3')).toMatchObject({ state: 'open', level: 'normal' });
    await run(ago(2), jiaojiang);
    expect(await suspicionOf('o3')).toMatchObject({ state: 'open' });
    await run(ago(1), jiaojiang);
    expect(await suspicionOf('o3')).toMatchObject({ state: 'withdrawn', day: ago(1) });
    const [withdrawn] = await suspicionsTold('withdrawn');
    expect(withdrawn?.message).toMatchObject({ outletId: 'o3', active: false, verdict: '' });
  });
});

describe('every fact taken, twice and out of order, ends in the same state', () => {
  const tell: typeof tellFact = (client, ...rest) => tellFact(client, ...rest);
  const stateOf = async (collection: string, id: string) =>
    scene.db.collection(collection).findOne({ _id: id as never });

  test.each([
    [
      'facts.registry.enterprise.changed',
      'enterprises',
      registryFacts.EnterpriseChanged,
      (name: string) => ({ ...enterprise('x', TONGXIANG), name }),
      'name',
    ],
    [
      'facts.registry.outlet.changed',
      'outlets',
      registryFacts.OutletChanged,
      (name: string) => ({ ...registryFacts.OutletChanged.decode(new Uint8Array()), id: 'x', name }),
      'name',
    ],
    [
      'facts.registry.device.changed',
      'devices',
      registryFacts.DeviceChanged,
      (name: string) => ({
        ...registryFacts.DeviceChanged.decode(new Uint8Array()),
        mn: 'x',
        missingFlagValid: name === 'new',
      }),
      'missingFlagValid',
    ],
    [
      'facts.permits.permit.changed',
      'permits',
      permitsFacts.PermitChanged,
      (status: string) => ({ ...permitsFacts.PermitChanged.decode(new Uint8Array()), id: 'x', status }),
      'status',
    ],
    [
      'facts.rules.alarm.updated',
      'alarms',
      rulesFacts.AlarmChanged,
      (outletId: string) => ({
        ...rulesFacts.AlarmChanged.decode(new Uint8Array()),
        id: 'x',
        code: 'TREAT_OFF',
        outletId,
      }),
      'outletId',
    ],
  ] as const)('%s', async (subject, collection, codec, message, field) => {
    const send = (sequence: number, what: string, id?: string) =>
      // Each row's codec fits its own message; the union of them all does not.
      tell(
        scene.client,
        subject,
        codec as never,
        'x',
        sequence,
        message(what) as never,
        id === undefined ? {} : { id },
      );
    const newest = await send(3, 'new');
    await send(2, 'old');
    await send(1, 'older');
    await send(3, 'new', newest);
    await scene.handled();
    const state = await stateOf(collection, 'x');
    expect(state?.sequence).toBe(3);
    expect(state?.[field]).toEqual(collection === 'devices' ? true : 'new');
  });

  const task = (suspicionId: string, over: Partial<taskingFacts.TaskChanged>): taskingFacts.TaskChanged => ({
    ...taskingFacts.TaskChanged.decode(new Uint8Array()),
    id: 'task-1',
    type: 'INSPECT',
    state: 'ACCEPTED',
    clueId: 'clue-1',
    origins: [{ kind: 'suspicion', id: suspicionId }],
    assignees: [{ personId: 'officer-1', role: 'lead' }],
    ...over,
  });
  const tellTask = (sequence: number, data: taskingFacts.TaskChanged, id?: string) =>
    tellFact(scene.client, 'facts.tasking.task.reviewed', taskingFacts.TaskChanged, data.id, sequence, data, { id });
  const examples = async () =>
    (await scene.client.call('fraud.example.list', {}, { as: province })).items.filter(({ demo }) => !demo);

  test('the verdict of a visit, as the fiftieth, refits the weights; any version can be put back', async () => {
    const suspicion = await suspicionOf('o2');
    const id = suspicion?.id as string;
    const demo = Array.from({ length: 49 }, (_, i) => ({
      id: `d${i}`,
      group: `g${i % 20}`,
      features: { F: i % 2 ? 0.9 : 0.1, B: i % 3 ? 0.6 : 0.2, Z: ((i * 7) % 10) / 20 },
      verdict: i % 2 ? ('confirmed' as const) : ('normal' as const),
      at: isoTime(TODAY - DAY),
      demo: true,
    }));
    const service = user(['administrator'], '330000');
    const bad = { ...(demo[0] as (typeof demo)[number]), id: 'bad', features: { nonsense: 1 } };
    await expect(
      scene.client.call('fraud.example.import', { examples: [...demo, bad] }, { as: service }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('examples.49.features.nonsense') });
    expect(await scene.db.collection('examples').countDocuments()).toBe(0);
    const imported = () => scene.client.call('fraud.example.import', { examples: demo }, { as: service });
    expect(await imported()).toEqual({ created: 49, existing: 0 });
    expect(await imported()).toEqual({ created: 0, existing: 49 });

    // Reviewed comes before it was accepted, and twice.
    const reviewed = task(id, { state: 'REVIEWED', conclusion: 'violation-suspected', reviewedAt: TODAY });
    const factId = await tellTask(9, reviewed);
    await tellTask(3, task(id, {}));
    await tellTask(9, reviewed, factId);
    await tellTask(9, reviewed);
    await scene.handled();
    expect(await examples()).toEqual([
      expect.objectContaining({ id, group: 'e1', verdict: 'confirmed', source: 'task', reference: 'task-1' }),
    ]);
    expect(Object.keys((await examples())[0]?.features ?? {}).every((name) => featureNames.includes(name))).toBe(true);
    expect(await suspicionOf('o2')).toMatchObject({
      state: 'judged',
      verdict: 'confirmed',
      tasks: [{ id: 'task-1', state: 'REVIEWED', clueId: 'clue-1' }],
    });
    expect((await suspicionsTold('judged')).map(({ message }) => message)).toEqual([
      expect.objectContaining({ id, active: false, verdict: 'confirmed' }),
    ]);

    const models = async () => (await scene.client.call('fraud.model.list', {}, { as: tongxiang })).items;
    await until(async () => (await models()).length === 3);
    const [fitted, before] = await models();
    expect(fitted).toMatchObject({ version: 'fit-3', examples: 50, demoExamples: 49, kind: 'logistic' });
    expect(fitted?.auc).toBeGreaterThan(0.8);
    expect(fitted?.outcome?.zh).toContain('AUC');
    // The model that came with the code ranks F and B too: whichever is better by the figures is in force.
    expect(fitted?.active).toBe((fitted?.auc ?? 0) >= (fitted?.comparedWith?.auc ?? 1) - 0.0001);
    const facts = await told('facts.fraud.model.fitted', (bytes) => fraudFacts.ModelChanged.decode(bytes));
    expect(facts.map(({ message }) => [message.version, message.verdicts])).toEqual([['fit-3', 50]]);

    const activate = (version: string, as: Caller) => scene.client.call('fraud.model.activate', { version }, { as });
    await expect(activate('fit-3', tongxiang)).rejects.toMatchObject({ status: 403 });
    await expect(activate('none', province)).rejects.toMatchObject({ status: 404 });
    const active = async () => (await models()).filter((model) => model.active).map(({ version }) => version);
    for (const version of [before?.version as string, 'fit-3', before?.version as string]) {
      await activate(version, province);
      expect(await active()).toEqual([version]);
      // The last scored day is scored again by it.
      const again = await until(async () => {
        const { score } = await evidenceOf('o3');
        return score?.modelVersion === version ? score : undefined;
      });
      expect(again?.day).toBe(ago(1));
    }
    expect(await scene.db.collection('audit').countDocuments({ action: 'model.activate' })).toBeGreaterThanOrEqual(2);
  });

  test('a decided case stands above a finding, however often and late its facts come', async () => {
    const id = (await suspicionOf('o3'))?.id as string;
    const filed: taskingFacts.CaseChanged = {
      ...taskingFacts.CaseChanged.decode(new Uint8Array()),
      id: 'case-1',
      number: '1',
      state: 'filed',
      act: 'falsified-monitoring',
      origins: [{ kind: 'suspicion', id }],
    };
    const tellCase = (sequence: number, data: taskingFacts.CaseChanged) =>
      tellFact(scene.client, 'facts.tasking.case.decided', taskingFacts.CaseChanged, data.id, sequence, data);
    await tellTask(4, task(id, { id: 'task-2', state: 'CLOSED', conclusion: 'normal', reviewedAt: TODAY }));
    await scene.handled();
    expect(await suspicionOf('o3')).toMatchObject({ state: 'judged', verdict: 'normal' });
    await tellCase(4, { ...filed, state: 'decided', decidedAt: TODAY });
    await tellCase(4, { ...filed, state: 'decided', decidedAt: TODAY });
    await tellCase(1, filed);
    await scene.handled();
    expect(await suspicionOf('o3')).toMatchObject({ state: 'judged', verdict: 'confirmed', cases: [{ id: 'case-1' }] });
    expect((await examples()).filter(({ suspicionId }) => suspicionId === id)).toEqual([
      expect.objectContaining({ verdict: 'confirmed', source: 'case', reference: 'case-1' }),
    ]);
  });

  test('facts.fraud.scoring.due makes one run a day and sets the next', async () => {
    const schedule = () => scene.db.collection<{ _id: string; day: number }>('schedule').findOne({ _id: 'scoring' });
    const { day } = (await schedule()) as { day: number };
    const due = (at: number, id?: string) =>
      tellFact(
        scene.client,
        'facts.fraud.scoring.due',
        fraudFacts.ScoringDue,
        'scoring',
        Math.round(at / DAY),
        { day: at },
        { id },
      );
    const id = await due(day);
    await due(day, id);
    await due(day);
    await due(day - DAY);
    await scene.handled();
    expect(await scene.db.collection('runs').countDocuments({ trigger: 'timer' })).toBe(1);
    expect((await schedule())?.day).toBe(day + DAY);
  });
});
