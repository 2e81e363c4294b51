import type { Alarm, LiveEvents, Moment } from '@greenwatch/contracts';
import { ApiClient } from './api-client';
import { FACTORS, LIMIT, mnOf } from './bench-frames';
import { type BenchSystem, firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { exactlyOnce, memoryBounds, missedBounds } from './bounds';
import { drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { HOUR_MS, HourSender, lastFullHour } from './hour-device';
import type { LoadProcess } from './load-process';

export interface BackfillBenchOptions {
  /** Of history, 8 a packet. */
  readings: number;
  /** Live packets a second meanwhile, over so many connections. */
  rate: number;
  connections: number;
  syncInterval?: string;
  say(line: string): void;
}

const WITHIN_S = 30;
/** History is of three days ago: older than what alarms count as live (24 h). */
const AGO_MS = 72 * HOUR_MS;
/** Devices of the live ones that send their history too, over a second connection. */
const FILLING = 100;
const WINDOW = 32;
const LIVE_WINDOW = 8;
const BEFORE_S = 5;
/** Outlets that exceed their limit in two hours of that history. */
const EXCEEDING = 20;
const POLL_MS = 250;
/** An alarm, its clue and its task need a moment more than the readings. */
const SETTLE_MS = 5_000;

/** History comes in while live packets do: it is stored soon, moves no latest value back and alarms nobody as if it were now. */
export function backfillBench(options: BackfillBenchOptions) {
  const { rate, connections, syncInterval, say } = options;
  const filling = Math.min(FILLING, connections);
  const exceeding = Array.from({ length: EXCEEDING }, (_, i) => connections + i);
  return onBenchSystem({ devices: connections + EXCEEDING, syncInterval, say }, async (bench) => {
    const { client, system } = bench;
    const api = new ApiClient(bench.urls.console, await bench.apiKey());
    const present = new PresentEvents();
    const leave = await api.listen((event, data) => present.hear(event, data));
    const frames = Math.ceil((rate * 180) / connections) + 10;
    const liveFirst = firstTimeOf(frames);
    const live = await bench.load({ connections, window: LIVE_WINDOW, frames, firstTime: liveFirst });
    await live.pace(rate);
    await sleep(BEFORE_S * 1_000);
    const latest = new LatestWatch(api, filling);

    const historyFrames = Math.ceil(options.readings / FACTORS.length / filling);
    const historyFirst = liveFirst - AGO_MS;
    const history = await bench.load({
      connections: filling,
      window: WINDOW,
      frames: historyFrames,
      firstTime: historyFirst,
    });
    await live.mark();
    const begun = performance.now();
    await Promise.all([fill(history), exceedInHistory(bench, exceeding)]);
    const acknowledgedS = (performance.now() - begun) / 1_000;
    await drained(client, ['readings', 'rules']);
    const seconds = (performance.now() - begun) / 1_000;
    const during = await live.mark();
    say(`history acknowledged after ${round(acknowledgedS, 1)} s, stored and judged after ${round(seconds, 1)} s`);
    await sleep(SETTLE_MS);
    await latest.stop();
    leave();

    const alarms = (await api.get<{ items: Alarm[] }>('/alarms?limit=1000')).items;
    const historyStates = await history.finish();
    const liveStates = await live.finish();
    await drained(client, ['readings']);
    const verdict = await checkExactlyOnce(
      client,
      exportAddress(system),
      { states: historyStates, firstTime: historyFirst },
      { states: liveStates, firstTime: liveFirst },
    );
    const memory = bench.peakMemory();
    const result = {
      readings: historyFrames * filling * FACTORS.length,
      acknowledged_s: round(acknowledgedS, 1),
      done_s: round(seconds, 1),
      live_packets_s: rate,
      live_ack_p99_ms: during.p99,
      latest_polls: latest.polls,
      latest_went_back: latest.wentBack,
      alarms_of_history: alarms.filter((alarm) => alarm.history).length,
      alarms_as_if_now: alarms.filter((alarm) => !alarm.history).length + present.alarms,
      tasks_as_if_now: present.tasks,
      memory_peak_mb: memory,
      ...verdict,
    };
    const missed = missedBounds([
      { name: 'done_s', value: result.done_s, most: WITHIN_S },
      { name: 'latest_went_back', value: latest.wentBack, most: 0 },
      { name: 'alarms_as_if_now', value: result.alarms_as_if_now, most: 0 },
      { name: 'tasks_as_if_now', value: result.tasks_as_if_now, most: 0 },
      { name: 'exceedances of history without their alarm', value: EXCEEDING - result.alarms_of_history, most: 0 },
      ...exactlyOnce(verdict),
      ...memoryBounds(memory, MEMORY_LIMIT_MB),
    ]);
    return { ...result, missed };
  });
}

/** Sends all frames of the devices, as fast as they are answered. */
async function fill(history: LoadProcess): Promise<void> {
  await history.pace();
  for (let mark = await history.mark(); mark.answered < mark.due; mark = await history.mark()) await sleep(50);
}

async function exceedInHistory(bench: BenchSystem, devices: readonly number[]): Promise<void> {
  const [address] = bench.addresses();
  if (!address) throw new Error('ingestion has no address');
  const sender = await HourSender.connect(address);
  const hour = lastFullHour() - AGO_MS;
  try {
    for (const [i, mean] of [LIMIT * 2, LIMIT * 2, LIMIT / 2, LIMIT / 2, LIMIT / 2].entries()) {
      await Promise.all(devices.map((device) => sender.send(device, hour + i * HOUR_MS, mean)));
    }
  } finally {
    sender.close();
  }
}

/** Alarms and tasks that were told as of now. */
class PresentEvents {
  alarms = 0;
  tasks = 0;

  hear<K extends keyof LiveEvents>(event: K, data: LiveEvents[K]): void {
    if (event === 'alarm' && !(data as LiveEvents['alarm']).alarm.history) this.alarms++;
    if (event === 'task' && (data as LiveEvents['task']).task.clueSource === 'alarm') this.tasks++;
  }
}

/** Asks again and again for the latest moments of the devices: none may be older than it was. */
class LatestWatch {
  readonly #path: string;
  readonly #times = new Map<string, string>();
  readonly #done: Promise<void>;
  #stopping = false;
  polls = 0;
  wentBack = 0;

  constructor(
    private readonly api: ApiClient,
    devices: number,
  ) {
    this.#path = `/readings/latest?${Array.from({ length: devices }, (_, i) => `mn=${mnOf(i)}`).join('&')}`;
    this.#done = this.#watch();
  }

  async #watch(): Promise<void> {
    for (; !this.#stopping; await sleep(POLL_MS)) {
      for (const { mn, kind, dataTime } of await this.api.get<Moment[]>(this.#path)) {
        const key = `${mn} ${kind}`;
        // All of UTC+8, so that they compare as texts.
        if (dataTime < (this.#times.get(key) ?? '')) this.wentBack++;
        this.#times.set(key, dataTime);
      }
      this.polls++;
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
  }
}
