import { buildInput, type HourValue, type OutletHours, peersOf } from './build-series';

const HOUR = 3_600_000;
const T = 1_000 * HOUR;
const hour = (i: number, average: number | null, over: Partial<HourValue> = {}): HourValue => ({
  time: T + i * HOUR,
  average,
  converted: null,
  flag: 'N',
  ...over,
});
const build = (medium: 'gas' | 'water', hours: [string, HourValue[]][], more = {}) =>
  buildInput({ outletId: 'o1', medium, hours: new Map(hours) as OutletHours, permits: [], events: [], ...more });

describe('domain.md 2.2: the series that is judged', () => {
  test('gas: ZsAvg where there is one, the unconverted value for the working condition', () => {
    const { factors, stepMs } = build('gas', [['a21026', [hour(0, 20, { converted: 25 }), hour(1, 22)]]]);
    expect(stepMs).toBe(HOUR);
    expect(factors[0]?.points).toEqual([
      { time: T, value: 25, raw: 20, flag: 'N', valid: true },
      // The factor is judged by converted values, and this hour has none: missing, not another kind of value.
      { time: T + HOUR, value: null, raw: 22, flag: 'N', valid: false },
    ]);
  });

  test('gas without any ZsAvg is judged by Avg', () => {
    const [factor] = build('gas', [['a21026', [hour(0, 20)]]]).factors;
    expect(factor?.points).toEqual([{ time: T, value: 20, flag: 'N', valid: true }]);
  });

  test('1.7: only N is valid; F and no flow stand still', () => {
    const flags = ['N', 'D', 'M', 'S', 'C', 'T', 'B', 'U', 'F'];
    const hours = flags.map((flag, i) => hour(i, 20 + i, { flag }));
    const [factor] = build('water', [
      ['w01018', [...hours, hour(9, 25)]],
      ['w00000', [hour(9, 0)]],
    ]).factors;
    expect(factor?.points.map(({ flag, valid }) => [flag, valid])).toEqual([
      ['N', true],
      ...flags.slice(1).map((flag) => [flag, false]),
      ['N', true],
    ]);
    expect(factor?.points.map(({ running }) => running)).toEqual([...new Array(8).fill(undefined), false, false]);
  });

  test('1.5: water counts one value a sampling cycle where the device repeats it every hour', () => {
    const repeated = Array.from({ length: 120 }, (_, i) => hour(i, 30 + (Math.floor(i / 2) % 9)));
    const input = build('water', [['w01018', repeated]]);
    expect(input.stepMs).toBe(2 * HOUR);
    expect(input.factors[0]?.points).toHaveLength(60);
  });

  test('limits in force stand at each time', () => {
    const limit = { outletId: 'o1', factor: 'w01018', period: 'day', limit: 50, validFrom: 0, validTo: T + HOUR };
    const permits = [{ status: 'valid', validFrom: 0, validTo: T * 2, limits: [limit] }];
    const [factor] = build('water', [['w01018', [hour(0, 20), hour(1, 21)]]], { permits }).factors;
    expect(factor?.points.map(({ limit }) => limit)).toEqual([50, undefined]);
  });

  test('flow, O2, pH and currents are loads and never judged; a code with too few values gives way', () => {
    const input = build('gas', [
      ['a00000', [hour(0, 100)]],
      ['a19001', [hour(0, 9)]],
      ['g20801', [hour(0, 180)]],
      ['g20802', [hour(0, 170), hour(1, 171)]],
      ['a01011', [hour(0, 14)]],
    ]);
    expect(input.factors).toEqual([]);
    expect(input.loads.map(({ kind, points }) => [kind, points.length])).toEqual([
      ['flow', 1],
      ['o2', 1],
      ['production-kwh', 2],
    ]);
  });

  test('calibration and maintenance are events, joined where hours touch; given ones are kept', () => {
    const given = [{ kind: 'treatment-off' as const, from: 1, to: 2 }];
    const flags = ['N', 'C', 'C', 'N', 'M'];
    const hours = flags.map((flag, i) => hour(i, 20, { flag }));
    expect(build('gas', [['a21026', hours]], { events: given }).events).toEqual([
      { kind: 'treatment-off', from: 1, to: 2 },
      { kind: 'calibration', from: T + HOUR, to: T + 3 * HOUR },
      { kind: 'maintenance', from: T + 4 * HOUR, to: T + 5 * HOUR },
    ]);
  });

  test('a factor without one value is left out: missing data is no series', () => {
    expect(build('gas', [['a21026', [hour(0, null, { flag: 'D' })]]]).factors).toEqual([]);
  });

  test('peers are the same factors at other outlets', () => {
    const one = build('gas', [['a21026', [hour(0, 1)]]]);
    const two = {
      ...build('gas', [
        ['a21026', [hour(0, 2)]],
        ['a21002', [hour(0, 3)]],
      ]),
      outletId: 'o2',
    };
    expect(peersOf(one, [one, two]).map(({ outletId, code }) => [outletId, code])).toEqual([['o2', 'a21026']]);
  });
});
