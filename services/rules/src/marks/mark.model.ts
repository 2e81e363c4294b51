import type { Allowance, Mark, MarkStatus, rulesFacts } from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone, type Scoped } from '@greenwatch/kit';
import { type ClientSession, type Connection, type Model, Schema } from 'mongoose';
import { type AllowanceRule, countedIn, factorsWithin, partsWithin, type Span, usage } from './allowance';
import type { Exemption } from './exemption';
import { isEffective } from './mark-state';
import type { AmendedHour } from './unsent-hours';

const HOUR = 3_600_000;

/** A mark as it stands; times in ms. Marks are never deleted. */
export interface StoredMark extends Scoped {
  _id: string;
  /** Of its facts. */
  sequence: number;
  outletId: string;
  enterpriseId: string;
  operatorId?: string;
  mn?: string;
  factors: string[];
  scope: Mark['scope'];
  code: string;
  effect: Mark['effect'];
  from: number;
  to: number;
  source: Mark['source'];
  reason: string;
  /** Of an amendment; `at` in ms. */
  values?: StoredValue[];
  vouchers: (Omit<Mark['vouchers'][number], 'at'> & { at: number })[];
  status: MarkStatus;
  late: boolean;
  submittedAt: number;
  submittedBy: string;
  reviewedAt?: number;
  reviewedBy?: string;
  comment?: string;
  withdrawnAt?: number;
  dueAt: number;
  vouchersDueAt?: number;
  steps: (Omit<Mark['steps'][number], 'at'> & { at: number })[];
}

/** What an hour's mean should have been; texts are exact decimals. */
export interface StoredValue {
  factor: string;
  at: number;
  value: string;
  converted?: string;
}

export function markModel(db: Connection): Model<StoredMark> {
  const mark = new Schema<StoredMark>(
    {
      ...{ _id: String, sequence: Number, outletId: String, enterpriseId: String, operatorId: String, mn: String },
      ...{ factors: [String], scope: String, code: String, effect: String, from: Number, to: Number, source: String },
      reason: String,
      ...{ values: { type: Array, default: undefined }, vouchers: Array, steps: Array },
      ...{ dueAt: Number, vouchersDueAt: Number },
      ...{ status: String, late: Boolean, submittedAt: Number, submittedBy: String },
      ...{ reviewedAt: Number, reviewedBy: String, comment: String, withdrawnAt: Number },
      divisionPath: [String],
    },
    { collection: 'marks', versionKey: false },
  );
  mark.index({ outletId: 1, to: 1 });
  // Lists, newest first, by what a caller may see.
  for (const scope of ['divisionPath', 'enterpriseId', 'operatorId', 'outletId'] as const) {
    mark.index({ [scope]: 1, from: -1, _id: -1 });
  }
  return db.model<StoredMark>('Mark', mark);
}

/** A mark as actions give it. */
export function presentMark(mark: StoredMark, allowance?: Allowance): Mark {
  const { _id, sequence: _, operatorId: __, values, vouchers, steps, ...rest } = mark;
  const { from, to, submittedAt, reviewedAt, withdrawnAt, dueAt, vouchersDueAt } = mark;
  return {
    id: _id,
    ...rest,
    effective: isEffective(mark.status, mark.late, mark.effect),
    ...{ from: isoTime(from), to: isoTime(to), submittedAt: isoTime(submittedAt), dueAt: isoTime(dueAt) },
    ...(values ? { values: values.map((value) => ({ ...value, at: isoTime(value.at) })) } : {}),
    vouchers: vouchers.map((voucher) => ({ ...voucher, at: isoTime(voucher.at) })),
    steps: steps.map((step) => ({ ...step, at: isoTime(step.at) })),
    ...(allowance ? { allowance } : {}),
    reviewedAt: isoTimeOrNone(reviewedAt),
    withdrawnAt: isoTimeOrNone(withdrawnAt),
    vouchersDueAt: isoTimeOrNone(vouchersDueAt),
  };
}

/** The fact of a mark as it now stands. */
export function markChanged(mark: StoredMark): rulesFacts.MarkChanged {
  const { _id, outletId, enterpriseId, mn = '', factors, scope, code, effect } = mark;
  const { from, to, source, status, submittedAt, late, values = [] } = mark;
  const effective = isEffective(status, late, effect);
  return {
    ...{ id: _id, outletId, enterpriseId, mn, factors, scope, code, effect, effective },
    ...{ from, to, source, status, submittedAt, late },
    values: values.map(({ converted = '', ...value }) => ({ ...value, converted })),
  };
}

/** What marks do to the judging of an outlet's device. */
export interface Marked {
  /** Data in it decide no exceedance. */
  exemptions: Exemption[];
  /** The mean of a factor's hour as it was amended. */
  amended(factor: string, at: number): StoredValue | undefined;
}

type Outlet = Span & { outletId: string };

/**
 * Looks up what marks do to data (announcement 2022 no. 21, point 6): those in force that take their validity keep them from deciding
 * exceedance, and so do marked conditions that the authority has accepted, within their allowance. Accepted amendments replace means.
 */
export async function markedAt(
  marks: Model<StoredMark>,
  allowances: readonly AllowanceRule[],
  stretches: readonly Outlet[],
  session: ClientSession,
): Promise<(outletId: string, mn: string) => Marked> {
  const outletIds = [...new Set(stretches.map(({ outletId }) => outletId))];
  const from = Math.min(...stretches.map((stretch) => stretch.from));
  const to = Math.max(...stretches.map((stretch) => stretch.to));
  const found = await marks
    .find({ outletId: { $in: outletIds }, to: { $gt: from }, from: { $lt: to } }, null, { session })
    .lean();
  const inForce = found.filter(({ status, late, effect }) => isEffective(status, late, effect));
  const conditions = inForce.filter(({ effect, status }) => effect === 'condition' && status === 'accepted');
  const counting = await countingMarks(marks, allowances, conditions, session);
  const exempting = inForce.flatMap((mark): (Exemption & { outletId: string; mn?: string })[] => {
    const { outletId, mn, effect, factors } = mark;
    const place = { outletId, ...(mn === undefined ? {} : { mn }) };
    if (effect === 'invalid' || effect === 'stop') return [{ ...place, from: mark.from, to: mark.to, factors }];
    if (!conditions.includes(mark)) return [];
    const rule = ruleOf(allowances, mark.code);
    const within = rule ? factorsWithin(rule, factors) : factors;
    if (within === undefined) return [];
    const parts = rule ? partsWithin(rule, mark, counting(mark)) : [mark];
    return parts.map((part) => ({ ...place, from: part.from, to: part.to, factors: within }));
  });
  const amendments = inForce.filter(({ effect }) => effect === 'amend');
  const holds = (mark: { outletId: string; mn?: string }, outletId: string, mn: string) =>
    mark.outletId === outletId && (mark.mn === undefined || mark.mn === mn);
  return (outletId, mn) => {
    const values = amendments.filter((mark) => holds(mark, outletId, mn)).flatMap((mark) => mark.values ?? []);
    return {
      exemptions: exempting.filter((mark) => holds(mark, outletId, mn)),
      amended: (factor, at) => values.find((value) => value.factor === factor && value.at === at),
    };
  };
}

/** Hours of an outlet in a stretch of time, or partly in it, that are amended by what the authority accepted. */
export async function amendedHours(
  marks: Model<StoredMark>,
  { outletId, from, to }: Outlet,
  session: ClientSession,
): Promise<AmendedHour[]> {
  const found = await marks
    .find({ outletId, to: { $gt: from }, from: { $lt: to }, effect: 'amend', status: 'accepted' }, null, { session })
    .lean();
  return found.flatMap(({ mn, values = [] }) =>
    values
      .filter(({ at }) => at + HOUR > from && at < to)
      .map(({ factor, at }) => ({ factor, at, ...(mn === undefined ? {} : { mn }) })),
  );
}

export const ruleOf = (allowances: readonly AllowanceRule[], code: string) =>
  allowances.find(({ codes }) => codes.includes(code));

/**
 * Looks up what counts for the allowances of some marks: marks in force of the same rule and outlet in the years (quarters) that they
 * have time in common with.
 */
export async function countingMarks(
  marks: Model<StoredMark>,
  allowances: readonly AllowanceRule[],
  of: readonly (Outlet & { code: string })[],
  session?: ClientSession,
): Promise<(mark: { outletId: string; code: string }) => StoredMark[]> {
  const wanted = of.flatMap(({ outletId, code, from, to }) => {
    const rule = ruleOf(allowances, code);
    if (!rule || rule.per === 'mark') return [];
    const [first, last] = [countedIn(rule, { from, to }), countedIn(rule, { from, to }, to - 1)];
    return [{ outletId, code: { $in: [...rule.codes] }, to: { $gt: first.from }, from: { $lt: last.to } }];
  });
  const query = marks.find({ $or: wanted }, null, session ? { session } : {});
  const found = wanted.length === 0 ? [] : await query.lean();
  const inForce = found.filter(({ status, late }) => isEffective(status, late));
  return ({ outletId, code }) =>
    inForce.filter((one) => one.outletId === outletId && ruleOf(allowances, code)?.codes.includes(one.code));
}

/** How much of an allowance is used in the year, quarter or mark of `span`; `over`: of `span` itself, else of the whole. */
export function presentAllowance(rule: AllowanceRule, span: Span, marks: readonly Span[], own: boolean): Allowance {
  const period = countedIn(rule, span);
  const { used } = usage(rule, rule.per === 'mark' ? [span] : marks, period);
  const within = partsWithin(rule, span, marks).reduce((sum, { from, to }) => sum + to - from, 0);
  const over = own ? span.to - span.from - within : Math.max(0, used - rule.hours * HOUR);
  const { name, nameZh, nameEn, codes, per, hours, basis } = rule;
  return {
    ...{ name, nameZh, nameEn, codes: [...codes], per, hours, basis },
    ...{ from: isoTime(period.from), to: isoTime(period.to), used: used / HOUR, over: over / HOUR },
  };
}
