import { factorInfo } from '@greenwatch/hj212';

export type Medium = 'gas' | 'water';

/** A factor's fields in their exact text, as packets carry them. */
export interface SentFactor {
  factor: string;
  fields: readonly (readonly [string, string])[];
}

/** Flow: its code, what a mean of it is multiplied with to give the m3 of an hour (m3/s; L/s). */
export const FLOW = { gas: { code: 'a00000', perHour: 3_600 }, water: { code: 'w00000', perHour: 3.6 } } as const;

/** Factors that others are converted with. */
export const OXYGEN = 'a19001';
export const HUMIDITY = 'a01014';

const KG_OF_EMISSION: Record<string, number> = { kg: 1, g: 1e-3, mg: 1e-6 };
/** kg in one m3 of a concentration of 1. A printed ng/m3 is mg/m3 in practice (HJ 212-2017 table B.2; spec.md 11). */
const KG_OF_CONCENTRATION: Record<string, number> = {
  'mg/m3': 1e-6,
  'ug/m3': 1e-9,
  'ng/m3': 1e-6,
  'mg/L': 1e-3,
  'ug/L': 1e-6,
};

/**
 * What `Cou` and a concentration of a factor count in kg (HJ 212-2017 tables B.1, B.2); undefined for what is not a pollutant
 * with a mass: flow, oxygen, temperatures, pH.
 */
export function pollutantUnits(
  factor: string,
  medium: Medium,
): { emission: number; concentration: number } | undefined {
  if (!factor.startsWith(medium === 'gas' ? 'a' : 'w') || factor === FLOW[medium].code) return undefined;
  const { unit, emissionUnit } = factorInfo(factor) ?? {};
  if (!emissionUnit) return undefined;
  const emission = KG_OF_EMISSION[emissionUnit];
  const printed = unit?.replace('µ', 'u').replace('μ', 'u').replace('³', '3');
  const concentration = KG_OF_CONCENTRATION[printed ?? (medium === 'gas' ? 'mg/m3' : 'mg/L')];
  return emission === undefined || concentration === undefined ? undefined : { emission, concentration };
}

/** The text of a field. */
export function textOf({ fields }: SentFactor, name: string): string | undefined {
  return fields.find(([known]) => known === name)?.[1];
}

/** A field as a number; undefined for what is none. */
export function numberOf(sent: SentFactor | undefined, name: string): number | undefined {
  const text = sent && textOf(sent, name);
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Only flag N counts in a mean (HJ 212-2017 table 8); a missing one as the device's setting says. */
export function flagCounts(sent: SentFactor, missingFlagValid: boolean): boolean {
  const flag = textOf(sent, 'Flag');
  return flag === undefined ? missingFlagValid : flag === 'N';
}

/** Temperatures and pressures may be below nothing; a concentration or a flow is then no value. */
const SIGNED = new Set(['a01001', 'a01012', 'a01013', 'a01015', 'w01010']);

/** A value that counts: a number, not negative where it can't be. */
export function countingNumber(sent: SentFactor | undefined, name: string): number | undefined {
  const value = numberOf(sent, name);
  return value !== undefined && value < 0 && !SIGNED.has(sent?.factor ?? '') ? undefined : value;
}

/** Sums of decimals without the dust of binary fractions, so that the same values always give the same mean. */
export function exact(value: number): number {
  // What was sent with up to four decimals is so already.
  const size = Math.abs(value);
  if (size < 1e7 && Math.round(value * 1e4) / 1e4 === value) return value === 0 ? 0 : value;
  return Number(value.toPrecision(12));
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The arithmetic mean; of nothing there is none. */
export const average = (values: readonly number[]) =>
  values.length > 0 ? exact(sum(values) / values.length) : undefined;
