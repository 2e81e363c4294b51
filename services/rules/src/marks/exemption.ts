/** A stretch of time in which data are not used to decide exceedance (announcement 2022 no. 21, point 6); ms, `to` not included. */
export interface Exemption {
  from: number;
  to: number;
  /** Empty: every factor. */
  factors: readonly string[];
}

/** What of a period must be free of marks: 45 minutes of an hour (HJ 75-2017 12), 75 % of a day's samples (HJ 356-2019). */
const FREE_SHARE = 0.75;

/** Whether marks take so much of a period of `length` ms that its mean decides nothing; where they overlap it counts once. */
export function isExempt(marks: readonly Exemption[], factor: string, at: number, length: number): boolean {
  let taken = 0;
  let until = at;
  for (const { from, to, factors } of marks.toSorted((a, b) => a.from - b.from)) {
    if (factors.length > 0 && !factors.includes(factor)) continue;
    const start = Math.max(from, until);
    const end = Math.min(to, at + length);
    if (end > start) {
      taken += end - start;
      until = end;
    }
  }
  return taken > length * (1 - FREE_SHARE);
}
