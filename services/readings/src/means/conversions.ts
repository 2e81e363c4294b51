import { milligramsPerPpm } from '@greenwatch/hj212';

/** Oxygen from which a concentration is not converted: the quotient explodes (domain.md 1.3, O2_HIGH). */
const OXYGEN_TOO_HIGH = 20;
/** Oxygen in air, percent. */
const AIR = 21;
/** Standard state: 273 K, 101.325 kPa, dry. */
const STANDARD_KELVIN = 273;
const STANDARD_KPA = 101.325;

/**
 * mg/m3 in standard state of 1 ppm of a gas (HJ 75-2017 App. C): SO2 2.86, NO 1.34, NO2 and NOx 2.05; NaN for what is no single gas.
 * The molar mass is data of the factor table.
 */
export function milligramsOf(factor: string): number {
  return milligramsPerPpm(factor) ?? Number.NaN;
}

/** Dry concentration from a wet one; humidity in percent (HJ 75-2017 App. C; GB 13223 5). */
export function dryOf(wet: number, humidity: number): number {
  return wet / (1 - humidity / 100);
}

/**
 * A dry concentration converted (折算) to the reference oxygen of its limit, percent each (HJ 75-2017 App. C; GB 13223 5).
 * @returns undefined where the measured oxygen is 20 % or more: a leak, a stop or dilution, but no value
 */
export function toReferenceOxygen(dry: number, oxygen: number, reference: number): number | undefined {
  return oxygen >= OXYGEN_TOO_HIGH ? undefined : (dry * (AIR - reference)) / (AIR - oxygen);
}

/** What the flow of a duct is made of. */
export interface DuctGas {
  /** m2 */
  area: number;
  /** m/s */
  velocity: number;
  /** °C */
  temperature: number;
  /** Static pressure of the gas, kPa above the air's. */
  pressure: number;
  /** Air pressure, kPa. */
  airPressure?: number;
  /** Percent. */
  humidity: number;
}

/** Dry flow in standard state, m3/h (HJ 75-2017 App. C). */
export function standardFlow(gas: DuctGas): number {
  const { area, velocity, temperature, pressure, airPressure = STANDARD_KPA, humidity } = gas;
  const wet = 3_600 * area * velocity * (STANDARD_KELVIN / (273 + temperature));
  return wet * ((airPressure + pressure) / STANDARD_KPA) * (1 - humidity / 100);
}
