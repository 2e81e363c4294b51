import type { OutletEvent, OutletInput, Point } from '../src';
import { Chance, DAY, HOUR, START } from './simulated-plants';

/** Window and baseline of the handmade series: 30 and 90 days of hours. */
export const WINDOW_FROM = START + 90 * DAY;
export const HOURS = 120 * 24;
export const FIRST = 90 * 24;

interface Handmade {
  /** Value at hour `i`, the window beginning at `FIRST`; null for nothing measured. */
  value: (i: number, chance: Chance) => number | null;
  load?: ((i: number, chance: Chance) => number | null) | null;
  flag?: (i: number) => string;
  /** Hours that are not there at all. */
  missing?: (i: number) => boolean;
  limit?: number;
  resolution?: number;
  events?: OutletEvent[];
}

/** An outlet with one gas factor of hourly values, made by hand. */
export function handmade({ value, load, flag, missing, limit, resolution, events }: Handmade): OutletInput {
  const chance = new Chance(1);
  const hours = Array.from({ length: HOURS }, (_, i) => i);
  const points = hours.flatMap((i): Point[] => {
    const f = flag?.(i) ?? 'N';
    const point = {
      time: START + i * HOUR,
      value: value(i, chance),
      flag: f,
      valid: f === 'N',
      running: f !== 'F',
      limit,
    };
    return missing?.(i) ? [] : [point];
  });
  const makeLoad = load === undefined ? () => 1_000 + 50 * chance.normal() : load;
  return {
    outletId: 'handmade',
    medium: 'gas',
    stepMs: HOUR,
    factors: [{ code: 'a21002', resolution: resolution ?? 0.01, detectionLimit: 1, points }],
    loads: makeLoad
      ? [{ kind: 'production-kwh', points: hours.map((i) => ({ time: START + i * HOUR, value: makeLoad(i, chance) })) }]
      : [],
    events: events ?? [],
  };
}

/** A lively honest value around `level`. */
export function lively(level: number, chance: Chance): number {
  return Math.round(100 * level * (1 + 0.1 * chance.normal())) / 100;
}
