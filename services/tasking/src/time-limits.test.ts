import type { Level, TaskType } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { earlier, endOfWorkingDay, limitsFrom, reviewLimit } from './time-limits';

const at = (text: string) => Date.parse(`${text}+08:00`);
const text = (ms: number | undefined) => ms && isoTime(ms).slice(0, 19);

describe('working days (民法典 Art 201, 203; State Council calendars)', () => {
  it.each([
    ['the first day is not counted, the last one ends at 24:00', '2026-11-18T09:00:00', 1, '2026-11-19T23:59:59'],
    ['one minute before midnight is still that day', '2026-11-18T23:59:00', 1, '2026-11-19T23:59:59'],
    ['07:59 of the next day in China is another day than in UTC', '2026-11-19T07:59:00', 1, '2026-11-20T23:59:59'],
    ['over a weekend', '2026-11-20T10:00:00', 1, '2026-11-23T23:59:59'],
    ['begun on a Saturday', '2026-11-21T10:00:00', 1, '2026-11-23T23:59:59'],
    ['5 wd over a weekend', '2026-11-18T09:00:00', 5, '2026-11-25T23:59:59'],
    ['National Day 2026: 1–7 October off, Saturday 10 October worked', '2026-09-30T16:00:00', 3, '2026-10-10T23:59:59'],
    ['Spring Festival 2026: Saturday 14 February worked, 15–23 off', '2026-02-13T09:00:00', 2, '2026-02-24T23:59:59'],
    ['New Year 2026: 1–3 January off, Sunday 4 January worked', '2025-12-31T09:00:00', 1, '2026-01-04T23:59:59'],
    ['a year not announced yet: Monday to Friday', '2027-06-04T09:00:00', 1, '2027-06-07T23:59:59'],
  ])('%s', (_, start, n, end) => {
    expect(text(endOfWorkingDay(at(start), n))).toBe(end);
  });
});

describe('domain.md 5.2: limits by level, from Wednesday 2026-11-18 09:00', () => {
  const start = at('2026-11-18T09:00:00');
  it.each<[TaskType, Level, string, string | undefined, string, string]>([
    ['INSPECT', 'urgent', '2026-11-18T09:15:00', '2026-11-18T11:00:00', '2026-11-19T09:00:00', '2026-11-19T23:59:59'],
    ['INSPECT', 'high', '2026-11-18T10:00:00', '2026-11-19T09:00:00', '2026-11-23T23:59:59', '2026-11-20T23:59:59'],
    ['VERIFY', 'mid', '2026-11-18T13:00:00', '2026-11-23T23:59:59', '2026-11-25T23:59:59', '2026-11-23T23:59:59'],
    ['VERIFY', 'low', '2026-11-19T23:59:59', undefined, '2026-12-02T23:59:59', '2026-11-25T23:59:59'],
    // 1.10: acknowledge 2 h, explain 24 h, verify within 3 wd
    ['EXPLAIN', 'urgent', '2026-11-18T11:00:00', undefined, '2026-11-19T09:00:00', '2026-11-19T23:59:59'],
    ['EXPLAIN', 'mid', '2026-11-18T11:00:00', undefined, '2026-11-19T09:00:00', '2026-11-23T23:59:59'],
  ])('%s %s: accept %s, arrive %s, report %s, review %s', (type, level, accept, arrive, report, review) => {
    const limits = limitsFrom(type, level, start);
    expect([text(limits.acceptBy), text(limits.arriveBy), text(limits.reportBy)]).toEqual([accept, arrive, report]);
    expect(text(reviewLimit(type, level, start))).toBe(review);
  });

  it('a risen level takes the earlier limit and never gives more time', () => {
    expect(earlier(5, 3)).toBe(3);
    expect(earlier(3, 5)).toBe(3);
    expect(earlier(undefined, 5)).toBe(5);
    expect(earlier(5, undefined)).toBe(5);
    expect(earlier(undefined, undefined)).toBeUndefined();
  });
});
