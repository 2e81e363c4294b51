import { FACTORS, FACTORS_2025, OLD_FACTORS } from './codes';
import { factorInfo, fromOldCode, milligramsPerPpm, useOwnFactors } from './factor-info';

test.each([
  ['w01018', { nameZh: '化学需氧量', nameEn: 'COD', oldCode: '011', unit: 'mg/L', emissionUnit: 'kg', decimals: 1 }],
  ['w00000', { nameEn: 'Waste water flow', unit: 'L/s', emissionUnit: 'm3' }],
  ['w01001', { nameEn: 'pH', unit: undefined }],
  ['a34013', { nameZh: '烟尘', oldCode: '01', unit: 'mg/m3', decimals: 0 }],
  ['a01012', { unit: '°C' }],
  ['e10103', { code: 'e10103', nameZh: '进水口流量' }],
  ['i33315', { code: 'i33315', nameZh: '炉膛内上部焚烧温度' }],
  ['Ld', { nameEn: 'Daytime sound level' }],
])('2017 annex B: %s', (code, expected) => {
  expect(factorInfo(code)).toMatchObject(expected);
});

test.each([
  ['d20105', { nameZh: '生产设施电压', unit: 'V' }],
  ['d20101', { code: 'd20101', nameZh: '生产设施用电参数' }],
  ['d31207', { code: 'd31207', nameZh: '治理设施用电参数' }],
  ['p99102', { code: 'p99102', nameZh: '生产关键工况' }],
  ['i23005', { nameEn: 'Serial of the logger' }],
])('2025, as far as known: %s', (code, expected) => {
  expect(factorInfo(code)).toMatchObject(expected);
});

test.each(['a05024', 'SO2', '', 'toString', 'e999', 'e99901'])('%j is in no table', (code) => {
  expect(factorInfo(code)).toBeUndefined();
});

test.each([
  ['020', 'mg/L', 'w20111', 'µg/L'],
  ['S08', 'MPa', 'a01013', 'kPa'],
])('2005 annex B: the unit of %s is %s, that of %s is %s', (old, oldUnit, code, unit) => {
  expect(factorInfo(old)?.unit).toBe(oldUnit);
  expect(factorInfo(code)?.unit).toBe(unit);
});

test.each([
  ['011', '32', 'w01018'],
  ['060', '32', 'w21003'],
  ['B01', '32', 'w00000'],
  ['02', '31', 'a21026'],
  ['S03', '31', 'a01012'],
  ['B02', '31', 'a00000'],
  ['011', '31', undefined],
  ['02', '32', undefined],
  ['011', undefined, undefined],
  ['025', '32', undefined],
  ['w01018', '32', undefined],
])('2005 code %s under ST=%s is %s', (old, st, code) => {
  expect(fromOldCode(old, st)).toBe(code);
});

test('every code stands once, and no 2005 code is that of two of 2017', () => {
  const codes = [...FACTORS, ...FACTORS_2025, ...OLD_FACTORS].map(([code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const old = FACTORS.map((row) => row[3]).filter(Boolean);
  expect(new Set(old).size).toBe(old.length);
});

test.each([
  ['a21026', 2.86],
  ['a21003', 1.34],
  ['a21004', 2.05],
  ['a21002', 2.05],
  ['a21005', 1.25],
])('HJ 75-2017 App. C: 1 ppm of %s is %d mg/m3', (code, milligrams) => {
  expect(milligramsPerPpm(code)).toBeCloseTo(milligrams, 2);
});

test('GB 13223-2011 5: NOx in ppm as NO2 is what NO and NO2 give, NO(mg) × 1.53 + NO2', () => {
  const [no, no2] = [80, 20];
  const apart = no * (milligramsPerPpm('a21003') as number) * 1.53 + no2 * (milligramsPerPpm('a21004') as number);
  expect((no + no2) * (milligramsPerPpm('a21002') as number)).toBeCloseTo(apart, 0);
});

test('what is no single gas has no ppm; a deployment may say the molar mass of its own', () => {
  expect(milligramsPerPpm('a34013')).toBeUndefined();
  useOwnFactors([{ code: 'x01', nameZh: '乙烯', molarMass: 28.05 }]);
  expect(milligramsPerPpm('x01')).toBeCloseTo(1.252, 3);
  useOwnFactors([]);
});
