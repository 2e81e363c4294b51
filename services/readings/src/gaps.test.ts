import { hourGaps } from './gaps';

const HOUR = 3_600_000;
/** 2026-08-10T00:00:00+08:00 */
const START = Date.UTC(2026, 7, 9, 16);
const at = (hour: number) => START + hour * HOUR;
const day = { from: at(0), to: at(24) };
const every = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => at(from + i));

test.each<[string, number[], boolean, [number, number][]]>([
  ['a whole day', every(0, 24), true, []],
  ['one hour', [...every(0, 3), ...every(4, 24)], true, [[3, 4]]],
  [
    'two gaps and the end',
    [...every(0, 3), ...every(5, 9), ...every(10, 20)],
    true,
    [
      [3, 5],
      [9, 10],
      [20, 24],
    ],
  ],
  ['the beginning of a range, of a device that sent before', every(2, 24), true, [[0, 2]]],
  ['a device that began in the range: nothing before', every(2, 24), false, []],
  ['a device that sent nothing in the range', [], true, [[0, 24]]],
  ['a device that never sent hours', [], false, []],
  ['a data time within the hour stands for it', [...every(0, 3), at(3) + 120_000, ...every(4, 24)], true, []],
])('%s', (_name, present, known, gaps) => {
  expect(hourGaps(present, day, known)).toEqual(gaps.map(([from, to]) => ({ from: at(from), to: at(to) })));
});

test('hours begun by the range are not whole and do not count', () => {
  expect(hourGaps([at(1)], { from: at(0) + 1, to: at(3) + 1 }, true)).toEqual([{ from: at(2), to: at(3) }]);
});
