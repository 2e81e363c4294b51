import { DAY, HOUR, loadAt, type PreparedFactor, type Samples, type Surroundings } from '../prepare';
import type { Interval, Sentence, TestResult } from '../result';
import { rounded } from '../sentences';
import type { OutletEvent, Span } from '../series';
import {
  clamp,
  lagOne,
  mannWhitneyLower,
  median,
  normalAbove,
  robustDeviation,
  spearman,
  subscoreOf,
} from '../statistics';
import { notApplicable } from './test-result';

const { abs, atanh, exp, log, max, min, round, sign, sqrt } = Math;

/** Fewer pairs of value and load than this tell nothing. */
const LEAST_PAIRS = 60;

/** A shift of the daily residuals by less than this (ln; −20 %) is no sign. */
const LEAST_SHIFT = -0.22;

const CAUSES = new Set<OutletEvent['kind']>(['parameter-change', 'calibration', 'door']);

/**
 * W 工况检验: values against the load. A drop at the same load looks like real abatement and is floored at 0.4, unless a
 * parameter change, calibration or door opening lies within 24 h of it; a lost correlation; marks and treatment that
 * contradict production.
 */
export function workingCondition(
  factor: PreparedFactor,
  surroundings: Surroundings,
  events: readonly OutletEvent[],
  window: Span,
): TestResult {
  const fixed = contradictions(factor, events, window);
  const load = surroundings.main;
  if (load === null && fixed === null) return notApplicable('W', { code: 'no-load', values: {} });

  const now = load && pairs(factor.window, load, factor.detectionLimit);
  const then = load && pairs(factor.baseline, load, factor.detectionLimit);
  if (!now || !then || now.y.length < LEAST_PAIRS || then.y.length < LEAST_PAIRS) {
    if (fixed === null) {
      const count = min(now?.y.length ?? 0, then?.y.length ?? 0);
      return notApplicable('W', { code: 'little-load', values: { pairs: count } });
    }
    return { ...spoken(fixed), numbers: {} };
  }

  const line = huberLine(then.load, then.y);
  const residual = (p: Pairs) => p.y.map((y, i) => y - line.intercept - line.slope * p.load[i]!);
  const daysNow = blockMedians(residual(now), now.time, factor.blockLength);
  const daysThen = blockMedians(residual(then), then.time, factor.blockLength);
  const shift = median(daysNow.median) - median(daysThen.median);
  const thinned = (x: number[]) => x.filter((_, i) => i % 2 === 0);
  const pShift = shift > LEAST_SHIFT ? 1 : mannWhitneyLower(thinned(daysNow.median), thinned(daysThen.median));
  const shiftedAt = changePoint([...daysThen.median, ...daysNow.median], [...daysThen.time, ...daysNow.time]);
  const caused = events.some(
    (event) => CAUSES.has(event.kind) && event.from <= shiftedAt + DAY && event.to >= shiftedAt - DAY,
  );
  const shiftScore = caused ? subscoreOf(pShift) : max(0.4, subscoreOf(pShift));

  const rNow = spearman(now.y, now.load);
  const rThen = spearman(then.y, then.load);
  const pBroken = brokenCorrelationP(rThen, effective(then), rNow, effective(now));

  const said: Spoken[] = [
    {
      subscore: shiftScore,
      p: pShift,
      sentence: { code: 'W-shift', values: { percent: round(100 * (1 - exp(shift))) } },
      intervals: [],
    },
    {
      subscore: subscoreOf(pBroken),
      p: pBroken,
      sentence: { code: 'W-broken', values: { before: rounded(rThen, 2), now: rounded(rNow, 2) } },
      intervals: [],
    },
  ];
  for (const part of said) part.intervals = [{ from: window.from, to: window.to, why: part.sentence }];
  if (fixed) said.push(fixed);
  const worst = said.reduce((a, b) => (b.subscore < a.subscore ? b : a));
  const result =
    worst.subscore < 1
      ? spoken(worst)
      : spoken({ subscore: 1, p: 1, sentence: { code: 'W-clear', values: {} }, intervals: [] });
  return {
    ...result,
    p: min(pShift, pBroken),
    numbers: {
      pShift,
      shift,
      caused: Number(caused),
      slope: line.slope,
      pBroken,
      correlationThen: rThen,
      correlationNow: rNow,
    },
  };
}

interface Spoken {
  subscore: number;
  p: number | null;
  sentence: Sentence;
  intervals: Interval[];
}

function spoken(part: Spoken): Omit<TestResult, 'numbers'> {
  return { test: 'W', applicable: true, reason: null, ...part };
}

/**
 * p of a correlation that got lost: Fisher's z of |r0| against r1 turned to r0's sign, with effective numbers; 1 unless
 * |r0| ≥ 0.25 and the drop is above 0.25 (domain 2.3 W b).
 */
export function brokenCorrelationP(r0: number, n0: number, r1: number, n1: number): number {
  const before = abs(r0);
  const now = sign(r0) * r1;
  if (before < 0.25 || before - now <= 0.25) return 1;
  const fisher = (r: number) => atanh(clamp(r, -0.999999, 0.999999));
  const spread = sqrt(1 / max(n1 - 3, 1) + 1 / max(n0 - 3, 1));
  return normalAbove((fisher(before) - fisher(now)) / spread);
}

interface Pairs {
  time: Float64Array;
  y: Float64Array;
  load: Float64Array;
}

function pairs(samples: Samples, load: Map<number, number>, detectionLimit: number): Pairs {
  const loads = loadAt(load, samples.time);
  const use: number[] = [];
  for (let i = 0; i < loads.length; i++) if (loads[i]! > 0) use.push(i);
  return {
    time: Float64Array.from(use.map((i) => samples.time[i]!)),
    y: Float64Array.from(use.map((i) => log(max(samples.value[i]!, detectionLimit / 2)))),
    load: Float64Array.from(use.map((i) => log(loads[i]!))),
  };
}

/** n(1 − φxφy)/(1 + φxφy): how many independent pairs the autocorrelated ones are worth. */
function effective({ y, load }: Pairs): number {
  const f = clamp(lagOne(y) * lagOne(load), 0, 0.98);
  return (y.length * (1 - f)) / (1 + f);
}

/** Robust line y = intercept + slope·x by Huber's weights (k = 1.345), ten rounds. */
export function huberLine(x: Float64Array, y: Float64Array): { intercept: number; slope: number } {
  const weight = new Float64Array(x.length).fill(1);
  let line = weightedLine(x, y, weight);
  for (let turn = 0; turn < 10; turn++) {
    const residual = y.map((yi, i) => yi - line.intercept - line.slope * x[i]!);
    const scale = robustDeviation(residual, median(residual)) + 1e-9;
    for (let i = 0; i < x.length; i++) weight[i] = min(1, (1.345 * scale) / max(abs(residual[i]!), 1e-12));
    const next = weightedLine(x, y, weight);
    const done = abs(next.slope - line.slope) < 1e-4 && abs(next.intercept - line.intercept) < 1e-4;
    line = next;
    if (done) break;
  }
  return line;
}

function weightedLine(x: Float64Array, y: Float64Array, weight: Float64Array) {
  let w = 0;
  let wx = 0;
  let wy = 0;
  for (let i = 0; i < x.length; i++) {
    w += weight[i]!;
    wx += weight[i]! * x[i]!;
    wy += weight[i]! * y[i]!;
  }
  const mx = wx / w;
  const my = wy / w;
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += weight[i]! * (x[i]! - mx) ** 2;
    xy += weight[i]! * (x[i]! - mx) * (y[i]! - my);
  }
  const slope = xx > 1e-12 ? xy / xx : 0;
  return { intercept: my - slope * mx, slope };
}

function blockMedians(x: Float64Array, time: Float64Array, length: number) {
  const result = { median: [] as number[], time: [] as number[] };
  for (let first = 0; first + length <= x.length; first += length) {
    result.median.push(median(x.subarray(first, first + length)));
    result.time.push(time[first]!);
  }
  return result;
}

/** Time of the block before and after which the means of the blocks differ most, weighed as in a t-test. */
function changePoint(x: readonly number[], time: readonly number[]): number {
  const total = x.reduce((sum, value) => sum + value, 0);
  let left = 0;
  let best = 0;
  let at = time[0] ?? 0;
  for (let i = 1; i < x.length; i++) {
    left += x[i - 1]!;
    const difference = left / i - (total - left) / (x.length - i);
    const weight = abs(difference) * sqrt((i * (x.length - i)) / x.length);
    if (weight > best) {
      best = weight;
      at = time[i]!;
    }
  }
  return at;
}

/** (c): marks against production (≥ 2 h → 0), treatment off while values stay low (→ 0.2). */
function contradictions(factor: PreparedFactor, events: readonly OutletEvent[], window: Span): Spoken | null {
  const inside = (kind: OutletEvent['kind']) =>
    events
      .filter((event) => event.kind === kind && event.from < window.to && event.to > window.from)
      .map((event) => ({ from: max(event.from, window.from), to: min(event.to, window.to) }));
  const hours = (spans: Span[]) => spans.reduce((sum, span) => sum + span.to - span.from, 0) / HOUR;
  const conflicts = inside('mark-conflict');
  if (hours(conflicts) >= 2) {
    const sentence = { code: 'W-mark-conflict', values: { hours: rounded(hours(conflicts)) } };
    return { subscore: 0, p: null, sentence, intervals: conflicts.map((span) => ({ ...span, why: sentence })) };
  }
  const off = inside('treatment-off');
  const { time, value } = factor.window;
  const during: number[] = [];
  const otherwise: number[] = [];
  for (let i = 0; i < time.length; i++) {
    const isOff = off.some((span) => time[i]! < span.to && time[i]! + factor.stepMs > span.from);
    (isOff ? during : otherwise).push(value[i]!);
  }
  if (during.length === 0 || otherwise.length === 0 || median(during) > 1.1 * median(otherwise)) return null;
  const sentence = { code: 'W-treatment-off', values: { hours: rounded(hours(off)) } };
  return { subscore: 0.2, p: null, sentence, intervals: off.map((span) => ({ ...span, why: sentence })) };
}
