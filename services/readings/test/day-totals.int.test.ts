import { fact, readingsFacts, readingsLog, registryFacts } from '@greenwatch/contracts';
import { encodeBatch, FACTS, partitionOf, READINGS } from '@greenwatch/kit';
import { factsHandled, tellFact, until } from '@greenwatch/testkit';
import { RunningReadings } from './running-readings';

const HOUR = 3_600_000;
const DAY = Date.parse('2026-11-20T00:00:00+08:00');
const TONGXIANG = ['330000', '330400', '330483'];
const PARTITIONS = 16;

let readings: RunningReadings;

beforeAll(async () => {
  readings = await RunningReadings.start();
}, 60_000);
afterAll(() => readings?.stop(), 30_000);

async function send(mn: string, hour: number, fields: string): Promise<void> {
  const packet = {
    mn,
    kind: readingsLog.Kind.KIND_HOUR,
    dataTime: DAY + hour * HOUR,
    receivedAt: Date.now(),
    fields,
    raw: new Uint8Array(),
  };
  await readings.client.nats.js.publish(`readings.${partitionOf(mn, PARTITIONS)}`, encodeBatch([packet]));
}

async function bind(mn: string, sequence: number, outletId: string): Promise<void> {
  const data = {
    ...registryFacts.DeviceChanged.decode(new Uint8Array()),
    mn,
    status: 'active',
    bindings: [{ outletId, enterpriseId: 'e1', medium: 'water', from: 0, to: 0, divisionPath: TONGXIANG }],
  };
  await tellFact(readings.client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, sequence, data);
  await factsHandled(readings.client, 'readings');
}

async function told(outletId: string) {
  const consumer = await readings.client.nats.js.consumers.get(FACTS, {
    filter_subjects: ['facts.readings.day.totalled'],
  });
  const totals: (readingsFacts.DayTotalled & { sequence: number; divisionPath: string[] })[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
    const { sequence, data, divisionPath } = fact.Envelope.decode(message.data);
    const total = readingsFacts.DayTotalled.decode(data);
    if (total.outletId === outletId) totals.push({ ...total, sequence, divisionPath });
    if (message.info.pending === 0) break;
  }
  return totals;
}

const fields = (flow: number, cod: number) => `w00000-Cou=${flow},w00000-Flag=N;w01018-Avg=${cod},w01018-Flag=N`;
/** Waits until what was sent is stored and marked, wherever a day lies by then. */
const taken = (mn: string) =>
  until(async () => {
    const consumer = `readings-${partitionOf(mn, PARTITIONS)}`;
    const { num_pending, num_ack_pending } = await readings.client.nats.jsm.consumers.info(READINGS, consumer);
    return num_pending + num_ack_pending === 0;
  });
const settled = () => until(async () => (await readings.db.collection('total_marks').countDocuments()) === 0);

test('P6: hours of a day become one total, told again when a correction comes, not when nothing changes', async () => {
  await bind('MN1', 1, 'o1');
  for (let hour = 0; hour < 3; hour++) await send('MN1', hour, fields(100, 50));
  const first = await until(async () => (await told('o1')).find(({ hours }) => hours === 3));
  expect(first).toMatchObject({
    enterpriseId: 'e1',
    medium: 'water',
    day: DAY,
    flow: 300,
    divisionPath: TONGXIANG,
    factors: [{ factor: 'w01018', mass: 15, hours: 3 }],
  });
  await send('MN1', 2, fields(100, 50));
  await send('MN1', 1, fields(100, 80));
  const corrected = await until(async () => (await told('o1')).find(({ factors }) => factors[0]?.mass === 18));
  expect(corrected.sequence).toBeGreaterThan(first.sequence);
  await settled();
  const all = await told('o1');
  expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i + 1));
  await send('MN1', 1, fields(100, 80));
  await taken('MN1');
  await settled();
  expect(await told('o1')).toHaveLength(all.length);
}, 40_000);

test('readings that came before their device was bound are summed up when it is; kill -9 loses no day', async () => {
  for (let hour = 0; hour < 24; hour++) await send('MN2', hour, fields(10, 100));
  await taken('MN2');
  await bind('MN2', 1, 'o2');
  for (let hour = 0; hour < 24; hour++) await send('MN1', 24 + hour, fields(1, 10));
  await readings.process.kill();
  await readings.process.start();
  await until(
    async () => (await told('o2')).at(-1)?.factors[0]?.mass === 24,
    30_000,
    () => readings.process.log(),
  );
  await until(async () => (await told('o1')).some(({ day, hours }) => day === DAY + 24 * HOUR && hours === 24), 30_000);
  expect(await readings.db.collection('day_totals').countDocuments()).toBe(3);
}, 60_000);
