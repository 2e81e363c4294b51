import { addMonths, startOfYear, yearOf } from '@greenwatch/kit';

const HOUR = 3_600_000;
const RULES_2022 = '污染物排放自动监测设备标记规则（公告2022年第21号）';
const WASTE = '公告2019年第50号；部令第10号';

/** Hours that marks of some codes may take at one outlet. */
export interface AllowanceRule {
  name: string;
  nameZh: string;
  nameEn: string;
  codes: readonly string[];
  /** In which time they are counted; `mark`: each for itself. */
  per: 'year' | 'quarter' | 'mark';
  hours: number;
  /** Of which factors the data are not used; absent: all. */
  factors?: readonly string[];
  basis: string;
}

const NOX = ['a21002'];
const SO2_NOX = ['a21002', 'a21026'];

/**
 * domain.md 1.7 [L/U], so each number is a setting (`RULES_MARK_ALLOWANCES`, "name=hours"). An outlet stands for its furnace or kiln [D].
 * That treatment ran as required, and particulate stayed within 150 mg/m3 in a waste incinerator, is for the reviewer to see.
 */
export const ALLOWANCES: readonly AllowanceRule[] = [
  {
    ...{ name: 'waste-runs', nameZh: '启炉、停炉、故障、事故', nameEn: 'Start, stop, fault, accident', per: 'year' },
    ...{ codes: ['waste.start', 'waste.stop', 'waste.fault', 'waste.accident'], hours: 60, basis: WASTE },
  },
  {
    ...{ name: 'waste-heat', nameZh: '烘炉、停炉降温', nameEn: 'Drying, cooling', per: 'year' },
    ...{ codes: ['waste.drying', 'waste.cooling'], hours: 700, basis: WASTE },
  },
  {
    ...{ name: 'maintenance', nameZh: '设备维护', nameEn: 'Maintenance of devices', per: 'quarter' },
    ...{ codes: ['maintenance'], hours: 30, basis: WASTE },
  },
  {
    ...{ name: 'power-cold-start', nameZh: '冷态启动', nameEn: 'Cold start', per: 'mark' },
    ...{ codes: ['power.start'], hours: 4, factors: NOX, basis: 'HJ 953' },
  },
  {
    ...{ name: 'power-warm-start', nameZh: '热态启动', nameEn: 'Warm start', per: 'mark' },
    ...{ codes: ['power.warm-start'], hours: 2, factors: NOX, basis: 'HJ 953' },
  },
  {
    ...{ name: 'power-stop', nameZh: '停炉', nameEn: 'Stop', per: 'mark' },
    ...{ codes: ['power.stop'], hours: 1, factors: NOX, basis: 'HJ 953' },
  },
  {
    ...{ name: 'cement-cold-start', nameZh: '冷窑点火', nameEn: 'Cold kiln start', per: 'mark' },
    ...{ codes: ['cement.start'], hours: 36, factors: SO2_NOX, basis: RULES_2022 },
  },
  {
    ...{ name: 'cement-warm-start', nameZh: '热窑点火', nameEn: 'Warm kiln start', per: 'mark' },
    ...{ codes: ['cement.warm-start'], hours: 8, factors: SO2_NOX, basis: RULES_2022 },
  },
  {
    ...{ name: 'cement-stop', nameZh: '停窑', nameEn: 'Kiln stop', per: 'mark' },
    ...{ codes: ['cement.stop'], hours: 8, factors: SO2_NOX, basis: RULES_2022 },
  },
];

/**
 * The rules with hours from a setting: `waste-runs=60,maintenance=30`; what it does not name stays.
 * @throws Error naming what is wrong
 */
export function allowancesBy(setting: string): AllowanceRule[] {
  const hours = new Map<string, number>();
  for (const part of setting.split(',').filter(Boolean)) {
    const [name = '', value = ''] = part.split('=').map((text) => text.trim());
    const known = ALLOWANCES.some((rule) => rule.name === name);
    if (!known || value === '' || !(Number(value) >= 0)) {
      const names = ALLOWANCES.map((rule) => rule.name).join(', ');
      throw new Error(`RULES_MARK_ALLOWANCES: expected name=hours with a name of ${names}, got ${part}`);
    }
    hours.set(name, Number(value));
  }
  return ALLOWANCES.map((rule) => ({ ...rule, hours: hours.get(rule.name) ?? rule.hours }));
}

/** A stretch of time, ms; `to` not included. */
export interface Span {
  from: number;
  to: number;
}

/** The year or quarter (UTC+8) that holds a moment; for `mark` the mark itself. */
export function countedIn(rule: AllowanceRule, mark: Span, at = mark.from): Span {
  if (rule.per === 'mark') return { from: mark.from, to: mark.to };
  const year = startOfYear(yearOf(at));
  if (rule.per === 'year') return { from: year, to: startOfYear(yearOf(at) + 1) };
  let from = year;
  while (addMonths(from, 3) <= at) from = addMonths(from, 3);
  return { from, to: addMonths(from, 3) };
}

/**
 * How much of a year, quarter or mark is marked, ms, each moment once, and when the allowed hours were used up (Infinity: not yet):
 * what is marked before that is within the allowance, what comes after is not.
 */
export function usage(rule: AllowanceRule, marks: readonly Span[], period: Span): { used: number; usedUpAt: number } {
  const allowed = rule.hours * HOUR;
  let used = 0;
  let usedUpAt = Number.POSITIVE_INFINITY;
  let until = period.from;
  for (const mark of marks.toSorted((a, b) => a.from - b.from)) {
    const from = Math.max(mark.from, until);
    const to = Math.min(mark.to, period.to);
    if (to <= from) continue;
    if (used <= allowed && used + to - from > allowed) usedUpAt = from + allowed - used;
    used += to - from;
    until = to;
  }
  return { used, usedUpAt };
}

/** The parts of a mark within the allowance; `marks`: all that count for the rule at the outlet, itself among them. */
export function partsWithin(rule: AllowanceRule, mark: Span, marks: readonly Span[]): Span[] {
  const parts: Span[] = [];
  for (let at = mark.from; at < mark.to; ) {
    const period = countedIn(rule, mark, at);
    const { usedUpAt } = usage(rule, rule.per === 'mark' ? [mark] : marks, period);
    const to = Math.min(mark.to, period.to, usedUpAt);
    if (to > at) parts.push({ from: at, to });
    at = Math.min(mark.to, period.to);
  }
  return parts;
}

/** Factors that a mark keeps from being used under the rule; undefined: none of its own. Empty: all. */
export function factorsWithin(rule: AllowanceRule, factors: readonly string[]): readonly string[] | undefined {
  if (!rule.factors) return factors;
  if (factors.length === 0) return rule.factors;
  const both = factors.filter((factor) => rule.factors?.includes(factor));
  return both.length === 0 ? undefined : both;
}
