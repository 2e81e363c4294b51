import { firstTimeOf, onBenchSystem, round } from './bench-system';
import { exactlyOnce, missedBounds } from './bounds';
import { chaosPlan } from './chaos-plan';
import { drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';

export interface ChaosOptions {
  kills: number;
  seed: number;
  /** New packets a second over all devices. */
  rate: number;
  devices: number;
  /** When NATS flushes to disk; absent: the system's own choice. */
  syncInterval?: string;
  say(line: string): void;
}

export interface ChaosResult {
  seed: number;
  /** How often each process was killed. */
  kills: Record<string, number>;
  /** Packets sent at least once, answered with 9014, and in the export. */
  attempted: number;
  acknowledged: number;
  stored: number;
  /** Acknowledged and not stored; stored and never sent: `MN time`, the first hundred of each. */
  lost: string[];
  unexpected: string[];
  /** Stored more than once, or revised though sent with one content. */
  duplicated: number;
  /** Sent and never answered, though the devices sent them again and again. */
  unanswered: number;
  resent: number;
  reconnected: number;
  /** The longest time without any acknowledgement. */
  longest_stall_s: number;
  seconds: number;
  missed: string[];
}

/** What is killed: two instances of each consumer, and the servers. */
const CONSUMERS = ['ingestion', 'readings', 'rules'];
const SERVERS = ['nats', 'mongod', 'valkey'];
const VICTIMS = [...CONSUMERS.flatMap((name) => [name, `${name}-2`]), ...SERVERS];
const WINDOW = 8;
const FRAMES = 20_000;
/** Shorter than the standard's 10 s: a run has not the time. */
const RESEND_MS = 3_000;
/** Of quiet load before the first kill and after the last. */
const SETTLE_MS = 3_000;

/**
 * Kills -9 one process after the other while devices send that keep what is not acknowledged. In the end every acknowledged packet
 * must be in the export exactly once, and nothing else.
 */
export function chaosRun(options: ChaosOptions): Promise<ChaosResult> {
  const { kills, seed, rate, devices, syncInterval, say } = options;
  const instances = Object.fromEntries(CONSUMERS.map((name) => [name, 2]));
  const only = ['registry', ...CONSUMERS];
  return onBenchSystem({ devices, only, instances, syncInterval, say }, async (bench) => {
    const { system, client } = bench;
    const firstTime = firstTimeOf(FRAMES);
    const how = { window: WINDOW, frames: FRAMES, resendMs: RESEND_MS };
    const load = await bench.load({ connections: devices, firstTime, ...how });
    await load.pace(rate);
    const begun = performance.now();
    await sleep(SETTLE_MS);
    const killed: Record<string, number> = {};
    let stallMs = 0;
    let answered = 0;
    for (const { victim, afterMs } of chaosPlan(VICTIMS, kills, seed)) {
      await sleep(afterMs);
      const mark = await load.mark();
      stallMs = Math.max(stallMs, mark.stallMs);
      say(
        `${mark.answered - answered} acknowledged, longest stall ${round(mark.stallMs / 1_000, 1)} s; kill ${victim}`,
      );
      answered = mark.answered;
      system.kill(victim, 'SIGKILL');
      killed[victim] = (killed[victim] ?? 0) + 1;
    }
    await sleep(SETTLE_MS);
    for (const name of system.names()) await system.ready(name);
    const states = await load.finish();
    const { resent, reconnected, ...last } = await load.mark();
    const seconds = (performance.now() - begun) / 1_000;
    await drained(client);
    const verdict = await checkExactlyOnce(client, exportAddress(system), { states, firstTime });
    const { attempted, acknowledged, stored, duplicated, examples } = verdict;
    const unanswered = attempted - acknowledged;
    return {
      seed,
      kills: killed,
      attempted,
      acknowledged,
      stored,
      ...examples,
      duplicated,
      unanswered,
      resent,
      reconnected,
      longest_stall_s: round(Math.max(stallMs, last.stallMs) / 1_000, 1),
      seconds: Math.round(seconds),
      missed: missedBounds([...exactlyOnce(verdict), { name: 'unanswered', value: unanswered, most: 0 }]),
    };
  });
}
