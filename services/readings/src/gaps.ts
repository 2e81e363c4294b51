import type { TimeRange } from './access';

const HOUR = 3_600_000;

/**
 * The whole hours of a range that lack an hourly upload. Hours before the first one that is there are no gap: the device
 * may not have stood there yet; so a device without any has none.
 * @param present data times of hourly uploads in the range, in any order; an hour is named by its start (HJ 212-2017 table 4)
 * @param known whether the device had sent hourly data before the range
 * @returns gaps in their order, `to` not included
 */
export function hourGaps(present: Iterable<number>, range: TimeRange, known: boolean): TimeRange[] {
  const hours = new Set<number>();
  for (const time of present) hours.add(Math.floor(time / HOUR));
  const first = Math.ceil(range.from / HOUR);
  const end = Math.floor(range.to / HOUR);
  const gaps: TimeRange[] = [];
  let seen = known;
  for (let hour = first; hour < end; hour++) {
    if (hours.has(hour)) {
      seen = true;
      continue;
    }
    if (!seen) continue;
    const last = gaps.at(-1);
    if (last && last.to === hour * HOUR) last.to += HOUR;
    else gaps.push({ from: hour * HOUR, to: (hour + 1) * HOUR });
  }
  return gaps;
}
