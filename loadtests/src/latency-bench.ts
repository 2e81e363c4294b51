import type { LiveEvents } from '@greenwatch/contracts';
import { ApiClient } from './api-client';
import { LIMIT, mnOf } from './bench-frames';
import { type BenchSystem, firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { exactlyOnce, memoryBounds, missedBounds } from './bounds';
import { drained, exportAddress, factsTaken, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { HourSender, lastFullHour } from './hour-device';
import { LatencyHistogram } from './latency-histogram';

export interface LatencyBenchOptions {
  connections: number;
  /** New packets a second over all devices. */
  rate: number;
  seconds: number;
  warmup: number;
  /** Exceedances a second, each at an outlet of its own. */
  alarms: number;
  syncInterval?: string;
  say(line: string): void;
}

const ACK_P99_MS = 50;
const ALARM_P99_MS = 250;
const LAST_ALARMS_MS = 10_000;
const WINDOW = 8;

/** Many devices that send now and then: how long until a packet is acknowledged, and until an exceedance shows at the gateway. */
export function latencyBench(options: LatencyBenchOptions) {
  const { connections, rate, seconds, warmup, syncInterval, say } = options;
  const exceeding = Array.from({ length: options.alarms * seconds }, (_, i) => connections + i);
  return onBenchSystem({ devices: connections + exceeding.length, syncInterval, say }, async (bench) => {
    const { client, system } = bench;
    const frames = Math.ceil((rate * (2 * warmup + seconds)) / connections) + 100;
    const firstTime = firstTimeOf(frames);
    say(`${connections} devices connect`);
    const load = await bench.load({ connections, window: WINDOW, frames, firstTime });
    await load.pace(rate);
    await sleep(warmup * 1_000);
    // Everybody coming at once, and what is told of each, is another bench (`reconnect`): here they have long been there.
    await load.pace(0);
    await factsTaken(client);
    await load.pace(rate);
    await sleep(warmup * 1_000);
    const watch = await AlarmWatch.start(bench);
    const before = await load.mark();
    const cpuBefore = bench.cpu();
    const begun = performance.now();
    await exceed(bench, watch, exceeding, seconds);
    const after = await load.mark();
    const cpuAfter = bench.cpu();
    const measured = (performance.now() - begun) / 1_000;
    const alarms = await watch.finish();
    const states = await load.finish();
    await drained(client);
    const verdict = await checkExactlyOnce(client, exportAddress(system), { states, firstTime });
    const memory = bench.peakMemory();
    const result = {
      connections,
      connected: after.connected,
      seconds: round(measured, 1),
      packets_s: Math.round((after.answered - before.answered) / measured),
      ack_p50_ms: after.p50,
      ack_p99_ms: after.p99,
      longest_stall_ms: Math.round(after.stallMs),
      ...alarms,
      /** Processor time of the whole system, cores; of the load generator apart. */
      cores: round(total(cpuAfter, cpuBefore) / (measured * 1e6), 2),
      /** By process, of the packets at this rate with their alarms. */
      cpu_us_per_packet: Object.fromEntries(
        Object.entries(cpuAfter).map(([name, us]) => [
          name,
          round((us - (cpuBefore[name] ?? 0)) / (after.answered - before.answered), 1),
        ]),
      ),
      loadgen_cores: round((after.cpuUs - before.cpuUs) / (measured * 1e6), 2),
      memory_peak_mb: memory,
      ...verdict,
    };
    const missed = missedBounds([
      { name: 'ack_p99_ms', value: result.ack_p99_ms, most: ACK_P99_MS },
      { name: 'alarm_p99_ms', value: result.alarm_p99_ms, most: ALARM_P99_MS },
      { name: 'alarms_missing', value: result.alarms_missing, most: 0 },
      { name: 'devices not connected', value: connections - after.connected, most: 0 },
      ...exactlyOnce(verdict),
      ...memoryBounds(memory, MEMORY_LIMIT_MB),
    ]);
    return { ...result, missed };
  });
}

/** Lets one outlet after the other exceed its limit, evenly over the time. */
async function exceed(
  bench: BenchSystem,
  watch: AlarmWatch,
  devices: readonly number[],
  seconds: number,
): Promise<void> {
  const [address] = bench.addresses();
  if (!address) throw new Error('ingestion has no address');
  const sender = await HourSender.connect(address);
  const hour = lastFullHour();
  const begun = performance.now();
  try {
    for (const [i, device] of devices.entries()) {
      await sleep(Math.max(0, begun + ((i + 1) * seconds * 1_000) / (devices.length + 1) - performance.now()));
      watch.expect(mnOf(device));
      await sender.send(device, hour, LIMIT * 2);
    }
    await sleep(Math.max(0, begun + seconds * 1_000 - performance.now()));
  } finally {
    sender.close();
  }
}

/** Listens at the gateway for the alarms of devices that exceed. */
class AlarmWatch {
  readonly #sentAt = new Map<string, number>();
  readonly #latencies = new LatencyHistogram();
  #expected = 0;
  #leave: () => void = () => {};

  static async start(bench: BenchSystem): Promise<AlarmWatch> {
    const watch = new AlarmWatch();
    const api = new ApiClient(bench.urls.console, await bench.apiKey());
    watch.#leave = await api.listen((event, data) => {
      if (event === 'alarm') watch.#heard((data as LiveEvents['alarm']).alarm.mn);
    });
    return watch;
  }

  expect(mn: string): void {
    this.#expected++;
    this.#sentAt.set(mn, performance.now());
  }

  #heard(mn: string): void {
    const sent = this.#sentAt.get(mn);
    if (sent === undefined) return;
    this.#sentAt.delete(mn);
    this.#latencies.add(performance.now() - sent);
  }

  async finish() {
    for (const until = Date.now() + LAST_ALARMS_MS; this.#sentAt.size > 0 && Date.now() < until; ) await sleep(20);
    this.#leave();
    return {
      alarms: this.#expected,
      alarms_missing: this.#sentAt.size,
      /** From writing the hour's packet to the alarm's event at the gateway. */
      alarm_p50_ms: this.#latencies.at(0.5),
      alarm_p99_ms: this.#latencies.at(0.99),
    };
  }
}

const total = (after: Record<string, number>, before: Record<string, number>) =>
  Object.entries(after).reduce((sum, [name, us]) => sum + us - (before[name] ?? 0), 0);
