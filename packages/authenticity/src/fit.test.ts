import {
  areaUnderRoc,
  benjaminiHochberg,
  checkModel,
  type Example,
  expertModel,
  fitLogistic,
  foldsByGroup,
  labelOf,
  randomFrom,
} from '.';

/** 2,000 examples, 20 a group: Z and F raise the odds by 4 and 2, B lowers them, W says nothing. */
function examples(): Example[] {
  const random = randomFrom(3);
  return Array.from({ length: 2_000 }, (_, i) => {
    const [Z, F, B, W] = [random(), random(), random(), random()];
    const odds = -3 + 4 * Z! + 2 * F! - 2 * B!;
    return {
      group: `E${Math.floor(i / 20)}`,
      features: { Z: Z!, F: F!, B: B!, W: W! },
      label: random() < 1 / (1 + Math.exp(-odds)) ? 1 : 0,
    };
  });
}

const options = { version: 't', source: 'test', features: ['Z', 'F', 'B', 'W'], penalty: 0.01 };

test('finds the weights of a known problem; a feature that speaks for honesty gets none', () => {
  const { model } = fitLogistic(examples(), options);
  expect(model.weights.Z).toBeGreaterThan(3);
  expect(model.weights.Z).toBeLessThan(5);
  expect(model.weights.F).toBeGreaterThan(1);
  expect(model.weights.F).toBeLessThan(3);
  expect(model.weights.B).toBe(0);
  expect(model.weights.W).toBeLessThan(1);
  expect(() => checkModel(model)).not.toThrow();
});

test('the solution is a minimum: no weight moves the penalised deviance down', () => {
  const all = examples();
  const penalty = 1;
  const { model } = fitLogistic(all, { ...options, penalty, folds: 0 });
  const loss = (weights: Record<string, number>, intercept: number) =>
    all.reduce(
      (sum, { features, label }) => {
        const linear = Object.entries(weights).reduce((s, [name, w]) => s + w * features[name]!, intercept);
        return sum + Math.log1p(Math.exp(linear)) - label * linear;
      },
      Object.values(weights).reduce((s, w) => s + (penalty * w * w) / 2, 0),
    );
  const best = loss(model.weights, model.intercept);
  for (const name of options.features) {
    for (const change of [0.05, -0.05]) {
      const moved = { ...model.weights, [name]: model.weights[name]! + change };
      if (moved[name]! >= 0) expect(loss(moved, model.intercept)).toBeGreaterThan(best - 1e-4);
    }
  }
});

test('deterministic, and judged on groups that were not learnt from', () => {
  const first = fitLogistic(examples(), options);
  expect(fitLogistic(examples(), options)).toEqual(first);
  expect(first.outOfFold).toHaveLength(2_000);
  const { auc, aucInterval, positives } = first.model.fittedOn!;
  expect(auc).toBeGreaterThan(0.7);
  expect(aucInterval![0]).toBeLessThan(auc!);
  expect(aucInterval![1]).toBeGreaterThan(auc!);
  expect(positives).toBe(examples().filter((e) => e.label === 1).length);
});

test('a group that gives itself away is not used to judge itself', () => {
  // The label is in the group only: honest cross-validation cannot do better than chance.
  const random = randomFrom(9);
  const all = Array.from({ length: 200 }, (_, i): Example => {
    const group = Math.floor(i / 10);
    return { group: `E${group}`, features: { Z: random() }, label: group % 2 === 0 ? 1 : 0 };
  });
  expect(fitLogistic(all, { ...options, features: ['Z'] }).model.fittedOn!.auc).toBeLessThan(0.65);
});

test('folds: no group is split, the same seed gives the same parts', () => {
  const groups = examples().map((e) => e.group);
  const folds = foldsByGroup(groups, 5, 1);
  expect(new Set(groups.map((group, i) => `${group}:${folds[i]}`)).size).toBe(100);
  expect(foldsByGroup(groups, 5, 1)).toEqual(folds);
  expect(foldsByGroup(groups, 5, 2)).not.toEqual(folds);
});

test('few examples stay near the prior, many leave it (domain 2.4: refit after 50 verdicts)', () => {
  const few = examples().slice(0, 50);
  const near = fitLogistic(few, { ...options, penalty: 10, prior: expertModel });
  expect(near.model.weights.Z).toBeCloseTo(expertModel.weights.Z!, 0);
  const far = fitLogistic(examples(), { ...options, prior: expertModel });
  expect(far.model.weights.Z).toBeGreaterThan(near.model.weights.Z!);
});

test('prevalence moves the intercept only', () => {
  const half = fitLogistic(examples(), { ...options, prevalence: 0.5 });
  const tenth = fitLogistic(examples(), { ...options, prevalence: 0.1 });
  expect(tenth.model.weights).toEqual(half.model.weights);
  expect(half.model.intercept - tenth.model.intercept).toBeCloseTo(Math.log(9), 3);
});

test.each<[string, Example[], object]>([
  ['both labels', [{ group: 'a', features: { Z: 1 }, label: 1 }], {}],
  [
    '0 to 1 is expected',
    [
      { group: 'a', features: { Z: 2 }, label: 1 },
      { group: 'b', features: {}, label: 0 },
    ],
    {},
  ],
  ['not known', examples(), { features: ['Q'] }],
  ['penalty is 0', examples(), { penalty: 0 }],
])('refuses: %s', (message, given, part) => {
  expect(() => fitLogistic(given, { ...options, ...part })).toThrow(message);
});

test('labels of verdicts (domain 2.4)', () => {
  expect((['confirmed', 'instrument-fault', 'process-change', 'normal'] as const).map(labelOf)).toEqual([1, 0, 0, 0]);
});

test('area under the curve, ties count half', () => {
  expect(areaUnderRoc([1, 1, 0, 0], [4, 3, 2, 1])).toBe(1);
  expect(areaUnderRoc([1, 0], [1, 1])).toBe(0.5);
});

test('Benjamini and Hochberg 1995, their example of 15 p-values at q = 0.05: four discoveries', () => {
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(benjaminiHochberg(p, 0.05).filter(Boolean)).toHaveLength(4);
  expect(benjaminiHochberg([0.04, 0.001], 0.05)).toEqual([true, true]);
  expect(benjaminiHochberg([], 0.05)).toEqual([]);
  expect(() => benjaminiHochberg([0.1], 0)).toThrow(RangeError);
});
