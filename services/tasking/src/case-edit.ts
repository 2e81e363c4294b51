import { taskingFacts } from '@greenwatch/contracts';
import { type Caller, type Kit, notFound } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { type CaseDoc, visibleCases } from './case.model';
import { CASE_STEPS, type CaseStep, isCaseStepWaitedFor } from './case-state';
import { phaseTime } from './escalation';

export type CasePhase = 'reminder' | 'overdue';
const timerKey = (caseId: string, step: CaseStep) => `case:${caseId}:${step}`;

/** The limit of a step of a case while it runs (epoch ms). */
export function caseLimitOf(doc: CaseDoc, step: CaseStep): number | undefined {
  if (!isCaseStepWaitedFor(step, doc.state, doc.publishedAt !== undefined)) return undefined;
  return step === 'decide' ? doc.decideBy : doc.publishBy;
}

/** One change of one case inside a transaction: history, facts and timers follow from it (as task-edit.ts for tasks). */
export class CaseEdit {
  readonly #told: { verb: string; data: taskingFacts.CaseChanged; sequence: number }[] = [];
  readonly #before: CaseDoc | undefined;
  readonly now: number;

  constructor(
    private readonly kit: Kit,
    private readonly cases: Model<CaseDoc>,
    readonly doc: CaseDoc,
    stored: boolean,
  ) {
    this.#before = stored ? structuredClone(doc) : undefined;
    this.now = stored ? kit.now() : doc.filedAt;
  }

  readonly tell = (verb: string, { by, remark }: { by?: string; remark?: string } = {}): void => {
    this.doc.sequence += 1;
    this.doc.history.push({ at: this.now, verb, ...(by && { by }), ...(remark && { remark }) });
    this.#told.push({ verb, data: factData(this.doc, remark), sequence: this.doc.sequence });
  };

  async save(session: ClientSession): Promise<void> {
    const { doc } = this;
    if (this.#before) {
      const { matchedCount } = await this.cases.replaceOne(
        { _id: doc._id, sequence: this.#before.sequence },
        doc as never,
        { session },
      );
      if (matchedCount !== 1) throw new Error(`case ${doc._id} was changed meanwhile`);
    } else {
      await this.cases.create([doc], { session });
    }
    for (const { verb, data, sequence } of this.#told) {
      await this.kit.facts.append(session, {
        subject: `facts.tasking.case.${verb}`,
        codec: taskingFacts.CaseChanged,
        data,
        entity: doc._id,
        sequence,
        occurredAt: this.now,
        divisionPath: doc.divisionPath,
        // The party learns of its case with the notice, not before.
        ...(doc.notice && doc.partyKind === 'enterprise' && { enterpriseId: doc.partyId }),
      });
    }
    for (const step of CASE_STEPS) {
      const before = this.#before && caseLimitOf(this.#before, step);
      const after = caseLimitOf(doc, step);
      if (before === after) continue;
      if (before !== undefined) await this.kit.facts.cancel(session, timerKey(doc._id, step));
      if (after !== undefined) await this.schedule(session, step, 'reminder', after);
    }
  }

  /** The timer of a step's phase: a fact told later (design.md 5). */
  async schedule(session: ClientSession, step: CaseStep, phase: CasePhase, dueAt: number): Promise<void> {
    const { _id: caseId, sequence, divisionPath } = this.doc;
    const start = step === 'decide' ? this.doc.filedAt : (this.doc.decision?.at ?? this.now);
    const publishAt = phaseTime(phase, start, dueAt);
    await this.kit.facts.append(session, {
      subject: 'facts.tasking.case.due',
      codec: taskingFacts.CaseDue,
      data: { caseId, step, phase, dueAt },
      entity: timerKey(caseId, step),
      sequence,
      occurredAt: publishAt,
      divisionPath,
      publishAt,
      cancelKey: timerKey(caseId, step),
    });
  }
}

function factData(doc: CaseDoc, remark = ''): taskingFacts.CaseChanged {
  const { _id: id, number, partyKind, partyId, partyName, taskId, clueId, state, act, decision } = doc;
  return {
    id,
    number,
    partyKind,
    partyId,
    partyName,
    taskId,
    clueId,
    state,
    act,
    origins: doc.origins.map((origin) => ({ kind: origin.kind, id: origin.id })),
    actAt: doc.actAt,
    filedAt: doc.filedAt,
    decidedAt: decision?.at ?? 0,
    decision: decision && {
      documentNo: decision.documentNo,
      kinds: [...decision.kinds],
      fine: decision.fine ?? 0,
      severity: decision.severity,
      legalBases: decision.bases.map(({ title, article }) => `${title}${article}`),
      factsFound: decision.factsFound,
    },
    handlingUnit: doc.handlingUnit,
    decisionAuthority: doc.decisionAuthority ?? '',
    remark,
  };
}

/** Opens the edit of a stored case that the caller may see; without a caller, the system's own. */
export async function editCase(
  kit: Kit,
  cases: Model<CaseDoc>,
  id: string,
  session: ClientSession,
  caller?: Caller,
): Promise<CaseEdit> {
  const filter = { $and: [{ _id: id }, caller ? visibleCases(caller) : {}] };
  const doc = await cases.findOne(filter as never, null, { session }).lean<CaseDoc>();
  if (!doc) throw notFound('case', id);
  return new CaseEdit(kit, cases, doc, true);
}
