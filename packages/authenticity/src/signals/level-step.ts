import type { Surroundings } from '../prepare';
import { HOUR } from '../prepare';
import { median, quantileOfSorted, rollingMedian, sorted } from '../statistics';

const { abs, log, max, min, sign } = Math;

/** Values on each side of a step that are compared. */
const SIDE = 12;

/** Least change of level (ln) that is a step at all: about 20 %. */
const LEAST = 0.2;

export interface Step {
  time: number;
  /** Change of the level, ln. */
  change: number;
  /** How many times larger than an ordinary change of level of this series (its 90th percentile). */
  ratio: number;
}

/**
 * Abrupt lasting changes of level from one value to the next, without a stop in between and without a step of
 * production at the same time. Processes have inertia (tanks, beds, control loops); swapped bottles, changed slopes,
 * replaced series and diluted samples have none. A fall after which treatment uses more electricity is real abatement.
 */
export function levelSteps(
  time: Float64Array,
  value: Float64Array,
  floor: number,
  stepMs: number,
  surroundings: Surroundings,
): Step[] {
  const n = value.length;
  if (n < 6 * SIDE) return [];
  const y = value.map((x) => log(max(x, floor)));
  const level = rollingMedian(y, SIDE);
  const changes = new Float64Array(level.length - SIDE);
  for (let i = 0; i < changes.length; i++) changes[i] = abs(level[i + SIDE]! - level[i]!);
  const ordinary = max(quantileOfSorted(sorted(changes), 0.9), 0.1);

  const found: Step[] = [];
  for (let i = SIDE; i < level.length; i++) {
    const change = level[i]! - level[i - SIDE]!;
    if (abs(change) < LEAST) continue;
    if (time[i]! - time[i - 1]! > 3 * stepMs || time[i + SIDE - 1]! - time[i - SIDE]! > 4 * SIDE * stepMs) continue;
    const jump = (y[i]! + y[i + 1]! - y[i - 1]! - y[i - 2]!) / 2;
    if (jump * sign(change) < 0.7 * abs(change)) continue;
    if (!separated(y, i, sign(change))) continue;
    if (explained(time[i]!, change, surroundings)) continue;
    const ratio = abs(change) / ordinary;
    const last = found[found.length - 1];
    // Neighbouring positions see the same step: keep the clearest.
    if (last && time[i]! - last.time < (SIDE / 2) * stepMs) {
      if (ratio > last.ratio) found[found.length - 1] = { time: time[i]!, change, ratio };
    } else {
      found.push({ time: time[i]!, change, ratio });
    }
  }
  return found;
}

/** All of the six values after lie beyond all of the six before. */
function separated(y: Float64Array, i: number, sign: number): boolean {
  let before = Number.NEGATIVE_INFINITY;
  let after = Number.POSITIVE_INFINITY;
  for (let k = 1; k <= 6; k++) before = max(before, sign * y[i - k]!);
  for (let k = 0; k < 6; k++) after = min(after, sign * y[i + k]!);
  return after > before;
}

function explained(time: number, change: number, { production, loads }: Surroundings): boolean {
  const moved = (load: Map<number, number> | null | undefined, reach: number) => {
    if (!load) return 0;
    const side = (from: number) => {
      const x: number[] = [];
      for (let h = 0; h < 6; h++) {
        const now = load.get(from + h * HOUR);
        if (now !== undefined && now > 0) x.push(now);
      }
      return x.length > 2 ? log(median(x)) : Number.NaN;
    };
    const difference = side(time + reach * HOUR) - side(time - (6 + reach) * HOUR);
    return Number.isNaN(difference) ? 0 : difference;
  };
  if (abs(moved(production, 1)) > 0.15) return true;
  return change < 0 && moved(loads.get('treatment-kwh'), 6) > 0.1;
}
