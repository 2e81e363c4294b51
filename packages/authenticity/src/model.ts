import type { Level } from './result';

/** Scores at or above a cut have its level; below `suspect` is strongly suspect (domain 2.4: 85, 70, 50). */
export interface LevelCuts {
  normal: number;
  watch: number;
  suspect: number;
}

/**
 * A way to combine features to an authenticity, as plain data that can be stored, versioned and put back.
 * - `geometric`: weights over E, F, Z, B, W; A = 100·Π max(s, 0.05)^w over the applicable tests (domain 2.4).
 * - `logistic`: weights ≥ 0 over named features 0..1; A = 100·(1 − 1/(1+exp(−(intercept + Σ w·x)))).
 */
export interface Model {
  version: string;
  kind: 'geometric' | 'logistic';
  weights: Record<string, number>;
  /** 0 for `geometric`. */
  intercept: number;
  levelCuts: LevelCuts;
  /** What it was fitted on; null when it is set by hand. */
  fittedOn: FittedOn | null;
}

export interface FittedOn {
  /** Words for where the examples come from, such as `verdicts` or `simulated`. */
  source: string;
  examples: number;
  positives: number;
  penalty: number;
  /** Cross-validated by groups: area under the ROC curve and its 95 % interval. */
  auc: number | null;
  aucInterval: [number, number] | null;
  /** Precision among as many lowest scores as there are positives, cross-validated. */
  precisionAtN: number | null;
}

/** Level of an authenticity 0..100. */
export function levelOf(authenticity: number, cuts: LevelCuts): Level {
  if (authenticity >= cuts.normal) return 'normal';
  if (authenticity >= cuts.watch) return 'watch';
  return authenticity >= cuts.suspect ? 'suspect' : 'strongly-suspect';
}
