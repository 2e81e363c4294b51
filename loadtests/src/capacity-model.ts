/** What a packet and a reading cost, from the benches. Bytes are counted, not rounded to blocks. */
export interface MeasuredCost {
  /** Processor time a packet at a rate that fills the machine: `bench -- ingest`. */
  busy: CostAtRate;
  /** At a low rate, where groups are small and a packet costs more: `bench -- latency`. Absent: taken for as busy. */
  quiet?: CostAtRate;
  /** A frame as the device sends it. */
  frameBytes: number;
  /** Of a packet in the archive of raw frames. */
  archiveBytesPerPacket: number;
  /** Of a reading while it is recent, packed, and cold: `bench -- volume`. */
  recentBytesPerReading: number;
  packedBytesPerReading: number;
  coldBytesPerReading: number;
}

/** Processor time a packet, µs, of each process, at so many packets a second. */
export interface CostAtRate {
  packetsPerSecond: number;
  cpuUsPerPacket: Record<string, number>;
}

/** What an area's outlets send. */
export interface Traffic {
  enterprises: number;
  outletsPerEnterprise: number;
  readingsPerPacket: number;
  /** Seconds between two realtime uploads (RtdInterval, HJ 212: 30 to 3600), minutes between two minute uploads. */
  realtimeSeconds: number;
  minuteMinutes: number;
  /** The busiest minute over the mean: at full hours every device sends hour, minute and realtime data at once. */
  peak: number;
}

/** How the system is run. Days count from the data's time; a class of data is in one place at a time. */
export interface Operation {
  /** Share of a core that is planned to be used at the peak. */
  utilisation: number;
  /** Copies of everything on disk: members of MongoDB's replica set, replicas of the log. */
  replicas: number;
  logDays: number;
  recentDays: number;
  /** Packed until then, cold after. */
  packedDays: number;
  keepYears: number;
  archiveYears: number;
  /** Connections an instance of ingestion takes. */
  connectionsPerInstance: number;
  /** Memory of an instance of a service of ours, MB. */
  memoryMb: number;
}

export interface Capacity {
  outlets: number;
  /** Means over a day, but for the last. */
  packetsPerDay: number;
  readingsPerDay: number;
  packetsPerSecond: number;
  peakPacketsPerSecond: number;
  /** Cores at the peak at the planned utilisation, for each process, with its instances; a process uses one core. */
  processes: { name: string; cores: number; instances: number }[];
  cores: number;
  memoryGb: number;
  inboundMbitPerSecond: number;
  /** GB (10^9), with all copies. */
  diskGb: { log: number; recent: number; packed: number; cold: number; archive: number; total: number };
}

const DAY_S = 86_400;
const YEAR_DAYS = 365;
const HOURS = 24;
/** Servers use as many cores as they are given; a process of ours (Node) runs its code on one. */
const SERVERS = new Set(['mongod', 'nats', 'valkey']);

/** Packets that an outlet sends in a day: realtime, minute, hour and day data. */
export function packetsPerOutletDay({ realtimeSeconds, minuteMinutes }: Traffic): number {
  return DAY_S / realtimeSeconds + (HOURS * 60) / minuteMinutes + HOURS + 1;
}

/**
 * Processor time of a process at a rate, in cores: below the quiet rate and above the busy one a packet costs what it costs
 * there, between them the time grows evenly.
 */
export function coresAt(rate: number, name: string, { busy, quiet }: Pick<MeasuredCost, 'busy' | 'quiet'>): number {
  const measured = ({ packetsPerSecond, cpuUsPerPacket }: CostAtRate) => {
    const us = cpuUsPerPacket[name] ?? 0;
    return { rate: packetsPerSecond, us, cores: (packetsPerSecond * us) / 1e6 };
  };
  const high = measured(busy);
  const low = quiet ? measured(quiet) : high;
  if (rate >= high.rate || low.rate >= high.rate) return (rate * high.us) / 1e6;
  if (rate <= low.rate) return (rate * low.us) / 1e6;
  return low.cores + ((high.cores - low.cores) * (rate - low.rate)) / (high.rate - low.rate);
}

/**
 * What an area needs. Cost lies in packets and groups of packets, not in the number of devices that send them (design.md 4).
 * @throws RangeError naming a figure that is not above 0
 */
export function capacityOf(cost: MeasuredCost, traffic: Traffic, operation: Operation): Capacity {
  for (const [name, value] of Object.entries({ ...traffic, ...operation })) {
    if (!(value > 0)) throw new RangeError(`${name} is ${value}: expected a number above 0`);
  }
  const outlets = traffic.enterprises * traffic.outletsPerEnterprise;
  const packetsPerDay = outlets * packetsPerOutletDay(traffic);
  const readingsPerDay = packetsPerDay * traffic.readingsPerPacket;
  const packetsPerSecond = packetsPerDay / DAY_S;
  const peakPacketsPerSecond = packetsPerSecond * traffic.peak;

  const processes = Object.keys(cost.busy.cpuUsPerPacket).map((name) => {
    const cores = coresAt(peakPacketsPerSecond, name, cost) / operation.utilisation;
    const forLoad = SERVERS.has(name) ? 1 : Math.max(1, Math.ceil(cores));
    const forSockets = name === 'ingestion' ? Math.ceil(outlets / operation.connectionsPerInstance) : 1;
    return { name, cores, instances: Math.max(forLoad, forSockets) };
  });
  const ours = processes.filter(({ name }) => !SERVERS.has(name));

  const keepDays = operation.keepYears * YEAR_DAYS;
  const gb = (bytes: number) => (bytes * operation.replicas) / 1e9;
  const recentDays = Math.min(operation.recentDays, keepDays);
  const packedDays = Math.max(0, Math.min(operation.packedDays, keepDays) - recentDays);
  const coldDays = Math.max(0, keepDays - recentDays - packedDays);
  const disk = {
    log: gb(packetsPerDay * cost.frameBytes * operation.logDays),
    recent: gb(readingsPerDay * cost.recentBytesPerReading * recentDays),
    packed: gb(readingsPerDay * cost.packedBytesPerReading * packedDays),
    cold: gb(readingsPerDay * cost.coldBytesPerReading * coldDays),
    archive: gb(packetsPerDay * cost.archiveBytesPerPacket * operation.archiveYears * YEAR_DAYS),
  };
  return {
    outlets,
    packetsPerDay,
    readingsPerDay,
    packetsPerSecond,
    peakPacketsPerSecond,
    processes,
    cores: processes.reduce((sum, { cores }) => sum + cores, 0),
    memoryGb: (ours.reduce((sum, { instances }) => sum + instances, 0) * operation.memoryMb) / 1_000,
    inboundMbitPerSecond: (peakPacketsPerSecond * cost.frameBytes * 8) / 1e6,
    diskGb: { ...disk, total: Object.values(disk).reduce((sum, part) => sum + part, 0) },
  };
}
