import type { PreparedFactor } from '../prepare';
import type { Interval, Sentence, TestResult } from '../result';
import { clamp, poissonAtLeast, runsWhere, subscoreOf } from '../statistics';
import { intervalsOf } from './test-result';

const { abs, expm1, max, min } = Math;

/** p of a longest zero run of `longest` values: `rate` runs expected, `q` the chance that a zero follows a zero. */
export function longestZeroRunP(longest: number, rate: number, q: number): number {
  return longest > 0 ? -expm1(-rate * q ** (longest - 1)) : 1;
}

/** p of `equalities` equal neighbours in a row among `n` values, `q` of which equal the one before (domain 2.3 Z c). */
export function constantRunP(equalities: number, n: number, q: number): number {
  return equalities > 0 ? -expm1(-n * (1 - q) * q ** equalities) : 1;
}

/**
 * Z 零值检验: zeros and constant values. Equality is looked for in the unconverted values, since conversion to
 * reference oxygen hides a held value; HJ 356-2019 6.1.2–3 demands a check on the spot for exactly these.
 */
export function zeroConstant(factor: PreparedFactor): TestResult {
  const { window, baseline, detectionLimit } = factor;
  const n = window.raw.length;
  const nb = baseline.raw.length;
  const zero = (x: Float64Array) => (i: number) => x[i]! <= detectionLimit;
  // More than 30 % at or below the detection limit: the plant runs there, and zeros say nothing.
  const nearLimit = baseline.raw.filter((x) => x <= detectionLimit).length > 0.3 * nb;
  const zeroNow = nearLimit ? () => false : zero(window.raw);
  const zeroThen = nearLimit ? () => false : zero(baseline.raw);

  const zeroRuns = runsWhere(n, zeroNow);
  const longestZero = zeroRuns.reduce((most, [first, last]) => max(most, last - first + 1), 0);
  let pVisits = 1;
  let pLongest = 1;
  if (zeroRuns.length > 0) {
    const runsThen = runsWhere(nb, zeroThen);
    const rate = ((runsThen.length + 0.5) * n) / nb;
    pVisits = poissonAtLeast(zeroRuns.length, rate);
    const zeros = runsThen.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    const lastIsZero = nb > 0 && zeroThen(nb - 1) ? 1 : 0;
    const followed = (zeros - runsThen.length + 1) / (zeros - lastIsZero + 2);
    pLongest = longestZeroRunP(longestZero, rate, clamp(followed, 0.5, 0.99));
  }

  const equal = (x: Float64Array, slot: Int32Array, isZero: (i: number) => boolean) => (i: number) =>
    i > 0 && slot[i]! - slot[i - 1]! <= 3 && abs(x[i]! - x[i - 1]!) < factor.series.resolution / 2 && !isZero(i);
  const equalRuns = runsWhere(n, equal(window.raw, window.slot, zeroNow));
  const longestEqual = equalRuns.reduce((most, [first, last]) => max(most, last - first + 1), 0);
  const isEqualThen = equal(baseline.raw, baseline.slot, zeroThen);
  let equalThen = 0;
  for (let i = 1; i < nb; i++) if (isEqualThen(i)) equalThen++;
  const q = max(0.02, (equalThen + 1) / (nb + 2));
  const pConstant = q < 0.3 ? constantRunP(longestEqual, n, q) : 1;

  const p = min(1, 3 * min(pVisits, pLongest, pConstant));
  let sentence: Sentence = { code: 'Z-clear', values: {} };
  let intervals: Interval[] = [];
  if (p < 0.01) {
    if (pConstant <= min(pVisits, pLongest)) {
      sentence = { code: 'Z-constant', values: { longest: longestEqual + 1 } };
      const long = equalRuns
        .filter(([first, last]) => constantRunP(last - first + 1, n, q) < 0.01)
        .map(([first, last]): [number, number] => [first - 1, last]);
      intervals = intervalsOf(window.time, long, factor.stepMs, sentence);
    } else {
      sentence = { code: 'Z-zeros', values: { visits: zeroRuns.length, longest: longestZero } };
      intervals = intervalsOf(window.time, zeroRuns, factor.stepMs, sentence);
    }
  }
  return {
    test: 'Z',
    applicable: true,
    reason: null,
    p,
    subscore: subscoreOf(p),
    intervals,
    sentence,
    numbers: {
      pVisits,
      pLongest,
      pConstant,
      zeroVisits: zeroRuns.length,
      longestZero,
      longestEqual,
      equalShare: q,
      zerosSkipped: Number(nearLimit),
      constantSkipped: Number(q >= 0.3),
    },
  };
}
