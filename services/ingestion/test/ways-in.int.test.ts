import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type Backfill, ingestionGrpc, type Refusal, type readingsLog, registryFacts } from '@greenwatch/contracts';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import { choosePort, ensureSecrets, issuers, natsUsers } from '@greenwatch/infra';
import {
  type Caller,
  type Client,
  connectClient,
  grpcMetadata,
  loadFieldCipher,
  type RunningService,
  readBatch,
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
import { credentials } from '@grpc/grpc-js';
import ExcelJS from 'exceljs';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { ingestionService } from '../src/ingestion.service';

/** Every way in beside TCP, against a nats-server with the system's own users and its MQTT listener. */

const secrets = ensureSecrets(mkdtempSync(path.join(tmpdir(), 'ways-in-')), issuers);
const COUNTY = ['330000', '330400', '330483'];
const HOUR = 3_600_000;
const now = Math.floor(Date.now() / HOUR) * HOUR;
const iso = (time: number) => new Date(time).toISOString();

let servers: TestServers;
let service: RunningService;
let client: Client;
let registry: Client;
let grpcPort: number;
const clients: MqttClient[] = [];

const urlOf = (issuer: string) =>
  servers.natsUrl.replace('://', `://${issuer}:${secrets.natsLogins[issuer]?.current.password}@`);
const environment = (more: Record<string, string> = {}) =>
  serviceEnvironment(servers, 'ingestion', {
    NATS_URL: urlOf('ingestion'),
    MQTT_ISSUER_SEED_FILE: secrets.mqttSeedFile,
    HJ212_PORT: '0',
    GRPC_PORT: String(grpcPort),
    ...more,
  });

beforeAll(async () => {
  servers = await testServers({ natsUsers: natsUsers(secrets.natsLogins), mqttIssuer: secrets.mqttIssuer });
  grpcPort = await choosePort();
  service = await runService(ingestionService, environment());
  const join = (issuer: string, services: string[]) =>
    connectClient({ ...asIssuer(servers, issuer), natsUrl: urlOf(issuer), services });
  // The gateway may speak for people and API keys.
  client = await join('gateway', ['ingestion']);
  registry = await join('registry', []);
  for (const mn of ['METER1', 'CAM1', 'AIR1', 'WATER1', 'LOGGER1', 'HISTORY1']) await register(mn);
  await register('ELSEWHERE1', { divisionPath: ['330000', '331000', '331002'] });
  await register('RETIRED1', { status: 'retired' });
  await factsHandled(client, 'ingestion');
}, 60_000);

afterAll(async () => {
  for (const one of clients) one.end(true);
  await client?.close();
  await registry?.close();
  await service?.stop();
  await servers?.stop();
}, 30_000);

const sequences = new Map<string, number>();
async function register(
  mn: string,
  { divisionPath = COUNTY, ...change }: Partial<registryFacts.DeviceChanged> & { divisionPath?: string[] } = {},
): Promise<void> {
  const sequence = (sequences.get(mn) ?? 0) + 1;
  sequences.set(mn, sequence);
  const { encrypt } = loadFieldCipher(testKeys(servers).fieldKeysFile);
  await tellFact(
    registry,
    'facts.registry.device.changed',
    registryFacts.DeviceChanged,
    mn,
    sequence,
    {
      mn,
      status: 'active',
      passwordEncrypted: encrypt(`secret-${mn}`),
      addresses: [],
      edition: '2017',
      missingFlagValid: true,
      operatorId: '',
      bindings: [],
      facilities: [],
      ppmFactors: [],
      ...change,
    },
    { divisionPath },
  );
}

async function profile(id: string, category: string, payload: registryFacts.PayloadMapping, mn: string): Promise<void> {
  const data = { id, name: id, category, payload, dialect: undefined };
  const told = await tellFact(registry, 'facts.registry.profile.changed', registryFacts.ProfileChanged, id, 2, data);
  await tellFact(registry, 'facts.registry.profile.changed', registryFacts.ProfileChanged, id, 2, data, { id: told });
  // An older one that comes late changes nothing.
  const older = { ...data, payload: undefined };
  await tellFact(registry, 'facts.registry.profile.changed', registryFacts.ProfileChanged, id, 1, older);
  await register(mn, { profileId: id });
  await factsHandled(client, 'ingestion');
}

const item = (change: Partial<registryFacts.PayloadItem> & Pick<registryFacts.PayloadItem, 'path' | 'factor'>) => ({
  ...{ field: 'Rtd', scale: 1, offset: 0, words: {} },
  ...change,
});

async function device(mn: string, options: IClientOptions = {}): Promise<MqttClient> {
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${servers.mqttPort}`, {
    ...{ username: mn, password: `secret-${mn}`, clientId: mn, protocolVersion: 4, reconnectPeriod: 200 },
    ...options,
  });
  clients.push(mqtt);
  return mqtt;
}

/** Resolves with the PUBACK. */
const publish = (mqtt: MqttClient, topic: string, message: unknown) =>
  mqtt.publishAsync(
    topic,
    typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    {
      qos: 1,
    },
  );

async function onTheLog(mn: string): Promise<readingsLog.Packet[]> {
  const found: readingsLog.Packet[] = [];
  const { state } = await client.nats.jsm.streams.info('READINGS');
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
    const stored = await client.nats.jsm.streams.getMessage('READINGS', { seq });
    if (stored) found.push(...readBatch(stored.data).packets.filter((packet) => packet.mn === mn));
  }
  return found;
}
const logged = (mn: string, count = 1) =>
  until(async () => {
    const packets = await onTheLog(mn);
    return packets.length >= count && packets;
  });

async function refusalsOf(mn: string): Promise<Refusal[]> {
  return (await client.call('ingestion.refusal.list', { mn })).items;
}
const refusal = (mn: string, reason: Refusal['reason'], way: Refusal['way']) =>
  until(async () => (await refusalsOf(mn)).find((one) => one.reason === reason && one.way === way));

const key = (change: Partial<Caller> = {}): Caller => ({
  ...{ kind: 'api-key', id: 'api-key:1', name: 'a station', roles: ['viewer', 'data-source'], division: '330483' },
  scopes: ['readings:write'],
  ...change,
});
const administrator: Caller = { ...key(), kind: 'user', id: 'admin', roles: ['administrator'], scopes: [] };

const hour = (mn: string, dataTime: number, values = { w01018: { Avg: '12.30', Flag: 'N' } }) => ({
  ...{ mn, kind: 'hour', dataTime: iso(dataTime), values },
});

describe('MQTT', () => {
  it('3.1.1, QoS 1: readings go on the log with their exact text; the raw message is kept', async () => {
    const mqtt = await device('LOGGER1');
    const sent = { kind: 'hour', dataTime: iso(now), values: { w01018: { Avg: '12.30', Flag: 'N' } } };
    await publish(mqtt, 'devices/LOGGER1/readings', sent);
    const [packet] = await logged('LOGGER1');
    expect(packet).toMatchObject({ kind: 3, dataTime: now, fields: 'w01018-Avg=12.30,w01018-Flag=N' });
    expect(Buffer.from(packet?.raw ?? []).toString()).toBe(JSON.stringify(sent));
  });

  it('HJ 212 frames as over TCP, several in a message; one with a wrong CRC is refused by its cause', async () => {
    const mqtt = await device('LOGGER1', { clientId: 'LOGGER1-frames' });
    const frame = (time: number) =>
      buildFrame(
        `ST=32;CN=2061;PW=;MN=LOGGER1;Flag=4;CP=&&DataTime=${formatDataTime(time)};w01018-Avg=7.0,w01018-Flag=N&&`,
      );
    const bad = Buffer.from(frame(now - HOUR));
    bad.write('0000', bad.length - 6, 'latin1');
    await publish(mqtt, 'devices/LOGGER1/frames', Buffer.concat([frame(now - HOUR), bad, frame(now - 2 * HOUR)]));
    const packets = await logged('LOGGER1', 3);
    expect(packets.map(({ dataTime }) => dataTime)).toEqual(expect.arrayContaining([now - HOUR, now - 2 * HOUR]));
    await refusal('LOGGER1', 'crc', 'mqtt');
  });

  it.each([
    ['a wrong password', 'LOGGER1', { password: 'guessed' }, 'wrong-password'],
    ['an unknown MN', 'NOBODY1', {}, 'unknown-device'],
    ['a retired device', 'RETIRED1', {}, 'unknown-device'],
    ["another device's client id", 'METER1', { clientId: 'LOGGER1' }, 'structure'],
  ] as const)('%s does not log in, and is kept among the refusals', async (_what, mn, options, reason) => {
    await expect(device(mn, { ...options, reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
    expect(await refusal(mn, reason, 'mqtt')).toMatchObject({ raw: '' });
  });

  it("a device reaches its own topics only, and hears nobody else's", async () => {
    const mqtt = await device('METER1');
    await expect(mqtt.subscribeAsync('facts/#')).rejects.toThrow();
    const before = (await onTheLog('LOGGER1')).length;
    await publish(mqtt, 'devices/LOGGER1/readings', hour('LOGGER1', now - 5 * HOUR));
    await publish(mqtt, 'devices/METER1/readings', {
      kind: 'hour',
      dataTime: iso(now),
      values: { d20101: { Cou: 3 } },
    });
    await logged('METER1');
    expect(await onTheLog('LOGGER1')).toHaveLength(before);
  });

  it.each([
    ['no JSON', 'readings', 'hello', 'structure', /not JSON/],
    ['a topic of no form', 'other', '{}', 'structure', /devices\/<MN>\/frames/],
    [
      'a value that is none',
      'readings',
      { kind: 'hour', dataTime: iso(now), values: { w01018: { Avg: 'x' } } },
      'value',
      /w01018-Avg/,
    ],
    [
      'a time to come',
      'readings',
      { kind: 'hour', dataTime: iso(now + 9 * HOUR), values: { w01018: { Avg: '1' } } },
      'data-time',
      /ahead/,
    ],
  ] as const)('%s: PUBACK, and refused by its cause', async (_what, form, message, reason, detail) => {
    const mqtt = await device('AIR1');
    await publish(mqtt, `devices/AIR1/${form}`, message);
    await until(async () => {
      const { items } = await client.call('ingestion.refusal.list', { reason });
      return items.some((one) => one.way === 'mqtt' && detail.test(one.detail));
    });
    mqtt.end(true);
  });

  it('a PUBACK is kept: what is acknowledged while no ingestion runs reaches the log when one does', async () => {
    const mqtt = await device('WATER1');
    await service.stop();
    const moments = Array.from({ length: 20 }, (_, i) => now - i * HOUR);
    for (const dataTime of moments) {
      await publish(mqtt, 'devices/WATER1/readings', {
        kind: 'hour',
        dataTime: iso(dataTime),
        values: { w01009: { Avg: '8.1' } },
      });
    }
    // Nobody lets anybody in meanwhile.
    await expect(device('LOGGER1', { clientId: 'LOGGER1-late', reconnectPeriod: 0 })).rejects.toThrow();
    await servers.restartNats();
    service = await runService(ingestionService, environment());
    const packets = await logged('WATER1', moments.length);
    expect(new Set(packets.map(({ dataTime }) => dataTime))).toEqual(new Set(moments));
    await until(async () => (await client.nats.jsm.streams.info('$MQTT_msgs')).state.messages === 0);
    await client.nats.jsm.consumers.info('$MQTT_msgs', 'ingestion');
  }, 60_000);

  it('no room: no PUBACK; what has one is on the log, and the rest when it is sent again', async () => {
    const moments = Array.from({ length: 30 }, (_, i) => now - (200 + i) * HOUR);
    const send = (mqtt: MqttClient, dataTime: number) =>
      publish(mqtt, 'devices/WATER1/readings', {
        ...{ kind: 'hour', dataTime: iso(dataTime), values: { w01009: { Avg: '8.2' } } },
      });
    const stored = async () => new Set((await onTheLog('WATER1')).map(({ dataTime }) => dataTime));
    const mqtt = await device('WATER1', { clientId: 'WATER1-full', reconnectPeriod: 0 });
    await service.stop();
    await client.nats.jsm.streams.update('$MQTT_msgs', { max_bytes: 2_000 });
    const acknowledged: number[] = [];
    for (const moment of moments) {
      // nats-server closes the connection when it cannot store; the client then answers nothing or an error.
      void send(mqtt, moment).then(
        () => acknowledged.push(moment),
        () => {},
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    mqtt.end(true);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.length).toBeLessThan(moments.length);
    service = await runService(ingestionService, environment());
    await until(async () => {
      const there = await stored();
      return acknowledged.every((moment) => there.has(moment));
    });
    const again = await device('WATER1', { clientId: 'WATER1-full' });
    for (const moment of moments) if (!acknowledged.includes(moment)) await send(again, moment);
    await until(async () => {
      const there = await stored();
      return moments.every((moment) => there.has(moment));
    });
  }, 60_000);
});

describe('device profiles: a new make is data, not code', () => {
  it('an electricity meter: seconds since 1970, Wh to kWh', async () => {
    await profile(
      'meter-x',
      'electricity-meter',
      {
        ...{ kind: 'realtime', each: '', timePath: 'ts', timeFormat: 's' },
        items: [
          item({ path: 'p.total', factor: 'd20101', scale: 0.001 }),
          item({ path: 'e', factor: 'd20101', field: 'Cou', scale: 0.001 }),
        ],
      },
      'METER1',
    );
    const mqtt = await device('METER1', { clientId: 'METER1-own' });
    await publish(mqtt, 'devices/METER1/readings', { ts: (now - 2 * HOUR) / 1000, p: { total: 12_345 }, e: 7_654_321 });
    const packets = await logged('METER1', 2);
    expect(packets.find(({ dataTime }) => dataTime === now - 2 * HOUR)).toMatchObject({
      kind: 1,
      fields: 'd20101-Rtd=12.345,d20101-Cou=7654.321',
    });
  });

  it("a camera's analytic events: a list of them, words to numbers, text kept", async () => {
    await profile(
      'camera-x',
      'camera',
      {
        ...{ kind: 'realtime', each: 'events', timePath: 'at', timeFormat: 'iso' },
        items: [
          item({ path: 'type', factor: 'v10001', words: { 'black-smoke': '1', fire: '2' } }),
          item({ path: 'type', factor: 'v10001', field: 'Info' }),
          item({ path: 'ringelmann', factor: 'v10002' }),
        ],
      },
      'CAM1',
    );
    const mqtt = await device('CAM1');
    await publish(mqtt, 'devices/CAM1/readings', {
      events: [
        { type: 'black-smoke', at: iso(now - 60_000), ringelmann: 2 },
        { type: 'fire', at: iso(now - 30_000) },
      ],
    });
    expect((await logged('CAM1', 2)).map(({ fields }) => fields).sort()).toEqual([
      'v10001-Rtd=1,v10001-Info=black-smoke;v10002-Rtd=2',
      'v10001-Rtd=2,v10001-Info=fire',
    ]);
    await publish(mqtt, 'devices/CAM1/readings', { events: [{ type: 'rain', at: iso(now) }] });
    expect(await refusal('CAM1', 'value', 'mqtt')).toMatchObject({
      detail: expect.stringMatching(/payload.events.0.type.*black-smoke, fire/),
    });
  });

  it('air and water stations: local time, flags from words; the same by HTTP', async () => {
    const mapping = (factor: string) => ({
      ...{ kind: 'hour', each: '', timePath: 'time', timeFormat: 'local' },
      items: [
        item({ path: 'v', factor, field: 'Avg' }),
        item({ path: 'status', factor, field: 'Flag', words: { ok: 'N', calibrating: 'C' } }),
      ],
    });
    await profile('air-x', 'air-station', mapping('a05024'), 'AIR1');
    await profile('water-x', 'water-station', mapping('w01009'), 'WATER1');
    const local = (time: number) => formatDataTime(time).replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3 $4:$5:$6');
    const at = now - 100 * HOUR;
    const { results } = await client.call(
      'ingestion.upload.push',
      {
        uploads: [
          { mn: 'AIR1', payload: { time: local(at), v: '86.0', status: 'ok' } },
          { mn: 'WATER1', payload: { time: local(at), v: '7.90', status: 'calibrating' } },
          { mn: 'HISTORY1', payload: {} },
        ],
      },
      { as: key() },
    );
    expect(results).toMatchObject([
      { status: 'accepted' },
      { status: 'accepted' },
      { status: 'refused', reason: 'structure', detail: expect.stringContaining('no profile') },
    ]);
    expect((await onTheLog('AIR1')).at(-1)).toMatchObject({ dataTime: at, fields: 'a05024-Avg=86.0,a05024-Flag=N' });
    expect((await onTheLog('WATER1')).at(-1)).toMatchObject({ dataTime: at, fields: 'w01009-Avg=7.90,w01009-Flag=C' });
  });
});

describe('HTTP batch', () => {
  it('says of each upload what became of it; refusals are kept with the way and the key', async () => {
    const answer = await client.call(
      'ingestion.upload.push',
      {
        uploads: [
          hour('HISTORY1', now),
          hour('NOBODY1', now),
          // Another county's device is as unknown to this key as one that is not there.
          hour('ELSEWHERE1', now),
          { ...hour('HISTORY1', now), kind: 'weekly' },
          { ...hour('HISTORY1', now), dataTime: '2026-01-01 08:00' },
          { ...hour('HISTORY1', now), values: { 'w01018;CN=2011': { Avg: '1' } } },
          { ...hour('HISTORY1', now), values: { w01018: { Avg: '1,w01019-Avg=2' } } },
          { ...hour('HISTORY1', now), dataTime: '1999-12-31T00:00:00Z' },
        ],
      },
      { as: key() },
    );
    expect(answer).toMatchObject({ accepted: 1, refused: 7 });
    expect(answer.results.map(({ index, status, reason }) => [index, status, reason])).toEqual([
      [0, 'accepted', undefined],
      [1, 'refused', 'unknown-device'],
      [2, 'refused', 'unknown-device'],
      [3, 'refused', 'structure'],
      [4, 'refused', 'data-time'],
      [5, 'refused', 'value'],
      [6, 'refused', 'value'],
      [7, 'refused', 'data-time'],
    ]);
    expect(await refusal('HISTORY1', 'data-time', 'http')).toMatchObject({ address: 'api-key:1' });
    expect((await onTheLog('ELSEWHERE1')).length).toBe(0);
  });

  it('the same batch again is accepted again: the reading is the same one by its identity', async () => {
    const batch = { uploads: [hour('HISTORY1', now - 3 * HOUR)] };
    const answers = [
      await client.call('ingestion.upload.push', batch, { as: key() }),
      await client.call('ingestion.upload.push', batch, { as: key() }),
    ];
    expect(answers).toEqual([answers[0], answers[0]]);
    const packets = (await onTheLog('HISTORY1')).filter(({ dataTime }) => dataTime === now - 3 * HOUR);
    expect(new Set(packets.map(({ fields }) => fields)).size).toBe(1);
  });

  it('a key without the scope, or a person who only looks, pushes nothing', async () => {
    const batch = { uploads: [hour('HISTORY1', now)] };
    for (const caller of [
      key({ roles: ['viewer'], scopes: ['read'] }),
      { ...administrator, roles: ['supervisor'] as const },
    ]) {
      await expect(client.call('ingestion.upload.push', batch, { as: caller as Caller })).rejects.toMatchObject({
        status: 403,
      });
    }
  });

  it('while the log is away nothing is acknowledged: 503, and the same again when it is back', async () => {
    servers.pauseNats();
    const pushed = client.call('ingestion.upload.push', { uploads: [hour('HISTORY1', now - 4 * HOUR)] }, { as: key() });
    setTimeout(() => servers.resumeNats(), 1_000);
    // Either it was stored after all, or it says that it was not.
    const status = await pushed.then(
      () => 200,
      (error) => error.status,
    );
    expect([200, 503]).toContain(status);
    const again = await client.call(
      'ingestion.upload.push',
      { uploads: [hour('HISTORY1', now - 4 * HOUR)] },
      { as: key() },
    );
    expect(again.accepted).toBe(1);
  });
});

describe('gRPC client stream', () => {
  async function push(caller: Caller, messages: ingestionGrpc.PushRequest[]) {
    const grpc = new ingestionGrpc.IngestionServiceClient(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    try {
      const metadata = await grpcMetadata(client.identity, caller);
      return await new Promise<ingestionGrpc.PushResponse>((resolve, reject) => {
        const call = grpc.push(metadata, (error, response) => (error ? reject(error) : resolve(response)));
        for (const message of messages) call.write(message);
        call.end();
      });
    } finally {
      grpc.close();
    }
  }
  const upload = (mn: string, dataTime: number, value: string): ingestionGrpc.Upload => ({
    mn,
    kind: 3,
    dataTime,
    factors: [{ code: 'w01018', fields: [{ name: 'Avg', value }] }],
  });

  it('2,000 uploads in 20 messages: all durable when the answer comes, the refused named by their number', async () => {
    const messages = Array.from({ length: 20 }, (_, m) => ({
      uploads: Array.from({ length: 100 }, (_, i) => upload('HISTORY1', now - (100 + m * 100 + i) * HOUR, `${m}.${i}`)),
    }));
    messages[3]?.uploads.splice(7, 1, upload('HISTORY1', now, 'high'));
    messages[9]?.uploads.splice(0, 1, upload('ELSEWHERE1', now, '1'));
    const answer = await push(key(), messages);
    expect(answer).toMatchObject({ accepted: 1_998, refused: 2 });
    expect(answer.refusals.map(({ index, mn, reason }) => [index, mn, reason])).toEqual(
      expect.arrayContaining([
        [307, 'HISTORY1', 'value'],
        [900, 'ELSEWHERE1', 'unknown-device'],
      ]),
    );
    const stored = (await onTheLog('HISTORY1')).filter(({ dataTime }) => dataTime <= now - 100 * HOUR);
    expect(stored).toHaveLength(1_998);
  });

  it('without the scope it is refused', async () => {
    await expect(push(key({ roles: ['viewer'] }), [{ uploads: [] }])).rejects.toMatchObject({ code: 7 });
  });
});

describe('back-fill from a sheet', () => {
  async function uploaded(name: string, bytes: Buffer): Promise<Backfill> {
    const { id } = await client.call(
      'ingestion.backfill.upload',
      { filename: name },
      { as: administrator, stream: Readable.from([bytes]) },
    );
    return until(async () => {
      const { backfill } = await client.call('ingestion.backfill.get', { id }, { as: administrator });
      return backfill.state !== 'parsing' && backfill;
    });
  }
  const local = (time: number) => formatDataTime(time).replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3 $4:$5');
  const began = now - 400 * HOUR;

  it('CSV: each bad row with its cell and what was expected; the good ones go in when asked for', async () => {
    const text = [
      '设备编号*,数据类型,数据时间,w01018-Avg,w01018-Flag,w00000-Cou(污水)',
      `LOGGER1,小时,${local(began)},35.20,N,120.5`,
      `LOGGER1,小时,${local(began + HOUR)},很高,N,118`,
      `NOBODY1,小时,${local(began)},1,N,1`,
      `ELSEWHERE1,小时,${local(began)},1,N,1`,
      `LOGGER1,周,2026-02-30 08:00,1,N,1`,
      `LOGGER1,小时,${local(now + 9 * HOUR)},1,N,1`,
      `LOGGER1,hour,${local(began + 2 * HOUR)},=A1,N,`,
      `LOGGER1,hour,${local(began + 3 * HOUR)},,,`,
      `LOGGER1,hour,${local(began + 4 * HOUR)},,D,`,
    ].join('\r\n');
    const backfill = await uploaded('history.csv', Buffer.from(text));
    expect(backfill).toMatchObject({ state: 'ready', rows: 9, good: 2, wrong: 7, values: 4 });
    expect(backfill.devices).toMatchObject([{ mn: 'LOGGER1', rows: 2 }]);
    const { preview, errors } = await client.call('ingestion.backfill.get', { id: backfill.id }, { as: administrator });
    expect(preview[0]).toMatchObject({
      row: 2,
      mn: 'LOGGER1',
      kind: 'hour',
      values: { w01018: { Avg: '35.20', Flag: 'N' }, w00000: { Cou: '120.5' } },
    });
    expect(errors.items.map(({ row, cell, column }) => [row, cell || column])).toEqual([
      [3, 'D3'],
      [4, '设备编号'],
      [5, '设备编号'],
      [6, 'B6'],
      [6, 'C6'],
      [7, '数据时间'],
      [8, 'D8'],
      [9, ''],
    ]);
    await expect(
      client.call('ingestion.backfill.commit', { id: backfill.id }, { as: administrator }),
    ).rejects.toMatchObject({ status: 409 });
    await client.call('ingestion.backfill.commit', { id: backfill.id, skipWrong: true }, { as: administrator });
    await until(
      async () =>
        (await client.call('ingestion.backfill.get', { id: backfill.id }, { as: administrator })).backfill.state ===
        'committed',
    );
    const stored = (await onTheLog('LOGGER1')).filter(({ dataTime }) => dataTime < now - 300 * HOUR);
    expect(stored.map(({ fields }) => fields).sort()).toEqual([
      'w01018-Avg=35.20,w01018-Flag=N;w00000-Cou=120.5',
      'w01018-Flag=D',
    ]);
    expect(await refusal('LOGGER1', 'value', 'sheet')).toMatchObject({
      address: 'history.csv',
      detail: expect.stringMatching(/row \d/),
    });
    // History says nothing of whether the device is there now.
    expect(await uploaded('history.csv', Buffer.from(text))).toMatchObject({ id: backfill.id, state: 'committed' });
  });

  it('Excel: times as Excel keeps them; 3,000 rows go in whole', async () => {
    const workbook = new ExcelJS.Workbook();
    const sheet = workbook.addWorksheet('历史数据');
    sheet.addRow(['mn', 'kind', 'data time', 'w01018']);
    for (let i = 0; i < 3_000; i++) {
      // A sheet knows no zone: its clock is China's.
      sheet.addRow(['HISTORY1', '分钟', new Date(now - 90 * 24 * HOUR + i * 600_000 + 8 * HOUR), i / 10]);
    }
    const backfill = await uploaded('minutes.xlsx', Buffer.from(await workbook.xlsx.writeBuffer()));
    expect(backfill).toMatchObject({ state: 'ready', rows: 3_000, good: 3_000, wrong: 0 });
    await client.call('ingestion.backfill.commit', { id: backfill.id }, { as: administrator });
    await until(
      async () =>
        (await client.call('ingestion.backfill.get', { id: backfill.id }, { as: administrator })).backfill.state ===
        'committed',
    );
    const stored = (await onTheLog('HISTORY1')).filter(({ kind }) => kind === 2);
    expect(stored).toHaveLength(3_000);
    expect(stored[1]).toMatchObject({ dataTime: now - 90 * 24 * HOUR + 600_000, fields: 'w01018-Avg=0.1' });
  }, 60_000);

  it.each([
    ['no column of values', 'mn,kind,data time\r\nLOGGER1,hour,2026-01-01 08:00', /w01018-Avg/],
    ['a heading that is none', 'mn,kind,data time,化学需氧量\r\n', /化学需氧量/],
    ['no heading for the device', 'kind,data time,w01018\r\n', /设备编号/],
  ])('%s: the whole sheet is refused, saying why', async (_what, text, problem) => {
    const backfill = await uploaded('bad.csv', Buffer.from(text));
    expect(backfill).toMatchObject({ state: 'refused', problem: expect.stringMatching(problem) });
  });

  it("another division's people do not see it", async () => {
    const { items } = await client.call('ingestion.backfill.list', {}, { as: administrator });
    const id = items[0]?.id ?? '';
    const other = { ...administrator, division: '331002' };
    await expect(client.call('ingestion.backfill.get', { id }, { as: other })).rejects.toMatchObject({ status: 404 });
    expect((await client.call('ingestion.backfill.list', {}, { as: other })).items).toEqual([]);
  });
});
