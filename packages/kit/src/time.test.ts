import { dayOf, isoTime, isoTimeOrNone, startOfDay } from './time';

const MIDNIGHT = Date.UTC(2026, 10, 21, 16); // 2026-11-22T00:00 in UTC+8

it('is told in UTC+8, whatever the machine keeps', () => {
  expect(isoTime(MIDNIGHT)).toBe('2026-11-22T00:00:00.000+08:00');
  expect(isoTimeOrNone(0)).toBeUndefined();
});

it('is ISO 8601 at any time, one after the other', () => {
  const times = [0, -1, -86_400_000.5, 1_795_000_000_123.7, 1_795_000_059_999, 253_402_271_999_999, 946_684_800_000];
  for (const time of [...times, ...times.toReversed()]) {
    expect(isoTime(time)).toBe(`${new Date(time + 8 * 3_600_000).toISOString().slice(0, 23)}+08:00`);
  }
  expect(() => isoTime(Number.NaN)).toThrow(RangeError);
});

it('begins the day at midnight in UTC+8 (domain 8.4)', () => {
  expect(startOfDay(MIDNIGHT)).toBe(MIDNIGHT);
  expect(startOfDay(MIDNIGHT - 1)).toBe(MIDNIGHT - 86_400_000);
  expect(dayOf(MIDNIGHT)).toBe('20261122');
  expect(dayOf(MIDNIGHT - 1)).toBe('20261121');
});
