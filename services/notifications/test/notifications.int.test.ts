import { fact, type Notice, notificationsFacts, registryFacts, rulesFacts, taskingFacts } from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  type Codec,
  connectClient,
  loadFieldCipher,
  newId,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
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
let running: RunningService | undefined;
let gateway: Client;
let mongo: MongoClient;
let db: Db;
const smsc = new Smsc();
const DIVISIONS = ['330000', '330400', '330483'];

const environment = () =>
  serviceEnvironment(servers, 'notifications', { SMPP_URL: smsc.url, SMS_UNRESOLVED_AFTER_S: '1' });
const start = async () => {
  running = await runService(notificationsService, environment());
};

beforeAll(async () => {
  servers = await testServers();
  await smsc.start();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_notifications`);
  await start();
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['notifications'] });
  const enterprise = { ...registryFacts.EnterpriseChanged.decode(new Uint8Array()), id: 'e1', name: '某热电' };
  await tell('facts.registry.enterprise.changed', registryFacts.EnterpriseChanged, 'e1', 1, {
    ...enterprise,
    principalPersonId: 'boss',
  });
  await tell('facts.registry.outlet.changed', registryFacts.OutletChanged, 'o1', 1, {
    ...registryFacts.OutletChanged.decode(new Uint8Array()),
    id: 'o1',
    code: 'DA001',
    name: '锅炉废气排放口',
  });
  await until(async () => (await db.collection('outlets').countDocuments()) === 1);
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
  smsc.receiptFirst = false;
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const tell = <T>(subject: string, codec: Codec<T>, entity: string, sequence: number, data: T, id?: string) =>
  tellFact(gateway, subject, codec, entity, sequence, data, { divisionPath: DIVISIONS, id });

let phones = 13_800_000_000;
/** A new person with a mobile number. */
async function person(id: string, more: Partial<registryFacts.PersonChanged> = {}): Promise<string> {
  const phone = String(++phones);
  await tell('facts.registry.person.changed', registryFacts.PersonChanged, id, 1, {
    ...registryFacts.PersonChanged.decode(new Uint8Array()),
    id,
    name: id,
    phoneEncrypted: loadFieldCipher(testKeys(servers).fieldKeysFile).encrypt(phone),
    active: true,
    locale: 'zh-CN',
    ...more,
  });
  await until(async () => (await db.collection<{ _id: string }>('people').countDocuments({ _id: id })) === 1);
  return phone;
}
const task = (
  id: string,
  personIds: string[],
  more: Partial<taskingFacts.TaskChanged> = {},
): taskingFacts.TaskChanged => ({
  ...taskingFacts.TaskChanged.decode(new Uint8Array()),
  id,
  type: 'INSPECT',
  state: 'DISPATCHED',
  level: 'high',
  title: 'DA001 二氧化硫 小时均值疑似超标',
  enterpriseId: 'e1',
  enterpriseName: '某热电',
  assignees: personIds.map((personId, i) => ({ personId, role: i === 0 ? 'lead' : 'second' })),
  acceptBy: Date.parse('2026-11-18T10:00:00+08:00'),
  reportBy: Date.parse('2026-11-23T23:59:59+08:00'),
  ...more,
});
const tellTask = (verb: string, data: taskingFacts.TaskChanged, sequence = 2, id?: string) =>
  tell(`facts.tasking.task.${verb}`, taskingFacts.TaskChanged, data.id, sequence, data, id);

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
const noticesOf = async (personId: string): Promise<Notice[]> =>
  (await gateway.call('notifications.notice.list', {}, { as: user(personId) })).items;
const smsOf = async (personId: string) => (await noticesOf(personId))[0]?.deliveries.find((d) => d.channel === 'sms');
const smsIs = (personId: string, status: string) => until(async () => (await smsOf(personId))?.status === status);
/** Lets the waiting SMS of a person be due now. */
const passTime = async () => {
  const due = { subject: 'facts.notifications.delivery.due', publishAt: { $gt: Date.now() } };
  expect((await db.collection('outbox').updateMany(due, { $set: { publishAt: 1 } })).modifiedCount).toBe(1);
};

describe('domain.md 7: a task is told in-app and by SMS, with the receipt', () => {
  it('to both inspectors once, however often the fact comes; delivered when all parts are', async () => {
    const phone = await person('lead');
    await person('second', { locale: 'en' });
    const id = await tellTask('dispatched', task('t1', ['lead', 'second']));
    await tellTask('dispatched', task('t1', ['lead', 'second']), 2, id);
    await smsIs('lead', 'sent');
    await smsIs('second', 'sent');
    await tellTask('dispatched', task('t1', ['lead', 'second']), 2, id);
    await sleep(800);

    const [notice, ...others] = await noticesOf('lead');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({
      title: '新任务：DA001 二氧化硫 小时均值疑似超标',
      subject: { kind: 'task', id: 't1' },
      deliveries: [
        { channel: 'in-app', status: 'delivered' },
        {
          channel: 'sms',
          status: 'sent',
          attempts: 1,
          to: `138****${phone.slice(-4)}`,
          providerId: expect.stringMatching(/^M\d+$/),
        },
      ],
    });
    expect(smsc.of(phone)).toMatchObject([
      {
        text: '【生态环境监管】新任务（高）：某热电 DA001 二氧化硫 小时均值疑似超标。11-18 10:00前接单，11-23 23:59前提交。',
      },
    ]);
    expect((await noticesOf('second'))[0]?.title).toBe('New task: DA001 二氧化硫 小时均值疑似超标');

    const messageId = smsc.of(phone)[0]?.messageId ?? '';
    smsc.receipt(messageId, 'ENROUTE');
    smsc.receipt(messageId, 'DELIVRD');
    await smsIs('lead', 'delivered');
    await until(() => smsc.acknowledged.filter((m) => m === messageId).length === 2);
    smsc.receipt(messageId, 'EXPIRED');
    await until(() => smsc.acknowledged.filter((m) => m === messageId).length === 3);
    expect((await smsOf('lead'))?.status).toBe('delivered');
  });

  it('a long one goes in two parts that the phone joins, and is delivered with the second receipt', async () => {
    const phone = await person('long');
    smsc.receiptFirst = true;
    const title = '监'.repeat(60);
    await tellTask('dispatched', task('t2', ['long'], { title }));
    await smsIs('long', 'delivered');
    const parts = smsc.of(phone);
    expect(parts.map(({ part }) => part?.slice(1))).toEqual([
      [2, 1],
      [2, 2],
    ]);
    expect(parts[0]?.part?.[0]).toBe(parts[1]?.part?.[0]);
    expect(parts.map(({ text }) => text).join('')).toContain(title);
    expect(parts[0]?.text).toHaveLength(67);
  });

  it('the principal gets the alarm’s beginning and device', async () => {
    const phone = await person('boss', { enterpriseId: 'e1' });
    const startedAt = Date.parse('2026-11-18T09:00:00+08:00');
    const alarm = {
      ...rulesFacts.AlarmChanged.decode(new Uint8Array()),
      id: 'a1',
      code: 'EXC_H',
      level: 'high',
      startedAt,
    };
    const data = { ...alarm, outletId: 'o1', factor: 'a21026', enterpriseId: 'e1', active: true };
    await tell('facts.rules.alarm.raised', rulesFacts.AlarmChanged, 'a1', 1, data);
    await until(async () => (await db.collection('alarms').countDocuments()) === 1);
    const assignees = [{ personId: 'boss', role: 'principal' }];
    await tellTask('dispatched', task('t3', [], { type: 'EXPLAIN', alarmId: 'a1', assignees }));
    await smsIs('boss', 'sent');
    expect(
      smsc
        .of(phone)
        .map(({ text }) => text)
        .join(''),
    ).toMatch(
      /^【生态环境监管】报警从11-18 09:00开始，持续\d+分钟，涉及相关异常设备：DA001 锅炉废气排放口 二氧化硫等，请及时排查恢复，并于11-23 23:59前提交说明。$/,
    );
    expect((await smsOf('boss'))?.error).toBeUndefined();
  });

  it('a warning is for the enterprise alone, in-app', async () => {
    const alarm = { ...rulesFacts.AlarmChanged.decode(new Uint8Array()), id: 'w1', code: 'WARN_H', level: 'low' };
    const before = smsc.taken.length;
    await tell('facts.rules.alarm.raised', rulesFacts.AlarmChanged, 'w1', 1, {
      ...alarm,
      enterpriseId: 'e1',
      outletId: 'o1',
    });
    await until(async () => (await noticesOf('boss')).length === 2);
    expect((await noticesOf('boss'))[0]).toMatchObject({ subject: { kind: 'alarm', id: 'w1' }, level: 'low' });
    expect((await noticesOf('boss'))[0]?.deliveries.map(({ channel }) => channel)).toEqual(['in-app']);
    expect(smsc.taken.length).toBe(before);
  });

  it('phone numbers are nowhere in the records but encrypted', async () => {
    const rows = await Promise.all(['notices', 'people', 'audit'].map((name) => db.collection(name).find().toArray()));
    const told = (await db.collection('outbox').find().toArray()).map((row) => row.envelope.toString('latin1'));
    expect(told.length).toBeGreaterThan(5);
    expect(JSON.stringify(rows)).toContain('138****0001');
    expect(JSON.stringify([rows, told])).not.toMatch(/138000\d{5}/);
  });
});

describe('domain.md 7: what cannot be sent', () => {
  it('an SMSC that is away for a while loses nothing, doubles nothing, and holds up nothing in-app', async () => {
    const numbers = await Promise.all(Array.from({ length: 10 }, (_, i) => person(`away-${i}`)));
    await smsc.stop();
    for (let i = 0; i < 10; i++) await tellTask('dispatched', task(`away-${i}`, [`away-${i}`]));
    await until(async () => (await noticesOf('away-9')).length === 1);
    expect((await noticesOf('away-9'))[0]?.deliveries).toMatchObject([
      { status: 'delivered' },
      { status: 'queued', attempts: 0 },
    ]);
    await smsc.start();
    for (let i = 0; i < 10; i++) await smsIs(`away-${i}`, 'sent');
    await sleep(600);
    expect(numbers.map((phone) => smsc.of(phone).length)).toEqual(Array(10).fill(1));
  });

  it('a busy SMSC is left alone and the message tried again after a minute', async () => {
    const phone = await person('busy');
    smsc.behaviour = { refuse: 0x58 };
    await tellTask('dispatched', task('busy', ['busy']));
    await until(async () => (await smsOf('busy'))?.error === 'the SMSC refused it with status 0x58');
    expect(await smsOf('busy')).toMatchObject({ status: 'queued', attempts: 1 });
    const row = await db
      .collection('outbox')
      .findOne({ subject: 'facts.notifications.delivery.due', publishAt: { $gt: Date.now() } });
    expect(row?.publishAt).toBeGreaterThan(Date.now() + 55_000);
    smsc.behaviour = 'accept';
    await passTime();
    await smsIs('busy', 'sent');
    expect(smsc.of(phone)).toHaveLength(1);
  });

  it('an address the SMSC does not know is not tried again', async () => {
    await person('wrong');
    smsc.behaviour = { refuse: 0x0b };
    await tellTask('dispatched', task('wrong', ['wrong']));
    await smsIs('wrong', 'failed');
    expect((await smsOf('wrong'))?.error).toBe('the SMSC refused it with status 0xb');
  });

  it('nobody’s number: failed at once, in-app is there', async () => {
    await person('nophone', { phoneEncrypted: '' });
    await tellTask('dispatched', task('nophone', ['nophone']));
    await smsIs('nophone', 'failed');
    expect(await smsOf('nophone')).toMatchObject({ error: 'no-number' });
  });

  it('a receipt of failure: only the part that failed goes again', async () => {
    const phone = await person('part');
    await tellTask('dispatched', task('part', ['part'], { title: '监'.repeat(60) }));
    await smsIs('part', 'sent');
    const [first, second] = smsc.of(phone);
    smsc.receipt(first?.messageId ?? '', 'DELIVRD');
    smsc.receipt(second?.messageId ?? '', 'EXPIRED');
    await until(async () => (await smsOf('part'))?.error === 'the receipt says EXPIRED');
    await passTime();
    await until(() => smsc.of(phone).length === 3);
    expect(smsc.of(phone)[2]).toMatchObject({ part: second?.part, text: second?.text });
    await smsIs('part', 'sent');
    smsc.receipt(smsc.of(phone)[2]?.messageId ?? '', 'DELIVRD');
    await smsIs('part', 'delivered');
  });

  it('one SMS in 30 minutes about the same alert; in-app goes on', async () => {
    const phone = await person('capped');
    await tellTask('dispatched', task('capped', ['capped'], { alarmId: 'same' }));
    await smsIs('capped', 'sent');
    await tellTask('reminded', task('capped', ['capped'], { alarmId: 'same', remark: 'accept:reminder' }), 3);
    await until(async () => (await noticesOf('capped')).length === 2);
    await smsIs('capped', 'skipped');
    expect((await noticesOf('capped'))[0]?.body).toBe(
      '某热电：DA001 二氧化硫 小时均值疑似超标，“接单”时限即将到期，请尽快处理。',
    );
    expect(smsc.of(phone)).toHaveLength(1);
  });
});

describe('at most once, whoever is killed', () => {
  let killed: TestProcess;
  it('killed between submit_sm and its answer: unknown, seen, and not sent again', async () => {
    const phone = await person('killed');
    await running?.stop();
    running = undefined;
    smsc.behaviour = 'silent';
    killed = await startTestProcess({
      script: 'services/notifications/dist/main.js',
      environment: environment() as Record<string, string>,
    });
    await tellTask('dispatched', task('killed', ['killed']));
    await until(() => smsc.of(phone).length === 1, 30_000);
    await killed.kill();
    smsc.behaviour = 'accept';
    await start();
    const status = async () => (await smsOf('killed').catch(() => undefined))?.status;
    await until(async () => (await status()) === 'unknown', 25_000);
    // Until the broker misses its heart-beat it also asks the dead process, taking turns: two answers in a row are of the living.
    await until(async () => (await status()) === 'unknown' && (await status()) === 'unknown');
    expect((await smsOf('killed'))?.error).toContain('may or may not have been sent');
    await sleep(1_500);
    expect(smsc.of(phone)).toHaveLength(1);
  }, 90_000);

  it('the link breaks before the answer: unknown at once', async () => {
    const phone = await person('broken');
    smsc.behaviour = 'silent';
    await tellTask('dispatched', task('broken', ['broken']));
    await until(() => smsc.of(phone).length === 1);
    await smsc.stop();
    await smsc.start();
    smsc.behaviour = 'accept';
    await smsIs('broken', 'unknown');
    await until(() => smsc.binds > 3);
    expect(smsc.of(phone)).toHaveLength(1);
  });

  it('claimed by one that died before anything left: sent by the next', async () => {
    const phone = await person('claimed');
    smsc.behaviour = 'accept';
    await running?.stop();
    running = undefined;
    const now = Date.now();
    // What a process leaves behind that is killed right after its claim.
    await db.collection<{ _id: string }>('notices').insertOne({
      _id: newId(),
      sequence: 1,
      factId: 'f',
      recipientPersonId: 'claimed',
      template: 'assigned',
      title: 't',
      body: 'b',
      subject: { kind: 'task', id: 'claimed' },
      alertId: 'claimed',
      level: 'high',
      createdAt: now,
      divisionPath: DIVISIONS,
      sms: {
        status: 'sending',
        at: now,
        attempts: 0,
        priority: 2,
        text: 'x',
        parts: [{ text: 'x', status: 'new' }],
        claim: 'dead',
        claimedAt: now - 5_000,
      },
    } as never);
    await start();
    await until(() => smsc.of(phone).length === 1);
    await until(async () => (await smsOf('claimed').catch(() => undefined))?.status === 'sent');
  }, 30_000);
});

describe('actions and live facts', () => {
  it('only the recipient sees and reads a notice; reading is told once', async () => {
    await until(async () => (await noticesOf('lead').catch(() => [])).length === 1);
    const [notice] = (await noticesOf('lead')) as [Notice];
    await expect(
      gateway.call('notifications.notice.read', { id: notice.id }, { as: user('second') }),
    ).rejects.toMatchObject({ status: 404 });
    const read = await gateway.call('notifications.notice.read', { id: notice.id }, { as: user('lead') });
    const again = await gateway.call('notifications.notice.read', { id: notice.id }, { as: user('lead') });
    expect(read.readAt).toBe(again.readAt);
    expect(read.deliveries[0]).toMatchObject({ channel: 'in-app', status: 'read' });
    expect((await gateway.call('notifications.notice.list', { unread: true }, { as: user('lead') })).items).toEqual([]);
    const told = (
      await db.collection('outbox').find({ subject: 'facts.notifications.notice.changed' }).sort({ _id: 1 }).toArray()
    )
      .map((row) => fact.Envelope.decode(row.envelope.buffer))
      .filter(({ entity }) => entity === notice.id)
      .map(({ sequence, data }) => [
        sequence,
        notificationsFacts.NoticeChanged.decode(data).deliveries.map((d) => d.status),
      ]);
    expect(told).toEqual([
      [1, ['delivered', 'queued']],
      [2, ['delivered', 'sent']],
      [3, ['delivered', 'delivered']],
      [4, ['read', 'delivered']],
    ]);
  });

  it('who was told of a task, for the authority of its division only', async () => {
    const of = (division: string) =>
      gateway.call('notifications.notice.ofSubject', { kind: 'task', id: 't1' }, { as: user('x', { division }) });
    expect((await of('330483')).map((n) => n.recipientPersonId)).toEqual(['lead', 'second']);
    expect(await of('330000')).toHaveLength(2);
    expect(await of('331002')).toEqual([]);
  });

  it('an account without a person has no notices', async () => {
    const as = user('x', { personId: undefined });
    expect((await gateway.call('notifications.notice.list', {}, { as })).items).toEqual([]);
  });
});
