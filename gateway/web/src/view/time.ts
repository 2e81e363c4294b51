/** All times of the console are shown in UTC+8, whatever the machine's zone: HJ 212's DataTime is local time of China. */
const OFFSET_MS = 8 * 3_600_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type TimeDetail = 'second' | 'minute' | 'day' | 'clock' | 'short';

const SLICES: Record<TimeDetail, [number, number]> = {
  second: [0, 19],
  minute: [0, 16],
  day: [0, 10],
  clock: [11, 16],
  short: [5, 16],
};

/** `2026-03-01 08:05` in UTC+8 of an ISO text or of epoch ms; `short` leaves the year out. A dash where there is no time. */
export function formatTime(time: string | number | undefined, detail: TimeDetail = 'minute'): string {
  const ms = typeof time === 'string' ? Date.parse(time) : time;
  if (ms === undefined || !Number.isFinite(ms)) return '–';
  return new Date(ms + OFFSET_MS)
    .toISOString()
    .replace('T', ' ')
    .slice(...SLICES[detail]);
}

/** The last day of what is valid to before a moment: a permit valid to midnight of 1 January ends on 31 December. */
export const lastDay = (validTo: string): string => formatTime(Date.parse(validTo) - 1, 'day');

/** ISO 8601 with zone +08:00 of epoch ms, as the API takes it. */
export function isoTime(ms: number): string {
  return `${new Date(ms + OFFSET_MS).toISOString().slice(0, 19)}+08:00`;
}

/** The value of a `datetime-local` field, read as UTC+8; undefined while it is incomplete. */
export function fromInput(text: string): number | undefined {
  const ms = Date.parse(`${text}:00+08:00`);
  return Number.isNaN(ms) ? undefined : ms;
}
/** The other way round: epoch ms → `2026-03-01T08:05`. */
export const toInput = (ms: number): string => new Date(ms + OFFSET_MS).toISOString().slice(0, 16);

/** A length of time in its two largest units, for `t('time.span.<unit>')`: 93 min → [[1,'hour'],[33,'minute']]. */
export function spanParts(ms: number): [number, 'day' | 'hour' | 'minute'][] {
  const minutes = Math.floor(Math.abs(ms) / MINUTE);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days > 0)
    return hours > 0
      ? [
          [days, 'day'],
          [hours, 'hour'],
        ]
      : [[days, 'day']];
  if (hours > 0)
    return rest > 0
      ? [
          [hours, 'hour'],
          [rest, 'minute'],
        ]
      : [[hours, 'hour']];
  return [[rest, 'minute']];
}
