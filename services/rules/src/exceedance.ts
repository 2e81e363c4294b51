import { compareDecimals, type Decimal, decimalToNumber, parseDecimal, roundHalfEven } from './decimal';
import type { Limit } from './limit-in-force';

/** What a device sent of one factor and period, texts exactly as sent. */
export interface SentMean {
  avg?: string;
  zsAvg?: string;
  flag?: string;
}

export type Verdict = 'normal' | 'warn' | 'exceed';

export interface JudgedMean {
  verdict: Verdict;
  /** The text that was judged and its field. */
  value: string;
  field: 'Avg' | 'ZsAvg';
  /** 超标倍数 k = (rounded mean − limit) / limit; 0 within the limit. */
  multiple: number;
  limit: number;
  limitId: string;
  unit: string;
  basis: string;
}

/** pH is a range judged on each reading and has no daily mean (GB 18918 table 1): no upper limit of a mean applies. */
const WITHOUT_MEAN = new Set(['w01001']);

/** Only flag N counts in a mean (HJ 212-2017 table 8); a missing one as the device's profile says (design.md 4). */
export function countsAsValid(flag: string | undefined, missingFlagValid: boolean): boolean {
  return flag === undefined ? missingFlagValid : flag === 'N';
}

/**
 * Judges a mean against the limit in force. Where the limit has a reference oxygen the converted value (ZsAvg) counts
 * (HJ 75-2017 App. C; GB 13223-2011 5), else Avg. The mean is rounded to the limit's decimals (GB/T 8170) and exceeds when it is above the
 * limit: equality complies. From `warnPercent` of the limit on it is near it.
 * @returns undefined when nothing is to be judged: not valid, the field was not sent, a factor without a mean
 */
export function judgeMean(
  factor: string,
  sent: SentMean,
  limit: Limit,
  missingFlagValid: boolean,
  warnPercent: number,
): JudgedMean | undefined {
  if (WITHOUT_MEAN.has(factor) || !countsAsValid(sent.flag, missingFlagValid)) return undefined;
  const field = limit.referenceOxygen === undefined ? 'Avg' : 'ZsAvg';
  const value = field === 'Avg' ? sent.avg : sent.zsAvg;
  const exact = value === undefined ? undefined : parseDecimal(value);
  if (value === undefined || !exact) return undefined;

  const mean = roundHalfEven(exact, limit.decimals);
  const bound = parseDecimal(String(limit.limit)) as Decimal;
  const exceeded = compareDecimals(mean, bound) > 0;
  const near = compareDecimals(times(mean, 100), times(bound, warnPercent)) >= 0;
  return {
    verdict: exceeded ? 'exceed' : near ? 'warn' : 'normal',
    value,
    field,
    multiple: exceeded ? (decimalToNumber(mean) - limit.limit) / limit.limit : 0,
    limit: limit.limit,
    limitId: limit.id,
    unit: limit.unit,
    basis: limit.basis,
  };
}

const times = (value: Decimal, factor: number): Decimal => ({
  digits: value.digits * BigInt(factor),
  scale: value.scale,
});
