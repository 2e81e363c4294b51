/** What the values themselves say about the instrument that gave them: its smallest step and its sampling cycle. */

const HOUR_MS = 3_600_000;
/** Cycles of water analysers in hours, longest first (domain.md 1.5: every hour or every two, some every four). */
const CYCLES = [4, 3, 2] as const;
const LEAST_CHANGES = 24;
/** Share of values (changes) that must fit: a few odd ones, after a repair for instance, do not count. */
const ALMOST_ALL = 0.98;

/**
 * Smallest step of values, in their unit: the largest of 5, 2, 1 · 10^-d of which almost all values are multiples.
 * Without values 1, which nothing is measured by.
 */
export function resolutionOf(values: readonly number[]): number {
  if (values.length === 0) return 1;
  const mostOdd = Math.floor((1 - ALMOST_ALL) * values.length);
  const fits = (step: number) => {
    let odd = 0;
    for (const value of values) {
      const steps = value / step;
      if (Math.abs(steps - Math.round(steps)) >= 1e-6 * Math.max(1, Math.abs(steps)) && ++odd > mostOdd) return false;
    }
    return true;
  };
  for (let decimals = 0; decimals <= 6; decimals++) {
    for (const digit of [5, 2, 1]) {
      const step = digit / 10 ** decimals;
      if (fits(step)) return step;
    }
  }
  return 1e-6;
}

/**
 * Sampling cycle in ms of an analyser whose last result is reported every hour until the next: the longest one at whose
 * beginnings (of one phase) almost all changes of the value lie. Too few changes tell nothing: then an hour, for a value
 * that stands still must not become its own excuse.
 * @param series times (ms, ascending) and values of one factor
 */
export function samplingCycle(series: readonly { time: number; value: number | null }[]): {
  ms: number;
  phase: number;
} {
  const changes: number[] = [];
  let last: { time: number; value: number } | undefined;
  for (const { time, value } of series) {
    if (value === null) continue;
    if (last && last.value !== value && time - last.time === HOUR_MS) changes.push(Math.floor(time / HOUR_MS));
    last = { time, value };
  }
  if (changes.length >= LEAST_CHANGES) {
    for (const cycle of CYCLES) {
      const byPhase = new Array<number>(cycle).fill(0);
      for (const hour of changes) byPhase[hour % cycle] = (byPhase[hour % cycle] as number) + 1;
      const most = Math.max(...byPhase);
      if (most >= ALMOST_ALL * changes.length) return { ms: cycle * HOUR_MS, phase: byPhase.indexOf(most) * HOUR_MS };
    }
  }
  return { ms: HOUR_MS, phase: 0 };
}
