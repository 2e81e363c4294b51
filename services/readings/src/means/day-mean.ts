import type { HourMeans, HourValue } from './hour-mean';
import { average, exact, type Medium, pollutantUnits, sum } from './sent-value';

const HOUR = 3_600_000;
const HOURS = 24;
/** HJ 75-2017 12. */
const VALID_HOURS = 20;
/** HJ/T 75-2007: of a source that ran less, of its running hours. HJ 356-2019: of the day's expected samples. */
const SHARE = 0.75;

/** One factor's day. */
export interface DayValue {
  factor: string;
  /** Mean of the valid hours (water: weighted by flow), also where there are too few of them. */
  value?: number;
  converted?: number;
  /** Whether there are enough valid hours (samples). */
  valid: boolean;
  /** Valid hours (water: samples), and how many are needed. */
  hours: number;
  needed: number;
  /** Of the valid hours. */
  max?: number;
  /** kg of the hours whose mass is known, and how many these are. */
  mass: number;
  massHours: number;
  /** The device's own mean (2031), and ours less it. */
  device?: number;
  difference?: number;
}

/** One day of an outlet as far as it is known. */
export interface DayMeans {
  /** m3 of the hours whose flow is known, and how many these are. */
  flow: number;
  flowHours: number;
  /** Hours of an approved stop. */
  stoppedHours: number;
  productionKwh: number;
  treatmentKwh: number;
  factors: DayValue[];
}

export interface DayContext {
  medium: Medium;
  /** Start of the day, ms. */
  day: number;
  /** Water: a sample each hour, or each two hours (a setting of the outlet). */
  sampleHours?: number;
  /** The device's own daily means by factor. */
  device?: ReadonlyMap<string, number>;
}

/**
 * The means of an outlet's day from its hours.
 *
 * - Gas: arithmetic mean of the valid hours, valid with 20 of them; if the source stood still for some of the day, with 75 % of the
 *   hours in which it ran, where that is less (HJ 75-2017 12; HJ/T 75-2007 [L/U]).
 * - Water: Σ(C·Q)/ΣQ with Q the volume until the next sample, valid with 75 % of the samples expected (HJ 356-2019). None is
 *   expected of a time that is known to be without flow, or of a stop.
 */
export function dayMeans(hours: readonly HourMeans[], context: DayContext): DayMeans {
  const { medium, day, sampleHours = 1 } = context;
  const sorted = hours.toSorted((a, b) => a.at - b.at);
  const at = new Map(sorted.map((hour) => [Math.round((hour.at - day) / HOUR), hour]));
  const flows = sorted.filter(({ flow }) => flow !== undefined);
  const means: DayMeans = {
    flow: exact(sum(flows.map(({ flow = 0 }) => flow))),
    flowHours: flows.length,
    stoppedHours: sorted.filter(({ stopped }) => stopped).length,
    productionKwh: exact(sum(sorted.map(({ productionKwh }) => productionKwh))),
    treatmentKwh: exact(sum(sorted.map(({ treatmentKwh }) => treatmentKwh))),
    factors: [],
  };
  const factors = new Set(sorted.flatMap((hour) => hour.factors.map(({ factor }) => factor)));
  for (const factor of [...factors].sort()) {
    const values = new Map<number, HourValue>();
    for (const [number, hour] of at) {
      const value = hour.factors.find((one) => one.factor === factor);
      if (value) values.set(number, value);
    }
    const all = [...values.values()];
    const masses = all.flatMap(({ mass }) => (mass === undefined ? [] : [mass]));
    const valid = all.filter((one) => one.valid && one.value !== undefined);
    const averaged =
      medium === 'water' && pollutantUnits(factor, medium)
        ? waterMean(values, at, sampleHours)
        : plainMean(valid, means.stoppedHours);
    const device = context.device?.get(factor);
    means.factors.push({
      factor,
      ...averaged,
      ...(valid.length > 0 ? { max: Math.max(...valid.map(({ value = 0 }) => value)) } : {}),
      mass: exact(sum(masses)),
      massHours: masses.length,
      ...(device === undefined ? {} : { device }),
      ...(device === undefined || averaged.value === undefined ? {} : { difference: exact(averaged.value - device) }),
    });
  }
  return means;
}

/** Hours (gas) that a day needs to be valid. */
export function neededHours(stoppedHours: number): number {
  return stoppedHours === 0 ? VALID_HOURS : Math.min(VALID_HOURS, Math.ceil((HOURS - stoppedHours) * SHARE));
}

type Mean = Pick<DayValue, 'value' | 'converted' | 'valid' | 'hours' | 'needed'>;

function plainMean(valid: readonly HourValue[], stoppedHours: number): Mean {
  const needed = neededHours(stoppedHours);
  const mean = average(valid.map(({ value = 0 }) => value));
  const converted = average(valid.flatMap((one) => (one.converted === undefined ? [] : [one.converted])));
  return {
    ...(mean === undefined ? {} : { value: mean }),
    ...(converted === undefined ? {} : { converted }),
    // A day that stood still has no mean.
    valid: valid.length > 0 && valid.length >= needed,
    hours: valid.length,
    needed,
  };
}

function waterMean(values: ReadonlyMap<number, HourValue>, at: ReadonlyMap<number, HourMeans>, every: number): Mean {
  let expected = 0;
  let samples = 0;
  let weighted = 0;
  let volume = 0;
  for (let start = 0; start < HOURS; start += every) {
    const span = Array.from({ length: every }, (_, i) => at.get(start + i));
    const flows = span.map((hour) => hour?.flow);
    if (span.every((hour) => hour?.stopped) || flows.every((flow) => flow === 0)) continue;
    expected++;
    const sample = span.map((_, i) => values.get(start + i)).find((one) => one?.valid && one.value !== undefined);
    const flow = sum(flows.map((one) => one ?? 0));
    // A value without its volume has no weight.
    if (!sample || flow === 0) continue;
    samples++;
    weighted += (sample.value as number) * flow;
    volume += flow;
  }
  const needed = Math.ceil(expected * SHARE);
  return {
    ...(volume > 0 ? { value: exact(weighted / volume) } : {}),
    valid: samples > 0 && samples >= needed,
    hours: samples,
    needed,
  };
}
