import { connect, type Socket } from 'node:net';
import { registryFacts } from '@greenwatch/contracts';
import { buildFrame, formatDataTime, type Packet } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient, connectMongo, type RunningService, readBatch, runService } from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, tellFact, testServers, until } from '@greenwatch/testkit';
import { ingestionService } from '../src/ingestion.service';
import { AnsweringDevice } from './answering-device';

/** It says nothing of how fast this machine is. */
jest.setTimeout(120_000);
const WITHIN_MS = 60_000;

let servers: TestServers;
let client: Client;
const running: RunningService[] = [];
const devices: SteadyDevice[] = [];

beforeAll(async () => {
  servers = await testServers();
  client = await connectClient(asIssuer(servers, 'gateway'));
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.stop();
  await Promise.all(running.splice(0).map((service) => service.stop()));
});
afterAll(async () => {
  await client?.close();
  await servers.stop();
});

async function start(
  instance: string,
  more: Record<string, string>,
): Promise<{ service: RunningService; port: number }> {
  const port = await choosePort();
  const env = { INSTANCE: instance, HJ212_PORT: String(port), INGESTION_ADMISSION: 'open', ...more };
  const service = await runService(ingestionService, serviceEnvironment(servers, 'ingestion', env));
  running.push(service);
  return { service, port };
}

/** Sends one packet after the other, several under way at a time; what is not answered goes out again over the next connection. */
class SteadyDevice {
  readonly answered = new Set<number>();
  closedAt: number[] = [];
  #next = Date.UTC(2026, 10, 1);
  #waiting: number[] = [];
  #stopping = false;
  #finishing = false;
  #socket: Socket | undefined;

  constructor(
    private readonly mn: string,
    /** Where it connects: the first that lets it in. */
    private readonly ports: () => number[],
    private readonly window: number,
    private readonly pauseMs: number,
  ) {
    devices.push(this);
    this.#connect(0);
  }

  #connect(turn: number): void {
    if (this.#stopping) return;
    const ports = this.ports();
    const socket = connect(ports[turn % ports.length] as number, '127.0.0.1');
    this.#socket = socket;
    let received = '';
    let connected = false;
    socket.on('error', () => {});
    socket.on('connect', () => {
      connected = true;
      for (const time of this.#waiting) this.#write(time);
      this.#more();
    });
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n'); end >= 0; end = received.indexOf('\r\n')) {
        const qn = Number(/QN=(\d{17})/.exec(received.slice(0, end))?.[1]);
        received = received.slice(end + 2);
        // The QN numbers the packet.
        this.answered.add(qn);
        this.#waiting = this.#waiting.filter((time) => qnOf(time) !== qn);
      }
      if (this.pauseMs === 0) this.#more();
      else setTimeout(() => this.#more(), this.pauseMs).unref();
    });
    socket.on('close', () => {
      if (connected) this.closedAt.push(Date.now());
      setTimeout(() => this.#connect(connected ? 0 : turn + 1), 10);
    });
  }

  #more(): void {
    while (!this.#stopping && !this.#finishing && this.#socket?.writable && this.#waiting.length < this.window) {
      this.#next += 1_000;
      this.#waiting.push(this.#next);
      this.#write(this.#next);
    }
  }

  #write(time: number): void {
    const at = formatDataTime(time);
    const head = `QN=${at}000;ST=32;CN=2011;PW=123456;MN=${this.mn};Flag=5`;
    this.#socket?.write(buildFrame(`${head};CP=&&DataTime=${at};w01018-Rtd=12.5,w01018-Flag=N&&`));
  }

  get unanswered(): number {
    return this.#waiting.length;
  }

  /** Sends nothing new; what is under way is still answered. */
  async finish(): Promise<void> {
    this.#finishing = true;
    await until(() => this.unanswered === 0, WITHIN_MS);
  }

  stop(): void {
    this.#stopping = true;
    this.#socket?.destroy();
  }
}

const qnOf = (time: number) => Number(`${formatDataTime(time)}000`);

/** How often each packet of a device stands on the log. */
async function onTheLog(prefix: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const { state } = await client.nats.jsm.streams.info('READINGS');
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const stored = await client.nats.jsm.streams.getMessage('READINGS', { seq });
    for (const { mn, dataTime } of stored ? readBatch(stored.data).packets : []) {
      if (!mn.startsWith(prefix)) continue;
      const name = `${mn} ${qnOf(dataTime)}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

const figure = async (service: RunningService, name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${service.healthPort}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
};

it('a stop closes connections one after the other; nothing is lost, nothing comes twice', async () => {
  const first = await start('first', { HJ212_DRAIN_S: '4' });
  const second = await start('second', {});
  // As behind a Service: the one that stops is no longer given out, and lets nobody in.
  const ports = [first.port, second.port];
  const slow = Array.from({ length: 20 }, (_, i) => new SteadyDevice(`SLOW${i}`, () => ports, 1, 20));
  // Never a moment without something under way.
  const busy = Array.from({ length: 3 }, (_, i) => new SteadyDevice(`SLOWBUSY${i}`, () => ports, 64, 0));
  const all = [...slow, ...busy];
  await until(() => all.every(({ answered }) => answered.size >= 5), WITHIN_MS);
  expect(await figure(first.service, 'greenwatch_ingestion_connections{way="hj212"}')).toBe(all.length);

  const begun = Date.now();
  await running.shift()?.stop();
  const before = new Map(all.map((device) => [device, device.answered.size]));
  await until(() => all.every((device) => device.answered.size > (before.get(device) as number)), WITHIN_MS);
  await Promise.all(all.map((device) => device.finish()));

  const closed = all.map(({ closedAt }) => closedAt);
  expect(closed.map((times) => times.length)).toEqual(all.map(() => 1));
  const went = closed.flat().map((at) => at - begun);
  expect(Math.max(...went) - Math.min(...went)).toBeGreaterThan(1_000);

  const log = await onTheLog('SLOW');
  const answered = all.flatMap((device) => [...device.answered]).length;
  expect(answered).toBeGreaterThan(all.length * 5);
  expect(log.size).toBe(answered);
  expect([...log].filter(([, count]) => count !== 1)).toEqual([]);
});

it('a device in the middle of a command is closed after its 9012', async () => {
  const { service, port } = await start('commanding', { HJ212_DRAIN_S: '60', HJ212_OVERTIME_S: '90' });
  const busy = {
    ...{ mn: 'BUSY1', status: 'active', passwordEncrypted: '', addresses: [], edition: '2017', missingFlagValid: true },
    ...{ operatorId: '', bindings: [], facilities: [], oldPasswords: undefined, ppmFactors: [] },
  };
  const divisionPath = ['330000', '330400', '330483'];
  const { DeviceChanged } = registryFacts;
  await tellFact(client, 'facts.registry.device.changed', DeviceChanged, 'BUSY1', 1, busy, { divisionPath });
  const joined = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion'] });
  const db = await connectMongo(servers.mongoUri, `${servers.database}_ingestion`, 'test');
  const stateIs = (state: string) => db.collection('commands').findOne({ mn: 'BUSY1', state });
  try {
    const asked: Packet[] = [];
    const device = await AnsweringDevice.open(port, 'BUSY1', (request, own) => {
      if (request.cn.startsWith('90')) return [];
      asked.push(request);
      return [own.reply(request, '9011', 'QnRtn=1')];
    });
    const caller = {
      ...joined.identity.self,
      kind: 'user' as const,
      roles: ['supervisor' as const],
      division: '330483',
    };
    await until(() =>
      joined.call('ingestion.command.ask', { mn: 'BUSY1', command: 'get-time', params: {} }, { as: caller }).then(
        () => true,
        () => false,
      ),
    );
    await until(() => stateIs('accepted'));
    running.splice(0);
    const stopping = service.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(device.closed).toBe(false);
    device.write(device.reply(asked[0] as Packet, '9012', 'ExeRtn=1'));
    const finishedAt = Date.now();
    await until(() => device.closed);
    // Long before the drain is over.
    expect(Date.now() - finishedAt).toBeLessThan(30_000);
    await stopping;
    expect(await stateIs('done')).toBeTruthy();
  } finally {
    await db.close();
    await joined.close();
  }
});

it('a connection older than HJ212_MAX_AGE_S goes when nothing is under way, and loses nothing', async () => {
  const { service, port } = await start('ageing', { HJ212_MAX_AGE_S: '2' });
  const idle = new SteadyDevice('AGEIDLE', () => [port], 1, 100_000);
  const steady = new SteadyDevice('AGESTEADY', () => [port], 1, 5);
  const busy = new SteadyDevice('AGEBUSY', () => [port], 64, 0);
  const begun = Date.now();
  await until(() => [idle, steady, busy].every(({ closedAt }) => closedAt.length >= 1), WITHIN_MS);
  expect((idle.closedAt[0] as number) - begun).toBeGreaterThan(1_500);
  await Promise.all([idle, steady, busy].map((device) => device.finish()));
  const log = await onTheLog('AGE');
  const answered = [idle, steady, busy].flatMap((device) => [...device.answered]).length;
  expect(log.size).toBe(answered);
  expect([...log].filter(([, count]) => count !== 1)).toEqual([]);
  expect(await figure(service, 'greenwatch_ingestion_drained_total{cause="age"}')).toBeGreaterThanOrEqual(3);
});
