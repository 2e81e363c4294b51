import { type Static, Type } from '@sinclair/typebox';
import type { ActionContract } from './action';
import { SHEET_STATES, SheetError, sheetTemplate } from './permits';
import { Id, Literals, Mn, Page, PageParams, strict, Time } from './schema';

const ROW_STATES = ['new', 'changed', 'unchanged', 'wrong'] as const;

/** A sheet of devices: read and judged when it is uploaded, looked at, then taken over. The file itself is not kept: it holds passwords. */
export const DeviceSheet = Type.Object(
  {
    id: Id,
    filename: Type.String(),
    format: Literals(['csv', 'xlsx']),
    size: Type.Integer({ description: 'bytes' }),
    sha256: Type.String(),
    state: Literals(SHEET_STATES, {
      description:
        'parsing: its upload was broken off, upload it again; refused: it cannot be read, `problem` says why',
    }),
    problem: Type.Optional(Type.String()),
    progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }, strict),
    rows: Type.Integer(),
    new: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    wrong: Type.Integer({ description: 'rows with at least one error; they are not taken over' }),
    errors: Type.Integer(),
    uploadedAt: Time,
    uploadedBy: Type.String(),
    committedAt: Type.Optional(Time),
    written: Type.Integer({ description: 'devices that were new or changed when they were taken over' }),
  },
  strict,
);
export const DeviceSheetRow = Type.Object(
  {
    row: Type.Integer({ description: 'number of the row in the sheet, the heading being 1' }),
    mn: Type.String(),
    state: Literals(ROW_STATES),
    changes: Type.Array(Type.String(), { description: 'fields in which it differs from the device as it stands' }),
    errors: Type.Array(SheetError),
  },
  strict,
);

const roles = ['administrator', 'supervisor', 'service'] as const;

export const deviceSheetActions = {
  /** Takes the file as a stream. The same bytes again are the same sheet, judged anew until it is taken over. */
  'registry.deviceSheet.upload': {
    params: Type.Object({ filename: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
    result: DeviceSheet,
    roles,
  },
  'registry.deviceSheet.get': {
    params: Type.Object({ id: Id, state: Type.Optional(Literals(ROW_STATES)), ...PageParams }, strict),
    result: Type.Object({ sheet: DeviceSheet, ...Page(DeviceSheetRow).properties }, strict),
    roles,
  },
  'registry.deviceSheet.list': {
    params: Type.Object({ ...PageParams }, strict),
    result: Page(DeviceSheet),
    roles,
  },
  /** Takes over what is new or changed, as a job. Wrong rows are left out only where the caller says so. */
  'registry.deviceSheet.commit': {
    params: Type.Object({ id: Id, skipWrong: Type.Optional(Type.Boolean()) }, strict),
    result: DeviceSheet,
    roles,
  },
  /** An empty sheet with headings, as base64. */
  'registry.deviceSheet.template': {
    ...sheetTemplate,
    roles,
  },
  /** Gives a device a new password, which is told this once; the old one stays good for a while. */
  'registry.device.rotate': {
    params: Type.Object(
      {
        mn: Mn,
        password: Type.Optional(
          Type.String({
            pattern: '^[0-9a-zA-Z]{6,32}$',
            description: 'one that the device has already; made here when absent',
          }),
        ),
        keepHours: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 720,
            default: 72,
            description: 'old passwords stay good; 0: end at once',
          }),
        ),
      },
      strict,
    ),
    result: Type.Object({ mn: Mn, password: Type.String(), oldPasswordUntil: Type.Optional(Time) }, strict),
    roles: ['administrator', 'supervisor', 'service'],
  },
} as const satisfies Record<string, ActionContract>;

export type DeviceSheet = Static<typeof DeviceSheet>;
export type DeviceSheetRow = Static<typeof DeviceSheetRow>;
