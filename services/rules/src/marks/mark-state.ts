import type { AmendedValue, Mark, MarkStatus } from '@greenwatch/contracts';
import { addMonths, dayOf, startOfDay } from '@greenwatch/kit';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Planned ahead at most so long: a source stopped for longer than a quarter files its stop (HJ 75-2017; domain.md 1.4). */
const AHEAD = 92 * DAY;
/** The longest that one mark takes. */
const LONGEST = 366 * DAY;
/** 12:00 of the day after the first marked day (announcement 2022 no. 21 [L]). */
const DEADLINE_HOURS = 36;

/** When the mark of a stretch of time must be in, ms: for its first day at 12:00 of the next. */
export function markDeadline(from: number): number {
  return startOfDay(from) + DEADLINE_HOURS * HOUR;
}

/** Days in which a value may be amended, and the day of the next month by whose end its vouchers must be in (2014 rules [L]). */
export interface AmendmentTimes {
  days: number;
  voucherDay: number;
}

/** Until when an amendment of values from a moment on, and the vouchers for it, must be in, ms; else the original stands. */
export function amendmentDeadlines(
  from: number,
  { days, voucherDay }: AmendmentTimes,
): { due: number; vouchers: number } {
  const month = startOfDay(from) - (Number(dayOf(from).slice(6)) - 1) * DAY;
  return { due: from + days * DAY, vouchers: addMonths(month, 1) + voucherDay * DAY };
}

/** What is wrong with the values of an amendment of [from, to), ms; undefined when nothing is. */
export function valuesProblem(
  values: readonly AmendedValue[],
  from: number,
  to: number,
): { field: string; expected: string } | undefined {
  const seen = new Set<string>();
  for (const [i, { factor, at }] of values.entries()) {
    const time = Date.parse(at);
    if (time % HOUR !== 0) return { field: `values.${i}.at`, expected: 'must be the start of an hour' };
    if (time < from || time + HOUR > to)
      return { field: `values.${i}.at`, expected: 'must lie in the time from from to to' };
    if (seen.has(`${factor} ${time}`))
      return { field: `values.${i}`, expected: 'must be the only one of its factor and hour' };
    seen.add(`${factor} ${time}`);
  }
  return undefined;
}

/**
 * Whether a mark is in force: accepted, or submitted in time and not returned. Not marking is no objection to the data. Other values
 * than were sent count only when they are accepted.
 */
export function isEffective(status: MarkStatus, late: boolean, effect?: Mark['effect']): boolean {
  return status === 'accepted' || (status === 'submitted' && !late && effect !== 'amend');
}

/** What is wrong with the time of a mark; undefined when nothing is. Times in ms. */
export function stretchProblem(
  from: number,
  to: number,
  now: number,
): { field: 'from' | 'to'; expected: string } | undefined {
  if (to <= from) return { field: 'to', expected: 'must be later than from' };
  if (to - from > LONGEST) return { field: 'to', expected: 'must be at most 366 days after from' };
  if (from > now + AHEAD) return { field: 'from', expected: 'must be at most 92 days ahead' };
  if (to > now + AHEAD) return { field: 'to', expected: 'must be at most 92 days ahead' };
  return undefined;
}

export type MarkVerb = 'accept' | 'return' | 'withdraw';

/** States from which a verb leads on, and where to. A mark that was decided stays; who was wrong submits another. */
const TRANSITIONS: Record<MarkVerb, { from: readonly MarkStatus[]; to: MarkStatus }> = {
  accept: { from: ['submitted', 'returned'], to: 'accepted' },
  return: { from: ['submitted', 'accepted'], to: 'returned' },
  // What the authority has accepted the party no longer takes back by itself.
  withdraw: { from: ['submitted'], to: 'withdrawn' },
};

/** What a verb is called in a mark's history. */
export const STEP_OF = { accept: 'accepted', return: 'returned', withdraw: 'withdrawn' } as const;

/** @returns the next state, or undefined with the states from which the verb may be used */
export function nextStatus(
  status: MarkStatus,
  verb: MarkVerb,
): { status: MarkStatus } | { allowed: readonly MarkStatus[] } {
  const { from, to } = TRANSITIONS[verb];
  return from.includes(status) ? { status: to } : { allowed: from };
}
