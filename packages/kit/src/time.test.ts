import { dayOf, isoTime, isoTimeOrNone, startOfDay } from './time';

const MIDNIGHT = Date.UTC(2026, 10, 21, 16); // 2026-11-22T00:00 in UTC+8

it('is told in UTC+8, whatever the machine keeps', () => {
  expect(isoTime(MIDNIGHT)).toBe('2026-11-22T00:00:00.000+08:00');
  expect(isoTimeOrNone(0)).toBeUndefined();
});

it('begins the day at midnight in UTC+8 (domain 8.4)', () => {
  expect(startOfDay(MIDNIGHT)).toBe(MIDNIGHT);
  expect(startOfDay(MIDNIGHT - 1)).toBe(MIDNIGHT - 86_400_000);
  expect(dayOf(MIDNIGHT)).toBe('20261122');
  expect(dayOf(MIDNIGHT - 1)).toBe('20261121');
});
