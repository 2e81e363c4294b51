import type { Series } from './read-series';
import { statistics } from './statistics';

const line = (values: number[], flags: (string | undefined)[] = []): Series => ({
  times: values.map((_, i) => 1_000 + i),
  values,
  flags: values.map((_, i) => flags[i]),
});

test('count, extremes with their times, mean, deviation, median, p95', () => {
  expect(statistics(line([4, 2, 8, 2, 8, 6]))).toEqual({
    count: 6,
    min: { value: 2, at: 1_001 },
    max: { value: 8, at: 1_002 },
    mean: 5,
    deviation: expect.closeTo(2.756_81, 5),
    median: 5,
    p95: 8,
    flags: { '': 6 },
  });
});

test('what has only a flag is counted by its flag', () => {
  expect(statistics(line([3, Number.NaN, 5], ['N', 'D', 'N']))).toMatchObject({
    count: 2,
    mean: 4,
    flags: { N: 2, D: 1 },
  });
});

test('nothing and one value', () => {
  expect(statistics(line([]))).toEqual({ count: 0, flags: {} });
  expect(statistics(line([7]))).toEqual({
    count: 1,
    min: { value: 7, at: 1_000 },
    max: { value: 7, at: 1_000 },
    mean: 7,
    median: 7,
    p95: 7,
    flags: { '': 1 },
  });
});
