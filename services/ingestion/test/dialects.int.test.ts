import { connect } from 'node:net';
import { type readingsLog, registryFacts } from '@greenwatch/contracts';
import {
  buildFrame,
  type CrcKind,
  crc16,
  type Dialect,
  FrameCutter,
  formatDataTime,
  sealFrame,
} from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient, type RunningService, readBatch, runService } from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import { ingestionService } from '../src/ingestion.service';

/** Devices that depart from HJ 212 are let in by what their profile says, and no others are. */

const COUNTY = ['330000', '330400', '330483'];
let servers: TestServers;
let service: RunningService;
let client: Client;
let port: number;

beforeAll(async () => {
  servers = await testServers();
  port = await choosePort();
  service = await runService(
    ingestionService,
    serviceEnvironment(servers, 'ingestion', { HJ212_PORT: String(port), HJ212_MAX_SEGMENT: '1024' }),
  );
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await service?.stop();
  await servers?.stop();
}, 30_000);

async function register(mn: string, profileId = ''): Promise<void> {
  const empty = registryFacts.DeviceChanged.decode(new Uint8Array());
  const data = { ...empty, mn, status: 'active', edition: '2017', missingFlagValid: true, profileId };
  await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, data, {
    divisionPath: COUNTY,
    enterpriseId: 'E1',
  });
}

/** Tells of a profile twice, and of an older one late. */
async function profile(id: string, dialect: Partial<registryFacts.Dialect>): Promise<void> {
  const empty = registryFacts.Dialect.decode(new Uint8Array());
  const data = { id, name: id, category: 'data-logger', payload: undefined, dialect: { ...empty, ...dialect } };
  const tell = (sequence: number, change: object, fact?: { id: string }) =>
    tellFact(
      client,
      'facts.registry.profile.changed',
      registryFacts.ProfileChanged,
      id,
      sequence,
      { ...data, ...change },
      fact,
    );
  const told = await tell(2, {});
  await tell(2, {}, { id: told });
  await tell(1, { dialect: undefined });
}

/** Sends a frame each second until something is answered, as devices do. Gives the segments of the answers. */
async function answers(frame: Buffer, dialect: Dialect, tries = 8): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  const cutter = new FrameCutter({ codecOf: () => ({ dialect, keys: [] }) });
  const found: string[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    for (const piece of cutter.push(chunk)) found.push(piece.type === 'frame' ? String(piece.segment) : piece.reason);
  });
  for (let times = 0; times < tries && found.length === 0; times++) {
    socket.write(frame);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  socket.destroy();
  return found;
}

async function logged(mn: string): Promise<readingsLog.Packet[]> {
  const found: readingsLog.Packet[] = [];
  const { state } = await client.nats.jsm.streams.info('READINGS');
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
    const stored = await client.nats.jsm.streams.getMessage('READINGS', { seq });
    if (stored) found.push(...readBatch(stored.data).packets.filter((packet) => packet.mn === mn));
  }
  return found;
}

const QN = '20261122120000000';
const head = (mn: string, cn: string, st: string) => `QN=${QN};ST=${st};CN=${cn};PW=123456;MN=${mn};Flag=5`;
const upload = (mn: string, items: string, st = '31') =>
  `${head(mn, '2011', st)};CP=&&DataTime=${formatDataTime(Date.now())};${items}&&`;
const answer = (mn: string) => `QN=${QN};ST=91;CN=9014;PW=123456;MN=${mn};Flag=4;CP=&&&&`;

it.each<CrcKind>(['modbus-swapped', 'arc', 'hj212-swapped'])(
  'the CRC %s is taken from the device whose profile says so, and answered by; from no other',
  async (crc) => {
    const [ours, other] = [`OURS-${crc}`, `OTHER-${crc}`];
    await profile(crc, { crc });
    await register(ours, crc);
    await register(other);
    await factsHandled(client, 'ingestion');
    expect(await answers(sealFrame(upload(ours, 'a21026-Rtd=1.5,a21026-Flag=N'), { crc }), { crc })).toEqual([
      answer(ours),
    ]);
    expect((await logged(ours))[0]).toMatchObject({ fields: 'a21026-Rtd=1.5,a21026-Flag=N' });
    expect(await answers(sealFrame(upload(other, 'a21026-Rtd=1.5'), { crc }), { crc }, 2)).toEqual([]);
    await until(async () => {
      const { items } = await client.call('ingestion.refusal.list', { limit: 1_000 });
      return items.some(({ reason, detail }) => reason === 'crc' && detail.includes('computed'));
    });
  },
  30_000,
);

it('its own factor codes and system code are read as what they stand for, and the code sent is kept', async () => {
  await profile('own-codes', { st: '32', codes: { SO2: 'a21026' } });
  await register('CODES1', 'own-codes');
  await factsHandled(client, 'ingestion');
  const dialect: Dialect = {};
  expect(await answers(buildFrame(upload('CODES1', 'SO2-Rtd=1.5,SO2-Flag=N;011-Rtd=7', '80')), dialect)).toEqual([
    answer('CODES1'),
  ]);
  expect((await logged('CODES1'))[0]).toMatchObject({
    fields: 'a21026-@=SO2,a21026-Rtd=1.5,a21026-Flag=N;w01018-@=011,w01018-Rtd=7',
  });
}, 30_000);

it('a log-in of no edition is answered where the profile says that the device waits for it', async () => {
  await profile('log-in', { answers: { '9021': '9014' } });
  await register('LOGIN1', 'log-in');
  await register('LOGIN2');
  await factsHandled(client, 'ingestion');
  const login = (mn: string) => buildFrame(`${head(mn, '9021', '91')};CP=&&&&`);
  expect(await answers(login('LOGIN1'), {})).toEqual([answer('LOGIN1')]);
  expect(await answers(login('LOGIN2'), {}, 2)).toEqual([]);
}, 30_000);

it('segments over the limit are let in from the device whose profile says so', async () => {
  await profile('long', { maxSegment: 2000 });
  await register('LONG1', 'long');
  await register('LONG2');
  await factsHandled(client, 'ingestion');
  const items = Array.from({ length: 60 }, (_, index) => `a${10_000 + index}-Rtd=1.25,a${10_000 + index}-Flag=N`).join(
    ';',
  );
  const frame = (mn: string) => {
    const segment = upload(mn, items);
    // buildFrame keeps to 1024 bytes.
    const crc = crc16(Buffer.from(segment)).toString(16).toUpperCase().padStart(4, '0');
    return Buffer.from(`##${segment.length}${segment}${crc}\r\n`);
  };
  expect(await answers(frame('LONG1'), {})).toEqual([answer('LONG1')]);
  expect((await logged('LONG1'))[0]?.fields).toBe(items);
  expect(await answers(frame('LONG2'), {}, 2)).toEqual([]);
}, 30_000);
