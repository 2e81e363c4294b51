import { type Capacity, type CostAtRate, coresAt, type MeasuredCost } from './capacity-model';

/** What a pod of each service should ask for, and how many there should be. */
export interface ServicePlan {
  name: string;
  replicas: number;
  /** Cores that all of them use at the peak; half of what is planned, where a core is planned to half. */
  coresUsed: number;
  /** Processor of each, in thousandths of a core, and memory in MB (10^6). */
  cpuMillis: number;
  memoryMb: number;
}

export interface ReplicaAssumptions {
  /** Share of a core that is planned to be used at the peak. */
  utilisation: number;
  /** Of each service: two, so that one machine may fail. */
  least: number;
  /** New alarms a day of a thousand devices; what people and rules do beside packets goes with them. */
  alarmsPerThousandDevices: number;
  /** Alarms a second while `quiet` was measured. */
  measuredAlarmsPerSecond: number;
  connectionsPerInstance: number;
  /** Of an instance without connections, and with each thousand of them; MB. */
  memoryMb: Record<string, number>;
  memoryMbPerThousandConnections: number;
  /** Room above what was measured. */
  memoryRoom: number;
}

/** Those whose work is packets; the others' goes with alarms, tasks and people. */
const ON_THE_WAY = ['ingestion', 'readings', 'rules'];
const SERVERS = new Set(['mongod', 'nats', 'valkey']);
const LEAST_MILLIS = 50;
const STEP_MILLIS = 50;
const STEP_MB = 16;

/**
 * Replicas of each service of ours for an area. On a packet's way: cores by the packets of the peak. Beside it: by alarms, as they were measured at
 * the quiet rate with one alarm a second; a process runs on one core, so more than one core of work is more than one replica.
 */
export function servicePlans(
  cost: Pick<MeasuredCost, 'busy' | 'quiet'> & { quiet?: CostAtRate },
  capacity: Capacity,
  assumed: ReplicaAssumptions,
): ServicePlan[] {
  const { utilisation, least, connectionsPerInstance, memoryRoom } = assumed;
  const alarmsPerSecond = (capacity.outlets * assumed.alarmsPerThousandDevices) / 1_000 / 86_400;
  const names = Object.keys(assumed.memoryMb).filter((name) => !SERVERS.has(name));
  return names.map((name) => {
    const coresUsed = ON_THE_WAY.includes(name)
      ? coresAt(capacity.peakPacketsPerSecond, name, cost)
      : besides(cost.quiet ?? cost.busy, name) * (alarmsPerSecond / assumed.measuredAlarmsPerSecond);
    const forSockets = name === 'ingestion' ? Math.ceil(capacity.outlets / connectionsPerInstance) : 1;
    const replicas = Math.max(least, Math.ceil(coresUsed / utilisation), forSockets);
    const sockets = name === 'ingestion' ? capacity.outlets / replicas : 0;
    const measuredMb = (assumed.memoryMb[name] ?? 0) + (sockets / 1_000) * assumed.memoryMbPerThousandConnections;
    return {
      name,
      replicas,
      coresUsed,
      cpuMillis: Math.max(LEAST_MILLIS, upTo((coresUsed / utilisation / replicas) * 1_000, STEP_MILLIS)),
      memoryMb: upTo(measuredMb * memoryRoom, STEP_MB),
    };
  });
}

const besides = ({ packetsPerSecond, cpuUsPerPacket }: CostAtRate, name: string) =>
  (packetsPerSecond * (cpuUsPerPacket[name] ?? 0)) / 1e6;

const upTo = (value: number, step: number) => Math.ceil(value / step - 1e-9) * step;
