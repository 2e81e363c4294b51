import type { Capacity } from './capacity-model';
import { type ReplicaAssumptions, servicePlans } from './replicas';

const cost = {
  busy: { packetsPerSecond: 20_000, cpuUsPerPacket: { ingestion: 50, readings: 20, tasking: 1 } },
  quiet: { packetsPerSecond: 500, cpuUsPerPacket: { ingestion: 500, readings: 200, tasking: 100 } },
};
const assumed: ReplicaAssumptions = {
  utilisation: 0.5,
  least: 2,
  alarmsPerThousandDevices: 50,
  measuredAlarmsPerSecond: 1,
  connectionsPerInstance: 10_000,
  memoryMb: { ingestion: 200, readings: 300, tasking: 180, mongod: 900 },
  memoryMbPerThousandConnections: 20,
  memoryRoom: 1.25,
};
const area = (outlets: number, peakPacketsPerSecond: number) => ({ outlets, peakPacketsPerSecond }) as Capacity;
const planOf = (name: string, outlets: number, peak: number, over: Partial<ReplicaAssumptions> = {}) =>
  servicePlans(cost, area(outlets, peak), { ...assumed, ...over }).find((plan) => plan.name === name);

test('servers are not among the pods of ours', () => {
  expect(servicePlans(cost, area(1, 1), assumed).map(({ name }) => name)).toEqual(['ingestion', 'readings', 'tasking']);
});

test.each([
  ['a county: the least of two, and the least processor', 'ingestion', 435, 24, { replicas: 2, cpuMillis: 50 }],
  // 500 packets/s of 500 us: 0.25 cores, planned to half of a core: 0.5 over two.
  ['the quiet rate: half a core over two', 'ingestion', 435, 500, { replicas: 2, cpuMillis: 250 }],
  ['sockets make replicas too: 39,000 at 10,000 each', 'ingestion', 39_000, 500, { replicas: 4 }],
  // 60,000/s of 50 us: 3 cores, planned to half: 6.
  ['the busy rate and above, in proportion', 'ingestion', 435, 60_000, { replicas: 6, cpuMillis: 1_000 }],
] as [string, string, number, number, object][])('%s', (_name, name, outlets, peak, expected) => {
  expect(planOf(name, outlets, peak)).toMatchObject(expected);
});

test('memory: what was measured, what the connections add, and room above; in steps of 16 MB', () => {
  // 20,000 devices on two: 10,000 each: (200 + 10 * 20) * 1.25 = 500, up to 512.
  expect(planOf('ingestion', 20_000, 24)).toMatchObject({ replicas: 2, memoryMb: 512 });
  expect(planOf('readings', 20_000, 24)).toMatchObject({ memoryMb: 384 });
});

test('beside the way of a packet the work goes with alarms, not with packets', () => {
  // 39,000 devices with 0.05 alarms a day each: 0.0226 a second of 0.05 cores.
  const plan = planOf('tasking', 39_000, 24);
  expect(plan?.coresUsed).toBeCloseTo(0.0226 * 0.05, 5);
  expect(planOf('tasking', 39_000, 60_000)).toEqual(plan);
});

test.each([24, 500, 2_180, 33_500, 120_000])(
  'at %d packets/s no replica is planned for more than a core, nor all for less than they use',
  (peak) => {
    for (const { cpuMillis, replicas, coresUsed } of servicePlans(cost, area(39_000, peak), assumed)) {
      expect(cpuMillis).toBeLessThanOrEqual(1_000);
      expect((cpuMillis * replicas) / 1_000).toBeGreaterThanOrEqual(coresUsed / assumed.utilisation - 1e-9);
    }
  },
);
