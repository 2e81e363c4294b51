const OFFSET = 8 * 3_600_000;

/** ISO 8601 in China's time (UTC+8, no summer time), for everything that leaves a service. */
export function isoTime(ms: number): string {
  return `${new Date(ms + OFFSET).toISOString().slice(0, 23)}+08:00`;
}

/** The same for an optional moment: 0, null and undefined stand for none. */
export function isoTimeOrNone(ms: number | null | undefined): string | undefined {
  return ms ? isoTime(ms) : undefined;
}

/** Start of the day in UTC+8 that holds `ms`. */
export function startOfDay(ms: number): number {
  return Math.floor((ms + OFFSET) / 86_400_000) * 86_400_000 - OFFSET;
}

/** The day in UTC+8 as yyyymmdd. */
export function dayOf(ms: number): string {
  return new Date(ms + OFFSET).toISOString().slice(0, 10).replaceAll('-', '');
}
