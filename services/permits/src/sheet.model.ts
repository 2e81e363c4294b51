import type { Sheet, SheetError, SheetPermit } from '@greenwatch/contracts';
import { type KeptSheetDoc, presentHead, sheetSchema } from '@greenwatch/sheets';
import { type Connection, type Model, Schema } from 'mongoose';
import type { PermitContent } from './permit.model';

/** A sheet of permits; its cursor is the number of a permit. */
export interface StoredSheet extends KeptSheetDoc {
  permits: number;
  counts: Record<SheetPermit['state'], number>;
  errors: number;
  written: number;
}

/** One permit of a sheet; `_id` = `<sheet>.<number in the sheet, 6 digits>`. */
export interface StoredSheetPermit {
  _id: string;
  sheetId: string;
  place: number;
  number: string;
  permitId: string;
  state: SheetPermit['state'];
  rows: number[];
  changes: string[];
  errors: SheetError[];
  content?: PermitContent;
}

export interface SheetModels {
  sheets: Model<StoredSheet>;
  permits: Model<StoredSheetPermit>;
}

export function sheetModels(db: Connection): SheetModels {
  const sheet = sheetSchema<StoredSheet>('sheets', {
    blobId: String,
    progress: Object,
    permits: Number,
    counts: Object,
    errors: Number,
    written: Number,
  });
  const permit = new Schema<StoredSheetPermit>(
    {
      _id: String,
      sheetId: String,
      place: Number,
      number: String,
      permitId: String,
      state: String,
      rows: [Number],
      changes: [String],
      errors: { type: [Object] },
      content: Object,
    },
    { collection: 'sheet_permits', versionKey: false, suppressReservedKeysWarning: true },
  );
  permit.index({ sheetId: 1, place: 1 });
  permit.index({ sheetId: 1, state: 1, place: 1 });
  return { sheets: db.model<StoredSheet>('Sheet', sheet), permits: db.model<StoredSheetPermit>('SheetPermit', permit) };
}

export function presentSheet(sheet: StoredSheet): Sheet {
  const { progress, permits, counts, errors, written } = sheet;
  return { ...presentHead(sheet), progress, permits, ...counts, errors, written };
}

export function presentSheetPermit({ number, state, rows, changes, errors }: StoredSheetPermit): SheetPermit {
  return { number, state, rows, changes, errors };
}
