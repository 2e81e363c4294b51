import type { DutyKind, Frequency, PermitRequirements } from '@greenwatch/contracts';
import { endOfWorkingDay, isoTime } from '@greenwatch/kit';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** China keeps UTC+8 all year (domain.md 8.4). */
const OFFSET = 8 * HOUR;

/** A calendar period in UTC+8: its name as in `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`; ms, `to` is not in it. */
export interface CalendarPeriod {
  every: Frequency;
  name: string;
  from: number;
  to: number;
}

const at = (year: number, month: number, day = 1) => Date.UTC(year, month, day) - OFFSET;
const two = (n: number) => String(n).padStart(2, '0');

/** The period of a frequency that holds `ms`. Weeks begin on Monday and are named by ISO 8601. */
export function periodOf(every: Frequency, ms: number): CalendarPeriod {
  const date = new Date(ms + OFFSET);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  switch (every) {
    case 'day': {
      const from = at(year, month, date.getUTCDate());
      return { every, name: isoTime(from).slice(0, 10), from, to: from + DAY };
    }
    case 'week': {
      const monday = at(year, month, date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
      // The week belongs to the year of its Thursday, and counts its Thursdays.
      const thursday = monday + 3 * DAY;
      const ofYear = new Date(thursday + OFFSET).getUTCFullYear();
      const name = `${ofYear}-W${two(1 + Math.floor((thursday - at(ofYear, 0)) / (7 * DAY)))}`;
      return { every, name, from: monday, to: monday + 7 * DAY };
    }
    case 'month':
      return { every, name: `${year}-${two(month + 1)}`, from: at(year, month), to: at(year, month + 1) };
    case 'quarter': {
      const first = month - (month % 3);
      return { every, name: `${year}-Q${first / 3 + 1}`, from: at(year, first), to: at(year, first + 3) };
    }
    case 'half-year': {
      const first = month - (month % 6);
      return { every, name: `${year}-H${first / 6 + 1}`, from: at(year, first), to: at(year, first + 6) };
    }
    case 'year':
      return { every, name: String(year), from: at(year, 0), to: at(year + 1, 0) };
  }
}

const before = (period: CalendarPeriod) => periodOf(period.every, period.from - 1);

/** Days and grace that the law leaves to the permit's text or to nobody: settings, with where the default comes from. */
export interface DutySettings {
  /** Day of the month in which a month's, quarter's, half-year's, year's report is due where the permit does not say [L]. */
  monthlyReportDay: number;
  quarterlyReportDay: number;
  halfYearlyReportDay: number;
  yearlyReportDay: number;
  /** Day of the next month in which a monthly ledger, a self-monitoring or a publicity is due [D]. */
  monthlyLedgerDay: number;
  selfMonitoringDay: number;
  publicityDay: number;
  /** Working days after its day in which a daily ledger or self-inspection is due [D]. */
  dailyWorkingDays: number;
  /** Days after its date in which what came late is no longer waited for, of daily duties and of the others [D]. */
  dailyGraceDays: number;
  graceDays: number;
}
export const DUTY_SETTINGS: DutySettings = {
  monthlyReportDay: 15,
  quarterlyReportDay: 15,
  halfYearlyReportDay: 31,
  yearlyReportDay: 31,
  monthlyLedgerDay: 10,
  selfMonitoringDay: 15,
  publicityDay: 31,
  dailyWorkingDays: 1,
  dailyGraceDays: 7,
  graceDays: 30,
};

/** One duty that a permit brings (domain.md 3.3, 3.4). Times in ms. */
export interface DutyPlan {
  kind: DutyKind;
  every: Frequency;
  period: string;
  /** Start and end of the period it is for. */
  from: number;
  to: number;
  /** From when it can be done. */
  opensAt: number;
  dueAt: number;
  /** What a self-monitoring has to measure. */
  items?: { outletId?: string; factor: string }[];
}

/** What the calendar needs of a permit. */
export interface PermitTerm {
  validFrom: number;
  validTo: number;
  requirements: PermitRequirements;
  /** The enterprise produces: one that is stopped has nothing to write into a daily ledger. */
  producing: boolean;
}

/** Last second of a day of the month that begins at `month`; of its last day where it has fewer. */
function endOfDayIn(month: number, day: number): number {
  const { from, to } = periodOf('month', month);
  return Math.min(from + day * DAY, to) - 1_000;
}

const REPORTS = {
  monthly: { every: 'month', day: 'monthlyReportDay', heldDays: 10, heldMonths: 0 },
  quarterly: { every: 'quarter', day: 'quarterlyReportDay', heldDays: 0, heldMonths: 1 },
  // No rule names the half-year: treated as the year, in favour of the enterprise [D].
  'half-yearly': { every: 'half-year', day: 'halfYearlyReportDay', heldDays: 0, heldMonths: 3 },
  yearly: { every: 'year', day: 'yearlyReportDay', heldDays: 0, heldMonths: 3 },
} as const;

/**
 * The duties of a permit whose time to be done holds the day that begins at `day` (ms, UTC+8): the day's own ledger and
 * self-inspection, and whatever of an ended period is still to come in. Asked for every day, or once more, it gives each
 * duty under the same kind, frequency and period.
 */
export function dutiesOn(permit: PermitTerm, day: number, settings: DutySettings = DUTY_SETTINGS): DutyPlan[] {
  const { requirements } = permit;
  const plans: DutyPlan[] = [];
  const held = (period: CalendarPeriod) => ({
    from: Math.max(period.from, permit.validFrom),
    to: Math.min(period.to, permit.validTo),
  });
  const valid = permit.validFrom < day + DAY && day < permit.validTo;

  const daily = (kind: DutyKind) => {
    if (!permit.producing || !valid) return;
    const { name, from, to } = periodOf('day', day);
    const dueAt = endOfWorkingDay(from, settings.dailyWorkingDays);
    plans.push({ kind, every: 'day', period: name, from, to, opensAt: from, dueAt });
  };
  /** Of the period that ended last, while its date has not passed. */
  const afterwards = (kind: DutyKind, every: Frequency, dayOfMonth: number, items?: DutyPlan['items']) => {
    const period = before(periodOf(every, day));
    const { from, to } = held(period);
    const dueAt = endOfDayIn(period.to, dayOfMonth);
    if (from >= to || dueAt < day) return;
    plans.push({ kind, every, period: period.name, from, to, opensAt: period.to, dueAt, ...(items ? { items } : {}) });
  };

  if (requirements.ledger === 'daily') daily('ledger');
  if (requirements.ledger === 'monthly') afterwards('ledger', 'month', settings.monthlyLedgerDay);
  if (requirements.selfInspection) daily('self-inspection');

  for (const report of requirements.reports) {
    const { every, day: setting, heldDays, heldMonths } = REPORTS[report];
    const period = before(periodOf(every, day));
    const { from, to } = held(period);
    const yearEnds = periodOf('year', period.from).to === period.to;
    // A yearly report replaces that quarter's and month's.
    const replaced = (every === 'month' || every === 'quarter') && requirements.reports.includes('yearly') && yearEnds;
    // Held for less than 3 months of the year, 1 month of the quarter, 10 days of the month: none.
    const tooShort = to - from < heldDays * DAY || addedMonths(from, heldMonths) > to;
    if (replaced || tooShort) continue;
    afterwards('execution-report', every, requirements.reportDueDay ?? settings[setting]);
  }

  for (const every of ['day', 'week', 'month', 'quarter', 'half-year', 'year'] as const) {
    const items = requirements.selfMonitoring
      .filter((item) => item.every === every)
      .map(({ outletId, factor }) => ({ ...(outletId ? { outletId } : {}), factor }));
    if (items.length === 0) continue;
    if (every === 'day' || every === 'week') {
      const period = before(periodOf(every, day));
      const { from, to } = held(period);
      const dueAt = endOfWorkingDay(period.to, settings.dailyWorkingDays);
      if (from < to && day <= dueAt && permit.producing)
        plans.push({ kind: 'self-monitoring', every, period: period.name, from, to, opensAt: period.to, dueAt, items });
    } else afterwards('self-monitoring', every, settings.selfMonitoringDay, items);
  }

  if (requirements.publicity) {
    const every = ({ monthly: 'month', quarterly: 'quarter', yearly: 'year' } as const)[requirements.publicity];
    afterwards('publicity', every, settings.publicityDay);
  }
  return plans;
}

/** When a duty's principal is reminded: at 80 % of a time of a few days, the day before its date (9:00) of a longer one. */
export function remindAt(plan: Pick<DutyPlan, 'opensAt' | 'dueAt'>): number {
  const span = plan.dueAt - plan.opensAt;
  if (span <= 5 * DAY) return Math.round(plan.opensAt + 0.8 * span);
  return plan.dueAt + 1_000 - 2 * DAY + 9 * HOUR;
}

/** When what has not come is no longer waited for. */
export function missedAt(plan: Pick<DutyPlan, 'every' | 'dueAt'>, settings: DutySettings = DUTY_SETTINGS): number {
  const days = plan.every === 'day' ? settings.dailyGraceDays : settings.graceDays;
  return plan.dueAt + days * DAY;
}

/** The month, UTC+8, in which a moment lies: 2026-11. */
export const monthOf = (ms: number): string => periodOf('month', ms).name;

function addedMonths(ms: number, months: number): number {
  const date = new Date(ms + OFFSET);
  return at(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate());
}
