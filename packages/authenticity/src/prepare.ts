import type { FactorSeries, LoadKind, LoadSeries, Medium, OutletInput, Point, ScoreOptions, Span } from './series';
import { type Numbers, quantileOfSorted, sorted } from './statistics';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Valid values of a running source, in ascending time; all arrays have the same length. */
export interface Samples {
  time: Float64Array;
  value: Float64Array;
  /** Unconverted values; equal to `value` where there are none. */
  raw: Float64Array;
  /** Limit at the time; NaN where there is none. */
  limit: Float64Array;
  /** Index among all the points that lie in window or baseline: a jump of more than 1 is a gap. */
  slot: Int32Array;
}

/** One factor cut into window and baseline. */
export interface PreparedFactor {
  series: FactorSeries;
  medium: Medium;
  stepMs: number;
  detectionLimit: number;
  /** Values in a block of domain 2.2: 24 hours of gas, 12 samples of water. */
  blockLength: number;
  window: Samples;
  baseline: Samples;
  /** Window and baseline together, in ascending time. */
  whole: Samples;
  /** 1 where the value of `whole` lies in the window. */
  inWindow: Uint8Array;
  /** Every point of a running source in the window, valid or not. */
  windowPoints: Point[];
  /** Whether window and baseline have the least number of values (domain 2.2). */
  sufficient: boolean;
  leastWindow: number;
}

/** An outlet's surroundings: its loads by time, and which of them tells how hard the plant works. */
export interface Surroundings {
  loads: Map<LoadKind, Map<number, number>>;
  /** Production's own load, never a series that passes the same measuring hut; null when there is none. */
  production: Map<number, number> | null;
  /** What the working-condition test takes as load: production, else flow. */
  main: Map<number, number> | null;
  isStopped(time: number): boolean;
}

export interface PreparedOutlet {
  input: OutletInput;
  options: ScoreOptions;
  window: Span;
  baseline: Span;
  surroundings: Surroundings;
  factors: PreparedFactor[];
}

/** Least number of values in a window of 30 days (domain 2.2); other windows in proportion, the baseline 3 times. */
const leastIn30Days: Record<Medium, number> = { gas: 300, water: 120 };

const PRODUCTION: LoadKind[] = ['production-kwh', 'steam', 'feed'];

export function prepareOutlet(input: OutletInput, options: ScoreOptions): PreparedOutlet {
  checkOptions(options);
  checkInput(input);
  const window = { from: options.at - options.windowDays * DAY, to: options.at };
  const baseline = {
    from: window.from - (options.baselineDays - (options.baselineDaysAfter ?? 0)) * DAY,
    to: window.to + (options.baselineDaysAfter ?? 0) * DAY,
  };
  const surroundings = surroundingsOf(input.loads);
  const sampleTimes = input.medium === 'water' && input.stepMs > HOUR ? sampledTimes(input) : null;
  const factors = input.factors.map((series) =>
    prepareFactor(series, input, options, window, baseline, surroundings, sampleTimes),
  );
  return { input, options, window, baseline, surroundings, factors };
}

function prepareFactor(
  series: FactorSeries,
  input: OutletInput,
  options: ScoreOptions,
  window: Span,
  baseline: Span,
  surroundings: Surroundings,
  sampleTimes: Set<number> | null,
): PreparedFactor {
  const confirmed = options.confirmedBad ?? [];
  const kept: Kept[] = [];
  const windowPoints: Point[] = [];
  let slot = 0;
  for (const point of series.points) {
    if (point.time < baseline.from || point.time >= baseline.to) continue;
    if (sampleTimes && !sampleTimes.has(point.time)) continue;
    slot++;
    if (point.running === false || surroundings.isStopped(point.time)) continue;
    const inWindow = point.time >= window.from && point.time < window.to;
    if (inWindow) windowPoints.push(point);
    if (!point.valid || point.value === null) continue;
    if (!inWindow && confirmed.some((span) => point.time >= span.from && point.time < span.to)) continue;
    kept.push({ point, slot, inWindow });
  }
  const windowSamples = samplesOf(kept.filter((row) => row.inWindow));
  const baselineSamples = samplesOf(kept.filter((row) => !row.inWindow));
  const leastWindow = Math.ceil((leastIn30Days[input.medium] * options.windowDays) / 30);
  return {
    series,
    medium: input.medium,
    stepMs: input.stepMs,
    detectionLimit: series.detectionLimit ?? series.resolution,
    blockLength: input.medium === 'gas' ? 24 : 12,
    window: windowSamples,
    baseline: baselineSamples,
    whole: samplesOf(kept),
    inWindow: Uint8Array.from(kept.map((row) => Number(row.inWindow))),
    windowPoints,
    sufficient: windowSamples.time.length >= leastWindow && baselineSamples.time.length >= 3 * leastWindow,
    leastWindow,
  };
}

interface Kept {
  point: Point;
  slot: number;
  inWindow: boolean;
}

function samplesOf(rows: readonly Kept[]): Samples {
  const n = rows.length;
  const samples: Samples = {
    time: new Float64Array(n),
    value: new Float64Array(n),
    raw: new Float64Array(n),
    limit: new Float64Array(n),
    slot: new Int32Array(n),
  };
  rows.forEach(({ point, slot }, i) => {
    samples.time[i] = point.time;
    samples.value[i] = point.value!;
    samples.raw[i] = point.raw ?? point.value!;
    samples.limit[i] = point.limit ?? Number.NaN;
    samples.slot[i] = slot;
  });
  return samples;
}

/**
 * Times of real samples where the cycle is longer than the hours reported: between two samples an instrument reports
 * its last value again (HJ 212-2017), which is no new information and no constancy. A sample is an hour where any
 * factor's value changes, and at the latest a cycle after the one before.
 */
function sampledTimes(input: OutletInput): Set<number> {
  const byTime = new Map<number, boolean>();
  for (const series of input.factors) {
    let last: number | null = null;
    for (const point of series.points) {
      const value = point.raw ?? point.value;
      const changed = value !== null && value !== last;
      if (value !== null) last = value;
      byTime.set(point.time, (byTime.get(point.time) ?? false) || changed);
    }
  }
  const times = new Set<number>();
  let previous = Number.NEGATIVE_INFINITY;
  for (const time of [...byTime.keys()].sort((a, b) => a - b)) {
    if (byTime.get(time) || time - previous >= input.stepMs) {
      times.add(time);
      previous = time;
    }
  }
  return times;
}

function surroundingsOf(series: readonly LoadSeries[]): Surroundings {
  const loads = new Map<LoadKind, Map<number, number>>();
  for (const { kind, points } of series) {
    const byTime = new Map<number, number>();
    for (const point of points) if (point.value !== null) byTime.set(point.time, point.value);
    if (byTime.size > 0) loads.set(kind, byTime);
  }
  const production = PRODUCTION.map((kind) => loads.get(kind)).find((load) => load !== undefined) ?? null;
  const flow = loads.get('flow');
  const high = (load: Map<number, number> | null | undefined) =>
    load ? quantileOfSorted(sorted(Array.from(load.values()).filter((value) => value > 0)), 0.75) : Number.NaN;
  const highFlow = high(flow);
  const highProduction = high(production);
  return {
    loads,
    production,
    main: production ?? flow ?? null,
    // A source stands still when nothing flows; where production is metered, it must have come down too.
    isStopped(time) {
      const now = flow?.get(time);
      if (now === undefined) return false;
      if (!(now > 0)) return true;
      const working = production?.get(time);
      return now < 0.2 * highFlow && working !== undefined && working < 0.35 * highProduction;
    },
  };
}

/** Values of a load at the times given; NaN where it was not measured. */
export function loadAt(load: Map<number, number>, time: Numbers): Float64Array {
  const at = new Float64Array(time.length);
  for (let i = 0; i < at.length; i++) at[i] = load.get(time[i]!) ?? Number.NaN;
  return at;
}

function checkOptions(options: ScoreOptions): void {
  const positive = (name: 'windowDays' | 'baselineDays') => {
    if (!(options[name] > 0)) throw new RangeError(`${name} is ${options[name]}: a number of days above 0 is expected`);
  };
  if (!Number.isFinite(options.at)) throw new RangeError(`at is ${options.at}: ms since the epoch are expected`);
  positive('windowDays');
  positive('baselineDays');
  const after = options.baselineDaysAfter ?? 0;
  if (!(after >= 0 && after <= options.baselineDays)) {
    throw new RangeError(`baselineDaysAfter is ${after}: 0 to baselineDays (${options.baselineDays}) is expected`);
  }
  if (!Number.isFinite(options.zoneMinutes)) throw new RangeError('zoneMinutes: minutes ahead of UTC are expected');
}

function checkInput(input: OutletInput): void {
  if (!(input.stepMs > 0)) throw new RangeError(`stepMs is ${input.stepMs}: ms above 0 are expected`);
  for (const series of [...input.factors, ...(input.peers ?? [])]) {
    const name = `series ${series.code}`;
    if (!(series.resolution > 0)) {
      throw new RangeError(`resolution of ${name} is ${series.resolution}: a number above 0 is expected`);
    }
    let last = Number.NEGATIVE_INFINITY;
    for (const point of series.points) {
      if (!(point.time > last)) throw new RangeError(`points of ${name}: ascending times are expected`);
      if (point.value !== null && !Number.isFinite(point.value)) {
        throw new RangeError(`value of ${name} at ${point.time}: a finite number or null is expected`);
      }
      last = point.time;
    }
  }
}
