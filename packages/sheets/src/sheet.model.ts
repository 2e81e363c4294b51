import type { Sheet } from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone } from '@greenwatch/kit';
import { Schema, type SchemaDefinition } from 'mongoose';

/** What is kept of every sheet. `_id` is made of the division and its bytes' digest: the same file again is the same sheet. */
export interface SheetDoc {
  _id: string;
  /** The division of whoever uploaded it; only people of that division see it. */
  division: string;
  filename: string;
  format: Sheet['format'];
  size: number;
  sha256: string;
  state: Sheet['state'];
  problem?: string;
  rows: number;
  uploadedAt: number | Date;
  uploadedBy: Caller;
  committedBy?: Caller;
  committedAt?: number;
  /** What was taken over last, by its number in the sheet: where a restarted commit goes on. */
  cursor: number;
}

/** A sheet whose file is kept, to be read in the background. */
export interface KeptSheetDoc extends SheetDoc {
  blobId: string;
  progress: { done: number; total: number };
  uploadedAt: number;
}

/** The schema of a kind of sheets. @param own its fields beside those of SheetDoc */
export function sheetSchema<D extends SheetDoc>(collection: string, own: SchemaDefinition): Schema<D> {
  const fields = {
    _id: String,
    division: String,
    filename: String,
    format: String,
    size: Number,
    sha256: String,
    state: String,
    problem: String,
    rows: Number,
    uploadedAt: Number,
    uploadedBy: Object,
    committedBy: Object,
    committedAt: Number,
    cursor: Number,
    ...own,
  };
  const options = { collection, versionKey: false, suppressReservedKeysWarning: true } as const;
  const schema = new Schema<D>(fields as never, options as never);
  schema.index({ division: 1, uploadedAt: -1, _id: 1 });
  schema.index({ state: 1, uploadedAt: 1 });
  return schema;
}

/** What is told of every sheet. */
export function presentHead({ _id, filename, format, size, sha256, state, problem, rows, ...doc }: SheetDoc) {
  const committedAt = isoTimeOrNone(doc.committedAt);
  return {
    id: _id,
    filename,
    format,
    size,
    sha256,
    state,
    ...(problem ? { problem } : {}),
    rows,
    uploadedAt: isoTime(Number(doc.uploadedAt)),
    uploadedBy: doc.uploadedBy.name,
    ...(committedAt ? { committedAt } : {}),
  };
}
