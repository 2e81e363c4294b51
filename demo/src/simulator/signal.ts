import { hashText, mix } from '../random';
import type { Effect } from './episodes';

/**
 * What an outlet's instruments would measure: a pure function of the outlet and the time, so that back-fill, live packets and a
 * restarted simulator never contradict each other. Means are made of ten-minute means, days of hours.
 */

export interface OutletModel {
  id: string;
  /** Hash of seed and outlet: everything random hangs on it. */
  key: number;
  medium: 'gas' | 'water';
  load: 'steady' | 'diurnal';
  /** The plant stands still: no flow, flag F. */
  stopped: boolean;
  /** At full load: gas m3/s (273 K, 101.325 kPa, dry), water L/s. */
  fullFlow: number;
  /** % O2 that gas is converted to for judging; none: no conversion. */
  referenceOxygen?: number;
  /** Usual O2 in the flue gas, %. */
  oxygen: number;
  /** Usual flue gas temperature, °C. */
  temperature: number;
  /** Concentration lies around `share` of the limit. */
  pollutants: { factor: string; limit: number; share: number }[];
}

/** A value over a period. `total` in kg, of a flow in m3. The converted ones (Zs) only for gas with a reference O2. */
export interface Mean {
  factor: string;
  average: number;
  lowest: number;
  highest: number;
  total?: number;
  converted?: { average: number; lowest: number; highest: number };
}
export interface Instant {
  factor: string;
  value: number;
  converted?: number;
}
/** Acts of episodes at a time (`episodes.ts`). */
export type EffectAt = (outletId: string, time: number) => Effect;

export const TEN_MINUTES = 600_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** China's time, where the working day begins and ends. */
const ZONE = 8 * HOUR;

/** All factors of the outlet at a moment, as a realtime packet holds them. */
export function instant(model: OutletModel, factors: readonly string[], time: number, effectAt: EffectAt): Instant[] {
  return factors.map((factor) => {
    const value = measure(model, factor, time, effectAt);
    const converted = convert(model, factor, value, measure(model, 'a19001', time, effectAt));
    return { factor, value, ...(converted === undefined ? {} : { converted }) };
  });
}

/** Means over one to six slices of ten minutes, or over an hour: `from` and `to` at whole ten minutes. */
export function means(
  model: OutletModel,
  factors: readonly string[],
  from: number,
  to: number,
  effectAt: EffectAt,
): Mean[] {
  const slices = (to - from) / TEN_MINUTES;
  const flowFactor = model.medium === 'gas' ? 'a00000' : 'w00000';
  const flows: number[] = [];
  const oxygens: number[] = [];
  for (let i = 0; i < slices; i++) {
    const middle = from + (i + 0.5) * TEN_MINUTES;
    flows.push(measure(model, flowFactor, middle, effectAt));
    if (model.referenceOxygen !== undefined) oxygens.push(measure(model, 'a19001', middle, effectAt));
  }
  const volume = volumeOf(model, flows);
  const oxygen = oxygens.reduce((sum, value) => sum + value, 0) / slices;

  return factors.map((factor) => {
    let plain = 0;
    let weighted = 0;
    let lowest = Infinity;
    let highest = -Infinity;
    let lowestZs = Infinity;
    let highestZs = -Infinity;
    for (let i = 0; i < slices; i++) {
      const value = measure(model, factor, from + (i + 0.5) * TEN_MINUTES, effectAt);
      plain += value;
      weighted += value * (flows[i] as number);
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      const zs = convert(model, factor, value, oxygens[i]);
      if (zs !== undefined) {
        lowestZs = Math.min(lowestZs, zs);
        highestZs = Math.max(highestZs, zs);
      }
    }
    const flowSum = flows.reduce((sum, value) => sum + value, 0);
    const pollutant = isPollutant(model, factor);
    // Water is weighted by flow (HJ 356-2019 7), gas is the arithmetic mean (HJ 75-2017 3).
    const average = model.medium === 'water' && pollutant && flowSum > 0 ? weighted / flowSum : plain / slices;
    const mean: Mean = { factor, average, lowest, highest };
    if (factor === flowFactor) mean.total = volume;
    // Gas: the measured dry value counts for the mass, not the converted one (domain.md 1.3). mg/m3 × m3 = 1e-6 kg; mg/L × m3 = 1e-3 kg.
    if (pollutant) mean.total = average * volume * (model.medium === 'gas' ? 1e-6 : 1e-3);
    const converted = convert(model, factor, average, oxygen);
    if (converted !== undefined) mean.converted = { average: converted, lowest: lowestZs, highest: highestZs };
    return mean;
  });
}

/** A day's means, from its 24 hourly ones: gas arithmetic, water weighted by the volume of each hour. */
export function dayMeans(model: OutletModel, factors: readonly string[], from: number, effectAt: EffectAt): Mean[] {
  const flowFactor = model.medium === 'gas' ? 'a00000' : 'w00000';
  const hours = Array.from({ length: 24 }, (_, h) => {
    const list = means(model, [...factors, flowFactor], from + h * HOUR, from + (h + 1) * HOUR, effectAt);
    return { list, volume: list[factors.length]?.total ?? 0 };
  });
  const volume = hours.reduce((sum, hour) => sum + hour.volume, 0);
  return factors.map((factor, index) => {
    const of = hours.map((hour) => hour.list[index] as Mean);
    const sum = (pick: (mean: Mean) => number) => of.reduce((total, mean) => total + pick(mean), 0);
    const weighted = model.medium === 'water' && isPollutant(model, factor) && volume > 0;
    const mean: Mean = {
      factor,
      average: weighted
        ? of.reduce((total, m, h) => total + m.average * (hours[h]?.volume ?? 0), 0) / volume
        : sum((m) => m.average) / 24,
      lowest: Math.min(...of.map((m) => m.lowest)),
      highest: Math.max(...of.map((m) => m.highest)),
    };
    if (of[0]?.total !== undefined) mean.total = sum((m) => m.total ?? 0);
    if (of[0]?.converted) {
      mean.converted = {
        average: sum((m) => m.converted?.average ?? 0) / 24,
        lowest: Math.min(...of.map((m) => m.converted?.lowest ?? 0)),
        highest: Math.max(...of.map((m) => m.converted?.highest ?? 0)),
      };
    }
    return mean;
  });
}

/** `C_ref = C_dry × (21 − O2_ref) / (21 − O2_meas)` (HJ 75-2017 app. C); none for what is not converted. */
function convert(model: OutletModel, factor: string, value: number, oxygen: number | undefined): number | undefined {
  const { referenceOxygen } = model;
  if (referenceOxygen === undefined || oxygen === undefined || !isPollutant(model, factor)) return undefined;
  return (value * (21 - referenceOxygen)) / (21 - oxygen);
}

const isPollutant = (model: OutletModel, factor: string) => model.pollutants.some((p) => p.factor === factor);

/** m3 of equal slices of ten minutes: gas flows are m3/s, water flows L/s. */
const volumeOf = (model: OutletModel, flows: number[]) =>
  flows.reduce((sum, flow) => sum + flow * 600, 0) / (model.medium === 'gas' ? 1 : 1000);

function measure(model: OutletModel, factor: string, time: number, effectAt: EffectAt): number {
  const now = effectAt(model.id, time);
  // A stuck analyser shows what it showed when it stuck; the rest of the plant goes on.
  const stuck = now.stuckSince !== undefined && isPollutant(model, factor);
  const at = stuck ? (now.stuckSince as number) : time;
  const effect = stuck ? effectAt(model.id, at - 1) : now;
  if (model.stopped) return factor === 'a19001' ? 20.6 : factor === 'a01012' ? 21 + wave(model.key, 6 * HOUR, at) : 0;
  const load = loadAt(model, at);
  switch (factor) {
    case 'a19001':
      return oxygenAt(model, at, load);
    case 'a00000':
    case 'w00000':
      return model.fullFlow * load * (1 + 0.03 * wave(model.key ^ FLOW, 3 * 60_000, at));
    case 'a01011':
      return 14 * load * (1 + 0.03 * wave(model.key ^ FLOW, 3 * 60_000, at));
    case 'a01012':
      return model.temperature + 14 * (load - 0.8) + 2.5 * wave(model.key ^ TEMPERATURE, 2 * HOUR, at);
    case 'a01013':
      return -0.12 - 0.1 * load + 0.03 * wave(model.key ^ PRESSURE, HOUR, at);
    case 'a01014':
      return 9 + 2 * load + 0.8 * wave(model.key ^ HUMIDITY, 4 * HOUR, at);
    case 'w01001':
      return 7.4 + 0.35 * wave(model.key ^ PH, 5 * HOUR, at) + 0.12 * wave(model.key ^ PH, HOUR / 2, at);
    case 'g20801':
    case 'e30101':
      return 180 * load * (1 + 0.02 * wave(model.key ^ FAN, 120_000, at));
    case 'e30201':
      return (effect.treatmentOff ? 0 : 96) * (0.9 + 0.1 * load) * (1 + 0.02 * wave(model.key ^ BLOWER, 120_000, at));
    default:
      return concentration(model, factor, at, load, effect);
  }
}

/** Gas answers at once; water analysers take a sample an hour and show its result until the next. */
function concentration(model: OutletModel, factor: string, time: number, load: number, effect: Effect): number {
  const pollutant = model.pollutants.find((p) => p.factor === factor);
  if (!pollutant) return 0;
  const at = model.medium === 'water' ? Math.floor(time / HOUR) * HOUR : time;
  const key = model.key ^ channelOf(factor);
  // Half of what moves one pollutant moves all of an outlet. The bounds keep an ordinary outlet below 90 % of its limit.
  const common = 0.1 * wave(model.key ^ COMMON, 9 * HOUR, at) + 0.05 * wave(model.key ^ COMMON, HOUR, at);
  const own = 0.1 * wave(key, 7 * HOUR, at) + 0.06 * wave(key, HOUR, at) + 0.03 * wave(key, 45_000, at);
  const usual = pollutant.share * Math.exp(common + own + 0.15 * (loadAt(model, at) - 0.85));
  if (effect.squeezed !== undefined) return pollutant.limit * effect.squeezed * (1 + 0.06 * own);
  const affected = effect.share !== undefined && (effect.factor === undefined || effect.factor === factor);
  const share = affected ? (effect.share as number) * (1 + 0.25 * (common + own)) : usual;
  const converted = pollutant.limit * share;
  if (model.referenceOxygen === undefined) return converted;
  return (converted * (21 - oxygenAt(model, time, load))) / (21 - model.referenceOxygen);
}

/** Less load, more false air. */
function oxygenAt(model: OutletModel, time: number, load: number): number {
  return (
    model.oxygen +
    3 * (0.9 - load) +
    0.35 * wave(model.key ^ OXYGEN, 2 * HOUR, time) +
    0.1 * wave(model.key ^ OXYGEN, 60_000, time)
  );
}

/** Share of full load, 0.45 to 1. */
function loadAt(model: OutletModel, time: number): number {
  const slow = wave(model.key ^ LOAD, 20 * HOUR, time);
  const quick = wave(model.key ^ LOAD, 2 * HOUR, time);
  if (model.load === 'steady') return 0.88 + 0.06 * slow + 0.03 * quick;
  const hour = ((time + ZONE) % DAY) / HOUR;
  return 0.76 + 0.13 * Math.cos(((hour - 14) / 24) * 2 * Math.PI) + 0.06 * slow + 0.04 * quick;
}

const [FLOW, TEMPERATURE, PRESSURE, HUMIDITY, PH, FAN, BLOWER, COMMON, OXYGEN, LOAD] = [
  ...['flow', 'temperature', 'pressure', 'humidity', 'ph', 'fan', 'blower', 'common', 'oxygen', 'load'],
].map(hashText) as [number, number, number, number, number, number, number, number, number, number];
const channels = new Map<string, number>();

function channelOf(factor: string): number {
  const known = channels.get(factor);
  if (known !== undefined) return known;
  const channel = hashText(factor);
  channels.set(factor, channel);
  return channel;
}

/** Smooth noise in [−1, 1] that changes over `period` ms: random numbers on a lattice of times, joined smoothly. */
function wave(key: number, period: number, time: number): number {
  const place = time / period;
  const left = Math.floor(place);
  const x = place - left;
  const a = lattice(key, period, left);
  return a + (lattice(key, period, left + 1) - a) * x * x * (3 - 2 * x);
}

function lattice(key: number, period: number, index: number): number {
  return mix(key ^ mix((index % 4_294_967_291) ^ mix(period))) / 2_147_483_647.5 - 1;
}
