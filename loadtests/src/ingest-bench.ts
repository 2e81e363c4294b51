import { type Client, READINGS } from '@greenwatch/kit';
import { firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { exactlyOnce, memoryBounds, missedBounds } from './bounds';
import { packetBytes } from './bytes-on-disk';
import { drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { rawInsertRate } from './raw-insert';

export interface IngestBenchOptions {
  seconds: number;
  warmup: number;
  connections: number;
  window: number;
  /** Services to start; absent: all. */
  only?: string[];
  /** When NATS flushes to disk: `always`, or a period; absent: the system's own choice. */
  syncInterval?: string;
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
  /** In the export and never sent. */
  unexpected: number;
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
  /** Bytes of a packet on the log of NATS, and in the archive of raw frames, as far as that has come. */
  log_bytes_per_packet: number;
  archive_bytes_per_packet?: number;
  /** The most memory that each process of ours had, MB. */
  memory_peak_mb: Record<string, number>;
  missed: string[];
}

const FLOOR_SECONDS = 5;
/** Of all our processes and servers, without and with rules running (issue 5). */
const COST_US = 60;
const COST_WITH_RULES_US = 80;
/** Of a packet of 8 readings in the archive of raw frames (issue 5). */
const ARCHIVE_BYTES = 25;
/** Frames a device may send in a second: what two cores do not reach. */
const MOST_PER_DEVICE_SECOND = 400;

/** Starts the real system in a temporary folder, loads it over TCP and checks that every acknowledged packet is there once. */
export async function ingestBench(options: IngestBenchOptions): Promise<IngestBenchResult> {
  const { say, connections, window } = options;
  return onBenchSystem({ ...options, devices: connections }, async (bench) => {
    const { client, system, urls } = bench;
    const floor = await rawInsertRate(urls.mongodb, FLOOR_SECONDS);
    say(`floor: ${Math.round(floor)} packets/s by raw insertMany`);
    const frames = Math.min((options.warmup + options.seconds) * MOST_PER_DEVICE_SECOND, 20_000);
    const firstTime = firstTimeOf(frames);
    const generator = await bench.load({ connections, window, frames, firstTime });
    await generator.pace();

    await sleep(options.warmup * 1_000);
    const before = await generator.mark();
    const cpuBefore = bench.cpu();
    const logBefore = await lastSequence(client);
    const begun = performance.now();
    await sleep(options.seconds * 1_000);
    const after = await generator.mark();
    const seconds = (performance.now() - begun) / 1_000;
    if (after.exhausted) say('the devices ran out of frames: the rate is too low');
    if (after.reconnected > 0) say(`${after.reconnected} connections were lost and made again`);

    const states = await generator.finish();
    const messages = (await lastSequence(client)) - logBefore;
    const stopped = performance.now();
    // The archive of raw frames follows every 15 s; it has done as much for the warm-up as it will owe at the end.
    await drained(client, ['readings', 'rules']);
    const drainedSeconds = (performance.now() - stopped) / 1_000;
    const cpuAfter = bench.cpu();
    say('checking every packet against the export');
    const verdict = await checkExactlyOnce(client, exportAddress(system), { states, firstTime });
    const { acknowledged, lost, unexpected, duplicated } = verdict;
    const measured = acknowledged - before.answered;

    const packetsPerSecond = (after.answered - before.answered) / seconds;
    const perPacket = Object.fromEntries(
      Object.entries(cpuAfter).map(([name, us]) => [name, round((us - (cpuBefore[name] ?? 0)) / measured, 1)]),
    );
    const spent = Object.entries(cpuAfter).reduce((sum, [name, us]) => sum + us - (cpuBefore[name] ?? 0), 0);
    const costPerPacket = round(spent / measured, 1);
    const judged = system.names().includes('rules');
    const memory = bench.peakMemory();
    const bytes = await packetBytes(client, urls.mongodb, acknowledged);
    return {
      packets_s: Math.round(packetsPerSecond),
      readings_s: Math.round(packetsPerSecond * 8),
      floor_packets_s: Math.round(floor),
      ratio: round(packetsPerSecond / floor, 3),
      cpu_us_per_packet: perPacket,
      cpu_us_per_packet_total: costPerPacket,
      loadgen_cpu_us_per_packet: round((after.cpuUs - before.cpuUs) / (after.answered - before.answered), 1),
      p50_ms: round(after.p50, 1),
      p99_ms: round(after.p99, 1),
      lost,
      unexpected,
      duplicated,
      checked: acknowledged,
      packets_per_message: round(measured / messages, 1),
      drained_s: round(drainedSeconds, 1),
      connections,
      window,
      seconds: round(seconds, 1),
      log_bytes_per_packet: round(bytes.log, 1),
      ...(bytes.archive === undefined ? {} : { archive_bytes_per_packet: round(bytes.archive, 1) }),
      memory_peak_mb: memory,
      missed: missedBounds([
        { name: 'cpu_us_per_packet_total', value: costPerPacket, most: judged ? COST_WITH_RULES_US : COST_US },
        ...(bytes.archive === undefined
          ? []
          : [{ name: 'archive_bytes_per_packet', value: round(bytes.archive, 1), most: ARCHIVE_BYTES }]),
        ...exactlyOnce(verdict),
        ...memoryBounds(memory, MEMORY_LIMIT_MB),
      ]),
    };
  });
}

/** Sequence of the newest message of the log. */
async function lastSequence(client: Client): Promise<number> {
  return (await client.nats.jsm.streams.info(READINGS)).state.last_seq;
}
