import {
  complaintsFacts,
  creditFacts,
  fraudFacts,
  permitsFacts,
  registryFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  connectClient,
  loadFieldCipher,
  newId,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testKeys,
  testServers,
  until,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { notificationsService } from '../src/notifications.service';
import { Smsc } from './smsc';

let servers: TestServers;
let running: RunningService;
let gateway: Client;
let mongo: MongoClient;
let db: Db;
const smsc = new Smsc();
const DIVISIONS = ['330000', '330400', '330483'];
const NOTHING = new Uint8Array();
const encrypt = (phone: string) => loadFieldCipher(testKeys(servers).fieldKeysFile).encrypt(phone);

beforeAll(async () => {
  servers = await testServers();
  await smsc.start();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_notifications`);
  running = await runService(
    notificationsService,
    serviceEnvironment(servers, 'notifications', { SMPP_URL: smsc.url, SMS_UNRESOLVED_AFTER_S: '1' }),
  );
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['notifications'] });
  const people: [string, string, string, string][] = [
    ['boss', 'principal', '330483', 'e1'],
    ['sup', 'supervisor', '330483', ''],
    ['handler', 'complaint-handler', '330483', ''],
    ['city', 'supervisor', '330400', ''],
    ['prov', 'supervisor', '330000', ''],
  ];
  for (const [i, [id, role, divisionCode, enterpriseId]] of people.entries()) {
    await tellFact(gateway, 'facts.registry.person.changed', registryFacts.PersonChanged, id, 1, {
      ...registryFacts.PersonChanged.decode(NOTHING),
      id,
      roles: [role],
      divisionCode,
      enterpriseId,
      phoneEncrypted: encrypt(String(13_900_000_001 + i)),
      active: true,
      locale: id === 'city' ? 'en' : 'zh-CN',
    });
  }
  await tellFact(gateway, 'facts.registry.enterprise.changed', registryFacts.EnterpriseChanged, 'e1', 1, {
    ...registryFacts.EnterpriseChanged.decode(NOTHING),
    id: 'e1',
    name: '某热电',
    principalPersonId: 'boss',
  });
  await until(async () => (await db.collection('people').countDocuments()) === people.length);
  await until(async () => (await db.collection('enterprises').countDocuments()) === 1);
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await running?.stop();
  await smsc.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);
beforeEach(() => {
  smsc.behaviour = 'accept';
});

const user = (personId: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `account-${personId}`,
  name: personId,
  roles: ['supervisor'],
  division: '330483',
  personId,
  scopes: [],
  ...more,
});
/** What somebody was told of one subject, oldest first. */
const told = async (personId: string, id: string) =>
  (await gateway.call('notifications.notice.list', { limit: 1000 }, { as: user(personId) })).items
    .filter(({ subject }) => subject.id === id)
    .reverse();
const titles = async (personId: string, id: string) => (await told(personId, id)).map(({ title }) => title);
const handled = () => factsHandled(gateway, 'notifications');

const check = (id: string, more: Partial<permitsFacts.CheckChanged> = {}): permitsFacts.CheckChanged => ({
  ...permitsFacts.CheckChanged.decode(NOTHING),
  id,
  check: 'P6',
  enterpriseId: 'e1',
  enterpriseName: '某热电',
  level: 'high',
  stage: '90',
  active: true,
  ...more,
});
const tellCheck = (verb: string, sequence: number, data: permitsFacts.CheckChanged, id?: string) =>
  tellFact(gateway, `facts.permits.check.${verb}`, permitsFacts.CheckChanged, data.id, sequence, data, {
    divisionPath: DIVISIONS,
    id,
  });

describe('domain.md 3.5: checks', () => {
  it.each([
    ['in order', ['raised', 'updated', 'cleared']],
    ['in the wrong order, and twice', ['cleared', 'updated', 'raised']],
  ])('%s: each stage is told once to the principal and the county’s supervisors', async (name, order) => {
    const id = `quota-${name.length}`;
    const facts: Record<string, [number, permitsFacts.CheckChanged]> = {
      raised: [1, check(id)],
      updated: [2, check(id, { stage: '100' })],
      cleared: [4, check(id, { stage: '100', active: false })],
    };
    for (const verb of order) {
      const [sequence, data] = facts[verb] as [number, permitsFacts.CheckChanged];
      const factId = await tellCheck(verb, sequence, data);
      await tellCheck(verb, sequence, data, factId);
      // The same stage again, as evidence grows, is no news.
      if (verb === 'updated') await tellCheck('updated', 3, data);
    }
    await handled();
    expect((await titles('boss', id)).sort()).toEqual([
      '请核查：年度排放量接近或疑似超过许可量（已达100%）',
      '请核查：年度排放量接近或疑似超过许可量（已达90%）',
    ]);
    expect(await titles('sup', id)).toHaveLength(2);
    expect(await titles('city', id)).toEqual([]);
    await until(async () => (await told('sup', id)).every((n) => n.deliveries.some(({ status }) => status === 'sent')));
  });
});

it('domain.md 3.4: the principal is reminded of a duty, and told that it was missed, once each', async () => {
  const duty: permitsFacts.DutyChanged = {
    ...permitsFacts.DutyChanged.decode(NOTHING),
    id: 'd1',
    kind: 'ledger',
    enterpriseId: 'e1',
    enterpriseName: '某热电',
    period: '2026-11',
    dueAt: Date.parse('2026-11-30T23:59:59+08:00'),
  };
  const tell = (verb: string, sequence: number, id?: string) =>
    tellFact(gateway, `facts.permits.duty.${verb}`, permitsFacts.DutyChanged, 'd1', sequence, duty, {
      divisionPath: DIVISIONS,
      id,
    });
  await tell('missed', 3);
  const id = await tell('reminded', 2);
  await tell('reminded', 2, id);
  await tell('opened', 1);
  await handled();
  expect((await titles('boss', 'd1')).sort()).toEqual([
    '未按期提交：环境管理台账 2026-11',
    '请按期提交：环境管理台账 2026-11',
  ]);
  expect(await titles('sup', 'd1')).toEqual([]);
});

it('domain.md 6: complaints are told to handlers and supervisors, never to the enterprise', async () => {
  const complaint: complaintsFacts.ComplaintChanged = {
    ...complaintsFacts.ComplaintChanged.decode(NOTHING),
    id: 'c1',
    number: 'TS-1',
    category: 'odour',
    level: 'high',
    place: '某村口',
    enterpriseId: 'e1',
    remark: 'answer:overdue',
  };
  const tell = (verb: string, sequence: number, id?: string) =>
    tellFact(
      gateway,
      `facts.complaints.complaint.${verb}`,
      complaintsFacts.ComplaintChanged,
      'c1',
      sequence,
      complaint,
      {
        divisionPath: DIVISIONS,
        id,
      },
    );
  const id = await tell('received', 1);
  await tell('received', 1, id);
  await tell('escalated', 5);
  await handled();
  for (const who of ['handler', 'sup'])
    expect(await titles(who, 'c1')).toEqual(['新投诉举报：恶臭', '投诉举报逾期：TS-1']);
  expect((await told('sup', 'c1'))[1]?.body).toContain('“答复”已逾期');
  expect(await titles('boss', 'c1')).toEqual([]);
  // Who set a point on the map and wrote no place leaves no hole in the sentence.
  complaint.place = '';
  await tell('drafted', 6);
  await handled();
  expect((await told('sup', 'c1')).at(-1)?.body).toContain('恶臭，地点见地图。');
  expect(
    await gateway.call('notifications.notice.ofSubject', { kind: 'complaint', id: 'c1' }, { as: user('sup') }),
  ).toHaveLength(5);
});

it('domain.md 5.5: a case is told to its party from the notice on, and to supervisors when it is late', async () => {
  const data: taskingFacts.CaseChanged = {
    ...taskingFacts.CaseChanged.decode(NOTHING),
    id: 'case1',
    number: '330483-2026-0001',
    partyKind: 'enterprise',
    partyId: 'e1',
    partyName: '某热电',
  };
  const tell = (verb: string, sequence: number, remark: string, enterpriseId: string, id?: string) =>
    tellFact(
      gateway,
      `facts.tasking.case.${verb}`,
      taskingFacts.CaseChanged,
      'case1',
      sequence,
      { ...data, remark },
      { divisionPath: DIVISIONS, enterpriseId, id },
    );
  await tell('overdue', 4, 'decide', 'e1');
  await tell('decided', 5, '嘉环罚字〔2026〕1号', 'e1');
  const id = await tell('noticed', 2, '2026-11-27T23:59:59.000+08:00', 'e1');
  await tell('noticed', 2, '2026-11-27T23:59:59.000+08:00', 'e1', id);
  await tell('filed', 1, '', '');
  await handled();
  expect((await titles('boss', 'case1')).sort()).toEqual([
    '行政处罚事先告知：330483-2026-0001',
    '行政处罚决定：330483-2026-0001',
  ]);
  expect((await told('boss', 'case1')).find(({ title }) => title.includes('告知'))?.body).toContain('11-27 23:59');
  expect((await told('sup', 'case1')).map(({ body }) => body)).toEqual([
    '某热电：案件330483-2026-0001，“作出决定”已逾期，请立即办理。',
  ]);
});

it('domain.md 4.4, 2.4: ratings to the enterprise, objections to supervisors, blacklist and model to the province', async () => {
  const rating: creditFacts.RatingChanged = {
    ...creditFacts.RatingChanged.decode(NOTHING),
    id: 'r1',
    partyKind: 'enterprise',
    partyId: 'e1',
    partyName: '某热电',
    period: '2026',
    score: 71.25,
    colour: 'yellow',
    dueAt: Date.parse('2026-12-07T23:59:59+08:00'),
  };
  const tell = (verb: string, sequence: number, id?: string) =>
    tellFact(gateway, `facts.credit.rating.${verb}`, creditFacts.RatingChanged, 'r1', sequence, rating, {
      divisionPath: DIVISIONS,
      id,
    });
  await tell('final', 5);
  const id = await tell('noticed', 2);
  await tell('noticed', 2, id);
  await tell('objected', 3);
  await tell('published', 4);
  await tell('recomputed', 6);
  const listed = {
    ...creditFacts.BlacklistChanged.decode(NOTHING),
    operatorId: 'op1',
    listed: true,
    reason: '数据异常',
  };
  const listing = await tellFact(
    gateway,
    'facts.credit.blacklist.listed',
    creditFacts.BlacklistChanged,
    'op1',
    1,
    listed,
  );
  await tellFact(gateway, 'facts.credit.blacklist.listed', creditFacts.BlacklistChanged, 'op1', 1, listed, {
    id: listing,
  });
  const model = { ...fraudFacts.ModelChanged.decode(NOTHING), version: 'v2', kind: 'logistic', verdicts: 50 };
  const fitted = await tellFact(gateway, 'facts.fraud.model.fitted', fraudFacts.ModelChanged, 'v2', 1, model);
  await tellFact(gateway, 'facts.fraud.model.fitted', fraudFacts.ModelChanged, 'v2', 1, model, { id: fitted });
  await tellFact(gateway, 'facts.fraud.model.activated', fraudFacts.ModelChanged, 'v2', 2, { ...model, active: true });
  await handled();
  expect((await told('boss', 'r1')).map(({ title }) => title).sort()).toEqual([
    '信用评价公示：2026',
    '信用评价结果告知：2026',
    '信用评价结果：2026',
  ]);
  expect((await told('sup', 'r1')).map(({ title }) => title)).toEqual(['信用评价异议：某热电']);
  expect(await titles('prov', 'op1')).toEqual(['运维单位列入黑名单']);
  expect(await titles('prov', 'v2')).toEqual(['真实性评分模型已更新：v2']);
  expect(await titles('sup', 'v2')).toEqual([]);
});

describe('domain.md 6, 7: a message to a reporter’s phone', () => {
  const PHONE = '13711112222';
  const request = (id: string, more: Partial<complaintsFacts.SmsRequested> = {}): complaintsFacts.SmsRequested => ({
    id,
    phoneEncrypted: encrypt(PHONE),
    template: 'verification-code',
    variables: { code: '483920', minutes: '5' },
    validUntil: Date.now() + 300_000,
    ...more,
  });
  const ask = (data: complaintsFacts.SmsRequested, id: string = newId()) =>
    tellFact(gateway, 'facts.complaints.sms.requested', complaintsFacts.SmsRequested, data.id, 1, data, { id });
  const list = async () =>
    (
      await gateway.call(
        'notifications.phoneMessage.list',
        {},
        { as: user('prov', { division: '330000', roles: ['complaint-handler'] }) },
      )
    ).items;
  const statusOf = async (id: string) => (await list()).find((message) => message.id === id);

  it('goes once, however often it is asked for, with a receipt; the record holds neither code nor number', async () => {
    const data = request('m1');
    const id = await ask(data);
    await ask(data, id);
    await ask(data);
    await until(async () => (await statusOf('m1'))?.status === 'sent');
    await handled();
    const taken = smsc.of(PHONE);
    expect(taken).toMatchObject([{ text: '【生态环境监管】投诉举报验证码：483920，5分钟内有效，请勿告知他人。' }]);
    smsc.receipt(taken[0]?.messageId ?? '', 'DELIVRD');
    await until(async () => (await statusOf('m1'))?.status === 'delivered');
    expect(await statusOf('m1')).toMatchObject({ to: '137****2222', attempts: 1, template: 'verification-code' });
    const stored = JSON.stringify(await db.collection('phone_messages').find().toArray());
    expect(stored).not.toContain('483920');
    expect(stored).not.toContain(PHONE);
  });

  it('is not sent after its validity, and not again when nobody knows whether it went', async () => {
    await ask(request('late', { validUntil: Date.now() - 1 }));
    await until(async () => (await statusOf('late'))?.status === 'failed');
    expect((await statusOf('late'))?.error).toBe('not sent within its validity');
    smsc.behaviour = 'silent';
    const before = smsc.of(PHONE).length;
    await ask(request('lost'));
    await until(() => smsc.of(PHONE).length === before + 1);
    await running.stop();
    smsc.behaviour = 'accept';
    running = await runService(
      notificationsService,
      serviceEnvironment(servers, 'notifications', { SMPP_URL: smsc.url, SMS_UNRESOLVED_AFTER_S: '1' }),
    );
    await until(async () => (await statusOf('lost').catch(() => undefined))?.status === 'unknown');
    expect(smsc.of(PHONE)).toHaveLength(before + 1);
  });

  it('a county does not see whose reporters were written to', async () => {
    const { items } = await gateway.call(
      'notifications.phoneMessage.list',
      {},
      { as: user('handler', { roles: ['complaint-handler'] }) },
    );
    expect(items).toEqual([]);
    await expect(gateway.call('notifications.phoneMessage.list', {}, { as: user('sup') })).rejects.toMatchObject({
      status: 403,
    });
  });
});
