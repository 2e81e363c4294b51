import { type Exemption, isExempt } from './exemption';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const mark = (from: number, to: number, factors: string[] = []): Exemption => ({
  ...{ from: from * MINUTE, to: to * MINUTE, factors },
});

describe('announcement 2022 no. 21, point 6: marked data decide no exceedance', () => {
  test.each<[string, Exemption[], number, boolean]>([
    ['no mark', [], HOUR, false],
    ['15 minutes leave 45 (HJ 75-2017 12)', [mark(10, 25)], HOUR, false],
    ['16 minutes do not', [mark(10, 26)], HOUR, true],
    ['two that overlap count once', [mark(0, 15), mark(5, 15)], HOUR, false],
    ['two apart', [mark(0, 10), mark(30, 40)], HOUR, true],
    ['of another factor', [mark(0, 60, ['a21002'])], HOUR, false],
    ['of this one', [mark(0, 60, ['a21026'])], HOUR, true],
    ['it begins before and ends after', [mark(-60, 120)], HOUR, true],
    ['the hour before', [mark(-60, 0)], HOUR, false],
    ['6 h of a day leave 75 % (HJ 356-2019)', [mark(0, 360)], 24 * HOUR, false],
    ['7 h do not', [mark(0, 420)], 24 * HOUR, true],
  ])('%s', (_clause, marks, length, exempt) => expect(isExempt(marks, 'a21026', 0, length)).toBe(exempt));
});
