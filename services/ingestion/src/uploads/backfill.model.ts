import type { Backfill, BackfillRow, SheetError } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { type KeptSheetDoc, presentHead, sheetSchema } from '@greenwatch/sheets';
import { type Connection, type Model, Schema } from 'mongoose';

/** A sheet of history; its cursor is the number of the last row that is durable. */
export interface BackfillDoc extends KeptSheetDoc {
  good: number;
  wrong: number;
  values: number;
  devices: { mn: string; rows: number; from: number; to: number }[];
  preview: BackfillRow[];
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
  const backfill = sheetSchema<BackfillDoc>('backfills', {
    blobId: String,
    progress: Object,
    good: Number,
    wrong: Number,
    values: Number,
    devices: { type: [Object] },
    preview: { type: [Object] },
  });
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
  const { progress, good, wrong, values } = doc;
  const devices = doc.devices.map(({ from, to, ...device }) => ({ ...device, from: isoTime(from), to: isoTime(to) }));
  return { ...presentHead(doc), progress, good, wrong, values, devices };
}
