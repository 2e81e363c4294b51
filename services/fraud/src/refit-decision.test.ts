import type { Example, Fit, Model } from '@greenwatch/authenticity';
import { decideRefit, exampleOf, suspicionBy } from './refit-decision';

const model = (weights: Record<string, number>, intercept = 0, kind: Model['kind'] = 'logistic'): Model => ({
  version: 'm',
  kind,
  weights,
  intercept,
  levelCuts: { normal: 85, watch: 70, suspect: 50 },
  fittedOn: null,
});
const examples: Example[] = [
  { group: 'a', features: { F: 1 }, label: 1 },
  { group: 'b', features: { F: 0.8, Z: 1 }, label: 1 },
  { group: 'c', features: { Z: 0.6 }, label: 0 },
  { group: 'd', features: {}, label: 0 },
];
const fit = (outOfFold: number[]): Fit => ({ model: model({ F: 2 }), outOfFold });

describe('domain.md 2.4: refitting the weights', () => {
  test.each([
    ['confirmed', 1],
    ['instrument-fault', 0],
    ['process-change', 0],
    ['normal', 0],
  ] as const)('%s is label %i', (verdict, label) => {
    expect(exampleOf({ group: 'e', features: { F: 1 }, verdict }).label).toBe(label);
  });

  test('suspicion of a logistic and of a geometric model', () => {
    expect(suspicionBy(model({ F: 2 }, -1), { F: 0.5 })).toBeCloseTo(0.5);
    // domain.md 2.4: one decisive test of five gives 55.
    const equal = model({ E: 0.2, F: 0.2, Z: 0.2, B: 0.2, W: 0.2 }, 0, 'geometric');
    expect(100 * (1 - suspicionBy(equal, { F: 1 }))).toBeCloseTo(54.9, 1);
  });

  test.each([
    ['better takes over', [0.9, 0.8, 0.2, 0.1], { Z: 1 }, true],
    ['as good takes over', [0.9, 0.8, 0.2, 0.1], { F: 1 }, true],
    ['worse stays a candidate', [0.1, 0.8, 0.2, 0.1], { F: 1 }, false],
  ])('%s', (_, outOfFold, weights, activate) => {
    const decision = decideRefit(examples, fit(outOfFold), model(weights));
    expect(decision.activate).toBe(activate);
    expect(decision.outcome.zh).toContain('AUC');
  });
});
