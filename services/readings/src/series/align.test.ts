import { align } from './align';
import type { Series } from './read-series';

const line = (...points: [time: number, value: number, flag?: string][]): Series => ({
  times: points.map(([time]) => time),
  values: points.map(([, value]) => value),
  flags: points.map(([, , flag]) => flag),
});

test('lines with times of their own share one axis, with gaps where one has nothing', () => {
  const lines = [line([1, 10, 'N'], [3, 30, 'D']), line([1, 11], [2, 21], [3, Number.NaN, 'M'])];
  const chosen = [
    [0, 1],
    [0, 1, 2],
  ];
  expect(align(lines, chosen)).toEqual({
    times: [1, 2, 3],
    lines: [
      { values: [10, null, 30], flags: ['N', null, 'D'] },
      { values: [11, 21, null], flags: [null, null, 'M'] },
    ],
  });
});

test('at a time that one line chose, the others have their value too', () => {
  const lines = [line([1, 10], [2, 20], [3, 30]), line([1, 11], [2, 21], [3, 31])];
  expect(align(lines, [[0, 2], [1]])).toMatchObject({
    times: [1, 2, 3],
    lines: [{ values: [10, 20, 30] }, { values: [11, 21, 31] }],
  });
});
