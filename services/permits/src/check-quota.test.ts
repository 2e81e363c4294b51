import { startOfYear, yearOf } from '@greenwatch/kit';
import { dutyChecks } from './check-duties';
import { day, examplePermit, exampleView, NOW } from './check-example';
import { quotaChecks, quotaState, usedOf } from './check-quota';

describe('P6: year to date against the quota', () => {
  // 2026-07-02 is the 183rd day: half of the year is over at its end.
  const half = day('2026-07-02') + 86_400_000;
  test.each<[string, number, number, string]>([
    ['nothing yet', 0, half, ''],
    ['39 % at half of the year', 39, half, ''],
    ['51 % at half of the year: a straight line ends above', 51, half, 'forecast'],
    ['80 %', 80, half, '80'],
    ['just below 90 %', 89.99, half, '80'],
    ['90 %', 90, half, '90'],
    ['100 %: used up', 100, half, '100'],
    ['120 %', 120, half, '100'],
    ['20 % after ten days: too early for a line', 20, day('2026-01-11'), ''],
    ['99 % on the last day', 99, startOfYear(2027), '90'],
  ])('%s', (_what, used, until, stage) => {
    expect(quotaState(100, used, 2026, until).stage).toBe(stage);
  });

  it('the year begins in China', () => {
    expect(yearOf(Date.parse('2026-12-31T16:00:00Z'))).toBe(2027);
    expect(startOfYear(2027)).toBe(Date.parse('2026-12-31T16:00:00Z'));
  });

  it('of the enterprise: all its outlets; of an outlet: that one', () => {
    const totals = [
      { outletId: 'o1', factor: 'w01018', mass: 30 },
      { outletId: 'o2', factor: 'w01018', mass: 12 },
      { outletId: 'o1', factor: 'w21003', mass: 1 },
    ];
    expect(usedOf({ factor: 'w01018', year: 2026, quantity: 100 }, totals)).toEqual({ used: 42, substituted: 0 });
    expect(usedOf({ factor: 'w01018', outletId: 'o2', year: 2026, quantity: 100 }, totals)).toEqual({
      used: 12,
      substituted: 0,
    });
  });

  it('HJ 75-2017 tables 5, 6; HJ 356-2019: mass put in for what is missing counts, and is said', () => {
    const totals = [
      { outletId: 'o1', factor: 'w01018', mass: 700 },
      { outletId: 'o1', factor: 'w01018', mass: 0, substituted: 200 },
    ];
    const quota = { factor: 'w01018', year: 2026, quantity: 1_000 };
    expect(usedOf(quota, totals)).toEqual({ used: 900, substituted: 200 });
    const view = exampleView({
      ...{ permits: [examplePermit({ quotas: [quota] })], yearTotals: totals, lastDay: day('2026-11-21') },
    });
    const [[, found] = []] = quotaChecks(view, NOW);
    expect(found?.stage).toBe('90');
    expect(found?.evidence.map(({ value }) => value)).toContain('200 kg');
  });

  test.each<[number, number, string[]]>([
    [1_000, 2026, ['100 high visit']],
    [930, 2026, ['90 mid desk']],
    [810, 2026, ['80 low ']],
    [1_000, 2025, []],
  ])('%s of 1000 kg, quota of %s', (mass, year, expected) => {
    const view = exampleView({
      permits: [examplePermit({ quotas: [{ factor: 'w01018', year, quantity: 1_000 }] })],
      yearTotals: [{ outletId: 'o1', factor: 'w01018', mass }],
      lastDay: day('2026-11-21'),
    });
    const found = quotaChecks(view, NOW);
    expect(found.map(([, { stage, level, clue = '' }]) => `${stage} ${level} ${clue}`)).toEqual(expected);
    expect(found.every(([key]) => key === 'P6:p1::w01018:2026')).toBe(true);
  });
});

describe('P8 and P11: duties missed', () => {
  const missed = (kind: string, period: string) => ({
    kind,
    period,
    dueAt: day('2026-10-15'),
    items: [{ factor: 'w01018' }],
  });
  it('P8 Code 1086, P11 Code 1110: one finding each, with what was missed', () => {
    const view = exampleView({
      missed: [missed('self-monitoring', '2026-Q3'), missed('self-monitoring', '2026-Q2'), missed('publicity', '2025')],
    });
    expect(dutyChecks(view).map(([key, { level, evidence }]) => [key, level, evidence.length])).toEqual([
      ['P8:e1', 'mid', 2],
      ['P11:e1', 'low', 1],
    ]);
  });
  it('nothing missed, nothing said', () => {
    expect(dutyChecks(exampleView())).toEqual([]);
  });
});
