import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { type Connection, Schema } from 'mongoose';
import { connectMongo, defineService, type Migration, migrateService, runService } from '../src';

let servers: TestServers;
let db: Connection;
beforeAll(async () => {
  servers = await testServers();
});
beforeEach(async () => {
  await db?.close();
  db = await connectMongo(servers.mongoUri, `${servers.database}_credit`, 'test');
  await db.dropDatabase();
});
afterAll(async () => {
  await db?.close();
  await servers.stop();
});

const env = (more: Record<string, string> = {}) => serviceEnvironment(servers, 'credit', more);
const service = (migrations: readonly Migration[]) =>
  defineService({
    name: 'credit',
    config: Type.Object({}),
    migrations,
    create(kit) {
      const schema = new Schema({ _id: String, name: String }, { collection: 'things' });
      kit.db.model('Thing', schema.index({ name: 1 }));
      return {
        prepare: () =>
          kit.db.createCollection('measured', { capped: true, size: 4096 }).then(
            () => undefined,
            (error: { code?: number }) => {
              if (error.code !== 48) throw error;
            },
          ),
      };
    },
  });
const made = async () =>
  (await db.collection('migrations').find().sort({ at: 1 }).toArray()).map(({ _id }) => String(_id));

/** Counts how often each runs, and how many at a time. */
function counted(ids: readonly string[], ms = 0) {
  const ran: string[] = [];
  let atATime = 0;
  let most = 0;
  const list = ids.map(
    (id): Migration => ({
      id,
      async run() {
        most = Math.max(most, ++atATime);
        await new Promise((resolve) => setTimeout(resolve, ms));
        ran.push(id);
        atATime--;
      },
    }),
  );
  return { list, ran, most: () => most };
}

describe('main.js migrate', () => {
  it('makes collections, indexes and streams, and each migration once, in order', async () => {
    const { list, ran } = counted(['2026-01-first', '2026-02-second']);
    await migrateService(service(list), env());
    await migrateService(service(list), env());
    expect(ran).toEqual(['2026-01-first', '2026-02-second']);
    expect(await made()).toEqual(['2026-01-first', '2026-02-second']);
    const names = (await db.listCollections()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['things', 'measured', 'outbox', 'migrations']));
    expect(Object.keys(await db.collection('things').indexInformation())).toContain('name_1');
  });

  it('is safe when several run at once: one works, the others wait', async () => {
    const { list, ran, most } = counted(['a', 'b', 'c'], 300);
    await Promise.all(['1', '2', '3'].map((instance) => migrateService(service(list), env({ INSTANCE: instance }))));
    expect(ran).toEqual(['a', 'b', 'c']);
    expect(most()).toBe(1);
    expect(await made()).toEqual(['a', 'b', 'c']);
  });

  it('holds the lease also while one migration takes longer than it', async () => {
    const { list, ran, most } = counted(['long'], 6_500);
    await Promise.all(['1', '2'].map((instance) => migrateService(service(list), env({ INSTANCE: instance }))));
    expect(ran).toEqual(['long']);
    expect(most()).toBe(1);
  });

  it('says which one failed and at which the data stands, and goes on there the next time', async () => {
    const { list, ran } = counted(['a', 'b', 'c']);
    const broken = list.map((migration) =>
      migration.id === 'b' ? { id: 'b', run: () => Promise.reject(new Error('no room')) } : migration,
    );
    await expect(migrateService(service(broken), env())).rejects.toThrow(
      'migration b failed: no room; the data stands at a',
    );
    expect(await made()).toEqual(['a']);
    await migrateService(service(list), env());
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  it('is done by a normal start where nobody did it', async () => {
    const { list, ran } = counted(['a']);
    const running = await runService(service(list), env());
    await running.stop();
    expect(ran).toEqual(['a']);
  });
});
