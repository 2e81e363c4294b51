import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fact as factProto, type Refusal, readingsLog, registryFacts } from '@greenwatch/contracts';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import {
  type Caller,
  type Client,
  connectClient,
  isoTime,
  newId,
  type RunningService,
  readBatch,
  runService,
} from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { ingestionService } from '../src/ingestion.service';

let servers: TestServers;
let service: RunningService;
let client: Client;
let port: number;

const env = () =>
  serviceEnvironment(servers, 'ingestion', {
    HJ212_PORT: String(port),
    HJ212_FRAME_TIMEOUT_S: '2',
    ARCHIVE_WAIT_S: '1',
  });

beforeAll(async () => {
  servers = await testServers();
  port = await choosePort();
  service = await runService(ingestionService, env());
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion'] });
  for (const mn of ['M1', 'M2']) await register(mn);
});
afterAll(async () => {
  await client?.close();
  await service?.stop();
  await servers.stop();
});

const until = async <T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 15_000,
): Promise<T> => {
  const end = Date.now() + ms;
  while (true) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error('it did not become true in time');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};

/** What the registry would tell of a device without a password. */
async function register(mn: string): Promise<void> {
  const data: registryFacts.DeviceChanged = {
    mn,
    status: 'active',
    passwordEncrypted: '',
    addresses: [],
    edition: '2017',
    missingFlagValid: true,
    operatorId: '',
    bindings: [],
    facilities: [],
    oldPasswords: undefined,
    ppmFactors: [],
  };
  const envelope = factProto.Envelope.encode({
    id: newId(),
    type: registryFacts.DeviceChanged.$type,
    entity: mn,
    sequence: 1,
    occurredAt: 1,
    recordedAt: 1,
    producer: 'registry',
    divisionPath: ['330000', '330400', '330483'],
    enterpriseId: 'E1',
    traceParent: '',
    data: registryFacts.DeviceChanged.encode(data).finish(),
  }).finish();
  await client.nats.js.publish('facts.registry.device.changed', envelope);
}

const upload = (mn: string, time: number, value = '12.5', flag = 5) =>
  buildFrame(
    `QN=20261122120000000;ST=32;CN=2011;PW=123456;MN=${mn};Flag=${flag};CP=&&DataTime=${formatDataTime(time)};w01018-Rtd=${value},w01018-Flag=N&&`,
  );

class Device {
  received = '';
  closed = false;
  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.received += chunk.toString();
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', () => {});
  }

  static open(): Promise<Device> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Device(socket)));
      socket.once('error', reject);
    });
  }

  answers(): number {
    return this.received.split('CN=9014').length - 1;
  }
}

async function onTheLog(mn: string): Promise<readingsLog.Packet[]> {
  const found: readingsLog.Packet[] = [];
  const info = await client.nats.jsm.streams.info('READINGS');
  for (let seq = 1; seq <= info.state.last_seq; seq++) {
    const stored = await client.nats.jsm.streams.getMessage('READINGS', { seq });
    if (!stored) continue;
    found.push(...readBatch(stored.data).packets.filter((packet) => packet.mn === mn));
  }
  return found;
}

const refusals = async (reason: Refusal['reason']): Promise<Refusal[]> =>
  (await client.call('ingestion.refusal.list', { reason })).items;

const NOW = Math.floor(Date.now() / 60_000) * 60_000;

describe('ingestion', () => {
  it('answers 9014 once the packet is on the log, with its raw frame', async () => {
    const device = await Device.open();
    await until(async () => {
      device.socket.write(upload('M1', NOW));
      await new Promise((resolve) => setTimeout(resolve, 200));
      return device.answers() > 0;
    });
    const packets = await onTheLog('M1');
    expect(packets[0]).toMatchObject({
      kind: readingsLog.Kind.KIND_REALTIME,
      dataTime: NOW,
      fields: 'w01018-Rtd=12.5,w01018-Flag=N',
    });
    expect(Buffer.from(packets[0]?.raw ?? []).toString()).toBe(upload('M1', NOW).toString());
    device.socket.destroy();
  });

  it('HJ 212-2017 table 9: what a device says beside readings goes on the log as data, answered as any upload; a heart-beat says nothing', async () => {
    const device = await Device.open();
    await register('M7');
    const frame = (cn: string, cp: string) =>
      buildFrame(`QN=20261122120000000;ST=32;CN=${cn};PW=123456;MN=M7;Flag=5;CP=&&${cp}&&`);
    const time = `DataTime=${formatDataTime(NOW)}`;
    const check = frame('2062', `${time};w01018-Check=49.2,w01018-StandardValue=50,w01018-ResultType=1`);
    await until(async () => {
      device.socket.write(check);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return device.answers() > 0;
    });
    device.socket.write(Buffer.concat([frame('3020', `${time};i11001-Info=//清洗管路//`), frame('9015', '')]));
    const packets = await until(async () => {
      const found = await onTheLog('M7');
      return found.length >= 3 && found;
    });
    expect(packets.every(({ kind }) => kind === readingsLog.Kind.KIND_OTHER)).toBe(true);
    expect(packets[0]).toMatchObject({ dataTime: NOW });
    expect(JSON.parse(packets[0]?.fields ?? '')).toEqual({
      type: 'standard-check',
      checks: [{ factor: 'w01018', measured: '49.2', standard: '50', passed: true }],
      cn: '2062',
    });
    const [log, beat] = packets.slice(-2);
    expect(JSON.parse(log?.fields ?? '')).toEqual({ type: 'log', text: '清洗管路', cn: '3020' });
    expect(beat).toMatchObject({ dataTime: 0, fields: '' });
    device.socket.destroy();
  });

  it('takes frames however TCP cuts them, and answers only what asks', async () => {
    const device = await Device.open();
    const bytes = Buffer.concat([
      upload('M2', NOW, '1'),
      upload('M2', NOW + 1_000, '2', 4),
      upload('M2', NOW + 2_000, '3'),
    ]);
    for (let at = 0; at < bytes.length; at += 37) {
      device.socket.write(bytes.subarray(at, at + 37));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => device.answers() === 2);
    await until(async () => (await onTheLog('M2')).length === 3);
    device.socket.destroy();
  });

  it.each<[Refusal['reason'], string, Buffer]>([
    ['garbage', 'bytes that are no frame', Buffer.from(`${'x'.repeat(3_000)}\r\n`)],
    ['crc', 'a wrong CRC', Buffer.from(upload('M1', NOW).toString().replace('12.5', '12.6'))],
    ['structure', 'no MN', buildFrame('QN=1;ST=32;CN=2011;PW=1;Flag=5;CP=&&DataTime=20261122000000;w01018-Rtd=1&&')],
    ['unknown-device', 'a stranger', upload('STRANGER', NOW)],
    ['data-time', 'the year 2039', upload('M1', Date.UTC(2039, 0, 1))],
    ['value', '1e308', upload('M1', NOW, '1e308')],
  ])('refuses with the reason %s: %s, and nothing of it is on the log', async (reason, _name, bytes) => {
    const before = (await refusals(reason)).length;
    const packets = (await client.nats.jsm.streams.info('READINGS')).state.messages;
    const device = await Device.open();
    device.socket.write(bytes);
    const good = upload('M1', NOW + 5_000);
    // A bad frame does not cost the good one behind it.
    device.socket.write(good);
    await until(() => device.answers() === 1);
    const found = await until(async () => {
      const list = await refusals(reason);
      return list.length > before && list;
    });
    expect(found[0]?.detail).not.toBe('');
    expect(found[0]?.raw).not.toContain('PW=123456');
    expect((await client.nats.jsm.streams.info('READINGS')).state.messages).toBe(packets + 1);
    device.socket.destroy();
  });

  it('refuses a frame whose rest comes one byte a second, and closes', async () => {
    const device = await Device.open();
    const bytes = upload('M1', NOW);
    let at = 0;
    const drip = setInterval(() => device.socket.write(bytes.subarray(at, ++at)), 300);
    await until(() => device.closed);
    clearInterval(drip);
    await until(async () => (await refusals('slow')).length > 0);
  });

  it('takes 10 MB without a line end in bounded memory, and closes', async () => {
    const device = await Device.open();
    const chunk = Buffer.alloc(64 * 1024, 'a');
    for (let i = 0; i < 160 && !device.closed; i++) {
      if (!device.socket.write(chunk)) {
        await new Promise<void>((resolve) => {
          device.socket.once('drain', resolve);
          device.socket.once('close', resolve);
        });
      }
    }
    await until(() => device.closed);
  });

  it('says which devices are connected, and tells a stranger nothing', async () => {
    const device = await Device.open();
    device.socket.write(upload('M1', NOW + 9_000));
    await until(() => device.answers() === 1);
    const online = async () => (await client.call('ingestion.link.list', { mns: ['M1'] }))[0]?.online;
    await until(async () => (await online()) === true);
    device.socket.destroy();
    await until(async () => (await online()) === false);
  });

  it('gives no answer while the log is away, and takes the packet when it is back', async () => {
    const device = await Device.open();
    await servers.killNats();
    device.socket.write(upload('M1', NOW + 20_000));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(device.answers()).toBe(0);
    await servers.startNats();
    await until(async () => {
      if (device.answers() > 0) return true;
      device.socket.write(upload('M1', NOW + 20_000));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return device.answers() > 0;
    }, 25_000);
    expect((await onTheLog('M1')).some((packet) => packet.dataTime === NOW + 20_000)).toBe(true);
    device.socket.destroy();
  }, 45_000);

  it('archives every frame of the log in a chain that verifies, across a restart', async () => {
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    const total = (await Promise.all(['M1', 'M2', 'M7'].map(onTheLog))).flat().length;
    await service.stop();
    service = await runService(ingestionService, env());
    const verified = await until(async () => {
      const result = await client.call('ingestion.archive.verify', { day }).catch(() => undefined);
      return result && result.frames >= total && result;
    }, 40_000);
    expect(verified).toMatchObject({ intact: true, frames: total });
  }, 60_000);

  it("gives a device's raw frames out as evidence, to those in whose scope it is", async () => {
    const sent = await onTheLog('M1');
    const from = isoTime(Math.min(...sent.map((packet) => packet.receivedAt)));
    const to = isoTime(Math.max(...sent.map((packet) => packet.receivedAt)) + 1);
    const ask = (params: { mn: string; from: string; to: string }, as?: Caller): Promise<Readable> =>
      client.call('ingestion.archive.export', params, as ? { as } : undefined);
    const stream = await until(() => ask({ mn: 'M1', from, to }).catch(() => undefined), 40_000);
    const lines = (await text(stream)).trimEnd().split('\n');
    const found = lines.map((line) => JSON.parse(line) as { type: string; raw?: string; intact?: boolean });
    const raws = found.filter(({ type }) => type === 'frame').map(({ raw }) => raw);
    expect(raws).toEqual(sent.map(({ raw }) => Buffer.from(raw).toString()));
    expect(found[0]).toMatchObject({ type: 'evidence', mn: 'M1', from, to });
    expect(found.at(-1)).toMatchObject({ type: 'end', frames: sent.length, intact: true });
    const link = ['day', 'firstSequence', 'lastSequence', 'frames', 'sha256', 'previous', 'hash'];
    expect(Object.keys(found.find(({ type }) => type === 'chunk') ?? {})).toEqual(['type', 'chunk', ...link, 'intact']);
    const elsewhere: Caller = {
      ...{ kind: 'user', id: 'u2', name: 'Li', roles: ['supervisor'], division: '330100', scopes: [] },
    };
    await expect(ask({ mn: 'M1', from, to }, elsewhere)).rejects.toMatchObject({ status: 404 });
    await expect(ask({ mn: 'M1', from: to, to: from })).rejects.toMatchObject({ status: 422 });
    const tomorrow = isoTime(Date.now() + 86_400_000);
    await expect(ask({ mn: 'M1', from, to: tomorrow })).rejects.toMatchObject({ status: 422 });
  }, 60_000);
});
