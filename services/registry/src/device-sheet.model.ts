import type { DeviceSheet, DeviceSheetRow, SheetError } from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { RowDraft } from './device-sheet-rows';

/** A sheet of devices with how far it is. `_id` is made of the division and the bytes' digest: the same file is the same sheet. */
export interface StoredDeviceSheet {
  _id: string;
  /** The division of whoever uploaded it; only people of that division see it. */
  division: string;
  filename: string;
  format: DeviceSheet['format'];
  size: number;
  sha256: string;
  state: DeviceSheet['state'];
  problem?: string;
  rows: number;
  counts: Record<DeviceSheetRow['state'], number>;
  errors: number;
  uploadedAt: Date;
  uploadedBy: Caller;
  committedBy?: Caller;
  committedAt?: number;
  /** Number of the last row that was taken over: where a restarted commit goes on. */
  cursor: number;
  written: number;
}

/** `_id` = `<sheet>.<row, 7 digits>`. */
export interface StoredDeviceSheetRow {
  _id: string;
  sheetId: string;
  row: number;
  mn: string;
  state: DeviceSheetRow['state'];
  changes: string[];
  errors: SheetError[];
  /** Until it is taken over. */
  draft?: RowDraft;
  at: Date;
}

export interface DeviceSheetModels {
  sheets: Model<StoredDeviceSheet>;
  rows: Model<StoredDeviceSheetRow>;
}

const RETENTION_S = 90 * 24 * 3_600;

export async function deviceSheetModels(db: Connection): Promise<DeviceSheetModels> {
  const sheet = new Schema<StoredDeviceSheet>(
    {
      _id: String,
      division: String,
      filename: String,
      format: String,
      size: Number,
      sha256: String,
      state: String,
      problem: String,
      rows: Number,
      counts: Object,
      errors: Number,
      uploadedAt: Date,
      uploadedBy: Object,
      committedBy: Object,
      committedAt: Number,
      cursor: Number,
      written: Number,
    },
    { collection: 'device_sheets', versionKey: false, suppressReservedKeysWarning: true },
  );
  sheet.index({ division: 1, uploadedAt: -1, _id: 1 });
  sheet.index({ state: 1, uploadedAt: 1 });
  sheet.index({ uploadedAt: 1 }, { expireAfterSeconds: RETENTION_S });
  const row = new Schema<StoredDeviceSheetRow>(
    {
      _id: String,
      sheetId: String,
      row: Number,
      mn: String,
      state: String,
      changes: [String],
      errors: { type: [Object] },
      draft: Object,
      at: Date,
    },
    { collection: 'device_sheet_rows', versionKey: false, suppressReservedKeysWarning: true },
  );
  row.index({ sheetId: 1, row: 1 });
  row.index({ sheetId: 1, state: 1, row: 1 });
  row.index({ at: 1 }, { expireAfterSeconds: RETENTION_S });
  const models = {
    sheets: db.model<StoredDeviceSheet>('DeviceSheet', sheet),
    rows: db.model<StoredDeviceSheetRow>('DeviceSheetRow', row),
  };
  await Promise.all([models.sheets.createIndexes(), models.rows.createIndexes()]);
  return models;
}

export function presentSheet(sheet: StoredDeviceSheet): DeviceSheet {
  const { _id, filename, format, size, sha256, state, problem, rows, counts, errors, written, cursor } = sheet;
  const committedAt = isoTimeOrNone(sheet.committedAt);
  return {
    id: _id,
    filename,
    format,
    size,
    sha256,
    state,
    ...(problem ? { problem } : {}),
    progress: { done: state === 'committed' ? rows : cursor === 0 ? 0 : Math.min(rows, cursor - 1), total: rows },
    rows,
    ...counts,
    errors,
    uploadedAt: isoTime(sheet.uploadedAt.getTime()),
    uploadedBy: sheet.uploadedBy.name,
    ...(committedAt ? { committedAt } : {}),
    written,
  };
}

export const presentRow = ({ row, mn, state, changes, errors }: StoredDeviceSheetRow): DeviceSheetRow => ({
  row,
  mn,
  state,
  changes: changes.map((field) => (field === 'passwordEncrypted' ? 'password' : field)),
  errors,
});
