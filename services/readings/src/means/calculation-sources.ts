import type { permitsFacts, rulesFacts } from '@greenwatch/contracts';
import { applyNewest, type Fact } from '@greenwatch/kit';
import { type ClientSession, type Connection, type Model, Schema } from 'mongoose';
import type { AmendedMean, MarkEffect } from './hour-mean';

/** A stretch of time at an outlet whose means have to be calculated anew; ms, `to` not included. */
export interface Touched {
  outletId: string;
  from: number;
  to: number;
}

interface KnownMark extends MarkEffect {
  _id: string;
  values?: AmendedMean[];
  sequence: number;
  outletId: string;
  effective: boolean;
  /** An approved stop takes hours out of what is due. */
  status: string;
}

interface ReferenceLimit {
  outletId: string;
  factor: string;
  referenceOxygen: number;
  from: number;
  /** 0: open. */
  to: number;
}

interface KnownReferences {
  _id: string;
  sequence: number;
  limits: ReferenceLimit[];
}

/** What other services own and means are calculated by: marks of rules, reference oxygen of permits' limits. */
export class CalculationSources {
  readonly #marks: Model<KnownMark>;
  readonly #references: Model<KnownReferences>;

  constructor(db: Connection) {
    const mark = new Schema<KnownMark>(
      {
        ...{ _id: String, sequence: Number, outletId: String, effective: Boolean, status: String },
        ...{ from: Number, to: Number, effect: String, code: String, factors: [String], mn: String, values: Array },
      },
      { collection: 'marks', versionKey: false },
    ).index({ outletId: 1, to: 1 });
    const references = new Schema<KnownReferences>(
      { _id: String, sequence: Number, limits: Array },
      { collection: 'reference_oxygen', versionKey: false },
    ).index({ 'limits.outletId': 1 });
    this.#marks = db.model<KnownMark>('KnownMark', mark);
    this.#references = db.model<KnownReferences>('KnownReferences', references);
  }

  /** @returns what has to be calculated anew: the time in which the mark says something else than before */
  async keepMark(fact: Fact<rulesFacts.MarkChanged>, session: ClientSession): Promise<Touched[]> {
    const { outletId, effective, status, from, to, code, factors, mn } = fact.data;
    const effect = fact.data.effect as MarkEffect['effect'];
    const before = await this.#marks.findById(fact.entity, null, { session }).lean();
    const values = fact.data.values.map(({ value, converted, ...of }) => ({
      ...{ ...of, value: Number(value) },
      ...(converted === '' ? {} : { converted: Number(converted) }),
    }));
    const fields = { outletId, effective, status, from, to, effect, code, factors, mn, values };
    if (!(await applyNewest(this.#marks, fact.entity, fact.sequence, fields, session))) return [];
    const says = (mark: Omit<KnownMark, '_id' | 'sequence'>) =>
      JSON.stringify([mark.outletId, mark.effect, mark.factors, mark.mn, isStop(mark), mark.values ?? []]);
    const touched: Touched[] = [];
    if (before?.effective && effective && says(before) === says(fields)) {
      // It grew or shrank: what lies in both stays as it is.
      touched.push({ outletId, from: Math.min(before.from, from), to: Math.max(before.from, from) });
      touched.push({ outletId, from: Math.min(before.to, to), to: Math.max(before.to, to) });
    } else {
      if (before?.effective) touched.push({ outletId: before.outletId, from: before.from, to: before.to });
      if (effective) touched.push({ outletId, from, to });
    }
    return touched.filter((one) => one.to > one.from);
  }

  /** @returns what has to be calculated anew, where a limit's reference oxygen is another one than was known */
  async keepPermit(fact: Fact<permitsFacts.PermitChanged>, session: ClientSession): Promise<Touched[]> {
    const { status, validFrom, validTo } = fact.data;
    const limits = fact.data.limits
      .filter(({ referenceOxygen }) => referenceOxygen > 0 && status !== 'revoked')
      .map((limit) => ({
        outletId: limit.outletId,
        factor: limit.factor,
        referenceOxygen: limit.referenceOxygen,
        from: Math.max(limit.validFrom, validFrom),
        to: limit.validTo === 0 ? validTo : Math.min(limit.validTo, validTo),
      }));
    const before = await this.#references.findById(fact.entity, null, { session }).lean();
    if (!(await applyNewest(this.#references, fact.entity, fact.sequence, { limits }, session))) return [];
    const says = (limit: ReferenceLimit) =>
      [limit.outletId, limit.factor, limit.referenceOxygen, limit.from, limit.to].join(' ');
    const was = before?.limits ?? [];
    const [old, now] = [new Set(was.map(says)), new Set(limits.map(says))];
    return [...was.filter((limit) => !now.has(says(limit))), ...limits.filter((limit) => !old.has(says(limit)))].map(
      ({ outletId, from, to }) => ({ outletId, from, to: to || Number.MAX_SAFE_INTEGER }),
    );
  }

  /** The marks in force that have time in common with [from, to) at an outlet, in their order. */
  async marksOf(outletId: string, from: number, to: number): Promise<MarkEffect[]> {
    const found = await this.#marks
      .find({ outletId, effective: true, to: { $gt: from }, from: { $lt: to } })
      .sort({ from: 1, _id: 1 })
      .lean();
    return found.map((mark) => ({
      ...{ from: mark.from, to: mark.to, code: mark.code, factors: mark.factors, mn: mark.mn },
      ...(mark.effect === 'amend' ? { values: mark.values ?? [] } : {}),
      // A stop that nobody has approved yet takes the validity, but what is due stays due.
      effect: mark.effect === 'stop' && !isStop(mark) ? 'invalid' : mark.effect,
    }));
  }

  /** Reference oxygen by factor and time of an outlet's limits. */
  async referencesOf(outletId: string): Promise<(factor: string, at: number) => number | undefined> {
    const found = await this.#references.find({ 'limits.outletId': outletId }).sort({ _id: 1 }).lean();
    const limits = found.flatMap((permit) => permit.limits).filter((limit) => limit.outletId === outletId);
    return (factor, at) =>
      limits.find((limit) => limit.factor === factor && limit.from <= at && (limit.to === 0 || at < limit.to))
        ?.referenceOxygen;
  }
}

const isStop = ({ effect, status }: Pick<KnownMark, 'effect' | 'status'>) => effect === 'stop' && status === 'accepted';
