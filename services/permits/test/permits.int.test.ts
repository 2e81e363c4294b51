import { fact, type PermitInput, permitsFacts, registryFacts } from '@greenwatch/contracts';
import { type Caller, type Client, FACTS, newId } from '@greenwatch/kit';
import type { Db } from 'mongodb';
import { administrator, caller, JIAOJIANG, RunningPermits, TONGXIANG, tongxiang } from './running-permits';

let running: RunningPermits;
let gateway: Client;
let db: Db;

beforeAll(async () => {
  running = await RunningPermits.start();
  ({ gateway, db } = running);
}, 60_000);
afterAll(() => running?.stop(), 30_000);

const permit = (id: string, number: string, change: Partial<PermitInput> = {}): PermitInput => ({
  id,
  number,
  enterpriseId: `e-${id}`,
  managementClass: 'key',
  validFrom: '2023-01-01T00:00:00+08:00',
  validTo: '2098-01-01T00:00:00+08:00',
  issuer: '嘉兴市生态环境局',
  limits: [
    {
      id: `${id}-so2`,
      outletId: `o-${id}`,
      factor: 'a21026',
      period: 'hour',
      limit: 50,
      decimals: 0,
      unit: 'mg/m3',
      referenceOxygen: 6,
      basis: 'GB 13223-2011 table 2',
      validFrom: '2023-01-01T00:00:00+08:00',
    },
  ],
  ...change,
});
const importing = (...list: PermitInput[]) => gateway.call('permits.import', { permits: list }, { as: administrator });
const listed = (id: string, as: Caller) => gateway.call('permits.permit.list', { enterpriseId: `e-${id}` }, { as });

async function until(condition: () => Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not become true in time');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function tellEnterprise(id: string, sequence: number, divisionPath: string[]): Promise<void> {
  const data = registryFacts.EnterpriseChanged.decode(new Uint8Array());
  const envelope = fact.Envelope.encode({
    id: newId(),
    type: registryFacts.EnterpriseChanged.$type,
    entity: id,
    sequence,
    occurredAt: 0,
    recordedAt: 0,
    producer: 'registry',
    divisionPath,
    enterpriseId: id,
    traceParent: '',
    data: registryFacts.EnterpriseChanged.encode({ ...data, id }).finish(),
  });
  await gateway.nats.js.publish('facts.registry.enterprise.changed', envelope.finish());
}

/** What was told of a permit, read from the stream. */
async function told(id: string) {
  const consumer = await gateway.nats.js.consumers.get(FACTS, { filter_subjects: ['facts.permits.permit.changed'] });
  const facts: { sequence: number; divisionPath: string[]; data: permitsFacts.PermitChanged }[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
    const { entity, sequence, divisionPath, data } = fact.Envelope.decode(message.data);
    if (entity === id) facts.push({ sequence, divisionPath, data: permitsFacts.PermitChanged.decode(data) });
    if (message.info.pending === 0) break;
  }
  return facts;
}

describe('import', () => {
  it('a change is a new version, identical input changes nothing', async () => {
    const first = permit('p1', '91130200699229617X001P');
    await tellEnterprise('e-p1', 1, TONGXIANG);
    await until(async () => (await db.collection('enterprises').countDocuments({ _id: 'e-p1' as never })) === 1);
    expect(await importing(first)).toEqual({ changed: 1, unchanged: 0 });
    expect(await importing(first)).toEqual({ changed: 0, unchanged: 1 });
    // The same said in another zone and order is the same.
    expect(await importing({ ...first, validFrom: '2022-12-31T16:00:00Z' })).toEqual({ changed: 0, unchanged: 1 });

    const limits = first.limits.map((limit) => ({ ...limit, limit: 35 }));
    expect(await importing({ ...first, limits })).toEqual({ changed: 1, unchanged: 0 });
    expect(await listed('p1', tongxiang)).toMatchObject([
      { id: 'p1', version: 2, status: 'valid', divisionPath: TONGXIANG, limits: [{ limit: 35, referenceOxygen: 6 }] },
    ]);
    expect(await db.collection('permit_versions').countDocuments({ permitId: 'p1' })).toBe(2);

    await until(async () => (await told('p1')).length === 2);
    expect(await told('p1')).toMatchObject([
      { sequence: 1, divisionPath: TONGXIANG, data: { version: 1, limits: [{ limit: 50, referenceOxygen: 6 }] } },
      { sequence: 2, data: { version: 2, limits: [{ limit: 35, validTo: 0 }] } },
    ]);
  });

  it('HJ 608-2017, GB 32100-2015: a wrong number is refused by name and nothing is stored', async () => {
    const good = permit('p2', '91440300708461136T001P');
    const wrong = permit('p3', '91440300708461136X002P');
    await expect(importing(good, wrong)).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'permits.1.number', expected: expect.stringContaining('check character T') }] },
    });
    expect(await db.collection('permits').countDocuments({ _id: { $in: ['p2', 'p3'] as never[] } })).toBe(0);
  });

  it('one permit per premises: a number that another permit has is refused', async () => {
    await expect(importing(permit('p4', '91130200699229617X001P'))).rejects.toMatchObject({
      status: 409,
      reason: 'PERMIT_NUMBER_TAKEN',
    });
  });

  it('is for administrators', async () => {
    const call = gateway.call('permits.import', { permits: [] }, { as: tongxiang });
    await expect(call).rejects.toMatchObject({ status: 403 });
  });
});

describe('place', () => {
  it('a permit that comes before its enterprise ends up in its place, and goes with it', async () => {
    await importing(permit('late', '91350100M000100Y43001P'));
    expect(await listed('late', tongxiang)).toEqual([]);
    await tellEnterprise('e-late', 1, TONGXIANG);
    await until(async () => (await listed('late', tongxiang)).length === 1);

    await tellEnterprise('e-late', 3, JIAOJIANG);
    await tellEnterprise('e-late', 2, TONGXIANG);
    await until(async () => (await listed('late', tongxiang)).length === 0);
    expect(await listed('late', caller('331002'))).toMatchObject([{ version: 1 }]);
    const facts = await told('late');
    expect(facts.map(({ sequence, divisionPath }) => [sequence, divisionPath.at(-1)])).toEqual([
      [1, undefined],
      [2, '330483'],
      [3, '331002'],
    ]);
  });

  it('scope: the province and the enterprise see it, another county and another enterprise do not', async () => {
    const principal = (enterpriseId: string) => caller('330483', { roles: ['principal'], enterpriseId });
    const limits = (as: Caller) => gateway.call('permits.limit.list', { outletId: 'o-p1' }, { as });
    for (const as of [caller('330000'), tongxiang, principal('e-p1')]) {
      expect(await limits(as)).toHaveLength(1);
      expect(await listed('p1', as)).toHaveLength(1);
    }
    for (const as of [caller('331002'), principal('e-late')]) {
      expect(await limits(as)).toEqual([]);
      expect(await listed('p1', as)).toEqual([]);
    }
  });

  it('limits in force at a moment', async () => {
    const at = (time: string) => gateway.call('permits.limit.list', { outletId: 'o-p1', at: time }, { as: tongxiang });
    expect(await at('2022-12-31T23:59:59+08:00')).toEqual([]);
    expect(await at('2023-01-01T00:00:00+08:00')).toMatchObject([{ id: 'p1-so2' }]);
  });
});

describe('条例 Art 14: validity', () => {
  it('a permit expires by its timer, which a newer version cancels', async () => {
    const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
    const first = permit('brief', '91440300708461136T009P', { validTo: soon(3_600_000) });
    await importing(first);
    await importing({ ...first, validTo: soon(1_200) });
    const timers = await db.collection('outbox').find({ cancelKey: 'expiry:brief', pending: true }).toArray();
    expect(timers).toHaveLength(1);
    await tellEnterprise('e-brief', 1, TONGXIANG);
    await until(async () => (await told('brief')).at(-1)?.data.status === 'expired');
    expect((await told('brief')).map(({ sequence, data }) => [sequence, data.version, data.status])).toEqual([
      [1, 1, 'valid'],
      [2, 2, 'valid'],
      [3, 2, 'valid'],
      [4, 2, 'expired'],
    ]);
    expect(await listed('brief', tongxiang)).toMatchObject([{ status: 'expired', version: 2 }]);
  });
});
