import { type Connection, type mongo, Schema } from 'mongoose';
import type { FactorMean, MeanPeriod } from './mean-period';
import type { StateRun } from './treatment-off';

/** What the rules know of one hour or day: `_id` is `<series>|<start, 14 digits>`, so a series is a range of ids. */
export interface StoredPeriod extends MeanPeriod {
  _id: string;
  means: FactorMean[];
  expireAt: Date;
}

/** A stretch of unchanged facility states. */
export interface StoredRun extends StateRun {
  _id: string;
  series: string;
  expireAt: Date;
}

/** Native collections: these are read and written for every hourly upload. */
export interface JudgedData {
  periods: mongo.Collection<StoredPeriod>;
  runs: mongo.Collection<StoredRun>;
}

/** How long after its data time the rules remember what they judged; the readings themselves stay with their service. */
export const REMEMBERED_MS = 400 * 86_400_000;

export function judgedData(db: Connection): JudgedData {
  const period = new Schema<StoredPeriod>(
    { _id: String, at: Number, means: Array, expireAt: Date },
    { collection: 'periods', versionKey: false },
  );
  period.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
  const run = new Schema<StoredRun>(
    { _id: String, series: String, from: Number, to: Number, samples: Number, states: Object, expireAt: Date },
    { collection: 'facility_runs', versionKey: false, minimize: false },
  );
  run.index({ series: 1, to: 1 });
  run.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
  // The kit creates the indexes of what has a model.
  db.model('Period', period);
  db.model('FacilityRun', run);
  return { periods: db.collection<StoredPeriod>('periods'), runs: db.collection<StoredRun>('facility_runs') };
}

/** Key of a device at an outlet: a replaced or moved logger begins anew. */
export const seriesOf = (mn: string, outletId: string, kind: 'hour' | 'day' | 'state') => `${mn}|${outletId}|${kind}`;

export const dataId = (series: string, at: number) => `${series}|${String(at).padStart(14, '0')}`;

/** Filter for what lies in [from, to) of a series; either side may be infinite. */
export function idRange(series: string, from: number, to: number): { $gte: string; $lt: string } {
  return {
    $gte: dataId(series, Math.max(0, from)),
    // '~' sorts behind every digit.
    $lt: to === Infinity ? `${series}|~` : dataId(series, to),
  };
}
