import { type OutletInput, type Point, randomFrom, standardOptions } from '../src';

const { PI, cos, exp, floor, log, max, min, round, sin, sqrt } = Math;

/** Simulated plants after shared/fraud/five_tests.py: what an honest plant looks like, and known cheats. */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 0, 1, -8);
const { windowDays, baselineDays } = standardOptions;
export const END = START + (windowDays + baselineDays) * DAY;

export type PlantKind = 'gas' | 'gas near its limit' | 'gas loosely controlled' | 'water';
export const plantKinds: PlantKind[] = ['gas', 'gas near its limit', 'gas loosely controlled', 'water'];

export interface Plant {
  kind: PlantKind;
  perDay: number;
  resolution: number;
  limit: number;
  detectionLimit: number;
  value: number[];
  load: number[];
  /** Marked invalid by the operator. */
  invalid: boolean[];
  /** Index where the window begins. */
  from: number;
}

export class Chance {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomFrom(seed);
  }

  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.next();
  }

  whole(low: number, below: number): number {
    return floor(this.uniform(low, below));
  }

  normal(): number {
    return sqrt(-2 * log(1 - this.next())) * cos(2 * PI * this.next());
  }

  autoregressive(n: number, phi: number, deviation: number): number[] {
    const x = [deviation * this.normal()];
    for (let i = 1; i < n; i++) x.push(phi * x[i - 1]! + deviation * sqrt(1 - phi * phi) * this.normal());
    return x;
  }
}

const makes = {
  gas: { level: 36, slope: 0.5, phi: 0.8, deviation: 0.13, resolution: 0.1, limit: 50, detectionLimit: 1 },
  'gas near its limit': {
    level: 43,
    slope: 0.5,
    phi: 0.8,
    deviation: 0.13,
    resolution: 0.1,
    limit: 50,
    detectionLimit: 1,
  },
  'gas loosely controlled': {
    level: 12,
    slope: 0.8,
    phi: 0.85,
    deviation: 0.45,
    resolution: 0.01,
    limit: 35,
    detectionLimit: 0.5,
  },
  water: { level: 26, slope: 0.4, phi: 0.9, deviation: 0.3, resolution: 0.1, limit: 50, detectionLimit: 2 },
};

export function honestPlant(kind: PlantKind, chance: Chance): Plant {
  const { level, slope, phi, deviation, ...make } = makes[kind];
  const water = kind === 'water';
  const perDay = water ? 12 : 24;
  const n = (windowDays + baselineDays) * perDay;
  const middle = water ? 0.8 : 0.75;
  const wander = water ? chance.autoregressive(n, 0.9, 0.12) : chance.autoregressive(n, 0.95, 0.08);
  const load = wander.map((w, t) =>
    min(water ? 1.3 : 1.05, max(water ? 0.3 : 0.4, middle + (water ? 0.15 : 0.12) * sin((2 * PI * t) / perDay) + w)),
  );
  const noise = chance.autoregressive(n, phi, deviation);
  const value = load.map((l, t) => exp(log(level) + slope * log(l / middle) + noise[t]!));
  return {
    kind,
    perDay,
    ...make,
    value: value.map((v) => atResolution(v, make.resolution)),
    load,
    invalid: load.map(() => chance.uniform() < 0.01),
    from: baselineDays * perDay,
  };
}

export function atResolution(value: number, resolution: number): number {
  const perUnit = round(1 / resolution);
  return round(value * perUnit) / perUnit;
}

type Change = (plant: Plant, chance: Chance) => void;

function eachInWindow(plant: Plant, change: (value: number, i: number) => number): void {
  for (let i = plant.from; i < plant.value.length; i++) {
    plant.value[i] = atResolution(change(plant.value[i]!, i), plant.resolution);
  }
}

function windowQuantile(plant: Plant, q: number): number {
  const ascending = plant.value.slice(plant.from).sort((a, b) => a - b);
  return ascending[floor(q * (ascending.length - 1))]!;
}

/** Cheats in the window. */
export const cheats: Record<string, Change> = {
  'a constant day': (plant, chance) => {
    const first = chance.whole(plant.from, plant.value.length - plant.perDay);
    const held = plant.value[first]!;
    eachInWindow(plant, (value, i) => (i >= first && i < first + plant.perDay ? held : value));
  },
  'bursts of zeros': (plant, chance) => {
    for (let burst = 0; burst < 6; burst++) {
      const first = chance.whole(plant.from, plant.value.length - 8);
      const length = chance.whole(3, 8);
      eachInWindow(plant, (value, i) => (i >= first && i < first + length ? 0 : value));
    }
  },
  'clipped at its 90th percentile': (plant) => {
    const ceiling = windowQuantile(plant, 0.9);
    eachInWindow(plant, (value) => min(value, ceiling));
  },
  'a soft ceiling at its 75th percentile': (plant, chance) => {
    const ceiling = windowQuantile(plant, 0.75);
    eachInWindow(plant, (value) => (value > ceiling ? ceiling * (1 + 0.01 * chance.normal()) : value));
  },
  'a random generator': (plant, chance) => {
    const middle = windowQuantile(plant, 0.5);
    eachInWindow(plant, () => middle * chance.uniform(0.85, 1.15));
  },
  'three nearly flat days': (plant, chance) => {
    const first = chance.whole(plant.from, plant.value.length - 3 * plant.perDay);
    const middle = windowQuantile(plant, 0.5);
    eachInWindow(plant, (value, i) =>
      i >= first && i < first + 3 * plant.perDay ? middle * (1 + 0.01 * chance.normal()) : value,
    );
  },
  'slope times 0.6': (plant) => eachInWindow(plant, (value) => 0.6 * value),
};

/** Honest changes of the process in the window. */
export const honestChanges: Record<string, Change> = {
  '25 % lower': (plant) => eachInWindow(plant, (value) => 0.75 * value),
  '40 % calmer': (plant) => {
    const middle = windowQuantile(plant, 0.5);
    eachInWindow(plant, (value) => middle * (value / middle) ** 0.6);
  },
};

/** The plant as the service would hand it over: one factor, production's electricity as load. */
export function outletOf(plant: Plant): OutletInput {
  const step = (24 / plant.perDay) * HOUR;
  return {
    outletId: 'simulated',
    medium: plant.kind === 'water' ? 'water' : 'gas',
    stepMs: step,
    factors: [
      {
        code: plant.kind === 'water' ? 'w01018' : 'a21002',
        resolution: plant.resolution,
        detectionLimit: plant.detectionLimit,
        points: plant.value.map((value, i): Point => {
          const invalid = i >= plant.from && plant.invalid[i]!;
          return { time: START + i * step, value, flag: invalid ? 'M' : 'N', valid: !invalid, limit: plant.limit };
        }),
      },
    ],
    loads: [
      {
        kind: 'production-kwh',
        points: plant.load.map((value, i) => ({ time: START + i * step, value: 1_000 * value })),
      },
    ],
    events: [],
  };
}
