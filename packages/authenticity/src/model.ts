import { featureNames } from './features';
import { type Level, testCodes } from './result';

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

const standardCuts: LevelCuts = { normal: 85, watch: 70, suspect: 50 };

/** The five tests with equal weights, as domain 2.4 has them. */
export const geometricModel: Model = {
  version: 'geometric-1',
  kind: 'geometric',
  weights: { E: 0.2, F: 0.2, Z: 0.2, B: 0.2, W: 0.2 },
  intercept: 0,
  levelCuts: standardCuts,
  fittedOn: null,
};

/**
 * Weights set by argument before any verdict is known, towards which a fit is drawn (domain 2.1: a model from
 * inspection experience and known cheats comes first). 3: an honest plant can hardly show it. 2: needs an honest cause
 * that an inspector can find. 1: honest changes of process look the same.
 */
export const expertModel: Model = {
  version: 'expert-1',
  kind: 'logistic',
  weights: {
    E: 2,
    F: 1,
    Z: 2,
    B: 1,
    W: 1,
    'level-step': 1,
    'joint-step': 3,
    calm: 2,
    'zero-running': 3,
    'ceiling-pile': 3,
    replay: 3,
    copy: 3,
    'invalid-flags': 3,
    'air-sampled': 3,
    digits: 1,
    night: 1,
    coupling: 1,
    electricity: 1,
  },
  intercept: -4,
  levelCuts: standardCuts,
  fittedOn: null,
};

/**
 * In force until verdicts refit it: `expertModel` drawn towards 120 labelled outlets whose falsification was injected,
 * by `npm run bench -- fraud`, whose last line holds these numbers. The intercept assumes that 1 in 10 outlets is
 * falsified, so the authenticity of an outlet with nothing to see is about 98.
 */
export const defaultModel: Model = {
  version: 'logistic-1',
  kind: 'logistic',
  weights: {
    E: 2.1919,
    F: 0.1792,
    Z: 1.9763,
    B: 0.2442,
    W: 1.2898,
    'level-step': 0.7369,
    'joint-step': 3.5315,
    calm: 2.4033,
    'zero-running': 3.0944,
    'ceiling-pile': 3.1235,
    replay: 3.3841,
    copy: 3.2028,
    'invalid-flags': 3.352,
    'air-sampled': 3,
    digits: 0.9821,
    night: 1.0688,
    coupling: 0.7723,
    electricity: 1,
  },
  intercept: -3.9443,
  levelCuts: standardCuts,
  fittedOn: {
    source: 'labelled series with injected falsification',
    examples: 120,
    positives: 48,
    penalty: 1,
    auc: 0.8657,
    aucInterval: [0.785, 0.9407],
    precisionAtN: 0.7708,
  },
};

/** Checks a model that comes from storage. @throws RangeError naming the field. */
export function checkModel(model: Model): void {
  const names: readonly string[] = model.kind === 'geometric' ? testCodes : featureNames;
  if (model.kind !== 'geometric' && model.kind !== 'logistic') {
    throw new RangeError(`kind of model ${model.version}: geometric or logistic is expected`);
  }
  for (const [name, weight] of Object.entries(model.weights)) {
    if (!names.includes(name)) throw new RangeError(`weights.${name} of model ${model.version}: no such feature`);
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new RangeError(`weights.${name} of model ${model.version} is ${weight}: 0 or more is expected`);
    }
  }
  if (model.kind === 'geometric') {
    const total = testCodes.reduce((sum, test) => sum + (model.weights[test] ?? Number.NaN), 0);
    if (!(Math.abs(total - 1) < 1e-6)) {
      throw new RangeError(`weights of model ${model.version}: E, F, Z, B and W that add up to 1 are expected`);
    }
  }
  if (!Number.isFinite(model.intercept)) {
    throw new RangeError(`intercept of model ${model.version} is ${model.intercept}: a finite number is expected`);
  }
  const { normal, watch, suspect } = model.levelCuts;
  if (!(100 >= normal && normal > watch && watch > suspect && suspect >= 0)) {
    throw new RangeError(`levelCuts of model ${model.version}: 100 >= normal > watch > suspect >= 0 is expected`);
  }
}
