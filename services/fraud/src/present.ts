import type { Contribution, FactorScore, Interval, OutletScore, Signal, TestResult } from '@greenwatch/authenticity';
import type {
  FactorAuthenticity,
  FraudContribution,
  FraudExample,
  FraudSignal,
  FraudTest,
  OutletAuthenticity,
  OutletEvidence,
  ScoringModel,
  ScoringRun,
  Suspicion,
} from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { honestCauses } from './honest-causes';
import type { RunDoc } from './run.model';
import type { ScoreDoc } from './score.model';
import type { ScoringModelDoc } from './scoring-model.model';
import type { ExampleDoc, SuspicionDoc } from './suspicion.model';
import { featureName, inWords } from './words';

/** Names that registry's copies know; both absent while its facts are on the way. */
export interface Names {
  outlet(id: string): { code: string; name: string } | undefined;
  enterprise(id: string): string | undefined;
}

/** A day (ms of its start in UTC+8) as YYYY-MM-DD. */
export const dayText = (day: number): string => isoTime(day).slice(0, 10);
/** The same back. */
export const dayMs = (text: string): number => Date.parse(`${text}T00:00:00+08:00`);

/** `{ key: value }`, or nothing where there is no value. */
const some = <K extends string, V>(key: K, value: V | null | undefined) =>
  (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: NonNullable<V> };

const intervals = (list: readonly Interval[]) =>
  list.map(({ from, to, why }) => ({ from: isoTime(from), to: isoTime(to), why: inWords(why) }));

/** Numbers that JSON can carry. */
const finite = (numbers: Record<string, number>) =>
  Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));

function presentTest({ test, applicable, reason, p, subscore, ...result }: TestResult): FraudTest {
  return {
    test,
    applicable,
    ...some('reason', reason && inWords(reason)),
    ...some('p', p),
    ...some('score', subscore),
    sentence: inWords(result.sentence),
    intervals: intervals(result.intervals),
    numbers: finite(result.numbers),
    causes: honestCauses(test),
  };
}

function presentSignal({ feature, suspicion, ...signal }: Signal): FraudSignal {
  return {
    feature,
    name: featureName(feature),
    suspicion,
    sentence: inWords(signal.sentence),
    intervals: intervals(signal.intervals),
    numbers: finite(signal.numbers),
    causes: honestCauses(feature),
  };
}

function presentContribution({ feature, code, suspicion, points, sentence }: Contribution): FraudContribution {
  return {
    feature,
    name: featureName(feature),
    ...some('factor', code),
    suspicion,
    points,
    sentence: inWords(sentence),
  };
}

function presentFactor(factor: FactorScore): FactorAuthenticity {
  return {
    factor: factor.code,
    status: factor.status,
    ...some('reason', factor.reason && inWords(factor.reason)),
    ...some('authenticity', factor.authenticity),
    ...some('level', factor.level),
    ...some('fiveTestScore', factor.fiveTestScore),
    ...some('minP', factor.minP),
    tests: factor.tests.map(presentTest),
    signals: factor.signals.map(presentSignal),
    contributions: factor.contributions.map(presentContribution),
  };
}

export function presentScore(score: ScoreDoc, names: Names, suspicionId?: string): OutletAuthenticity {
  const outlet = names.outlet(score.outletId);
  return {
    outletId: score.outletId,
    ...some('outletCode', outlet?.code),
    ...some('outletName', outlet?.name),
    enterpriseId: score.enterpriseId,
    ...some('enterpriseName', names.enterprise(score.enterpriseId)),
    medium: score.medium,
    day: dayText(score.day),
    status: score.status,
    ...some('authenticity', score.authenticity),
    ...some('level', score.level),
    ...some('fiveTestScore', score.fiveTestScore),
    ...some('minP', score.minP),
    ...some('worstFactor', score.worstFactor),
    modelVersion: score.modelVersion,
    codeVersion: score.codeVersion,
    scoredAt: isoTime(score.scoredAt),
    ...some('suspicionId', suspicionId),
    divisionPath: score.divisionPath,
  };
}

const span = ({ from, to }: { from: number; to: number }) => ({ from: isoTime(from), to: isoTime(to) });

/** Test by test; `detail` is null where it is no longer kept. */
export function presentEvidence(
  score: ScoreDoc,
  detail: OutletScore | null,
  names: Names,
  suspicionId?: string,
): NonNullable<OutletEvidence['score']> {
  const nothing = { from: score.day, to: score.day };
  return {
    ...presentScore(score, names, suspicionId),
    window: span(detail?.window ?? nothing),
    baseline: span(detail?.baseline ?? nothing),
    factors: detail?.factors.map(presentFactor) ?? [],
    signals: detail?.signals.map(presentSignal) ?? [],
    contributions: detail?.contributions.map(presentContribution) ?? [],
    detailKept: detail !== null,
  };
}

export function presentSuspicion(suspicion: SuspicionDoc, names: Names): Suspicion {
  const outlet = names.outlet(suspicion.outletId);
  return {
    id: suspicion._id,
    outletId: suspicion.outletId,
    ...some('outletCode', outlet?.code),
    ...some('outletName', outlet?.name),
    enterpriseId: suspicion.enterpriseId,
    ...some('enterpriseName', names.enterprise(suspicion.enterpriseId)),
    state: suspicion.state,
    day: dayText(suspicion.day),
    raisedDay: dayText(suspicion.raisedDay),
    authenticity: suspicion.authenticity,
    level: suspicion.level,
    modelVersion: suspicion.modelVersion,
    indications: suspicion.indications.map(({ factor, test, score, from, to, sentence }) => ({
      ...some('factor', factor),
      test,
      name: featureName(test),
      score,
      from: isoTime(from),
      to: isoTime(to),
      sentence: inWords(sentence),
    })),
    ...some('verdict', suspicion.verdict),
    ...some('judgedAt', suspicion.judgedAt === undefined ? undefined : isoTime(suspicion.judgedAt)),
    tasks: suspicion.tasks.map(({ id, type, state, clueId }) => ({
      id,
      type,
      state,
      ...some('clueId', clueId || null),
    })),
    cases: suspicion.cases.map(({ id, number, state }) => ({ id, number, state })),
    raisedAt: isoTime(suspicion.raisedAt),
    changedAt: isoTime(suspicion.changedAt),
    divisionPath: suspicion.divisionPath,
  };
}

export function presentRun(run: RunDoc): ScoringRun {
  const time = (ms: number | undefined) => (ms === undefined ? undefined : isoTime(ms));
  return {
    id: run._id,
    day: dayText(run.day),
    trigger: run.trigger,
    ...some('enterpriseId', run.enterpriseId),
    division: run.division,
    state: run.state,
    ...some('outlets', run.outlets),
    scored: run.scored,
    insufficient: run.insufficient,
    failed: run.failed,
    raised: run.raised,
    ...some('modelVersion', run.modelVersion),
    ...some('error', run.error),
    createdAt: isoTime(run.createdAt),
    ...some('startedAt', time(run.startedAt)),
    ...some('finishedAt', time(run.finishedAt)),
  };
}

export function presentModel(doc: ScoringModelDoc): ScoringModel {
  const { model } = doc;
  const time = (ms: number | undefined) => (ms === undefined ? undefined : isoTime(ms));
  return {
    version: doc._id,
    kind: model.kind,
    active: doc.active,
    weights: Object.entries(model.weights)
      .sort(([, a], [, b]) => b - a)
      .map(([feature, weight]) => ({ feature, name: featureName(feature), weight })),
    intercept: model.intercept,
    levelCuts: { ...model.levelCuts },
    source: model.fittedOn?.source ?? 'set-by-hand',
    examples: doc.examples,
    positives: doc.positives,
    demoExamples: doc.demoExamples,
    ...some('auc', model.fittedOn?.auc),
    ...some('aucInterval', model.fittedOn?.aucInterval),
    ...some('precisionAtN', model.fittedOn?.precisionAtN),
    ...some('comparedWith', doc.comparedWith),
    ...some('outcome', doc.outcome),
    ...some('fittedAt', time(doc.fittedAt)),
    ...some('activatedAt', time(doc.activatedAt)),
    ...some('activatedBy', doc.activatedBy),
  };
}

export function presentExample(example: ExampleDoc): FraudExample {
  return {
    id: example._id,
    group: example.group,
    features: example.features,
    verdict: example.verdict,
    source: example.source,
    ...some('suspicionId', example.suspicionId),
    ...some('outletId', example.outletId),
    ...some('reference', example.reference),
    ...some('by', example.by),
    at: isoTime(example.at),
    demo: example.demo,
    ...some('fittedIn', example.fittedIn),
  };
}
