import type { PreparedFactor } from '../prepare';
import type { Interval, Sentence, TestResult } from '../result';
import { binomialAtLeast, median, robustDeviation, sorted, student10Cdf, subscoreOf } from '../statistics';
import { intervalsOf } from './test-result';

const { abs, log, max, min } = Math;

/** Chance that an honest block counts as low or high, from simulation. */
const CHANCE = 0.004;

/** v = ln((mean|xᵢ−xᵢ₋₁| + res/4) / max(median, res)) for each full block of `length` values. */
export function blockRoughness(value: Float64Array, resolution: number, length: number): number[] {
  const result: number[] = [];
  for (let first = 0; first + length <= value.length; first += length) {
    let sum = 0;
    for (let i = first + 1; i < first + length; i++) sum += abs(value[i]! - value[i - 1]!);
    const level = max(median(value.subarray(first, first + length)), resolution);
    result.push(log((sum / (length - 1) + resolution / 4) / level));
  }
  return result;
}

/** p of `low` low blocks among `blocks`, the lowest at `lowestZ` (domain 2.3 F). */
export function lowBlocksP(low: number, blocks: number, lowestZ: number): number {
  if (low === 0) return 1;
  const p1 = binomialAtLeast(low, blocks, CHANCE);
  const p2 = min(1, blocks * student10Cdf(lowestZ));
  return min(1, 2 * min(p1, p2));
}

/** F 波动检验: blocks that are calmer (or, weaker, wilder) than those of the baseline. */
export function fluctuation(factor: PreparedFactor): TestResult {
  const { resolution } = factor.series;
  const length = factor.blockLength;
  const baseline = blockRoughness(factor.baseline.value, resolution, length);
  const blocks = blockRoughness(factor.window.value, resolution, length);
  const center = median(sorted(baseline));
  const spread = max(robustDeviation(baseline, center), 0.1);
  const z = blocks.map((v) => (v - center) / spread);
  const low = z.flatMap((zi, i) => (zi < -3.5 && blocks[i]! < center + log(0.4) ? [i] : []));
  const high = z.flatMap((zi, i) => (zi > 4.5 ? [i] : []));
  const pLow = lowBlocksP(low.length, z.length, min(...low.map((i) => z[i]!), 0));
  const pHigh = binomialAtLeast(high.length, z.length, CHANCE);
  const subscore = min(subscoreOf(pLow), max(0.7, subscoreOf(pHigh)));

  let sentence: Sentence = { code: 'F-clear', values: {} };
  let intervals: Interval[] = [];
  const speaks = pLow < 0.01 ? low : pHigh < 0.01 ? high : [];
  if (speaks.length > 0) {
    sentence =
      pLow < 0.01
        ? { code: 'F-low', values: { low: low.length, blocks: z.length } }
        : { code: 'F-high', values: { high: high.length, blocks: z.length } };
    const runs = speaks.map((i): [number, number] => [i * length, (i + 1) * length - 1]);
    intervals = intervalsOf(factor.window.time, runs, factor.stepMs, sentence);
  }
  return {
    test: 'F',
    applicable: true,
    reason: null,
    p: min(pLow, pHigh),
    subscore,
    intervals,
    sentence,
    numbers: { pLow, pHigh, low: low.length, high: high.length, blocks: z.length, center, spread },
  };
}
