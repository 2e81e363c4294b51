import type { FlaggedTime } from './flag-hours';

/** Growth that is not worth a new state of a mark while its cause goes on. */
const SHORT_GROWTH = 10 * 60_000;

/** What a mark says that flags ask for; ms, `to` not included. */
export interface MarkedSpan {
  code: string;
  factors: string[];
  from: number;
  to: number;
}

/** Time that flags do not mark: a person marked it, or decided about the automatic mark of that code. */
export interface DecidedTime {
  /** Absent: whatever the code. */
  code?: string;
  /** Empty: all. */
  factors: readonly string[];
  from: number;
  to: number;
}

/** Spans that the flags of a device ask for: what touches becomes one, factors with the same time share a span. Sorted by time. */
export function spansOf(times: readonly FlaggedTime[], decided: readonly DecidedTime[]): MarkedSpan[] {
  const series = new Map<string, FlaggedTime[]>();
  for (const time of times) {
    const key = `${time.code} ${time.factor}`;
    series.set(key, [...(series.get(key) ?? []), time]);
  }
  const spans = new Map<string, MarkedSpan>();
  for (const own of series.values()) {
    const { code, factor } = own[0] as FlaggedTime;
    const holds = decided.filter(
      (one) =>
        (one.code === undefined || one.code === code) && (one.factors.length === 0 || one.factors.includes(factor)),
    );
    for (const { from, to } of without(joined(own), holds)) {
      const key = `${code} ${from} ${to}`;
      const span = spans.get(key);
      if (span) span.factors.push(factor);
      else spans.set(key, { code, factors: [factor], from, to });
    }
  }
  for (const span of spans.values()) span.factors.sort();
  return [...spans.values()].sort((a, b) => a.from - b.from || a.to - b.to || (a.code < b.code ? -1 : 1));
}

type Time = Pick<FlaggedTime, 'from' | 'to'>;

function joined(times: readonly Time[]): Time[] {
  const all: Time[] = [];
  for (const { from, to } of times.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

function without(times: readonly Time[], taken: readonly Time[]): Time[] {
  let left = [...times];
  for (const { from, to } of taken) {
    left = left.flatMap((time) => {
      if (to <= time.from || from >= time.to) return [time];
      return [
        ...(time.from < from ? [{ from: time.from, to: from }] : []),
        ...(to < time.to ? [{ from: to, to: time.to }] : []),
      ];
    });
  }
  return left;
}

/** What becomes of automatic marks nobody has decided about. */
export interface MarkChanges<M extends MarkedSpan> {
  set: MarkedSpan[];
  moved: { mark: M; span: MarkedSpan }[];
  revoked: M[];
}

/**
 * Compares the spans that flags ask for with the marks there are: a mark goes on as the span of its code that it has time in common
 * with or touches, first one of the same factors; a mark without a span has lost its ground.
 */
export function changesOfMarks<M extends MarkedSpan>(
  spans: readonly MarkedSpan[],
  marks: readonly M[],
): MarkChanges<M> {
  const left = [...marks].sort((a, b) => a.from - b.from);
  const changes: MarkChanges<M> = { set: [], moved: [], revoked: [] };
  const near = (mark: M, span: MarkedSpan) => mark.code === span.code && mark.from <= span.to && mark.to >= span.from;
  const pairs = new Map<MarkedSpan, M>();
  for (const same of [true, false]) {
    for (const span of spans) {
      if (pairs.has(span)) continue;
      const index = left.findIndex((mark) => near(mark, span) && (!same || says(mark.factors) === says(span.factors)));
      const [mark] = index < 0 ? [] : left.splice(index, 1);
      if (mark) pairs.set(span, mark);
    }
  }
  for (const span of spans) {
    const mark = pairs.get(span);
    if (!mark) changes.set.push(span);
    else if (isOther(mark, span)) changes.moved.push({ mark, span });
  }
  changes.revoked = left;
  return changes;
}

const says = (factors: readonly string[]) => factors.join(' ');

function isOther(mark: MarkedSpan, span: MarkedSpan): boolean {
  return says(mark.factors) !== says(span.factors) || mark.from !== span.from || mark.to !== span.to;
}

/**
 * Whether a mark only grew by so little that telling it can wait: minute by minute it would be told all the time. It is told when it has
 * grown by ten minutes, or is over (`over`: a record that is not flagged came after it).
 */
export function canWait(mark: MarkedSpan, span: MarkedSpan, over: boolean): boolean {
  const grew = says(mark.factors) === says(span.factors) && mark.from === span.from && span.to > mark.to;
  return grew && !over && span.to - mark.to < SHORT_GROWTH;
}
