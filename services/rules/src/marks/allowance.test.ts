import {
  ALLOWANCES,
  type AllowanceRule,
  allowancesBy,
  countedIn,
  factorsWithin,
  partsWithin,
  type Span,
  usage,
} from './allowance';
import { markCode } from './mark-codes';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(`${text}:00+08:00`);
const rule = (name: string) => ALLOWANCES.find((one) => one.name === name) as AllowanceRule;
const start = at('2026-03-01T00:00');
const span = (from: number, to: number, base = start): Span => ({ from: base + from * HOUR, to: base + to * HOUR });
const hours = (parts: readonly Span[], base = start) =>
  parts.map(({ from, to }) => [(from - base) / HOUR, (to - base) / HOUR]);

describe('domain.md 1.7: the table', () => {
  test.each([
    ['waste-runs', 60, 'year'],
    ['waste-heat', 700, 'year'],
    ['maintenance', 30, 'quarter'],
    ['power-cold-start', 4, 'mark'],
    ['power-warm-start', 2, 'mark'],
    ['power-stop', 1, 'mark'],
    ['cement-cold-start', 36, 'mark'],
    ['cement-warm-start', 8, 'mark'],
    ['cement-stop', 8, 'mark'],
  ] as const)('%s: %d h a %s', (name, allowed, per) => expect(rule(name)).toMatchObject({ hours: allowed, per }));

  test('each of its codes is known, and belongs to one allowance', () => {
    const codes = ALLOWANCES.flatMap((one) => one.codes);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(markCode(code)).toBeDefined();
  });
  test('[L/U]: hours are a setting, wrong ones are named', () => {
    expect(
      allowancesBy('waste-runs=100, maintenance=0')
        .map((one) => one.hours)
        .slice(0, 3),
    ).toEqual([100, 700, 0]);
    expect(allowancesBy('')).toEqual(ALLOWANCES);
    for (const wrong of ['nonsense=1', 'maintenance', 'maintenance=', 'maintenance=x', 'maintenance=-1']) {
      expect(() => allowancesBy(wrong)).toThrow('RULES_MARK_ALLOWANCES');
    }
  });
});

describe('in which time hours are counted (UTC+8)', () => {
  test.each([
    ['waste-runs', '2026-12-31T23:00', '2026-01-01T00:00', '2027-01-01T00:00'],
    ['maintenance', '2026-03-31T23:00', '2026-01-01T00:00', '2026-04-01T00:00'],
    ['maintenance', '2026-04-01T00:00', '2026-04-01T00:00', '2026-07-01T00:00'],
    ['maintenance', '2026-12-01T00:00', '2026-10-01T00:00', '2027-01-01T00:00'],
    ['power-stop', '2026-12-01T00:00', '2026-12-01T00:00', '2026-12-01T05:00'],
  ])('%s at %s', (name, from, first, end) => {
    const mark = { from: at(from), to: at(from) + 5 * HOUR };
    expect(countedIn(rule(name), mark)).toEqual({ from: at(first), to: at(end) });
  });
});

describe('announcement 2022 no. 21, point 6(2): within the time allowed', () => {
  const waste = rule('waste-runs');
  const year = countedIn(waste, span(0, 1));
  test.each<[string, Span[], number, number | undefined]>([
    ['nothing', [], 0, undefined],
    ['60 h are allowed', [span(0, 60)], 60, undefined],
    ['the 61st is not', [span(0, 61)], 61, 60],
    ['where marks overlap it counts once', [span(0, 40), span(20, 50)], 50, undefined],
    ['in the second mark', [span(100, 150), span(0, 40)], 90, 120],
    ['exactly used up: the next hour is over', [span(0, 60), span(100, 101)], 61, 100],
    ['of the year before nothing', [{ from: year.from - 100 * HOUR, to: year.from + HOUR }], 1, undefined],
  ])('%s', (_clause, marks, used, usedUp) => {
    expect(usage(waste, marks, year)).toEqual({
      used: used * HOUR,
      usedUpAt: usedUp === undefined ? Number.POSITIVE_INFINITY : start + usedUp * HOUR,
    });
  });

  test('the part of a mark within it', () => {
    const marks = [span(0, 58), span(100, 105)];
    expect(hours(partsWithin(waste, marks[1] as Span, marks))).toEqual([[100, 102]]);
    expect(hours(partsWithin(waste, marks[0] as Span, marks))).toEqual([[0, 58]]);
    expect(partsWithin(waste, span(200, 210), [...marks, span(200, 210)])).toEqual([]);
  });
  test('a year that begins gives new hours', () => {
    const newYear = at('2027-01-01T00:00');
    const mark = span(-61, 10, newYear);
    expect(hours(partsWithin(waste, mark, [mark]), newYear)).toEqual([
      [-61, -1],
      [0, 10],
    ]);
  });
  test('HJ 953: a start each for itself', () => {
    const marks = [span(0, 5), span(10, 13)];
    expect(hours(partsWithin(rule('power-cold-start'), marks[0] as Span, marks))).toEqual([[0, 4]]);
    expect(hours(partsWithin(rule('power-cold-start'), marks[1] as Span, marks))).toEqual([[10, 13]]);
  });
  test.each<[string, string[], readonly string[] | undefined]>([
    ['waste-runs', [], []],
    ['waste-runs', ['a34013'], ['a34013']],
    ['power-stop', [], ['a21002']],
    ['power-stop', ['a21002', 'a34013'], ['a21002']],
    ['power-stop', ['a34013'], undefined],
  ])('%s of %p: %p', (name, factors, expected) => expect(factorsWithin(rule(name), factors)).toEqual(expected));
});
