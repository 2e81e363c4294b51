import type { Level, TaskType } from '@greenwatch/contracts';
import { endOfDay, endOfWorkingDay } from '@greenwatch/kit';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A limit: a span of clock time, or a number of working days. */
type Span = { ms: number } | { workingDays: number };
const minutes = (n: number): Span => ({ ms: n * MINUTE });
const hours = (n: number): Span => ({ ms: n * HOUR });
const wd = (n: number): Span => ({ workingDays: n });

interface Spans {
  accept: Span;
  arrive?: Span;
  report: Span;
  review: Span;
}

/** domain.md 5.2 [D]. */
const VISIT: Record<Level, Spans> = {
  urgent: { accept: minutes(15), arrive: hours(2), report: hours(24), review: wd(1) },
  high: { accept: hours(1), arrive: hours(24), report: wd(3), review: wd(2) },
  mid: { accept: hours(4), arrive: wd(3), report: wd(5), review: wd(3) },
  low: { accept: wd(1), report: wd(10), review: wd(5) },
};

/** domain.md 1.10 [D]: the enterprise acknowledges in 2 h and explains in 24 h, whatever the level; at most 3 wd to verify. */
const EXPLANATION: Record<Level, Spans> = {
  urgent: { accept: hours(2), report: hours(24), review: wd(1) },
  high: { accept: hours(2), report: hours(24), review: wd(2) },
  mid: { accept: hours(2), report: hours(24), review: wd(3) },
  low: { accept: hours(2), report: hours(24), review: wd(3) },
};

const spansOf = (type: TaskType, level: Level) => (type === 'EXPLAIN' ? EXPLANATION : VISIT)[level];

/** Limits of a task in epoch ms; what a level does not limit is absent. */
export interface Limits {
  acceptBy?: number;
  arriveBy?: number;
  reportBy?: number;
}

/** Limits of a task given to somebody at `start` (epoch ms). */
export function limitsFrom(type: TaskType, level: Level, start: number): Limits {
  const spans = spansOf(type, level);
  return {
    acceptBy: after(start, spans.accept),
    ...(spans.arrive && { arriveBy: after(start, spans.arrive) }),
    reportBy: after(start, spans.report),
  };
}

/** When the review of what was submitted at `submittedAt` must be done (epoch ms). */
export function reviewLimit(type: TaskType, level: Level, submittedAt: number): number {
  return after(submittedAt, spansOf(type, level).review);
}

/** The earlier of two limits: a risen level never gives more time than there was. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** A reviewed suspected violation is filed as a case or not within 15 days (处罚办法 2023; domain.md 5.5 [C]). */
export const fileLimit = (reviewedAt: number): number => endOfDay(reviewedAt, 15);

function after(start: number, span: Span): number {
  return 'ms' in span ? start + span.ms : endOfWorkingDay(start, span.workingDays);
}
