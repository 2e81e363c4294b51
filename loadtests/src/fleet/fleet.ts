import { deviceOf } from '../bench-frames';
import { type Bound, exactlyOnce } from '../bounds';
import { LatencyHistogram } from '../latency-histogram';
import type { LoadMark } from '../load-messages';
import { LoadProcess } from '../load-process';
import { type Sent, SentLedger, type StoredMoment, type Verdict } from '../sent-ledger';
import { FleetFrames } from './fleet-frames';
import type { Mix, Phase } from './mix';
import type { RunPlan } from './run-plan';

/** Packets in flight on each connection. */
const WINDOW = 8;
const RESEND_MS = 10_000;
/** Loopback addresses 127.0.0.2 and on: each has its own 28,000 ports. */
const loopback = (process: number) => `127.0.0.${2 + (process % 250)}`;

/** The sum over all processes, since the last mark where LoadMark says so. */
export type FleetMark = Required<LoadMark>;

/** A fleet of devices in several processes. */
export class Fleet {
  readonly #latencies = new LatencyHistogram();

  private constructor(
    private readonly plan: RunPlan,
    private readonly processes: LoadProcess[],
  ) {}

  /** Resolves when each device is connected and has its first packet acknowledged. */
  static async start(
    plan: RunPlan,
    mix: Mix,
    addresses: { host: string; port: number }[],
    resendMs = RESEND_MS,
  ): Promise<Fleet> {
    // What listens on this machine is reached from any of its loopback addresses; elsewhere from the one that the route gives.
    const local = addresses.every(({ host }) => /^127\./.test(host) || host === 'localhost');
    const starting = plan.processes.map(({ firstDevice, devices }, i) =>
      LoadProcess.start({
        addresses,
        connections: devices,
        firstDevice,
        window: WINDOW,
        frames: plan.frames,
        firstTime: 0,
        resendMs,
        traffic: plan.traffic,
        faults: mix.faults,
        ...(local ? { localAddress: loopback(i) } : {}),
        ...(mix.heartbeatSeconds > 0 ? { heartbeatSeconds: mix.heartbeatSeconds } : {}),
      }),
    );
    const started = await Promise.allSettled(starting);
    const processes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed) {
      for (const process of processes) process.stop();
      throw failed.reason;
    }
    return new Fleet(plan, processes);
  }

  /** @param speed times the real rate; how fast packets become due from now on, and who is dropped */
  async enter({ factor, drop }: Phase): Promise<void> {
    const { devices, meanRate } = this.plan;
    await this.#each((process, i) =>
      process.pace((meanRate * factor * (this.plan.processes[i]?.devices ?? 0)) / devices),
    );
    if (drop) await this.#each((process) => process.drop(drop.withinSeconds * 1_000, drop.share));
  }

  async mark(): Promise<FleetMark> {
    const marks = await this.#each((process) => process.mark(true));
    this.#latencies.clear();
    for (const { latencies = [] } of marks) this.#latencies.addPairs(latencies);
    const total = (of: (mark: LoadMark) => number) => marks.reduce((sum, mark) => sum + of(mark), 0);
    return {
      due: total(({ due }) => due),
      attempted: total(({ attempted }) => attempted),
      answered: total(({ answered }) => answered),
      resent: total(({ resent }) => resent),
      reconnected: total(({ reconnected }) => reconnected),
      connected: total(({ connected }) => connected),
      cpuUs: total(({ cpuUs }) => cpuUs),
      p50: this.#latencies.at(0.5),
      p99: this.#latencies.at(0.99),
      stallMs: Math.max(...marks.map(({ stallMs }) => stallMs)),
      exhausted: marks.some(({ exhausted }) => exhausted),
      faults: {
        corrupted: total(({ faults }) => faults.corrupted),
        split: total(({ faults }) => faults.split),
        repeated: total(({ faults }) => faults.repeated),
        dropped: total(({ faults }) => faults.dropped),
      },
      beats: total(({ beats }) => beats),
      latencies: this.#latencies.pairs(),
    };
  }

  /** Nothing new; waits for what was due. */
  async finish(withinMs: number): Promise<Sent[]> {
    const plan = new FleetFrames(this.plan.traffic);
    const states = await this.#each((process) => process.finish(withinMs));
    return states.map((of, i) => ({ states: of, firstDevice: this.plan.processes[i]?.firstDevice ?? 0, plan }));
  }

  stop(): void {
    for (const process of this.processes) process.stop();
  }

  #each<T>(ask: (process: LoadProcess, i: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.processes.map(ask));
  }
}

/** Holds what a fleet did against what is stored. What its devices sent before this run is left out. */
export async function fleetVerdict(sent: readonly Sent[], stored: AsyncIterable<StoredMoment>): Promise<Verdict> {
  const ledger = new SentLedger(sent);
  const plan = sent[0]?.plan;
  for await (const moment of stored) {
    const { mn, kind = 'realtime', dataTime } = moment;
    if ((plan?.frameOf(deviceOf(mn), kind, dataTime) ?? 0) >= 0) ledger.add(moment);
  }
  return ledger.close();
}

/** What a fleet must keep whatever the mix: nothing lost, nothing twice, everything answered in the end. */
export function fleetBounds(verdict: Verdict, stayedAway: number): Bound[] {
  return [
    ...exactlyOnce(verdict),
    { name: 'unanswered', value: verdict.attempted - verdict.acknowledged, most: 0 },
    { name: 'devices that stayed away', value: stayedAway, most: 0 },
  ];
}
