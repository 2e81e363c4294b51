import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fact, registryFacts, rulesFacts, type Task, taskingFacts } from '@greenwatch/contracts';
import { type Caller, type Client, type Codec, connectClient, type RunningService, runService } from '@greenwatch/kit';
import {
  asIssuer,
  type FactOptions,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { taskingService } from '../src/tasking.service';

let servers: TestServers;
let tasking: RunningService;
let gateway: Client;
let mongo: MongoClient;
let db: Db;

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_tasking`);
  tasking = await runService(taskingService, serviceEnvironment(servers, 'tasking'));
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['tasking'] });
  for (const p of PEOPLE) await tellPerson(p);
  for (const e of ENTERPRISES) await tellEnterprise(e);
  await tell('facts.registry.outlet.changed', registryFacts.OutletChanged, 'o1', 1, {
    id: 'o1',
    enterpriseId: 'e1',
    code: 'DA001',
    name: '锅炉废气排放口',
    medium: 'gas',
    lon: 0,
    lat: 0,
    factors: [],
  });
  await until(async () => (await db.collection('people').countDocuments()) === PEOPLE.length);
  await until(async () => (await db.collection('enterprises').countDocuments()) === ENTERPRISES.length);
  await until(async () => (await db.collection('outlets').countDocuments()) === 1);
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await tasking?.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

const TONGXIANG = ['330000', '330400', '330483'];
const JIAOJIANG = ['330000', '331000', '331002'];
const GATE = { lon: 120.5513, lat: 30.6302 };
type Person = [id: string, role: string, divisionCode: string, certificateNo: string, enterpriseId?: string];
const PEOPLE: Person[] = [
  ['sup', 'supervisor', '330483', 'C1'],
  ['sup-other', 'supervisor', '330483', ''],
  ['off', 'officer', '330483', 'C2'],
  ['off-uncertified', 'officer', '330483', ''],
  ['city-sup', 'supervisor', '330400', 'C3'],
  ['prov-sup', 'supervisor', '330000', 'C4'],
  ['boss', 'principal', '330483', '', 'e1'],
  ['boss-2', 'principal', '330483', '', 'e2'],
  ['j-duty', 'duty-officer', '331002', ''],
];
const ENTERPRISES = [
  { id: 'e1', principal: 'boss', path: TONGXIANG },
  { id: 'e2', principal: 'boss-2', path: TONGXIANG },
  { id: 'e3', principal: '', path: JIAOJIANG },
];

const tell = <T>(
  subject: string,
  codec: Codec<T>,
  entity: string,
  sequence: number,
  data: T,
  more: FactOptions = {},
): Promise<string> => tellFact(gateway, subject, codec, entity, sequence, data, more);
const tellPerson = ([id, role, divisionCode, certificateNo, enterpriseId = '']: Person) =>
  tell('facts.registry.person.changed', registryFacts.PersonChanged, id, 1, {
    id,
    name: `name of ${id}`,
    roles: [role],
    divisionCode,
    enterpriseId,
    certificateNo,
    phoneEncrypted: '',
    active: true,
    locale: 'zh-CN',
  });
const tellEnterprise = ({ id, principal, path }: (typeof ENTERPRISES)[number]) =>
  tell(
    'facts.registry.enterprise.changed',
    registryFacts.EnterpriseChanged,
    id,
    1,
    {
      id,
      uscc: '',
      name: `某热电 ${id}`,
      divisionCode: path.at(-1) as string,
      address: '某路1号',
      ...GATE,
      industryCode: '',
      industryName: '',
      managementClass: 'key',
      principalPersonId: principal,
      status: 'producing',
      legalRepresentative: '',
    },
    { divisionPath: path },
  );

type Verb = 'raised' | 'updated' | 'cleared';
const alarm = (id: string, more: Partial<rulesFacts.AlarmChanged> = {}): rulesFacts.AlarmChanged => ({
  id,
  code: 'EXC_H',
  level: 'high',
  enterpriseId: 'e1',
  outletId: 'o1',
  mn: 'MN1',
  factor: 'a21026',
  active: true,
  acknowledged: false,
  startedAt: Date.now() - 3_600_000,
  endedAt: 0,
  history: false,
  evidence: [],
  multiple: 0.4,
  ...more,
});
const tellAlarm = (verb: Verb, sequence: number, data: rulesFacts.AlarmChanged, id?: string) =>
  tell(`facts.rules.alarm.${verb}`, rulesFacts.AlarmChanged, data.id, sequence, data, { divisionPath: TONGXIANG, id });

const user = (personId: string, roles: Caller['roles'], division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `account-${personId}`,
  name: personId,
  roles,
  division,
  personId,
  scopes: [],
  ...more,
});
const sup = user('sup', ['supervisor'], '330483');
const supOther = user('sup-other', ['supervisor'], '330483');
const off = user('off', ['officer'], '330483');
const citySup = user('city-sup', ['supervisor'], '330400');
const boss = user('boss', ['principal'], '330483', { enterpriseId: 'e1' });
const boss2 = user('boss-2', ['principal'], '330483', { enterpriseId: 'e2' });
const jiaojiang = user('j-sup', ['supervisor'], '331002');
const jDuty = user('j-duty', ['duty-officer'], '331002');

const call = ((action, params, options) => gateway.call(action, params, options)) as Client['call'];
const tasksOf = async (alarmId: string, as = citySup) =>
  (await call('tasking.task.list', { alarmId }, { as })).items.sort((a, b) => (a.type < b.type ? -1 : 1));
/** The EXPLAIN and the inspectors' task of an alarm, once they are there. */
async function pairOf(alarmId: string, as = citySup): Promise<[explain: Task, visit: Task]> {
  await until(async () => (await tasksOf(alarmId, as)).length === 2);
  return (await tasksOf(alarmId, as)) as [Task, Task];
}
const get = (id: string, as = citySup) => call('tasking.task.get', { id }, { as });
const handled = () => factsHandled(gateway, 'tasking');
/** Lets a timer of a task be due now: what is stored as its time is moved into the past. */
async function passTime(taskId: string, what: string): Promise<void> {
  const { matchedCount } = await db
    .collection('outbox')
    .updateMany({ cancelKey: `task:${taskId}:${what}`, publishedAt: null }, { $set: { publishAt: 1 } });
  expect(matchedCount).toBe(1);
}
const pendingTimers = async (taskId: string) =>
  (
    await db
      .collection('outbox')
      .find({ cancelKey: { $regex: `^task:${taskId}` }, publishedAt: null })
      .toArray()
  )
    .map((row) => String(row.cancelKey).split(':')[2])
    .sort();
async function verbsTold(taskId: string): Promise<string[]> {
  const rows = await db
    .collection('outbox')
    .find({ subject: /^facts\.tasking\.task\.(?!due)/ })
    .sort({ _id: 1 })
    .toArray();
  return rows
    .map((row) => ({ subject: row.subject as string, envelope: fact.Envelope.decode(row.envelope.buffer) }))
    .filter(({ envelope }) => envelope.entity === taskId)
    .map(({ subject, envelope }, i) => {
      expect(envelope.sequence).toBe(i + 1);
      expect(taskingFacts.TaskChanged.decode(envelope.data).id).toBe(taskId);
      return subject.split('.')[3] as string;
    });
}

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(300_000, 5)]);
const addPhoto = (taskId: string, as: Caller, bytes = JPEG) =>
  call(
    'tasking.photo.add',
    { taskId, filename: 'stack.jpg', contentType: 'image/jpeg' },
    { as, stream: Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]) },
  );

describe('domain.md 5.2: an alarm becomes a clue and tasks', () => {
  it('EXPLAIN for the principal, INSPECT for the territorial supervisor and a second certified officer, linked', async () => {
    await tellAlarm('raised', 1, alarm('route'));
    const [explain, visit] = await pairOf('route');
    expect(explain).toMatchObject({
      type: 'EXPLAIN',
      state: 'DISPATCHED',
      level: 'high',
      linkedTaskId: visit.id,
      assignees: [{ personId: 'boss', role: 'principal' }],
    });
    expect(visit).toMatchObject({
      type: 'INSPECT',
      state: 'DISPATCHED',
      title: 'DA001 锅炉废气排放口 二氧化硫 小时均值疑似超标',
      linkedTaskId: explain.id,
      enterpriseName: '某热电 e1',
      place: { ...GATE, address: '某路1号' },
      divisionPath: TONGXIANG,
      assignees: [
        { personId: 'sup', role: 'lead', certificateNo: 'C1' },
        { personId: 'off', role: 'second', certificateNo: 'C2' },
      ],
    });
    // 5.2 high: accept in 1 h; 1.10: the enterprise in 2 h
    const minutes = (task: Task) => (Date.parse(task.acceptBy as string) - Date.parse(task.createdAt)) / 60_000;
    expect(minutes(visit)).toBe(60);
    expect(minutes(explain)).toBe(120);
    expect(await pendingTimers(visit.id)).toEqual(['accept', 'arrive', 'report']);
    expect(await pendingTimers(explain.id)).toEqual(['accept', 'report']);
    expect((await call('tasking.clue.list', { enterpriseId: 'e1' }, { as: sup })).items).toMatchObject([
      {
        topic: 'exceedance',
        level: 'high',
        origins: [{ kind: 'alarm', id: 'route' }],
        taskIds: [explain.id, visit.id],
      },
    ]);
  });

  it('another alarm of the enterprise and topic joins the clue; a level that rises shortens the time', async () => {
    const [, before] = await pairOf('route');
    await tellAlarm('raised', 1, alarm('joins', { code: 'EXC_D', level: 'urgent' }));
    await until(async () => (await tasksOf('joins')).length === 2);
    const [, visit] = await pairOf('joins');
    expect(visit.id).toBe(before.id);
    expect(visit.level).toBe('urgent');
    expect(Date.parse(visit.acceptBy as string)).toBeLessThan(Date.parse(before.acceptBy as string) - 40 * 60_000);
    expect(visit.history.map(({ verb }) => verb)).toEqual(['created', 'dispatched', 'alarm-merged', 'level-raised']);
    expect(await pendingTimers(visit.id)).toEqual(['accept', 'arrive', 'report']);
    expect((await call('tasking.clue.list', { enterpriseId: 'e1' }, { as: sup })).items).toHaveLength(1);
  });

  it('a cleared alarm cancels nothing and stands in the history', async () => {
    await tellAlarm('cleared', 2, alarm('route', { active: false, endedAt: Date.now() }));
    await handled();
    const [explain, visit] = await pairOf('route');
    expect([explain.state, visit.state]).toEqual(['DISPATCHED', 'DISPATCHED']);
    expect(visit.history.at(-1)).toMatchObject({ verb: 'alarm-cleared', remark: 'route' });
  });

  it('facts twice and in the wrong order end in the same: one clue, one pair of tasks', async () => {
    const raised = alarm('disorder', { enterpriseId: 'e2', code: 'CONST', level: 'mid' });
    const cleared = { ...raised, active: false, endedAt: Date.now() };
    const id = await tellAlarm('cleared', 2, cleared);
    await tellAlarm('raised', 1, raised);
    await tellAlarm('cleared', 2, cleared, id);
    await tellAlarm('cleared', 2, cleared);
    await handled();
    const [explain, visit] = await pairOf('disorder');
    expect([explain.type, visit.type]).toEqual(['EXPLAIN', 'VERIFY']);
    expect(visit.history.map(({ verb }) => verb)).toEqual(['created', 'dispatched', 'alarm-cleared']);
    expect((await call('tasking.clue.list', { enterpriseId: 'e2' }, { as: sup })).items).toHaveLength(1);
  });

  it('twenty alarms at once make one clue', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        tellAlarm('raised', 1, alarm(`burst-${i}`, { enterpriseId: 'e2', code: 'OFFLINE', level: 'mid', factor: '' })),
      ),
    );
    await handled();
    const { items } = await call('tasking.clue.list', { enterpriseId: 'e2' }, { as: sup });
    const silence = items.filter(({ topic }) => topic === 'silence');
    expect(silence).toHaveLength(1);
    expect(silence[0]?.origins).toHaveLength(20);
    expect(await tasksOf('burst-19')).toHaveLength(2);
  });

  it.each<[string, Partial<rulesFacts.AlarmChanged>]>([
    ['a warning (low)', { code: 'WARN_H', level: 'low' }],
    ['old history', { code: 'TREAT_OFF', history: true, startedAt: Date.now() - 48 * 3_600_000 }],
    ['a device of no enterprise', { code: 'TREAT_OFF', enterpriseId: '' }],
  ])('%s makes no task', async (name, more) => {
    const none = `none-${name.replace(/\W/g, '-')}`;
    await tellAlarm('raised', 1, alarm(none, more));
    await handled();
    expect(await tasksOf(none)).toEqual([]);
  });

  it('an alarm that comes before its enterprise waits and loses nothing', async () => {
    await tellAlarm('raised', 1, alarm('early', { enterpriseId: 'e9' }));
    await handled();
    expect(await tasksOf('early')).toEqual([]);
    await tellPerson(['boss-9', 'principal', '330483', '', 'e9']);
    await tellEnterprise({ id: 'e9', principal: 'boss-9', path: TONGXIANG });
    await until(async () => (await db.collection('enterprises').countDocuments()) === ENTERPRISES.length + 1);
    await db
      .collection('outbox')
      .updateMany({ cancelKey: 'alarm:early', publishedAt: null }, { $set: { publishAt: 1 } });
    const [, visit] = await pairOf('early');
    expect(visit.state).toBe('DISPATCHED');
  });
});

describe('domain.md 5.2: nobody to go', () => {
  it('is tried again; after ten minutes the duty officer has it and hands it on', async () => {
    await tellAlarm('raised', 1, alarm('nobody', { enterpriseId: 'e3', outletId: '' }));
    const [explain, visit] = await pairOf('nobody', jiaojiang);
    expect([explain.state, visit.state]).toEqual(['CREATED', 'CREATED']);
    expect(await pendingTimers(visit.id)).toEqual(['route']);
    await passTime(visit.id, 'route');
    await until(async () => (await pendingTimers(visit.id)).join() === 'route');
    expect((await get(visit.id, jiaojiang)).state).toBe('CREATED');

    await db
      .collection<{ _id: string }>('tasks')
      .updateOne({ _id: visit.id }, { $set: { createdAt: Date.now() - 600_000 } });
    await passTime(visit.id, 'route');
    await until(async () => (await get(visit.id, jiaojiang)).state === 'DISPATCHED');
    expect((await get(visit.id, jiaojiang)).assignees).toMatchObject([{ personId: 'j-duty', role: 'duty' }]);
    await call('tasking.task.accept', { id: visit.id }, { as: jDuty });
    await expect(
      call('tasking.task.reassign', { id: visit.id, personIds: ['sup', 'off'], reason: '无人' }, { as: jDuty }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('personIds.0') });

    await tellPerson(['j-sup', 'supervisor', '331002', 'C8']);
    await tellPerson(['j-off', 'officer', '331002', 'C9']);
    await until(async () => (await db.collection('people').countDocuments({ divisionCode: '331002' })) === 3);
    const given = await call(
      'tasking.task.reassign',
      { id: visit.id, personIds: ['j-sup', 'j-off'], reason: '移交' },
      { as: jDuty },
    );
    expect(given).toMatchObject({ state: 'DISPATCHED', assignees: [{ role: 'lead' }, { role: 'second' }] });
  });

  it('with its principal unknown an EXPLAIN waits, and is seen by the county after ten minutes', async () => {
    const [explain] = await pairOf('nobody', jiaojiang);
    await db
      .collection<{ _id: string }>('tasks')
      .updateOne({ _id: explain.id }, { $set: { createdAt: Date.now() - 600_000 } });
    await passTime(explain.id, 'route');
    await until(async () => (await get(explain.id, jiaojiang)).escalation === 'superior');
    expect((await get(explain.id, jiaojiang)).watchers).toEqual(['j-sup']);
    expect(await pendingTimers(explain.id)).toEqual(['route']);
  });
});

describe('the line from DISPATCHED to CLOSED', () => {
  let visit: Task;
  let explain: Task;
  beforeAll(async () => {
    await tellAlarm('raised', 1, alarm('line', { code: 'TREAT_OFF', factor: '' }));
    [explain, visit] = await pairOf('line');
  });

  it('inspectors: accept, check in, find, photograph, submit; another supervisor reviews and closes', async () => {
    const id = visit.id;
    await expect(
      call('tasking.task.checkIn', { id, ...GATE, accuracy: 5, datum: 'WGS84' }, { as: sup }),
    ).rejects.toMatchObject({
      status: 409,
      reason: 'WRONG_STATE',
      detail: { state: 'DISPATCHED', allowed: ['accept', 'reassign', 'cancel'] },
    });
    expect((await call('tasking.task.accept', { id }, { as: sup })).state).toBe('ACCEPTED');
    expect((await call('tasking.task.accept', { id }, { as: off })).assignees.every((a) => a.acceptedAt)).toBe(true);
    await expect(call('tasking.task.accept', { id }, { as: off })).rejects.toMatchObject({
      reason: 'ALREADY_ACCEPTED',
    });
    expect(await pendingTimers(id)).toEqual(['arrive', 'report']);

    const away = { id, lon: 120.6, lat: 30.63, accuracy: 5, datum: 'WGS84' as const };
    await expect(call('tasking.task.checkIn', away, { as: sup })).rejects.toMatchObject({ status: 422 });
    // 8.4: the phone sends GCJ-02 of the gate
    const here = { id, lon: 120.555485, lat: 30.627705, accuracy: 12, datum: 'GCJ02' as const };
    const there = await call('tasking.task.checkIn', here, { as: sup });
    expect(there.checkIns).toMatchObject([{ personId: 'sup', ...GATE, inside: true, distance: 0 }]);

    expect((await addPhoto(id, off)).state).toBe('IN_PROGRESS');
    await expect(call('tasking.task.submit', { id }, { as: sup })).rejects.toMatchObject({ reason: 'FINDING_MISSING' });
    await call('tasking.task.recordFinding', { id, conclusion: 'normal', text: '第一次' }, { as: off });
    await call(
      'tasking.task.recordFinding',
      { id, conclusion: 'violation-suspected', text: '治理设施停运' },
      { as: sup },
    );
    const submitted = await call('tasking.task.submit', { id }, { as: sup });
    expect(submitted).toMatchObject({
      state: 'SUBMITTED',
      finding: { conclusion: 'violation-suspected', personId: 'sup' },
    });
    expect(submitted.watchers).toContain('sup-other');
    expect(await pendingTimers(id)).toEqual(['review']);
    await expect(
      call('tasking.task.recordFinding', { id, conclusion: 'normal', text: '改' }, { as: sup }),
    ).rejects.toMatchObject({ reason: 'WRONG_STATE' });

    await expect(
      call('tasking.task.review', { id, decision: 'approve', comment: '' }, { as: sup }),
    ).rejects.toMatchObject({ status: 403, reason: 'REVIEWER_IS_ASSIGNEE' });
    await expect(
      call('tasking.task.review', { id, decision: 'return', comment: ' ' }, { as: supOther }),
    ).rejects.toMatchObject({ status: 422 });
    expect(
      (await call('tasking.task.review', { id, decision: 'return', comment: '补拍' }, { as: supOther })).state,
    ).toBe('RETURNED');
    await expect(call('tasking.task.submit', { id }, { as: sup })).rejects.toMatchObject({ reason: 'WRONG_STATE' });
    await addPhoto(id, sup);
    await call('tasking.task.submit', { id }, { as: sup });
    expect(
      (await call('tasking.task.review', { id, decision: 'approve', comment: '同意' }, { as: citySup })).state,
    ).toBe('REVIEWED');
    const closed = await call('tasking.task.close', { id }, { as: supOther });
    expect(closed).toMatchObject({ state: 'CLOSED', review: { decision: 'approve', by: 'city-sup' } });
    expect(await pendingTimers(id)).toEqual([]);
    expect(await verbsTold(id)).toEqual(closed.history.map(({ verb }) => verb));
    const entry = await db.collection('audit').findOne({ entity: id, action: 'task.close' });
    expect(entry?.detail).toEqual({ from: 'REVIEWED', to: 'CLOSED' });
  });

  it('the enterprise: accept, explain, submit; then the clue is closed and a new alarm opens another', async () => {
    const { id } = explain;
    await expect(call('tasking.task.explain', { id, text: '检修' }, { as: boss })).rejects.toMatchObject({
      reason: 'WRONG_STATE',
    });
    await call('tasking.task.accept', { id }, { as: boss });
    await expect(call('tasking.task.submit', { id }, { as: boss })).rejects.toMatchObject({
      reason: 'EXPLANATION_MISSING',
    });
    await call('tasking.task.explain', { id, text: '风机检修' }, { as: boss });
    await addPhoto(id, boss);
    expect((await call('tasking.task.submit', { id }, { as: boss })).explanation?.text).toBe('风机检修');
    await call('tasking.task.review', { id, decision: 'approve', comment: '' }, { as: sup });
    const own = await call('tasking.task.close', { id }, { as: sup });
    expect(own.state).toBe('CLOSED');
    await tellAlarm('raised', 1, alarm('line-again', { code: 'TREAT_OFF', factor: '' }));
    expect((await pairOf('line-again'))[1].clueId).not.toBe(visit.clueId);
  });

  it('photos come back whole, and what is none is refused', async () => {
    const [photo] = (await get(visit.id)).photos;
    expect(photo).toMatchObject({
      personId: 'off',
      size: JPEG.length,
      sha256: createHash('sha256').update(JPEG).digest('hex'),
    });
    const stream = await call('tasking.photo.get', { taskId: visit.id, photoId: photo?.id ?? '' }, { as: sup });
    expect((await buffer(stream as Readable)).equals(JPEG)).toBe(true);
    const [, open] = await pairOf('line-again');
    await call('tasking.task.accept', { id: open.id }, { as: sup });
    const files = await db.collection('blobs.files').countDocuments();
    await expect(addPhoto(open.id, sup, Buffer.from('%PDF-1.7 not a photo'))).rejects.toMatchObject({ status: 415 });
    await expect(addPhoto(open.id, sup, Buffer.concat([JPEG, Buffer.alloc(16 * 1024 * 1024)]))).rejects.toMatchObject({
      status: 413,
    });
    await expect(addPhoto(visit.id, sup)).rejects.toMatchObject({ reason: 'WRONG_STATE' });
    expect(await db.collection('blobs.files').countDocuments()).toBe(files);
    await until(async () => {
      const kept = (await db.collection('blobs.files').find().toArray()).map(({ _id }) => _id);
      return (await db.collection('blobs.chunks').countDocuments({ files_id: { $nin: kept } })) === 0;
    });
  });

  it('5.4: outside the place a reason is needed, and a photo before submitting', async () => {
    const [, { id }] = await pairOf('line-again');
    const away = { id, lon: 120.6, lat: 30.63, accuracy: 5, datum: 'WGS84' as const, reason: '道路封闭' };
    expect((await call('tasking.task.checkIn', away, { as: sup })).checkIns).toMatchObject([
      { inside: false, reason: '道路封闭' },
    ]);
    await call('tasking.task.recordFinding', { id, conclusion: 'other', text: '未能进入' }, { as: sup });
    await expect(call('tasking.task.submit', { id }, { as: sup })).rejects.toMatchObject({ reason: 'PHOTO_MISSING' });
    await addPhoto(id, sup);
    expect((await call('tasking.task.submit', { id }, { as: sup })).state).toBe('SUBMITTED');
  });
});

describe('design.md 6: who sees what', () => {
  it('another county’s and another enterprise’s tasks are not found', async () => {
    const [explain, visit] = await pairOf('route');
    await expect(get(visit.id, jiaojiang)).rejects.toMatchObject({ status: 404 });
    await expect(call('tasking.task.accept', { id: visit.id }, { as: jiaojiang })).rejects.toMatchObject({
      status: 404,
    });
    await expect(get(explain.id, boss2)).rejects.toMatchObject({ status: 404 });
    expect(
      (await call('tasking.task.list', { limit: 1000 }, { as: jiaojiang })).items.every((t) => t.enterpriseId === 'e3'),
    ).toBe(true);
  });
  it('an enterprise sees what it explains, never the inspectors’ task', async () => {
    const [explain, visit] = await pairOf('route');
    const own = await get(explain.id, boss);
    expect(own.linkedTaskId).toBeUndefined();
    expect(own.watchers).toEqual([]);
    await expect(get(visit.id, boss)).rejects.toMatchObject({ status: 404 });
    const { items } = await call('tasking.task.list', { limit: 1000 }, { as: boss });
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ type, enterpriseId }) => type === 'EXPLAIN' && enterpriseId === 'e1')).toBe(true);
  });
  it('who is not assigned, or an account without a person, does not accept', async () => {
    const [, visit] = await pairOf('route');
    const clerk: Caller = { ...supOther, personId: undefined };
    for (const as of [supOther, clerk]) {
      await expect(call('tasking.task.accept', { id: visit.id }, { as })).rejects.toMatchObject({ status: 403 });
    }
  });
  it('lists: mine, open, by state, paged by key', async () => {
    const mine = await call('tasking.task.list', { mine: true, open: true }, { as: off });
    expect(mine.items.length).toBeGreaterThan(1);
    expect(mine.items.every((t) => t.assignees.some(({ personId }) => personId === 'off'))).toBe(true);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await call('tasking.task.list', { limit: 2, ...(after && { after }) }, { as: citySup });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(await db.collection('tasks').countDocuments({ divisionPath: '330400' }));
    const closed = await call('tasking.task.list', { state: 'CLOSED' }, { as: citySup });
    expect(closed.items.map(({ state }) => state)).toEqual(['CLOSED', 'CLOSED']);
  });
});

describe('domain.md 5.6: time runs', () => {
  it('80 % reminder, 100 % superior, +24 h city, +72 h province, one after the other; the task stays with its people', async () => {
    const [, { id, assignees }] = await pairOf('early');
    await passTime(id, 'accept');
    await until(async () => (await get(id)).history.at(-1)?.verb === 'reminded');
    expect((await get(id)).overdue).toEqual([]);
    const expected: [string, string[]][] = [
      ['superior', ['sup-other']],
      ['city', ['sup-other', 'city-sup']],
      ['province', ['sup-other', 'city-sup', 'prov-sup']],
    ];
    for (const [escalation, watchers] of expected) {
      await until(async () => (await pendingTimers(id)).includes('accept'));
      await passTime(id, 'accept');
      await until(async () => (await get(id)).escalation === escalation);
      expect(await get(id)).toMatchObject({ overdue: ['accept'], watchers, assignees, state: 'DISPATCHED' });
    }
    await handled();
    expect(await pendingTimers(id)).toEqual(['arrive', 'report']);
    expect((await get(id)).history.slice(-4).map(({ remark }) => remark)).toEqual([
      'accept:reminder',
      'accept:overdue',
      'accept:city',
      'accept:province',
    ]);
  });

  it('a timer that was on its way when the step was done changes nothing', async () => {
    const [explain] = await pairOf('early');
    await call(
      'tasking.task.accept',
      { id: explain.id },
      { as: user('boss-9', ['principal'], '330483', { enterpriseId: 'e9' }) },
    );
    const before = await get(explain.id);
    await tell('facts.tasking.task.due', taskingFacts.TaskDue, `task:${explain.id}:accept`, 9, {
      taskId: explain.id,
      step: 'accept',
      phase: 'overdue',
      dueAt: Date.parse(before.acceptBy as string),
    });
    await handled();
    expect(await get(explain.id)).toEqual(before);
  });

  it('a second start goes on with the timers of the first', async () => {
    const [, { id }] = await pairOf('disorder');
    await tasking.stop();
    await passTime(id, 'accept');
    tasking = await runService(taskingService, serviceEnvironment(servers, 'tasking'));
    await until(async () => {
      const task = await get(id).catch(() => undefined);
      return task?.history.at(-1)?.verb === 'reminded';
    });
  });
});
