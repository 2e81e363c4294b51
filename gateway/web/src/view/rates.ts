import type { RateLevel, TransmissionRate } from '@greenwatch/contracts/src/means';
import type { Division } from '../api/types';
import { DAY, formatTime } from './time';

/** Where one stands in the tree of areas: a division, an enterprise or an operator. */
export interface Standing {
  level: Exclude<RateLevel, 'outlet'>;
  id: string;
}

/** What is asked for below: the level, and what bounds it. One question, but where counties stand beside cities. */
export interface Below {
  level: RateLevel;
  division?: string;
  divisionLevel?: 'city' | 'county';
  enterpriseId?: string;
  operatorId?: string;
}

/** Province → cities → counties → enterprises → outlets; an operator → its outlets (domain.md 1.8, 8.1). */
export function below({ level, id }: Standing, divisions: readonly Division[]): Below[] {
  if (level === 'enterprise') return [{ level: 'outlet', enterpriseId: id }];
  if (level === 'operator') return [{ level: 'outlet', operatorId: id }];
  const own = divisions.find(({ code }) => code === id);
  if (own?.level !== 'province' && own?.level !== 'city') return [{ level: 'enterprise', division: id }];
  const children = divisions.filter(({ parent }) => parent === id);
  const levels = (['city', 'county'] as const).filter((one) => children.some((child) => child.level === one));
  if (levels.length === 0) return [{ level: 'enterprise', division: id }];
  return levels.map((divisionLevel) => ({ level: 'division', division: id, divisionLevel }));
}

/** Of the divisions that a question for a level brought, those directly below: a county under its city is not the province's. */
export function directly(
  rates: readonly TransmissionRate[],
  id: string,
  divisions: readonly Division[],
): TransmissionRate[] {
  const parents = new Map(divisions.map(({ code, parent }) => [code, parent]));
  return rates.filter((rate) => rate.level !== 'division' || parents.get(rate.id) === id);
}

/** Divisions from the caller's own one to this one, for the way back; an unknown one alone. */
export function wayTo(id: string, own: string, divisions: readonly Division[]): string[] {
  const path = divisions.find(({ code }) => code === id)?.path ?? [id];
  const first = path.indexOf(own);
  return first < 0 ? path.slice(-1) : path.slice(first);
}

/**
 * Against the bounds of the assessment (domain.md 1.8): 75 % was the goal of 2013 to 2015, 90 % is required now [U], 95 % the upper
 * goal. Nothing due has no grade.
 */
export const RATE_BOUNDS = { former: 0.75, required: 0.9, goal: 0.95 } as const;
export type RateGrade = 'goal' | 'required' | 'below' | 'far-below';
export function gradeOf(effective: number | undefined): RateGrade | undefined {
  if (effective === undefined) return undefined;
  if (effective >= RATE_BOUNDS.goal) return 'goal';
  if (effective >= RATE_BOUNDS.required) return 'required';
  return effective >= RATE_BOUNDS.former ? 'below' : 'far-below';
}

/** `98.78 %`; rounded down, so that nothing reaches a bound by rounding. A dash where nothing was due. */
export const rateText = (share: number | undefined): string =>
  share === undefined ? '–' : `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)} %`;

/** For sorting: what owed nothing stands behind, whichever way. */
export const compareRates = (a: number | undefined, b: number | undefined, descending: boolean): number => {
  const behind = descending ? -1 : 1;
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? behind : -behind;
  return a - b;
};

/** Counts of several, and their rates: sums of counts, never means of rates (domain.md 1.8). */
export function summed(rates: readonly Pick<TransmissionRate, 'due' | 'received' | 'valid'>[]) {
  const [due, received, valid] = (['due', 'received', 'valid'] as const).map((name) =>
    rates.reduce((sum, rate) => sum + rate[name], 0),
  ) as [number, number, number];
  if (due === 0) return { due, received, valid };
  const [transmission, validity] = [received / due, valid / due];
  return { due, received, valid, transmission, validity, effective: transmission * validity };
}

/** Periods that are offered, as days `yyyy-mm-dd` of UTC+8, the last one included; a month ends yesterday while it goes on. */
export type RatePeriod = 'yesterday' | 'week' | 'month' | 'last-month';
export function ratePeriod(period: RatePeriod, now: number): { from: string; to: string } {
  const today = formatTime(now, 'day');
  const yesterday = formatTime(now - DAY, 'day');
  if (period === 'yesterday') return { from: yesterday, to: yesterday };
  if (period === 'week') return { from: formatTime(now - 7 * DAY, 'day'), to: yesterday };
  const first = `${today.slice(0, 7)}-01`;
  if (period === 'month') return { from: first, to: today === first ? today : yesterday };
  const last = formatTime(Date.parse(`${first}T00:00:00+08:00`) - DAY, 'day');
  return { from: `${last.slice(0, 7)}-01`, to: last };
}
