import type { Act, Case, CaseState, Origin, PenaltyKind, Severity } from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import { type Basis, dayOf } from './acts';
import type { CaseStep, Hearing } from './case-state';
import { originSchema } from './clue.model';
import type { EventDoc } from './task.model';

/** A penalty case as it is stored (domain.md 5.5); times in epoch ms. */
export interface CaseDoc {
  _id: string;
  /** Number of facts told about it: 1, 2, 3 … */
  sequence: number;
  number: string;
  state: CaseState;
  partyKind: 'enterprise' | 'operator';
  partyId: string;
  partyName: string;
  act: Act;
  actAt: number;
  summary: string;
  /** Where it happened; the party's own where that is the party. */
  enterpriseId?: string;
  taskId: string;
  clueId: string;
  origins: Origin[];
  filedAt: number;
  filedBy: string;
  investigators: string[];
  handlingUnit: string;
  decisionAuthority?: string;
  decideBy: number;
  notice?: {
    servedAt: number;
    by: string;
    factsFound: string;
    kinds: PenaltyKind[];
    fine?: number;
    basisIds: string[];
    statementUntil: number;
  };
  statement?: { at: number; by: string; waived: boolean; text: string };
  decision?: {
    at: number;
    by: string;
    documentNo: string;
    kinds: PenaltyKind[];
    fine?: number;
    severity: Severity;
    /** As they read when it was decided. */
    bases: Basis[];
    factsFound: string;
  };
  publishBy?: number;
  publishedAt?: number;
  withdrawn?: { at: number; by: string; reason: string };
  closedAt?: number;
  overdue: CaseStep[];
  history: EventDoc[];
  divisionPath: string[];
}

const text = { type: String, required: true };
const number = { type: Number, required: true };
const part = <T>(fields: Record<string, unknown>) => ({
  type: new Schema<T>(fields as never, { _id: false }),
  required: false,
});

export function caseModels(db: Connection) {
  const basis = new Schema<Basis>(
    {
      id: text,
      line: text,
      title: text,
      article: text,
      text,
      validFrom: text,
      validTo: String,
      fine: part({ min: number, max: number }),
      source: text,
      confidence: text,
    },
    { _id: false, id: false },
  );
  const schema = new Schema<CaseDoc>(
    {
      _id: text,
      sequence: number,
      number: text,
      state: text,
      partyKind: text,
      partyId: text,
      partyName: text,
      act: text,
      actAt: number,
      summary: text,
      enterpriseId: String,
      taskId: text,
      clueId: text,
      origins: [originSchema],
      filedAt: number,
      filedBy: text,
      investigators: [String],
      handlingUnit: text,
      decisionAuthority: String,
      decideBy: number,
      notice: part({
        servedAt: number,
        by: text,
        factsFound: text,
        kinds: [String],
        fine: Number,
        basisIds: [String],
        statementUntil: number,
      }),
      statement: part({ at: number, by: text, waived: { type: Boolean, required: true }, text }),
      decision: part({
        at: number,
        by: text,
        documentNo: text,
        kinds: [String],
        fine: Number,
        severity: text,
        bases: [basis],
        factsFound: text,
      }),
      publishBy: Number,
      publishedAt: Number,
      withdrawn: part({ at: number, by: text, reason: text }),
      closedAt: Number,
      overdue: [String],
      history: [new Schema<EventDoc>({ at: number, verb: text, by: String, remark: String }, { _id: false })],
      divisionPath: [String],
    },
    { versionKey: false, collection: 'cases' },
  );
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ partyId: 1, _id: -1 });
  schema.index({ enterpriseId: 1, _id: -1 });
  // One case a task, one file a number, one document a number.
  schema.index({ taskId: 1 }, { unique: true });
  schema.index({ number: 1 }, { unique: true });
  schema.index({ 'decision.documentNo': 1 }, { unique: true, sparse: true });

  const counter = new Schema<{ _id: string; last: number }>(
    { _id: text, last: number },
    { versionKey: false, collection: 'case_numbers' },
  );
  return { cases: db.model<CaseDoc>('Case', schema) as Model<CaseDoc>, numbers: db.model('CaseNumber', counter) };
}

const isParty = (caller: Caller) => caller.enterpriseId !== undefined || caller.operatorId !== undefined;

/** MongoDB filter for the cases a caller sees: the authority by division, the party its own from the notice on. */
export function visibleCases(caller: Caller): Record<string, unknown> {
  const told = { notice: { $ne: null } };
  if (caller.enterpriseId !== undefined) return { partyKind: 'enterprise', partyId: caller.enterpriseId, ...told };
  if (caller.operatorId !== undefined) return { partyKind: 'operator', partyId: caller.operatorId, ...told };
  if (caller.kind === 'service') return {};
  return { divisionPath: caller.kind === 'public' ? { $in: [] } : caller.division };
}

/** What the party learns of the history: what was done to it, not what led there nor by whom. */
const TOLD_VERBS = ['noticed', 'statement-recorded', 'decided', 'published', 'withdrawn', 'closed'];

export function basisOf({ line, validFrom, validTo, ...basis }: Basis) {
  return {
    ...basis,
    validFrom: isoTime(dayOf(validFrom)),
    ...(validTo && { validTo: isoTime(dayOf(validTo)) }),
  };
}

export const hearingOf = (doc: Pick<CaseDoc, 'notice' | 'statement'>): Hearing | undefined =>
  doc.notice && {
    servedAt: doc.notice.servedAt,
    statementUntil: doc.notice.statementUntil,
    ...(doc.statement && { statedAt: doc.statement.at }),
  };

/** The case as it leaves the service; its party does not see who works on it nor what led to it. */
export function caseOf(doc: CaseDoc, caller: Caller): Case {
  const {
    _id: id,
    sequence,
    origins,
    taskId,
    clueId,
    filedBy,
    investigators,
    notice,
    statement,
    decision,
    ...rest
  } = doc;
  const party = isParty(caller);
  const who = (by: string) => (party ? {} : { by });
  return {
    ...rest,
    id,
    ...(party ? { investigators: [] } : { taskId, clueId, filedBy, investigators }),
    actAt: isoTime(doc.actAt),
    filedAt: isoTime(doc.filedAt),
    decideBy: isoTime(doc.decideBy),
    publishBy: isoTimeOrNone(doc.publishBy),
    publishedAt: isoTimeOrNone(doc.publishedAt),
    closedAt: isoTimeOrNone(doc.closedAt),
    ...(notice && {
      notice: {
        ...notice,
        ...(party && { by: undefined }),
        servedAt: isoTime(notice.servedAt),
        statementUntil: isoTime(notice.statementUntil),
      },
    }),
    ...(statement && {
      statement: { at: isoTime(statement.at), waived: statement.waived, text: statement.text, ...who(statement.by) },
    }),
    ...(decision && {
      decision: {
        ...decision,
        ...(party && { by: undefined }),
        at: isoTime(decision.at),
        bases: decision.bases.map(basisOf),
      },
    }),
    withdrawn: doc.withdrawn && {
      at: isoTime(doc.withdrawn.at),
      reason: doc.withdrawn.reason,
      ...who(doc.withdrawn.by),
    },
    overdue: party ? [] : doc.overdue,
    history: doc.history
      .filter(({ verb }) => !party || TOLD_VERBS.includes(verb))
      .map(({ at, verb, by, remark }) => ({ at: isoTime(at), verb, ...(party ? {} : { by, remark }) })),
  };
}
