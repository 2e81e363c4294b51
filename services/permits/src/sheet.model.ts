import type { Sheet, SheetError, SheetPermit } from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { PermitContent } from './permit.model';

/** A sheet with how far it is. `_id` is made of its bytes' digest and the division: the same file again is the same sheet. */
export interface StoredSheet {
  _id: string;
  /** The division of whoever uploaded it; only people of that division see it. */
  division: string;
  filename: string;
  format: Sheet['format'];
  blobId: string;
  size: number;
  sha256: string;
  state: Sheet['state'];
  problem?: string;
  progress: { done: number; total: number };
  rows: number;
  permits: number;
  counts: Record<SheetPermit['state'], number>;
  errors: number;
  uploadedAt: number;
  uploadedBy: Caller;
  committedBy?: Caller;
  committedAt?: number;
  /** Number of the last permit that was taken over: where a restarted commit goes on. */
  cursor: number;
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
  const sheet = new Schema<StoredSheet>(
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
      permits: Number,
      counts: Object,
      errors: Number,
      uploadedAt: Number,
      uploadedBy: Object,
      committedBy: Object,
      committedAt: Number,
      cursor: Number,
      written: Number,
    },
    { collection: 'sheets', versionKey: false, suppressReservedKeysWarning: true },
  );
  sheet.index({ division: 1, uploadedAt: -1, _id: 1 });
  sheet.index({ state: 1, uploadedAt: 1 });
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
  const { _id, filename, format, size, sha256, state, problem, progress, rows, permits, counts, errors, written } =
    sheet;
  const committedAt = isoTimeOrNone(sheet.committedAt);
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
    permits,
    ...counts,
    errors,
    uploadedAt: isoTime(sheet.uploadedAt),
    uploadedBy: sheet.uploadedBy.name,
    ...(committedAt ? { committedAt } : {}),
    written,
  };
}

export function presentSheetPermit({ number, state, rows, changes, errors }: StoredSheetPermit): SheetPermit {
  return { number, state, rows, changes, errors };
}
