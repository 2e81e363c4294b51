import { HOUR, loadAt, type PreparedFactor, type PreparedOutlet, type Samples, type Surroundings } from '../prepare';
import type { Interval, Sentence, Signal } from '../result';
import { rounded } from '../sentences';
import type { PeerSeries, Span } from '../series';
import {
  chiSquareAbove,
  clamp,
  correlation,
  lagOne,
  mannWhitneyLower,
  median,
  quantileOfSorted,
  ranks,
  runsWhere,
  sorted,
  subscoreOf,
} from '../statistics';
import { intervalsOf } from '../tests/test-result';
import { brokenCorrelationP } from '../tests/working-condition';
import { calmStretches } from './calm';
import { copies } from './copy';
import { levelSteps, type Step } from './level-step';
import { pileAtTop } from './pile';
import { repeats } from './replay';
import { zerosWhileRunning } from './zero-running';

const { abs, exp, floor, log, max, round, sqrt } = Math;

/** 0 up to `from`, 1 from `to` on, straight in between. */
function ramp(value: number, from: number, to: number): number {
  return clamp((value - from) / (to - from), 0, 1);
}

function signal(
  feature: string,
  suspicion: number,
  sentence: Sentence,
  intervals: Interval[],
  numbers: Record<string, number>,
): Signal {
  const seen = suspicion > 0;
  return {
    feature,
    suspicion,
    sentence: seen ? sentence : { code: 'signal-clear', values: {} },
    intervals: seen ? intervals : [],
    numbers,
  };
}

/** Steps of one factor that lie in the window. */
export function stepsOf(factor: PreparedFactor, surroundings: Surroundings, window: Span): Step[] {
  const { time, raw } = factor.whole;
  if (raw.length === 0) return [];
  const least = max(factor.series.resolution, factor.detectionLimit / 2, 0.2 * median(raw));
  return levelSteps(time, raw, least, factor.stepMs, surroundings).filter((step) => inside(step.time, window));
}

function inside(time: number, window: Span): boolean {
  return time >= window.from && time < window.to;
}

/** Signals of one factor; `steps` as `stepsOf` found them, `ranked` of all the outlet's usable factors. */
export function factorSignals(
  factor: PreparedFactor,
  outlet: PreparedOutlet,
  steps: readonly Step[],
  ranked: ReadonlyMap<PreparedFactor, Ranked>,
): Signal[] {
  return [
    levelStep(factor, steps),
    calm(factor, outlet.surroundings),
    zeroRunning(factor),
    ceilingPile(factor),
    replay(factor),
    copy(factor, outlet.input.peers ?? []),
    digits(factor),
    night(factor, outlet.options.zoneMinutes),
    coupling(factor, ranked),
  ];
}

function levelStep(factor: PreparedFactor, steps: readonly Step[]): Signal {
  const most = steps.reduce((ratio, step) => max(ratio, step.ratio), 0);
  const clear = steps.filter((step) => step.ratio > 2.5);
  const change = clear.reduce((c, step) => (abs(step.change) > abs(c) ? step.change : c), 0);
  const sentence = {
    code: 'level-step',
    values: { count: clear.length, factor: rounded(exp(change), 2), ratio: rounded(most, 2) },
  };
  const intervals = clear.map(({ time }) => ({ from: time - factor.stepMs, to: time + factor.stepMs, why: sentence }));
  return signal('level-step', ramp(most, 2.5, 6), sentence, intervals, { ratio: most, steps: clear.length });
}

function calm(factor: PreparedFactor, surroundings: Surroundings): Signal {
  const found = calmStretches(factor, surroundings).filter((s) => factor.inWindow[s.first] || factor.inWindow[s.last]);
  const blocks = (s: { first: number; last: number }) => (s.last - s.first + 1) / factor.blockLength;
  // Depth beyond two deviations, times days: a long quiet stretch says as much as a short dead one.
  const amount = found.reduce((sum, s) => sum + (s.depth - 2) * blocks(s), 0);
  const sentence = {
    code: 'calm',
    values: {
      count: found.length,
      hours: round(found.reduce((sum, s) => sum + ((s.last - s.first + 1) * factor.stepMs) / HOUR, 0)),
    },
  };
  const runs = found.map((s): [number, number] => [s.first, s.last]);
  const suspicion = amount > 0 ? ramp(log(amount), log(5), log(50)) : 0;
  return signal('calm', suspicion, sentence, intervalsOf(factor.whole.time, runs, factor.stepMs, sentence), { amount });
}

function zeroRunning(factor: PreparedFactor): Signal {
  const { raw, slot, time } = factor.whole;
  const runs = zerosWhileRunning(raw, slot, factor.detectionLimit).filter(([first]) => factor.inWindow[first]);
  const values = runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const sentence = { code: 'zero-running', values: { visits: runs.length, values } };
  const suspicion = ramp(values, 3, 15);
  return signal('zero-running', suspicion, sentence, intervalsOf(time, runs, factor.stepMs, sentence), { values });
}

function ceilingPile(factor: PreparedFactor): Signal {
  const { value, raw, time } = factor.window;
  const read = (x: Float64Array) => ({ x, pile: pileAtTop(sorted(x), factor.series.resolution) });
  const judged = read(value);
  const unconverted = raw.every((r, i) => r === value[i]) ? judged : read(raw);
  const { x, pile } = (unconverted.pile?.share ?? 0) > (judged.pile?.share ?? 0) ? unconverted : judged;
  if (!pile) return signal('ceiling-pile', 0, { code: 'signal-clear', values: {} }, [], { share: 0 });
  // The share of so few values that chance does not reach it: three standard deviations above 5 %.
  const chance = 0.05 + 3 * sqrt((0.05 * 0.95) / x.length);
  const sentence = {
    code: 'ceiling-pile',
    values: { percent: round(100 * pile.share), high: rounded(pile.high) },
  };
  const runs = runsWhere(x.length, (i) => x[i]! >= pile.low && x[i]! <= pile.high).filter(([a, b]) => b > a);
  const intervals = intervalsOf(time, runs, factor.stepMs, sentence);
  return signal('ceiling-pile', ramp(pile.share, chance, chance + 0.2), sentence, intervals, { share: pile.share });
}

function replay(factor: PreparedFactor): Signal {
  const { resolution } = factor.series;
  const found = repeats(factor.whole, factor.inWindow, resolution, 40);
  const bits = found.reduce((most, r) => max(most, r.bits), 0);
  const best = found.find((r) => r.bits === bits);
  const { time } = factor.whole;
  const sentence = {
    code: 'replay',
    values: {
      count: found.length,
      length: best?.length ?? 0,
      earlier: best ? new Date(time[best.earlier]!).toISOString() : '',
    },
  };
  const runs = found.map((r): [number, number] => [r.at, r.at + r.length - 1]);
  return signal('replay', ramp(bits, 40, 70), sentence, intervalsOf(time, runs, factor.stepMs, sentence), { bits });
}

function copy(factor: PreparedFactor, peers: readonly PeerSeries[]): Signal {
  const { whole, inWindow, series } = factor;
  const found = peers
    .filter((peer) => peer.code === series.code)
    .flatMap((peer) => copies(whole, peer, series.resolution))
    .filter((c) => c.borrowed && (inWindow[c.first] || inWindow[c.last]));
  const values = found.reduce((sum, c) => sum + c.last - c.first + 1, 0);
  const sentence = {
    code: 'copy',
    values: { peer: found[0]?.peer ?? '', values, correlation: rounded(found[0]?.correlation ?? 0) },
  };
  const runs = found.map((c): [number, number] => [c.first, c.last]);
  return signal('copy', ramp(values, 24, 72), sentence, intervalsOf(whole.time, runs, factor.stepMs, sentence), {
    values,
  });
}

/** p of uniform last digits (χ², 9 degrees of freedom); null below 200 values or three significant digits. */
export function lastDigitP(value: Float64Array, resolution: number): number | null {
  if (value.length < 200 || median(value) < 100 * resolution) return null;
  const counts = new Float64Array(10);
  for (const x of value) counts[abs(round(x / resolution)) % 10]!++;
  const expected = value.length / 10;
  return chiSquareAbove(
    counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0),
    9,
  );
}

function digits(factor: PreparedFactor): Signal {
  const now = lastDigitP(factor.window.raw, factor.series.resolution);
  const then = lastDigitP(factor.baseline.raw, factor.series.resolution);
  // Means of coarse readings have uneven digits by themselves: only a series that had even ones can lose them.
  const p = now !== null && then !== null && then > 0.01 ? now : 1;
  const sentence = { code: 'digits', values: { p: rounded(p, 2) } };
  return signal('digits', 1 - subscoreOf(p), sentence, windowOf(factor, sentence), { p });
}

function windowOf(factor: PreparedFactor, why: Sentence): Interval[] {
  const { time } = factor.window;
  return time.length > 0 ? [{ from: time[0]!, to: time[time.length - 1]! + factor.stepMs, why }] : [];
}

function night(factor: PreparedFactor, zoneMinutes: number): Signal {
  const now = nightAgainstDay(factor.window, zoneMinutes);
  const then = nightAgainstDay(factor.baseline, zoneMinutes);
  const enough = now.length >= 7 && then.length >= 14;
  const shift = enough ? median(now) - median(then) : 0;
  const p = enough && shift < -0.22 ? mannWhitneyLower(now, then) : 1;
  const sentence = { code: 'night', values: { percent: round(100 * (1 - exp(shift))) } };
  return signal('night', 1 - subscoreOf(p), sentence, windowOf(factor, sentence), { p, shift });
}

/** For each day ln(median of 00–06) − ln(median of 09–17) by local time, where both have two values. */
function nightAgainstDay(samples: { time: Float64Array; raw: Float64Array }, zoneMinutes: number): number[] {
  const days = new Map<number, [number[], number[]]>();
  samples.time.forEach((time, i) => {
    const local = time + zoneMinutes * 60_000;
    const hour = floor(local / HOUR) % 24;
    if ((hour >= 6 && hour < 9) || hour >= 17) return;
    const day = floor(local / (24 * HOUR));
    const parts = days.get(day) ?? [[], []];
    days.set(day, parts);
    parts[hour < 6 ? 0 : 1].push(samples.raw[i]!);
  });
  return [...days.values()]
    .filter(([dark, light]) => dark.length >= 2 && light.length >= 2 && median(dark) > 0 && median(light) > 0)
    .map(([dark, light]) => log(median(dark) / median(light)));
}

/** Each factor's partner in the baseline, and how far that correlation got lost in the window. */
function coupling(factor: PreparedFactor, ranked: ReadonlyMap<PreparedFactor, Ranked>): Signal {
  const own = ranked.get(factor)!;
  let worst = { p: 1, partner: '', before: 0, now: 0 };
  for (const [other, its] of ranked) {
    if (other === factor) continue;
    const before = paired(own.baseline, its.baseline);
    if (before.r < 0.5) continue;
    const now = paired(own.window, its.window);
    const p = brokenCorrelationP(before.r, before.n, now.r, now.n);
    if (p < worst.p) worst = { p, partner: other.series.code, before: before.r, now: now.r };
  }
  const sentence = {
    code: 'coupling',
    values: { partner: worst.partner, before: rounded(worst.before, 2), now: rounded(worst.now, 2) },
  };
  return signal('coupling', 1 - subscoreOf(worst.p), sentence, windowOf(factor, sentence), { p: worst.p });
}

interface RankedSamples {
  time: Float64Array;
  rank: Float64Array;
  /** Correlation of a rank with the one before it. */
  lag: number;
}

/** Ranks of a factor's unconverted values, made once for all its partners. */
export interface Ranked {
  window: RankedSamples;
  baseline: RankedSamples;
}

export function rankedOf(factor: PreparedFactor): Ranked {
  const read = ({ time, raw }: Samples): RankedSamples => {
    const rank = ranks(raw);
    return { time, rank, lag: lagOne(rank) };
  };
  return { window: read(factor.window), baseline: read(factor.baseline) };
}

/** Correlation of ranks at common times, and how many independent pairs they are worth. */
function paired(a: RankedSamples, b: RankedSamples): { r: number; n: number } {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0, j = 0; i < a.time.length && j < b.time.length; ) {
    if (a.time[i]! < b.time[j]!) i++;
    else if (a.time[i]! > b.time[j]!) j++;
    else {
      x.push(a.rank[i++]!);
      y.push(b.rank[j++]!);
    }
  }
  const f = clamp(a.lag * b.lag, 0, 0.98);
  return { r: x.length > 10 ? correlation(x, y) : 0, n: (x.length * (1 - f)) / (1 + f) };
}

/** Signals of the outlet as a whole; `steps` of each factor by its code. */
export function outletSignals(outlet: PreparedOutlet, steps: ReadonlyMap<string, readonly Step[]>): Signal[] {
  return [jointStep(outlet, steps), invalidFlags(outlet), airSampled(outlet), electricity(outlet)];
}

function jointStep(outlet: PreparedOutlet, steps: ReadonlyMap<string, readonly Step[]>): Signal {
  const { surroundings, window, input } = outlet;
  const moments = [...steps].flatMap(([name, found]) => found.map((step) => ({ name, own: true, ...step })));
  for (const kind of input.medium === 'gas' ? (['o2', 'flow'] as const) : (['flow'] as const)) {
    const load = surroundings.loads.get(kind);
    // Without a production load nothing could excuse a step of the flow.
    if (!load || !surroundings.production) continue;
    const time = Float64Array.from(load.keys()).filter((t) => !surroundings.isStopped(t));
    const found = levelSteps(time, loadAt(load, time), 1e-6, HOUR, surroundings);
    for (const step of found) if (inside(step.time, window)) moments.push({ name: kind, own: false, ...step });
  }
  let best = { ratio: 0, time: 0, names: [] as string[] };
  for (const moment of moments) {
    if (!moment.own || moment.ratio < 1.2) continue;
    const together = new Map<string, number>();
    for (const other of moments) {
      if (other.ratio < 1.2 || abs(other.time - moment.time) > input.stepMs) continue;
      together.set(other.name, max(together.get(other.name) ?? 0, other.ratio));
    }
    const second = [...together.values()].sort((a, b) => b - a)[1] ?? 0;
    if (second > best.ratio) best = { ratio: second, time: moment.time, names: [...together.keys()] };
  }
  const sentence = { code: 'joint-step', values: { count: best.names.length, names: best.names.join(', ') } };
  const intervals = [{ from: best.time - input.stepMs, to: best.time + input.stepMs, why: sentence }];
  return signal('joint-step', ramp(best.ratio, 1.6, 3), sentence, intervals, { ratio: best.ratio });
}

/**
 * The factor with the largest share of the window flagged calibration or maintenance. Looked at for factors without
 * enough valid data too: too many marks are how there comes to be too little. An hour of calibration a day is 4 %, the
 * maintenance allowance of 30 h a quarter 1.4 % (domain 1.7). A fault (D) is no choice and does not count.
 */
function invalidFlags(outlet: PreparedOutlet): Signal {
  let worst = { share: 0, code: '', spans: [] as Span[] };
  for (const { windowPoints: points, series, stepMs } of outlet.factors) {
    const flagged = runsWhere(points.length, (i) => !points[i]!.valid && /^[CM]$/.test(points[i]!.flag));
    const share = flagged.reduce((sum, [first, last]) => sum + last - first + 1, 0) / max(points.length, 1);
    if (share > worst.share) {
      const spans = flagged.map(([first, last]) => ({ from: points[first]!.time, to: points[last]!.time + stepMs }));
      worst = { share, code: series.code, spans };
    }
  }
  const sentence = {
    code: 'invalid-flags',
    values: { factor: worst.code, percent: round(100 * worst.share), visits: worst.spans.length },
  };
  const intervals = worst.spans.map((span) => ({ ...span, why: sentence }));
  const numbers = { share: worst.share, visits: worst.spans.length };
  return signal('invalid-flags', ramp(worst.share, 0.06, 0.16), sentence, intervals, numbers);
}

function airSampled(outlet: PreparedOutlet): Signal {
  const { surroundings, window, input } = outlet;
  const o2 = surroundings.loads.get('o2');
  const production = surroundings.production;
  const hours: number[] = [];
  if (input.medium === 'gas' && o2 && production) {
    const usual = quantileOfSorted(sorted([...production.values()]), 0.75);
    for (const [time, value] of o2) {
      if (inside(time, window) && value >= 19.5 && (production.get(time) ?? 0) > 0.6 * usual) hours.push(time);
    }
  }
  hours.sort((a, b) => a - b);
  const sentence = { code: 'air-sampled', values: { hours: hours.length } };
  const runs: Interval[] = [];
  for (const time of hours) {
    const last = runs[runs.length - 1];
    if (last && last.to === time) last.to = time + HOUR;
    else runs.push({ from: time, to: time + HOUR, why: sentence });
  }
  return signal('air-sampled', ramp(hours.length, 2, 12), sentence, runs, { hours: hours.length });
}

/** Treatment's share of electricity against the baseline, where no factor rose: days, Mann–Whitney, −25 % at least. */
function electricity(outlet: PreparedOutlet): Signal {
  const { surroundings, window, baseline, factors } = outlet;
  const treatment = surroundings.loads.get('treatment-kwh');
  const daily = (span: Span) => {
    const days = new Map<number, number[]>();
    for (const [time, kwh] of treatment ?? []) {
      const working = surroundings.production?.get(time) ?? 0;
      if (!inside(time, span) || !(working > 0) || !(kwh > 0) || surroundings.isStopped(time)) continue;
      const day = floor(time / (24 * HOUR));
      const values = days.get(day) ?? [];
      days.set(day, values);
      values.push(log(kwh / working));
    }
    return [...days.values()].filter((values) => values.length >= 6).map((values) => median(values));
  };
  const now = daily(window);
  const then = [...daily({ from: baseline.from, to: window.from }), ...daily({ from: window.to, to: baseline.to })];
  const shift = now.length >= 5 && then.length >= 10 ? median(now) - median(then) : 0;
  const rose = factors.some(
    (f) => f.window.raw.length > 0 && f.baseline.raw.length > 0 && median(f.window.raw) > 1.1 * median(f.baseline.raw),
  );
  const p = shift < -0.29 && !rose ? mannWhitneyLower(now, then) : 1;
  const sentence = { code: 'electricity', values: { percent: round(100 * (1 - exp(shift))) } };
  return signal('electricity', 1 - subscoreOf(p), sentence, [{ ...window, why: sentence }], { p, shift });
}
