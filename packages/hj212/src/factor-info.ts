import { FACTORS, FACTORS_2025, MOLAR_MASSES, OLD_FACTORS } from './codes';

/** What the standards print about one code. Units are defaults: keep the one that a site really sends. */
export interface FactorInfo {
  code: string;
  nameZh: string;
  /** For the factors mostly used. */
  nameEn?: string;
  /** The 2005 code of a 2017 code. */
  oldCode?: string;
  /** Of Rtd, Min, Avg, Max: 'mg/L', '°C'; absent where none is printed or the value has none (pH). */
  unit?: string;
  /** Of Cou: 'kg', 'm3'. */
  emissionUnit?: string;
  /** Decimals usual for the value. */
  decimals?: number;
  /** Of a gas, g/mol. */
  molarMass?: number;
}

const BY_CODE = new Map<string, FactorInfo>();
/** 'st:old code' to the 2017 code. */
const FROM_OLD = new Map<string, string>();

for (const [code, nameZh, nameEn, oldCode, unit, emissionUnit, decimals] of [...FACTORS, ...FACTORS_2025]) {
  BY_CODE.set(code, {
    code,
    nameZh,
    nameEn: nameEn || undefined,
    oldCode: oldCode || undefined,
    unit: unit || undefined,
    emissionUnit: emissionUnit || undefined,
    decimals: decimals ?? undefined,
    molarMass: MOLAR_MASSES[code],
  });
  // The tables of 2005 annex B are for pollution sources: waste water is ST=32, waste gas ST=31.
  if (oldCode) FROM_OLD.set(`${code.startsWith('w') ? '32' : '31'}:${oldCode}`, code);
}
for (const [code, , nameZh, unit, emissionUnit, decimals] of OLD_FACTORS) {
  BY_CODE.set(code, {
    code,
    nameZh,
    unit: unit || undefined,
    emissionUnit: emissionUnit || undefined,
    decimals: decimals ?? undefined,
  });
}

/** Codes that are numbered, and how many digits at their end do the numbering. */
const PATTERNS: readonly [RegExp, number][] = [
  [/^[eg]\d{5}$/, 2],
  [/^i333\d\d$/, 1],
  [/^d[23]\d{4}$/, 4],
  [/^p\d{5}$/, 5],
];

/** Rows of a deployment's own table, which go before those of the standards. */
let own: ReadonlyMap<string, FactorInfo> = new Map();

/** Takes the rows of a deployment's own table in place of those it had: codes of makers, stations and cameras, other names. */
export function useOwnFactors(rows: Iterable<FactorInfo>): void {
  own = new Map(Array.from(rows, (row) => [row.code, row]));
}

/** Every row that the standards print; `x` in a code stands for any digit. */
export function standardFactors(): FactorInfo[] {
  return [...BY_CODE.values()];
}

/** What a code is called and counted in: by the deployment's own table, else by the standards. */
export function factorInfo(code: string): FactorInfo | undefined {
  return own.get(code) ?? standardFactor(code);
}

/**
 * What is printed for a code of 2017, of 2005, or known of 2025; undefined when it is in none (O3 as a05024, makers' own). Numbered codes are found
 * by their pattern: e10103 by e101xx. A 2005 code gives the unit of 2005, which often is not that of its 2017 code (mercury: mg/L, then µg/L).
 */
export function standardFactor(code: string): FactorInfo | undefined {
  const found = BY_CODE.get(code);
  if (found) return found;
  const digits = PATTERNS.find(([form]) => form.test(code))?.[1];
  if (digits === undefined) return undefined;
  const row = BY_CODE.get(code.slice(0, -digits) + 'x'.repeat(digits));
  return row && { ...row, code };
}

/** Litres that a mol of gas takes in standard state, 273 K and 101.325 kPa (HJ 75-2017 App. C). */
const MOLAR_VOLUME = 22.4;

/**
 * mg/m3 in standard state that 1 ppm (1 µmol/mol) of a gas is: M / 22.4, so SO2 2.86, NO 1.34, NO2 and NOx 2.05 (HJ 75-2017 App. C;
 * GB 13223-2011 5). M is that of the deployment's own row where it says one. Undefined for what is no single gas (particulate, fluorides).
 */
export function milligramsPerPpm(code: string): number | undefined {
  const mass = own.get(code)?.molarMass ?? BY_CODE.get(code)?.molarMass;
  return mass === undefined ? undefined : mass / MOLAR_VOLUME;
}

/** The 2017 code of a 2005 code under its ST ('32' waste water, '31' waste gas); undefined when it has none there. */
export function fromOldCode(oldCode: string, st: string | undefined): string | undefined {
  // 2005 codes have two or three characters; this keeps 2017 codes, nearly all there are, off the look-up.
  if (oldCode.length > 3 || st === undefined) return undefined;
  return FROM_OLD.get(`${st}:${oldCode}`);
}
