import { resolutionOf, samplingCycle } from './instrument';

const HOUR = 3_600_000;
const series = (values: (number | null)[], first = 1_000) =>
  values.map((value, i) => ({ time: (first + i) * HOUR, value }));
/** A new value every `cycle` hours, never the same twice in a row. */
const stepped = (cycle: number, hours: number) => Array.from({ length: hours }, (_, i) => Math.floor(i / cycle) % 7);

describe('smallest step of values', () => {
  test.each([
    ['whole numbers', [1, 2, 4, 7], 1],
    ['fives', [5, 10, 35], 5],
    ['one decimal', [1.1, 2.3, 4], 0.1],
    ['half steps', [1.5, 2, 7], 0.5],
    ['two decimals', [0.01, 0.13, 22.27], 0.01],
    ['three decimals in large numbers', [12_345.678, 9.001], 0.001],
    ['zeros', [0, 0], 5],
    ['no values', [], 1],
  ])('%s', (_, values, expected) => {
    expect(resolutionOf(values)).toBeCloseTo(expected, 9);
  });
  test('one odd value among a hundred does not make the step finer', () => {
    expect(resolutionOf([...Array.from({ length: 100 }, (_, i) => i / 10), 3.1234])).toBe(0.1);
  });
});

describe('domain.md 1.5: sampling cycle of water analysers', () => {
  test.each([
    ['every hour', series(stepped(1, 200)), HOUR, 0],
    ['every two hours', series(stepped(2, 200)), 2 * HOUR, 0],
    ['every two hours from an odd one', series(stepped(2, 200), 1_001), 2 * HOUR, HOUR],
    ['every four hours', series(stepped(4, 400)), 4 * HOUR, 0],
    ['a value that stands still is no cycle', series(new Array(500).fill(30)), HOUR, 0],
    ['few changes tell nothing', series(stepped(4, 60)), HOUR, 0],
    ['no values', [], HOUR, 0],
  ])('%s', (_, given, ms, phase) => {
    expect(samplingCycle(given)).toEqual({ ms, phase });
  });
  test('gaps do not hide the cycle', () => {
    const values = stepped(2, 400).map((value, i) => (i % 11 === 0 ? null : value));
    expect(samplingCycle(series(values)).ms).toBe(2 * HOUR);
  });
});
