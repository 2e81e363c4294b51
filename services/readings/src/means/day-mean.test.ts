import { type DayContext, dayMeans, neededHours } from './day-mean';
import type { HourMeans } from './hour-mean';
import { monthMeans } from './month-mean';

const HOUR = 3_600_000;
const hour = (n: number, factor: string, value: number | undefined, more: Partial<HourMeans> = {}): HourMeans => ({
  ...{ at: n * HOUR, productionKwh: 0, treatmentKwh: 0 },
  factors: [{ factor, valid: value !== undefined, ...(value === undefined ? {} : { value }) }],
  ...more,
});
const gasDay = (valid: number, stopped = 0) =>
  dayMeans(
    Array.from({ length: 24 }, (_, n) =>
      hour(n, 'a21026', n < valid ? n : undefined, n >= 24 - stopped ? { stopped: true } : {}),
    ),
    { medium: 'gas', day: 0 },
  );
const waterDay = (hours: HourMeans[], more: Partial<DayContext> = {}) =>
  dayMeans(hours, { medium: 'water', day: 0, ...more }).factors.find(({ factor }) => factor === 'w01018');

describe('HJ 75-2017 12: gas', () => {
  test.each([
    ['24 hours', 24, 0, true],
    ['20 hours', 20, 0, true],
    ['19 hours', 19, 0, false],
    ['HJ/T 75-2007: 12 h of stop, 9 of 12 running hours', 9, 12, true],
    ['8 of 12 running hours', 8, 12, false],
    ['2 h of stop: 17 of 22', 17, 2, true],
    ['all day stopped', 0, 24, false],
  ])('%s', (_clause, valid, stopped, enough) => {
    const [factor] = gasDay(valid, stopped).factors;
    expect(factor?.valid).toBe(enough);
    if (valid > 0) expect(factor?.value).toBeCloseTo((valid - 1) / 2, 9);
  });
  test('hours needed', () => expect([0, 1, 2, 12, 23, 24].map(neededHours)).toEqual([20, 18, 17, 9, 1, 0]));
});

describe('HJ 356-2019: water', () => {
  test('flow-weighted: C=(40,60,55), Q=(100,50,150) → 50.83 (plain 51.67)', () => {
    const hours = [
      [40, 100],
      [60, 50],
      [55, 150],
    ].map(([value, flow], n) => hour(n, 'w01018', value, { flow }));
    expect(waterDay(hours)?.value).toBeCloseTo(50.83, 2);
  });
  const samples = (valid: number, flowOf: (n: number) => number | undefined) =>
    Array.from({ length: 24 }, (_, n) => {
      const flow = flowOf(n);
      return hour(n, 'w01018', n < valid ? 50 : undefined, flow === undefined ? {} : { flow });
    });
  test.each<[string, HourMeans[], Partial<DayContext>, boolean, number, number]>([
    ['18 of 24 samples are 75 %', samples(18, () => 10), {}, true, 18, 18],
    ['17 of 24', samples(17, () => 10), {}, false, 17, 18],
    ['12 h without flow: 9 of 12', samples(9, (n) => (n < 12 ? 10 : 0)), {}, true, 9, 9],
    ['flow that is not known is no flow of none', samples(9, (n) => (n < 12 ? 10 : undefined)), {}, false, 9, 18],
    ['no flow known at all', samples(24, () => undefined), {}, false, 0, 18],
    ['a sample each 2 h: 9 of 12', samples(18, () => 10), { sampleHours: 2 }, true, 9, 9],
    [
      'each 2 h, sent in every other hour',
      samples(24, () => 10).map((one, n) => (n % 2 ? { ...one, factors: [] } : one)),
      { sampleHours: 2 },
      true,
      12,
      9,
    ],
  ])('%s', (_clause, hours, more, valid, count, needed) =>
    expect(waterDay(hours, more)).toMatchObject({ valid, hours: count, needed }),
  );
  test('a 2 h sample stands for the volume until the next one', () => {
    const hours = [
      hour(0, 'w01018', 40, { flow: 10 }),
      hour(1, 'x', undefined, { flow: 30 }),
      hour(2, 'w01018', 60, { flow: 40 }),
      hour(3, 'x', undefined, { flow: 20 }),
    ];
    expect(waterDay(hours, { sampleHours: 2 })?.value).toBeCloseTo((40 * 40 + 60 * 60) / 100, 9);
  });
  test('the device’s own mean beside ours', () => {
    const hours = Array.from({ length: 24 }, (_, n) => hour(n, 'w01018', 50, { flow: 1 }));
    expect(waterDay(hours, { device: new Map([['w01018', 48]]) })).toMatchObject({ device: 48, difference: 2 });
  });
});

describe('months', () => {
  const days = (valid: number, count: number, stopped = 0) => [
    ...Array.from({ length: count - stopped }, (_, n) => gasDay(n < valid ? 24 : 3)),
    ...Array.from({ length: stopped }, () => gasDay(0, 24)),
  ];
  test.each([
    ['25 of 31 days', 25, 31, 0, true],
    ['24 of 31', 24, 31, 0, false],
    ['February: 23 of 28', 23, 28, 0, true],
    ['February: 22', 22, 28, 0, false],
    ['15 days of stop: 12 of 15', 12, 30, 15, true],
    ['15 days of stop: 11 of 15', 11, 30, 15, false],
  ])('HJ 75-2017 12: %s', (_clause, valid, count, stopped, enough) => {
    expect(monthMeans(days(valid, count, stopped), count, 'gas').factors[0]?.valid).toBe(enough);
  });
  test('HJ 356-2019: water by flow, 75 % of the days', () => {
    const day = (value: number, flow: number) =>
      dayMeans(
        Array.from({ length: 24 }, (_, n) => hour(n, 'w01018', value, { flow })),
        { medium: 'water', day: 0 },
      );
    const month = monthMeans([...Array(22).fill(day(40, 3)), day(100, 9)], 30, 'water');
    expect(month.factors[0]).toMatchObject({ valid: true, days: 23, needed: 23 });
    expect(month.factors[0]?.value).toBeCloseTo((22 * 40 * 3 + 100 * 9) / (22 * 3 + 9), 9);
    const dry = monthMeans([...Array(22).fill(day(40, 3)), ...Array(8).fill(day(0, 0))], 30, 'water');
    expect(dry.factors[0]).toMatchObject({ valid: true, days: 22, needed: 17 });
  });
});
