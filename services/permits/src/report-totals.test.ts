import { reportDifferences } from './report-totals';

const HOURS = 720;
it.each([
  ['20 % less is allowed', 80, 100, 720, []],
  ['more than 20 % less', 79, 100, 720, [-0.21]],
  ['more than 20 % more', 121, 100, 720, [0.21]],
  ['monitoring covers less than three quarters: nothing is said', 10, 100, 539, []],
  ['nothing monitored: nothing is said', 10, 0, 720, []],
])('domain.md 3.5 P7: %s', (_, quantity, mass, hours, expected) => {
  const found = reportDifferences([{ factor: 'w01018', quantity }], [{ factor: 'w01018', mass, hours }], HOURS);
  expect(found.map(({ difference }) => Math.round(difference * 100) / 100)).toEqual(expected);
});
it('a factor that is not monitored automatically is left out', () => {
  expect(reportDifferences([{ factor: 'w21003', quantity: 5 }], [], HOURS)).toEqual([]);
});
