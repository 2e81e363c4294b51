import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient } from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testServers,
  until,
} from '@greenwatch/testkit';
import { loadStations, StationFeed } from '../src/station-feed';

/** The stations' system against the real registry, ingestion, readings and gateway, each as its own process. */

jest.setTimeout(120_000);

let servers: TestServers;
let folder: string;
let client: Client;
let feed: StationFeed;
const processes: TestProcess[] = [];

beforeAll(async () => {
  servers = await testServers();
  folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-stations-'));
  const taken = new Set<number>();
  const port = async () => {
    const chosen = await choosePort(undefined, taken);
    taken.add(chosen);
    return String(chosen);
  };
  const gatewayPort = await port();
  const start = async (script: string, issuer: string, more: Record<string, string> = {}) => {
    const health = await port();
    const environment = serviceEnvironment(servers, issuer, { HEALTH_PORT: health, ...more }) as Record<string, string>;
    const readyAt = `http://127.0.0.1:${health}`;
    processes.push(await startTestProcess({ script, environment, readyAt, readyWithinMs: 60_000 }));
  };
  await Promise.all([
    start('services/registry/dist/main.js', 'registry'),
    start('services/ingestion/dist/main.js', 'ingestion', { HJ212_PORT: await port() }),
    start('services/readings/dist/main.js', 'readings'),
    start('gateway/dist/main.js', 'gateway', {
      GATEWAY_PORT: gatewayPort,
      READINGS_GRPC: `127.0.0.1:${await port()}`,
      FIRST_PASSWORD_FILE: path.join(folder, 'first-password.txt'),
    }),
  ]);
  client = await connectClient({ ...asIssuer(servers, 'demo'), services: ['registry', 'gateway', 'readings'] });
  const divisions = [
    { code: '330000', name: '浙江省', level: 'province' as const },
    { code: '330400', name: '嘉兴市', level: 'city' as const, parent: '330000' },
    { code: '330483', name: '桐乡市', level: 'county' as const, parent: '330400' },
  ];
  await client.call('registry.import', { divisions });
  await loadStations(client.call, 'greenwatch');
  feed = new StationFeed(client.call, {
    gatewayUrl: `http://127.0.0.1:${gatewayPort}/`,
    folder,
    seed: 'greenwatch',
    everySeconds: 1,
    now: Date.now,
  });
  feed.start();
}, 120_000);
afterAll(async () => {
  await feed?.stop();
  await client?.close();
  await Promise.all(processes.map((started) => started.stop()));
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('stations, meter and camera push through the gateway, and what they say is there under their factors', async () => {
  const seen = async (mn: string, kind: 'hour' | 'realtime') =>
    (await client.call('readings.moment.list', { mn, kind, limit: 1000 })).items;
  const air = await until(async () => {
    const items = await seen('AIR330483001', 'hour');
    return items.length >= 48 && items;
  }, 60_000);
  // Two days by the hour; one more where the clock passed an hour meanwhile.
  expect(air.length).toBeLessThanOrEqual(49);
  expect(air[0]?.values.a05024).toEqual({ Avg: expect.stringMatching(/^\d+$/), Flag: 'N' });
  const meter = await until(async () => {
    const items = await seen('METER330483001', 'realtime');
    return items.length >= 2 && items;
  }, 60_000);
  const power = Number(meter[0]?.values.d20101?.Rtd);
  expect(power).toBeGreaterThan(780);
  expect(power).toBeLessThan(860);
  const { items } = await client.call('registry.factor.list', { codes: ['a05024'] });
  expect(items).toMatchObject([{ nameZh: '臭氧', unit: 'ug/m3', source: 'own' }]);
  expect(statSync(path.join(folder, 'station-key.json')).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path.join(folder, 'station-key.json'), 'utf8'))).toEqual({
    key: expect.stringMatching(/^gwk_/),
  });
});
