import { lowerBound, quantileOfSorted } from '../statistics';

export interface Pile {
  /** Share of the window's values that lie in a thin band at the top. */
  share: number;
  low: number;
  high: number;
}

const TOPS = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98];

/**
 * Values piled up in a thin band at the top of the window's distribution, with hardly any above: a ceiling, hard or
 * with a little noise. The band is ±0.08 of the distance from the 5th percentile to the median, which a ceiling leaves
 * alone: about 1.3 % of a normal curve lie in it. Null where the resolution is too coarse for such a band.
 */
export function pileAtTop(ascending: Float64Array, resolution: number): Pile | null {
  const n = ascending.length;
  const half = 0.08 * (quantileOfSorted(ascending, 0.5) - quantileOfSorted(ascending, 0.05));
  if (half < resolution || n < 24) return null;
  let best: Pile | null = null;
  for (const q of TOPS) {
    const at = quantileOfSorted(ascending, q);
    const high = lowerBound(ascending, at + half);
    if (n - high > 0.02 * n) continue;
    const share = (high - lowerBound(ascending, at - half)) / n;
    if (!best || share > best.share) best = { share, low: at - half, high: at + half };
  }
  return best;
}
