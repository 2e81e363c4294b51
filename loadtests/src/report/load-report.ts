import type { Bound } from '../bounds';
import type { FaultCounts } from '../fleet/link-faults';
import type { Verdict } from '../sent-ledger';

/** All that one run of `npm run load` found: the JSON beside the page, and what the page is made of. Times are seconds since it began. */
export interface LoadReport {
  mix: { name: string; about: string };
  target: string;
  /** ISO 8601. */
  begun: string;
  seconds: number;
  /** Share of the area's devices and people, times the real rate, times the phases' lengths. */
  scale: number;
  speed: number;
  length: number;
  /** What the load came from: cores and memory, GB. */
  generator: { cores: number; memoryGb: number };
  phases: Span[];
  fleet?: FleetReport;
  scenarios: ScenarioReport[];
  resources?: ResourceReport;
  /** Bounds that were not kept, in words; none: everything held. */
  missed: string[];
}

export interface Span {
  name: string;
  from: number;
  to: number;
}

export interface FleetReport {
  devices: number;
  processes: number;
  /** Packets a second in the mean, as planned. */
  meanRate: number;
  points: FleetPoint[];
  verdict: Verdict;
  bounds: Bound[];
  faults: FaultCounts;
  resent: number;
  reconnected: number;
  beats: number;
  /** Processor time of the devices' processes, µs a packet. */
  generatorUsPerPacket: number;
}

/** Of the time since the point before. */
export interface FleetPoint {
  at: number;
  /** Packets a second that became due and that were answered. */
  due: number;
  answered: number;
  p50: number;
  p99: number;
  connected: number;
}

export interface ScenarioReport {
  name: string;
  proves: string;
  requests: number;
  failed: number;
  /** Iterations that found nobody free to begin them: the load was not what it should have been. */
  dropped: number;
  thresholds: { metric: string; bound: string; kept: boolean; value?: number }[];
  requestsByName: { name: string; count: number; p50: number; p95: number; p99: number; failed: number }[];
  points: ScenarioPoint[];
  /** Why it did not run to its end; absent when it did. */
  failure?: string;
}

export interface ScenarioPoint {
  at: number;
  requests: number;
  failed: number;
  p50: number;
  p95: number;
  p99: number;
}

export interface ResourceReport {
  /** Where the figures come from. */
  source: string;
  services: ServiceResources[];
  /** Other measures of the deployment over time: what waits on the log, how long alarms take. */
  measures: { name: string; unit: string; points: [number, number][] }[];
}

export interface ServiceResources {
  name: string;
  /** Cores used, and resident memory in MB, over time. */
  cores: [number, number][];
  memoryMb: [number, number][];
  /** Processor time over the packets acknowledged in that time, µs; absent without a fleet. */
  cpuUsPerPacket?: number;
}
