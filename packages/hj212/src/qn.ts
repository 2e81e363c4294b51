import { formatDataTime } from './data-time';

/** QN, 17 digits YYYYMMDDhhmmsszzz in UTC+8, of an epoch time in ms (HJ 212-2017 table 3). Throws RangeError outside the years 0001 to 9999. */
export function formatQn(time: number): string {
  const ms = Math.floor(time) % 1000;
  return formatDataTime(time) + String(ms < 0 ? ms + 1000 : ms).padStart(3, '0');
}
