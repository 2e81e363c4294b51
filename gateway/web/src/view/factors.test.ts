import { factorInfo } from '@greenwatch/hj212';
import { factorName, factorUnit, unitText } from './factors';

it.each([
  ['mg/m3', 'mg/m³'],
  ['ug/m3', 'µg/m³'],
  ['mg/L', 'mg/L'],
  ['m3/s', 'm³/s'],
])('unit %s reads %s', (unit, text) => expect(unitText(unit)).toBe(text));

it('names a factor in both languages, and by its code where no name is known (HJ 212-2017 annex B)', () => {
  expect([factorName('a21026', 'zh-CN'), factorName('a21026', 'en')]).toEqual(['二氧化硫', 'SO₂']);
  expect([factorName('w01012', 'zh-CN'), factorName('w01012', 'en')]).toEqual(['悬浮物', 'Suspended solids']);
  // One name in the console, in task titles and in SMS (table B.2).
  expect(factorName('a34013', 'zh-CN')).toBe(factorInfo('a34013')?.nameZh);
  expect(factorName('a34013', 'zh-CN')).toBe('烟尘');
  expect(factorName('x99999', 'en')).toBe('x99999');
  expect([factorUnit('w01018'), factorUnit('x99999')]).toEqual(['mg/L', '']);
});
