import type { RateLevel } from '@greenwatch/contracts';
import { countyOf, dayOf } from '@greenwatch/kit';
import type { ClientSession, Connection, mongo } from 'mongoose';
import type { Place } from '../means/mean.model';
import { addCounts, type TransmissionCounts } from './transmission-rate';

/** Counts of a month of one outlet, enterprise, operator or division, by day. `_id` = `<level> <key> <yyyymm>`. */
interface StoredCounts {
  _id: string;
  level: RateLevel;
  key: string;
  /** yyyymm */
  month: string;
  divisionPath: string[];
  enterpriseId?: string;
  operatorId?: string;
  divisionLevel?: 'province' | 'city' | 'county' | 'town';
  /** By day of the month, `01` …. */
  days: Record<string, TransmissionCounts>;
}

/** An outlet's day whose counts, or whose place, changed. */
export interface MovedCounts {
  outletId: string;
  day: number;
  before?: { place: Place; counts: TransmissionCounts };
  after: { place: Place; counts: TransmissionCounts };
}

/** A period of whole days, yyyymmdd, both included. */
export interface DaySpan {
  first: string;
  last: string;
}

type Scope = Pick<StoredCounts, 'level' | 'key' | 'divisionPath' | 'enterpriseId' | 'operatorId' | 'divisionLevel'>;

/**
 * Counts of transmission, kept summed for everybody who asks: an outlet's day is added to its outlet, enterprise, operator and each
 * division of its path when it is calculated, so that a province's rate is read from one document a month.
 */
export class RateStore {
  readonly #counts: mongo.Collection<StoredCounts>;

  constructor(db: Connection) {
    this.#counts = db.collection<StoredCounts>('rate_counts');
  }

  async prepare(): Promise<void> {
    for (const scope of ['divisionPath', 'enterpriseId', 'operatorId']) {
      await this.#counts.createIndex({ level: 1, [scope]: 1, key: 1, month: 1 });
    }
  }

  /** Takes days out of the sums they were in and adds them where they belong now, each sum written once. */
  async move(session: ClientSession, moved: readonly MovedCounts[]): Promise<void> {
    const changes = new Map<string, { scope: Scope; month: string; days: Map<string, TransmissionCounts> }>();
    const add = (scope: Scope, day: number, { due, received, valid }: TransmissionCounts, sign: 1 | -1) => {
      const [month, date] = [dayOf(day).slice(0, 6), dayOf(day).slice(6)];
      const _id = `${scope.level} ${scope.key} ${month}`;
      const change = changes.get(_id) ?? { scope, month, days: new Map() };
      // Who it belongs to is as it stands now.
      if (sign === 1) change.scope = scope;
      changes.set(_id, change);
      const known = change.days.get(date) ?? { due: 0, received: 0, valid: 0 };
      change.days.set(date, addCounts([known, { due: sign * due, received: sign * received, valid: sign * valid }]));
    };
    for (const { outletId, day, before, after } of moved) {
      if (before) for (const scope of sumsOf(outletId, before.place)) add(scope, day, before.counts, -1);
      for (const scope of sumsOf(outletId, after.place)) add(scope, day, after.counts, 1);
    }
    const writes = [...changes].flatMap(([_id, { scope, month, days }]) => {
      const $inc = Object.fromEntries(
        [...days]
          .filter(([, { due, received, valid }]) => due !== 0 || received !== 0 || valid !== 0)
          .flatMap(([date, counts]) => Object.entries(counts).map(([name, n]) => [`days.${date}.${name}`, n] as const)),
      );
      if (Object.keys($inc).length === 0) return [];
      return [{ updateOne: { filter: { _id }, update: { $inc, $set: { ...scope, month } }, upsert: true } }];
    });
    if (writes.length > 0) await this.#counts.bulkWrite(writes, { session });
  }

  /** The counts of one in a period. */
  async countsOf(level: RateLevel, key: string, span: DaySpan): Promise<TransmissionCounts> {
    const found = await this.#counts
      .find({ _id: { $in: monthsOf(span).map((month) => `${level} ${key} ${month}`) } })
      .toArray();
    return addCounts(found.flatMap((stored) => inSpan(stored, span)));
  }

  /**
   * The counts of those of a level that the filter lets through and that have some in the period, by their key.
   * @param after goes on behind this key
   */
  async list(
    level: RateLevel,
    filter: Record<string, unknown>,
    span: DaySpan,
    after: string | undefined,
    limit: number,
  ): Promise<{ key: string; counts: TransmissionCounts }[]> {
    const [first = '', last = ''] = [monthsOf(span)[0], monthsOf(span).at(-1)];
    const found = this.#counts
      .find(
        {
          level,
          ...filter,
          month: { $gte: first, $lte: last },
          ...(after === undefined ? {} : { key: { $gt: after } }),
        },
        { projection: { key: 1, month: 1, days: 1 }, batchSize: Math.min(1_000, limit * monthsOf(span).length + 1) },
      )
      .sort({ key: 1, month: 1 });
    const items: { key: string; counts: TransmissionCounts }[] = [];
    for await (const stored of found) {
      const item = items.at(-1);
      const counts = addCounts(inSpan(stored, span));
      if (item?.key === stored.key) item.counts = addCounts([item.counts, counts]);
      else if (items.length === limit) break;
      else items.push({ key: stored.key, counts });
    }
    return items;
  }
}

/** Everything that an outlet's day is a part of. */
export function sumsOf(outletId: string, place: Place): Scope[] {
  const { enterpriseId, operatorId, divisionPath } = place;
  const operator = operatorId === undefined ? {} : { operatorId };
  return [
    { level: 'outlet', key: outletId, divisionPath, enterpriseId, ...operator },
    { level: 'enterprise', key: enterpriseId, divisionPath, enterpriseId },
    ...(operatorId === undefined
      ? []
      : [{ level: 'operator' as const, key: operatorId, divisionPath: [], operatorId }]),
    ...divisionPath.map((code, i) => ({
      level: 'division' as const,
      key: code,
      divisionPath: divisionPath.slice(0, i + 1),
      divisionLevel: divisionLevel(code, i, divisionPath),
    })),
  ];
}

/** A county may stand directly under its province (domain.md 8.1). */
function divisionLevel(code: string, index: number, path: readonly string[]): NonNullable<Scope['divisionLevel']> {
  if (index === 0) return 'province';
  if (code.length > 6) return 'town';
  return code === countyOf(path) ? 'county' : 'city';
}

/** yyyymm of a period, in their order. */
export function monthsOf({ first, last }: DaySpan): string[] {
  const months: string[] = [];
  let [year, month] = [Number(first.slice(0, 4)), Number(first.slice(4, 6))];
  const end = last.slice(0, 6);
  for (let name = first.slice(0, 6); name <= end; ) {
    months.push(name);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
    name = `${year}${String(month).padStart(2, '0')}`;
  }
  return months;
}

function inSpan({ month, days }: StoredCounts, { first, last }: DaySpan): TransmissionCounts[] {
  return Object.entries(days)
    .filter(([date]) => first <= `${month}${date}` && `${month}${date}` <= last)
    .map(([, counts]) => counts);
}
