/** What is known of a factor's mass in a period from the day totals. */
export interface MonitoredTotal {
  factor: string;
  /** kg */
  mass: number;
  /** Hours whose mass is in it. */
  hours: number;
}

/** Settings of P7 [D]. */
export interface ReportAllowance {
  /** Part of the monitored total by which the report may differ. */
  difference: number;
  /** Part of the period's hours that must be in the monitored total: with less, nothing is said. */
  coverage: number;
}
export const REPORT_ALLOWANCE: ReportAllowance = { difference: 0.2, coverage: 0.75 };

export interface ReportDifference {
  factor: string;
  /** kg */
  reported: number;
  monitored: number;
  /** Of the monitored total: −0.4 is a report of 40 % less. */
  difference: number;
}

/**
 * Totals of an execution report that differ from what was monitored by more than the allowance (domain.md 3.5 P7). Missing
 * data is never guilt: a factor whose monitoring covers too little of the period is left out.
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
    const difference = (quantity - total.mass) / total.mass;
    if (Math.abs(difference) <= allowed) return [];
    return [{ factor, reported: quantity, monitored: total.mass, difference }];
  });
}
