import { type BenchSystem, firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { exactlyOnce, memoryBounds, missedBounds } from './bounds';
import { drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import type { LoadProcess } from './load-process';

export interface BurstBenchOptions {
  connections: number;
  /** The sustained rate, packets a second. */
  rate: number;
  /** Length of the burst of 3x, and of the overload of 10x. */
  seconds: number;
  overload: number;
  only?: string[];
  syncInterval?: string;
  say(line: string): void;
}

const BURST = 3;
const OVERLOAD = 10;
/** With the default of 1,000 connections more packets under way than ingestion holds: back-pressure has to work. */
const WINDOW = 64;
const FRAMES = 12_000;
const NORMAL_SECONDS = 10;
/** Back to normal: for three seconds on end acknowledged as fast as before, or within the bound of `latency`. */
const NORMAL_P99_MS = 50;
const NORMAL_FOR_SECONDS = 3;
const BACK_WITHIN_S = 60;

/**
 * More than the system is made for: three times the sustained rate for a while, all of which must be stored in the end; then ten
 * times, of which the devices keep what is not acknowledged, and forget what they could not even send.
 */
export function burstBench(options: BurstBenchOptions) {
  const { connections, rate, seconds, overload, only, syncInterval, say } = options;
  return onBenchSystem({ devices: connections, only, syncInterval, say }, async (bench) => {
    const { client, system } = bench;
    const firstTime = firstTimeOf(FRAMES);
    const load = await bench.load({ connections, window: WINDOW, frames: FRAMES, firstTime });
    const pids = bench.pids();

    await load.pace(rate, true);
    await sleep(2_000);
    await load.mark();
    await sleep(NORMAL_SECONDS * 1_000);
    const normal = await load.mark();
    say(`normal: p99 ${normal.p99} ms`);

    const burst = await threeTimes(bench, load, rate, seconds);
    const tenTimes = await overloaded(bench, load, rate, overload, Math.max(NORMAL_P99_MS, 2 * normal.p99));

    const states = await load.finish();
    await drained(client);
    const verdict = await checkExactlyOnce(client, exportAddress(system), { states, firstTime });
    const restarted = Object.entries(bench.pids())
      .filter(([name, pid]) => pids[name] !== pid)
      .map(([name]) => name);
    const memory = bench.peakMemory();
    const unanswered = verdict.attempted - verdict.acknowledged;
    const result = {
      ...{ connections, sustained_packets_s: rate },
      normal_p99_ms: normal.p99,
      ...burst,
      ...tenTimes,
      restarted,
      memory_peak_mb: memory,
      unanswered,
      ...verdict,
    };
    const missed = missedBounds([
      // In all, sending included, at most twice the time of the burst.
      { name: 'burst_drained_s', value: burst.burst_drained_s, most: seconds },
      { name: 'back_to_normal_s', value: tenTimes.back_to_normal_s ?? Number.NaN, most: BACK_WITHIN_S },
      { name: 'restarted', value: restarted.length, most: 0 },
      { name: 'unanswered', value: unanswered, most: 0 },
      ...exactlyOnce(verdict),
      ...memoryBounds(memory, MEMORY_LIMIT_MB),
    ]);
    return { ...result, missed };
  });
}

async function threeTimes(bench: BenchSystem, load: LoadProcess, rate: number, seconds: number) {
  const before = await load.mark();
  await load.pace(rate * BURST);
  await sleep(seconds * 1_000);
  await load.pace(0);
  const stopped = performance.now();
  const { due, answered } = await load.mark();
  bench.say(`3x: ${due - before.due} packets due, ${due - answered} of them not acknowledged at the end`);
  // Acknowledged, then worked off by everybody.
  for (const until = stopped + 3_000 * seconds; performance.now() < until; await sleep(100)) {
    const mark = await load.mark();
    if (mark.answered >= mark.due) break;
  }
  await drained(bench.client, undefined, 3_000 * seconds);
  const drainedS = (performance.now() - stopped) / 1_000;
  bench.say(`3x: drained ${round(drainedS, 1)} s after its end`);
  return { burst_packets: due - before.due, burst_waiting: due - answered, burst_drained_s: round(drainedS, 1) };
}

async function overloaded(bench: BenchSystem, load: LoadProcess, rate: number, seconds: number, normalMs: number) {
  const before = await load.mark();
  await load.pace(rate * OVERLOAD);
  await sleep(seconds * 1_000);
  const end = await load.mark();
  await load.pace(rate, true);
  const stopped = performance.now();
  let well = 0;
  let back: number | undefined;
  for (let second = 1; second <= 2 * BACK_WITHIN_S && back === undefined; second++) {
    await sleep(stopped + second * 1_000 - performance.now());
    const { p99 } = await load.mark();
    well = p99 > 0 && p99 <= normalMs ? well + 1 : 0;
    if (well === NORMAL_FOR_SECONDS) back = second - NORMAL_FOR_SECONDS;
  }
  bench.say(`10x: ${end.answered - before.answered} acknowledged, p99 ${end.p99} ms, normal after ${back ?? '–'} s`);
  return {
    overload_due: end.due - before.due,
    overload_acknowledged: end.answered - before.answered,
    overload_p99_ms: end.p99,
    back_to_normal_s: back,
  };
}
