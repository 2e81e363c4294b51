import { pipeline } from 'node:stream';
import type { AmendedValue, Mark } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  conflict,
  DomainError,
  FileCheck,
  inScope,
  invalid,
  newId,
  notFound,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { Judging } from '../judge-readings';
import type { Binding, KnownDevice } from '../known-source.model';
import { limitInForce } from '../limit-in-force';
import { countingMarks, presentAllowance, presentMark, ruleOf, type StoredMark } from './mark.model';
import { MARK_CODES, markCode } from './mark-codes';
import {
  amendmentDeadlines,
  type MarkVerb,
  markDeadline,
  nextStatus,
  STEP_OF,
  stretchProblem,
  valuesProblem,
} from './mark-state';
import type { MarksByFlags } from './marks-by-flags';
import { tellMark, turnOf } from './tell-mark';

const PAGE = 100;
const MAX_VOUCHERS = 20;
const MAX_VOUCHER_BYTES = 15 * 1024 * 1024;

/** Marks (标记): submitted by who answers for the data, reviewed by the authority, told to whoever derives something from them. */
export function marksPart(judging: Judging, byFlags: MarksByFlags): { actions: ActionHandlers } {
  const { kit, sources, marks } = judging;
  const { allowances, amendment } = judging.settings;

  /** Marks as actions give them, with what they use of their allowances. */
  async function present(found: readonly StoredMark[]): Promise<Mark[]> {
    const counting = await countingMarks(marks, allowances, found);
    return found.map((mark) => {
      const rule = ruleOf(allowances, mark.code);
      return presentMark(mark, rule && presentAllowance(rule, mark, counting(mark), true));
    });
  }
  const presentOne = async (mark: StoredMark) => (await present([mark]))[0] as Mark;

  async function seen(id: string, caller: Caller, session?: ClientSession): Promise<StoredMark> {
    const query = marks.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }, null, session ? { session } : {});
    const mark = await query.lean();
    if (!mark) throw notFound('mark', id);
    return mark;
  }

  /** Where a limit has a reference oxygen the converted value is judged, so it must be amended too. @throws 422 */
  async function requireConverted(outletId: string, values: readonly AmendedValue[], session: ClientSession) {
    const permits = await sources.permits.find({ 'limits.outletId': outletId }, null, { session }).lean();
    for (const [i, { factor, at, converted }] of values.entries()) {
      const limit = limitInForce(permits, outletId, factor, 'hour', Date.parse(at));
      if (limit?.referenceOxygen !== undefined && converted === undefined) {
        throw invalid(`values.${i}.converted`, `is required: the limit of ${factor} is at a reference oxygen`);
      }
    }
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

  async function change(id: string, verb: MarkVerb, caller: Caller, comment?: string) {
    return kit.transaction(async (session) => {
      const mark = await seen(id, caller, session);
      await turnOf(judging, mark.outletId, session);
      if (verb === 'withdraw' && mark.source === 'auto' && caller.kind !== 'service') {
        throw new DomainError('NOT_YOURS', 'The system set this mark: ask the authority to return it.', 403);
      }
      const next = nextStatus(mark.status, verb);
      if (!('status' in next)) {
        throw conflict('WRONG_STATE', `A mark that is ${mark.status} can't be changed by ${verb}.`, {
          ...{ state: mark.status, verb, allowed: next.allowed },
        });
      }
      if (verb === 'accept' && mark.effect === 'amend' && mark.vouchers.length === 0) {
        throw conflict('VOUCHER_MISSING', 'Without a voucher the values as they were sent stand.');
      }
      const [now, by] = [kit.now(), caller.personId ?? caller.id];
      const after: StoredMark = {
        ...mark,
        ...{ status: next.status, sequence: mark.sequence + 1 },
        ...(comment ? { comment } : {}),
        ...(verb === 'withdraw' ? { withdrawnAt: now } : { reviewedAt: now, reviewedBy: by }),
        steps: [...mark.steps, { at: now, by, step: STEP_OF[verb], ...(comment ? { comment } : {}) }],
      };
      await tellMark(judging, after, session);
      await byFlags.markAnew(after, session);
      const detail = { outletId: mark.outletId, code: mark.code, ...(comment ? { comment } : {}) };
      await kit.audit(session, { action: `mark.${verb}`, entity: id, by: caller, detail });
      return after;
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
        return { ...page, items: await present(page.items) };
      },

      async 'rules.mark.get'({ id }, { caller }) {
        return presentOne(await seen(id, caller));
      },

      async 'rules.mark.submit'(params, { caller }) {
        const { outletId, mn, code, reason, values } = params;
        const [from, to, now] = [Date.parse(params.from), Date.parse(params.to), kit.now()];
        const known = markCode(code);
        if (!known) throw invalid('code', `must be one of ${MARK_CODES.map((one) => one.code).join(', ')}`);
        if ((known.effect === 'amend') !== (values !== undefined)) {
          throw invalid(
            'values',
            values ? `are for the code amended, not ${code}` : 'are required: what they should be',
          );
        }
        const problem = stretchProblem(from, to, now) ?? (values && valuesProblem(values, from, to));
        if (problem) throw invalid(problem.field, problem.expected);
        const deadlines = amendmentDeadlines(from, amendment);
        if (values && now > deadlines.due) {
          throw invalid(
            'from',
            `must be at most ${amendment.days} days ago: after that the values as they were sent stand`,
          );
        }
        const factors = values ? [...new Set(values.map(({ factor }) => factor))] : (params.factors ?? []);
        const stored = await kit.transaction(async (session) => {
          await turnOf(judging, outletId, session);
          const bound = await answeredFor(caller, outletId, from, to, session);
          if (mn !== undefined && !bound.some(({ device }) => device._id === mn)) {
            throw invalid('mn', 'must be a device that stood for the outlet at that time');
          }
          const { device, binding } = bound.find(
            (one) => mn === undefined || one.device._id === mn,
          ) as (typeof bound)[0];
          if (values) await requireConverted(outletId, values, session);
          const inTheWay = await marks
            .findOne(
              {
                ...{ outletId, code, status: { $in: ['submitted', 'accepted'] }, from: { $lt: to }, to: { $gt: from } },
                // What flags say gives way to what a person says, unless somebody has accepted it.
                $nor: [{ source: 'auto', status: 'submitted' }],
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
          const [by, dueAt] = [caller.personId ?? caller.id, values ? deadlines.due : markDeadline(from)];
          const mark: StoredMark = {
            ...{ _id: newId(now), sequence: 1, outletId, enterpriseId: binding.enterpriseId },
            ...(device.operatorId ? { operatorId: device.operatorId } : {}),
            ...(mn === undefined ? {} : { mn }),
            ...{ factors: [...factors].sort(), scope: known.scope, code, effect: known.effect, from, to },
            ...{ source: caller.kind === 'service' ? ('auto' as const) : ('manual' as const), reason, vouchers: [] },
            ...(values ? { values: values.map(({ at, ...value }) => ({ ...value, at: Date.parse(at) })) } : {}),
            ...{ status: 'submitted' as const, late: now > dueAt, submittedAt: now, submittedBy: by, dueAt },
            ...(values ? { vouchersDueAt: deadlines.vouchers } : {}),
            ...{ steps: [{ at: now, by, step: 'submitted' }], divisionPath: [...binding.divisionPath] },
          };
          await tellMark(judging, mark, session);
          await byFlags.markAnew(mark, session);
          const detail = { outletId, code, from, to, late: mark.late };
          await kit.audit(session, { action: 'mark.submit', entity: mark._id, by: caller, detail });
          return mark;
        });
        return presentOne(stored);
      },

      async 'rules.mark.review'({ id, decision, comment }, { caller }) {
        if (decision === 'return' && !comment?.trim()) throw invalid('comment', 'must say why the mark is returned');
        return presentOne(await change(id, decision, caller, comment));
      },

      async 'rules.mark.withdraw'({ id, reason }, { caller }) {
        return presentOne(await change(id, 'withdraw', caller, reason));
      },

      async 'rules.voucher.add'({ markId, filename, contentType }, { caller, stream }) {
        if (!stream) throw invalid('voucher', 'must be sent as a stream');
        // Before a byte is kept: for what is decided or too late nothing is stored.
        requireOpen(await seen(markId, caller), kit.now());
        const checked = pipeline(stream, new FileCheck(contentType, MAX_VOUCHER_BYTES, 'voucher'), () => {});
        const blob = await kit.blobs.put(checked, { contentType, name: filename });
        try {
          const after = await kit.transaction(async (session) => {
            const mark = await seen(markId, caller, session);
            const [now, by] = [kit.now(), caller.personId ?? caller.id];
            requireOpen(mark, now);
            await turnOf(judging, mark.outletId, session);
            const { id, size, sha256 } = blob;
            const added: StoredMark = {
              ...mark,
              sequence: mark.sequence + 1,
              vouchers: [...mark.vouchers, { id, filename, contentType, size, sha256, at: now, by }],
              steps: [...mark.steps, { at: now, by, step: 'voucher', comment: filename }],
            };
            await tellMark(judging, added, session);
            await kit.audit(session, {
              action: 'mark.voucher',
              entity: markId,
              by: caller,
              detail: { filename, sha256 },
            });
            return added;
          });
          return presentOne(after);
        } catch (error) {
          await kit.blobs.delete(blob.id);
          throw error;
        }
      },

      async 'rules.voucher.get'({ markId, voucherId }, { caller }) {
        const mark = await seen(markId, caller);
        if (!mark.vouchers.some(({ id }) => id === voucherId)) throw notFound('voucher', voucherId);
        return (await kit.blobs.get(voucherId)).content;
      },

      async 'rules.allowance.list'({ outletId, at }, { caller }) {
        const devices = await sources.devices.find({ 'bindings.outletId': outletId }).lean();
        const visible = devices.some((device) =>
          device.bindings.some((binding) => binding.outletId === outletId && answersFor(caller, device, binding)),
        );
        if (!visible) throw notFound('outlet', outletId);
        const from = at === undefined ? kit.now() : Date.parse(at);
        const moment = { from, to: from + 1 };
        const counted = allowances.filter(({ per }) => per !== 'mark');
        const asked = counted.map(({ codes }) => ({ ...moment, outletId, code: codes[0] as string }));
        const counting = await countingMarks(marks, allowances, asked);
        return counted.map((rule, i) => presentAllowance(rule, moment, counting(asked[i] as (typeof asked)[0]), false));
      },
    },
  };
}

/** Vouchers speak for what is not decided, and for an amendment until the day the 2014 rules set. @throws 409 */
function requireOpen({ status, vouchersDueAt, vouchers }: StoredMark, now: number): void {
  if (status !== 'submitted') {
    throw conflict('WRONG_STATE', `A mark that is ${status} takes no more vouchers.`, { state: status });
  }
  if (vouchersDueAt !== undefined && now > vouchersDueAt) {
    throw conflict('TOO_LATE', 'Vouchers for this amendment had to be in before: the values as they were sent stand.');
  }
  if (vouchers.length >= MAX_VOUCHERS) {
    throw conflict('TOO_MANY_VOUCHERS', `A mark holds up to ${MAX_VOUCHERS} vouchers.`);
  }
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
