import type { Read } from './layout';

const DAY = 86_400_000;
const OFFSET = 8 * 3_600_000;

export const ok = (value: unknown) => ({ value });
/** Full-width digits and letters of Chinese keyboards count as what they look like. */
export const plain = (text: string) => text.normalize('NFKC').trim();

export const text =
  (most: number): Read =>
  (raw) =>
    raw.length <= most ? ok(raw) : { expected: `at most ${most} characters` };

export const pattern =
  (form: RegExp, expected: string): Read =>
  (raw) => {
    const value = plain(raw).toUpperCase();
    return form.test(value) ? ok(value) : { expected };
  };

export const oneOf = <T extends string | boolean>(words: Record<string, T>): Read => {
  const known = new Map(Object.entries(words));
  const expected = `one of ${[...known.keys()].join(', ')}`;
  return (raw) => {
    const value = known.get(plain(raw).toLowerCase());
    return value === undefined ? { expected } : ok(value);
  };
};

export const number =
  (least: number, most: number, expected: string): Read =>
  (raw) => {
    const digits = plain(raw);
    const value = Number(digits);
    return /^\d+(\.\d+)?$/.test(digits) && value >= least && value <= most ? ok(value) : { expected };
  };

/** A day in China's time as ms: 2026-01-31, 2026/1/31, 2026年1月31日, or the number by which Excel keeps it (46053). */
export function readDay(raw: string): number | undefined {
  if (/^[3-7]\d{4}$/.test(raw)) return Date.UTC(1899, 11, 30) + Number(raw) * DAY - OFFSET;
  const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00(:00)?)?$/.exec(plain(raw));
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const ms = Date.UTC(year, month - 1, day);
  const there = new Date(ms);
  // 2026-02-30 is none.
  return there.getUTCMonth() === month - 1 && there.getUTCDate() === day && year >= 2000 && year <= 2100
    ? ms - OFFSET
    : undefined;
}

/** A day as its first moment in China's time, `after` ms later. */
export const day =
  (after: number): Read =>
  (raw) => {
    const ms = readDay(raw);
    return ms === undefined ? { expected: 'a day such as 2026-01-31' } : ok(ms + after);
  };
