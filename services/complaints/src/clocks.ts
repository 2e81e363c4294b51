import type { ComplaintClock } from '@greenwatch/contracts';
import { endOfDay, endOfWorkingDay } from '@greenwatch/kit';

/** Time limits in days (domain.md 6); `forward` in working days. Settings, since they differ from place to place. */
export interface LimitDays {
  /** To tell whether it is accepted: 15 d [C]. */
  accept: number;
  /** To answer, from acceptance: 60 d [C]. */
  answer: number;
  /** Once more, with notice: 30 d [C]. */
  extension: number;
  /** The local goal: 30 d [L]. */
  goal: number;
  /** To ask for a review after the answer, and to decide it: 30 d each [C]. */
  review: number;
  /** To hand it to whom it belongs: 3 wd [L]. */
  forward: number;
}

/** Limits that run from the arrival of a complaint. */
export const limitsOnArrival = (at: number, days: LimitDays) => ({
  acceptBy: endOfDay(at, days.accept),
  forwardBy: endOfWorkingDay(at, days.forward),
});
/** Limits that run from its acceptance; the goal is not the law's, nothing is overdue by it. */
export const limitsOnAcceptance = (at: number, days: LimitDays) => ({
  goalBy: endOfDay(at, days.goal),
  answerBy: endOfDay(at, days.answer),
});
export const extended = (answerBy: number, days: LimitDays) => endOfDay(answerBy, days.extension);

/** `answer` of an answered one: nothing. */
export const CLOCKS: readonly ComplaintClock[] = ['accept', 'answer', 'review'];
export const PHASES = ['reminder', 'overdue'] as const;
export type Phase = (typeof PHASES)[number];

/** When a clock's phase comes (epoch ms): a reminder when 80 % of the time is over, overdue at its end (domain.md 5.6). */
export const phaseTime = (phase: Phase, start: number, dueAt: number) =>
  phase === 'overdue' ? dueAt : Math.round(start + 0.8 * (dueAt - start));
