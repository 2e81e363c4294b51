import type { Backfill, BackfillRow, SheetError } from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';

/** A sheet of history with how far it is. `_id` is made of the division and its bytes' digest: the same file again is the same one. */
export interface BackfillDoc {
  _id: string;
  /** The division of whoever uploaded it; only people of that division see it. */
  division: string;
  filename: string;
  format: Backfill['format'];
  blobId: string;
  size: number;
  sha256: string;
  state: Backfill['state'];
  problem?: string;
  progress: { done: number; total: number };
  rows: number;
  good: number;
  wrong: number;
  values: number;
  devices: { mn: string; rows: number; from: number; to: number }[];
  preview: BackfillRow[];
  uploadedAt: number;
  uploadedBy: Caller;
  committedBy?: Caller;
  committedAt?: number;
  /** Number of the last row that is durable: where a restarted commit goes on. */
  cursor: number;
}

/** One error; `_id` = `<backfill>.<number, 7 digits>`. */
export interface BackfillErrorDoc extends SheetError {
  _id: string;
  backfillId: string;
}

export interface BackfillModels {
  backfills: Model<BackfillDoc>;
  errors: Model<BackfillErrorDoc>;
}

export function backfillModels(db: Connection): BackfillModels {
  const backfill = new Schema<BackfillDoc>(
    {
      _id: String,
      division: String,
      filename: String,
      format: String,
      blobId: String,
      size: Number,
      sha256: String,
      state: String,
      problem: String,
      progress: Object,
      rows: Number,
      good: Number,
      wrong: Number,
      values: Number,
      devices: { type: [Object] },
      preview: { type: [Object] },
      uploadedAt: Number,
      uploadedBy: Object,
      committedBy: Object,
      committedAt: Number,
      cursor: Number,
    },
    { collection: 'backfills', versionKey: false },
  );
  backfill.index({ division: 1, uploadedAt: -1, _id: 1 });
  backfill.index({ state: 1, uploadedAt: 1 });
  const error = new Schema<BackfillErrorDoc>(
    { _id: String, backfillId: String, row: Number, column: String, cell: String, value: String, expected: String },
    { collection: 'backfill_errors', versionKey: false },
  );
  error.index({ backfillId: 1, _id: 1 });
  return {
    backfills: db.model<BackfillDoc>('Backfill', backfill),
    errors: db.model<BackfillErrorDoc>('BackfillError', error),
  };
}

export function presentBackfill(doc: BackfillDoc): Backfill {
  const { _id, filename, format, size, sha256, state, problem, progress, rows, good, wrong, values } = doc;
  const committedAt = isoTimeOrNone(doc.committedAt);
  return {
    id: _id,
    filename,
    format,
    size,
    sha256,
    state,
    ...(problem ? { problem } : {}),
    progress,
    rows,
    good,
    wrong,
    values,
    devices: doc.devices.map(({ mn, rows: count, from, to }) => ({
      mn,
      rows: count,
      from: isoTime(from),
      to: isoTime(to),
    })),
    uploadedAt: isoTime(doc.uploadedAt),
    uploadedBy: doc.uploadedBy.name,
    ...(committedAt ? { committedAt } : {}),
  };
}
