/** A device stands for an outlet from a time to a time (design.md 4). Times in ms; undefined: open on that side. */
export interface Period {
  from?: number;
  to?: number;
}

/** Index of the first period that overlaps an earlier one, or that ends before it starts; -1 when all are sound. */
export function unsoundPeriod(periods: readonly Period[]): number {
  return periods.findIndex(
    (period, index) =>
      (period.from ?? -Infinity) >= (period.to ?? Infinity) ||
      periods.slice(0, index).some((earlier) => overlap(earlier, period)),
  );
}

function overlap(a: Period, b: Period): boolean {
  return (a.from ?? -Infinity) < (b.to ?? Infinity) && (b.from ?? -Infinity) < (a.to ?? Infinity);
}

/** The binding that says whose device it is: the one that ends last (an open one never ends). */
export function latestBinding<T extends Period>(bindings: readonly T[]): T | undefined {
  return bindings.reduce<T | undefined>(
    (latest, binding) => (!latest || (binding.to ?? Infinity) >= (latest.to ?? Infinity) ? binding : latest),
    undefined,
  );
}
