import { type DeviceHour, type HourContext, hourMeans, type MarkEffect } from './hour-mean';
import type { SentFactor } from './sent-value';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** `a21026: 'Avg=38,Flag=N'` */
const factors = (texts: Record<string, string>): SentFactor[] =>
  Object.entries(texts).map(([factor, text]) => ({
    factor,
    fields: text.split(',').map((field) => field.split('=') as [string, string]),
  }));
/** Minute records of one factor from their flags: `NNNDNN` is six of ten minutes, all of 30. */
const records = (flags: string, factor = 'a21026', value = 30): DeviceHour['minutes'] =>
  [...flags].flatMap((flag, i) => {
    const at = (i * HOUR) / flags.length;
    return flag === '-' ? [] : [{ at, factors: factors({ [factor]: `Avg=${value},Flag=${flag}` }) }];
  });
const device = (more: Partial<DeviceHour>): DeviceHour => ({ mn: 'M1', missingFlagValid: false, minutes: [], ...more });
const mark = (from: number, to: number, more: Partial<MarkEffect> = {}): MarkEffect => ({
  ...{ from: from * MINUTE, to: to * MINUTE, effect: 'invalid', code: 'fault', factors: [], mn: '', ...more },
});
const gas = (devices: DeviceHour[], more: Partial<HourContext> = {}) =>
  hourMeans(0, devices, { medium: 'gas', marks: [], ...more });
const of = (hour: ReturnType<typeof gas>, factor = 'a21026') => hour.factors.find((one) => one.factor === factor);

describe('HJ 75-2017 12: a valid hour has 45 minutes of records that count', () => {
  test.each<[string, string, boolean, number, string | undefined]>([
    ['all six', 'NNNNNN', true, 60, undefined],
    ['five of six 10-minute records', 'NNNNND', true, 50, undefined],
    ['four of six', 'NNNNDD', false, 40, 'flag'],
    ['four of six, two did not come', 'NNNN--', false, 40, 'short'],
    ['45 of 60 minutes', `${'N'.repeat(45)}${'D'.repeat(15)}`, true, 45, undefined],
    ['44 of 60 minutes', `${'N'.repeat(44)}${'D'.repeat(16)}`, false, 44, 'flag'],
    ['nine of twelve of 5 minutes', 'NNNNNNNNNMMM', true, 45, undefined],
    ['one record alone', 'N-----', false, 10, 'short'],
    ['S is never valid (domain.md 1.7)', 'SSSSSS', false, 0, 'flag'],
    ['nor is above range', 'TTTTTT', false, 0, 'flag'],
  ])('%s', (_clause, flags, valid, minutes, reason) => {
    const hour = of(gas([device({ minutes: records(flags) })]));
    expect(hour).toMatchObject({ valid, minutes, value: 30 });
    expect(hour?.reason).toBe(reason);
  });
  test.each<[string, string, string, boolean, string | undefined]>([
    ['records that got lost are not bad ones', 'NNN---', 'Avg=31,Flag=N', true, 'device'],
    ['20 minutes known to be bad are', 'NNNNDD', 'Avg=31,Flag=N', false, 'minutes'],
    ['only the hourly upload', '', 'Avg=31,Flag=N', true, 'device'],
    ['it is flagged', '', 'Avg=31,Flag=C', false, 'device'],
    ['it has no flag', '', 'Avg=31', false, 'device'],
    ['below nothing', '', 'Avg=-1,Flag=N', false, undefined],
    ['ours goes first', 'NNNNNN', 'Avg=31,Flag=N', true, 'minutes'],
  ])('the device’s own mean: %s', (_clause, flags, upload, valid, basis) => {
    const hour = of(gas([device({ minutes: records(flags), upload: factors({ a21026: upload }) })]));
    expect(hour?.valid).toBe(valid);
    expect(hour?.basis).toBe(basis);
  });
});

describe('domain.md 1.7: marks', () => {
  test.each<[string, MarkEffect[], boolean]>([
    ['ten minutes of maintenance', [mark(20, 30)], true],
    ['twenty', [mark(20, 40)], false],
    ['two that overlap count once', [mark(20, 30), mark(20, 30)], true],
    ['of another factor', [mark(0, 60, { factors: ['a21002'] })], true],
    ['of another device', [mark(0, 60, { mn: 'M2' })], true],
    ['a condition leaves the data valid', [mark(0, 60, { effect: 'condition', code: 'waste.start' })], true],
    ['the hour before', [mark(-60, 0)], true],
  ])('%s', (_clause, marks, valid) => {
    const upload = factors({ a21026: 'Avg=30,Flag=N' });
    expect(of(gas([device({ minutes: records('NNNNNN') })], { marks }))?.valid).toBe(valid);
    expect(of(gas([device({ upload })], { marks }))?.valid).toBe(valid);
  });
  test('what is marked is kept, with its reason; a condition is named; a stop of more than 15 minutes leaves nothing due', () => {
    const minutes = records('NNNNNN');
    expect(of(gas([device({ minutes })], { marks: [mark(0, 60)] }))).toMatchObject({ value: 30, reason: 'mark' });
    const marks = [mark(0, 16, { effect: 'stop' }), mark(0, 60, { effect: 'condition', code: 'waste.start' })];
    expect(gas([device({ minutes })], { marks })).toMatchObject({ stopped: true, conditions: ['waste.start'] });
    expect(gas([device({ minutes })], { marks: [mark(0, 15, { effect: 'stop' })] }).stopped).toBeUndefined();
  });
  test.each([
    ['COD', 'w01018', 0.4, 2],
    ['ammonia', 'w21003', 0, 0.01],
    ['phosphorus', 'w21011', -0.001, 0.005],
    ['nitrogen', 'w21001', 0.01, 0.025],
    ['above it as it is', 'w01018', 12, 12],
  ])('HJ 356-2019: below the detection limit, checked on site: %s', (_clause, factor, sent, counts) => {
    const upload = factors({ [factor]: `Avg=${sent},Flag=N`, w00000: 'Cou=10,Flag=N' });
    const marks = [mark(0, 60, { effect: 'low' })];
    expect(of(hourMeans(0, [device({ upload })], { medium: 'water', marks }), factor)).toMatchObject({
      ...{ value: counts, valid: true },
    });
  });
});

describe('HJ 75-2017 App. C, GB 13223 5: conversions', () => {
  const upload = (oxygen: string) => factors({ a21026: 'Avg=38,ZsAvg=42.2,Flag=N', a19001: oxygen });
  const referenceOxygen = () => 6;
  test('to the reference oxygen, beside the device’s own', () => {
    const hour = of(gas([device({ upload: upload('Avg=7.5,Flag=N') })], { referenceOxygen }));
    expect(hour?.converted).toBeCloseTo(42.222, 3);
    expect(hour?.convertedDifference).toBeCloseTo(0.022, 3);
    expect(hour?.differs).toBeUndefined();
  });
  test.each([
    ['oxygen of 20 %', 'Avg=20,Flag=N'],
    ['oxygen that does not count', 'Avg=7.5,Flag=D'],
  ])('%s: not converted', (_clause, oxygen) => {
    expect(of(gas([device({ upload: upload(oxygen) })], { referenceOxygen }))?.converted).toBeUndefined();
  });
  test('the standard sets no reference: not converted', () =>
    expect(of(gas([device({ upload: upload('Avg=7.5,Flag=N') })]))?.converted).toBeUndefined());
  test('wet values become dry ones; without the humidity they are none', () => {
    const wet = (humidity: string) => factors({ a21026: 'Avg=90,Flag=N', a01014: humidity });
    expect(of(gas([device({ upload: wet('Avg=10,Flag=N') })], { wet: true }))).toMatchObject({
      value: 100,
      valid: true,
    });
    expect(of(gas([device({ upload: wet('Avg=10,Flag=D') })], { wet: true }))?.valid).toBe(false);
  });
  test('flow in standard state from velocity and the state of the gas, where no flow is sent', () => {
    const duct = { a01016: 'Avg=2,Flag=N', a01011: 'Avg=5,Flag=N', a01012: 'Avg=273,Flag=N', a01013: 'Avg=0,Flag=N' };
    const sent = factors({ ...duct, a01014: 'Avg=50,Flag=N', a21026: 'Avg=100,Flag=N' });
    const hour = gas([device({ upload: sent })]);
    expect(hour.flow).toBeCloseTo(9_000, 6);
    expect(of(hour)?.mass).toBeCloseTo(0.9, 9);
    const metered = factors({ ...duct, a01014: 'Avg=50,Flag=N', a00000: 'Avg=9,Flag=D' });
    expect(gas([device({ upload: metered })]).flow).toBeUndefined();
  });
});

describe('HJ 356-2019: platform and logger', () => {
  test.each<[string, string, boolean, number]>([
    ['within 1 %', 'Avg=30.2,Flag=N', true, -0.2],
    ['apart', 'Avg=31.0,Flag=N', false, -1],
    ['one unit of the last digit', 'Avg=29.9,Flag=N', true, 0.1],
  ])('%s', (_clause, text, valid, difference) => {
    const minutes = records('NNNNNN', 'w01018');
    const upload = factors({ w01018: text, w00000: 'Cou=10,Flag=N' });
    const hour = of(hourMeans(0, [device({ minutes, upload })], { medium: 'water', marks: [] }), 'w01018');
    expect(hour?.valid).toBe(valid);
    expect(hour?.difference).toBeCloseTo(difference, 9);
    if (!valid) expect(hour?.reason).toBe('differs');
  });
  test('of gas they are only told (domain.md 1.3)', () => {
    const upload = factors({ a21026: 'Avg=60,Flag=N' });
    expect(of(gas([device({ minutes: records('NNNNNN'), upload })]))).toMatchObject({
      ...{ valid: true, differs: true, difference: -30, device: 60 },
    });
  });
  test('without flow nothing is valid and nothing discharged', () => {
    const upload = factors({ w01018: 'Avg=30,Flag=N', w00000: 'Cou=0,Flag=N' });
    const hour = of(hourMeans(0, [device({ upload })], { medium: 'water', marks: [] }), 'w01018');
    expect(hour).toMatchObject({ valid: false, reason: 'no-flow', mass: 0 });
  });
});

describe('HJ 75-2017 App. C: concentrations sent in ppm', () => {
  const ppm = (more: Partial<DeviceHour>) => device({ ppmFactors: ['a21026'], ...more });
  test('records and the device’s own means are in mg/m3 before anything else is done with them', () => {
    const minutes = records('NNNNNN', 'a21026', 100);
    const upload = factors({ a21026: 'Avg=101,ZsAvg=120,Flag=N', a19001: 'Avg=9,Flag=N', a00000: 'Cou=1000,Flag=N' });
    const hour = of(gas([ppm({ minutes, upload })], { referenceOxygen: () => 6 }));
    // 64.06 / 22.4 = 2.8598; 15/12 for the oxygen; 1000 m3.
    expect(hour?.value).toBeCloseTo(285.98, 2);
    expect(hour?.device).toBeCloseTo(288.84, 2);
    expect(hour?.converted).toBeCloseTo(357.48, 2);
    expect(hour?.deviceConverted).toBeCloseTo(343.18, 2);
    expect(hour?.mass).toBeCloseTo(0.28598, 5);
  });
  test('wet ones too', () => {
    const upload = factors({ a21026: 'Avg=90,Flag=N', a01014: 'Avg=10,Flag=N' });
    expect(of(gas([ppm({ upload })], { wet: true }))?.value).toBeCloseTo(285.98, 2);
  });
  test('one unit of the last digit is one ppm (domain.md 1.3)', () => {
    const of20 = (own: string) =>
      of(gas([ppm({ minutes: records('NNNNNN', 'a21026', 20), upload: factors({ a21026: `Avg=${own},Flag=N` }) })]));
    expect(of20('21')?.differs).toBeUndefined();
    expect(of20('22')?.differs).toBe(true);
  });
  test('the total of Cou is kg already; other factors stay; what is no single gas says nothing', () => {
    const upload = factors({ a21026: 'Avg=100,Cou=2,Flag=N', a21002: 'Avg=30,Flag=N', a34013: 'Avg=5,Flag=N' });
    const hour = gas([device({ ppmFactors: ['a21026', 'a34013'], upload })]);
    expect(of(hour)?.mass).toBe(2);
    expect(of(hour, 'a21002')?.value).toBe(30);
    expect(of(hour, 'a34013')).toEqual({ factor: 'a34013', valid: false, reason: 'flag' });
  });
});

describe('2014 rules [L]: accepted amendments', () => {
  const amended = (value: number, more: Partial<MarkEffect> = {}, converted?: number): MarkEffect =>
    mark(0, 60, {
      ...{ effect: 'amend', code: 'amended' },
      values: [{ factor: 'a21026', at: 0, value, ...(converted === undefined ? {} : { converted }) }],
      ...more,
    });
  const upload = factors({ a21026: 'Avg=90,Cou=5,Flag=D', a19001: 'Avg=9,Flag=N', a00000: 'Cou=1000,Flag=N' });

  test('the value stands in place of what was sent, and its mass with it; what was sent stays beside it', () => {
    const hour = of(gas([device({ upload })], { marks: [amended(20)], referenceOxygen: () => 6 }));
    expect(hour).toEqual({
      ...{ factor: 'a21026', value: 20, valid: true, basis: 'amended', device: 90 },
      ...{ converted: 25, mass: 0.02 },
    });
  });
  test('also within a mark that takes the validity, and where nothing came', () => {
    expect(of(gas([device({ upload })], { marks: [mark(0, 60), amended(20)] }))?.valid).toBe(true);
    expect(of(gas([], { marks: [amended(20, {}, 26)] }))).toEqual({
      ...{ factor: 'a21026', value: 20, converted: 26, valid: true, basis: 'amended' },
    });
  });
  test('of another hour it says nothing; in ppm and wet it is not converted again', () => {
    const other = amended(20, { values: [{ factor: 'a21026', at: HOUR, value: 20 }] });
    expect(of(gas([device({ upload })], { marks: [other] }))?.valid).toBe(false);
    const wet = gas([device({ upload, ppmFactors: ['a21026'] })], { marks: [amended(20)], wet: true });
    expect(of(wet)).toMatchObject({ value: 20, valid: true });
  });
});
