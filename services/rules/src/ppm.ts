import { milligramsPerPpm } from '@greenwatch/hj212';
import type { SentMean } from './exceedance';

/**
 * A mean that was sent in ppm, in the mg/m3 of its limit (HJ 75-2017 App. C). Twelve digits: without the dust of binary fractions.
 * Of what is no single gas nothing is left that could be judged.
 */
export function inMilligrams({ factor, flag, ...means }: SentMean & { factor: string }): SentMean {
  const milligrams = milligramsPerPpm(factor);
  const sent: SentMean = flag === undefined ? {} : { flag };
  if (milligrams === undefined) return sent;
  for (const field of ['avg', 'zsAvg'] as const) {
    const value = Number(means[field] ?? Number.NaN);
    if (Number.isFinite(value)) sent[field] = String(Number((value * milligrams).toPrecision(12)));
  }
  return sent;
}
