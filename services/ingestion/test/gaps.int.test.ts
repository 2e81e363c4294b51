import { registryFacts } from '@greenwatch/contracts';
import { formatDataTime, parseDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient, type RunningService, runService } from '@greenwatch/kit';
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
import { ingestionService } from '../src/ingestion.service';
import { AnsweringDevice, obedient } from './answering-device';

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR;
/** Hours before now, of which this one begins. */
const ago = (hours: number) => NOW - hours * HOUR;

let servers: TestServers;
let readings: TestProcess;
let ingestion: RunningService;
let client: Client;
let port: number;

beforeAll(async () => {
  servers = await testServers();
  port = await choosePort();
  readings = await startTestProcess({
    script: 'services/readings/dist/main.js',
    environment: serviceEnvironment(servers, 'readings') as Record<string, string>,
  });
  ingestion = await runService(
    ingestionService,
    serviceEnvironment(servers, 'ingestion', { HJ212_PORT: String(port), GAP_SETTLE_S: '2', GAP_DAYS: '3' }),
  );
  client = await connectClient({ ...asIssuer(servers, 'demo'), services: ['ingestion', 'readings'] });
  const empty = registryFacts.DeviceChanged.decode(new Uint8Array());
  const device = { ...empty, mn: 'G1', status: 'active', edition: '2017', missingFlagValid: true };
  await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, 'G1', 1, device, {
    divisionPath: ['330000'],
  });
  await factsHandled(client, 'ingestion');
}, 90_000);
afterAll(async () => {
  await client?.close();
  await ingestion?.stop();
  await readings?.stop();
  await servers?.stop();
}, 60_000);

it('hours that are missing when a device is back are asked for once, and land among the readings', async () => {
  const sendHours = obedient((request, self) => {
    if (request.cn !== '2061') return [];
    const [from = 0, to = 0] = ['BeginTime', 'EndTime'].map((name) => {
      const time = parseDataTime(new RegExp(`${name}=(\\d{14})`).exec(request.cp)?.[1] ?? '');
      return time.ok ? time.time : 0;
    });
    const hours: string[] = [];
    for (let hour = from; hour <= to; hour += HOUR) hours.push(self.upload('2061', hour));
    return hours;
  });
  const device = await AnsweringDevice.open(port, 'G1', sendHours);
  // Ten hours without the sixth and the seventh of them.
  for (const hours of [12, 11, 10, 9, 8, 5, 4, 3]) device.write(device.upload('2061', ago(hours)));
  const asked = await until(async () => {
    const { items } = await client.call('ingestion.command.list', { mn: 'G1' });
    return items.length > 0 && items.every(({ state }) => state === 'done') && items;
  }, 40_000);
  expect(device.of('2061').length).toBe(asked.length);
  // Two hours of one day make one request; over midnight (UTC+8) two.
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(asked[0]).toMatchObject({ cause: 'gap', command: 'get-hours', askedBy: { id: 'service:ingestion' } });
  expect(
    device
      .of('2061')
      .map(({ cp }) => cp)
      .join(),
  ).toContain(`BeginTime=${formatDataTime(ago(7))}`);
  const gaps = () =>
    client.call('readings.gap.list', {
      mns: ['G1'],
      from: new Date(ago(24)).toISOString(),
      to: new Date(ago(2)).toISOString(),
    });
  await until(async () => (await gaps()).length === 0);
  device.socket.destroy();
}, 90_000);
