import type { Mark } from '@greenwatch/contracts/src/marks';
import type { MeanValue, OutletMeans } from '@greenwatch/contracts/src/means';
import type { Moment } from '../api/types';
import { type DataKind, KIND_OF_DATA, type Period } from './data-period';

/** One factor at one time: what a device sent, what we make of it, and what is said of it. */
export interface Cell {
  /** whose fields these are */
  mn?: string;
  /** as sent: field → exact text */
  fields?: Record<string, string>;
  /** the value that is shown: realtime value or mean, exact text */
  text?: string;
  /** HJ 212-2017 flag; U where the packet carried none; absent where nothing was sent */
  flag?: string;
  /** ours */
  mean?: MeanValue;
  marks: Mark[];
}

/** A line of the table. Two devices that send the same factor for the same time make two. */
export interface DataRow {
  at: number;
  mns: string[];
  receivedAt?: string;
  /** how often a value of this moment was replaced */
  revisions: number;
  /** taken by an approved stop */
  stopped: boolean;
  /** marked conditions of the hour, by code */
  conditions: string[];
  cells: Record<string, Cell>;
}

const FIELDS: Record<DataKind, readonly string[]> = {
  realtime: ['Rtd', 'ZsRtd'],
  minute: ['Avg', 'ZsAvg', 'Cou'],
  hour: ['Avg', 'ZsAvg', 'Cou'],
  day: ['Avg', 'ZsAvg', 'Cou'],
  month: [],
};

/** Whether a mark speaks of a factor at a time; a mark without factors speaks of all, withdrawn ones of nothing. */
export const speaksOf = (mark: Mark, factor: string, { from, to }: Period): boolean =>
  mark.status !== 'withdrawn' &&
  (mark.factors.length === 0 || mark.factors.includes(factor)) &&
  Date.parse(mark.from) < Math.max(to, from + 1) &&
  Date.parse(mark.to) > from;

/** The time that a row speaks of; a month is as long as it is in UTC+8. */
export function spanOf(kind: DataKind, at: number): Period {
  if (kind !== 'month') return { from: at, to: at + KIND_OF_DATA[kind].lasts };
  const day = new Date(at + 8 * 3_600_000);
  return { from: at, to: Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1) - 8 * 3_600_000 };
}

/** The rows of some factors, newest first: readings and means of the same time in one. */
export function dataRows(given: {
  kind: DataKind;
  factors: readonly string[];
  moments: readonly Moment[];
  means: readonly OutletMeans[];
  marks: readonly Mark[];
}): DataRow[] {
  const { kind, factors, marks } = given;
  const rows = new Map<number, DataRow[]>();
  const empty = (at: number): DataRow => {
    const row = { at, mns: [], revisions: 0, stopped: false, conditions: [], cells: {} };
    rows.set(at, [...(rows.get(at) ?? []), row]);
    return row;
  };
  const cell = (row: DataRow, factor: string): Cell => {
    const known = row.cells[factor] ?? {
      marks: marks.filter((mark) => speaksOf(mark, factor, spanOf(kind, row.at))),
    };
    row.cells[factor] = known;
    return known;
  };

  for (const { mn, dataTime, receivedAt, values, revisions } of given.moments) {
    const sent = factors.filter((factor) => values[factor]);
    if (sent.length === 0) continue;
    const at = Date.parse(dataTime);
    const row = rows.get(at)?.find(({ cells }) => !sent.some((factor) => cells[factor]?.fields)) ?? empty(at);
    row.mns.push(mn);
    row.revisions += revisions;
    if (!row.receivedAt || receivedAt > row.receivedAt) row.receivedAt = receivedAt;
    for (const factor of sent) {
      const fields = values[factor] ?? {};
      const text = FIELDS[kind].map((field) => fields[field]).find((value) => value !== undefined && value !== '');
      Object.assign(cell(row, factor), {
        mn,
        fields,
        flag: fields.Flag || 'U',
        ...(text === undefined ? {} : { text }),
      });
    }
  }

  for (const { from, stopped, conditions, factors: values } of given.means) {
    const at = Date.parse(from);
    const shown = values.filter(({ factor }) => factors.includes(factor));
    if (shown.length === 0) continue;
    const there = rows.get(at) ?? [empty(at)];
    for (const row of there) Object.assign(row, { stopped: stopped ?? false, conditions: conditions ?? [] });
    for (const mean of shown) {
      const row = there.find(({ cells }) => cells[mean.factor]?.fields) ?? (there[0] as DataRow);
      cell(row, mean.factor).mean = mean;
    }
  }
  return [...rows.values()].flat().sort((a, b) => b.at - a.at || (a.mns[0] ?? '').localeCompare(b.mns[0] ?? ''));
}

/** What one may say of why a mean came out otherwise than the version before (services/readings: marks, corrections, late data). */
export type MeanChange = 'first' | 'marked' | 'unmarked' | 'late' | 'corrected' | 'oxygen' | 'mass' | 'again';
export function meanChange(before: MeanValue | undefined, after: MeanValue): MeanChange {
  if (!before) return 'first';
  if (after.reason === 'mark' && before.reason !== 'mark') return 'marked';
  if (before.reason === 'mark' && after.reason !== 'mark') return 'unmarked';
  if (
    before.reason === 'missing' ||
    (after.minutes ?? 0) > (before.minutes ?? 0) ||
    (after.periods ?? 0) > (before.periods ?? 0)
  )
    return 'late';
  if (before.value !== after.value || before.device !== after.device) return 'corrected';
  if (before.converted !== after.converted) return 'oxygen';
  if (JSON.stringify(before.substituted) !== JSON.stringify(after.substituted)) return 'mass';
  return 'again';
}

const DIGITS = 4;
/** A calculated number as it is read: at most four digits behind the point, no zeros at the end, true to large ones. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  // no negative zero
  return String(Number(value.toFixed(DIGITS)) + 0);
}

/** What was calculated, as a table shows it: four digits that count. The whole of it stands in the value's detail. */
export function rounded(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value) || value === 0) return figure(value);
  const decimals = 3 - Math.floor(Math.log10(Math.abs(value)));
  return figure(Number(value.toFixed(Math.min(DIGITS, Math.max(0, decimals)))));
}

/** A difference with its sign: `+0.12`, `−3`; `0` without one. */
export function signed(value: number | undefined): string {
  const text = figure(value);
  if (value === undefined || text === '0') return text;
  return value > 0 ? `+${text}` : text.replace('-', '−');
}

/** Means as the points of a chart's second line. */
export const meanPoints = (
  means: readonly OutletMeans[],
  factor: string,
): { t: number; value: number; valid: boolean }[] =>
  means.flatMap(({ from, factors }) =>
    factors
      .filter((one) => one.factor === factor && one.value !== undefined)
      .map(({ value, valid }) => ({ t: Date.parse(from), value: value as number, valid })),
  );
