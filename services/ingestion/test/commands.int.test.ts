import type { Command, CommandParams, CommandState } from '@greenwatch/contracts';
import { registryFacts } from '@greenwatch/contracts';
import { formatDataTime, type Packet } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type Caller, type Client, connectClient, type RunningService, runService } from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { ingestionService } from '../src/ingestion.service';
import { AnsweringDevice, deaf, obedient } from './answering-device';

const HOUR = 3_600_000;
const HOUR_NOW = Math.floor(Date.now() / HOUR) * HOUR;
const KEY = '0123456789abcdef';
const supervisor: Caller = {
  kind: 'user',
  id: 'user-1',
  name: 'Wang',
  roles: ['supervisor'],
  division: '330483',
  scopes: [],
};

let servers: TestServers;
let mongo: MongoClient;
let db: Db;
let client: Client;
let here: RunningService;
let port: number;
let other: TestProcess;
let otherPort: number;
const open: AnsweringDevice[] = [];

const environment = (instance: string, hj212: number) =>
  serviceEnvironment(servers, 'ingestion', {
    INSTANCE: instance,
    HJ212_PORT: String(hj212),
    HJ212_OVERTIME_S: '2',
    HJ212_RESENDS: '2',
    GAP_DAYS: '0',
  }) as Record<string, string>;

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_ingestion`);
  port = await choosePort();
  otherPort = await choosePort();
  const health = await choosePort();
  here = await runService(ingestionService, environment('here', port));
  other = await startTestProcess({
    script: 'services/ingestion/dist/main.js',
    environment: { ...environment('other', otherPort), HEALTH_PORT: String(health) },
    readyAt: `http://127.0.0.1:${health}`,
  });
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion'] });
  for (let i = 0; i < 16; i++) await register(`M${i}`, '2017');
  await register('K1', '2025');
  await factsHandled(client, 'ingestion');
}, 90_000);
afterAll(async () => {
  for (const device of open) device.socket.destroy();
  await client?.close();
  await other?.stop();
  await here?.stop();
  await mongo?.close();
  await servers?.stop();
}, 60_000);

async function register(mn: string, edition: string): Promise<void> {
  const empty = registryFacts.DeviceChanged.decode(new Uint8Array());
  const data = { ...empty, mn, status: 'active', edition, missingFlagValid: true };
  await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, data, {
    divisionPath: ['330000', '330400', '330483'],
    enterpriseId: 'E1',
  });
}

async function device(
  mn: string,
  habit = obedient(),
  at = port,
  more: Parameters<typeof AnsweringDevice.open>[3] = {},
) {
  const opened = await AnsweringDevice.open(at, mn, habit, more);
  open.push(opened);
  // Keys set through another instance are known here within seconds; until then it sends again, as devices do.
  const again = setInterval(() => opened.write(opened.upload('2011', Date.now())), 1_000);
  await until(() => opened.of('9014').length > 0).finally(() => clearInterval(again));
  return opened;
}

const ask = (mn: string, command: string, params: CommandParams = {}, more: { validSeconds?: number } = {}) =>
  client.call('ingestion.command.ask', { mn, command, params, ...more }, { as: supervisor });
/** An instance that was killed is called in vain until its heart-beat is missed. */
const get = (id: string) =>
  until(() => client.call('ingestion.command.get', { id }, { as: supervisor }).catch(() => undefined), 40_000);
const becomes = async (id: string, state: CommandState, within = 25_000): Promise<Command> => {
  await until(
    () => db.collection('commands').findOne({ _id: id as never, state }),
    within,
    () => state,
  );
  return get(id);
};
const states = ({ steps }: Command) => steps.map(({ state }) => state);

describe('commands to devices', () => {
  it('6.2: asks for the time, over whichever instance holds the device, and keeps who asked', async () => {
    const time = formatDataTime(Date.now());
    const answer = obedient((request, self) => [self.reply(request, '1011', `SystemTime=${time}`)]);
    await device('M0', answer);
    await device('M1', answer, otherPort);
    for (const mn of ['M0', 'M1']) {
      const { id, state } = await ask(mn, 'get-time');
      expect(state).toBe('queued');
      const done = await becomes(id, 'done');
      expect(states(done)).toEqual(['queued', 'sent', 'accepted', 'done']);
      expect(done).toMatchObject({ cn: '1011', sends: 1, packets: 1, qnRtn: 1, exeRtn: 1 });
      expect(done.answers).toEqual([`SystemTime=${time}`]);
      expect(done.askedBy).toEqual({ kind: 'user', id: 'user-1', name: 'Wang' });
      const entry = await db.collection('audit').findOne({ entity: id });
      expect(entry).toMatchObject({ action: 'command.ask', by: { id: 'user-1' }, detail: { mn, cn: '1011' } });
    }
  });

  it('annex C 2061: history between two times; what comes by itself meanwhile does not count', async () => {
    const hours = [3, 2].map((ago) => HOUR_NOW - ago * HOUR);
    const logger = await device(
      'M2',
      obedient((request, self) =>
        request.cn === '2061'
          ? [self.upload('2061', HOUR_NOW - HOUR), ...hours.map((hour) => self.upload('2061', hour))]
          : [],
      ),
    );
    const range = {
      beginTime: new Date(hours[0] ?? 0).toISOString(),
      endTime: new Date(HOUR_NOW - HOUR - 1_000).toISOString(),
    };
    const { id } = await ask('M2', 'get-hours', range);
    const done = await becomes(id, 'done');
    expect(done).toMatchObject({ packets: 2, answers: [] });
    const [request] = logger.of('2061');
    expect(request?.cp).toContain(`BeginTime=${formatDataTime(hours[0] ?? 0)}`);
    expect(request?.cp).toContain(`EndTime=${formatDataTime(HOUR_NOW - HOUR - 1_000)}`);
    expect(request?.flag).toBe(5);
    // With the password that the device has, whatever the registry says meanwhile.
    expect(request?.pw).toBe('123456');
    // All three are data, acknowledged when they are stored.
    await until(() => logger.of('9014').length === 4);
  });

  it('table 7: QnRtn 3 refuses it, and says why', async () => {
    await device('M3', (request, self) => (request.cn === '1061' ? [self.reply(request, '9011', 'QnRtn=3')] : []));
    const refused = await becomes((await ask('M3', 'get-realtime-interval')).id, 'refused');
    expect(refused).toMatchObject({ qnRtn: 3, reason: 'QnRtn 3: wrong PW' });
  });

  it('6.1: no 9011: sent three times under one QN, then the silent link is closed', async () => {
    const logger = await device('M4', deaf);
    const { id } = await ask('M4', 'get-realtime-interval');
    const over = await becomes(id, 'timed-out');
    expect(over.sends).toBe(3);
    const sent = logger.of('1061');
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ qn }) => qn)).size).toBe(1);
    await until(() => logger.closed);
  });

  it('6.1: a device that answers nothing but sends its data keeps its link', async () => {
    const logger = await device('M5', deaf);
    const beat = setInterval(() => logger.write(logger.upload('2011', Date.now())), 200);
    await becomes((await ask('M5', 'get-realtime-interval')).id, 'timed-out');
    clearInterval(beat);
    expect(logger.closed).toBe(false);
  });

  it('6.2: 9011 and then nothing: failed, without a resend', async () => {
    const logger = await device('M6', (request, self) =>
      request.cn === '3012' ? [self.reply(request, '9011', 'QnRtn=1')] : [],
    );
    const over = await becomes((await ask('M6', 'sample', { polId: 'w01018' })).id, 'timed-out');
    expect(over).toMatchObject({ sends: 1, reason: 'no data and no 9012 within 2 s' });
    expect(logger.of('3012')).toHaveLength(1);
  });

  it('waits for a device that is away; expires where it does not come', async () => {
    const { id } = await ask('M7', 'get-realtime-interval', {}, { validSeconds: 60 });
    const late = await ask('M8', 'get-realtime-interval', {}, { validSeconds: 1 });
    await becomes(late.id, 'expired');
    expect((await get(id)).state).toBe('queued');
    await device('M7');
    await becomes(id, 'done');
    await device('M8');
    expect((await get(late.id)).sends).toBe(0);
  });

  it('one at a time, in the order in which they were asked', async () => {
    const asked: Command[] = [];
    for (const name of ['get-minute-interval', 'get-realtime-interval', 'get-time']) asked.push(await ask('M9', name));
    const logger = await device('M9');
    for (const { id } of asked) await becomes(id, 'done');
    const cns = logger.requests.map(({ cn }) => cn).filter((cn) => !cn.startsWith('90'));
    expect(cns).toEqual(['1063', '1061', '1011']);
  });

  it('a stranger on another connection cannot answer for a device', async () => {
    const logger = await device('M12', deaf);
    const stranger = await device('M13', deaf);
    const { id } = await ask('M12', 'get-realtime-interval');
    const request = await until(() => logger.of('1061')[0]);
    stranger.write(logger.reply(request, '9011', 'QnRtn=1'));
    stranger.write(logger.reply(request, '9012', 'ExeRtn=1'));
    await becomes(id, 'timed-out');
  });

  it('6.6.4: 1013 asks for the time: 9013, then 1012 with the time of now', async () => {
    const logger = await device('M14');
    logger.write(`QN=20261122120000001;ST=32;CN=1013;PW=123456;MN=M14;Flag=5;CP=&&PolId=w01018&&`);
    const set = await until(() => logger.of('1012')[0]);
    expect(logger.of('9013')).toHaveLength(1);
    expect(set.cp).toMatch(/^PolId=w01018;SystemTime=20\d{12}$/);
    const { items } = await client.call('ingestion.command.list', { mn: 'M14' }, { as: supervisor });
    expect(items[0]).toMatchObject({ command: 'set-time', cause: 'clock', askedBy: { id: 'service:ingestion' } });
  });

  it('a secret is in the frame alone: not in lists, facts or the audit', async () => {
    const logger = await device('M15');
    const { id } = await ask('M15', 'set-password', { newPw: 'S3cret' });
    const done = await becomes(id, 'done');
    expect(logger.of('1072')[0]?.cp).toBe('NewPW=S3cret');
    expect(JSON.stringify(done)).not.toContain('S3cret');
    for (const name of ['commands', 'audit', 'outbox']) {
      const rows = await db.collection(name).find().toArray();
      expect(JSON.stringify(rows.map((row) => ({ ...row, envelope: row.envelope?.toString('latin1') })))).not.toContain(
        'S3cret',
      );
    }
  });

  it('HJ 212-2025 1014: a device that asks gets a new key under the old one, and both are good until it uses it', async () => {
    await client.call('ingestion.key.set', { mn: 'K1', key: KEY }, { as: supervisor });
    const logger = await device('K1', obedient(), port, { edition: '2025', key: KEY });
    logger.write('QN=20261122120000001;ST=32;CN=1014;PW=123456;MN=K1;Flag=9;CP=&&SKCreateTime=20261122120000000&&');
    const request = await until(() => logger.of('1014')[0]);
    const key = /NewSK=(.{16})/.exec(request.cp)?.[1] ?? '';
    expect(key).not.toBe(KEY);
    const [asked] = (await client.call('ingestion.command.list', { mn: 'K1' }, { as: supervisor })).items;
    await becomes(asked?.id ?? '', 'done');
    expect(JSON.stringify(await db.collection('device_keys').find().toArray())).not.toContain(key);
    logger.key = key;
    const before = logger.of('9014').length;
    logger.write(logger.upload('2011', Date.now()));
    await until(() => logger.of('9014').length === before + 1);
    logger.key = KEY;
    logger.write(logger.upload('2011', Date.now() + 1_000));
    await until(() => logger.of('9014').length === before + 2);
  }, 60_000);

  it('can be taken back while it waits, and not afterwards; others cannot see it', async () => {
    const { id } = await ask('M8', 'get-realtime-interval');
    await becomes(id, 'done');
    await expect(client.call('ingestion.command.cancel', { id }, { as: supervisor })).rejects.toMatchObject({
      status: 409,
    });
    const away = await ask('M4', 'get-realtime-interval');
    expect((await client.call('ingestion.command.cancel', { id: away.id }, { as: supervisor })).state).toBe(
      'cancelled',
    );
    const stranger = { ...supervisor, division: '331002' };
    await expect(client.call('ingestion.command.get', { id }, { as: stranger })).rejects.toMatchObject({ status: 404 });
    await expect(
      client.call('ingestion.command.ask', { mn: 'M8', command: 'get-time' }, { as: stranger }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it.each<[string, CommandParams, string]>([
    ['no-such-thing', {}, 'command'],
    ['set-realtime-interval', { rtdInterval: 10 }, 'params.rtdInterval'],
    ['get-hours', { beginTime: 'yesterday', endTime: '2026-01-01T00:00:00Z' }, 'params.beginTime'],
    ['get-hours', { beginTime: '2026-01-01T00:00:00Z' }, 'params.endTime'],
    ['get-realtime-interval', { polId: 'w01018' }, 'params.polId'],
  ])('%s %j: the error names %s', async (command, params, field) => {
    await expect(ask('M0', command, params)).rejects.toMatchObject({ status: 422, detail: { errors: [{ field }] } });
  });

  it('what changes a device is for supervisors', async () => {
    const officer = { ...supervisor, roles: ['officer' as const] };
    const set = client.call('ingestion.command.ask', { mn: 'M0', command: 'set-time' }, { as: officer });
    await expect(set).rejects.toMatchObject({ status: 403 });
  });

  it('kill -9 of the instance that held them: one is taken up under the same QN, one ends with its reason', async () => {
    const halfway = (request: Packet, self: AnsweringDevice) =>
      request.cn === '3012' ? [self.reply(request, '9011', 'QnRtn=1')] : [];
    const first = await device('M10', deaf, otherPort);
    await device('M11', halfway, otherPort);
    const unanswered = await ask('M10', 'get-realtime-interval');
    const begun = await ask('M11', 'sample', { polId: 'w01018' });
    await until(() => first.of('1061').length > 0);
    await until(() => db.collection('commands').findOne({ _id: begun.id as never, state: 'accepted' }));
    await other.kill();
    const next = await device('M10');
    const done = await becomes(unanswered.id, 'done', 20_000);
    expect(done.sends).toBeGreaterThan(1);
    expect(next.of('1061')[0]?.qn).toBe(first.of('1061')[0]?.qn);
    const over = await becomes(begun.id, 'timed-out', 20_000);
    expect(over.reason).toBe('no data and no 9012 within 2 s');
  }, 90_000);
});
