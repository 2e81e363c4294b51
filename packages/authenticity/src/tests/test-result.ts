import type { Interval, Sentence, TestCode, TestResult } from '../result';

/** A test that lacks what it needs: nothing is held against the outlet. */
export function notApplicable(test: TestCode, reason: Sentence): TestResult {
  return { test, applicable: false, reason, p: null, subscore: null, intervals: [], sentence: reason, numbers: {} };
}

/** Runs of sample indices as intervals of time; the last sample lasts one step. */
export function intervalsOf(
  time: Float64Array,
  runs: readonly (readonly [number, number])[],
  stepMs: number,
  why: Sentence,
): Interval[] {
  return runs.map(([first, last]) => ({ from: time[first]!, to: time[last]! + stepMs, why }));
}
