import { type TestServers, testServers } from '@greenwatch/testkit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import Redis from 'ioredis';
import { MongoClient } from 'mongodb';

let servers: TestServers;
beforeAll(async () => {
  servers = await testServers();
});
afterAll(() => servers.stop());

test('MongoDB is a replica set: a transaction that aborts leaves nothing', async () => {
  const client = await MongoClient.connect(servers.mongoUri);
  try {
    const rows = client.db(servers.database).collection('rows');
    await rows.insertOne({ n: 1 }, { writeConcern: { w: 'majority', journal: true } });
    const aborted = client.withSession((session) =>
      session.withTransaction(async () => {
        await rows.insertOne({ n: 2 }, { session });
        throw new Error('on purpose');
      }),
    );
    await expect(aborted).rejects.toThrow('on purpose');
    expect(await rows.countDocuments()).toBe(1);
  } finally {
    await client.close();
  }
});

test('what JetStream has acknowledged survives kill -9, under the same address', async () => {
  const publish = async (text: string) => {
    const connection = await connect({ servers: servers.natsUrl });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept.>'] });
    await jetstream(connection).publish('kept.one', text);
    const { state } = await manager.streams.info('KEPT');
    await connection.close();
    return state.messages;
  };
  expect(await publish('before')).toBe(1);
  await servers.restartNats();
  expect(await publish('after')).toBe(2);
});

test('Valkey answers with its password only', async () => {
  const valkey = new Redis(servers.valkeyUrl);
  await valkey.set('key', 'value');
  expect(await valkey.get('key')).toBe('value');
  valkey.disconnect();

  const withoutPassword = servers.valkeyUrl.replace(/:[^:@]*@/, '');
  const stranger = new Redis(withoutPassword, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  stranger.on('error', () => {});
  await expect(stranger.connect().then(() => stranger.get('key'))).rejects.toThrow('NOAUTH');
  stranger.disconnect();
});
