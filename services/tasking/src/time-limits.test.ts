import type { Level, TaskType } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { earlier, fileLimit, limitsFrom, reviewLimit } from './time-limits';

const at = (text: string) => Date.parse(`${text}+08:00`);
const text = (ms: number | undefined) => ms && isoTime(ms).slice(0, 19);

it('domain.md 5.5: to file a case or not within 15 calendar days, the last one ends at 24:00', () => {
  expect(text(fileLimit(at('2026-11-18T23:59:00')))).toBe('2026-12-03T23:59:59');
  expect(text(fileLimit(at('2026-11-19T07:59:00')))).toBe('2026-12-04T23:59:59');
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
