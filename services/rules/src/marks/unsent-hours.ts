/** An hour of a factor that was amended; `at` is its start, ms. */
export interface AmendedHour {
  factor: string;
  at: number;
  /** Absent: of the outlet, whichever device stood for it. */
  mn?: string;
}

/** A device that stands for the outlet, and what it sent; ms, `to` 0: open. */
export interface BoundDevice {
  mn: string;
  from: number;
  to: number;
  sent(factor: string, at: number): boolean;
}

/**
 * Amended hours of which nothing was sent: each once, for the device it names, else for the one that stood for the outlet last. Hours in
 * which none stood are left out: nobody is answerable for them.
 */
export function unsentHours(
  amended: readonly AmendedHour[],
  devices: readonly BoundDevice[],
): { mn: string; factor: string; at: number }[] {
  const unsent = new Map<string, { mn: string; factor: string; at: number }>();
  for (const { factor, at, mn } of amended) {
    const standing = devices
      .filter((one) => one.from <= at && (one.to === 0 || at < one.to) && (mn === undefined || one.mn === mn))
      .sort((a, b) => b.from - a.from || (a.mn < b.mn ? -1 : 1));
    const [last] = standing;
    if (!last || standing.some((one) => one.sent(factor, at))) continue;
    unsent.set(`${last.mn} ${factor} ${at}`, { mn: last.mn, factor, at });
  }
  return [...unsent.values()];
}
