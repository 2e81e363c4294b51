import type { Model } from './model';

/** An inspector's finding about an outlet (domain 2.4); only `confirmed` counts as 1, the other three as 0. */
export type Verdict = 'confirmed' | 'instrument-fault' | 'process-change' | 'normal';

export function labelOf(verdict: Verdict): 0 | 1 {
  return verdict === 'confirmed' ? 1 : 0;
}

/** A labelled example: an outlet's features as `OutletScore.features` had them when the clue was made. */
export interface Example {
  /** Examples of one group (an enterprise) are never split between fitting and judging. */
  group: string;
  features: Record<string, number>;
  label: 0 | 1;
}

export interface FitOptions {
  version: string;
  /** Where the examples come from, kept in `Model.fittedOn.source`. */
  source: string;
  /** Weight of the ridge penalty Σ (w − prior)² / 2; larger keeps weights nearer to the prior. Default 1. */
  penalty?: number;
  /** Weights to shrink towards (a model in use); default 0 for all. */
  prior?: Model;
  /** Features that may get a weight; default all of `featureNames`. */
  features?: readonly string[];
  /** Share of positives to assume where the model is used; the intercept is moved there from the examples' share. */
  prevalence?: number;
  /** Parts of the cross-validation, default 5 (fewer when there are fewer groups); 0 leaves it out. */
  folds?: number;
  /** Seed of the assignment of groups to parts, default 1. */
  seed?: number;
}

export interface Fit {
  model: Model;
  /** Suspicion 0..1 of every example from a model that saw nothing of its group; empty with `folds: 0`. */
  outOfFold: number[];
}
