import type { Series } from './read-series';

/** What can be said of a line in numbers. Times in ms. */
export interface Statistics {
  /** Values; what has only a flag is not counted. */
  count: number;
  min?: { value: number; at: number };
  max?: { value: number; at: number };
  mean?: number;
  /** Of the sample (n - 1); undefined for fewer than two values. */
  deviation?: number;
  median?: number;
  /** The value that 95 of 100 do not exceed (nearest rank). */
  p95?: number;
  /** How often each flag stands; '' for none. */
  flags: Record<string, number>;
}

/** The extremes are the first of their kind; every value counts, whatever its flag: `flags` tells how many have which. */
export function statistics({ times, values, flags }: Series): Statistics {
  const counts = new Map<string, number>();
  const sorted: number[] = [];
  let mean = 0;
  let squares = 0;
  let min: Statistics['min'];
  let max: Statistics['max'];
  for (let i = 0; i < times.length; i++) {
    const value = values[i] as number;
    const flag = flags[i] ?? '';
    counts.set(flag, (counts.get(flag) ?? 0) + 1);
    if (Number.isNaN(value)) continue;
    sorted.push(value);
    // Welford, 1962: the sum of squares without losing digits.
    const delta = value - mean;
    mean += delta / sorted.length;
    squares += delta * (value - mean);
    const at = times[i] as number;
    if (!min || value < min.value) min = { value, at };
    if (!max || value > max.value) max = { value, at };
  }
  const count = sorted.length;
  sorted.sort((a, b) => a - b);
  return {
    count,
    ...(min && max ? { min, max, mean, median: middle(sorted), p95: sorted[Math.ceil(count * 0.95) - 1] } : {}),
    ...(count > 1 ? { deviation: Math.sqrt(squares / (count - 1)) } : {}),
    flags: Object.fromEntries(counts),
  };
}

function middle(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
