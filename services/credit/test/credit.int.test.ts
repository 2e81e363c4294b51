import {
  type Colour,
  complaintsFacts,
  creditFacts,
  fact,
  fraudFacts,
  permitsFacts,
  type Role,
  registryFacts,
  rulesFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  type Codec,
  connectClient,
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
import { type Db, MongoClient } from 'mongodb';
import { creditService } from '../src/credit.service';

let servers: TestServers;
let credit: RunningService;
let gateway: Client;
let mongo: MongoClient;
let db: Db;

const TONGXIANG = ['330000', '330400', '330483'];
const JIAOJIANG = ['330000', '331000', '331002'];
const DAY = 86_400_000;
const now = Date.now();
const year = new Date(now + 8 * 3_600_000).getUTCFullYear();
const lastYear = Date.parse(`${year - 1}-05-05T12:00:00+08:00`);

const person = (name: string, role: Role, division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `user:${name}`,
  name,
  roles: [role],
  division,
  scopes: [],
  ...more,
});
const supervisor = person('sup', 'supervisor', '330483');
const elsewhere = person('sup-j', 'supervisor', '331002');
const province = person('admin', 'administrator', '330000');
const officer = person('off', 'officer', '330483');
const boss = (enterpriseId: string) => person(`boss-${enterpriseId}`, 'principal', '330483', { enterpriseId });
const staff = (operatorId: string) => person(`staff-${operatorId}`, 'operator-staff', '330483', { operatorId });
const nobody: Caller = { ...person('public', 'public', '330000'), kind: 'public' };

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_credit`);
  credit = await runService(creditService, serviceEnvironment(servers, 'credit'));
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['credit'] });
  for (let i = 1; i <= 24; i++) await enterprise(`e${i}`, 1, TONGXIANG);
  await enterprise('j1', 1, JIAOJIANG);
  for (const id of ['op1', 'op2', 'op3']) await operator(id, 1, `运维 ${id}`);
  await handled();
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await credit?.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

const handled = () => factsHandled(gateway, 'credit');
const filled = <T>(codec: Codec<T>, more: object): T => ({ ...codec.decode(new Uint8Array()), ...more });
const USCC = '91330483MA28A0000X';
const enterprise = (id: string, sequence: number, path: string[], name = `某热电 ${id}`, factId?: string) =>
  tellFact(
    gateway,
    'facts.registry.enterprise.changed',
    registryFacts.EnterpriseChanged,
    id,
    sequence,
    filled(registryFacts.EnterpriseChanged, { id, name, uscc: `${USCC}${id}`, divisionCode: path.at(-1) }),
    { divisionPath: path, enterpriseId: id, ...(factId ? { id: factId } : {}) },
  );
const operator = (id: string, sequence: number, name: string) =>
  tellFact(
    gateway,
    'facts.registry.operator.changed',
    registryFacts.OperatorChanged,
    id,
    sequence,
    filled(registryFacts.OperatorChanged, { id, name, uscc: `OP${id}`, divisionCode: '330483' }),
    { divisionPath: TONGXIANG },
  );
const STEPS = ['filed', 'noticed', 'decided', 'closed', 'withdrawn'] as const;
/** The case's fact of one step; its sequence is the step's place. */
const caseFact = (id: string, step: (typeof STEPS)[number], party: string, more: object = {}, factId?: string) => {
  const decision = filled(taskingFacts.Decision, {
    documentNo: `嘉环罚〔2026〕${id}`,
    kinds: ['fine', 'order-to-correct'],
    fine: 100_000,
    severity: 'general',
    factsFound: '超标排放',
  });
  const late = step === 'decided' || step === 'closed' || step === 'withdrawn';
  return tellFact(
    gateway,
    `facts.tasking.case.${step}`,
    taskingFacts.CaseChanged,
    id,
    STEPS.indexOf(step) + 1,
    filled(taskingFacts.CaseChanged, {
      id,
      number: id,
      partyKind: 'enterprise',
      partyId: party,
      partyName: party,
      state: step,
      act: 'exceedance',
      ...(late ? { decidedAt: now - 3_600_000, decision } : {}),
      ...more,
    }),
    { divisionPath: TONGXIANG, ...(factId ? { id: factId } : {}) },
  );
};
const standings = async (party: string, kind = 'enterprise'): Promise<Record<string, [number, Colour]>> => {
  const found = await db
    .collection('standings')
    .find({ party: `${kind}:${party}` })
    .toArray();
  return Object.fromEntries(found.map(({ scheme, score, colour }) => [scheme, [score, colour]]));
};
const entries = (party: string) => db.collection('entries').find({ partyId: party }).sort({ _id: 1 }).toArray();
/** What must be the same whatever the order of facts: not when it was written, or how often. */
const endState = async (party: string) => ({
  standings: await standings(party),
  entries: (await entries(party)).map(
    ({ event, topic, severity, status, occurredAt, evidence, caseNo, penalties }) => ({
      event,
      topic,
      severity,
      status,
      occurredAt,
      evidence: evidence.replaceAll(party, ''),
      caseNo: caseNo?.replaceAll(party, ''),
      penalties,
    }),
  ),
});
const record = (partyId: string, more: object = {}, as = supervisor) =>
  gateway.call(
    'credit.entry.record',
    {
      partyKind: 'enterprise',
      partyId,
      event: 'penalty-warning',
      severity: 'light',
      occurredAt: isoTime(now - DAY),
      evidence: '决定书',
      caseNo: '嘉环罚〔2026〕9号',
      ...more,
    },
    { as },
  );
const told = async (subject: string): Promise<fact.Envelope[]> => {
  const { num_pending } = await gateway.nats.jsm.streams
    .info(FACTS, { subjects_filter: subject })
    .then(({ state }) => ({ num_pending: Object.values(state.subjects ?? {}).reduce((a, b) => a + b, 0) }));
  const consumer = await gateway.nats.js.consumers.get(FACTS, { filter_subjects: subject });
  const found: fact.Envelope[] = [];
  if (num_pending === 0) return found;
  for await (const message of await consumer.fetch({ max_messages: num_pending, expires: 2_000 })) {
    found.push(fact.Envelope.decode(message.data));
  }
  return found;
};

test('a known enterprise stands at a clean score by both schemes; an operator by points only', async () => {
  expect(await standings('e1')).toEqual({ 'national-21': [100, 'green'], 'points-12': [9, 'blue'] });
  expect(await standings('op1', 'operator')).toEqual({ 'points-12': [9, 'blue'] });
});

test('4: a suspicion, an alarm, a check, an open duty, a case without a decision cost nothing', async () => {
  const about = { enterpriseId: 'e2', id: 's1' };
  const told2 = { divisionPath: TONGXIANG, enterpriseId: 'e2' };
  await tellFact(
    gateway,
    'facts.fraud.suspicion.raised',
    fraudFacts.SuspicionChanged,
    's1',
    1,
    filled(fraudFacts.SuspicionChanged, about),
    told2,
  );
  await tellFact(
    gateway,
    'facts.fraud.suspicion.judged',
    fraudFacts.SuspicionChanged,
    's1',
    2,
    filled(fraudFacts.SuspicionChanged, about),
    told2,
  );
  await tellFact(
    gateway,
    'facts.rules.alarm.raised',
    rulesFacts.AlarmChanged,
    'a1',
    1,
    filled(rulesFacts.AlarmChanged, about),
    told2,
  );
  await tellFact(
    gateway,
    'facts.permits.check.raised',
    permitsFacts.CheckChanged,
    'k1',
    1,
    filled(permitsFacts.CheckChanged, { ...about, check: 'P9' }),
    told2,
  );
  await tellFact(
    gateway,
    'facts.permits.duty.opened',
    permitsFacts.DutyChanged,
    'd0',
    1,
    filled(permitsFacts.DutyChanged, { ...about, kind: 'ledger', state: 'open' }),
    told2,
  );
  await tellFact(
    gateway,
    'facts.tasking.task.reviewed',
    taskingFacts.TaskChanged,
    't0',
    9,
    filled(taskingFacts.TaskChanged, {
      id: 't0',
      enterpriseId: 'e2',
      type: 'INSPECT',
      conclusion: 'violation-suspected',
      reviewedAt: now,
    }),
    told2,
  );
  await caseFact('c-e2', 'filed', 'e2');
  await caseFact('c-e2', 'noticed', 'e2');
  await handled();
  expect(await entries('e2')).toEqual([]);
  expect(await standings('e2')).toEqual({ 'national-21': [100, 'green'], 'points-12': [9, 'blue'] });
});

describe('facts of a case, each twice and in any order', () => {
  const all = STEPS;
  const orders: [string, (typeof STEPS)[number][]][] = [
    ['e3', ['filed', 'noticed', 'decided', 'closed']],
    ['e4', ['closed', 'decided', 'noticed', 'filed']],
    ['e5', ['decided', 'filed', 'closed', 'noticed']],
    ['e6', [...all]],
    ['e7', [...all].reverse()],
    ['e8', ['withdrawn', 'decided', 'closed']],
  ];
  beforeAll(async () => {
    for (const [party, steps] of orders) {
      for (const step of steps) {
        const id = await caseFact(`c-${party}`, step, party);
        await caseFact(`c-${party}`, step, party, {}, id);
      }
    }
    await handled();
  });

  test('decided is one entry, once', async () => {
    const state = await endState('e3');
    expect(state.standings).toEqual({ 'national-21': [100, 'green'], 'points-12': [6, 'blue'] });
    expect(state.entries).toMatchObject([{ event: 'penalty-fine', topic: 'exceedance', status: 'effective' }]);
  });
  test.each(['e4', 'e5'])('%s ends as e3', async (party) => {
    expect(await endState(party)).toEqual(await endState('e3'));
  });
  test.each(['e6', 'e7', 'e8'])('%s: a withdrawn case costs nothing', async (party) => {
    const state = await endState(party);
    expect(state.standings).toEqual({ 'national-21': [100, 'green'], 'points-12': [9, 'blue'] });
    expect(state.entries.filter(({ status }) => status !== 'cancelled')).toEqual([]);
  });
  test('the entry is told once, and the score when it changed', async () => {
    const recorded = (await told('facts.credit.entry.recorded')).filter(({ entity }) => entity === 'case-c-e3');
    expect(recorded).toHaveLength(1);
    expect(creditFacts.EntryChanged.decode((recorded[0] as fact.Envelope).data)).toMatchObject({
      partyId: 'e3',
      event: 'penalty-fine',
      status: 'effective',
      sourceKind: 'case',
      sourceId: 'c-e3',
    });
    const scores = (await told('facts.credit.rating.recomputed')).filter(
      ({ entity }) => entity === 'points-12.enterprise:e3',
    );
    expect(scores.map(({ data }) => creditFacts.RatingChanged.decode(data).score)).toEqual([6]);
    expect(scores[0]?.divisionPath).toEqual(TONGXIANG);
  });
});

describe('facts of tasks, duties and complaints, each twice and in any order', () => {
  const task = (party: string, verb: string, sequence: number) => ({
    subject: `facts.tasking.task.${verb}`,
    codec: taskingFacts.TaskChanged as unknown as Codec<never>,
    entity: `t-${party}`,
    sequence,
    data: filled(taskingFacts.TaskChanged, {
      id: `t-${party}`,
      type: 'INSPECT',
      title: '检查',
      enterpriseId: party,
      enterpriseName: party,
      conclusion: 'normal',
      reviewedAt: now - 5_000,
    }) as never,
  });
  const duty = (party: string, verb: string, state: string, sequence: number) => ({
    subject: `facts.permits.duty.${verb}`,
    codec: permitsFacts.DutyChanged as unknown as Codec<never>,
    entity: `d-${party}`,
    sequence,
    data: filled(permitsFacts.DutyChanged, {
      id: `d-${party}`,
      kind: 'execution-report',
      enterpriseId: party,
      period: '2026-Q1',
      dueAt: now - DAY,
      state,
    }) as never,
  });
  const complaint = (party: string) => ({
    subject: 'facts.complaints.complaint.closed',
    codec: complaintsFacts.ComplaintChanged as unknown as Codec<never>,
    entity: `k-${party}`,
    sequence: 7,
    data: filled(complaintsFacts.ComplaintChanged, {
      id: `k-${party}`,
      number: 'TS1',
      category: 'odour',
      state: 'closed',
      substantiated: 'yes',
      enterpriseId: party,
      answeredAt: now - DAY,
    }) as never,
  });
  const pairs: [string, string, (party: string) => ReturnType<typeof task>[]][] = [
    ['e9', 'e10', (party) => [task(party, 'reviewed', 8), task(party, 'closed', 9)]],
    ['e11', 'e12', (party) => [duty(party, 'missed', 'missed', 3), duty(party, 'fulfilled', 'late', 4)]],
    ['e13', 'e14', (party) => [complaint(party)]],
  ];
  beforeAll(async () => {
    for (const [forth, back, facts] of pairs) {
      const tell = async (list: ReturnType<typeof task>[]) => {
        for (const { subject, codec, entity, sequence, data } of list) {
          const id = await tellFact(gateway, subject, codec, entity, sequence, data);
          await tellFact(gateway, subject, codec, entity, sequence, data, { id });
        }
      };
      await tell(facts(forth));
      await tell([...facts(back)].reverse());
    }
    await handled();
  });
  test.each<[string, string, string, number]>([
    ['e9', 'e10', 'inspection-passed', 9],
    ['e11', 'e12', 'duty-late', 8.5],
    ['e13', 'e14', 'complaint-substantiated', 8.5],
  ])('%s and %s: one %s', async (forth, back, event, score) => {
    const state = await endState(forth);
    expect(state.entries).toMatchObject([{ event, status: 'effective' }]);
    expect(state.standings['points-12']?.[0]).toBe(score);
    expect(await endState(back)).toEqual(state);
  });
  test('a duty fulfilled in time is no entry, even when "missed" comes after it', async () => {
    for (const { subject, codec, entity, sequence, data } of [
      duty('e15', 'fulfilled', 'fulfilled', 4),
      duty('e15', 'missed', 'missed', 3),
    ]) {
      await tellFact(gateway, subject, codec, entity, sequence, data);
    }
    await handled();
    expect(await entries('e15')).toEqual([]);
  });
});

describe('facts of the registry', () => {
  test('the newest name and place count; entries move along', async () => {
    await record('e16');
    const id = await enterprise('e16', 3, JIAOJIANG, '新名');
    await enterprise('e16', 3, JIAOJIANG, '新名', id);
    await enterprise('e16', 2, TONGXIANG, '旧名');
    await operator('op3', 3, '新名');
    await operator('op3', 2, '旧名');
    await handled();
    expect((await entries('e16'))[0]).toMatchObject({ divisionPath: JIAOJIANG });
    expect(await db.collection('standings').findOne({ party: 'enterprise:e16', scheme: 'points-12' })).toMatchObject({
      partyName: '新名',
      divisionPath: JIAOJIANG,
      score: 8,
    });
    expect(await db.collection('parties').findOne({ _id: 'operator:op3' as never })).toMatchObject({ name: '新名' });
  });
  test('an entry may come before its enterprise', async () => {
    await caseFact('c-new', 'decided', 'new1');
    await handled();
    await enterprise('new1', 1, TONGXIANG);
    await handled();
    expect(await standings('new1')).toMatchObject({ 'points-12': [6, 'blue'] });
    expect((await entries('new1'))[0]).toMatchObject({ divisionPath: TONGXIANG });
  });
});

describe('entries by hand', () => {
  test.each<[string, object, RegExp]>([
    ['dated tomorrow', { occurredAt: isoTime(now + DAY) }, /occurredAt must not lie in the future/],
    ['an event nobody knows', { event: 'suspicion' }, /event must be known to a scheme/],
    ['a penalty without its document', { caseNo: undefined }, /caseNo is required/],
    ['no evidence', { evidence: '  ' }, /evidence must say/],
    ['a measure without its value', { event: 'discharge-pass-rate' }, /value is required/],
    ['valid until before it happened', { validUntil: isoTime(now - 2 * DAY) }, /validUntil must be later/],
  ])('%s: refused, nothing stored', async (_, more, message) => {
    await expect(record('e17', more)).rejects.toThrow(message);
    expect(await entries('e17')).toEqual([]);
  });
  test('by whom it does not belong to: refused', async () => {
    await expect(record('e17', {}, elsewhere)).rejects.toMatchObject({ status: 404 });
    await expect(record('e17', {}, officer)).rejects.toMatchObject({ status: 403 });
    await expect(record('e17', {}, boss('e17'))).rejects.toMatchObject({ status: 403 });
  });
  test('recorded, it costs, is told and audited', async () => {
    const entry = await record('e17');
    expect(entry).toMatchObject({ status: 'effective', partyName: '某热电 e17', source: { kind: 'manual' } });
    expect(entry.effects).toEqual([
      expect.objectContaining({ scheme: 'national-21', indicator: 'penalties', score: 79 }),
      expect.objectContaining({ scheme: 'points-12', points: -1 }),
    ]);
    expect((await standings('e17'))['points-12']).toEqual([8, 'blue']);
    expect(await db.collection('audit').findOne({ entity: entry.id })).toMatchObject({
      action: 'credit.entry.record',
      by: { name: 'sup' },
    });
  });
});

describe('4.4 appeal and repair', () => {
  const decide = (entryId: string, decision: 'upheld' | 'rejected', as = supervisor) =>
    gateway.call('credit.appeal.decide', { entryId, decision, reason: '复核' }, { as });
  test('an appeal changes no score; upheld, the entry never was', async () => {
    const { id } = await record('e18');
    await expect(
      gateway.call('credit.appeal.file', { entryId: id, text: '不服' }, { as: boss('e19') }),
    ).rejects.toMatchObject({ status: 404 });
    const appealed = await gateway.call('credit.appeal.file', { entryId: id, text: '不服' }, { as: boss('e18') });
    expect(appealed).toMatchObject({ status: 'appealed', appeal: { state: 'open' } });
    expect((await standings('e18'))['points-12']).toEqual([8, 'blue']);
    const waiting = await gateway.call('credit.entry.list', { waiting: 'appeal' }, { as: supervisor });
    expect(waiting.items.map((entry) => entry.id)).toContain(id);
    await expect(decide(id, 'upheld', elsewhere)).rejects.toMatchObject({ status: 404 });
    expect(await decide(id, 'upheld')).toMatchObject({
      status: 'cancelled',
      appeal: { state: 'upheld', decidedBy: 'sup' },
    });
    expect((await standings('e18'))['points-12']).toEqual([9, 'blue']);
    await expect(decide(id, 'rejected')).rejects.toMatchObject({ reason: 'WRONG_STATE' });
  });
  test('rejected, it stands as before, once', async () => {
    const { id } = await record('e18');
    await gateway.call('credit.appeal.file', { entryId: id, text: '不服' }, { as: boss('e18') });
    expect(await decide(id, 'rejected')).toMatchObject({ status: 'effective' });
    await expect(
      gateway.call('credit.appeal.file', { entryId: id, text: '不服' }, { as: boss('e18') }),
    ).rejects.toMatchObject({ reason: 'ALREADY_APPEALED' });
  });
  test('a repair needs its least time, what was corrected and a pledge', async () => {
    const apply = (entryId: string) =>
      gateway.call('credit.repair.apply', { entryId, corrected: '已整改', pledge: '守法承诺' }, { as: boss('e19') });
    const young = await record('e19', { severity: 'general' });
    await expect(apply(young.id)).rejects.toMatchObject({ reason: 'TOO_EARLY' });
    const light = await record('e19');
    expect((await standings('e19'))['points-12']).toEqual([7, 'blue']);
    expect(await apply(light.id)).toMatchObject({ status: 'effective', repair: { state: 'open', pledge: '守法承诺' } });
    const granted = await gateway.call(
      'credit.repair.decide',
      { entryId: light.id, decision: 'granted', reason: '属实' },
      { as: supervisor },
    );
    expect(granted).toMatchObject({ status: 'repaired', repair: { state: 'granted' } });
    expect((await standings('e19'))['points-12']).toEqual([8, 'blue']);
  });
});

describe('explained', () => {
  test('line by line for any date, and by whom it concerns only', async () => {
    const { id } = await record('e20', {
      event: 'penalty-fine',
      topic: 'exceedance',
      severity: 'general',
      occurredAt: isoTime(lastYear),
    });
    const explain = (scheme: string, at: number, as = supervisor) =>
      gateway.call(
        'credit.rating.explain',
        { partyKind: 'enterprise', partyId: 'e20', scheme, at: isoTime(at) },
        { as },
      );
    expect(await explain('points-12', lastYear + DAY)).toMatchObject({
      score: 6,
      colour: 'blue',
      base: 9,
      lines: [{ kind: 'entry', rule: 'fine', points: -3, entryId: id, name: { zh: '罚款', en: 'Fine' } }],
    });
    expect(await explain('points-12', lastYear + 200 * DAY)).toMatchObject({ score: 9, lines: [] });
    expect(await explain('points-12', lastYear - 1)).toMatchObject({ score: 9, lines: [] });
    const national = await explain('national-21', now);
    expect(national).toMatchObject({ score: 88, colour: 'blue', base: 100 });
    expect(national.lines.map(({ indicator, points }) => [indicator, points])).toEqual([
      ['discharge', -6],
      ['penalties', -6],
    ]);
    expect(national.indicators).toHaveLength(21);
    await expect(explain('points-12', now, elsewhere)).rejects.toMatchObject({ status: 404 });
    await expect(explain('points-12', now, boss('e1'))).rejects.toMatchObject({ status: 404 });
    expect((await explain('points-12', now, boss('e20'))).score).toBe(9);
    await expect(explain('nothing', now)).rejects.toMatchObject({ status: 404 });
    const file = await gateway.call('credit.enterprise.get', { enterpriseId: 'e20' }, { as: boss('e20') });
    expect(file.standings.map(({ scheme, score }) => [scheme, score])).toEqual([
      ['national-21', 88],
      ['points-12', 9],
    ]);
    expect(file.entries.map((entry) => entry.id)).toEqual([id]);
    const trend = await gateway.call(
      'credit.rating.trend',
      { partyKind: 'enterprise', partyId: 'e20', scheme: 'points-12', months: 36 },
      { as: supervisor },
    );
    expect(new Set(trend.map(({ score }) => score))).toEqual(new Set([9, 6]));
  });
  test('lists page by key and keep to the division', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await gateway.call(
        'credit.standing.list',
        { scheme: 'points-12', partyKind: 'enterprise', limit: 7, ...(after ? { after } : {}) },
        { as: supervisor },
      );
      seen.push(...page.items.map(({ partyId }) => partyId));
      after = page.next;
    } while (after);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain('e1');
    expect(seen).not.toContain('j1');
    const counts = await gateway.call(
      'credit.standing.count',
      { scheme: 'points-12', partyKind: 'enterprise' },
      { as: supervisor },
    );
    expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(seen.length);
    const own = await gateway.call('credit.standing.list', { scheme: 'points-12' }, { as: boss('e1') });
    expect(own.items.map(({ partyId }) => partyId)).toEqual(['e1']);
  });
});

describe('4.4 a rating from draft to final', () => {
  const period = String(year - 1);
  const options = { division: '330483', scheme: 'national-21', period };
  const ratingOf = async (party: string) =>
    (await db.collection('ratings').findOne({ partyId: party, scheme: 'national-21', period })) as unknown as {
      _id: string;
      state: string;
      dueAt: number;
      frozen: boolean;
      score: number;
      colour: string;
    };
  /** The clock of the rating's state runs out, as its timer says; told twice. */
  const runOut = async (party: string) => {
    const { _id, state, dueAt } = await ratingOf(party);
    const due = { ratingId: _id, state, dueAt };
    const id = await tellFact(gateway, 'facts.credit.rating.due', creditFacts.RatingDue, _id, 1, due);
    await tellFact(gateway, 'facts.credit.rating.due', creditFacts.RatingDue, _id, 1, due, { id });
    await tellFact(gateway, 'facts.credit.rating.due', creditFacts.RatingDue, _id, 1, due);
    await handled();
  };
  const at = (state: string) => async (party: string) => expect(await ratingOf(party)).toMatchObject({ state });
  let fined: string;

  test('drafts are the authority’s own', async () => {
    fined = (
      await record('e21', {
        event: 'penalty-fine',
        topic: 'exceedance',
        severity: 'general',
        occurredAt: isoTime(lastYear),
      })
    ).id;
    await expect(
      gateway.call('credit.rating.run', { ...options, period: String(year) }, { as: supervisor }),
    ).rejects.toThrow(/period must be over/);
    await expect(
      gateway.call('credit.rating.run', { ...options, period: '2025-H1' }, { as: supervisor }),
    ).rejects.toThrow(/must be a year/);
    const run = await gateway.call('credit.rating.run', options, { as: supervisor });
    expect(run).toMatchObject({ again: 0, further: 0 });
    expect(run.drafted).toBeGreaterThan(20);
    expect(await gateway.call('credit.rating.run', options, { as: supervisor })).toEqual({
      drafted: 0,
      again: 0,
      further: 0,
    });
    expect(await ratingOf('e21')).toMatchObject({ state: 'draft', score: 88, colour: 'blue' });
    expect((await gateway.call('credit.rating.list', { period }, { as: boss('e21') })).items).toEqual([]);
    const drafted = (await told('facts.credit.rating.drafted')).filter(
      ({ data }) => creditFacts.RatingChanged.decode(data).partyId === 'e21',
    );
    expect(drafted).toMatchObject([{ enterpriseId: '' }]);
    expect(await gateway.call('credit.rating.run', options, { as: elsewhere })).toEqual({
      drafted: 0,
      again: 0,
      further: 0,
    });
  });
  test('a draft whose ledger changed is computed again', async () => {
    await record('e22', {
      event: 'assessed',
      topic: 'risk',
      value: 40,
      occurredAt: isoTime(lastYear),
      caseNo: undefined,
    });
    expect(await gateway.call('credit.rating.run', options, { as: supervisor })).toMatchObject({
      drafted: 0,
      again: 1,
    });
    expect(await ratingOf('e22')).toMatchObject({ score: 94 });
  });
  test('notice, objection in time, answer, publicity, final', async () => {
    expect((await gateway.call('credit.rating.notify', options, { as: supervisor })).noticed).toBeGreaterThan(20);
    const { _id: id } = await ratingOf('e22');
    await at('notice')('e22');
    await expect(gateway.call('credit.rating.publish', { id }, { as: supervisor })).rejects.toMatchObject({
      reason: 'TOO_EARLY',
    });
    await expect(gateway.call('credit.rating.object', { id, text: '有误' }, { as: boss('e21') })).rejects.toMatchObject(
      { status: 404 },
    );
    expect(await gateway.call('credit.rating.object', { id, text: '有误' }, { as: boss('e22') })).toMatchObject({
      state: 'objection',
      objection: { state: 'open', text: '有误' },
    });
    await runOut('e22');
    expect(await gateway.call('credit.rating.get', { id }, { as: supervisor })).toMatchObject({
      state: 'objection',
      overdue: true,
    });
    expect(
      await gateway.call('credit.rating.answer', { id, decision: 'rejected', reason: '无误' }, { as: supervisor }),
    ).toMatchObject({ state: 'publicity', overdue: false, objection: { state: 'rejected' } });
    await expect(gateway.call('credit.rating.final', { id }, { as: supervisor })).rejects.toMatchObject({
      reason: 'TOO_EARLY',
    });
    expect((await gateway.call('credit.public.list', { q: '某热电 e22' }, { as: nobody })).items).toEqual([]);
    await runOut('e22');
    await at('final')('e22');
    expect((await gateway.call('credit.public.list', { q: '某热电 e22' }, { as: nobody })).items).toEqual([
      {
        partyKind: 'enterprise',
        name: '某热电 e22',
        uscc: `${USCC}e22`,
        divisionCode: '330483',
        scheme: 'national-21',
        period,
        colour: 'blue',
        finalAt: expect.any(String),
      },
    ]);
  });
  test('nobody objected: publicity and final by the clock; an appeal freezes it, not the score', async () => {
    await runOut('e21');
    await at('publicity')('e21');
    await gateway.call('credit.appeal.file', { entryId: fined, text: '不服' }, { as: boss('e21') });
    expect(await ratingOf('e21')).toMatchObject({ state: 'publicity', frozen: true, score: 88 });
    await runOut('e21');
    await at('publicity')('e21');
    await gateway.call(
      'credit.appeal.decide',
      { entryId: fined, decision: 'rejected', reason: '无误' },
      { as: supervisor },
    );
    expect(await ratingOf('e21')).toMatchObject({ frozen: false });
    await runOut('e21');
    expect(await ratingOf('e21')).toMatchObject({ state: 'final', score: 88 });
    await handled();
  });
  test('what is repaired is published no more', async () => {
    await db.collection('entries').updateOne({ _id: fined as never }, { $set: { severity: 'light' } });
    await gateway.call(
      'credit.repair.apply',
      { entryId: fined, corrected: '已整改', pledge: '守法' },
      { as: boss('e21') },
    );
    await gateway.call(
      'credit.repair.decide',
      { entryId: fined, decision: 'granted', reason: '属实' },
      { as: supervisor },
    );
    expect(await ratingOf('e21')).toMatchObject({ state: 'final', score: 100, colour: 'green' });
    expect((await gateway.call('credit.public.list', { q: '某热电 e21' }, { as: nobody })).items).toMatchObject([
      { colour: 'green' },
    ]);
  });
  test('the public has final colours and nothing else', async () => {
    await expect(gateway.call('credit.rating.list', {}, { as: nobody })).rejects.toMatchObject({ status: 403 });
    await expect(gateway.call('credit.standing.list', { scheme: 'points-12' }, { as: nobody })).rejects.toMatchObject({
      status: 403,
    });
    await expect(gateway.call('credit.entry.list', {}, { as: nobody })).rejects.toMatchObject({ status: 403 });
    const listed = await gateway.call('credit.public.list', {}, { as: nobody });
    expect(listed.items.map(({ name }) => name).sort()).toEqual(['某热电 e21', '某热电 e22']);
  });
});

describe('4.3 the blacklist of operators', () => {
  const bar = { partyKind: 'operator', act: 'falsified-monitoring' };
  const listing = async (id: string) => db.collection('blacklist').findOne({ _id: id as never });
  test('Art 36: a decided case lists, its withdrawal lifts, each twice and in any order', async () => {
    for (const step of ['filed', 'decided', 'decided', 'closed'] as const) await caseFact('c-op1', step, 'op1', bar);
    await handled();
    expect(await listing('op1')).toMatchObject({ listed: true, sequence: 1, caseNo: '嘉环罚〔2026〕c-op1' });
    expect((await standings('op1', 'operator'))['points-12']).toEqual([0, 'black']);
    for (const step of ['withdrawn', 'withdrawn', 'decided'] as const) await caseFact('c-op1', step, 'op1', bar);
    for (const step of ['withdrawn', 'decided'] as const) await caseFact('c-op3', step, 'op3', bar);
    await handled();
    expect(await listing('op1')).toMatchObject({ listed: false, sequence: 2 });
    expect(await listing('op3')).toBeNull();
    expect((await standings('op1', 'operator'))['points-12']).toEqual([9, 'blue']);
  });
  test('by hand, with reason, audited and told; lifted it stays lifted', async () => {
    const list = (as: Caller) =>
      gateway.call('credit.blacklist.listOperator', { operatorId: 'op2', reason: '转移设备参数', caseNo: '1' }, { as });
    await expect(list(elsewhere)).rejects.toMatchObject({ status: 404 });
    await expect(list(officer)).rejects.toMatchObject({ status: 403 });
    expect(await list(supervisor)).toMatchObject({ listed: true, reason: '转移设备参数', name: '运维 op2' });
    await expect(list(supervisor)).rejects.toMatchObject({ reason: 'ALREADY_LISTED' });
    const seen = await gateway.call('credit.blacklist.list', { listed: true }, { as: elsewhere });
    expect(seen.items.map(({ operatorId }) => operatorId)).toEqual(['op2']);
    expect(
      (await gateway.call('credit.blacklist.list', {}, { as: staff('op1') })).items.map(({ operatorId }) => operatorId),
    ).toEqual(['op1']);
    expect(
      await gateway.call('credit.blacklist.lift', { operatorId: 'op2', reason: '整改完成' }, { as: supervisor }),
    ).toMatchObject({ listed: false });
    const audit = await db.collection('audit').find({ entity: 'op2' }).sort({ _id: 1 }).toArray();
    expect(audit.map(({ action }) => action)).toEqual(['credit.blacklist.listed', 'credit.blacklist.lifted']);
    await until(async () => (await told('facts.credit.blacklist.lifted')).some(({ entity }) => entity === 'op2'));
  });
});

describe('schemes', () => {
  test('a version is the province’s, whole and sound, and everybody is computed by it', async () => {
    const {
      version: _,
      validFrom: __,
      publishedAt: ___,
      publishedBy: ____,
      ...scheme
    } = await gateway.call('credit.scheme.get', { id: 'points-12' }, { as: province });
    const publish = (content: typeof scheme, as = province) => gateway.call('credit.scheme.publish', content, { as });
    await expect(publish(scheme, person('a', 'administrator', '330483'))).rejects.toMatchObject({ status: 403 });
    await expect(publish({ ...scheme, start: undefined })).rejects.toThrow(/start is required/);
    await expect(publish({ ...scheme, colours: [...scheme.colours].reverse() })).rejects.toThrow(/colours.1.from/);
    const second = await publish({ ...scheme, start: 10 });
    expect(second.version).toBe(2);
    await until(async () => (await standings('e1'))['points-12']?.[0] === 10);
    const before = await gateway.call(
      'credit.rating.explain',
      { partyKind: 'enterprise', partyId: 'e1', scheme: 'points-12', at: isoTime(now - DAY) },
      { as: supervisor },
    );
    expect(before).toMatchObject({ schemeVersion: 1, score: 9 });
  });
});

describe('import and recomputation', () => {
  const row = (id: string, more: object = {}) => ({
    id,
    partyKind: 'enterprise' as const,
    partyId: 'e23',
    event: 'penalty-warning',
    occurredAt: isoTime(now - 9 * DAY),
    evidence: '旧系统',
    caseNo: '旧1',
    ...more,
  });
  const take = (rows: ReturnType<typeof row>[], ratings: object[] = []) =>
    gateway.call('credit.import', { entries: rows, ratings: ratings as never }, { as: province });
  test('history by its ids, once; a bad row is named and nothing goes in', async () => {
    await expect(take([row('h1'), row('h2', { occurredAt: isoTime(now + DAY) })])).rejects.toThrow(
      /entries.1.occurredAt/,
    );
    expect(await entries('e23')).toEqual([]);
    expect(await take([row('h1'), row('h2')])).toEqual({ changed: 2, unchanged: 0 });
    expect(await take([row('h1'), row('h2')])).toEqual({ changed: 0, unchanged: 2 });
    const final = {
      partyKind: 'enterprise',
      partyId: 'e23',
      scheme: 'national-21',
      period: String(year - 3),
      score: 70,
      colour: 'yellow',
      finalAt: isoTime(now - 400 * DAY),
    };
    expect(await take([], [final, { ...final, period: String(year - 2), colour: 'blue' }])).toEqual({
      changed: 2,
      unchanged: 0,
    });
    expect((await gateway.call('credit.public.list', { q: '某热电 e23' }, { as: nobody })).items).toMatchObject([
      { period: String(year - 2), colour: 'blue' },
    ]);
    await expect(gateway.call('credit.import', {}, { as: supervisor })).rejects.toMatchObject({ status: 403 });
  });
  test('everybody again: the same, and what the clock changed is told', async () => {
    expect(await gateway.call('credit.recompute', {}, { as: province })).toMatchObject({ changed: 0 });
    await db
      .collection('standings')
      .updateOne({ party: 'enterprise:e24', scheme: 'points-12' }, { $set: { score: 3, colour: 'yellow' } });
    expect(await gateway.call('credit.recompute', { division: '331002' }, { as: province })).toMatchObject({
      changed: 0,
    });
    expect(await gateway.call('credit.recompute', { division: '330483' }, { as: province })).toMatchObject({
      changed: 1,
    });
    expect((await standings('e24'))['points-12']).toEqual([10, 'blue']);
  });
  test('the day’s timer, twice, computes once and sets the next', async () => {
    const day = Math.floor(now / DAY) * DAY;
    await db
      .collection('standings')
      .updateOne(
        { party: 'enterprise:e24', scheme: 'points-12' },
        { $set: { score: 3, colour: 'yellow' satisfies Colour } },
      );
    const id = await tellFact(gateway, 'facts.credit.recompute.due', creditFacts.RecomputeDue, 'recompute', day, {
      day,
    });
    await tellFact(gateway, 'facts.credit.recompute.due', creditFacts.RecomputeDue, 'recompute', day, { day }, { id });
    await handled();
    expect((await standings('e24'))['points-12']).toEqual([10, 'blue']);
    expect(await db.collection('outbox').countDocuments({ subject: 'facts.credit.recompute.due', pending: true })).toBe(
      1,
    );
  });
  test('the audit chain holds', async () => {
    const links = await db.collection('audit').find().sort({ _id: 1 }).toArray();
    expect(links.length).toBeGreaterThan(5);
    expect(links.slice(1).map(({ previous }) => previous)).toEqual(links.slice(0, -1).map(({ hash }) => hash));
  });
});
