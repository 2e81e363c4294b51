import type { PreparedFactor } from '../prepare';
import type { Interval, Sentence, TestResult } from '../result';
import { rounded } from '../sentences';
import { clamp, poissonAtLeast, quantileOfSorted, runsWhere, sorted, subscoreOf } from '../statistics';
import { intervalsOf } from './test-result';

const { expm1, log, max, min, round } = Math;

/** p of `visits` visits within `depth` of the maximum, `excess` the mean excess over the 95th percentile. */
export function ceilingP(visits: number, depth: number, excess: number): number {
  return visits >= 3 ? (-expm1(-depth / excess)) ** (visits - 1) : 1;
}

/** T = (P98−P75+res)/(P75−P50+res) of domain 2.3 B (d); null where P75−P50 is below 5 res. About 2.05 if normal. */
export function upperTail(ascending: Float64Array, resolution: number): number | null {
  const at = (q: number) => quantileOfSorted(ascending, q);
  if (at(0.75) - at(0.5) < 5 * resolution) return null;
  return (at(0.98) - at(0.75) + resolution) / (at(0.75) - at(0.5) + resolution);
}

/** B 箱体检验: outside the box plot of the baseline, under a ceiling, in a narrow channel, with a squeezed tail. */
export function box(factor: PreparedFactor): TestResult {
  const { resolution } = factor.series;
  const { value, time } = factor.window;
  const n = value.length;
  const logs = (x: Float64Array) => x.map((v) => log(max(v, resolution)));
  const y = logs(value);
  const yb = logs(factor.baseline.value);
  const ascending = sorted(value);
  const ySorted = logs(ascending);
  const ybSorted = sorted(yb);

  const q1 = quantileOfSorted(ybSorted, 0.25);
  const q3 = quantileOfSorted(ybSorted, 0.75);
  const low = q1 - 1.5 * (q3 - q1);
  const high = q3 + 1.5 * (q3 - q1);
  const outside = runsWhere(n, (i) => y[i]! < low || y[i]! > high);
  const before = runsWhere(yb.length, (i) => yb[i]! < low || yb[i]! > high).length;
  const expected = (2 * (before + 1) * n) / yb.length;
  const pOutside = poissonAtLeast(outside.length, expected);

  const top = ascending[n - 1]!;
  const depth = max(0.02 * (top - quantileOfSorted(ascending, 0.5)), 2 * resolution);
  const nearTop = runsWhere(n, (i) => value[i]! >= top - depth);
  const p95 = quantileOfSorted(ascending, 0.95);
  const over = ascending.filter((x) => x > p95);
  const excess = max(over.reduce((sum, x) => sum + x - p95, 0) / max(over.length, 1), resolution);
  const pCeiling = ceilingP(nearTop.length, depth, excess);

  const width = (x: Float64Array) => quantileOfSorted(x, 0.95) - quantileOfSorted(x, 0.05);
  const narrow = width(ySorted) / max(width(ybSorted), 1e-9);
  const narrowScore = clamp((narrow - 0.2) / 0.3, 0, 1);
  const tail = upperTail(ascending, resolution);
  const tailScore = tail === null ? 1 : clamp((tail - 0.25) / 0.35, 0, 1);

  const parts = [max(0.5, subscoreOf(pOutside)), subscoreOf(pCeiling), narrowScore, tailScore];
  const subscore = min(...parts);
  let sentence: Sentence = { code: 'B-clear', values: {} };
  let intervals: Interval[] = [];
  if (subscore < 1) {
    const whole: [number, number][] = [[0, n - 1]];
    const [said, runs] = (
      [
        [{ code: 'B-outside', values: { visits: outside.length, expected: rounded(expected, 2) } }, outside],
        [{ code: 'B-ceiling', values: { visits: nearTop.length, max: rounded(top) } }, nearTop],
        [{ code: 'B-narrow', values: { percent: round(100 * narrow) } }, whole],
        [{ code: 'B-squeezed', values: { ratio: rounded(tail ?? 0) } }, whole],
      ] as [Sentence, [number, number][]][]
    )[parts.indexOf(subscore)]!;
    sentence = said;
    intervals = intervalsOf(time, runs, factor.stepMs, said);
  }
  return {
    test: 'B',
    applicable: true,
    reason: null,
    p: min(pOutside, pCeiling),
    subscore,
    intervals,
    sentence,
    numbers: {
      pOutside,
      outside: outside.length,
      pCeiling,
      ceilingVisits: nearTop.length,
      channelWidth: narrow,
      channelScore: narrowScore,
      upperTail: tail ?? -1,
      upperTailScore: tailScore,
    },
  };
}
