import { reportDifferences, substitutedIn } from './report-totals';

const HOURS = 720;
const differences = (quantity: number, mass: number, substituted: number, hours: number) =>
  reportDifferences([{ factor: 'w01018', quantity }], [{ factor: 'w01018', mass, substituted, hours }], HOURS);
const percent = (part: number) => Math.round(part * 100) / 100;

it.each([
  ['20 % less is allowed', 80, 100, 720, []],
  ['more than 20 % less', 79, 100, 720, [-0.21]],
  ['more than 20 % more', 121, 100, 720, [0.21]],
  ['monitoring covers less than three quarters: nothing is said', 10, 100, 539, []],
  ['nothing monitored: nothing is said', 10, 0, 720, []],
])('domain.md 3.5 P7: %s', (_, quantity, mass, hours, expected) => {
  expect(differences(quantity, mass, 0, hours).map(({ difference }) => percent(difference))).toEqual(expected);
});
it.each<[string, number, number, number, number, [number, number, number | undefined][]]>([
  ['a report that counts it does not differ', 130, 100, 30, 600, []],
  ['20 % less than both is allowed', 104, 100, 30, 600, []],
  ['measured alone is too little', 100, 100, 30, 600, [[130, -0.23, 30]]],
  ['more than 20 % more than both', 157, 100, 30, 600, [[130, 0.21, 30]]],
  ['what is put in does not count as measured hours', 10, 100, 30, 539, []],
  ['nothing measured, all put in: nothing is said', 10, 0, 100, 720, []],
  ['nothing put in', 50, 100, 0, 720, [[100, -0.5, undefined]]],
])('domain.md 1.4, 1.5, 3.5 P7, mass put in for what is missing: %s', (_, quantity, mass, putIn, hours, expected) => {
  const found = differences(quantity, mass, putIn, hours);
  expect(found.map((one) => [one.monitored, percent(one.difference), one.substituted])).toEqual(expected);
});
it('a factor that is not monitored automatically is left out', () => {
  expect(reportDifferences([{ factor: 'w21003', quantity: 5 }], [], HOURS)).toEqual([]);
});

describe('mass put in during a period, of whole months', () => {
  const at = (text: string) => Date.parse(`${text}T00:00:00+08:00`);
  const months = ['2026-01-01', '2026-02-01', '2026-03-01'].map((month, i) => ({
    month: at(month),
    factors: [
      { factor: 'a21026', mass: 10 ** i },
      { factor: 'a21002', mass: 7 },
    ],
  }));
  it.each([
    ['a month', '2026-02-01', '2026-03-01', 10],
    ['a quarter', '2026-01-01', '2026-04-01', 111],
    ['the permit began in its first month', '2026-01-10', '2026-04-01', 110],
    ['the permit ended in its last month', '2026-01-01', '2026-03-20', 11],
    ['another year', '2025-01-01', '2026-01-01', 0],
  ])('%s', (_, from, to, expected) => {
    expect(substitutedIn(months, 'a21026', at(from), at(to))).toBe(expected);
  });
});
