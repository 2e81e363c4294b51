import { readingsGrpc, readingsLog } from '@greenwatch/contracts';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient, encodeBatch, grpcMetadata, partitionOf, READINGS } from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testServers,
  until,
} from '@greenwatch/testkit';
import { credentials } from '@grpc/grpc-js';
import type { ConsumerInfo } from '@nats-io/jetstream';

const PARTITIONS = 8;
const T = Date.UTC(2026, 7, 14, 2);
/** The moment that every round corrects: the last correction counts. */
const CORRECTED = T - 60_000;
const DEVICES = Array.from({ length: 40 }, (_, i) => `SCALE${i}`);
const { KIND_REALTIME } = readingsLog.Kind;

let servers: TestServers;
let client: Client;
const instances: TestProcess[] = [];
let exportAt = '';

beforeAll(async () => {
  servers = await testServers();
  await start('one', await choosePort());
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['readings'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await Promise.all(instances.map((instance) => instance.stop()));
  await servers?.stop();
}, 60_000);

async function start(instance: string, grpcPort: number): Promise<void> {
  const health = await choosePort();
  const started = await startTestProcess({
    script: 'services/readings/dist/main.js',
    environment: {
      ...(serviceEnvironment(servers, 'readings') as Record<string, string>),
      READINGS_PARTITIONS: String(PARTITIONS),
      GRPC_PORT: String(grpcPort),
      HEALTH_PORT: String(health),
      INSTANCE: instance,
    },
    readyAt: `http://127.0.0.1:${health}`,
  });
  instances.push(started);
}

let received = 0;
/** One message a device: a moment of its own, and the round's correction of one moment. */
async function send(round: number): Promise<void> {
  for (const mn of DEVICES) {
    const packet = (dataTime: number, value: string) => ({
      mn,
      kind: KIND_REALTIME,
      dataTime,
      receivedAt: T + received++,
      fields: `w01018-Rtd=${value},w01018-Flag=N`,
      raw: new Uint8Array(),
    });
    const batch = encodeBatch([packet(T + round * 1_000, `${round}.5`), packet(CORRECTED, String(round))]);
    await client.nats.js.publish(`readings.${partitionOf(mn, PARTITIONS)}`, batch);
  }
}

const consumers = () =>
  Promise.all(Array.from({ length: PARTITIONS }, (_, p) => client.nats.jsm.consumers.info(READINGS, `readings-${p}`)));
const workedOff = async () =>
  (await consumers()).every(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0);
/** Left out by the client's types. */
interface Pinned {
  priority_groups?: { pinned_client_id?: string }[];
}
/** Whom the server gives each partition to: a name that it makes anew whenever it gives it to somebody else. */
const holders = async () =>
  (await consumers()).map((info: ConsumerInfo & Pinned) => info.priority_groups?.[0]?.pinned_client_id);

async function stored(): Promise<readingsGrpc.Moment[]> {
  const readings = new readingsGrpc.ReadingsServiceClient(exportAt, credentials.createInsecure());
  const moments: readingsGrpc.Moment[] = [];
  try {
    const request = { mns: DEVICES, kinds: [], from: 0, to: 0 };
    const answers = readings.export(request, await grpcMetadata(client.identity, client.identity.self));
    for await (const chunk of answers as AsyncIterable<readingsGrpc.Moments>) moments.push(...chunk.moments);
  } finally {
    readings.close();
  }
  return moments;
}

const movedSince = async (before: readonly unknown[]) => {
  const now = await holders();
  return before.filter((holder, partition) => holder !== now[partition]).length;
};

// That a later one gets its share of the partitions is shown in packages/kit/test/log-consumer.int.test.ts.
test('design 4: kill -9 of one of two instances: the other has its partitions within 10 s, in order, nothing lost or twice', async () => {
  let round = 0;
  const sendRounds = async (count: number) => {
    for (const end = round + count; round < end; round++) await send(round);
  };
  await sendRounds(10);
  await until(workedOff, 30_000);
  // Whoever comes first has all partitions, so killing it moves them.
  const shared = await holders();
  const port = await choosePort();
  await start('two', port);
  exportAt = `127.0.0.1:${port}`;

  // In the middle of work.
  await sendRounds(10);
  await instances[0]?.kill();
  const killed = Date.now();
  await sendRounds(10);
  await until(workedOff, 20_000);
  expect(Date.now() - killed).toBeLessThan(10_000);
  const moved = await movedSince(shared);
  expect(moved).toBeGreaterThan(0);

  await sendRounds(10);
  await until(workedOff, 30_000);
  const moments = await stored();
  const keys = moments.map(({ mn, dataTime }) => `${mn} ${dataTime}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBe(DEVICES.length * (round + 1));
  for (const { dataTime, factors, revisions } of moments) {
    const value = factors[0]?.fields.find(({ name }) => name === 'Rtd')?.value;
    if (dataTime === CORRECTED) {
      // In the order of the log the last correction is the last round's, and each other round's was kept.
      expect([value, revisions]).toEqual([String(round - 1), round - 1]);
    } else expect([value, revisions]).toEqual([`${(dataTime - T) / 1_000}.5`, 0]);
  }
}, 180_000);
