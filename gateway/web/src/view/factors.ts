import { FACTORS, type FactorRow } from '@greenwatch/hj212/src/codes';

const rows = new Map<string, FactorRow>(FACTORS.map((row) => [row[0], row]));
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

/** What officers call the factor; the code itself where no name is known. */
export function factorName(code: string, language: string): string {
  const english = language.startsWith('en');
  const short = SHORT[code];
  if (short) return short[english ? 1 : 0];
  const row = rows.get(code);
  return (english ? row?.[2] || row?.[1] : row?.[1]) || code;
}

/** A unit as one writes it: `mg/m3` → `mg/m³`, `ug/m3` → `µg/m³`. */
export const unitText = (unit = ''): string =>
  unit.replace(/m([23])\b/g, (_, power) => `m${power === '2' ? '²' : '³'}`).replace(/^ug\b/, 'µg');

/** Printed default unit (HJ 212-2017 annex B); a site may send others, so a limit's own unit goes first. */
export const factorUnit = (code: string): string => unitText(rows.get(code)?.[4] ?? '');
