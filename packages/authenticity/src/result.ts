import type { Span } from './series';

export type Language = 'zh' | 'en';

/** A sentence as a code and its numbers, so that a page can translate it; `sentenceText` renders both languages. */
export interface Sentence {
  code: string;
  values: Record<string, number | string>;
}

/** A stretch of the curve that speaks, with the reason as a sentence. */
export interface Interval extends Span {
  why: Sentence;
}

/** The five tests of domain 2.3: exceedance, fluctuation, zero and constant, box, working condition. */
export type TestCode = 'E' | 'F' | 'Z' | 'B' | 'W';

export const testCodes: readonly TestCode[] = ['E', 'F', 'Z', 'B', 'W'];

export interface TestResult {
  test: TestCode;
  /** False when data that the test needs is lacking: its weight goes to the others, and nothing is held against it. */
  applicable: boolean;
  /** Why the test could not be applied; null when it was. */
  reason: Sentence | null;
  /** The smallest p-value behind the sub-score, 0..1; null when only a score speaks or the test was not applied. */
  p: number | null;
  /** Sub-score 0 (suspected abnormal) .. 1 (nothing seen); null when not applicable. */
  subscore: number | null;
  intervals: Interval[];
  /** What was seen, in one sentence; says so too when nothing was seen. */
  sentence: Sentence;
  /** Every number behind the result (p-values of the parts, counts, ratios), for the evidence page. */
  numbers: Record<string, number>;
}

/** A further signal of domain 2.5: `suspicion` is a feature of the model, 0 = nothing, 1 = as strong as it counts. */
export interface Signal {
  /** Name of the feature; see `featureNames`. */
  feature: string;
  suspicion: number;
  intervals: Interval[];
  sentence: Sentence;
  numbers: Record<string, number>;
}

/** What one test or signal took from 100 points. All contributions of a score add up to 100 − authenticity. */
export interface Contribution {
  /** A test's code or a signal's feature name. */
  feature: string;
  /** Factor that showed it strongest, null for a signal of the whole outlet. */
  code: string | null;
  suspicion: number;
  points: number;
  sentence: Sentence;
}

export type Level = 'normal' | 'watch' | 'suspect' | 'strongly-suspect';

export type Status = 'SCORED' | 'INSUFFICIENT';

export interface FactorScore {
  code: string;
  status: Status;
  /** Why there is no score; null when there is one. */
  reason: Sentence | null;
  /** 0..100 by the model; null when INSUFFICIENT. */
  authenticity: number | null;
  level: Level | null;
  /** The five-test product of domain 2.4, 0..100, whatever the model; null with fewer than three applicable tests. */
  fiveTestScore: number | null;
  /** Smallest p over the applied tests, for the control of false discoveries; null when there is none. */
  minP: number | null;
  tests: TestResult[];
  signals: Signal[];
  /** Named features that the model reads, each 0..1. */
  features: Record<string, number>;
  contributions: Contribution[];
}

export interface OutletScore {
  outletId: string;
  /** INSUFFICIENT when no factor could be scored. */
  status: Status;
  authenticity: number | null;
  level: Level | null;
  /** Smallest five-test product over the factors. */
  fiveTestScore: number | null;
  minP: number | null;
  factors: FactorScore[];
  /** Signals of the outlet as a whole (copies, electricity, cross-factor breaks). */
  signals: Signal[];
  /** Per feature the largest over factors and outlet signals: what a verdict is kept with as a labelled example. */
  features: Record<string, number>;
  contributions: Contribution[];
  /** The window and the baseline that were looked at. */
  window: Span;
  baseline: Span;
  modelVersion: string;
  /** Version of this package's rules (`codeVersion`): scores of different versions are not comparable. */
  codeVersion: string;
}

export interface EnterpriseScore {
  status: Status;
  /** Minimum over the scored outlets. */
  authenticity: number | null;
  /** Mean over the scored outlets, beside it (domain 2.4). */
  mean: number | null;
  level: Level | null;
  /** Outlet with the minimum. */
  worstOutletId: string | null;
  modelVersion: string | null;
}
