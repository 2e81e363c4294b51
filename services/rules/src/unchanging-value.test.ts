import { episodesOf } from './alarm-episode';
import { judgeUnchanging, type MeanText, repeatsOnlyWhenStuck } from './unchanging-value';

const HOUR = 3_600_000;
/** Values by hour; undefined: none. */
const means = (...values: (string | undefined)[]): MeanText[] =>
  values.flatMap((value, i) => (value === undefined ? [] : [{ at: i * HOUR, until: (i + 1) * HOUR, value }]));
const stuck = (values: MeanText[], times = 6) =>
  episodesOf(judgeUnchanging(values, times)).map((e) => [e.startedAt / HOUR, e.until / HOUR, e.active]);
const same = (n: number, value = '12.3') => Array.from({ length: n }, () => value);

describe('CONST (domain 1.9, HJ 356-2019 6.1)', () => {
  test.each<[string, MeanText[], number, unknown[]]>([
    ['6 equal hours of gas', means('1', ...same(6)), 6, [[1, 7, true]]],
    ['5 equal hours of gas are not enough', means(...same(5), '1'), 6, []],
    ['4 equal samples of water', means(...same(4)), 4, [[0, 4, true]]],
    ['another text is another value', means('12.3', '12.30', '12.3', '12.30', '12.3', '12.30'), 6, []],
    ['a missing hour between does not break the run', means(...same(3), undefined, ...same(3)), 6, [[0, 7, true]]],
    [
      'what lies 7 hours apart is no run',
      means(...same(5), ...Array.from({ length: 7 }, () => undefined), ...same(5)),
      6,
      [],
    ],
    ['closes after 2 other values', means(...same(7), '1', '2'), 6, [[0, 7, false]]],
    ['is open after 1 other value', means(...same(7), '1'), 6, [[0, 7, true]]],
    ['zeros are another test', means(...same(9, '0.00')), 6, []],
  ])('%s', (_case, values, times, expected) => expect(stuck(values, times)).toEqual(expected));

  test.each(['a21026', 'a21002', 'a34013', 'a24088', 'w01018', 'w21003', 'w21011', 'w01012'])('%s is watched', (code) =>
    expect(repeatsOnlyWhenStuck(code)).toBe(true),
  );
  test.each(['w01001', 'w01010', 'w00000', 'a00000', 'a19001', 'a01012', 'a01013', 'SB1', 'LA'])(
    '%s may stay the same',
    (code) => expect(repeatsOnlyWhenStuck(code)).toBe(false),
  );
});
