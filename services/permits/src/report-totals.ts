import { addMonths } from '@greenwatch/kit';

/** What is known of a factor's mass in a period. */
export interface MonitoredTotal {
  factor: string;
  /** kg measured, from the day totals */
  mass: number;
  /** Hours whose mass is in it. */
  hours: number;
  /** kg put in for what is missing (HJ 75-2017 tables 5, 6; HJ 356-2019); it comes on top. */
  substituted: number;
}

/** Settings of P7 [D]. */
export interface ReportAllowance {
  /** Part of the monitored total by which the report may differ. */
  difference: number;
  /** Part of the period's hours that must have been measured: with less, nothing is said. */
  coverage: number;
}
export const REPORT_ALLOWANCE: ReportAllowance = { difference: 0.2, coverage: 0.75 };

export interface ReportDifference {
  factor: string;
  /** kg */
  reported: number;
  /** kg, with what was put in for what is missing. */
  monitored: number;
  /** kg of it that were put in; absent: none. */
  substituted?: number;
  /** Of the monitored total: −0.4 is a report of 40 % less. */
  difference: number;
}

/**
 * kg put in for a factor in a period [from, to), ms, of months that lie in it as a whole: what of a month belongs to a part of it is not
 * known.
 */
export function substitutedIn(
  months: readonly { month: number; factors: readonly { factor: string; mass: number }[] }[],
  factor: string,
  from: number,
  to: number,
): number {
  return months
    .filter(({ month }) => month >= from && addMonths(month, 1) <= to)
    .flatMap(({ factors }) => factors.filter((one) => one.factor === factor))
    .reduce((sum, { mass }) => sum + mass, 0);
}

/**
 * Totals of an execution report that differ from what was monitored by more than the allowance (domain.md 3.5 P7). The mass of
 * a period is what was measured and what is put in for what is missing (domain.md 1.4, 1.5), as in P6: a report that counts it rightly does
 * not differ, and one that leaves it out does. Missing data is never guilt: a factor of which too little of the period was measured is
 * left out.
 * @param hours of the period
 */
export function reportDifferences(
  reported: readonly { factor: string; quantity: number }[],
  monitored: readonly MonitoredTotal[],
  hours: number,
  { difference: allowed, coverage }: ReportAllowance = REPORT_ALLOWANCE,
): ReportDifference[] {
  return reported.flatMap(({ factor, quantity }) => {
    const total = monitored.find((candidate) => candidate.factor === factor);
    if (!total || total.mass <= 0 || total.hours < coverage * hours) return [];
    const { substituted } = total;
    const mass = total.mass + substituted;
    const difference = (quantity - mass) / mass;
    if (Math.abs(difference) <= allowed) return [];
    const putIn = substituted > 0 ? { substituted } : {};
    return [{ factor, reported: quantity, monitored: mass, ...putIn, difference }];
  });
}
