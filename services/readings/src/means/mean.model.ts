import type { ClientSession, Connection, mongo } from 'mongoose';
import type { TransmissionCounts } from '../rates/transmission-rate';
import type { DayMeans, DayValue } from './day-mean';
import type { HourMeans, HourValue } from './hour-mean';
import type { MonthMeans, MonthValue } from './month-mean';
import type { Medium } from './sent-value';

/** A derived value with which time it came out otherwise, and when that was (ms). 0: its period goes on. */
export type Versioned<T> = T & { version: number; calculatedAt: number };

/** Means with versioned factors. */
type Stored<M, V> = Omit<M, 'factors'> & { factors: Versioned<V>[] };
export type StoredHour = Stored<HourMeans, HourValue>;

/** Where an outlet belongs: to whom its counts are added. */
export interface Place {
  enterpriseId: string;
  operatorId?: string;
  divisionPath: string[];
}

/** What is derived of one day of an outlet. `_id` = `<outlet> <yyyymmdd>`. */
export interface StoredDay {
  _id: string;
  outletId: string;
  /** Start, ms. */
  day: number;
  medium: Medium;
  place: Place;
  /** Devices whose readings are in it. */
  mns: string[];
  /** Sorted; the hours that were calculated. */
  hours: StoredHour[];
  means: Stored<DayMeans, DayValue>;
  counts: TransmissionCounts;
}

/** Mass put in for what is missing, of one factor. */
export interface StoredSubstitution {
  mass: number;
  periods: number;
  without: number;
  replaces?: number;
  capture?: 'high' | 'mid' | 'low';
}

export interface StoredMonthValue extends MonthValue {
  substituted?: StoredSubstitution;
}

/** What is derived of one month of an outlet. `_id` = `<outlet> <yyyymm>`. */
export interface StoredMonth {
  _id: string;
  outletId: string;
  /** Start and end, ms. */
  from: number;
  to: number;
  medium: Medium;
  means: Stored<MonthMeans, StoredMonthValue>;
  /** The earliest moment on which a substitution rests, ms. */
  basisFrom?: number;
  /** What was told of its substituted mass last, and how often something else. */
  told?: { sequence: number; said: string };
}

/** A value that no longer counts. `_id` = `<outlet> <period> <start, 14 digits> <factor> <version, 6 digits>`. */
export interface ReplacedMean {
  _id: string;
  /** ms */
  replacedAt: number;
  value: Versioned<HourValue | DayValue | StoredMonthValue>;
}

const NAMESPACE_EXISTS = 48;

/** The collections of derived means. */
export class MeanStore {
  readonly days: mongo.Collection<StoredDay>;
  readonly months: mongo.Collection<StoredMonth>;
  readonly replaced: mongo.Collection<ReplacedMean>;

  constructor(private readonly db: Connection) {
    this.days = db.collection<StoredDay>('mean_days');
    this.months = db.collection<StoredMonth>('mean_months');
    this.replaced = db.collection<ReplacedMean>('mean_versions');
  }

  /** Creates what is missing. Names of fields repeat in each hour, so these are compressed harder. */
  async prepare(): Promise<void> {
    const storageEngine = { wiredTiger: { configString: 'block_compressor=zstd' } };
    for (const name of ['mean_days', 'mean_months', 'mean_versions']) {
      await this.db.createCollection(name, { storageEngine }).catch((error) => {
        if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error;
      });
    }
    // A device that stands elsewhere than was known takes its hours out of where it was.
    await this.days.createIndex({ mns: 1, day: 1 });
    await this.months.createIndex({ outletId: 1, basisFrom: 1 }, { sparse: true });
  }

  async daysById(ids: readonly string[], session?: ClientSession): Promise<Map<string, StoredDay>> {
    const found = await this.days.find({ _id: { $in: [...ids] } }, session ? { session } : {}).toArray();
    return new Map(found.map((day) => [day._id, day]));
  }

  /** An outlet's days from one to another (yyyymmdd, both included), in their order. */
  daysOf(outletId: string, first: string, last: string): Promise<StoredDay[]> {
    return this.days
      .find({ _id: { $gte: `${outletId} ${first}`, $lte: `${outletId} ${last}` } })
      .sort({ _id: 1 })
      .toArray();
  }

  /** An outlet's months from one to another (yyyymm, both included), in their order. */
  monthsOf(outletId: string, first: string, last: string): Promise<StoredMonth[]> {
    return this.months
      .find({ _id: { $gte: `${outletId} ${first}`, $lte: `${outletId} ${last}` } })
      .sort({ _id: 1 })
      .toArray();
  }

  /** Earlier values of one mean, oldest first. */
  async versionsOf(outletId: string, period: string, at: number, factor: string): Promise<ReplacedMean[]> {
    const prefix = versionPrefix(outletId, period, at, factor);
    return this.replaced
      .find({ _id: { $gte: prefix, $lt: `${prefix}~` } })
      .sort({ _id: 1 })
      .toArray();
  }
}

export function versionPrefix(outletId: string, period: string, at: number, factor: string): string {
  return `${outletId} ${period} ${String(at).padStart(14, '0')} ${factor} `;
}

/**
 * Gives values their versions: the same as before keep theirs, others get the next one. While the period goes on it is 0, and what
 * was before is forgotten.
 * @param replaced receives what no longer counts
 */
export function versioned<T extends { factor: string }>(
  values: readonly T[],
  before: readonly Versioned<T>[],
  now: number,
  over: boolean,
  replaced: (value: Versioned<T>) => void,
): Versioned<T>[] {
  const known = new Map(before.map((value) => [value.factor, value]));
  return values.map((value) => {
    const last = known.get(value.factor);
    if (last && over === last.version > 0 && saysTheSame(last, value)) return last;
    if (last && last.version > 0) replaced(last);
    return { ...value, version: over ? (last?.version ?? 0) + 1 : 0, calculatedAt: now };
  });
}

/** Whether two values say the same, in whatever order their fields stand. */
function saysTheSame(a: object, b: object): boolean {
  const [one, other] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const name of names) {
    if (name === 'version' || name === 'calculatedAt' || one[name] === other[name]) continue;
    if (JSON.stringify(one[name] ?? null) !== JSON.stringify(other[name] ?? null)) return false;
  }
  return true;
}
