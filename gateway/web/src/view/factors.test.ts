import { standardFactors } from '@greenwatch/hj212';
import { factorName, factorUnit, takeFactors, unitText } from './factors';

const standard = standardFactors().map((factor) => ({ ...factor, source: 'standard' as const }));
beforeEach(() => takeFactors(standard));

it.each([
  ['mg/m3', 'mg/m³'],
  ['ug/m3', 'µg/m³'],
  ['mg/L', 'mg/L'],
  ['m3/s', 'm³/s'],
])('unit %s reads %s', (unit, text) => expect(unitText(unit)).toBe(text));

it.each([
  ['HJ 212-2017 B.2: shorter than printed', 'a21026', '二氧化硫', 'SO₂', 'mg/m³'],
  ['B.1: as printed', 'w01012', '悬浮物', 'Suspended solids', 'mg/L'],
  // One name in the console, in task titles and in SMS.
  ['B.2: as printed', 'a34013', '烟尘', 'Particulates', 'mg/m³'],
  ['B.5: numbered, lift pump 02', 'e30102', '污水提升泵', 'Lift pump', 'A'],
  ['in no table', 'x99999', 'x99999', 'x99999', ''],
])('%s: %s is %s, %s in %s', (_, code, zh, en, unit) => {
  expect([factorName(code, 'zh-CN'), factorName(code, 'en'), factorUnit(code)]).toEqual([zh, en, unit]);
});

it('what a deployment added or renamed goes before the standard and before the short name', () => {
  const own = (code: string, nameZh: string, unit?: string) => ({ code, nameZh, unit, source: 'own' as const });
  takeFactors([...standard, own('a21026', 'SO2（本省）', 'ug/m3'), own('v10001', '冒黑烟事件')]);
  expect([factorName('a21026', 'zh-CN'), factorUnit('a21026')]).toEqual(['SO2（本省）', 'µg/m³']);
  // It has no English name.
  expect([factorName('v10001', 'en'), factorUnit('v10001')]).toEqual(['冒黑烟事件', '']);
});

it('before the table is there a factor goes by its code', () => {
  takeFactors([]);
  expect([factorName('a21026', 'zh-CN'), factorUnit('a21026')]).toEqual(['a21026', '']);
});
