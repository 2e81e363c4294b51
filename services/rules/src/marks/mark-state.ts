import type { MarkStatus } from '@greenwatch/contracts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** UTC+8 all year. */
const OFFSET = 8 * HOUR;
/** Planned ahead at most so long: a source stopped for longer than a quarter files its stop (HJ 75-2017; domain.md 1.4). */
const AHEAD = 92 * DAY;
/** The longest that one mark takes. */
const LONGEST = 366 * DAY;
/** 12:00 of the day after the first marked day (announcement 2022 no. 21 [L]). */
const DEADLINE_HOURS = 36;

/** When the mark of a stretch of time must be in, ms: for its first day at 12:00 of the next. */
export function markDeadline(from: number): number {
  const day = Math.floor((from + OFFSET) / DAY) * DAY - OFFSET;
  return day + DEADLINE_HOURS * HOUR;
}

/** Whether a mark is in force: accepted, or submitted in time and not returned. Not marking is no objection to the data. */
export function isEffective(status: MarkStatus, late: boolean): boolean {
  return status === 'accepted' || (status === 'submitted' && !late);
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

/** @returns the next state, or undefined with the states from which the verb may be used */
export function nextStatus(
  status: MarkStatus,
  verb: MarkVerb,
): { status: MarkStatus } | { allowed: readonly MarkStatus[] } {
  const { from, to } = TRANSITIONS[verb];
  return from.includes(status) ? { status: to } : { allowed: from };
}
