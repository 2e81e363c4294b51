import { featureNames } from './features';
import { checkModel, defaultModel, levelOf, type Model } from './model';
import { DAY, type PreparedFactor, type PreparedOutlet, prepareOutlet } from './prepare';
import type { Contribution, EnterpriseScore, FactorScore, OutletScore, Signal, TestResult } from './result';
import type { OutletInput, ScoreOptions } from './series';
import { factorSignals, outletSignals, rankedOf, stepsOf } from './signals/signals';
import { box } from './tests/box';
import { exceedance } from './tests/exceedance';
import { fluctuation } from './tests/fluctuation';
import { workingCondition } from './tests/working-condition';
import { zeroConstant } from './tests/zero-constant';

/** Version of the rules in this package; it changes whenever the same input would score otherwise. */
export const codeVersion = '1';

/** A sub-score below this counts as this, so that one test alone cannot take everything (domain 2.4). */
const LEAST_SUBSCORE = 0.05;

/**
 * Scores an outlet: every factor, every test, every signal, and what they come to by the model.
 * @throws RangeError naming the field for bad input, options or model.
 */
export function scoreOutlet(input: OutletInput, options: ScoreOptions, model: Model = defaultModel): OutletScore {
  checkModel(model);
  const outlet = prepareOutlet(input, options);
  const usable = outlet.factors.filter((factor) => factor.sufficient);
  const steps = new Map(usable.map((f) => [f.series.code, stepsOf(f, outlet.surroundings, outlet.window)] as const));
  const ranked = new Map(usable.map((factor) => [factor, rankedOf(factor)] as const));
  const factors = outlet.factors.map((factor) => {
    if (!factor.sufficient) return insufficient(factor);
    const signals = factorSignals(factor, outlet, steps.get(factor.series.code)!, ranked);
    return scoreFactor(factor, outlet, signals, model);
  });
  const scored = factors.filter((factor) => factor.status === 'SCORED');
  const signals = scored.length > 0 ? outletSignals(outlet, steps) : [];
  const evidence = strongest(factors, signals);
  const features = Object.fromEntries(evidence.map((e) => [e.feature, e.suspicion]));
  const base = {
    outletId: input.outletId,
    factors,
    signals,
    features,
    window: outlet.window,
    baseline: outlet.baseline,
    modelVersion: model.version,
    codeVersion,
  };
  if (scored.length === 0) {
    const none = { authenticity: null, level: null, fiveTestScore: null, minP: null, contributions: [] };
    return { ...base, status: 'INSUFFICIENT', ...none };
  }
  const worst = scored.reduce((a, b) => (b.authenticity! < a.authenticity! ? b : a));
  const combined =
    model.kind === 'geometric'
      ? { authenticity: worst.authenticity!, contributions: worst.contributions }
      : logisticScore(model, evidence);
  return {
    ...base,
    status: 'SCORED',
    ...combined,
    level: levelOf(combined.authenticity, model.levelCuts),
    fiveTestScore: least(scored.map((factor) => factor.fiveTestScore)),
    minP: least(scored.map((factor) => factor.minP)),
  };
}

function least(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

function insufficient(factor: PreparedFactor): FactorScore {
  return {
    code: factor.series.code,
    status: 'INSUFFICIENT',
    reason: {
      code: 'not-enough-data',
      values: {
        window: factor.window.time.length,
        baseline: factor.baseline.time.length,
        leastWindow: factor.leastWindow,
        leastBaseline: 3 * factor.leastWindow,
      },
    },
    authenticity: null,
    level: null,
    fiveTestScore: null,
    minP: null,
    tests: [],
    signals: [],
    features: {},
    contributions: [],
  };
}

function scoreFactor(factor: PreparedFactor, outlet: PreparedOutlet, signals: Signal[], model: Model): FactorScore {
  const tests = [
    exceedance(factor),
    fluctuation(factor),
    zeroConstant(factor),
    box(factor),
    workingCondition(factor, outlet.surroundings, outlet.input.events, outlet.window),
  ];
  const applicable = tests.filter((test) => test.applicable);
  const base = {
    code: factor.series.code,
    fiveTestScore: geometric(tests),
    minP: least(applicable.map((test) => test.p)),
    tests,
    signals,
    features: {} as Record<string, number>,
  };
  const evidence = evidenceOf(base.code, tests, signals);
  base.features = Object.fromEntries(evidence.map((e) => [e.feature, e.suspicion]));
  if (applicable.length < 3) {
    const reason = { code: 'too-few-tests', values: { applicable: applicable.length } };
    return { ...base, status: 'INSUFFICIENT', reason, authenticity: null, level: null, contributions: [] };
  }
  const combined =
    model.kind === 'geometric' ? geometricScore(model, tests, base.code) : logisticScore(model, evidence);
  return {
    ...base,
    status: 'SCORED',
    reason: null,
    ...combined,
    level: levelOf(combined.authenticity, model.levelCuts),
  };
}

/** 100·Π max(s, 0.05)^w with equal weights over the applicable tests; null with fewer than three. */
function geometric(tests: readonly TestResult[], weights?: Record<string, number>): number | null {
  const applicable = tests.filter((test) => test.applicable);
  if (applicable.length < 3) return null;
  const weight = (test: TestResult) => (weights ? weights[test.test]! : 1);
  const total = applicable.reduce((sum, test) => sum + weight(test), 0);
  const log = applicable.reduce(
    (sum, test) => sum + (weight(test) / total) * Math.log(Math.max(test.subscore!, LEAST_SUBSCORE)),
    0,
  );
  return 100 * Math.exp(log);
}

function geometricScore(model: Model, tests: readonly TestResult[], code: string) {
  const authenticity = geometric(tests, model.weights)!;
  const parts = tests
    .filter((test) => test.applicable && test.subscore! < 1)
    .map((test) => ({
      test,
      share: -model.weights[test.test]! * Math.log(Math.max(test.subscore!, LEAST_SUBSCORE)),
    }));
  const total = parts.reduce((sum, part) => sum + part.share, 0);
  const contributions = parts.map(
    ({ test, share }): Contribution => ({
      feature: test.test,
      code,
      suspicion: 1 - test.subscore!,
      points: total > 0 ? ((100 - authenticity) * share) / total : 0,
      sentence: test.sentence,
    }),
  );
  return { authenticity, contributions: byPoints(contributions) };
}

type Evidence = Omit<Contribution, 'points'>;

/** What each test and signal of a factor says, as features 0..1; a test that does not apply says nothing. */
function evidenceOf(code: string, tests: readonly TestResult[], signals: readonly Signal[]): Evidence[] {
  return [
    ...tests.map((test) => ({
      feature: test.test,
      code,
      suspicion: test.applicable ? 1 - test.subscore! : 0,
      sentence: test.sentence,
    })),
    ...signals.map(({ feature, suspicion, sentence }) => ({ feature, code, suspicion, sentence })),
  ];
}

/** Per feature the strongest over the scored factors and the outlet's own signals. */
function strongest(factors: readonly FactorScore[], signals: readonly Signal[]): Evidence[] {
  const all: Evidence[] = factors
    .filter((factor) => factor.status === 'SCORED')
    .flatMap((factor) => evidenceOf(factor.code, factor.tests, factor.signals));
  for (const { feature, suspicion, sentence } of signals) all.push({ feature, code: null, suspicion, sentence });
  const best = new Map<string, Evidence>();
  for (const evidence of all) {
    if (evidence.suspicion > (best.get(evidence.feature)?.suspicion ?? -1)) best.set(evidence.feature, evidence);
  }
  return featureNames.flatMap((feature) => best.get(feature) ?? []);
}

/** A = 100·(1 − p), p by the logistic model; each feature takes its share of what goes beyond the base. */
function logisticScore(model: Model, evidence: readonly Evidence[]) {
  const parts = evidence
    .map((e) => ({ ...e, share: (model.weights[e.feature] ?? 0) * e.suspicion }))
    .filter((part) => part.share > 0);
  const total = parts.reduce((sum, part) => sum + part.share, 0);
  const base = 100 * logistic(model.intercept);
  const authenticity = 100 * (1 - logistic(model.intercept + total));
  const contributions: Contribution[] = parts.map(({ share, ...rest }) => ({
    ...rest,
    points: ((100 - authenticity - base) * share) / total,
  }));
  const prior = { feature: 'prior', code: null, suspicion: 0, points: base, sentence: { code: 'prior', values: {} } };
  return { authenticity, contributions: [...byPoints(contributions), prior] };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function byPoints(contributions: Contribution[]): Contribution[] {
  return contributions.sort((a, b) => b.points - a.points);
}

/** Minimum and mean over an enterprise's outlets (domain 2.4); those with INSUFFICIENT data are left out. */
export function scoreEnterprise(outlets: readonly OutletScore[]): EnterpriseScore {
  const scored = outlets.filter((outlet) => outlet.status === 'SCORED');
  const first = scored[0];
  if (!first) {
    const none = { authenticity: null, mean: null, level: null, worstOutletId: null, modelVersion: null };
    return { status: 'INSUFFICIENT', ...none };
  }
  const worst = scored.reduce((a, b) => (b.authenticity! < a.authenticity! ? b : a), first);
  return {
    status: 'SCORED',
    authenticity: worst.authenticity,
    mean: scored.reduce((sum, outlet) => sum + outlet.authenticity!, 0) / scored.length,
    level: worst.level,
    worstOutletId: worst.outletId,
    modelVersion: worst.modelVersion,
  };
}

/** Days of data that scoring at `at` reads, as a span for the query of history. */
export function spanToRead(options: ScoreOptions): { from: number; to: number } {
  const after = options.baselineDaysAfter ?? 0;
  return {
    from: options.at - (options.windowDays + options.baselineDays - after) * DAY,
    to: options.at + after * DAY,
  };
}
