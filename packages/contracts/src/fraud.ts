import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Medium, Page, PageParams, strict, Time } from './schema';

/** A day in UTC+8. */
const Day = Type.String({ format: 'date', description: 'YYYY-MM-DD in UTC+8' });
/** One sentence in both languages of the pages. */
export const BothLanguages = Type.Object({ zh: Type.String(), en: Type.String() }, strict);

export const AUTHENTICITY_LEVELS = ['normal', 'watch', 'suspect', 'strongly-suspect'] as const;
export const AuthenticityLevel = Literals(AUTHENTICITY_LEVELS, { description: 'domain.md 2.4' });
/** INSUFFICIENT: too few data to say anything, which is held against nobody. */
export const ScoreStatus = Literals(['SCORED', 'INSUFFICIENT']);
const Authenticity = Type.Number({ minimum: 0, maximum: 100, description: 'authenticity score, 0 to 100' });

/** A stretch of the curve that speaks, and why; `to` is not included. */
export const SpeakingInterval = Type.Object({ from: Time, to: Time, why: BothLanguages }, strict);
const Numbers = Type.Record(Type.String(), Type.Number(), { description: 'every number behind the result' });
export const FraudTest = Type.Object(
  {
    test: Literals(['E', 'F', 'Z', 'B', 'W'], { description: 'domain.md 2.3' }),
    applicable: Type.Boolean(),
    reason: Type.Optional(BothLanguages),
    p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    score: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: '0: suspected abnormal; 1: nothing seen' }),
    ),
    sentence: BothLanguages,
    intervals: Type.Array(SpeakingInterval),
    numbers: Numbers,
    causes: Type.Array(BothLanguages, { description: 'honest causes to rule out first' }),
  },
  strict,
);
export const FraudSignal = Type.Object(
  {
    feature: Type.String(),
    name: BothLanguages,
    suspicion: Type.Number({ minimum: 0, maximum: 1 }),
    sentence: BothLanguages,
    intervals: Type.Array(SpeakingInterval),
    numbers: Numbers,
    causes: Type.Array(BothLanguages),
  },
  strict,
);
/** What one test or signal took from 100 points. */
export const FraudContribution = Type.Object(
  {
    feature: Type.String(),
    name: BothLanguages,
    factor: Type.Optional(FactorCode),
    suspicion: Type.Number(),
    points: Type.Number(),
    sentence: BothLanguages,
  },
  strict,
);
export const FactorAuthenticity = Type.Object(
  {
    factor: FactorCode,
    status: ScoreStatus,
    reason: Type.Optional(BothLanguages),
    authenticity: Type.Optional(Authenticity),
    level: Type.Optional(AuthenticityLevel),
    fiveTestScore: Type.Optional(Authenticity),
    minP: Type.Optional(Type.Number()),
    tests: Type.Array(FraudTest),
    signals: Type.Array(FraudSignal),
    contributions: Type.Array(FraudContribution),
  },
  strict,
);

/** One outlet's score of one day. */
export const OutletAuthenticity = Type.Object(
  {
    outletId: Id,
    outletCode: Type.Optional(Type.String()),
    outletName: Type.Optional(Type.String()),
    enterpriseId: Id,
    enterpriseName: Type.Optional(Type.String()),
    medium: Medium,
    day: Day,
    status: ScoreStatus,
    authenticity: Type.Optional(Authenticity),
    level: Type.Optional(AuthenticityLevel),
    fiveTestScore: Type.Optional(Authenticity),
    minP: Type.Optional(Type.Number()),
    worstFactor: Type.Optional(FactorCode),
    modelVersion: Type.String(),
    codeVersion: Type.String({ description: 'of the rules; scores of different versions are not comparable' }),
    scoredAt: Time,
    suspicionId: Type.Optional(Id),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
export const AuthenticityDay = Type.Object(
  {
    day: Day,
    status: ScoreStatus,
    authenticity: Type.Optional(Authenticity),
    level: Type.Optional(AuthenticityLevel),
    modelVersion: Type.String(),
  },
  strict,
);

export const SUSPICION_STATES = ['open', 'withdrawn', 'judged'] as const;
export const FraudVerdict = Literals(['confirmed', 'instrument-fault', 'process-change', 'normal'], {
  description: 'of the visit, or of a decided case (domain.md 2.4)',
});
export const Suspicion = Type.Object(
  {
    id: Id,
    outletId: Id,
    outletCode: Type.Optional(Type.String()),
    outletName: Type.Optional(Type.String()),
    enterpriseId: Id,
    enterpriseName: Type.Optional(Type.String()),
    state: Literals(SUSPICION_STATES),
    day: Day,
    raisedDay: Day,
    authenticity: Authenticity,
    level: AuthenticityLevel,
    modelVersion: Type.String(),
    indications: Type.Array(
      Type.Object(
        {
          factor: Type.Optional(FactorCode),
          test: Type.String(),
          name: BothLanguages,
          score: Type.Number(),
          from: Time,
          to: Time,
          sentence: BothLanguages,
        },
        strict,
      ),
      { description: 'worst first' },
    ),
    verdict: Type.Optional(FraudVerdict),
    judgedAt: Type.Optional(Time),
    tasks: Type.Array(
      Type.Object({ id: Id, type: Type.String(), state: Type.String(), clueId: Type.Optional(Id) }, strict),
    ),
    cases: Type.Array(Type.Object({ id: Id, number: Type.String(), state: Type.String() }, strict)),
    raisedAt: Time,
    changedAt: Time,
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);

/** All that is known of one outlet on one day, and its history. `score` is absent before it was scored for the first time. */
export const OutletEvidence = Type.Object(
  {
    outletId: Id,
    enterpriseId: Id,
    score: Type.Optional(
      Type.Composite(
        [
          OutletAuthenticity,
          Type.Object({
            window: Type.Object({ from: Time, to: Time }, strict),
            baseline: Type.Object({ from: Time, to: Time }, strict),
            factors: Type.Array(FactorAuthenticity),
            signals: Type.Array(FraudSignal),
            contributions: Type.Array(FraudContribution),
            detailKept: Type.Boolean({ description: 'false: test by test is no longer kept of that day' }),
          }),
        ],
        strict,
      ),
    ),
    history: Type.Array(AuthenticityDay, { description: 'oldest first' }),
    suspicion: Type.Optional(Suspicion),
  },
  strict,
);
export const EnterpriseAuthenticity = Type.Object(
  {
    enterpriseId: Id,
    status: ScoreStatus,
    day: Type.Optional(Day),
    authenticity: Type.Optional(Type.Number({ description: 'minimum over the scored outlets' })),
    mean: Type.Optional(Type.Number()),
    level: Type.Optional(AuthenticityLevel),
    worstOutletId: Type.Optional(Id),
    modelVersion: Type.Optional(Type.String()),
    outlets: Type.Array(OutletAuthenticity),
    trend: Type.Array(
      Type.Object(
        {
          day: Day,
          status: ScoreStatus,
          authenticity: Type.Optional(Type.Number()),
          mean: Type.Optional(Type.Number()),
        },
        strict,
      ),
      { description: 'oldest first' },
    ),
  },
  strict,
);

/** One pass of the scoring over a day. */
export const ScoringRun = Type.Object(
  {
    id: Id,
    day: Day,
    trigger: Literals(['timer', 'demand', 'model']),
    enterpriseId: Type.Optional(Id),
    division: DivisionCode,
    state: Literals(['waiting', 'running', 'done']),
    outlets: Type.Optional(Type.Integer({ description: 'to be scored; absent before it began' })),
    scored: Type.Integer(),
    insufficient: Type.Integer(),
    failed: Type.Integer({ description: 'outlets whose data could not be scored; `error` says why the last one' }),
    raised: Type.Integer({ description: 'suspicions newly raised' }),
    modelVersion: Type.Optional(Type.String()),
    error: Type.Optional(Type.String()),
    createdAt: Time,
    startedAt: Type.Optional(Time),
    finishedAt: Type.Optional(Time),
  },
  strict,
);

export const ScoringModel = Type.Object(
  {
    version: Type.String(),
    kind: Literals(['geometric', 'logistic']),
    active: Type.Boolean(),
    weights: Type.Array(Type.Object({ feature: Type.String(), name: BothLanguages, weight: Type.Number() }, strict)),
    intercept: Type.Number(),
    levelCuts: Type.Object({ normal: Type.Number(), watch: Type.Number(), suspect: Type.Number() }, strict),
    source: Type.String({ description: 'what it was fitted on, or set-by-hand' }),
    examples: Type.Integer(),
    positives: Type.Integer(),
    demoExamples: Type.Integer(),
    auc: Type.Optional(Type.Number({ description: 'cross-validated by enterprise' })),
    aucInterval: Type.Optional(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 })),
    precisionAtN: Type.Optional(Type.Number()),
    comparedWith: Type.Optional(
      Type.Object({ version: Type.String(), auc: Type.Number() }, { ...strict, description: 'the model then active' }),
    ),
    outcome: Type.Optional(BothLanguages),
    fittedAt: Type.Optional(Time),
    activatedAt: Type.Optional(Time),
    activatedBy: Type.Optional(Type.String({ description: 'absent: by the refit itself' })),
  },
  strict,
);

export const FraudExampleInput = Type.Object(
  {
    id: Id,
    group: Type.String({ minLength: 1, maxLength: 64, description: 'enterprise; never split in cross-validation' }),
    features: Type.Record(Type.String({ maxLength: 64 }), Type.Number({ minimum: 0, maximum: 1 })),
    verdict: FraudVerdict,
    by: Type.Optional(Type.String({ maxLength: 100 })),
    at: Time,
    demo: Type.Boolean({ description: 'made up for the demonstration' }),
  },
  strict,
);
export const FraudExample = Type.Object(
  {
    id: Id,
    group: Type.String(),
    features: Type.Record(Type.String(), Type.Number()),
    verdict: FraudVerdict,
    source: Literals(['task', 'case', 'import']),
    suspicionId: Type.Optional(Id),
    outletId: Type.Optional(Id),
    reference: Type.Optional(Type.String({ description: 'task or case that it rests on' })),
    by: Type.Optional(Type.String()),
    at: Time,
    demo: Type.Boolean(),
    fittedIn: Type.Optional(Type.String({ description: 'first model fitted with it' })),
  },
  strict,
);

const COMMAND = ['administrator', 'supervisor', 'service'] as const;
const paged = { ...PageParams };

export const fraudActions = {
  // The whole of the caller's division, or one enterprise; the last full day when no day is named.
  'fraud.score.run': {
    params: Type.Object({ day: Type.Optional(Day), enterpriseId: Type.Optional(Id) }, strict),
    result: ScoringRun,
    roles: COMMAND,
  },
  'fraud.run.list': { params: Type.Object(paged, strict), result: Page(ScoringRun), roles: AUTHORITY },
  'fraud.run.get': { params: Type.Object({ id: Id }, strict), result: ScoringRun, roles: AUTHORITY },
  // Lowest first; the newest score of each outlet when no day is named.
  'fraud.score.list': {
    params: Type.Object(
      {
        day: Type.Optional(Day),
        division: Type.Optional(DivisionCode),
        enterpriseId: Type.Optional(Id),
        level: Type.Optional(AuthenticityLevel),
        status: Type.Optional(ScoreStatus),
        ...paged,
      },
      strict,
    ),
    result: Page(OutletAuthenticity),
    roles: AUTHORITY,
  },
  'fraud.outlet.get': {
    params: Type.Object({ outletId: Id, day: Type.Optional(Day) }, strict),
    result: OutletEvidence,
    roles: AUTHORITY,
  },
  'fraud.enterprise.get': {
    params: Type.Object({ enterpriseId: Id }, strict),
    result: EnterpriseAuthenticity,
    roles: AUTHORITY,
  },
  'fraud.suspicion.list': {
    params: Type.Object(
      {
        state: Type.Optional(Literals(SUSPICION_STATES)),
        division: Type.Optional(DivisionCode),
        enterpriseId: Type.Optional(Id),
        outletId: Type.Optional(Id),
        ...paged,
      },
      strict,
    ),
    result: Page(Suspicion),
    roles: AUTHORITY,
  },
  'fraud.suspicion.get': { params: Type.Object({ id: Id }, strict), result: Suspicion, roles: AUTHORITY },
  'fraud.model.list': { params: Type.Object(paged, strict), result: Page(ScoringModel), roles: AUTHORITY },
  // One model scores the whole province: for its own administrators and supervisors.
  'fraud.model.activate': {
    params: Type.Object({ version: Id }, strict),
    result: ScoringModel,
    roles: COMMAND,
  },
  // An example whose id is there already stays as it is.
  'fraud.example.import': {
    params: Type.Object({ examples: Type.Array(FraudExampleInput, { minItems: 1, maxItems: 5000 }) }, strict),
    result: Type.Object({ created: Type.Integer(), existing: Type.Integer() }, strict),
    roles: ['administrator', 'service'],
  },
  'fraud.example.list': { params: Type.Object(paged, strict), result: Page(FraudExample), roles: AUTHORITY },
} as const satisfies Record<string, ActionContract>;

export type BothLanguages = Static<typeof BothLanguages>;
export type AuthenticityLevel = (typeof AUTHENTICITY_LEVELS)[number];
export type ScoreStatus = Static<typeof ScoreStatus>;
export type FraudTest = Static<typeof FraudTest>;
export type FraudSignal = Static<typeof FraudSignal>;
export type FraudContribution = Static<typeof FraudContribution>;
export type FactorAuthenticity = Static<typeof FactorAuthenticity>;
export type OutletAuthenticity = Static<typeof OutletAuthenticity>;
export type OutletEvidence = Static<typeof OutletEvidence>;
export type EnterpriseAuthenticity = Static<typeof EnterpriseAuthenticity>;
export type Suspicion = Static<typeof Suspicion>;
export type FraudVerdict = Static<typeof FraudVerdict>;
export type ScoringRun = Static<typeof ScoringRun>;
export type ScoringModel = Static<typeof ScoringModel>;
export type FraudExample = Static<typeof FraudExample>;
export type FraudExampleInput = Static<typeof FraudExampleInput>;
