import { type Actions, creditFacts, fact, ingestionFacts, type Params, registryFacts } from '@greenwatch/contracts';
import { type Caller, type Client, connectClient, FACTS, type RunningService, runService } from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testServers,
} from '@greenwatch/testkit';
import { MongoClient } from 'mongodb';
import { registryService } from '../src/registry.service';

type ImportInput = Params<Actions['registry.import']>;

let servers: TestServers;
let registry: RunningService;
let demo: Client;
let gateway: Client;
let mongo: MongoClient;

const clientOf = (issuer: string, services: string[]) => connectClient({ ...asIssuer(servers, issuer), services });

beforeAll(async () => {
  servers = await testServers();
  registry = await runService(registryService, serviceEnvironment(servers, 'registry'));
  [demo, gateway] = await Promise.all([clientOf('demo', ['registry']), clientOf('gateway', ['registry'])]);
  mongo = await new MongoClient(servers.mongoUri).connect();
}, 60_000);
afterAll(async () => {
  await Promise.all([demo?.close(), gateway?.close(), mongo?.close()]);
  await registry?.stop();
  await servers?.stop();
}, 30_000);

const db = () => mongo.db(`${servers.database}_registry`);

/** All facts of the registry so far, in the order of the stream. */
async function facts(): Promise<fact.Envelope[]> {
  // The outbox relays within half a second; wait until nothing is left in it.
  while (await db().collection('outbox').countDocuments({ publishedAt: null })) await sleep(50);
  const consumer = await demo.nats.js.consumers.get(FACTS, { filter_subjects: ['facts.registry.>'] });
  const { num_pending: pending } = await consumer.info();
  const envelopes: fact.Envelope[] = [];
  if (pending === 0) return envelopes;
  for await (const message of await consumer.fetch({ max_messages: pending })) {
    envelopes.push(fact.Envelope.decode(message.data));
  }
  return envelopes;
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const user = (roles: Caller['roles'], division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `user-${division}-${more.enterpriseId ?? ''}`,
  name: 'somebody',
  roles,
  division,
  scopes: [],
  ...more,
});
const provincial = user(['supervisor'], '330000');
const tongxiang = user(['supervisor'], '330483');
const jiaojiang = user(['supervisor'], '331002');
const principal = user(['principal'], '330483', { enterpriseId: 'e1' });
const operator = user(['operator-staff'], '330000', { operatorId: 'e2' });

function province(): ImportInput {
  return {
    divisions: [
      { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
      { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
      { code: '330000', name: '浙江省', level: 'province' },
      { code: '331000', name: '台州市', level: 'city', parent: '330000' },
      { code: '331002', name: '椒江区', level: 'county', parent: '331000' },
    ],
    enterprises: [
      {
        id: 'e1',
        uscc: '91130200699229617X',
        name: '桐乡某热电有限公司',
        divisionCode: '330483',
        address: '某路1号',
        lon: 120.55,
        lat: 30.63,
        industryCode: '4412',
        industryName: '热电联产',
        managementClass: 'key',
        principalPersonId: 'p1',
        status: 'producing',
      },
      {
        id: 'e2',
        uscc: '91440300708461136T',
        name: '台州某运维有限公司',
        divisionCode: '331002',
        address: '某路2号',
        lon: 121.44,
        lat: 28.67,
        industryCode: '7461',
        industryName: '环境保护监测',
        managementClass: 'registration',
        status: 'producing',
      },
    ],
    outlets: [
      {
        id: 'o1',
        enterpriseId: 'e1',
        code: 'DA001',
        name: '1号锅炉排放口',
        medium: 'gas',
        lon: 120.55,
        lat: 30.63,
        factors: ['a21026'],
      },
    ],
    devices: [
      {
        mn: '010000A8900016F000169DC0',
        status: 'active',
        edition: '2017',
        operatorId: 'e2',
        bindings: [{ outletId: 'o1', enterpriseId: 'e1', medium: 'gas', from: '2026-01-01T00:00:00+08:00' }],
        addresses: ['10.1.0.0/16'],
        missingFlagValid: true,
        facilities: [{ code: 'SB1', role: 'production', name: '锅炉' }],
        password: '123456',
      },
    ],
    persons: [
      {
        id: 'p1',
        name: '王环保',
        roles: ['principal'],
        divisionCode: '330483',
        enterpriseId: 'e1',
        phone: '13800000001',
        locale: 'zh-CN',
        active: true,
      },
      {
        id: 's1',
        name: '李督查',
        roles: ['supervisor'],
        divisionCode: '330483',
        certificateNo: '浙环执0001',
        locale: 'zh-CN',
        active: true,
      },
    ],
  };
}

describe('registry.import', () => {
  it('refuses the whole import when one row is wrong, and names row and field', async () => {
    const input = province();
    (input.outlets?.[0] as { enterpriseId: string }).enterpriseId = 'e9';
    await expect(demo.call('registry.import', input)).rejects.toMatchObject({
      status: 422,
      reason: 'IMPORT_INVALID',
      detail: {
        errors: expect.arrayContaining([expect.objectContaining({ field: 'outlets.0.enterpriseId', row: 1 })]),
      },
    });
    expect(await db().collection('divisions').countDocuments()).toBe(0);
    expect(await facts()).toEqual([]);
  });

  it('takes everything in, with one fact each', async () => {
    expect(await demo.call('registry.import', province())).toEqual({ changed: 11, unchanged: 0 });
    const told = await facts();
    expect(told.map((envelope) => `${envelope.entity}:${envelope.sequence}`).sort()).toEqual([
      '010000A8900016F000169DC0:1',
      'e1:1',
      'e2:1',
      'o1:1',
      'p1:1',
      's1:1',
    ]);
    const device = told.find((envelope) => envelope.type.endsWith('DeviceChanged')) as fact.Envelope;
    expect(device.divisionPath).toEqual(['330000', '330400', '330483']);
    expect(device.enterpriseId).toBe('e1');
    const data = registryFacts.DeviceChanged.decode(device.data);
    expect(data.passwordEncrypted).toMatch(/^k1:/);
    expect(data.bindings).toEqual([
      {
        outletId: 'o1',
        enterpriseId: 'e1',
        medium: 'gas',
        from: Date.parse('2026-01-01T00:00:00+08:00'),
        to: 0,
        divisionPath: ['330000', '330400', '330483'],
      },
    ]);
    expect(data.facilities).toEqual([{ code: 'SB1', role: 'production', name: '锅炉' }]);
  });

  it('the same again changes nothing and tells nothing', async () => {
    const before = await facts();
    expect(await demo.call('registry.import', province())).toEqual({ changed: 0, unchanged: 11 });
    expect(await facts()).toHaveLength(before.length);
  });

  it('one change is one fact with the next sequence', async () => {
    const { persons = [] } = province();
    const [person] = persons;
    const changed = { ...person, phone: '13800000002' } as (typeof persons)[number];
    expect(await demo.call('registry.import', { persons: [changed] })).toEqual({ changed: 1, unchanged: 0 });
    const last = (await facts()).at(-1);
    expect(last).toMatchObject({ entity: 'p1', sequence: 2 });
  });

  it('keeps phones and passwords only encrypted', async () => {
    const text = JSON.stringify([
      await db().collection('persons').find().toArray(),
      await db().collection('devices').find().toArray(),
    ]);
    expect(text).not.toContain('13800000002');
    expect(text).not.toContain('123456');
  });

  it('an enterprise that moves takes its outlets and devices along', async () => {
    const [enterprise] = province().enterprises ?? [];
    const moved = { ...enterprise, divisionCode: '331002' } as NonNullable<ImportInput['enterprises']>[number];
    await demo.call('registry.import', { enterprises: [moved] });
    const path = ['330000', '331000', '331002'];
    expect((await facts()).slice(-3).map((envelope) => [envelope.entity, envelope.divisionPath])).toEqual([
      ['e1', path],
      ['o1', path],
      ['010000A8900016F000169DC0', path],
    ]);
    await demo.call('registry.import', province());
    expect((await facts()).at(-1)?.divisionPath).toContain('330483');
  });
});

describe('who sees what', () => {
  it('a county sees its own, another county gets 404, the province sees all', async () => {
    await expect(gateway.call('registry.enterprise.get', { id: 'e1' }, { as: jiaojiang })).rejects.toMatchObject({
      status: 404,
    });
    const own = await gateway.call('registry.enterprise.get', { id: 'e1' }, { as: tongxiang });
    expect(own.outlets).toHaveLength(1);
    expect(own.people[0]?.phoneMasked).toBe('138****0001');
    const ids = async (as: Caller) =>
      (await gateway.call('registry.enterprise.list', {}, { as })).items.map((enterprise) => enterprise.id);
    expect(await ids(provincial)).toEqual(['e1', 'e2']);
    expect(await ids(tongxiang)).toEqual(['e1']);
    expect(await ids(principal)).toEqual(['e1']);
    expect(await ids(jiaojiang)).toEqual(['e2']);
  });

  it("an operator sees the devices it maintains, and no enterprise's file", async () => {
    const { items } = await gateway.call('registry.device.list', {}, { as: operator });
    expect(items.map((device) => device.mn)).toEqual(['010000A8900016F000169DC0']);
    await expect(gateway.call('registry.enterprise.get', { id: 'e1' }, { as: operator })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('names of many outlets in one question: each sees the own, an operator those it maintains', async () => {
    const everyId = (await db().collection('outlets').distinct('_id')) as unknown as string[];
    const ids = async (as: Caller) =>
      (await gateway.call('registry.outlet.names', { ids: everyId }, { as })).map((one) => one.id);
    expect(await ids(provincial)).toEqual([...everyId].sort());
    const own = await gateway.call('registry.outlet.names', { ids: everyId }, { as: tongxiang });
    expect(own).toEqual([expect.objectContaining({ enterpriseId: 'e1', enterpriseName: expect.any(String) })]);
    expect(await ids(jiaojiang)).not.toContain(own[0]?.id);
    expect(await ids(operator)).toEqual([own[0]?.id]);
  });

  it('lists page by key, and find by name or credit code', async () => {
    const first = await gateway.call('registry.enterprise.list', { limit: 1 }, { as: provincial });
    const second = await gateway.call('registry.enterprise.list', { limit: 1, after: first.next }, { as: provincial });
    expect([...first.items, ...second.items].map((enterprise) => enterprise.id)).toEqual(['e1', 'e2']);
    expect(second.next).toBeUndefined();
    const found = await gateway.call('registry.enterprise.list', { q: '运维' }, { as: provincial });
    expect(found.items.map((enterprise) => enterprise.id)).toEqual(['e2']);
    const byCode = await gateway.call('registry.enterprise.list', { q: '91130200699229617x' }, { as: provincial });
    expect(byCode.items.map((enterprise) => enterprise.id)).toEqual(['e1']);
    expect((await gateway.call('registry.enterprise.list', { q: '.*' }, { as: provincial })).items).toEqual([]);
  });

  it('looks at personal data are in the audit chain', async () => {
    const entries = db().collection('audit');
    const before = await entries.countDocuments();
    await gateway.call('registry.person.get', { id: 'p1' }, { as: tongxiang });
    expect(await entries.countDocuments()).toBe(before + 1);
    expect(await entries.findOne({}, { sort: { _id: -1 } })).toMatchObject({
      action: 'registry.person.get',
      by: { id: tongxiang.id },
      detail: { ids: ['p1'] },
    });
  });

  it('an import is not for everybody', async () => {
    await expect(gateway.call('registry.import', {}, { as: tongxiang })).rejects.toMatchObject({ status: 403 });
  });
});

describe('an unclaimed device (INGESTION_ADMISSION=open)', () => {
  const mn = 'UNKNOWN0000001';
  const firstSeen = Date.parse('2026-11-01T08:00:00+08:00');
  const unclaimed = (id: string) =>
    demo.nats.js.publish(
      'facts.ingestion.device.unclaimed',
      fact.Envelope.encode({
        id,
        type: 'greenwatch.ingestion.v1.DeviceUnclaimed',
        entity: mn,
        sequence: 1,
        occurredAt: firstSeen,
        recordedAt: firstSeen,
        producer: 'ingestion',
        divisionPath: [],
        enterpriseId: '',
        traceParent: '',
        data: ingestionFacts.DeviceUnclaimed.encode({
          mn,
          st: '32',
          edition: '2005',
          firstSeen,
          address: '10.0.0.1',
        }).finish(),
      }).finish(),
    );
  const waiting = async (as: Caller) =>
    (await gateway.call('registry.device.list', { status: 'unclaimed' }, { as })).items.map((device) => device.mn);

  it('waits at the province, once, however often it is told', async () => {
    await unclaimed('fact-1');
    await unclaimed('fact-2');
    const end = Date.now() + 10_000;
    while ((await waiting(provincial)).length === 0 && Date.now() < end) await sleep(50);
    expect(await waiting(provincial)).toEqual([mn]);
    expect(await waiting(tongxiang)).toEqual([]);
    expect((await facts()).filter((envelope) => envelope.entity === mn)).toHaveLength(1);
  });

  it('is claimed for an outlet from when it was first seen, and told', async () => {
    await expect(
      gateway.call('registry.device.claim', { mn, outletId: 'o1', password: 'secret' }, { as: tongxiang }),
    ).rejects.toMatchObject({ status: 404 });
    const device = await gateway.call(
      'registry.device.claim',
      { mn, outletId: 'o1', password: 'secret' },
      { as: provincial },
    );
    expect(device).toMatchObject({
      status: 'active',
      divisionPath: ['330000', '330400', '330483'],
      bindings: [{ outletId: 'o1', enterpriseId: 'e1', medium: 'gas', from: '2026-11-01T08:00:00.000+08:00' }],
    });
    expect((await facts()).at(-1)).toMatchObject({ entity: mn, sequence: 2, enterpriseId: 'e1' });
  });

  it('is claimed only once', async () => {
    await expect(
      gateway.call('registry.device.claim', { mn, outletId: 'o1', password: 'other' }, { as: provincial }),
    ).rejects.toMatchObject({ status: 409, reason: 'ALREADY_CLAIMED' });
  });
});

describe('an operator on the blacklist (domain.md 4.3)', () => {
  const blacklisted = async (operatorId: string, sequence: number, listed: boolean) => {
    const told = { operatorId, listed, reason: 'falsified-monitoring', since: 1, liftedAt: 0, caseNo: '1' };
    const subject = `facts.credit.blacklist.${listed ? 'listed' : 'lifted'}`;
    const id = await tellFact(demo, subject, creditFacts.BlacklistChanged, operatorId, sequence, told);
    await tellFact(demo, subject, creditFacts.BlacklistChanged, operatorId, sequence, told, { id });
  };
  const firm = (id: string) => ({ id, uscc: '91440300708461136T', name: `运维 ${id}`, divisionCode: '331002' });
  const device = (mn: string, operatorId: string) => ({
    ...((province().devices ?? [])[0] as NonNullable<ImportInput['devices']>[number]),
    mn,
    operatorId,
  });
  const barred = async (id: string) => (await gateway.call('registry.operator.get', { id }, { as: tongxiang })).barred;

  it('is told, listed for every county, and its own people see it alone', async () => {
    await demo.call('registry.import', { operators: [firm('op1'), firm('op2')] });
    const told = (await facts()).find(({ entity }) => entity === 'op1') as fact.Envelope;
    expect(registryFacts.OperatorChanged.decode(told.data)).toEqual({
      id: 'op1',
      uscc: '91440300708461136T',
      name: '运维 op1',
      divisionCode: '331002',
      barred: false,
    });
    const listed = await gateway.call('registry.operator.list', {}, { as: tongxiang });
    expect(listed.items.map(({ id }) => id)).toEqual(['op1', 'op2']);
    const staff = user(['operator-staff'], '330000', { operatorId: 'op2' });
    expect((await gateway.call('registry.operator.list', {}, { as: staff })).items.map(({ id }) => id)).toEqual([
      'op2',
    ]);
    await expect(gateway.call('registry.operator.get', { id: 'op1' }, { as: staff })).rejects.toMatchObject({
      status: 404,
    });
    await expect(gateway.call('registry.operator.list', {}, { as: principal })).rejects.toMatchObject({ status: 403 });
  });

  it('takes on no device, by import or by claim, until lifted; facts twice and late end the same', async () => {
    await demo.call('registry.import', { devices: [device('BAR0', 'op1')] });
    await blacklisted('op1', 1, true);
    // Of op2 the lifting comes first.
    await blacklisted('op2', 2, false);
    await blacklisted('op2', 1, true);
    // Of op3 the listing comes before the operator.
    await blacklisted('op3', 1, true);
    await factsHandled(demo, 'registry');
    await demo.call('registry.import', { operators: [firm('op3')] });
    expect([await barred('op1'), await barred('op2'), await barred('op3')]).toEqual([true, false, true]);
    expect(
      (await facts())
        .filter(({ entity }) => entity === 'op1')
        .map(({ data }) => registryFacts.OperatorChanged.decode(data).barred),
    ).toEqual([false, true]);

    await expect(demo.call('registry.import', { devices: [device('BAR1', 'op1')] })).rejects.toThrow(
      /not on the blacklist: op1/,
    );
    await expect(demo.call('registry.import', { devices: [device('BAR1', 'op3')] })).rejects.toThrow(
      /not on the blacklist: op3/,
    );
    // An import again, and what it maintains already, are no new devices.
    expect(await demo.call('registry.import', { devices: [device('BAR0', 'op1')], operators: [firm('op1')] })).toEqual({
      changed: 0,
      unchanged: 2,
    });
    await expect(
      gateway.call(
        'registry.device.claim',
        { mn: 'BAR0', outletId: 'o1', password: 'x', operatorId: 'op9' },
        { as: provincial },
      ),
    ).rejects.toMatchObject({ status: 404 });

    await blacklisted('op1', 2, false);
    await blacklisted('op1', 1, true);
    await factsHandled(demo, 'registry');
    expect(await barred('op1')).toBe(false);
    expect(await demo.call('registry.import', { devices: [device('BAR1', 'op1')] })).toEqual({
      changed: 1,
      unchanged: 0,
    });
  });

  it('takes on no device by claim', async () => {
    const known = await db()
      .collection('devices')
      .findOne({ _id: 'BAR1' as never });
    await db()
      .collection('devices')
      .insertOne({ ...known, _id: 'BAR2' as never, status: 'unclaimed', divisionPath: ['330000'], bindings: [] });
    const claim = (operatorId: string) =>
      gateway.call(
        'registry.device.claim',
        { mn: 'BAR2', outletId: 'o1', password: 'x', operatorId },
        { as: provincial },
      );
    await expect(claim('op3')).rejects.toMatchObject({ status: 409, reason: 'OPERATOR_BARRED' });
    expect(await claim('op2')).toMatchObject({ status: 'active', operatorId: 'op2' });
  });
});

it('the legal representative is kept and told', async () => {
  const [enterprise] = province().enterprises ?? [];
  await demo.call('registry.import', {
    enterprises: [{ ...(enterprise as NonNullable<typeof enterprise>), legalRepresentative: '王某' }],
  });
  expect(await gateway.call('registry.enterprise.get', { id: 'e1' }, { as: tongxiang })).toMatchObject({
    legalRepresentative: '王某',
  });
  const told = (await facts()).filter(({ entity }) => entity === 'e1').at(-1) as fact.Envelope;
  expect(registryFacts.EnterpriseChanged.decode(told.data).legalRepresentative).toBe('王某');
});
