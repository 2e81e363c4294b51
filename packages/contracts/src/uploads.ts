import { type Static, Type } from '@sinclair/typebox';
import type { ActionContract } from './action';
import { REFUSAL_REASONS } from './ingestion';
import { SHEET_STATES, SheetError, sheetTemplate } from './permits';
import { Id, Literals, Page, PageParams, strict, Time } from './schema';

/** Text of a value; a number loses the zeros at its end, so evidence is sent as text. */
const Value = Type.Union([Type.String({ maxLength: 1000 }), Type.Number()]);

/**
 * One packet of one device. Deliberately loose: what is wrong with one upload is said of that one, and the others are taken.
 * `payload` in place of kind, dataTime and values: the maker's own JSON, read as the device's profile says.
 */
export const Upload = Type.Object(
  {
    mn: Type.String({ maxLength: 64, description: 'MN of a registered device' }),
    kind: Type.Optional(
      Type.String({ maxLength: 20, description: 'realtime, minute, hour, day, state or running (HJ 212 CN 2011 …)' }),
    ),
    dataTime: Type.Optional(
      Type.String({ maxLength: 40, description: 'ISO 8601 with zone: the moment, or the start of the period' }),
    ),
    values: Type.Optional(
      Type.Record(Type.String(), Type.Record(Type.String(), Value), {
        description: 'factor code → HJ 212 field → value, e.g. {"w01018":{"Avg":"12.30","Flag":"N"}}',
      }),
    ),
    payload: Type.Optional(Type.Unknown({ description: "the maker's own JSON" })),
  },
  strict,
);
export const UploadResult = Type.Object(
  {
    index: Type.Integer({ description: 'number of the upload in the batch, from 0' }),
    status: Literals(['accepted', 'refused'], { description: 'accepted: it is durable' }),
    reason: Type.Optional(Literals(REFUSAL_REASONS)),
    detail: Type.Optional(Type.String({ description: 'names the field and what was expected' })),
  },
  strict,
);
export const UploadResults = Type.Object(
  { accepted: Type.Integer(), refused: Type.Integer(), results: Type.Array(UploadResult) },
  strict,
);

/** A sheet of history: stored, read, looked at, taken over. */
export const Backfill = Type.Object(
  {
    id: Id,
    filename: Type.String(),
    format: Literals(['csv', 'xlsx']),
    size: Type.Integer({ description: 'bytes' }),
    sha256: Type.String(),
    state: Literals(SHEET_STATES, { description: 'refused: it cannot be read at all, `problem` says why' }),
    problem: Type.Optional(Type.String()),
    progress: Type.Object({ done: Type.Integer(), total: Type.Integer({ description: '0: not known yet' }) }, strict),
    rows: Type.Integer(),
    good: Type.Integer({ description: 'rows that can be taken over' }),
    wrong: Type.Integer({ description: 'rows with at least one error; they are not taken over' }),
    values: Type.Integer({ description: 'values in the good rows' }),
    devices: Type.Array(Type.Object({ mn: Type.String(), rows: Type.Integer(), from: Time, to: Time }, strict), {
      description: 'what the good rows are about; at most 1000',
    }),
    uploadedAt: Time,
    uploadedBy: Type.String(),
    committedAt: Type.Optional(Time),
  },
  strict,
);
/** The first rows as they were understood. */
export const BackfillRow = Type.Object(
  {
    row: Type.Integer({ description: 'number in the sheet, the heading being 1' }),
    mn: Type.String(),
    kind: Type.String(),
    dataTime: Time,
    values: Type.Record(Type.String(), Type.Record(Type.String(), Type.String())),
  },
  strict,
);

const IMPORTERS = ['administrator', 'service'] as const;

/** Ways for readings into the system beside the devices' own connections; owned by ingestion. */
export const uploadActions = {
  /** For API keys with the scope `readings:write`, administrators and services. The same upload again changes nothing. */
  'ingestion.upload.push': {
    params: Type.Object({ uploads: Type.Array(Upload, { minItems: 1, maxItems: 1000 }) }, strict),
    result: UploadResults,
    roles: ['administrator', 'data-source', 'service'],
  },
  /** Takes the file as a stream. The same bytes again are the same back-fill. */
  'ingestion.backfill.upload': {
    params: Type.Object({ filename: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
    result: Backfill,
    roles: IMPORTERS,
  },
  /** With the first rows as understood, and a page of errors. */
  'ingestion.backfill.get': {
    params: Type.Object({ id: Id, ...PageParams }, strict),
    result: Type.Object({ backfill: Backfill, preview: Type.Array(BackfillRow), errors: Page(SheetError) }, strict),
    roles: IMPORTERS,
  },
  'ingestion.backfill.list': {
    params: Type.Object({ ...PageParams }, strict),
    result: Page(Backfill),
    roles: IMPORTERS,
  },
  /** Takes over the good rows, as a job. With wrong rows only where the caller says so. */
  'ingestion.backfill.commit': {
    params: Type.Object({ id: Id, skipWrong: Type.Optional(Type.Boolean()) }, strict),
    result: Backfill,
    roles: IMPORTERS,
  },
  /** An empty sheet with headings, as base64. */
  'ingestion.backfill.template': {
    ...sheetTemplate,
    roles: IMPORTERS,
  },
} as const satisfies Record<string, ActionContract>;

export type Upload = Static<typeof Upload>;
export type UploadResult = Static<typeof UploadResult>;
export type UploadResults = Static<typeof UploadResults>;
export type Backfill = Static<typeof Backfill>;
export type BackfillRow = Static<typeof BackfillRow>;
