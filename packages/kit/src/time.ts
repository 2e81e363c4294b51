/** China keeps UTC+8 all year (domain.md 8.4). */
const OFFSET = 8 * 3_600_000;
const DAY = 86_400_000;

/** ISO 8601 in China's time (UTC+8, no summer time), for everything that leaves a service. */
export function isoTime(ms: number): string {
  const local = Math.trunc(ms + OFFSET);
  const day = Math.floor(local / DAY);
  if (day !== written.day) written = { day, text: new Date(local).toISOString().slice(0, -13) };
  const rest = local - day * DAY;
  const minutes = Math.floor(rest / 60_000);
  const clock = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}`;
  const seconds = String((rest % 60_000) + 100_000);
  return `${written.text}${clock}:${seconds.slice(1, 3)}.${seconds.slice(3)}+08:00`;
}

/** The day that was written last, with its `T`: a list of times is mostly of one day. */
let written = { day: Number.NaN, text: '' };
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** The same for an optional moment: 0, null and undefined stand for none. */
export function isoTimeOrNone(ms: number | null | undefined): string | undefined {
  return ms ? isoTime(ms) : undefined;
}

/** Start of the day in UTC+8 that holds `ms`. */
export function startOfDay(ms: number): number {
  return Math.floor((ms + OFFSET) / DAY) * DAY - OFFSET;
}

/** The day in UTC+8 as yyyymmdd. */
export function dayOf(ms: number): string {
  return new Date(ms + OFFSET).toISOString().slice(0, 10).replaceAll('-', '');
}

/**
 * Last second (23:59:59, UTC+8) of the n-th calendar day after the day of `start`: the day a period begins is not counted
 * (民法典 Art 201).
 */
export function endOfDay(start: number, n: number): number {
  return startOfDay(start) + (n + 1) * DAY - 1_000;
}

/** The same day and time `months` later in UTC+8; a day that the month lacks becomes its last one. */
export function addMonths(ms: number, months: number): number {
  const date = new Date(ms + OFFSET);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() - OFFSET;
}

/** Calendar year in UTC+8. */
export function yearOf(ms: number): number {
  return new Date(ms + OFFSET).getUTCFullYear();
}

/** First moment of a year in UTC+8. */
export function startOfYear(year: number): number {
  return Date.UTC(year, 0, 1) - OFFSET;
}
