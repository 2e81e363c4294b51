import { registryFacts } from '@greenwatch/contracts';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testServers,
} from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import {
  type Client,
  connectClient,
  defineService,
  type OwnFactor,
  ownFactors,
  type RunningService,
  runService,
} from '../src';

let servers: TestServers;
let service: RunningService;
let client: Client;
let rows: OwnFactor[] = [];

const shows = defineService({
  name: 'notifications',
  config: Type.Object({}),
  create(kit) {
    const { taken, started, stopped } = ownFactors(kit, (now) => {
      rows = now;
    });
    return { facts: { 'facts.registry.factor.changed': taken }, started, stopped };
  },
});

beforeAll(async () => {
  servers = await testServers();
  service = await runService(shows, serviceEnvironment(servers, 'notifications'));
  client = await connectClient({ ...asIssuer(servers, 'registry') });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await service?.stop();
  await servers?.stop();
}, 30_000);

const tell = (sequence: number, nameZh: string, id?: string) =>
  tellFact(
    client,
    'facts.registry.factor.changed',
    registryFacts.FactorChanged,
    'a05024',
    sequence,
    { code: 'a05024', nameZh, nameEn: 'Ozone', unit: 'ug/m3', emissionUnit: '', decimals: -1, molarMass: 17.5 },
    id === undefined ? {} : { id },
  );

it('facts.registry.factor.changed: twice and out of order end in the newest, at the start too', async () => {
  const id = await tell(2, '臭氧');
  await tell(2, '臭氧', id);
  await tell(1, '旧名');
  await factsHandled(client, 'notifications');
  const newest = [{ code: 'a05024', nameZh: '臭氧', nameEn: 'Ozone', unit: 'ug/m3', molarMass: 17.5 }];
  expect(rows).toEqual(newest);
  await service.stop();
  rows = [];
  service = await runService(shows, serviceEnvironment(servers, 'notifications'));
  expect(rows).toEqual(newest);
});
