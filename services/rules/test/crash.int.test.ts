import { fact, permitsFacts, readingsLog, registryFacts, rulesFacts } from '@greenwatch/contracts';
import {
  type Client,
  type Codec,
  connectClient,
  encodeBatch,
  FACTS,
  newId,
  partitionOf,
  READINGS,
} from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testServers,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';

const PARTITIONS = 4;
const HOUR = 3_600_000;
const DEVICES = Array.from({ length: 30 }, (_, i) => `MN${i}`);

let servers: TestServers;
let client: Client;
let mongo: MongoClient;
let db: Db;
let processes: TestProcess[] = [];

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_rules`);
  const start = (instance: string) =>
    startTestProcess({
      script: 'services/rules/dist/main.js',
      environment: {
        ...(serviceEnvironment(servers, 'rules') as Record<string, string>),
        READINGS_PARTITIONS: String(PARTITIONS),
        INSTANCE: instance,
      },
    });
  processes = [await start('one'), await start('two')];
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['rules'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await Promise.all(processes.map((process) => process.stop()));
  await mongo?.close();
  await servers?.stop();
}, 60_000);

async function until(condition: () => Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end)
      throw new Error(`it did not become true in time\n${processes.map((p) => p.log()).join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function tell<T>(subject: string, codec: Codec<T>, entity: string, data: T): Promise<void> {
  const envelope = fact.Envelope.encode({
    id: newId(),
    type: codec.$type,
    entity,
    sequence: 1,
    occurredAt: 0,
    recordedAt: 0,
    producer: 'test',
    divisionPath: [],
    enterpriseId: '',
    traceParent: '',
    data: codec.encode(data).finish(),
  });
  await client.nats.js.publish(subject, envelope.finish());
}

async function setUp(): Promise<void> {
  for (const mn of DEVICES) {
    await tell('facts.registry.device.changed', registryFacts.DeviceChanged, mn, {
      mn,
      status: 'active',
      passwordEncrypted: '',
      addresses: [],
      edition: '2017',
      missingFlagValid: false,
      operatorId: '',
      bindings: [{ outletId: `o-${mn}`, enterpriseId: 'e', medium: 'gas', from: 0, to: 0, divisionPath: ['330000'] }],
      facilities: [],
      oldPasswords: undefined,
      ppmFactors: [],
    });
    const limit = {
      id: 'so2',
      outletId: `o-${mn}`,
      factor: 'a21026',
      period: 'hour',
      limit: 35,
      decimals: 0,
      unit: 'mg/m3',
      referenceOxygen: 0,
      basis: 'GB 13223-2011',
      validFrom: 1,
      validTo: 0,
      minimum: 0,
    };
    await tell('facts.permits.permit.changed', permitsFacts.PermitChanged, `p-${mn}`, {
      id: `p-${mn}`,
      number: '',
      enterpriseId: 'e',
      managementClass: 'key',
      validFrom: 1,
      validTo: 1e15,
      version: 1,
      status: 'valid',
      limits: [limit],
      outlets: [],
      quotas: [],
    });
  }
  await until(async () => {
    const known = await Promise.all(['devices', 'permits'].map((name) => db.collection(name).countDocuments()));
    return known.every((n) => n === DEVICES.length);
  }, 20_000);
}

/** Every device exceeds at the same three stretches of 48 hours. */
const values = Array.from({ length: 48 }, (_, i) => ([5, 6, 20, 33, 34, 35].includes(i) ? 40 : 20 + (i % 5)));

async function send(hour: number, first: number): Promise<void> {
  for (const mn of DEVICES) {
    const batch = encodeBatch([
      {
        mn,
        kind: readingsLog.Kind.KIND_HOUR,
        dataTime: first + hour * HOUR,
        receivedAt: Date.now(),
        fields: `a21026-Avg=${values[hour]},a21026-Flag=N`,
        raw: new Uint8Array(),
      },
    ]);
    await client.nats.js.publish(`readings.${partitionOf(mn, PARTITIONS)}`, batch);
  }
}

test('kill -9 of an instance in the middle: each episode is one alarm, told once, in order', async () => {
  await setUp();
  const first = Math.floor(Date.now() / HOUR) * HOUR - 48 * HOUR;
  for (let hour = 0; hour < values.length; hour++) {
    await send(hour, first);
    if (hour === 10) await processes[0]?.kill();
    if (hour === 20) await processes[0]?.start();
    if (hour === 34) await processes[1]?.kill();
  }
  await until(async () => {
    for (let p = 0; p < PARTITIONS; p++) {
      const { num_pending, num_ack_pending } = await client.nats.jsm.consumers.info(READINGS, `rules-${p}`);
      if (num_pending + num_ack_pending > 0) return false;
    }
    return (await db.collection('outbox').countDocuments({ pending: true })) === 0;
  }, 60_000);

  const alarms = await db.collection('alarms').find().sort({ mn: 1, startedAt: 1 }).toArray();
  const expected = DEVICES.flatMap((mn) => [
    [mn, 5, 7, 'high'],
    [mn, 20, 21, 'high'],
    [mn, 33, 36, 'urgent'],
  ]).sort((a, b) => (`${a[0]}` < `${b[0]}` ? -1 : `${a[0]}` > `${b[0]}` ? 1 : 0));
  const found = alarms.map((a) => [a.mn, (a.startedAt - first) / HOUR, (a.until - first) / HOUR, a.level]);
  expect(found).toEqual(expected);
  expect(alarms.every((alarm) => alarm.active === false)).toBe(true);

  const sequences = new Map<string, number[]>();
  const consumer = await client.nats.js.consumers.get(FACTS, { filter_subjects: ['facts.rules.alarm.>'] });
  for await (const message of await consumer.fetch({ max_messages: 10_000, expires: 5_000 })) {
    const { entity, sequence, data } = fact.Envelope.decode(message.data);
    expect(rulesFacts.AlarmChanged.decode(data).id).toBe(entity);
    sequences.set(entity, [...(sequences.get(entity) ?? []), sequence]);
    if (message.info.pending === 0) break;
  }
  for (const alarm of alarms) {
    const told = sequences.get(String(alarm._id));
    expect(told).toEqual(Array.from({ length: alarm.sequence }, (_, i) => i + 1));
  }
}, 120_000);
