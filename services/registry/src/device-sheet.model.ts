import type { DeviceSheet, DeviceSheetRow, SheetError } from '@greenwatch/contracts';
import { presentHead, type SheetDoc, sheetSchema } from '@greenwatch/sheets';
import { type Connection, type Model, Schema } from 'mongoose';
import type { RowDraft } from './device-sheet-rows';

/** A sheet of devices; its cursor is the number of a row. */
export interface StoredDeviceSheet extends SheetDoc {
  counts: Record<DeviceSheetRow['state'], number>;
  errors: number;
  /** A date, since the collection forgets by it. */
  uploadedAt: Date;
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
  const sheet = sheetSchema<StoredDeviceSheet>('device_sheets', {
    counts: Object,
    errors: Number,
    uploadedAt: Date,
    written: Number,
  });
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
  const { state, rows, counts, errors, written, cursor } = sheet;
  const done = state === 'committed' ? rows : cursor === 0 ? 0 : Math.min(rows, cursor - 1);
  return { ...presentHead(sheet), progress: { done, total: rows }, ...counts, errors, written };
}

export const presentRow = ({ row, mn, state, changes, errors }: StoredDeviceSheetRow): DeviceSheetRow => ({
  row,
  mn,
  state,
  changes: changes.map((field) => (field === 'passwordEncrypted' ? 'password' : field)),
  errors,
});
