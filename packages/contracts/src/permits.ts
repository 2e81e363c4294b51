import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Page, PageParams, strict, Time } from './schema';

export const PermitLimit = Type.Object(
  {
    id: Id,
    outletId: Id,
    factor: FactorCode,
    period: Literals(['hour', 'day'], { description: 'averaging period the limit is for' }),
    limit: Type.Number({ exclusiveMinimum: 0, description: 'upper limit in `unit`' }),
    minimum: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'lower limit of a range, for instance 6 of pH 6 to 9' }),
    ),
    decimals: Type.Integer({ minimum: 0, maximum: 6, description: 'the mean is rounded to these (GB/T 8170)' }),
    unit: Type.String(),
    referenceOxygen: Type.Optional(
      Type.Number({ minimum: 0, maximum: 20.9, description: 'judge the value converted to this O2 (%)' }),
    ),
    basis: Type.String({ description: 'standard and clause' }),
    validFrom: Time,
    validTo: Type.Optional(Time),
  },
  strict,
);

/** An outlet as the permit's copy describes it. */
export const PermittedOutlet = Type.Object(
  {
    outletId: Id,
    code: Type.String({ pattern: '^D[AW]\\d{3}$', description: 'HJ 608: DA001 air, DW001 water' }),
    name: Type.Optional(Type.String({ maxLength: 100 })),
    factors: Type.Array(FactorCode, { description: 'pollutants permitted at it' }),
    mode: Type.Optional(
      Literals(['organised', 'fugitive', 'direct', 'indirect'], {
        description: 'air: organised (有组织) or fugitive (无组织); water: direct or indirect discharge',
      }),
    ),
    destination: Type.Optional(
      Type.String({ maxLength: 200, description: 'for instance the receiving water or works' }),
    ),
    lon: Type.Optional(Type.Number({ minimum: 70, maximum: 140, description: 'CGCS2000' })),
    lat: Type.Optional(Type.Number({ minimum: 0, maximum: 60 })),
  },
  strict,
);
/** Permitted quantity (许可排放量) of the enterprise, or of one outlet. */
export const PermitQuota = Type.Object(
  {
    factor: FactorCode,
    outletId: Type.Optional(Id),
    year: Type.Integer({ minimum: 2000, maximum: 2100 }),
    quantity: Type.Number({ exclusiveMinimum: 0, description: 'kg in the year' }),
  },
  strict,
);
export const ReportKind = Literals(['yearly', 'half-yearly', 'quarterly', 'monthly']);
export const MonitoringFrequency = Literals(['day', 'week', 'month', 'quarter', 'half-year', 'year']);
/** What the permit obliges its holder to keep, measure, report and publish (排污许可管理条例 Art 13, 办法 Art 19, 36, 37). */
export const PermitRequirements = Type.Object(
  {
    ledger: Type.Optional(Literals(['daily', 'monthly'])),
    selfInspection: Type.Optional(Type.Boolean({ description: 'a daily list of what was looked at' })),
    reports: Type.Array(ReportKind, { uniqueItems: true }),
    reportDueDay: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 31, description: 'day of the month in which a report is due' }),
    ),
    selfMonitoring: Type.Array(
      Type.Object({ outletId: Type.Optional(Id), factor: FactorCode, every: MonitoringFrequency }, strict),
    ),
    publicity: Type.Optional(Literals(['monthly', 'quarterly', 'yearly'])),
  },
  strict,
);

const permitContent = {
  id: Id,
  number: Type.String({ pattern: '^[0-9A-HJ-NPQRTUWXY]{18}\\d{3}[A-Z]$', description: 'HJ 608-2017' }),
  enterpriseId: Id,
  managementClass: Literals(['key', 'simplified', 'registration']),
  name: Type.Optional(Type.String({ maxLength: 200, description: 'of the holder, as the main page says' })),
  address: Type.Optional(Type.String({ maxLength: 300 })),
  legalRepresentative: Type.Optional(Type.String({ maxLength: 50 })),
  premises: Type.Optional(Type.String({ maxLength: 300, description: 'place of production (生产经营场所)' })),
  issuedAt: Type.Optional(Time),
  validFrom: Time,
  validTo: Time,
  issuer: Type.String({ maxLength: 100 }),
  limits: Type.Array(PermitLimit),
  requirements: Type.Optional(PermitRequirements),
};
export const Permit = Type.Object(
  {
    ...permitContent,
    outlets: Type.Array(PermittedOutlet),
    quotas: Type.Array(PermitQuota),
    version: Type.Integer({ minimum: 1 }),
    status: Literals(['valid', 'expired', 'revoked']),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
export const PermitInput = Type.Object(
  {
    ...permitContent,
    outlets: Type.Optional(Type.Array(PermittedOutlet)),
    quotas: Type.Optional(Type.Array(PermitQuota)),
  },
  strict,
);
export const PermitVersion = Type.Object({ version: Type.Integer(), recordedAt: Time, permit: Permit }, strict);

/** A request for a renewal, a change or a new permit that the authority received. */
export const PermitApplication = Type.Object(
  {
    id: Id,
    permitId: Id,
    enterpriseId: Id,
    kind: Literals(['renewal', 'change', 're-application']),
    receivedAt: Time,
    note: Type.Optional(Type.String({ maxLength: 500 })),
    recordedBy: Type.String(),
  },
  strict,
);

/** An empty sheet with headings. */
export const sheetTemplate = {
  params: Type.Object({ format: Literals(['csv', 'xlsx']) }, strict),
  result: Type.Object(
    { filename: Type.String(), contentType: Type.String(), content: Type.String({ description: 'base64' }) },
    strict,
  ),
};
/** What is wrong with a cell, or with a row where `column` is empty. */
export const SheetError = Type.Object(
  { row: Type.Integer(), column: Type.String(), cell: Type.String(), value: Type.String(), expected: Type.String() },
  strict,
);
export const SHEET_STATES = ['parsing', 'ready', 'refused', 'committing', 'committed'] as const;
/** A sheet of permits: stored, read, looked at, taken over. */
export const Sheet = Type.Object(
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
    permits: Type.Integer(),
    new: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    wrong: Type.Integer({ description: 'permits with at least one error; they are not taken over' }),
    errors: Type.Integer(),
    uploadedAt: Time,
    uploadedBy: Type.String(),
    committedAt: Type.Optional(Time),
    written: Type.Integer({ description: 'permits that were new or changed when they were taken over' }),
  },
  strict,
);
export const SheetPermit = Type.Object(
  {
    number: Type.String(),
    state: Literals(['new', 'changed', 'unchanged', 'wrong']),
    rows: Type.Array(Type.Integer(), { description: 'numbers of its rows in the sheet' }),
    changes: Type.Array(Type.String(), { description: 'fields in which it differs from the permit as it stands' }),
    errors: Type.Array(SheetError),
  },
  strict,
);

export const CHECKS = [
  ...['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13'],
  ...['EIA_NO_APPROVAL', 'EIA_NO_ACCEPTANCE', 'EIA_APPROVAL_OVERDUE', 'EIA_LAPSED', 'PERMIT_MISSING_AFTER_EIA'],
] as const;
/** One dated finding with what it rests on; a suspicion until somebody has looked. */
export const Check = Type.Object(
  {
    id: Id,
    check: Type.String({ description: 'P1 to P13 or EIA_…' }),
    enterpriseId: Id,
    enterpriseName: Type.String(),
    outletId: Type.Optional(Id),
    factor: Type.Optional(FactorCode),
    projectId: Type.Optional(Id),
    permitId: Type.Optional(Id),
    level: Literals(['high', 'mid', 'low']),
    stage: Type.Optional(Type.String({ description: 'P6: 80, 90, 100 or forecast' })),
    active: Type.Boolean(),
    openedAt: Time,
    closedAt: Type.Optional(Time),
    text: Type.String(),
    basis: Type.String(),
    clue: Type.Optional(Literals(['visit', 'desk', 'town'])),
    evidence: Type.Array(Type.Object({ name: Type.String(), value: Type.String(), at: Type.Optional(Time) }, strict)),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
/** Year to date against the permitted quantity. */
export const QuotaUse = Type.Object(
  {
    permitId: Id,
    enterpriseId: Id,
    enterpriseName: Type.String(),
    outletId: Type.Optional(Id),
    factor: FactorCode,
    year: Type.Integer(),
    quantity: Type.Number({ description: 'kg permitted' }),
    used: Type.Number({ description: 'kg in the year so far: measured, and put in for what is missing' }),
    substituted: Type.Optional(Type.Number({ description: 'of it put in (HJ 75-2017 tables 5, 6; HJ 356-2019)' })),
    share: Type.Number({ description: 'used / quantity' }),
    forecast: Type.Optional(Type.Number({ description: 'kg at the end of the year by a straight line' })),
    stage: Literals(['', 'forecast', '80', '90', '100']),
    until: Type.Optional(Time),
  },
  strict,
);

const IMPORTERS = ['administrator', 'service'] as const;

export const permitsActions = {
  'permits.permit.list': {
    params: Type.Object({ enterpriseId: Id }, strict),
    result: Type.Array(Permit),
    roles: EVERYBODY,
  },
  /** Every permit in scope, by number. */
  'permits.permit.search': {
    params: Type.Object(
      {
        q: Type.Optional(Type.String({ maxLength: 50, description: 'beginning of the number, or the whole name' })),
        status: Type.Optional(Literals(['valid', 'expired'])),
        managementClass: Type.Optional(Literals(['key', 'simplified', 'registration'])),
        expiresBefore: Type.Optional(Time),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Permit),
    roles: EVERYBODY,
  },
  'permits.permit.get': {
    params: Type.Object({ id: Id }, strict),
    result: Permit,
    roles: EVERYBODY,
  },
  'permits.version.list': {
    params: Type.Object({ permitId: Id }, strict),
    result: Type.Array(PermitVersion),
    roles: EVERYBODY,
  },
  'permits.limit.list': {
    params: Type.Object({ outletId: Id, at: Type.Optional(Time) }, strict),
    result: Type.Array(PermitLimit),
    roles: EVERYBODY,
  },
  'permits.import': {
    params: Type.Object({ permits: Type.Array(PermitInput) }, strict),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }),
    roles: IMPORTERS,
  },
  /** The authority writes down that a request came in; it settles P3 (renewal) and P12 (change). */
  'permits.application.record': {
    params: Type.Object(
      {
        permitId: Id,
        kind: Literals(['renewal', 'change', 're-application']),
        receivedAt: Time,
        note: Type.Optional(Type.String({ maxLength: 500 })),
      },
      strict,
    ),
    result: PermitApplication,
    roles: ['administrator', 'supervisor', 'service'],
  },
  'permits.application.list': {
    params: Type.Object({ permitId: Id }, strict),
    result: Type.Array(PermitApplication),
    roles: EVERYBODY,
  },
  /** Takes the file as a stream. The same bytes again are the same sheet. */
  'permits.sheet.upload': {
    params: Type.Object({ filename: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
    result: Sheet,
    roles: IMPORTERS,
  },
  'permits.sheet.get': {
    params: Type.Object(
      { id: Id, state: Type.Optional(Literals(['new', 'changed', 'unchanged', 'wrong'])), ...PageParams },
      strict,
    ),
    result: Type.Object({ sheet: Sheet, ...Page(SheetPermit).properties }, strict),
    roles: IMPORTERS,
  },
  'permits.sheet.list': {
    params: Type.Object({ ...PageParams }, strict),
    result: Page(Sheet),
    roles: IMPORTERS,
  },
  /** Takes over what is new or changed, as a job. Bad permits are left out only where the caller says so. */
  'permits.sheet.commit': {
    params: Type.Object({ id: Id, skipWrong: Type.Optional(Type.Boolean()) }, strict),
    result: Sheet,
    roles: IMPORTERS,
  },
  /** An empty sheet with headings, as base64. */
  'permits.sheet.template': {
    ...sheetTemplate,
    roles: EVERYBODY,
  },
  'permits.check.list': {
    params: Type.Object(
      {
        enterpriseId: Type.Optional(Id),
        check: Type.Optional(Literals(CHECKS)),
        level: Type.Optional(Literals(['high', 'mid', 'low'])),
        active: Type.Optional(Type.Boolean()),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Check),
    roles: EVERYBODY,
  },
  'permits.check.get': {
    params: Type.Object({ id: Id }, strict),
    result: Check,
    roles: EVERYBODY,
  },
  'permits.quota.list': {
    params: Type.Object(
      { enterpriseId: Type.Optional(Id), year: Type.Integer({ minimum: 2000, maximum: 2100 }), ...PageParams },
      strict,
    ),
    result: Page(QuotaUse),
    roles: EVERYBODY,
  },
} as const satisfies Record<string, ActionContract>;

export type Permit = Static<typeof Permit>;
export type PermitInput = Static<typeof PermitInput>;
export type PermitLimit = Static<typeof PermitLimit>;
export type PermittedOutlet = Static<typeof PermittedOutlet>;
export type PermitQuota = Static<typeof PermitQuota>;
export type PermitRequirements = Static<typeof PermitRequirements>;
export type PermitApplication = Static<typeof PermitApplication>;
export type Sheet = Static<typeof Sheet>;
export type SheetPermit = Static<typeof SheetPermit>;
export type SheetError = Static<typeof SheetError>;
export type Check = Static<typeof Check>;
export type QuotaUse = Static<typeof QuotaUse>;
