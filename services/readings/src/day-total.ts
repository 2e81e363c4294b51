import { factorInfo } from '@greenwatch/hj212';

/** One hour of one device: what counts of its hourly upload (2061). */
export interface HourOfDevice {
  /** Start of the hour, ms. */
  dataTime: number;
  factors: readonly { factor: string; fields: readonly (readonly [string, string])[] }[];
  /** Whether a value without a flag counts as valid (a setting of the device). */
  missingFlagValid: boolean;
}

/** What an outlet discharged in a day. Flow in m3, masses in kg, electricity in kWh. */
export interface DayTotal {
  medium: 'gas' | 'water';
  hours: number;
  flow: number;
  factors: { factor: string; mass: number; hours: number; mean: number; max: number }[];
  productionKwh: number;
  treatmentKwh: number;
}

/** Flow: its code, what a `Cou`-less hourly mean is multiplied with to give m3 (m3/s; L/s). */
const FLOW = { gas: { code: 'a00000', perHour: 3_600 }, water: { code: 'w00000', perHour: 3.6 } } as const;

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
 * Totals of one outlet's day from the hourly uploads of its devices (domain.md 1.3, 1.5).
 *
 * - Mass of an hour: the device's own total `Cou` where it is valid, else mean × flow of the hour: for gas the dry value
 *   that is not converted (`Avg`, never `ZsAvg`) × m3 × 1e-6, for water mg/L × m3 × 1e-3.
 * - Valid: flag N, or none where the device's setting allows that; a number, not negative. What is not valid adds nothing:
 *   substitution is a rule of its own.
 * - Without flow there is no discharge, whatever the analyser shows (HJ 356-2019).
 * - The same hour from two devices counts once, factor by factor: the first device's.
 * - Electricity (HJ 212-2025): totals (`Cou`) of factors d2… (production) and d3… (treatment), in kWh [U].
 */
export function dayTotal(hours: readonly HourOfDevice[], medium: 'gas' | 'water'): DayTotal {
  const { code: flowCode, perHour } = FLOW[medium];
  const prefix = medium === 'gas' ? 'a' : 'w';
  const factors = new Map<string, { mass: number; hours: number; sum: number; weight: number; max: number }>();
  const total: DayTotal = { medium, hours: 0, flow: 0, factors: [], productionKwh: 0, treatmentKwh: 0 };
  for (const hour of byHour(hours).values()) {
    const flowValues = hour.get(flowCode);
    const flow = flowValues && (numberOf(flowValues, 'Cou') ?? times(numberOf(flowValues, 'Avg'), perHour));
    if (flow !== undefined) {
      total.hours++;
      total.flow += flow;
    }
    for (const [factor, fields] of hour) {
      if (factor.startsWith('d2')) total.productionKwh += numberOf(fields, 'Cou') ?? 0;
      if (factor.startsWith('d3')) total.treatmentKwh += numberOf(fields, 'Cou') ?? 0;
      if (!factor.startsWith(prefix) || factor === flowCode) continue;
      const per = unitsOf(factor, medium);
      if (!per) continue;
      const mean = numberOf(fields, 'Avg');
      const emitted = flow === 0 ? 0 : times(numberOf(fields, 'Cou'), per.emission);
      const mass = emitted ?? (flow === undefined ? undefined : times(mean, flow * per.concentration));
      if (mass === undefined) continue;
      const known = factors.get(factor) ?? { mass: 0, hours: 0, sum: 0, weight: 0, max: 0 };
      known.mass += mass;
      known.hours++;
      if (mean !== undefined) {
        // Water is averaged by flow (HJ 355-2019), gas by time.
        const weight = medium === 'water' ? (flow ?? 0) : 1;
        known.sum += mean * weight;
        known.weight += weight;
        known.max = Math.max(known.max, mean);
      }
      factors.set(factor, known);
    }
  }
  total.factors = [...factors]
    .map(([factor, { mass, hours: counted, sum, weight, max }]) => ({
      factor,
      mass: exact(mass),
      hours: counted,
      mean: weight > 0 ? exact(sum / weight) : 0,
      max,
    }))
    .sort((a, b) => (a.factor < b.factor ? -1 : 1));
  total.flow = exact(total.flow);
  total.productionKwh = exact(total.productionKwh);
  total.treatmentKwh = exact(total.treatmentKwh);
  return total;
}

type Fields = Map<string, string>;

/** Valid values by hour and factor. */
function byHour(hours: readonly HourOfDevice[]): Map<number, Map<string, Fields>> {
  const all = new Map<number, Map<string, Fields>>();
  for (const { dataTime, factors, missingFlagValid } of hours.toSorted((a, b) => a.dataTime - b.dataTime)) {
    const known = all.get(dataTime) ?? new Map<string, Fields>();
    for (const { factor, fields } of factors) {
      const values = new Map(fields);
      const flag = values.get('Flag');
      const valid = flag === undefined ? missingFlagValid : flag === 'N';
      if (valid && !known.has(factor)) known.set(factor, values);
    }
    all.set(dataTime, known);
  }
  return all;
}

/** What `Cou` and a concentration of a factor count in kg; undefined for what is not a pollutant with a mass. */
function unitsOf(factor: string, medium: 'gas' | 'water') {
  const { unit, emissionUnit } = factorInfo(factor) ?? {};
  if (!emissionUnit) return undefined;
  const emission = KG_OF_EMISSION[emissionUnit];
  const printed = unit?.replace('µ', 'u').replace('μ', 'u').replace('³', '3');
  const concentration = KG_OF_CONCENTRATION[printed ?? (medium === 'gas' ? 'mg/m3' : 'mg/L')];
  return emission === undefined || concentration === undefined ? undefined : { emission, concentration };
}

function numberOf(fields: Fields, name: string): number | undefined {
  const text = fields.get(name);
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

const times = (value: number | undefined, factor: number) => (value === undefined ? undefined : value * factor);

/** Sums of decimals without the dust of binary fractions, so that the same hours always give the same total. */
const exact = (value: number) => Number(value.toPrecision(12));
