import type { Factor } from '@greenwatch/contracts/src/reference';

/** Where officers know a factor of the standard by a shorter name than it prints. What a deployment renamed goes before. */
const SHORT: Readonly<Record<string, readonly [string, string]>> = {
  w21003: ['氨氮', 'NH₃-N'],
  w21011: ['总磷', 'TP'],
  w21001: ['总氮', 'TN'],
  w01001: ['pH', 'pH'],
  w00000: ['污水流量', 'Flow'],
  a21026: ['二氧化硫', 'SO₂'],
  a24088: ['非甲烷总烃', 'NMHC'],
  a19001: ['氧含量', 'O₂'],
  a00000: ['废气流量', 'Flow'],
  a01011: ['烟气流速', 'Velocity'],
  a01012: ['烟气温度', 'Temperature'],
  a01013: ['烟气压力', 'Pressure'],
  a01014: ['烟气湿度', 'Humidity'],
};
/** Numbered codes stand in the table with x for their digits: pump e30102 under e301xx (HJ 212-2017 B.5). */
const MOST_DIGITS = 5;

let table: ReadonlyMap<string, Factor> = new Map();

/** Takes the rows of `/api/v1/factors` in place of those it had; the pages are drawn again after it. */
export function takeFactors(rows: readonly Factor[]): void {
  table = new Map(rows.map((row) => [row.code, row]));
}

/** Every row, in the order of the codes. */
export const allFactors = (): Factor[] => [...table.values()];

function factorOf(code: string): Factor | undefined {
  const exact = table.get(code);
  if (exact) return exact;
  for (let digits = 1; digits <= MOST_DIGITS; digits += 1) {
    if (!/^\d+$/.test(code.slice(-digits))) return undefined;
    const numbered = table.get(code.slice(0, -digits) + 'x'.repeat(digits));
    if (numbered) return numbered;
  }
  return undefined;
}

/** What officers call the factor; the code itself where no name is known. */
export function factorName(code: string, language: string): string {
  const english = language.startsWith('en');
  const factor = factorOf(code);
  if (!factor) return code;
  const short = factor.source === 'standard' ? SHORT[code] : undefined;
  if (short) return short[english ? 1 : 0];
  return (english && factor.nameEn) || factor.nameZh;
}

/** A unit as one writes it: `mg/m3` → `mg/m³`, `ug/m3` → `µg/m³`. */
export const unitText = (unit = ''): string =>
  unit.replace(/m([23])\b/g, (_, power) => `m${power === '2' ? '²' : '³'}`).replace(/^ug\b/, 'µg');

/** The table's unit, for the standards their printed default (HJ 212-2017 annex B); a site may send others, so a limit's own unit goes first. */
export const factorUnit = (code: string): string => unitText(factorOf(code)?.unit);
