import {
  type ActionHandlers,
  afterKey,
  type Call,
  conflict,
  forbidden,
  invalid,
  isoTime,
  type Kit,
  newId,
  notFound,
  pageOf,
} from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { ACT_CATALOGUE, assertPenalty, basesFor, citedBases, defaultSeverity } from './acts';
import { basisOf, type CaseDoc, type caseModels, caseOf, hearingOf, visibleCases } from './case.model';
import { CaseEdit, editCase } from './case-edit';
import {
  assertHeard,
  assertNotInvestigator,
  type CaseVerb,
  decisionAuthority,
  decisionLimit,
  LIMITATION_YEARS,
  limitationStart,
  nextCaseState,
  publishLimit,
  statementLimit,
} from './case-state';
import type { OperatorDoc, RegistryCopies } from './registry-copies.model';
import { tiersOf } from './routing';
import type { TaskDoc } from './task.model';
import { isCaseMatter } from './task-actions';
import { editTask } from './task-edit';

interface Models extends ReturnType<typeof caseModels> {
  tasks: Model<TaskDoc>;
  copies: RegistryCopies;
}

/** What supervisors do with penalty cases (domain.md 5.5). Scope first (404), then who may (403), then whether it is time. */
export function caseActions(kit: Kit, { cases, numbers, tasks, copies }: Models) {
  /** One verb on one case, in one transaction with history, fact, timers and the audit entry. */
  async function act(
    id: string,
    verb: CaseVerb,
    call: Call,
    change: (edit: CaseEdit, by: string, session: ClientSession) => Promise<void> | void,
  ) {
    const { caller } = call;
    // Only the authority acts; a party that sees its case does not.
    if (caller.enterpriseId !== undefined || caller.operatorId !== undefined) throw notFound('case', id);
    return kit.transaction(async (session) => {
      const edit = await editCase(kit, cases, id, session, caller);
      const { doc } = edit;
      const from = doc.state;
      const to = nextCaseState(from, verb);
      doc.state = to;
      await change(edit, caller.personId ?? caller.id, session);
      await edit.save(session);
      const detail = { from, to, ...(doc.decision && { documentNo: doc.decision.documentNo }) };
      await kit.audit(session, { action: `case.${verb}`, entity: id, by: caller, detail });
      return caseOf(doc, caller);
    });
  }

  /** A number of its own for each handling unit and year: `330483-2026-0001`. */
  async function nextNumber(unit: string, now: number, session: ClientSession): Promise<string> {
    const year = isoTime(now).slice(0, 4);
    const row = await numbers
      .findOneAndUpdate(
        { _id: `${unit}-${year}` },
        { $inc: { last: 1 } },
        { session, upsert: true, returnDocument: 'after' },
      )
      .lean<{ last: number }>();
    return `${unit}-${year}-${String(row?.last).padStart(4, '0')}`;
  }

  async function partyOf(
    task: TaskDoc,
    kind: CaseDoc['partyKind'],
    operatorId: string | undefined,
    session: ClientSession,
  ): Promise<Pick<CaseDoc, 'partyKind' | 'partyId' | 'partyName'>> {
    if (kind === 'enterprise') {
      if (operatorId) throw invalid('operatorId', 'must be absent: the party is the enterprise');
      return { partyKind: kind, partyId: task.enterpriseId as string, partyName: task.enterpriseName as string };
    }
    if (!operatorId) throw invalid('operatorId', 'is needed: the party is an operator');
    const operator = await copies.operators.findOne({ _id: operatorId }, null, { session }).lean<OperatorDoc>();
    if (!operator) throw invalid('operatorId', 'must be an operator the registry knows');
    return { partyKind: kind, partyId: operatorId, partyName: operator.name };
  }

  return {
    'tasking.case.list': async ({ state, act: asked, enterpriseId, after, limit = 100 }, { caller }) => {
      const key = afterKey(after, 1);
      const filter = {
        $and: [
          visibleCases(caller),
          ...(state ? [{ state }] : []),
          ...(asked ? [{ act: asked }] : []),
          ...(enterpriseId ? [{ enterpriseId }] : []),
          ...(key ? [{ _id: { $lt: key[0] } }] : []),
        ],
      };
      const docs = await cases
        .find(filter as never)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<CaseDoc[]>();
      const page = pageOf(docs, limit, (doc) => [doc._id]);
      return { ...page, items: page.items.map((doc) => caseOf(doc, caller)) };
    },

    'tasking.case.get': async ({ id }, { caller }) => {
      const doc = await cases.findOne({ $and: [{ _id: id }, visibleCases(caller)] } as never).lean<CaseDoc>();
      if (!doc) throw notFound('case', id);
      return caseOf(doc, caller);
    },

    'tasking.case.acts': async ({ actAt }) => {
      const now = kit.now();
      const at = actAt ? Date.parse(actAt) : now;
      return ACT_CATALOGUE.map(({ act: of, name, severity }) => ({
        act: of,
        name,
        severity,
        bases: basesFor(of, at, now).map(basisOf),
      }));
    },

    'tasking.case.file': async (params, { caller }) => {
      const { taskId, act: of, summary, harm = false, partyKind = 'enterprise', operatorId } = params;
      const by = caller.personId ?? caller.id;
      return kit.transaction(async (session) => {
        const edit = await editTask(kit, tasks, taskId, session, caller);
        const { task, now } = edit;
        if (task.type !== 'VERIFY' && task.type !== 'INSPECT') {
          throw conflict('NOT_AN_INSPECTION', 'A case rests on an inspection by two officers (处罚法 Art 42).');
        }
        if (!task.reviews.some(({ decision }) => decision === 'approve') || !isCaseMatter(task)) {
          throw conflict('NOT_CONFIRMED', 'A case is filed from a reviewed task whose finding is violation-suspected.');
        }
        if (task.caseId) throw conflict('ALREADY_FILED', `This task has become case ${task.caseId}.`);
        const actAt = Date.parse(params.actAt);
        if (actAt > now) throw invalid('actAt', 'must not lie in the future');
        if (actAt < limitationStart(now, harm)) {
          const years = harm ? LIMITATION_YEARS.harm : LIMITATION_YEARS.usual;
          throw invalid('actAt', `must lie within the limitation period of ${years} years`);
        }
        const party = await partyOf(task, partyKind, operatorId, session);
        const handlingUnit = tiersOf(task.divisionPath).county;
        const doc: CaseDoc = {
          _id: newId(),
          sequence: 0,
          number: await nextNumber(handlingUnit, now, session),
          state: 'filed',
          ...party,
          act: of,
          actAt,
          summary,
          enterpriseId: task.enterpriseId,
          taskId,
          clueId: task.clueId,
          origins: task.origins,
          filedAt: now,
          filedBy: by,
          investigators: task.assignees.map(({ personId }) => personId),
          handlingUnit,
          decideBy: decisionLimit(now),
          overdue: [],
          history: [],
          divisionPath: task.divisionPath,
        };
        const filing = new CaseEdit(kit, cases, doc, false);
        filing.tell('filed', { by, remark: doc.number });
        await filing.save(session);
        task.caseId = doc._id;
        edit.tell('case-filed', { by, remark: doc.number });
        await edit.save(session);
        await kit.audit(session, {
          action: 'case.file',
          entity: doc._id,
          by: caller,
          detail: { taskId, number: doc.number, act: of, party: party.partyId },
        });
        return caseOf(doc, caller);
      });
    },

    'tasking.case.serveNotice': ({ id, servedAt, factsFound, kinds, fine, basisIds }, call) =>
      act(id, 'serveNotice', call, ({ doc, now, tell }, by) => {
        const at = servedAt ? Date.parse(servedAt) : now;
        if (at > now) throw invalid('servedAt', 'must not lie in the future');
        if (at < doc.filedAt)
          throw invalid('servedAt', `must not lie before the case was filed, ${isoTime(doc.filedAt)}`);
        assertPenalty(kinds, fine, citedBases(doc.act, doc.actAt, now, basisIds));
        const statementUntil = statementLimit(at);
        doc.notice = { servedAt: at, by, factsFound, kinds, ...(fine && { fine }), basisIds, statementUntil };
        // Told anew, the party may state anew.
        delete doc.statement;
        doc.decideBy = decisionLimit(doc.filedAt, hearingOf(doc));
        tell('noticed', { by, remark: isoTime(statementUntil) });
      }),

    'tasking.case.recordStatement': ({ id, waived, text }, call) =>
      act(id, 'recordStatement', call, ({ doc, now, tell }, by) => {
        doc.statement = { at: now, by, waived, text };
        doc.decideBy = decisionLimit(doc.filedAt, hearingOf(doc));
        tell('statement-recorded', { by, remark: waived ? 'waived' : '' });
      }),

    'tasking.case.decide': ({ id, documentNo, kinds, fine, severity, basisIds, factsFound }, call) =>
      act(id, 'decide', call, async ({ doc, now, tell }, by, session) => {
        const authority = decisionAuthority(doc, call.caller);
        const hearing = hearingOf(doc);
        if (!hearing || !doc.notice) throw conflict('NOT_NOTICED', 'Tell the party first what is intended.');
        assertHeard(hearing, now, isoTime(hearing.statementUntil));
        const cited = citedBases(doc.act, doc.actAt, now, basisIds);
        assertPenalty(kinds, fine, cited);
        // 行政处罚法 Art 45: what the party says in its defence must not make the penalty heavier.
        if ((fine ?? 0) > (doc.notice.fine ?? 0)) {
          throw invalid(
            'fine',
            `must not be above the ${doc.notice.fine ?? 0} yuan the party was told; serve a notice again`,
          );
        }
        const taken = await cases.exists({ 'decision.documentNo': documentNo }).session(session);
        if (taken) throw invalid('documentNo', 'must be new: another decision has this number');
        doc.decision = {
          at: now,
          by,
          documentNo,
          kinds,
          ...(fine && { fine }),
          severity: severity ?? defaultSeverity(doc.act, kinds),
          bases: cited,
          factsFound,
        };
        doc.decisionAuthority = authority;
        doc.publishBy = publishLimit(now);
        tell('decided', { by, remark: documentNo });
      }),

    'tasking.case.publish': ({ id, publishedAt }, call) =>
      act(id, 'publish', call, ({ doc, now, tell }, by) => {
        if (doc.publishedAt) throw conflict('ALREADY_PUBLISHED', 'The decision is published already.');
        const at = publishedAt ? Date.parse(publishedAt) : now;
        if (at > now || at < (doc.decision?.at ?? 0)) {
          throw invalid('publishedAt', 'must lie between the decision and now');
        }
        doc.publishedAt = at;
        tell('published', { by });
      }),

    'tasking.case.withdraw': ({ id, reason }, call) =>
      act(id, 'withdraw', call, ({ doc, now, tell }, by) => {
        // What was decided is taken back by who could decide it.
        if (doc.decision) decisionAuthority(doc, call.caller);
        else assertNotInvestigator(doc, call.caller);
        doc.withdrawn = { at: now, by, reason };
        tell('withdrawn', { by, remark: reason });
      }),

    'tasking.case.close': ({ id }, call) =>
      act(id, 'close', call, ({ doc, now, tell }, by) => {
        if (!call.caller.personId) throw forbidden('An account without a person closes no case.');
        doc.closedAt = now;
        tell('closed', { by });
      }),
  } satisfies ActionHandlers;
}
