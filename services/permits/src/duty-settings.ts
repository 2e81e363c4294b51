import { type Static, Type } from '@sinclair/typebox';
import { DUTY_SETTINGS, type DutySettings } from './duty-calendar';
import { PROJECT_LIMITS, type ProjectLimits } from './project-alerts';
import { REPORT_ALLOWANCE, type ReportAllowance } from './report-totals';

const day = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 31, default: fallback, description });
const days = (fallback: number, description: string) => Type.Integer({ minimum: 0, default: fallback, description });

/** What the law leaves open or is not sure ([L], [D] of domain.md 3.4 to 3.6), as settings of this service. */
export const DutyConfig = Type.Object({
  REPORT_DAY_MONTHLY: day(DUTY_SETTINGS.monthlyReportDay, 'day of the next month, where the permit does not say [L]'),
  REPORT_DAY_QUARTERLY: day(DUTY_SETTINGS.quarterlyReportDay, "day of the next quarter's first month [L]"),
  REPORT_DAY_HALF_YEARLY: day(DUTY_SETTINGS.halfYearlyReportDay, 'day of July or January [L]'),
  REPORT_DAY_YEARLY: day(DUTY_SETTINGS.yearlyReportDay, 'day of January [L]'),
  LEDGER_DAY_MONTHLY: day(DUTY_SETTINGS.monthlyLedgerDay, 'day of the next month [D]'),
  SELF_MONITORING_DAY: day(DUTY_SETTINGS.selfMonitoringDay, 'day of the month after the period [D]'),
  PUBLICITY_DAY: day(DUTY_SETTINGS.publicityDay, 'day of the month after the period [D]'),
  DAILY_DUTY_WORKING_DAYS: Type.Integer({ minimum: 1, default: DUTY_SETTINGS.dailyWorkingDays, description: '[D]' }),
  DAILY_DUTY_GRACE_DAYS: days(DUTY_SETTINGS.dailyGraceDays, 'until a late daily duty counts as missed [D]'),
  DUTY_GRACE_DAYS: days(DUTY_SETTINGS.graceDays, 'the same of the others [D]'),
  REPORT_DIFFERENCE: Type.Number({ minimum: 0, default: REPORT_ALLOWANCE.difference, description: 'P7 [D]' }),
  REPORT_COVERAGE: Type.Number({ minimum: 0, maximum: 1, default: REPORT_ALLOWANCE.coverage, description: 'P7 [D]' }),
  ACCEPTANCE_MONTHS: Type.Integer({
    minimum: 1,
    default: PROJECT_LIMITS.acceptanceMonths,
    description: '国环规环评〔2017〕4号 [L]',
  }),
  ACCEPTANCE_MONTHS_AT_MOST: Type.Integer({
    minimum: 1,
    default: PROJECT_LIMITS.acceptanceMonthsAtMost,
    description: '[L]',
  }),
  PURSUED_YEARS: Type.Integer({ minimum: 1, default: PROJECT_LIMITS.pursuedYears, description: '处罚法 Art 36 [L]' }),
  PRODUCTION_MIN_FLOW: Type.Number({
    minimum: 0,
    default: 1,
    description: 'm3 a day at an outlet that count as production [D]',
  }),
  PRODUCTION_MIN_KWH: Type.Number({
    minimum: 0,
    default: 1,
    description: 'production electricity a day that counts [D]',
  }),
});
export type DutyConfig = Static<typeof DutyConfig>;

export const dutySettings = (config: DutyConfig): DutySettings => ({
  monthlyReportDay: config.REPORT_DAY_MONTHLY,
  quarterlyReportDay: config.REPORT_DAY_QUARTERLY,
  halfYearlyReportDay: config.REPORT_DAY_HALF_YEARLY,
  yearlyReportDay: config.REPORT_DAY_YEARLY,
  monthlyLedgerDay: config.LEDGER_DAY_MONTHLY,
  selfMonitoringDay: config.SELF_MONITORING_DAY,
  publicityDay: config.PUBLICITY_DAY,
  dailyWorkingDays: config.DAILY_DUTY_WORKING_DAYS,
  dailyGraceDays: config.DAILY_DUTY_GRACE_DAYS,
  graceDays: config.DUTY_GRACE_DAYS,
});

export const reportAllowance = (config: DutyConfig): ReportAllowance => ({
  difference: config.REPORT_DIFFERENCE,
  coverage: config.REPORT_COVERAGE,
});

export const projectLimits = (config: DutyConfig): ProjectLimits => ({
  ...PROJECT_LIMITS,
  acceptanceMonths: config.ACCEPTANCE_MONTHS,
  acceptanceMonthsAtMost: config.ACCEPTANCE_MONTHS_AT_MOST,
  pursuedYears: config.PURSUED_YEARS,
});
