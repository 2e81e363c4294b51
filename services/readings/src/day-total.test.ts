import { dayTotal as totalOf } from './day-total';
import { dayMeans } from './means/day-mean';
import { type DeviceHour, hourMeans } from './means/hour-mean';

const HOUR = 3_600_000;
type Uploaded = DeviceHour & { at: number };
/** Fields as `a21026: 'Avg=38,Flag=N'`. */
const hour = (n: number, factors: Record<string, string>, missingFlagValid = false): Uploaded => ({
  at: n * HOUR,
  mn: 'M1',
  missingFlagValid,
  minutes: [],
  upload: Object.entries(factors).map(([factor, text]) => ({
    factor,
    fields: text.split(',').map((field) => field.split('=') as [string, string]),
  })),
});
const dayTotal = (uploads: Uploaded[], medium: 'gas' | 'water') => {
  const hours = [...new Set(uploads.map(({ at }) => at))].map((at) =>
    hourMeans(
      at,
      uploads.filter((upload) => upload.at === at),
      { medium, marks: [] },
    ),
  );
  return totalOf(dayMeans(hours, { medium, day: 0 }), medium);
};
const massOf = (hours: Uploaded[], medium: 'gas' | 'water', factor: string) =>
  dayTotal(hours, medium).factors.find((one) => one.factor === factor)?.mass;

describe('mass of an hour', () => {
  test.each<[string, 'gas' | 'water', Record<string, string>, string, number | undefined]>([
    [
      'HJ 75 App. C: dry value not converted × m3 × 1e-6',
      'gas',
      { a00000: 'Cou=100000,Flag=N', a21026: 'Avg=38,ZsAvg=42.2,Flag=N' },
      'a21026',
      3.8,
    ],
    [
      'the device’s own total counts first',
      'gas',
      { a00000: 'Cou=100000,Flag=N', a21026: 'Avg=38,Cou=3.5,Flag=N' },
      'a21026',
      3.5,
    ],
    ['flow in m3/s where it has no total', 'gas', { a00000: 'Avg=10,Flag=N', a21026: 'Avg=50,Flag=N' }, 'a21026', 1.8],
    ['water: mg/L × m3 × 1e-3', 'water', { w00000: 'Cou=20,Flag=N', w01018: 'Avg=40,Flag=N' }, 'w01018', 0.8],
    ['water flow in L/s', 'water', { w00000: 'Avg=10,Flag=N', w01018: 'Avg=50,Flag=N' }, 'w01018', 1.8],
    [
      'HJ 212 table B.1: chromium VI in µg/L',
      'water',
      { w00000: 'Cou=1000,Flag=N', w20117: 'Avg=50,Flag=N' },
      'w20117',
      0.05,
    ],
    ['its total in g', 'water', { w00000: 'Cou=1000,Flag=N', w20117: 'Cou=60,Flag=N' }, 'w20117', 0.06],
    ['HJ 356: no flow, no discharge', 'water', { w00000: 'Cou=0,Flag=N', w01018: 'Avg=40,Cou=3,Flag=N' }, 'w01018', 0],
    ['only flag N counts', 'gas', { a00000: 'Cou=100000,Flag=N', a21026: 'Avg=38,Flag=D' }, 'a21026', undefined],
    ['no flag is not valid', 'gas', { a00000: 'Cou=100000,Flag=N', a21026: 'Avg=38' }, 'a21026', undefined],
    [
      'a flow that is not valid gives no mass',
      'gas',
      { a00000: 'Cou=100000,Flag=M', a21026: 'Avg=38,Flag=N' },
      'a21026',
      undefined,
    ],
    ['below nothing is no value', 'gas', { a00000: 'Cou=100000,Flag=N', a21026: 'Avg=-1,Flag=N' }, 'a21026', undefined],
    ['oxygen has no mass', 'gas', { a00000: 'Cou=100000,Flag=N', a19001: 'Avg=9,Flag=N' }, 'a19001', undefined],
  ])('%s', (_clause, medium, factors, factor, mass) => {
    const got = massOf([hour(0, factors)], medium, factor);
    if (mass === undefined) expect(got).toBeUndefined();
    else expect(got).toBeCloseTo(mass, 9);
  });
});

describe('a day', () => {
  it('hours with flow, means by flow (HJ 355-2019: 50.83, plain 51.67)', () => {
    const hours = [
      [40, 100],
      [60, 50],
      [55, 150],
    ].map(([c, q], i) => hour(i, { w00000: `Cou=${q},Flag=N`, w01018: `Avg=${c},Flag=N` }));
    const total = dayTotal(hours, 'water');
    expect(total).toMatchObject({ hours: 3, flow: 300 });
    expect(total.factors[0]).toMatchObject({ factor: 'w01018', hours: 3, max: 60 });
    expect(total.factors[0]?.mean).toBeCloseTo(50.83, 2);
    expect(total.factors[0]?.mass).toBeCloseTo(15.25, 9);
  });
  it('two devices that send the same hour count once; a process logger adds its electricity', () => {
    const main = hour(0, { w00000: 'Cou=10,Flag=N', w01018: 'Avg=50,Flag=N' });
    const other = hour(0, { w00000: 'Cou=99,Flag=N', d20101: 'Cou=120,Flag=N', d30101: 'Cou=7.5,Flag=N' });
    expect(dayTotal([main, other], 'water')).toMatchObject({ flow: 10, productionKwh: 120, treatmentKwh: 7.5 });
  });
  it('a device that sends no flags, where its setting allows that', () => {
    const hours = [hour(0, { w00000: 'Cou=10', w01018: 'Avg=50' }, true)];
    expect(massOf(hours, 'water', 'w01018')).toBeCloseTo(0.5, 9);
  });
  it('the order of the hours changes nothing', () => {
    const hours = Array.from({ length: 24 }, (_, i) =>
      hour(i, { w00000: `Cou=${0.1 * i},Flag=N`, w01018: `Avg=${i}.3,Flag=N` }),
    );
    expect(dayTotal(hours.toReversed(), 'water')).toEqual(dayTotal(hours, 'water'));
  });
});
