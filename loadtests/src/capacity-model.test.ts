import {
  capacityOf,
  coresAt,
  type MeasuredCost,
  type Operation,
  packetsPerOutletDay,
  type Traffic,
} from './capacity-model';

const cost: MeasuredCost = {
  busy: { packetsPerSecond: 20_000, cpuUsPerPacket: { ingestion: 10, readings: 20, mongod: 10 } },
  frameBytes: 300,
  archiveBytesPerPacket: 20,
  recentBytesPerReading: 15,
  packedBytesPerReading: 1.5,
  coldBytesPerReading: 1,
};
const traffic: Traffic = {
  enterprises: 500,
  outletsPerEnterprise: 2,
  readingsPerPacket: 8,
  realtimeSeconds: 60,
  minuteMinutes: 10,
  peak: 3,
};
const operation: Operation = {
  utilisation: 0.5,
  replicas: 3,
  logDays: 7,
  recentDays: 2,
  packedDays: 400,
  keepYears: 5,
  archiveYears: 1,
  connectionsPerInstance: 10_000,
  memoryMb: 512,
};

test('an outlet with realtime data each minute and minute data each ten sends 1,440 + 144 + 24 + 1 packets a day', () => {
  expect(packetsPerOutletDay(traffic)).toBe(1_609);
});

test('packets, cores and network of 1,000 outlets', () => {
  const capacity = capacityOf(cost, traffic, operation);
  expect(capacity.outlets).toBe(1_000);
  expect(capacity.packetsPerDay).toBe(1_609_000);
  expect(capacity.readingsPerDay).toBe(12_872_000);
  expect(capacity.packetsPerSecond).toBeCloseTo(18.6, 1);
  expect(capacity.peakPacketsPerSecond).toBeCloseTo(55.9, 1);
  // 55.9 packets/s of 40 us at half a core: 0.0045 cores.
  expect(capacity.cores).toBeCloseTo((55.868 * 40) / 1e6 / 0.5, 4);
  expect(capacity.processes.map(({ instances }) => instances)).toEqual([1, 1, 1]);
  expect(capacity.memoryGb).toBeCloseTo(1.024);
  expect(capacity.inboundMbitPerSecond).toBeCloseTo(0.134, 3);
});

test('disk: each class by its days, three copies', () => {
  const { diskGb } = capacityOf(cost, traffic, operation);
  expect(diskGb.log).toBeCloseTo((1_609_000 * 300 * 7 * 3) / 1e9);
  expect(diskGb.recent).toBeCloseTo((12_872_000 * 15 * 2 * 3) / 1e9);
  expect(diskGb.packed).toBeCloseTo((12_872_000 * 1.5 * 398 * 3) / 1e9);
  expect(diskGb.cold).toBeCloseTo((12_872_000 * (5 * 365 - 400) * 3) / 1e9);
  expect(diskGb.archive).toBeCloseTo((1_609_000 * 20 * 365 * 3) / 1e9);
  const { total, ...parts } = diskGb;
  expect(total).toBeCloseTo(Object.values(parts).reduce((sum, part) => sum + part));
});

test('ten times the outlets: ten times everything but the least of one instance', () => {
  const one = capacityOf(cost, traffic, operation);
  const ten = capacityOf(cost, { ...traffic, enterprises: 5_000 }, operation);
  expect(ten.cores / one.cores).toBeCloseTo(10);
  expect(ten.diskGb.total / one.diskGb.total).toBeCloseTo(10);
});

test.each([
  ['below the quiet rate, in proportion to it', 250, 0.1],
  ['at the quiet rate', 500, 0.2],
  ['between them evenly: half way is half way', 10_250, 0.6],
  ['at the busy rate', 20_000, 1],
  ['above it, in proportion to it', 40_000, 2],
])('cores at a rate: %s', (_name, rate, cores) => {
  const busy = { packetsPerSecond: 20_000, cpuUsPerPacket: { ingestion: 50 } };
  const quiet = { packetsPerSecond: 500, cpuUsPerPacket: { ingestion: 400 } };
  expect(coresAt(rate, 'ingestion', { busy, quiet })).toBeCloseTo(cores);
});

test('a process of ours has one core an instance, a server as many as it needs; sockets make instances of ingestion too', () => {
  const busy = { packetsPerSecond: 1, cpuUsPerPacket: { ingestion: 10, readings: 30_000, mongod: 30_000 } };
  const dear = { ...cost, busy };
  const capacity = capacityOf(dear, traffic, { ...operation, connectionsPerInstance: 300 });
  const instances = Object.fromEntries(capacity.processes.map(({ name, instances }) => [name, instances]));
  // 55.9/s of 30 ms at half a core: 3.35 cores. 1,000 outlets at 300 connections: 4.
  expect(instances).toEqual({ ingestion: 4, readings: 4, mongod: 1 });
});

test('what is kept for a shorter time than it is packed never becomes cold', () => {
  const { diskGb } = capacityOf(cost, traffic, { ...operation, keepYears: 1 });
  expect(diskGb.cold).toBe(0);
  expect(diskGb.packed).toBeCloseTo((12_872_000 * 1.5 * 363 * 3) / 1e9);
});

test('a figure that is not above 0 is named', () => {
  expect(() => capacityOf(cost, { ...traffic, realtimeSeconds: 0 }, operation)).toThrow('realtimeSeconds is 0');
});
