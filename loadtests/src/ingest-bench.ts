import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { System } from '@greenwatch/infra';
import { type Client, READINGS } from '@greenwatch/kit';
import { registerDevices } from './bench-devices';
import { connectToSystem, drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import type { FromLoadGenerator, ToLoadGenerator } from './load-messages';
import { cpuOf } from './process-cpu';
import { rawInsertRate } from './raw-insert';

export interface IngestBenchOptions {
  seconds: number;
  warmup: number;
  connections: number;
  window: number;
  /** Services to start; absent: all. */
  only?: string[];
  say(line: string): void;
}

export interface IngestBenchResult {
  /** Acknowledged to the devices in the measured part. */
  packets_s: number;
  readings_s: number;
  /** Raw `insertMany` of design.md 11 on the same mongod, just before. */
  floor_packets_s: number;
  ratio: number;
  /** Processor time a packet of every process of the system, until all is stored and judged (not: archived). */
  cpu_us_per_packet: Record<string, number>;
  cpu_us_per_packet_total: number;
  /** The load generator's own, which no deployment has. */
  loadgen_cpu_us_per_packet: number;
  /** From writing a frame to its 9014. */
  p50_ms: number;
  p99_ms: number;
  /** Acknowledged, warm-up included, and not in the export with all factors. */
  lost: number;
  /** In the export more than once, or revised though sent once. */
  duplicated: number;
  checked: number;
  /** How far the group commit went: packets in one message of the log. */
  packets_per_message: number;
  /** From the last acknowledgement until everything was stored and judged. */
  drained_s: number;
  connections: number;
  window: number;
  seconds: number;
}

const FLOOR_SECONDS = 5;
/** Frames built beforehand, for each device and second: what two cores do not reach. */
const MOST_PER_DEVICE_SECOND = 400;

/** Starts the real system in a temporary folder, loads it over TCP and checks that every acknowledged packet is there once. */
export async function ingestBench(options: IngestBenchOptions): Promise<IngestBenchResult> {
  const { say, connections, window } = options;
  const system = new System({ only: options.only, announce: say });
  let client: Client | undefined;
  let generator: LoadGenerator | undefined;
  try {
    const urls = await system.start();
    const floor = await rawInsertRate(urls.mongodb, FLOOR_SECONDS);
    say(`floor: ${Math.round(floor)} packets/s by raw insertMany`);
    client = await connectToSystem(system, ['registry', 'readings']);
    await registerDevices(client, connections);

    const [host = '', port] = urls.hj212.split(':');
    const frames = Math.min((options.warmup + options.seconds) * MOST_PER_DEVICE_SECOND, 20_000);
    // In the past, so that no frame is ahead of its time; whole seconds.
    const firstTime = Math.floor(Date.now() / 1_000) * 1_000 - (frames + 60) * 1_000;
    say(`building ${frames} frames for each of ${connections} devices`);
    generator = new LoadGenerator();
    await generator.load({ host, port: Number(port), connections, window, frames, firstTime });

    await sleep(options.warmup * 1_000);
    const before = await generator.mark();
    const cpuBefore = cpu(system);
    const logBefore = await lastSequence(client);
    const begun = performance.now();
    await sleep(options.seconds * 1_000);
    const after = await generator.mark();
    const seconds = (performance.now() - begun) / 1_000;
    if (after.exhausted) say('the load generator ran out of frames: the rate is too low; build more');
    for (const failure of new Set(after.failures)) say(`a connection failed: ${failure}`);

    const acked = await generator.finish();
    const messages = (await lastSequence(client)) - logBefore;
    const stopped = performance.now();
    // The archive of raw frames follows every 15 s; it has done as much for the warm-up as it will owe at the end.
    await drained(client, ['readings', 'rules']);
    const drainedSeconds = (performance.now() - stopped) / 1_000;
    const cpuAfter = cpu(system);
    const answered = acked.reduce((sum, flags) => sum + count(flags), 0);
    const measured = answered - before.answered;
    say(`${answered} packets acknowledged; checking each against the export`);
    const { lost, duplicated } = await checkExactlyOnce(client, exportAddress(system), acked, firstTime);

    const packetsPerSecond = (after.answered - before.answered) / seconds;
    const perPacket = Object.fromEntries(
      Object.entries(cpuAfter).map(([name, us]) => [name, round((us - (cpuBefore[name] ?? 0)) / measured, 1)]),
    );
    return {
      packets_s: Math.round(packetsPerSecond),
      readings_s: Math.round(packetsPerSecond * 8),
      floor_packets_s: Math.round(floor),
      ratio: round(packetsPerSecond / floor, 3),
      cpu_us_per_packet: perPacket,
      cpu_us_per_packet_total: round(
        Object.entries(cpuAfter).reduce((sum, [name, us]) => sum + us - (cpuBefore[name] ?? 0), 0) / measured,
        1,
      ),
      loadgen_cpu_us_per_packet: round((after.cpuUs - before.cpuUs) / (after.answered - before.answered), 1),
      p50_ms: round(after.p50, 1),
      p99_ms: round(after.p99, 1),
      lost,
      duplicated,
      checked: answered,
      packets_per_message: round(measured / messages, 1),
      drained_s: round(drainedSeconds, 1),
      connections,
      window,
      seconds: round(seconds, 1),
    };
  } finally {
    generator?.stop();
    await client?.close();
    await system.stop();
  }
}

/** The process that plays the devices. */
class LoadGenerator {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor() {
    this.#child = fork(path.join(__dirname, 'load-generator.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#ended = new Promise((_, reject) => {
      this.#child.once('exit', (code, signal) => reject(new Error(`the load generator ended: ${code ?? signal}`)));
    });
    this.#ended.catch(() => {});
  }

  async load(options: Extract<ToLoadGenerator, { type: 'load' }>['options']): Promise<void> {
    await this.#ask({ type: 'load', options }, 'running');
  }

  mark(): Promise<Extract<FromLoadGenerator, { type: 'mark' }>> {
    return this.#ask({ type: 'mark' }, 'mark');
  }

  /** Sends no more, waits for what is in flight. For each device one byte a frame: 1 where it was acknowledged. */
  async finish(): Promise<Buffer[]> {
    const { acked } = await this.#ask({ type: 'finish' }, 'finished');
    return acked.map((flags) => Buffer.from(flags, 'base64'));
  }

  stop(): void {
    this.#child.removeAllListeners('exit').kill('SIGKILL');
  }

  #ask<T extends FromLoadGenerator['type']>(
    message: ToLoadGenerator,
    answer: T,
  ): Promise<Extract<FromLoadGenerator, { type: T }>> {
    const answered = new Promise<Extract<FromLoadGenerator, { type: T }>>((resolve) => {
      const listen = (got: FromLoadGenerator) => {
        if (got.type !== answer) return;
        this.#child.off('message', listen);
        resolve(got as Extract<FromLoadGenerator, { type: T }>);
      };
      this.#child.on('message', listen);
    });
    this.#child.send(message);
    return Promise.race([answered, this.#ended]);
  }
}

/** Sequence of the newest message of the log. */
async function lastSequence(client: Client): Promise<number> {
  return (await client.nats.jsm.streams.info(READINGS)).state.last_seq;
}

/** Processor time so far of every process of the system, µs. */
function cpu(system: System): Record<string, number> {
  const times: Record<string, number> = {};
  for (const name of system.names()) {
    const pid = system.pid(name);
    if (pid === undefined) throw new Error(`${name} does not run: see its log`);
    times[name] = cpuOf(pid);
  }
  return times;
}

function count(flags: Buffer): number {
  return flags.reduce((sum, flag) => sum + flag, 0);
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
