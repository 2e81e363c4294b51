import { ingestionFacts } from '@greenwatch/contracts';
import { asIssuer, serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { type Client, connectClient, defineService, type Kit, onFact, type RunningService, runService } from '../src';

let servers: TestServers;

beforeAll(async () => {
  servers = await testServers();
});
afterAll(() => servers.stop());

const until = async (condition: () => boolean | Promise<boolean>, ms = 20_000) => {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not become true in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

const link = (mn: string) => ({ mn, online: true, at: 1, address: '' });

/** Tells facts about its "links" and takes them itself, counting in its own database. */
function teller(seen: string[], failing: { times: number }) {
  let kit: Kit | undefined;
  const definition = defineService({
    name: 'ingestion',
    config: Type.Object({}),
    create(given) {
      kit = given;
      const counts = given.db.collection<{ _id: string; n: number }>('counts');
      return {
        actions: {
          'ingestion.link.list': async ({ mns }) => mns.map((mn) => ({ mn, online: true })),
        },
        facts: {
          'facts.ingestion.device.*': onFact(ingestionFacts.DeviceLink, async (fact, session) => {
            if (fact.data.mn === 'BAD' || failing.times-- > 0) throw new Error('cannot');
            await counts.updateOne({ _id: fact.entity }, { $inc: { n: 1 } }, { upsert: true, session });
            seen.push(`${fact.entity}:${fact.sequence}`);
          }),
        },
      };
    },
  });
  const tell = (entity: string, sequence: number, more: { publishAt?: number; cancelKey?: string } = {}) =>
    (kit as Kit).transaction(async (session) => {
      await (kit as Kit).facts.append(session, {
        subject: 'facts.ingestion.device.online',
        codec: ingestionFacts.DeviceLink,
        data: link(entity),
        entity,
        sequence,
        occurredAt: 1,
        ...more,
      });
    });
  return { definition, tell, kit: () => kit as Kit };
}

describe('facts (design.md 5)', () => {
  const seen: string[] = [];
  const failing = { times: 0 };
  const service = teller(seen, failing);
  let running: RunningService;

  beforeAll(async () => {
    running = await runService(service.definition, serviceEnvironment(servers, 'ingestion'));
  });
  afterAll(() => running.stop());

  const countOf = async (entity: string) =>
    (await service.kit().db.collection<{ _id: string; n: number }>('counts').findOne({ _id: entity }))?.n;

  it('reach their handlers after the commit, in the order of the entity', async () => {
    for (let i = 1; i <= 20; i++) await service.tell('A', i);
    await until(() => seen.filter((s) => s.startsWith('A:')).length === 20);
    expect(seen.filter((s) => s.startsWith('A:'))).toEqual(Array.from({ length: 20 }, (_, i) => `A:${i + 1}`));
  });

  it('are not told when the transaction fails', async () => {
    const kit = service.kit();
    await expect(
      kit.transaction(async (session) => {
        await kit.facts.append(session, {
          subject: 'facts.ingestion.device.online',
          codec: ingestionFacts.DeviceLink,
          data: link('NEVER'),
          entity: 'NEVER',
          sequence: 1,
          occurredAt: 1,
        });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await kit.db.collection('outbox').countDocuments({ pending: true })).toBe(0);
  });

  it('with publishAt wait for their time and can be cancelled by key', async () => {
    const at = Date.now() + 1_500;
    await service.tell('LATER', 1, { publishAt: at, cancelKey: 'later' });
    await service.tell('CANCELLED', 1, { publishAt: at, cancelKey: 'cancelled' });
    await service.kit().transaction((session) => service.kit().facts.cancel(session, 'cancelled'));
    await until(() => seen.includes('LATER:1'));
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(seen).not.toContain('CANCELLED:1');
  });

  it('take effect once although the stream delivers them twice', async () => {
    const { js } = { js: service.kit() };
    await service.tell('TWICE', 1);
    await until(async () => (await countOf('TWICE')) === 1);
    const row = await js.db
      .collection<{ _id: string; subject: string; envelope: { buffer: Uint8Array } }>('outbox')
      .findOne({}, { sort: { _id: -1 } });
    // Published again past the duplicate window's reach: another message id, the same fact.
    js.nats.publish(row?.subject ?? '', row?.envelope.buffer);
    await service.tell('AFTER', 1);
    await until(() => seen.includes('AFTER:1'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await countOf('TWICE')).toBe(1);
  });

  it('are tried again after a failure, and nothing of the failed try stays', async () => {
    failing.times = 1;
    await service.tell('RETRIED', 1);
    await until(async () => (await countOf('RETRIED')) === 1);
  });

  it('survive that NATS is killed between commit and publish', async () => {
    await servers.killNats();
    await service.tell('KILLED', 1);
    await servers.startNats();
    await until(async () => (await countOf('KILLED')) === 1);
  });
});

describe('actions', () => {
  let client: Client;
  let running: RunningService;

  beforeAll(async () => {
    running = await runService(teller([], { times: 0 }).definition, serviceEnvironment(servers, 'ingestion'));
    client = await connectClient({ ...asIssuer(servers, 'demo'), services: ['ingestion'] });
  });
  afterAll(async () => {
    await client.close();
    await running.stop();
  });

  it('answer a caller whose identity verifies', async () => {
    expect(await client.call('ingestion.link.list', { mns: ['M1'] })).toEqual([{ mn: 'M1', online: true }]);
  });

  it('name the field that is wrong and what was expected', async () => {
    await expect(client.call('ingestion.link.list', { mns: [''] })).rejects.toMatchObject({
      status: 422,
      detail: { errors: [{ field: 'mns.0' }, { field: 'mns.0' }] },
    });
  });

  it('do not believe an issuer that speaks for somebody else', async () => {
    const gateway = { ...client.identity.self, kind: 'user' as const, id: 'u1', roles: ['administrator' as const] };
    await expect(client.call('ingestion.link.list', { mns: ['M1'] }, { as: gateway })).rejects.toMatchObject({
      status: 401,
    });
  });

  it('say which service is away', async () => {
    await expect(client.call('rules.alarm.get', { id: 'x' })).rejects.toMatchObject({
      status: 503,
      detail: { service: 'rules' },
    });
  });
});
