import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Page, PageParams, strict, Time } from './schema';

// Construction projects (domain.md 3.6) and the duties that a permit brings (domain.md 3.3, 3.4).

export const EIA_CLASSES = ['report', 'form', 'registration'] as const;
export const EiaClass = Literals(EIA_CLASSES, { description: '报告书, 报告表, 登记表' });
/** In the order of the usual course (Tongxiang 评证联动: access study → EIA → construction → permit → acceptance). */
export const PROJECT_STEPS = [
  'access-study',
  'eia-received',
  'eia-approved',
  'construction-started',
  'construction-finished',
  'permit-applied',
  'permit-issued',
  'production-started',
  'acceptance-published',
  'accepted',
] as const;
/** Steps that an enterprise's own people may record; the others are acts of the authority. */
export const ENTERPRISE_STEPS = [
  'construction-started',
  'construction-finished',
  'permit-applied',
  'production-started',
  'acceptance-published',
  'accepted',
] as const satisfies readonly (typeof PROJECT_STEPS)[number][];
export const PROJECT_CHECKS = [
  'EIA_NO_APPROVAL',
  'EIA_NO_ACCEPTANCE',
  'EIA_APPROVAL_OVERDUE',
  'EIA_LAPSED',
  'PERMIT_MISSING_AFTER_EIA',
] as const;

const StepNumber = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'number of the decision, as the bureau wrote it',
});
const StepEvidence = Type.String({ minLength: 1, maxLength: 1000, description: 'what it is known from' });
const ProjectName = Type.String({ minLength: 1, maxLength: 200 });
const OutletIds = Type.Array(Id, { maxItems: 100, uniqueItems: true, description: 'outlets that the project adds' });

export const ProjectStepInput = Type.Object(
  {
    step: Literals(PROJECT_STEPS),
    at: Time,
    number: Type.Optional(StepNumber),
    evidence: Type.Optional(StepEvidence),
  },
  strict,
);
export const ProjectStep = Type.Composite(
  [
    ProjectStepInput,
    Type.Object({
      recordedAt: Time,
      recordedBy: Type.String(),
      warning: Type.Optional(Type.String({ description: 'the number does not look like one of its kind' })),
    }),
  ],
  strict,
);
export const ProjectAlert = Type.Object(
  {
    check: Literals(PROJECT_CHECKS),
    level: Literals(['high', 'mid', 'low']),
    stage: Type.Optional(Type.String()),
    since: Time,
    text: Type.String(),
    basis: Type.String(),
  },
  strict,
);
export const Project = Type.Object(
  {
    id: Id,
    name: ProjectName,
    enterpriseId: Id,
    enterpriseName: Type.String(),
    eiaClass: EiaClass,
    outletIds: OutletIds,
    steps: Type.Array(ProjectStep, { description: 'by date' }),
    productionSeen: Type.Optional(
      Type.Object(
        { day: Time, outletId: Id, flow: Type.Number(), productionKwh: Type.Number() },
        { ...strict, description: 'first day with flow (m3) or production electricity at an outlet of the project' },
      ),
    ),
    alerts: Type.Array(ProjectAlert, { description: 'what speaks now; a suspicion, not a finding' }),
    createdAt: Time,
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
export const ProjectInput = Type.Object(
  {
    id: Id,
    name: ProjectName,
    enterpriseId: Id,
    eiaClass: EiaClass,
    outletIds: Type.Optional(OutletIds),
    steps: Type.Array(ProjectStepInput, { maxItems: PROJECT_STEPS.length }),
  },
  strict,
);

export const DUTY_KINDS = ['ledger', 'self-inspection', 'execution-report', 'self-monitoring', 'publicity'] as const;
/** `late`: its date has passed, whether or not it came since (`fulfilledAt`); `missed`: it did not come in the days of grace. */
export const DUTY_STATES = ['open', 'fulfilled', 'late', 'missed'] as const;
export const FREQUENCIES = ['day', 'week', 'month', 'quarter', 'half-year', 'year'] as const;
export const DutyPeriod = Type.String({
  pattern: '^\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?|-W\\d{2}|-Q[1-4]|-H[12])?$',
  description: 'a day, month, week, quarter, half-year or year: 2026-11-22, 2026-11, 2026-W47, 2026-Q4, 2026-H2, 2026',
});
export const CalendarMonth = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$', description: 'for instance 2026-11' });

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Quantity = Type.Number({ minimum: 0 });

/** 环境管理台账: production, treatment with its faults, emissions, causes of exceedance (排污许可管理办法 Art 36). */
export const ManagementLedger = Type.Object(
  {
    productionHours: Type.Number({ minimum: 0, maximum: 744, description: 'hours of production in the period' }),
    products: Type.Array(Type.Object({ name: Text(100), quantity: Quantity, unit: Text(20) }, strict), {
      maxItems: 100,
    }),
    treatment: Type.Array(
      Type.Object(
        {
          facility: Text(100),
          runningHours: Type.Number({ minimum: 0, maximum: 744 }),
          fault: Type.Optional(Type.Object({ cause: Text(500), measure: Text(500) }, strict)),
        },
        strict,
      ),
      { minItems: 1, maxItems: 100 },
    ),
    emissions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            outletId: Type.Optional(Id),
            factor: FactorCode,
            concentration: Type.Optional(Quantity),
            quantity: Type.Optional(Type.Number({ minimum: 0, description: 'kg' })),
          },
          strict,
        ),
        { maxItems: 500 },
      ),
    ),
    exceedanceCause: Type.Optional(Text(1000)),
    remark: Type.Optional(Text(1000)),
  },
  strict,
);
export const InspectionResult = Type.Object(
  {
    item: Type.String({ maxLength: 16, description: 'id of the item in the list' }),
    result: Literals(['ok', 'problem', 'not-applicable']),
    remark: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'needed for a problem' })),
  },
  strict,
);
/** A list of what a firm checks every day: groups of items, as data by industry. */
export const InspectionList = Type.Object(
  {
    id: Id,
    name: Type.String(),
    nameEn: Type.String(),
    groups: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          name: Type.String(),
          nameEn: Type.String(),
          items: Type.Array(Type.Object({ id: Type.String(), text: Type.String(), textEn: Type.String() }, strict)),
        },
        strict,
      ),
    ),
  },
  strict,
);
export const ReportTotal = Type.Object(
  { factor: FactorCode, quantity: Type.Number({ minimum: 0, description: 'discharged in the period, kg' }) },
  strict,
);
export const ExecutionReport = Type.Object(
  {
    totals: Type.Array(ReportTotal, { minItems: 1, maxItems: 200 }),
    text: Text(20_000),
  },
  strict,
);
export const MonitoringResult = Type.Object(
  {
    outletId: Type.Optional(Id),
    factor: FactorCode,
    at: Time,
    value: Type.Number(),
    unit: Text(20),
  },
  strict,
);
export const DutyPublicity = Type.Object(
  { publishedAt: Time, url: Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 500 }) },
  strict,
);

export const Duty = Type.Object(
  {
    id: Id,
    kind: Literals(DUTY_KINDS),
    every: Literals(FREQUENCIES),
    period: DutyPeriod,
    enterpriseId: Id,
    enterpriseName: Type.String(),
    permitId: Id,
    openedAt: Time,
    dueAt: Time,
    state: Literals(DUTY_STATES),
    fulfilledAt: Type.Optional(Time),
    items: Type.Optional(
      Type.Array(Type.Object({ outletId: Type.Optional(Id), factor: FactorCode }, strict), {
        description: 'what a self-monitoring has to measure',
      }),
    ),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
export const DutyDetail = Type.Composite(
  [
    Duty,
    Type.Object({
      submittedBy: Type.Optional(Type.String()),
      ledger: Type.Optional(ManagementLedger),
      list: Type.Optional(InspectionList),
      inspection: Type.Optional(Type.Array(InspectionResult)),
      report: Type.Optional(ExecutionReport),
      monitoring: Type.Optional(Type.Array(MonitoringResult)),
      publicity: Type.Optional(DutyPublicity),
      differences: Type.Optional(
        Type.Array(
          Type.Object(
            {
              factor: FactorCode,
              reported: Quantity,
              monitored: Quantity,
              substituted: Type.Optional(Quantity),
              difference: Type.Number({ description: 'of the monitored total' }),
            },
            strict,
          ),
          { description: 'of a report: totals that differ from what was monitored by more than the allowance (P7)' },
        ),
      ),
    }),
  ],
  strict,
);
/** How many of an enterprise's duties that fell due in a month were done in time. */
export const SubmissionRate = Type.Object(
  {
    enterpriseId: Id,
    enterpriseName: Type.String(),
    due: Type.Integer(),
    inTime: Type.Integer(),
    late: Type.Integer({ description: 'came after the date' }),
    absent: Type.Integer({ description: 'have not come' }),
    rate: Type.Number({ minimum: 0, maximum: 1, description: 'inTime / due' }),
  },
  strict,
);
export const DutyExposure = Type.Object(
  {
    id: Id,
    division: DivisionCode,
    month: CalendarMonth,
    at: Time,
    enterprises: Type.Integer(),
    lowest: Type.Array(SubmissionRate),
  },
  strict,
);

/** A daily duty of a past day, as an older system knows it; what was handed in stays there. */
export const DutyInput = Type.Object(
  {
    permitId: Id,
    kind: Literals(['ledger', 'self-inspection']),
    day: Type.String({ format: 'date', description: 'that it is for, before today' }),
    fulfilledAt: Type.Optional(Time),
  },
  strict,
);

const RECORDERS = ['administrator', 'supervisor', 'officer', 'service'] as const;
const ById = { id: Id };
const SUBMITTERS = ['principal', 'service'] as const;

export const permitsDutiesActions = {
  'permits.project.list': {
    params: Type.Object(
      {
        enterpriseId: Type.Optional(Id),
        division: Type.Optional(DivisionCode),
        q: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'part of the name' })),
        eiaClass: Type.Optional(EiaClass),
        alerted: Type.Optional(Type.Boolean({ description: 'only those of which a check speaks' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Project),
    roles: EVERYBODY,
  },
  'permits.project.get': { params: Type.Object(ById, strict), result: Project, roles: EVERYBODY },
  'permits.project.create': {
    params: Type.Object(
      { name: ProjectName, enterpriseId: Id, eiaClass: EiaClass, outletIds: Type.Optional(OutletIds) },
      strict,
    ),
    result: Project,
    roles: RECORDERS,
  },
  // A step recorded before is corrected: the audit chain keeps what it said.
  'permits.project.recordStep': {
    params: Type.Composite([Type.Object(ById), ProjectStepInput], strict),
    result: Project,
    roles: [...RECORDERS, 'principal'],
  },
  // Projects as another register has them (浙里环评): the list of steps replaces what is known.
  'permits.project.import': {
    params: Type.Object({ projects: Type.Array(ProjectInput, { maxItems: 5_000 }) }, strict),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }),
    roles: ['administrator', 'service'],
  },

  'permits.duty.list': {
    params: Type.Object(
      {
        enterpriseId: Type.Optional(Id),
        division: Type.Optional(DivisionCode),
        kind: Type.Optional(Literals(DUTY_KINDS)),
        state: Type.Optional(Literals(DUTY_STATES)),
        waiting: Type.Optional(Type.Boolean({ description: 'true: has not come yet; false: has come' })),
        month: Type.Optional(Type.String({ pattern: CalendarMonth.pattern, description: 'in which it falls due' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Duty),
    roles: EVERYBODY,
  },
  'permits.duty.get': { params: Type.Object(ById, strict), result: DutyDetail, roles: EVERYBODY },
  /** The five lowest of a division in a month, of the duties of one kind that fell due in it (Tongxiang's exposure board). */
  'permits.duty.ranking': {
    params: Type.Object(
      {
        division: DivisionCode,
        month: CalendarMonth,
        kind: Type.Optional(Literals(DUTY_KINDS, { default: 'ledger' })),
      },
      strict,
    ),
    result: Type.Object(
      {
        division: DivisionCode,
        month: CalendarMonth,
        final: Type.Boolean({ description: 'the month is over' }),
        enterprises: Type.Integer(),
        due: Type.Integer(),
        inTime: Type.Integer(),
        late: Type.Integer(),
        absent: Type.Integer(),
        lowest: Type.Array(SubmissionRate),
      },
      strict,
    ),
    roles: AUTHORITY,
  },
  'permits.duty.rates': {
    params: Type.Object(
      {
        division: DivisionCode,
        month: CalendarMonth,
        kind: Type.Optional(Literals(DUTY_KINDS, { default: 'ledger' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(SubmissionRate),
    roles: AUTHORITY,
  },
  'permits.duty.exposures': {
    params: Type.Object(
      { division: Type.Optional(DivisionCode), month: Type.Optional(CalendarMonth), ...PageParams },
      strict,
    ),
    result: Page(DutyExposure),
    roles: AUTHORITY,
  },

  // Of a county and month all in one call: a month that is over has its exposure board made within a minute.
  'permits.duty.import': {
    params: Type.Object({ duties: Type.Array(DutyInput, { maxItems: 20_000 }) }, strict),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }),
    roles: ['service'],
  },

  'permits.ledger.submit': {
    params: Type.Composite([Type.Object(ById), ManagementLedger], strict),
    result: DutyDetail,
    roles: SUBMITTERS,
  },
  'permits.selfInspection.submit': {
    params: Type.Object({ ...ById, results: Type.Array(InspectionResult, { minItems: 1, maxItems: 200 }) }, strict),
    result: DutyDetail,
    roles: SUBMITTERS,
  },
  'permits.executionReport.submit': {
    params: Type.Composite([Type.Object(ById), ExecutionReport], strict),
    result: DutyDetail,
    roles: SUBMITTERS,
  },
  'permits.selfMonitoring.submit': {
    params: Type.Object({ ...ById, results: Type.Array(MonitoringResult, { minItems: 1, maxItems: 500 }) }, strict),
    result: DutyDetail,
    roles: SUBMITTERS,
  },
  'permits.publicity.submit': {
    params: Type.Composite([Type.Object(ById), DutyPublicity], strict),
    result: DutyDetail,
    roles: SUBMITTERS,
  },
} as const satisfies Record<string, ActionContract>;

export type EiaClass = (typeof EIA_CLASSES)[number];
export type ProjectStepName = (typeof PROJECT_STEPS)[number];
export type ProjectCheck = (typeof PROJECT_CHECKS)[number];
export type ProjectStep = Static<typeof ProjectStep>;
export type ProjectStepInput = Static<typeof ProjectStepInput>;
export type Project = Static<typeof Project>;
export type ProjectInput = Static<typeof ProjectInput>;
export type DutyKind = (typeof DUTY_KINDS)[number];
export type DutyInput = Static<typeof DutyInput>;
export type DutyState = (typeof DUTY_STATES)[number];
export type Frequency = (typeof FREQUENCIES)[number];
export type ManagementLedger = Static<typeof ManagementLedger>;
export type InspectionResult = Static<typeof InspectionResult>;
export type InspectionList = Static<typeof InspectionList>;
export type ExecutionReport = Static<typeof ExecutionReport>;
export type MonitoringResult = Static<typeof MonitoringResult>;
export type DutyPublicity = Static<typeof DutyPublicity>;
export type Duty = Static<typeof Duty>;
export type DutyDetail = Static<typeof DutyDetail>;
export type SubmissionRate = Static<typeof SubmissionRate>;
export type DutyExposure = Static<typeof DutyExposure>;
