import type { Samples } from '../prepare';
import { lowerBound } from '../statistics';

const { abs, log, log2, max, min } = Math;

/** Values in a fingerprint (domain 2.5: windows of 12). */
const LENGTH = 12;
const STEPS = LENGTH - 1;
/** Differences of a step (ln) that still count as the same: the closer, the more a match says. */
const NOISE = [0, 0.005, 0.02];
export interface Repeat {
  /** Index of the first value of the stretch in the window, and of the one it repeats. */
  at: number;
  earlier: number;
  length: number;
  /** Bits of surprise: −Σ log2 of how usual each step between neighbours is in this series. */
  bits: number;
}

/**
 * Stretches of the window that come again elsewhere in the series, up to a factor and up to a little noise: exactly up
 * to rounding, or within 0.5 % or 2 % between neighbours. What counts is how improbable the repetition is: flat or coarse
 * stretches repeat by themselves, so every step between neighbours is weighed by how usual it is in this series.
 */
export function repeats(samples: Samples, inWindow: Uint8Array, resolution: number, leastBits: number): Repeat[] {
  const raw = samples.raw;
  const step = new Float64Array(max(0, raw.length - 1));
  const rounding = new Float64Array(step.length);
  for (let i = 0; i < step.length; i++) {
    const a = max(raw[i]!, resolution);
    const b = max(raw[i + 1]!, resolution);
    step[i] = log(b / a);
    rounding[i] = 0.51 * resolution * (1 / a + 1 / b);
  }
  const ascending = step.slice().sort();
  const order = orderOf(step, ascending);
  return NOISE.flatMap((noise) => {
    const tolerance = rounding.map((r) => r + noise);
    return repeatsWithin(step, tolerance, ascending, order, inWindow, leastBits);
  });
}

/** Index in `step` of each value of `ascending`. */
function orderOf(step: Float64Array, ascending: Float64Array): Int32Array {
  const order = new Int32Array(step.length);
  const used = new Int32Array(step.length);
  for (let i = 0; i < step.length; i++) {
    const first = lowerBound(ascending, step[i]!);
    order[first + used[first]!++] = i;
  }
  return order;
}

function repeatsWithin(
  step: Float64Array,
  tolerance: Float64Array,
  ascending: Float64Array,
  order: Int32Array,
  inWindow: Uint8Array,
  leastBits: number,
): Repeat[] {
  const n = step.length;
  const bits = new Float64Array(n);
  // Only a stretch that begins in the window is asked for, so only its steps are weighed.
  for (let i = 0; i < n; i++) {
    if (!inWindow[i] && !inWindow[i - STEPS]) continue;
    const alike = lowerBound(ascending, step[i]! + tolerance[i]!) - lowerBound(ascending, step[i]! - tolerance[i]!);
    bits[i] = -log2(max(1, alike) / n);
  }
  const found: Repeat[] = [];
  let sum = 0;
  for (let k = 0; k < STEPS && k < n; k++) sum += bits[k]!;
  for (let i = 0; i + STEPS <= n; i++) {
    if (i > 0) sum += bits[i + STEPS - 1]! - bits[i - 1]!;
    if (!inWindow[i] || sum < leastBits) continue;
    let rarest = i;
    for (let k = i; k < i + STEPS; k++) if (bits[k]! > bits[rarest]!) rarest = k;
    // Only places that have the rarest of the steps can match: a few instead of all.
    const last = lowerBound(ascending, step[rarest]! + tolerance[rarest]!);
    for (let c = lowerBound(ascending, step[rarest]! - tolerance[rarest]!); c < last; c++) {
      const j = order[c]! - (rarest - i);
      if (j < 0 || j + STEPS > n || abs(i - j) < LENGTH / 2) continue;
      let length = 0;
      let surprise = 0;
      while (i + length < n && j + length < n && abs(step[i + length]! - step[j + length]!) <= tolerance[i + length]!) {
        surprise += bits[i + length++]!;
      }
      if (length >= STEPS && surprise >= leastBits) {
        found.push({ at: i, earlier: j, length: length + 1, bits: surprise });
        // Goes on after the stretch; the sum of its last steps is made anew.
        i = min(i + length, n - STEPS);
        sum = 0;
        for (let k = i; k < i + STEPS; k++) sum += bits[k]!;
        break;
      }
    }
  }
  return found;
}
