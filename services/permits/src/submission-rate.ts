import type { SubmissionRate } from '@greenwatch/contracts';

/** How many firms the exposure board shows (Tongxiang: the five lowest). */
export const LOWEST = 5;

/** Counts of one enterprise's duties that fell due in a month. */
export interface DutyCounts {
  enterpriseId: string;
  enterpriseName: string;
  due: number;
  inTime: number;
  /** Came after the date. */
  late: number;
}

/** The rate counts what came in time: late is not on schedule (domain.md 3.5 P9). */
export function rateOf({ enterpriseId, enterpriseName, due, inTime, late }: DutyCounts): SubmissionRate {
  const absent = due - inTime - late;
  return { enterpriseId, enterpriseName, due, inTime, late, absent, rate: due === 0 ? 1 : inTime / due };
}

/** Lowest rate first; of equals the one that owes more, then the one of which more has not come at all, then by id. */
export function byRate(a: SubmissionRate, b: SubmissionRate): number {
  return (
    a.rate - b.rate ||
    b.due - b.inTime - (a.due - a.inTime) ||
    b.absent - a.absent ||
    Number(a.enterpriseId > b.enterpriseId) - Number(a.enterpriseId < b.enterpriseId)
  );
}

/** The lowest of those that owe something; a firm that did everything in time is never exposed. */
export function lowestOf(rates: readonly SubmissionRate[]): SubmissionRate[] {
  return rates
    .filter(({ rate }) => rate < 1)
    .sort(byRate)
    .slice(0, LOWEST);
}
