import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY } from './action';
import { DivisionCode, Id, Literals, Page, PageParams, strict, Time } from './schema';

/** filed 立案 → noticed 事先告知 → decided 决定 → closed 结案; withdrawn 撤销 before the end (domain.md 5.5). */
export const CASE_STATES = ['filed', 'noticed', 'decided', 'closed', 'withdrawn'] as const;
/** What was done; the catalogue with its legal bases lies in tasking (`acts.ts`). */
export const ACTS = [
  'falsified-monitoring',
  'exceedance',
  'no-permit',
  'over-quota',
  'built-without-approval',
  'operated-without-acceptance',
  'report-late',
  'no-automatic-monitoring',
  'evading-supervision',
  'other',
] as const;
/** Kinds of penalty and order (行政处罚法 Art 9; 行政处罚法 Art 28 for the order to correct). */
export const PENALTY_KINDS = [
  'warning',
  'criticism',
  'fine',
  'confiscation',
  'suspend-permit',
  'revoke-permit',
  'limit-production',
  'stop-production',
  'detention',
  'order-to-correct',
  'no-penalty',
] as const;
export const SEVERITIES = ['light', 'general', 'serious'] as const;
export const Act = Literals(ACTS);
export const PenaltyKind = Literals(PENALTY_KINDS);
export const Severity = Literals(SEVERITIES, { description: 'how long it stands against the party (domain.md 4.4)' });

/** Instrument and article a decision may rest on (domain.md 0: law as data). */
export const LegalBasis = Type.Object(
  {
    id: Id,
    title: Type.String(),
    article: Type.String(),
    text: Type.String(),
    validFrom: Time,
    validTo: Type.Optional(Time),
    fine: Type.Optional(
      Type.Object(
        { min: Type.Number(), max: Type.Number() },
        { ...strict, description: 'yuan; absent: no fixed range' },
      ),
    ),
    source: Type.String(),
    confidence: Literals(['C', 'L', 'U']),
  },
  strict,
);
export const CaseEvent = Type.Object(
  { at: Time, verb: Type.String(), by: Type.Optional(Type.String()), remark: Type.Optional(Type.String()) },
  strict,
);
const Text = Type.String({ minLength: 1, maxLength: 5000 });
const Fine = Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: 'yuan' });
export const CaseNotice = Type.Object(
  {
    servedAt: Time,
    by: Type.Optional(Type.String()),
    factsFound: Type.String(),
    kinds: Type.Array(PenaltyKind),
    fine: Type.Optional(Type.Number()),
    basisIds: Type.Array(Id),
    statementUntil: Type.String({ format: 'date-time', description: 'five working days after service' }),
  },
  strict,
);
export const CaseStatement = Type.Object(
  { at: Time, by: Type.Optional(Type.String()), waived: Type.Boolean(), text: Type.String() },
  strict,
);
export const CaseDecision = Type.Object(
  {
    at: Time,
    by: Type.Optional(Type.String()),
    documentNo: Type.String({ description: 'number of the decision document (决定书文号)' }),
    kinds: Type.Array(PenaltyKind),
    fine: Type.Optional(Type.Number()),
    severity: Severity,
    bases: Type.Array(LegalBasis),
    factsFound: Type.String(),
  },
  strict,
);
/** A penalty case (行政处罚案件). The party sees it from the notice on, without who and what led to it. */
export const Case = Type.Object(
  {
    id: Id,
    number: Type.String({ description: 'of the file (案号)' }),
    state: Literals(CASE_STATES),
    partyKind: Literals(['enterprise', 'operator']),
    partyId: Id,
    partyName: Type.String(),
    act: Act,
    actAt: Time,
    summary: Type.String(),
    enterpriseId: Type.Optional(Id),
    taskId: Type.Optional(Id),
    clueId: Type.Optional(Id),
    filedAt: Time,
    filedBy: Type.Optional(Type.String()),
    investigators: Type.Array(Id, { description: 'people; empty for the party' }),
    handlingUnit: DivisionCode,
    decisionAuthority: Type.Optional(DivisionCode),
    decideBy: Time,
    notice: Type.Optional(CaseNotice),
    statement: Type.Optional(CaseStatement),
    decision: Type.Optional(CaseDecision),
    publishBy: Type.Optional(Time),
    publishedAt: Type.Optional(Time),
    withdrawn: Type.Optional(
      Type.Object({ at: Time, by: Type.Optional(Type.String()), reason: Type.String() }, strict),
    ),
    closedAt: Type.Optional(Time),
    overdue: Type.Array(Literals(['decide', 'publish'])),
    history: Type.Array(CaseEvent),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);

const ById = { id: Id };
const SUPERVISORS = ['supervisor'] as const;
const READERS = [...AUTHORITY, 'principal', 'operator-staff'] as const;
const Bases = Type.Array(Id, { minItems: 1, maxItems: 5, uniqueItems: true });
const Kinds = Type.Array(PenaltyKind, { minItems: 1, maxItems: 5, uniqueItems: true });

export const caseActions = {
  'tasking.case.list': {
    params: Type.Object(
      {
        state: Type.Optional(Literals(CASE_STATES)),
        act: Type.Optional(Act),
        enterpriseId: Type.Optional(Id),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Case),
    roles: READERS,
  },
  'tasking.case.get': { params: Type.Object(ById, strict), result: Case, roles: READERS },
  // The catalogue: what may be cited for an act of that day, were it decided now (从旧兼从轻).
  'tasking.case.acts': {
    params: Type.Object({ actAt: Type.Optional(Time) }, strict),
    result: Type.Array(
      Type.Object({ act: Act, name: Type.String(), severity: Severity, bases: Type.Array(LegalBasis) }, strict),
    ),
    roles: AUTHORITY,
  },
  // 立案, from a reviewed VERIFY or INSPECT whose finding is violation-suspected.
  'tasking.case.file': {
    params: Type.Object(
      {
        taskId: Id,
        act: Act,
        actAt: Time,
        summary: Text,
        harm: Type.Optional(
          Type.Boolean({ description: 'the act did environmental harm: limitation of 5 years in place of 2' }),
        ),
        partyKind: Type.Optional(Literals(['enterprise', 'operator'], { default: 'enterprise' })),
        operatorId: Type.Optional(Id),
      },
      strict,
    ),
    result: Case,
    roles: SUPERVISORS,
  },
  'tasking.case.serveNotice': {
    params: Type.Object(
      {
        ...ById,
        servedAt: Type.Optional(Time),
        factsFound: Text,
        kinds: Kinds,
        fine: Type.Optional(Fine),
        basisIds: Bases,
      },
      strict,
    ),
    result: Case,
    roles: SUPERVISORS,
  },
  'tasking.case.recordStatement': {
    params: Type.Object(
      { ...ById, waived: Type.Boolean({ description: 'the party states that it will make none' }), text: Text },
      strict,
    ),
    result: Case,
    roles: SUPERVISORS,
  },
  'tasking.case.decide': {
    params: Type.Object(
      {
        ...ById,
        documentNo: Type.String({ minLength: 3, maxLength: 60 }),
        kinds: Kinds,
        fine: Type.Optional(Fine),
        severity: Type.Optional(Severity),
        basisIds: Bases,
        factsFound: Text,
      },
      strict,
    ),
    result: Case,
    roles: SUPERVISORS,
  },
  'tasking.case.publish': {
    params: Type.Object({ ...ById, publishedAt: Type.Optional(Time) }, strict),
    result: Case,
    roles: SUPERVISORS,
  },
  'tasking.case.withdraw': {
    params: Type.Object({ ...ById, reason: Text }, strict),
    result: Case,
    roles: SUPERVISORS,
  },
  'tasking.case.close': { params: Type.Object(ById, strict), result: Case, roles: SUPERVISORS },
} as const satisfies Record<string, ActionContract>;

export type Act = (typeof ACTS)[number];
export type Case = Static<typeof Case>;
export type CaseState = (typeof CASE_STATES)[number];
export type LegalBasis = Static<typeof LegalBasis>;
export type PenaltyKind = (typeof PENALTY_KINDS)[number];
export type Severity = (typeof SEVERITIES)[number];
