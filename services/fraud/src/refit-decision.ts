import { areaUnderRoc, type Example, type Fit, labelOf, type Model } from '@greenwatch/authenticity';
import type { BothLanguages } from '@greenwatch/contracts';
import type { ExampleDoc } from './suspicion.model';

/** A kept verdict as the fit reads it. */
export const exampleOf = ({
  group,
  features,
  verdict,
}: Pick<ExampleDoc, 'group' | 'features' | 'verdict'>): Example => ({
  group,
  features,
  label: labelOf(verdict),
});

/** Suspicion 0..1 that a model gives these features (its authenticity is 100·(1 − this)). */
export function suspicionBy({ kind, weights, intercept }: Model, features: Record<string, number>): number {
  if (kind === 'logistic') {
    const sum = Object.entries(weights).reduce((total, [name, w]) => total + w * (features[name] ?? 0), intercept);
    return 1 / (1 + Math.exp(-sum));
  }
  const log = Object.entries(weights).reduce(
    (total, [name, w]) => total + w * Math.log(Math.max(1 - (features[name] ?? 0), 0.05)),
    0,
  );
  return 1 - Math.exp(log);
}

export interface RefitDecision {
  activate: boolean;
  comparedWith: { version: string; auc: number };
  outcome: BothLanguages;
}

/**
 * Whether a refitted model takes over (domain.md 2.4): only if, judged on groups it has not seen, it ranks the examples
 * at least as well as the model in force ranks them. That one may have been fitted on some of them, which favours it:
 * what is put in force by itself is never worse by these figures.
 */
export function decideRefit(
  examples: readonly Example[],
  { outOfFold }: Pick<Fit, 'outOfFold'>,
  inForce: Model,
): RefitDecision {
  const labels = examples.map(({ label }) => label);
  const before = areaUnderRoc(
    labels,
    examples.map(({ features }) => suspicionBy(inForce, features)),
  );
  const after = areaUnderRoc(labels, outOfFold);
  const activate = after >= before;
  const figures = `AUC ${after.toFixed(3)} / ${before.toFixed(3)} (${inForce.version})`;
  return {
    activate,
    comparedWith: { version: inForce.version, auc: before },
    outcome: activate
      ? {
          zh: `不差于在用版本，已启用：${figures}`,
          en: `Not worse than the version in force, put in force: ${figures}`,
        }
      : {
          zh: `交叉验证差于在用版本，仅作候选保留：${figures}`,
          en: `Worse than the version in force on cross-validation, kept as a candidate: ${figures}`,
        },
  };
}
