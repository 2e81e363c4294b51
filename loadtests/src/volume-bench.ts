import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@greenwatch/infra';
import { isoTime, startOfDay } from '@greenwatch/kit';
import { MongoClient } from 'mongodb';
import { outletOf } from './bench-devices';
import { FACTORS, mnOf } from './bench-frames';
import { type BenchSystem, onBenchSystem, round } from './bench-system';
import { missedBounds } from './bounds';
import { sleep } from './connect-to-system';

export interface VolumeBenchOptions {
  /** Realtime and minute readings to load, packed; hours of a month come on top. */
  readings: number;
  say(line: string): void;
}

export interface VolumeBenchResult {
  /** Realtime (every minute) and minute (every ten) readings, packed. */
  readings: number;
  /** Hourly readings, packed, beside them. */
  hour_readings: number;
  outlets: number;
  days: number;
  /** Generating, packing, unpacking to compare, writing. */
  load_s: number;
  readings_per_s: number;
  /** Realtime and minute readings: their share of the collection on disk, free space included. */
  packed_bytes_per_reading: number;
  /** All of the collection on disk, hours too, over all readings in it. */
  packed_bytes_per_reading_with_hours: number;
  /** What the codec makes of a reading, of all kinds, without what the database adds. */
  codec_bytes_per_reading: number;
  recent_readings: number;
  recent_documents: number;
  recent_bytes_per_reading: number;
  latency: Record<string, { p50_ms: number; p99_ms: number; calls: number }>;
  /** The first time, from MongoDB: nothing is in Valkey. */
  latest_rebuilt_ms: number;
  /** At 2,000,000,000 readings, at the same bytes a reading and rate. */
  two_billion: { packed_gib: number; documents: number; load_h: number };
  missed: string[];
}

const READINGS_A_DAY = (1_440 + 144) * FACTORS.length;
const MOST_OUTLETS = 1_000;
const HOUR_DAYS = 31;
const RECENT_MINUTES = 120;
const LOADERS = 2;
const DAY_MS = 86_400_000;
const MOST_PACKED = 1.5;
const MOST_RECENT = 20;
/** Of 200 million; other sizes in proportion, with a minute to begin with. */
const MOST_LOAD_S = 1_200;
const MOST_P99 = { outlet_day: 20, outlet_month_of_hours: 50, latest_of_1000: 50 };

/**
 * Loads readings as instruments give them through the packing path into the real system, and asks for them through its
 * actions.
 */
export function volumeBench({ readings, say }: VolumeBenchOptions): Promise<VolumeBenchResult> {
  const outlets = Math.max(10, Math.min(MOST_OUTLETS, Math.ceil(readings / READINGS_A_DAY)));
  const days = Math.max(1, Math.ceil(readings / READINGS_A_DAY / outlets));
  // Packed days end before the day that is still open.
  const until = startOfDay(Date.now());
  const environment = { COLD_AFTER_DAYS: '0' };
  return onBenchSystem({ devices: outlets, only: ['registry', 'readings'], environment, say }, async (bench) => {
    const mongo = await new MongoClient(bench.urls.mongodb).connect();
    try {
      return await measure(bench, mongo, { outlets, days, until });
    } finally {
      await mongo.close();
    }
  });
}

interface Size {
  outlets: number;
  days: number;
  until: number;
}

async function measure(
  bench: BenchSystem,
  mongo: MongoClient,
  { outlets, days, until }: Size,
): Promise<VolumeBenchResult> {
  bench.say(`loading ${days} days of ${outlets} outlets`);
  const begun = performance.now();
  const done = await load(bench, outlets, { days, hourDays: HOUR_DAYS, until, recentMinutes: RECENT_MINUTES });
  const loadSeconds = (performance.now() - begun) / 1_000;
  bench.say(`loaded in ${round(loadSeconds, 0)} s`);
  // What was loaded makes means of days, then of months: who asks then asks a system that has worked them off.
  const due = mongo.db('greenwatch_readings');
  while (
    (await due.collection('total_marks').countDocuments({ due: { $lte: Date.now() } })) > 0 ||
    (await due.collection('month_marks').estimatedDocumentCount()) > 0
  ) {
    await sleep(1_000);
  }
  bench.say('all means are calculated');
  await mongo.db('admin').command({ fsync: 1 });
  const packed = await onDisk(mongo, 'packed_days');
  const recent = await onDisk(mongo, 'packets');

  const latency: VolumeBenchResult['latency'] = {};
  const someOutlet = () => outletOf(Math.floor(Math.random() * outlets));
  const someDay = () => until - Math.ceil(Math.random() * days) * DAY_MS;
  const line = (kind: 'realtime' | 'hour', from: number, length: number) =>
    bench.client.call('readings.line.list', {
      ...{ outletId: [someOutlet()], kind, factor: [...FACTORS] },
      ...{ from: isoTime(from), to: isoTime(from + length), points: 2_000 },
    });
  latency.outlet_day = await timed(300, () => line('realtime', someDay(), DAY_MS));
  latency.outlet_month_of_hours = await timed(300, () => line('hour', until - HOUR_DAYS * DAY_MS, HOUR_DAYS * DAY_MS));
  latency.outlet_month_of_minutes = await timed(30, () => line('realtime', until - days * DAY_MS, days * DAY_MS));
  const mns = Array.from({ length: outlets }, (_, i) => mnOf(i));
  const kinds: ['realtime'] = ['realtime'];
  const first = performance.now();
  await bench.client.call('readings.latest.list', { mns }, { timeoutMs: 120_000 });
  const rebuilt = performance.now() - first;
  bench.say(`the latest moments were rebuilt in ${round(rebuilt / 1_000, 1)} s`);
  latency.latest_of_1000 = await timed(100, () => bench.client.call('readings.latest.list', { mns, kinds }));
  latency.latest_of_1000_every_kind = await timed(30, () => bench.client.call('readings.latest.list', { mns }));

  const stored = done.readings + done.hourReadings;
  const packedBytes = done.bytes + done.hourBytes;
  const perReading = (packed.bytes * done.bytes) / packedBytes / done.readings;
  const rate = stored / loadSeconds;
  const recentPerReading = recent.bytes / done.recentReadings;
  const missed = missedBounds([
    { name: 'packed bytes a reading', value: round(perReading, 3), most: MOST_PACKED },
    { name: 'recent bytes a reading', value: round(recentPerReading, 1), most: MOST_RECENT },
    { name: 'seconds to load', value: round(loadSeconds, 0), most: Math.round(60 + (MOST_LOAD_S * stored) / 200e6) },
    ...Object.entries(MOST_P99).map(([name, most]) => ({
      name: `${name}, p99 ms`,
      value: latency[name]?.p99_ms ?? Number.NaN,
      most,
    })),
  ]);
  return {
    readings: done.readings,
    hour_readings: done.hourReadings,
    outlets,
    days,
    load_s: round(loadSeconds, 1),
    readings_per_s: Math.round(rate),
    packed_bytes_per_reading: round(perReading, 3),
    packed_bytes_per_reading_with_hours: round(packed.bytes / stored, 3),
    codec_bytes_per_reading: round(packedBytes / stored, 3),
    recent_readings: done.recentReadings,
    recent_documents: done.recentDocuments,
    recent_bytes_per_reading: round(recentPerReading, 1),
    latency,
    latest_rebuilt_ms: Math.round(rebuilt),
    two_billion: {
      packed_gib: round(((packed.bytes / stored) * 2e9) / 2 ** 30, 2),
      documents: Math.round((packed.documents / stored) * 2e9),
      load_h: round(2e9 / rate / 3_600, 2),
    },
    missed,
  };
}

/** What `services/readings/dist/volume/load-volume.js` says it did. */
interface Done {
  days: number;
  readings: number;
  hourReadings: number;
  /** Of packed days of realtime and minutes, and of hours. */
  bytes: number;
  hourBytes: number;
  recentReadings: number;
  recentDocuments: number;
}

/** Nobody but readings writes its collections, so the loading is a program of its own; one for each core. */
async function load(bench: BenchSystem, outlets: number, work: object): Promise<Done> {
  const program = path.join(repositoryRoot, 'services/readings/dist/volume/load-volume.js');
  const mns = Array.from({ length: outlets }, (_, i) => mnOf(i));
  const runs = Array.from({ length: LOADERS }, async (_, i) => {
    const part = { from: Math.floor((i * outlets) / LOADERS), to: Math.floor(((i + 1) * outlets) / LOADERS) };
    const VOLUME_LOAD = JSON.stringify({ mns, ...work, ...part });
    const env = { ...process.env, MONGODB_URI: bench.urls.mongodb, VOLUME_LOAD };
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    return JSON.parse(stdout) as Done;
  });
  const all = await Promise.all(runs);
  const sum = (name: keyof Done) => all.reduce((total, one) => total + one[name], 0);
  return {
    days: sum('days'),
    readings: sum('readings'),
    hourReadings: sum('hourReadings'),
    bytes: sum('bytes'),
    hourBytes: sum('hourBytes'),
    recentReadings: sum('recentReadings'),
    recentDocuments: sum('recentDocuments'),
  };
}

async function onDisk(mongo: MongoClient, collection: string): Promise<{ documents: number; bytes: number }> {
  const stages = [{ $collStats: { storageStats: {} } }];
  const [stats] = await mongo.db('greenwatch_readings').collection(collection).aggregate(stages).toArray();
  const { count, storageSize, totalIndexSize } = stats?.storageStats ?? {};
  return { documents: count, bytes: storageSize + totalIndexSize };
}

/** One call after the other; the first ones are not counted. */
async function timed(
  calls: number,
  call: () => Promise<unknown>,
): Promise<{ p50_ms: number; p99_ms: number; calls: number }> {
  for (let i = 0; i < calls / 10; i++) await call();
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const begun = performance.now();
    await call();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => round(times[Math.ceil(calls * share) - 1] ?? Number.NaN, 1);
  return { p50_ms: at(0.5), p99_ms: at(0.99), calls };
}
