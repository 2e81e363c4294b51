import { firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { exactlyOnce, memoryBounds, missedBounds } from './bounds';
import { drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';

export interface ReconnectBenchOptions {
  connections: number;
  rate: number;
  /** All are gone at once, and back at some moment within this time, s. */
  within: number;
  only?: string[];
  syncInterval?: string;
  say(line: string): void;
}

const WINDOW = 8;
const BEFORE_S = 10;
const AFTER_S = 10;
/** Of its own connection a device needs this long, beside the time within which it comes back. */
const GRACE_S = 5;

/** All devices lose their connection in the middle of their work and come back within a minute: nothing is lost. */
export function reconnectBench(options: ReconnectBenchOptions) {
  const { connections, rate, within, only, syncInterval, say } = options;
  return onBenchSystem({ devices: connections, only, syncInterval, say }, async (bench) => {
    const { client, system } = bench;
    const frames = Math.ceil((rate * (BEFORE_S + within + GRACE_S + AFTER_S)) / connections) + 200;
    const firstTime = firstTimeOf(frames);
    say(`${connections} devices connect`);
    const load = await bench.load({ connections, window: WINDOW, frames, firstTime });
    await load.pace(rate);
    await sleep(BEFORE_S * 1_000);
    const before = await load.mark();
    await load.drop(within * 1_000);
    const dropped = performance.now();
    const gone = await load.mark();
    let mark = gone;
    const since = () => (performance.now() - dropped) / 1_000;
    while (mark.connected < connections && since() < 3 * within + GRACE_S) {
      await sleep(200);
      mark = await load.mark();
    }
    const back = mark.connected === connections ? round(since(), 1) : undefined;
    say(`${mark.connected} devices are back after ${round(since(), 1)} s`);
    await sleep(AFTER_S * 1_000);
    const after = await load.mark();
    const states = await load.finish();
    await drained(client);
    const verdict = await checkExactlyOnce(client, exportAddress(system), { states, firstTime });
    const unanswered = verdict.attempted - verdict.acknowledged;
    const memory = bench.peakMemory();
    const result = {
      connections,
      rate,
      connected_before: before.connected,
      connected_at_drop: gone.connected,
      back_s: back,
      reconnected: after.reconnected,
      resent: after.resent,
      ack_p99_after_ms: after.p99,
      unanswered,
      memory_peak_mb: memory,
      ...verdict,
    };
    const missed = missedBounds([
      { name: 'back_s', value: back ?? Number.NaN, most: within + GRACE_S },
      { name: 'devices that stayed away', value: connections - after.connected, most: 0 },
      { name: 'unanswered', value: unanswered, most: 0 },
      ...exactlyOnce(verdict),
      ...memoryBounds(memory, MEMORY_LIMIT_MB),
    ]);
    return { ...result, missed };
  });
}
