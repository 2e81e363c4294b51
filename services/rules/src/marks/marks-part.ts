import { rulesFacts } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  conflict,
  DomainError,
  inScope,
  invalid,
  newId,
  notFound,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { type Judging, judgeMarked } from '../judge-readings';
import type { Binding, KnownDevice } from '../known-source.model';
import { markChanged, presentMark, type StoredMark } from './mark.model';
import { MARK_CODES, markCode } from './mark-codes';
import { type MarkVerb, markDeadline, nextStatus, stretchProblem } from './mark-state';

const PAGE = 100;

/** Marks (标记): submitted by who answers for the data, reviewed by the authority, told to whoever derives something from them. */
export function marksPart(judging: Judging): { actions: ActionHandlers } {
  const { kit, sources, marks } = judging;

  /** Stores a mark as it now stands, tells it, and judges anew what it keeps from deciding exceedance. */
  async function tell(mark: StoredMark, session: ClientSession): Promise<void> {
    await marks.collection.replaceOne({ _id: mark._id as never }, mark as never, { upsert: true, session });
    await kit.facts.append(session, {
      subject: 'facts.rules.mark.changed',
      codec: rulesFacts.MarkChanged,
      data: markChanged(mark),
      entity: mark._id,
      sequence: mark.sequence,
      occurredAt: mark.from,
      divisionPath: mark.divisionPath,
      enterpriseId: mark.enterpriseId,
    });
    await judgeMarked(judging, mark.outletId, { from: mark.from, to: mark.to }, session);
  }

  /** The devices that stood for an outlet in a stretch of time, of those that the caller answers for. @throws 404 */
  async function answeredFor(caller: Caller, outletId: string, from: number, to: number, session: ClientSession) {
    const devices = await sources.devices.find({ 'bindings.outletId': outletId }, null, { session }).lean();
    const bound = devices.flatMap((device) =>
      device.bindings.filter((binding) => binding.outletId === outletId).map((binding) => ({ device, binding })),
    );
    const seen = bound.filter(({ device, binding }) => answersFor(caller, device, binding));
    if (seen.length === 0) throw notFound('outlet', outletId);
    const then = seen.filter(({ binding }) => binding.from < to && (binding.to === 0 || binding.to > from));
    if (then.length === 0) throw invalid('from', 'must lie in a time in which the outlet has a device');
    return then.sort((a, b) => b.binding.from - a.binding.from);
  }

  async function change(id: string, verb: MarkVerb, caller: Caller, fields: Partial<StoredMark>) {
    return kit.transaction(async (session) => {
      const mark = await marks.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }, null, { session }).lean();
      if (!mark) throw notFound('mark', id);
      if (verb === 'withdraw' && mark.source === 'auto' && caller.kind !== 'service') {
        throw new DomainError('NOT_YOURS', 'The system set this mark: ask the authority to return it.', 403);
      }
      const next = nextStatus(mark.status, verb);
      if (!('status' in next)) {
        throw conflict('WRONG_STATE', `A mark that is ${mark.status} can't be changed by ${verb}.`, {
          ...{ state: mark.status, verb, allowed: next.allowed },
        });
      }
      const after = { ...mark, ...fields, status: next.status, sequence: mark.sequence + 1 };
      await tell(after, session);
      const detail = {
        outletId: mark.outletId,
        code: mark.code,
        ...(fields.comment ? { comment: fields.comment } : {}),
      };
      await kit.audit(session, { action: `mark.${verb}`, entity: id, by: caller, detail });
      return presentMark(after);
    });
  }

  return {
    actions: {
      async 'rules.mark.codes'() {
        return [...MARK_CODES];
      },

      async 'rules.mark.list'({ outletId, enterpriseId, status, code, from, to, after, limit = PAGE }, { caller }) {
        const conditions: object[] = [scopeFilter(caller)];
        for (const [field, value] of Object.entries({ outletId, enterpriseId, status, code })) {
          if (value !== undefined) conditions.push({ [field]: value });
        }
        // Marks that have time in common with [from, to).
        if (from !== undefined) conditions.push({ to: { $gt: Date.parse(from) } });
        if (to !== undefined) conditions.push({ from: { $lt: Date.parse(to) } });
        const [lastFrom, lastId] = afterKey(after, 2) ?? [];
        if (lastFrom !== undefined) {
          const at = Number(lastFrom);
          conditions.push({ $or: [{ from: { $lt: at } }, { from: at, _id: { $lt: lastId } }] });
        }
        const found = await marks
          .find({ $and: conditions })
          .sort({ from: -1, _id: -1 })
          .limit(limit + 1)
          .lean();
        const page = pageOf(found, limit, (mark) => [String(mark.from), mark._id]);
        return { ...page, items: page.items.map(presentMark) };
      },

      async 'rules.mark.get'({ id }, { caller }) {
        const mark = await marks.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
        if (!mark) throw notFound('mark', id);
        return presentMark(mark);
      },

      async 'rules.mark.submit'(params, { caller }) {
        const { outletId, mn, factors = [], code, reason, attachments = [] } = params;
        const [from, to, now] = [Date.parse(params.from), Date.parse(params.to), kit.now()];
        const known = markCode(code);
        if (!known) throw invalid('code', `must be one of ${MARK_CODES.map((one) => one.code).join(', ')}`);
        const problem = stretchProblem(from, to, now);
        if (problem) throw invalid(problem.field, problem.expected);
        return kit.transaction(async (session) => {
          const bound = await answeredFor(caller, outletId, from, to, session);
          if (mn !== undefined && !bound.some(({ device }) => device._id === mn)) {
            throw invalid('mn', 'must be a device that stood for the outlet at that time');
          }
          const { device, binding } = bound.find(
            (one) => mn === undefined || one.device._id === mn,
          ) as (typeof bound)[0];
          const inTheWay = await marks
            .findOne(
              {
                ...{ outletId, code, status: { $in: ['submitted', 'accepted'] }, from: { $lt: to }, to: { $gt: from } },
                ...(mn === undefined ? {} : { $or: [{ mn: null }, { mn }] }),
              },
              { _id: 1, factors: 1 },
              { session },
            )
            .lean();
          if (inTheWay && sharesFactors(inTheWay.factors, factors)) {
            throw conflict('MARKED_ALREADY', `Mark ${inTheWay._id} says the same of some of that time.`, {
              mark: inTheWay._id,
            });
          }
          const mark: StoredMark = {
            ...{ _id: newId(now), sequence: 1, outletId, enterpriseId: binding.enterpriseId },
            ...(device.operatorId ? { operatorId: device.operatorId } : {}),
            ...(mn === undefined ? {} : { mn }),
            ...{ factors: [...factors].sort(), scope: known.scope, code, effect: known.effect, from, to },
            ...{ source: caller.kind === 'service' ? ('auto' as const) : ('manual' as const), reason, attachments },
            ...{ status: 'submitted' as const, late: now > markDeadline(from), submittedAt: now },
            submittedBy: caller.personId ?? caller.id,
            divisionPath: [...binding.divisionPath],
          };
          await tell(mark, session);
          const detail = { outletId, code, from, to, late: mark.late };
          await kit.audit(session, { action: 'mark.submit', entity: mark._id, by: caller, detail });
          return presentMark(mark);
        });
      },

      async 'rules.mark.review'({ id, decision, comment }, { caller }) {
        if (decision === 'return' && !comment?.trim()) throw invalid('comment', 'must say why the mark is returned');
        return change(id, decision, caller, {
          ...{ reviewedAt: kit.now(), reviewedBy: caller.personId ?? caller.id },
          ...(comment ? { comment } : {}),
        });
      },

      async 'rules.mark.withdraw'({ id, reason }, { caller }) {
        return change(id, 'withdraw', caller, { withdrawnAt: kit.now(), comment: reason });
      },
    },
  };
}

/**
 * Who may mark: the enterprise its own outlets, an operator the devices it maintains (announcement 2022 no. 21: marking is the
 * polluter's report to the authority, so the authority reviews and does not mark); services what they see by themselves.
 */
function answersFor(caller: Caller, device: Pick<KnownDevice, 'operatorId'>, binding: Binding): boolean {
  if (caller.operatorId !== undefined) return device.operatorId === caller.operatorId;
  const { enterpriseId, divisionPath } = binding;
  return inScope(caller, { enterpriseId, divisionPath: [...divisionPath] });
}

const sharesFactors = (a: readonly string[], b: readonly string[]) =>
  a.length === 0 || b.length === 0 || a.some((factor) => b.includes(factor));
