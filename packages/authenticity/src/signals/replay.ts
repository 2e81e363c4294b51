import type { Samples } from '../prepare';
import { lowerBound } from '../statistics';

/** Values in a fingerprint (domain 2.5: windows of 12). */
const LENGTH = 12;

export interface Repeat {
  /** Index of the first value of the later and of the earlier stretch. */
  at: number;
  earlier: number;
  length: number;
  /** Bits of surprise: −Σ log2 of how usual each step between neighbours is in this series. */
  bits: number;
}

/**
 * Stretches of the window that come again elsewhere in the series, up to a factor and up to `noise` (0.02: 2 % between
 * neighbours; 0: exactly, up to rounding). What counts is how improbable the repetition is: flat or coarse stretches
 * repeat by themselves, so every step between neighbours is weighed by how usual it is in this series.
 */
export function repeats(
  samples: Samples,
  inWindow: Uint8Array,
  resolution: number,
  noise: number,
  leastBits: number,
): Repeat[] {
  const { raw } = samples;
  const n = raw.length;
  const step = new Float64Array(Math.max(0, n - 1));
  const tolerance = new Float64Array(step.length);
  for (let i = 0; i < step.length; i++) {
    const a = Math.max(raw[i]!, resolution);
    const b = Math.max(raw[i + 1]!, resolution);
    step[i] = Math.log(b / a);
    tolerance[i] = noise + (0.51 * resolution * (1 / a + 1 / b)) / 2;
  }
  const ascending = Float64Array.from(step).sort();
  const bits = step.map((s, i) => -Math.log2(shareWithin(ascending, s - tolerance[i]!, s + tolerance[i]!)));
  const found: Repeat[] = [];
  const need = LENGTH - 1;
  for (let i = 0; i + need <= step.length; i++) {
    if (!inWindow[i]) continue;
    let sum = 0;
    for (let k = 0; k < need; k++) sum += bits[i + k]!;
    if (sum < leastBits) continue;
    for (let j = 0; j + need <= step.length; j++) {
      if (Math.abs(step[i]! - step[j]!) > tolerance[i]! || Math.abs(i - j) < LENGTH / 2) continue;
      let length = 1;
      let surprise = bits[i]!;
      while (i + length < step.length && j + length < step.length) {
        const at = i + length;
        if (Math.abs(step[at]! - step[j + length]!) > tolerance[at]!) break;
        surprise += bits[at]!;
        length++;
      }
      if (length >= need && surprise >= leastBits) {
        found.push({ at: i, earlier: j, length: length + 1, bits: surprise });
        i += length;
        break;
      }
    }
  }
  return found;
}

function shareWithin(ascending: Float64Array, low: number, high: number): number {
  return Math.max(1, lowerBound(ascending, high) - lowerBound(ascending, low)) / ascending.length;
}
