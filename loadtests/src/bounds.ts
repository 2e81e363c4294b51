import type { Verdict } from './sent-ledger';

/** What a bench must keep: `value` is at most `most`. */
export interface Bound {
  name: string;
  value: number;
  most: number;
}

/** The bounds that were missed, in words; none when all is well. A value that could not be measured (NaN) misses. */
export function missedBounds(bounds: readonly Bound[]): string[] {
  return bounds
    .filter(({ value, most }) => !(value <= most))
    .map(({ name, value, most }) => `${name} is ${value}, expected at most ${most}`);
}

/** Nothing lost, nothing twice, nothing that was never sent. */
export function exactlyOnce({ lost, unexpected, duplicated }: Verdict): Bound[] {
  return Object.entries({ lost, unexpected, duplicated }).map(([name, value]) => ({ name, value, most: 0 }));
}

/** Every process of ours under its limit. */
export function memoryBounds(peaks: Record<string, number>, limitMb: number): Bound[] {
  return Object.entries(peaks).map(([name, value]) => ({ name: `memory of ${name}, MB`, value, most: limitMb }));
}
