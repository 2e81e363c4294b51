import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY, type Role } from './action';
import { FactorCode, Id, KINDS, Kind, Literals, Mn, Page, PageParams, strict, Time } from './schema';

/** One (device, kind, data time): packets merged, newest revision of each factor (design.md 4). */
export const Moment = Type.Object(
  {
    mn: Mn,
    kind: Kind,
    dataTime: Time,
    receivedAt: Time,
    values: Type.Record(
      FactorCode,
      Type.Record(Type.String(), Type.String(), { description: 'field → exact text, e.g. {"Avg":"12.30","Flag":"N"}' }),
    ),
    revisions: Type.Integer({ description: 'how often a value of this moment was replaced by another one' }),
  },
  strict,
);
/** What a factor's value of one moment was, until another one took its place. */
export const ReadingRevisions = Type.Object(
  {
    mn: Mn,
    dataTime: Time,
    factor: FactorCode,
    values: Type.Array(
      Type.Object(
        {
          receivedAt: Time,
          fields: Type.Record(Type.String(), Type.String(), { description: 'field → exact text' }),
        },
        strict,
      ),
      { description: 'oldest first; the last one counts' },
    ),
  },
  strict,
);
const Range = { from: Type.Optional(Time), to: Type.Optional(Time) };

/** Which lines: each factor of each outlet and device. */
const Lines = {
  outletId: Type.Optional(
    Type.Array(Id, { maxItems: 20, description: 'outlets, through whichever device stood for them' }),
  ),
  mn: Type.Optional(Type.Array(Mn, { maxItems: 20, description: 'devices' })),
  kind: Kind,
  factor: Type.Array(FactorCode, { minItems: 1, maxItems: 20 }),
  field: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$',
      description: 'of the factor; absent: Rtd of realtime, RS of state, RT of running, Avg of the others',
    }),
  ),
  from: Time,
  to: Time,
};
const LineName = {
  outletId: Type.Optional(Id),
  mn: Type.Optional(Mn),
  factor: FactorCode,
  field: Type.String(),
};
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Lines of several outlets and factors on one axis of time. */
export const AlignedLines = Type.Object(
  {
    kind: Kind,
    times: Type.Array(Time, { description: 'ascending' }),
    lines: Type.Array(
      Type.Object(
        {
          ...LineName,
          values: Type.Array(Nullable(Type.Number()), { description: 'one a time; null where the line has none' }),
          flags: Type.Array(Nullable(Type.String()), { description: 'one a time; null where none was sent' }),
          stored: Type.Integer({ description: 'points of the line before any were left out' }),
        },
        strict,
      ),
    ),
    sampled: Type.Boolean({ description: 'whether points were left out' }),
  },
  strict,
);

/** What can be said of a line in numbers. */
export const LineStatistics = Type.Object(
  {
    ...LineName,
    count: Type.Integer({ description: 'values; what has only a flag is not counted' }),
    min: Type.Optional(Type.Object({ value: Type.Number(), at: Time }, strict)),
    max: Type.Optional(Type.Object({ value: Type.Number(), at: Time }, strict)),
    mean: Type.Optional(Type.Number()),
    deviation: Type.Optional(Type.Number({ description: 'of the sample (n - 1)' })),
    median: Type.Optional(Type.Number()),
    p95: Type.Optional(Type.Number({ description: '95 of 100 values do not exceed it (nearest rank)' })),
    flags: Type.Record(Type.String(), Type.Integer(), { description: "how often each flag stands; '' for none" }),
  },
  strict,
);

/** Classes of data with a retention of their own. */
export const DATA_CLASSES = [...KINDS, 'message'] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** Where the readings lie, and for how long they stay. */
export const StorageState = Type.Object(
  {
    places: Type.Array(
      Type.Object(
        {
          place: Literals(['recent', 'packed', 'cold']),
          documents: Type.Integer({ description: 'log messages by device and day; days; months' }),
          bytes: Type.Integer({ description: 'on disk' }),
        },
        strict,
      ),
    ),
    packing: Type.Object(
      { days: Type.Integer(), packets: Type.Integer(), bytes: Type.Integer(), failed: Type.Integer() },
      { ...strict, description: 'since the process that answers started' },
    ),
    packedAfterHours: Type.Integer(),
    coldAfterDays: Type.Integer({ description: '0: never' }),
    retention: Type.Array(
      Type.Object(
        {
          kind: Literals(DATA_CLASSES),
          days: Type.Optional(Type.Integer({ description: 'absent: for ever' })),
          keptFrom: Type.Optional(Type.String({ description: 'first day that is kept, yyyymmdd' })),
        },
        strict,
      ),
    ),
    lastRetention: Type.Optional(
      Type.Object(
        { at: Time, recent: Type.Integer(), packed: Type.Integer(), cold: Type.Integer(), messages: Type.Integer() },
        { ...strict, description: 'documents that were taken away' },
      ),
    ),
  },
  strict,
);

/** What devices say beside readings, by HJ 212 command. */
export const MESSAGE_TYPES = [
  // 2062 (surface water to 2066): automatic standard checks, 标样核查
  'standard-check',
  // 3020: log text
  'log',
  // 3020: states and parameters of analysers and logger
  'information',
  // 3019, 1001: serials
  'identity',
  'hardware',
  // 3015: an over-limit sample was kept, 留样
  'sample-kept',
  // 2081
  'restarted',
  // 2071, 2072 of 2005
  'alarm',
  // What it is set to: intervals, sampling, limits, host
  'setting',
  // It could not be read; the raw frame is in the archive
  'unreadable',
] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];
const SentValues = Type.Array(
  Type.Object({ id: Type.String({ description: 'code of HJ 212-2017 table B.10' }), value: Type.String() }, strict),
);

/** One thing that a device said beside readings. What is there depends on the type; values are texts as sent. */
export const DeviceMessage = Type.Object(
  {
    id: Type.String(),
    mn: Mn,
    type: Literals(MESSAGE_TYPES),
    time: Type.Unsafe<string>({ ...Time, description: 'of which it speaks; where it names none, of sending' }),
    receivedAt: Time,
    cn: Type.String({ description: 'HJ 212 command' }),
    polId: Type.Optional(Type.String({ description: 'the analyser it speaks of; absent: the logger' })),
    checks: Type.Optional(
      Type.Array(
        Type.Object(
          {
            factor: FactorCode,
            measured: Type.Optional(Type.String()),
            standard: Type.Optional(Type.String()),
            passed: Type.Optional(Type.Boolean({ description: 'absent: the device does not say' })),
            flag: Type.Optional(Type.String()),
          },
          strict,
        ),
      ),
    ),
    text: Type.Optional(Type.String({ description: 'log text; why it could not be read' })),
    values: Type.Optional(SentValues),
    serials: Type.Optional(Type.Array(Type.Object({ factor: FactorCode, serial: Type.String() }, strict))),
    bottle: Type.Optional(Type.String()),
    restartedAt: Type.Optional(Time),
    alarms: Type.Optional(
      Type.Array(
        Type.Object({ factor: FactorCode, value: Type.String(), over: Type.Optional(Type.Boolean()) }, strict),
      ),
    ),
  },
  strict,
);

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** An export that is made ahead, to be fetched when it is done. */
export const ReadingExport = Type.Object(
  {
    id: Id,
    state: Literals(['waiting', 'running', 'done', 'failed', 'cancelled']),
    kinds: Type.Array(Kind),
    mns: Type.Optional(Type.Array(Mn, { description: 'absent: every device in scope' })),
    from: Type.Optional(Time),
    to: Type.Optional(Time),
    format: Literals(EXPORT_FORMATS),
    createdAt: Time,
    finishedAt: Type.Optional(Time),
    expiresAt: Type.Optional(Time),
    devices: Type.Integer({ description: 'that are in it' }),
    devicesDone: Type.Integer(),
    moments: Type.Integer({ description: 'written so far' }),
    bytes: Type.Integer({ description: 'of the file so far, compressed' }),
    reason: Type.Optional(Type.String({ description: 'why it failed' })),
    link: Type.Optional(Type.String({ description: 'where the gateway gives the file, once done' })),
  },
  strict,
);
const OF_STORAGE: readonly Role[] = ['administrator', 'supervisor', 'service'];

export const readingsActions = {
  'readings.moment.list': {
    params: Type.Object({ mn: Mn, kind: Kind, ...Range, ...PageParams }, strict),
    result: Page(Moment),
    roles: EVERYBODY,
  },
  'readings.outlet.list': {
    params: Type.Object({ outletId: Id, kind: Kind, ...Range, ...PageParams }, strict),
    result: Page(Moment),
    roles: EVERYBODY,
  },
  /** Every value that an outlet's factors had at one moment, of those that had more than one. */
  'readings.outlet.revisions': {
    params: Type.Object({ outletId: Id, kind: Kind, at: Time }, strict),
    result: Type.Array(ReadingRevisions),
    roles: EVERYBODY,
  },
  'readings.latest.list': {
    params: Type.Object(
      {
        mns: Type.Array(Mn, { minItems: 1, maxItems: 1000 }),
        kinds: Type.Optional(Type.Array(Kind, { minItems: 1, description: 'absent: every kind' })),
      },
      strict,
    ),
    result: Type.Array(Moment),
    roles: EVERYBODY,
  },
  'readings.line.list': {
    params: Type.Object(
      {
        ...Lines,
        points: Type.Optional(
          Type.Integer({ minimum: 3, maximum: 10_000, default: 1_000, description: 'of each line; more are left out' }),
        ),
        method: Type.Optional(
          Literals(['lttb', 'minmax'], {
            default: 'lttb',
            description: 'which points stay: largest triangles, or extremes',
          }),
        ),
      },
      strict,
    ),
    result: AlignedLines,
    roles: EVERYBODY,
  },
  'readings.line.statistics': {
    params: Type.Object(Lines, strict),
    result: Type.Array(LineStatistics),
    roles: EVERYBODY,
  },
  /** The newest first. Of a device, or of an outlet through its devices. */
  'readings.message.list': {
    params: Type.Object(
      {
        mn: Type.Optional(Mn),
        outletId: Type.Optional(Id),
        type: Type.Optional(Type.Array(Literals(MESSAGE_TYPES), { description: 'absent: every type' })),
        ...Range,
        ...PageParams,
      },
      strict,
    ),
    result: Page(DeviceMessage),
    roles: EVERYBODY,
  },
  'readings.storage.get': { params: Type.Object({}, strict), result: StorageState, roles: OF_STORAGE },
  'readings.export.start': {
    params: Type.Object(
      {
        mns: Type.Optional(Type.Array(Mn, { minItems: 1, maxItems: 1000 })),
        kinds: Type.Optional(Type.Array(Kind, { minItems: 1 })),
        from: Type.Optional(Time),
        to: Type.Optional(Time),
        format: Type.Optional(Literals(EXPORT_FORMATS, { default: 'ndjson' })),
      },
      strict,
    ),
    result: ReadingExport,
    roles: EVERYBODY,
  },
  'readings.export.list': {
    params: Type.Object({ ...PageParams }, strict),
    result: Page(ReadingExport),
    roles: EVERYBODY,
  },
  'readings.export.get': { params: Type.Object({ id: Id }, strict), result: ReadingExport, roles: EVERYBODY },
  'readings.export.cancel': { params: Type.Object({ id: Id }, strict), result: ReadingExport, roles: EVERYBODY },
  /** Hours without an hourly upload; ingestion asks them back (CN 2061). */
  'readings.gap.list': {
    params: Type.Object({ mns: Type.Array(Mn, { minItems: 1, maxItems: 100 }), from: Time, to: Time }, strict),
    result: Type.Array(
      Type.Object(
        {
          mn: Mn,
          gaps: Type.Array(Type.Object({ from: Time, to: Time }, strict), { description: '`to` is not in it' }),
        },
        strict,
      ),
    ),
    roles: AUTHORITY,
  },
} as const satisfies Record<string, ActionContract>;

export type Moment = Static<typeof Moment>;
export type ReadingRevisions = Static<typeof ReadingRevisions>;
export type AlignedLines = Static<typeof AlignedLines>;
export type LineStatistics = Static<typeof LineStatistics>;
export type StorageState = Static<typeof StorageState>;
export type ReadingExport = Static<typeof ReadingExport>;
export type DeviceMessage = Static<typeof DeviceMessage>;
