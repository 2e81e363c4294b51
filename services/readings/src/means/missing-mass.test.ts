import { captureRate, gasSubstitution, type PeriodMass, waterSubstitution } from './missing-mass';

const HOUR = 3_600_000;
/** Masses by period; `_` is a missing one. The period's number is its hour. */
const series = (...parts: (number | '_')[][]): PeriodMass[] =>
  parts.flat().map((mass, n) => (mass === '_' ? { at: n * HOUR } : { at: n * HOUR, mass }));
const many = <T>(count: number, what: T): T[] => Array.from({ length: count }, () => what);
const whole = (periods: PeriodMass[]) => [0, periods.length * HOUR] as const;

describe('HJ 75-2017 tables 5, 6: mass of missing hours of gas', () => {
  test.each<[string, PeriodMass[], number, number, number]>([
    ['α ≥ 90 %, 2 h: largest of the 180 before', series([9], many(180, 1), many(2, '_')), 0.95, 2, 2],
    ['the 181st no longer counts, the 180th does', series([9], many(179, 1), ['_']), 0.9, 9, 1],
    ['24 h still look at 180', series([9], many(180, 1), many(24, '_')), 0.95, 24, 24],
    ['25 h look at 720', series([9], many(180, 1), many(25, '_')), 0.95, 25 * 9, 25],
    ['720 back and no further', series([9], many(720, 2), many(25, '_')), 0.95, 50, 25],
    ['75 % ≤ α < 90 %: 2160, however few', series([9], many(2_159, 2), ['_']), 0.89, 9, 1],
    ['2160 and no further', series([9], many(2_160, 2), ['_']), 0.75, 2, 1],
    ['hours that are not valid are stepped over', series([5], ['_'], [3], ['_']), 0.95, 10, 2],
    ['in the middle: what comes later does not count', series([1], ['_'], [100]), 0.95, 1, 1],
  ])('%s', (_clause, hours, alpha, mass, periods) => {
    expect(gasSubstitution(hours, ...whole(hours), alpha)).toMatchObject({ mass, periods, without: 0 });
  });
  test.each<[string, PeriodMass[], number, number]>([
    ['α < 75 %: nothing is put in', series([5], many(3, '_')), 0.74, 3],
    ['nothing is known before', series(many(3, '_'), [5]), 0.95, 3],
  ])('%s', (_clause, hours, alpha, without) => {
    expect(gasSubstitution(hours, ...whole(hours), alpha)).toEqual({ mass: 0, periods: 0, without });
  });
  test('only hours of the stretch; a run that began before it keeps its length; it says what it rests on', () => {
    const hours = series([7], many(179, 1), many(30, '_'), [1]);
    const from = 200 * HOUR;
    // 30 h: 720 back, so the 7 counts, for the last 10 hours of it.
    expect(gasSubstitution(hours, from, 300 * HOUR, 0.95)).toEqual({ mass: 70, periods: 10, without: 0, basisFrom: 0 });
  });
  test.each([
    [90, 100, 0.9],
    [0, 0, 1],
  ])('α: %d of %d', (valid, due, alpha) => expect(captureRate(valid, due)).toBe(alpha));
});

test('HJ 356-2019: a day of water without a mean takes the largest of the 30 valid days before', () => {
  const days = series([9], many(30, 2), ['_', '_'], [3]);
  expect(waterSubstitution(days, ...whole(days))).toMatchObject({ mass: 4, periods: 2, without: 0 });
});

test('HJ 356-2019: it stands in place of what was measured on a day that is not valid, and says how much that was', () => {
  const days: PeriodMass[] = [
    { at: 0, mass: 5 },
    { at: HOUR, measured: 2 },
    { at: 2 * HOUR, mass: 4 },
  ];
  expect(waterSubstitution(days, ...whole(days))).toMatchObject({ mass: 5, periods: 1, replaces: 2 });
  // Of a day for which nothing can be put in, what was measured stays.
  const first: PeriodMass[] = [{ at: 0, measured: 2 }];
  expect(waterSubstitution(first, ...whole(first))).toEqual({ mass: 0, periods: 0, without: 1 });
});
