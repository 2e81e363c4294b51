import type { FleetTraffic } from './fleet/fleet-frames';
import type { FaultCounts, LinkFaults } from './fleet/link-faults';

/** What the load generator is to play. Times in ms. */
export interface LoadOptions {
  /** Where the devices connect: device i begins with address i and takes the next one whenever it has to reconnect. */
  addresses: { host: string; port: number }[];
  connections: number;
  /** Number of the first device (default 0): a fleet is played by several processes. */
  firstDevice?: number;
  /** Where connections come from: one address has some 28,000 ports. */
  localAddress?: string;
  /** Packets in flight on each connection. */
  window: number;
  /** Most frames of a device; frame i is of the data time `firstTime` + i seconds. */
  frames: number;
  firstTime: number;
  /** A packet without its 9014 after this time is sent again (HJ 212-2017 6.1: it is never given up). */
  resendMs: number;
  /** First answers may take their time, as they do of a system with little processor; always so for a fleet. */
  patient?: boolean;
  /** What the devices of a fleet send, in the place of the bench's realtime frames; `firstTime` is not looked at then. */
  traffic?: FleetTraffic;
  faults?: LinkFaults;
  /** Every device sends a heart-beat so often, s. */
  heartbeatSeconds?: number;
}

export type ToLoadGenerator =
  /** Connects all devices; each has its first frame acknowledged. */
  | { type: 'load'; options: LoadOptions }
  /**
   * From now on: so many new packets a second over all devices, evenly; without a rate as many as the window allows.
   * `discard`: what is due and was never sent is forgotten.
   */
  | { type: 'pace'; rate?: number; discard?: boolean }
  /** Every device, or this share of them, drops its connection now and comes back at some moment within the time. */
  | { type: 'drop'; withinMs: number; share?: number }
  /** `latencies`: the answer holds their counts. */
  | { type: 'mark'; latencies?: boolean }
  /** Nothing new is due; waits at most so long until all that was due is acknowledged. */
  | { type: 'finish'; withinMs: number };

export interface LoadMark {
  /** Frames that were due, sent at least once, and answered, since the beginning; by window all frames are due. */
  due: number;
  attempted: number;
  answered: number;
  /** Frames sent again, and connections made again. */
  resent: number;
  reconnected: number;
  connected: number;
  /** The generator's own processor time since the beginning. */
  cpuUs: number;
  /** Since the last mark: from when a packet was due (by rate) or written (by window) to its 9014. */
  p50: number;
  p99: number;
  /** Since the last mark: the longest time without any answer while some packet waited for one. */
  stallMs: number;
  /** Some device has no frame left. */
  exhausted: boolean;
  /** What went wrong on the way since the beginning, as it was asked for. */
  faults: FaultCounts;
  /** Heart-beats sent. */
  beats: number;
  /** Since the last mark, if asked for: pairs of a step of LatencyHistogram and how many fell into it. */
  latencies?: number[];
}

export type FromLoadGenerator =
  | { type: 'loaded' }
  | { type: 'paced' }
  | { type: 'dropped' }
  | ({ type: 'mark' } & LoadMark)
  /** For each device one byte a frame: NOT_SENT, SENT or ACKED. */
  | { type: 'finished'; states: Uint8Array[] };

export const NOT_SENT = 0;
export const SENT = 1;
export const ACKED = 2;
