import { fact, registryFacts } from '@greenwatch/contracts';
import { type Caller, type Client, connectClient, FACTS, type RunningService, runService } from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, testServers, until } from '@greenwatch/testkit';
import { registryService } from '../src/registry.service';

let servers: TestServers;
let registry: RunningService;
let client: Client;

beforeAll(async () => {
  servers = await testServers();
  registry = await runService(registryService, serviceEnvironment(servers, 'registry'));
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['registry'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await registry?.stop();
  await servers?.stop();
}, 30_000);

const caller = (roles: Caller['roles'], division = '330000'): Caller => ({
  ...{ kind: 'user', id: 'somebody', name: 'somebody', scopes: [] },
  roles,
  division,
});
const administrator = { as: caller(['administrator']) };
const officer = { as: caller(['officer'], '330483') };

async function told<T>(subject: string, codec: { decode(bytes: Uint8Array): T }, count: number): Promise<T[]> {
  return until(async () => {
    const consumer = await client.nats.js.consumers.get(FACTS, { filter_subjects: [subject] });
    const { num_pending: pending } = await consumer.info();
    if (pending < count) return undefined;
    const data: T[] = [];
    for await (const message of await consumer.fetch({ max_messages: pending })) {
      data.push(codec.decode(fact.Envelope.decode(message.data).data));
    }
    return data;
  });
}

describe('factor table', () => {
  it('HJ 212-2017 annex B comes with the platform, page by page', async () => {
    const first = await client.call('registry.factor.list', { source: 'standard', limit: 300 }, officer);
    const rest = await client.call(
      'registry.factor.list',
      { source: 'standard', limit: 1000, after: first.next },
      officer,
    );
    const codes = [...first.items, ...rest.items].map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(300);
    expect(new Set(codes).size).toBe(codes.length);
    expect(await client.call('registry.factor.list', { q: '化学需氧量' }, officer)).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ code: 'w01018', unit: 'mg/L', emissionUnit: 'kg', source: 'standard' }),
      ]),
    });
  });

  it('a deployment adds its own and renames a standard one; the same again changes nothing', async () => {
    const factors = [
      // O3 of air stations, in no table of HJ 212.
      { code: 'a05024', nameZh: '臭氧', nameEn: 'Ozone', unit: 'ug/m3', decimals: 1 },
      { code: 'v10002', nameZh: '林格曼黑度', nameEn: 'Ringelmann', unit: '级', decimals: 0 },
      { code: 'w01018', nameZh: 'COD（省内）', unit: 'mg/L', emissionUnit: 'kg' },
    ];
    expect(await client.call('registry.factor.save', { factors }, administrator)).toEqual({ changed: 3, unchanged: 0 });
    expect(await client.call('registry.factor.save', { factors }, administrator)).toEqual({ changed: 0, unchanged: 3 });
    const { items } = await client.call('registry.factor.list', { source: 'own' }, officer);
    expect(items.map(({ code, source }) => [code, source])).toEqual([
      ['a05024', 'own'],
      ['v10002', 'own'],
      ['w01018', 'own'],
    ]);
    expect(await client.call('registry.factor.list', { codes: ['w01018', 'w21003'] }, officer)).toMatchObject({
      items: [{ nameZh: 'COD（省内）' }, { nameZh: '氨氮', source: 'standard' }],
    });
    const facts = await told('facts.registry.factor.changed', registryFacts.FactorChanged, 3);
    expect(facts.find(({ code }) => code === 'a05024')).toEqual({
      ...{ code: 'a05024', nameZh: '臭氧', nameEn: 'Ozone', unit: 'ug/m3', emissionUnit: '', decimals: 1 },
      // 0: none was given.
      molarMass: 0,
    });
  });

  it.each([
    ['an officer', caller(['officer'])],
    ["a county's administrator", caller(['administrator'], '330483')],
  ])('%s does not change it', async (_who, as) => {
    const factors = [{ code: 'x1', nameZh: 'x' }];
    await expect(client.call('registry.factor.save', { factors }, { as })).rejects.toMatchObject({ status: 403 });
  });

  it('a code that could not travel in a packet is refused, naming it', async () => {
    const factors = [{ code: 'a;b', nameZh: 'x' }];
    await expect(client.call('registry.factor.save', { factors }, administrator)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('factors.0.code'),
    });
  });
});

describe('device profiles and stations', () => {
  const profile = {
    id: 'camera-x',
    name: '某厂家摄像机',
    category: 'camera' as const,
    payload: {
      kind: 'realtime' as const,
      each: 'events',
      time: { path: 'at', format: 'iso' as const },
      items: [{ path: 'type', factor: 'v10001', field: 'Rtd', words: { 'black-smoke': '1' } }],
    },
  };
  it('a profile is told whole, and read back as it was saved', async () => {
    await client.call('registry.profile.save', { profiles: [profile] }, administrator);
    expect(await client.call('registry.profile.list', {}, officer)).toEqual({ items: [profile] });
    const [fact_] = await told('facts.registry.profile.changed', registryFacts.ProfileChanged, 1);
    expect(fact_?.payload).toEqual({
      ...{ kind: 'realtime', each: 'events', timePath: 'at', timeFormat: 'iso' },
      items: [{ path: 'type', factor: 'v10001', field: 'Rtd', scale: 1, offset: 0, words: { 'black-smoke': '1' } }],
    });
  });

  it('a device names its profile; a station stands in a county without being an outlet, and its people see it', async () => {
    const device = (mn: string, change: object) => ({
      ...{ mn, status: 'active' as const, edition: '2017' as const, addresses: [], missingFlagValid: true },
      ...{ password: '123456', bindings: [] },
      ...change,
    });
    const station = { name: '空气站', divisionCode: '330483', lon: 120.5, lat: 30.6 };
    const divisions = [
      { code: '330000', name: '浙江省', level: 'province' as const },
      { code: '330400', name: '嘉兴市', level: 'city' as const, parent: '330000' },
      { code: '330483', name: '桐乡市', level: 'county' as const, parent: '330400' },
    ];
    await expect(
      client.call(
        'registry.import',
        {
          divisions,
          devices: [device('AIR1', { profileId: 'nothing', station: { ...station, divisionCode: '339999' } })],
        },
        administrator,
      ),
    ).rejects.toMatchObject({
      detail: {
        errors: [
          expect.objectContaining({ field: 'devices.0.profileId' }),
          expect.objectContaining({ field: 'devices.0.station.divisionCode' }),
        ],
      },
    });
    const devices = [device('AIR1', { profileId: 'camera-x', station })];
    await client.call('registry.import', { divisions, devices }, administrator);
    expect(await client.call('registry.device.list', {}, officer)).toMatchObject({
      items: [{ mn: 'AIR1', profileId: 'camera-x', station, divisionPath: ['330000', '330400', '330483'] }],
    });
    expect(await client.call('registry.device.list', {}, { as: caller(['officer'], '331002') })).toEqual({ items: [] });
    const facts = await told('facts.registry.device.changed', registryFacts.DeviceChanged, 1);
    expect(facts.at(-1)).toMatchObject({ mn: 'AIR1', profileId: 'camera-x' });
    // A county that moves takes its stations along.
    const moved = divisions.map((one) => (one.code === '330483' ? { ...one, parent: '330000' } : one));
    await client.call('registry.import', { divisions: moved }, administrator);
    expect(await client.call('registry.device.list', {}, officer)).toMatchObject({
      items: [{ divisionPath: ['330000', '330483'] }],
    });
  });
});
