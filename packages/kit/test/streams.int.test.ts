import { PassThrough } from 'node:stream';
import { type TestServers, testKeys, testServers, until } from '@greenwatch/testkit';
import pino from 'pino';
import { createBroker, createCall, moleculerService } from '../src/broker';
import { conflict } from '../src/errors';
import { loadIdentity } from '../src/identity';
import { Metrics } from '../src/metrics/metrics';

let servers: TestServers;
let node = 0;

beforeAll(async () => {
  servers = await testServers();
});
afterAll(() => servers.stop());

const params = { taskId: 'T', filename: 'a.jpg', contentType: 'image/jpeg' } as const;

/** Two processes' worth: one that takes an upload with `handle`, one that sends it. */
async function uploading(handle: (stream: PassThrough) => Promise<never>) {
  node += 1;
  const keys = testKeys(servers);
  const identityOf = (issuer: string) =>
    loadIdentity(issuer, '650000', keys.privateKeyFile(issuer), keys.publicKeysFile);
  const [own, sender] = await Promise.all([identityOf('tasking'), identityOf('gateway')]);
  const officer = { ...sender.self, kind: 'user' as const, roles: ['officer' as const] };
  const serving = createBroker(servers.natsUrl, `serving-${node}`, 'fatal');
  serving.createService(
    moleculerService(
      'tasking',
      { 'tasking.photo.add': (_params, { stream }) => handle(stream as PassThrough) },
      own,
      pino({ level: 'silent' }),
      new Metrics(),
    ),
  );
  const sending = createBroker(servers.natsUrl, `sending-${node}`, 'fatal');
  await Promise.all([serving.start(), sending.start()]);
  await sending.waitForServices('tasking', 10_000);
  const stream = new PassThrough();
  const answer = createCall(sending, sender)('tasking.photo.add', params, { as: officer, stream });
  return { serving, sending, stream, answer };
}

test('a refused upload is read to its end before it is answered', async () => {
  let received: PassThrough | undefined;
  const { serving, sending, stream, answer } = await uploading(async (given) => {
    received = given;
    given.destroy();
    throw conflict('FULL', 'There are enough.');
  });
  const refusal = expect(answer).rejects.toMatchObject({ code: 409 });
  stream.write('first');
  await until(() => received !== undefined);
  stream.end(Buffer.alloc(300_000));
  await refusal;
  expect(stream.readableEnded).toBe(true);
  const { pendingReqStreams } = serving.transit as unknown as { pendingReqStreams: Map<string, unknown> };
  expect(pendingReqStreams.size).toBe(0);
  await Promise.all([sending.stop(), serving.stop()]);
});

test('a sender that goes in the middle of an upload nobody reads takes nothing with it', async () => {
  let received: PassThrough | undefined;
  const { serving, sending, stream, answer } = await uploading(async (given) => {
    received = given;
    await until(() => given.destroyed);
    throw conflict('GONE', 'Its sender is away.');
  });
  answer.catch(() => {});
  stream.write('first');
  await until(() => received !== undefined);
  await sending.stop();
  await until(() => received?.destroyed === true);
  expect(received?.errored?.message).toContain('closed by sending-');
  await serving.stop();
});
