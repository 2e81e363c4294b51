/**
 * Times as HJ 212 writes them: YYYYMMDDhhmmss in China's local time. The text names no zone; it is UTC+8 the whole year
 * (no summer time since 1991), so times are reckoned by arithmetic and never by the host's zone.
 */

export type DataTimeResult = { ok: true; time: number } | { ok: false; reason: string };

const MINUTE = 60_000;
const DAY = 86_400_000;
const OFFSET = 8 * 60 * MINUTE;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a DataTime, SystemTime, BeginTime …: 14 digits, or 17 of which the first 14 count (some devices add milliseconds).
 * `time` is epoch milliseconds. Whether the moment is plausible (future, before 2000) is for the caller, who knows what time it is.
 */
export function parseDataTime(text: string): DataTimeResult {
  if (text.length !== 14 && text.length !== 17) {
    return { ok: false, reason: `has ${text.length} characters, expected 14 digits YYYYMMDDhhmmss` };
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) {
      return { ok: false, reason: `character ${at + 1} is not a digit, expected 14 digits YYYYMMDDhhmmss` };
    }
  }
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 4);
  const day = two(text, 6);
  const hour = two(text, 8);
  const minute = two(text, 10);
  const second = two(text, 12);
  if (year < 1) return { ok: false, reason: 'year 0000 does not exist' };
  if (month < 1 || month > 12) return { ok: false, reason: `month ${month} does not exist` };
  if (day < 1 || day > daysIn(year, month)) {
    return { ok: false, reason: `day ${day} does not exist in month ${month} of ${year}` };
  }
  if (hour > 23) return { ok: false, reason: `hour ${hour} does not exist, expected 00 to 23` };
  if (minute > 59) return { ok: false, reason: `minute ${minute} does not exist, expected 00 to 59` };
  if (second > 59) return { ok: false, reason: `second ${second} does not exist, expected 00 to 59` };
  const time = daysFromCivil(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000 - OFFSET;
  return { ok: true, time };
}

/**
 * The 14 digits of an epoch time in milliseconds (a started second counts as its start), the inverse of `parseDataTime`.
 * Throws RangeError when it is not a finite number or lies outside the years 0001 to 9999 of UTC+8.
 */
export function formatDataTime(time: number): string {
  const local = Math.floor((time + OFFSET) / 1000);
  const date = new Date(local * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new RangeError(`time ${time} is not within the years 0001 to 9999`);
  return (
    pad(year, 4) +
    pad(date.getUTCMonth() + 1, 2) +
    pad(date.getUTCDate(), 2) +
    pad(date.getUTCHours(), 2) +
    pad(date.getUTCMinutes(), 2) +
    pad(date.getUTCSeconds(), 2)
  );
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] as number);
}

/** Days since 1970-01-01 of a day in the Gregorian calendar; the year is counted from March, so a leap day is its last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
