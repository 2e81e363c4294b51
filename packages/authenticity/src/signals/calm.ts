import type { PreparedFactor, Surroundings } from '../prepare';
import { loadAt } from '../prepare';
import { median, robustDeviation, rollingMedian } from '../statistics';

const { abs, log, max } = Math;

const LENGTH = 12;
const STRIDE = 3;

export interface Calm {
  /** Index of the first and last value in `whole`. */
  first: number;
  last: number;
  /** Robust standard deviations below the series' own roughness. */
  depth: number;
}

/** Relative roughness of 12 values: ln((mean|xᵢ−xᵢ₋₁| + res/4)/max(median, res)). */
function roughness(x: Float64Array, first: number, level: number, floor: number): number {
  let sum = 0;
  for (let i = first + 1; i < first + LENGTH; i++) sum += abs(x[i]! - x[i - 1]!);
  return log((sum / (LENGTH - 1) + floor / 4) / max(level, floor));
}

/**
 * Half-days in which the instrument's own values hardly move although the load moves as usual. A plant at steady low
 * load is calm in its load too, and is left alone.
 */
export function calmStretches(factor: PreparedFactor, surroundings: Surroundings): Calm[] {
  const { raw, time, slot } = factor.whole;
  const floor = factor.series.resolution;
  const load = surroundings.main ? held(loadAt(surroundings.main, time)) : null;
  const level = rollingMedian(raw, LENGTH);
  const loadLevel = load && rollingMedian(load, LENGTH);
  const starts: number[] = [];
  const rough: number[] = [];
  const loadRough: number[] = [];
  for (let first = 0; first + LENGTH <= raw.length; first += STRIDE) {
    if (slot[first + LENGTH - 1]! - slot[first]! > 2 * LENGTH) continue;
    starts.push(first);
    rough.push(roughness(raw, first, level[first]!, floor));
    loadRough.push(load && loadLevel ? roughness(load, first, loadLevel[first]!, 1e-9) : 0);
  }
  if (starts.length < 10) return [];
  const center = median(rough);
  const spread = max(robustDeviation(rough, center), 0.15);
  const loadCenter = median(loadRough);
  const found: Calm[] = [];
  starts.forEach((first, k) => {
    const depth = (center - rough[k]!) / spread;
    if (depth < 2 || rough[k]! > center + log(0.5) || loadRough[k]! < loadCenter - 0.5) return;
    const before = found[found.length - 1];
    if (before && before.last >= first) {
      before.last = first + LENGTH - 1;
      before.depth = max(before.depth, depth);
    } else {
      found.push({ first, last: first + LENGTH - 1, depth });
    }
  });
  return found;
}

/** Missing loads take the value before them: they look calm, which is never held against anybody. */
function held(load: Float64Array): Float64Array {
  let last = 0;
  return load.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
