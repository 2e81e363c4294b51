import { factorInfo } from '@greenwatch/hj212/src/factor-info';

// Where officers know a factor by a shorter name than the standard prints.
const SHORT: Record<string, readonly [string, string]> = {
  w01018: ['化学需氧量', 'COD'],
  w21003: ['氨氮', 'NH₃-N'],
  w21011: ['总磷', 'TP'],
  w21001: ['总氮', 'TN'],
  w01001: ['pH', 'pH'],
  w00000: ['污水流量', 'Flow'],
  a21026: ['二氧化硫', 'SO₂'],
  a21002: ['氮氧化物', 'NOx'],
  a24088: ['非甲烷总烃', 'NMHC'],
  a19001: ['氧含量', 'O₂'],
  a00000: ['废气流量', 'Flow'],
  a01011: ['烟气流速', 'Velocity'],
  a01012: ['烟气温度', 'Temperature'],
  a01013: ['烟气压力', 'Pressure'],
  a01014: ['烟气湿度', 'Humidity'],
  a21005: ['一氧化碳', 'CO'],
  a21024: ['氯化氢', 'HCl'],
};
/** Equipment of the process (HJ 212-2017 B.5, B.7), of which the standard prints Chinese names alone. */
const EQUIPMENT: Record<string, string> = {
  污水提升泵: 'Lift pump',
  鼓风机: 'Blower',
  曝气设备: 'Aeration',
  污泥剩余泵: 'Excess sludge pump',
  剩余污泥泵: 'Excess sludge pump',
  污泥回流泵: 'Sludge return pump',
  污泥压滤机: 'Sludge press',
  混合液回流泵: 'Mixed liquor return pump',
  搅拌器: 'Stirrer',
  引风机电流: 'Induced draught fan, current',
  一次风机电流: 'Primary fan, current',
  二次风机电流: 'Secondary fan, current',
  浆液循环泵电流: 'Slurry circulation pump, current',
  增压风机电流: 'Booster fan, current',
};

/** What officers call the factor; the code itself where no name is known. */
export function factorName(code: string, language: string): string {
  const english = language.startsWith('en');
  const short = SHORT[code];
  if (short) return short[english ? 1 : 0];
  const info = factorInfo(code);
  if (!info) return code;
  return english ? (info.nameEn ?? EQUIPMENT[info.nameZh] ?? info.nameZh) : info.nameZh;
}

/** A unit as one writes it: `mg/m3` → `mg/m³`, `ug/m3` → `µg/m³`. */
export const unitText = (unit = ''): string =>
  unit.replace(/m([23])\b/g, (_, power) => `m${power === '2' ? '²' : '³'}`).replace(/^ug\b/, 'µg');

/** Printed default unit (HJ 212-2017 annex B); a site may send others, so a limit's own unit goes first. */
export const factorUnit = (code: string): string => unitText(factorInfo(code)?.unit);
