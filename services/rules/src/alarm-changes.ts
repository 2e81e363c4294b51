import type { AlarmCode, Level } from '@greenwatch/contracts';
import type { Episode, Evidence } from './alarm-episode';

/** What of an alarm follows from the data; times in ms. */
export interface AlarmFinding {
  code: AlarmCode;
  level: Level;
  active: boolean;
  startedAt: number;
  /** End of the last period that speaks for it. */
  until: number;
  /** Only once it is cleared. */
  endedAt?: number;
  history: boolean;
  multiple: number;
  evidence: Evidence[];
}

export type AlarmVerb = 'raised' | 'updated' | 'cleared';

export interface AlarmChange<A extends AlarmFinding> {
  /** Absent: a new alarm. */
  alarm?: A;
  finding: AlarmFinding;
  verb: AlarmVerb;
}

/**
 * Compares the episodes of one series, sorted by time, with the alarms that lie in the same stretch of time. An episode belongs to the first alarm that
 * it shares time with; one that has none is a new alarm. An active alarm of which no episode is left (its readings were revised, or late readings joined
 * it to an earlier one) is cleared and keeps the evidence it was raised for.
 * An alarm is history when the last period that speaks for it ended more than `liveWindowMs` before `now`; one that reaches into the live window later
 * is raised again.
 */
export function changesOf<A extends AlarmFinding>(
  alarms: readonly A[],
  episodes: readonly Episode[],
  describe: (episode: Episode) => { code: AlarmCode; level: Level },
  now: number,
  liveWindowMs: number,
): AlarmChange<A>[] {
  const changes: AlarmChange<A>[] = [];
  const left = new Set([...alarms].sort((a, b) => a.startedAt - b.startedAt));
  for (const episode of episodes) {
    const alarm = [...left].find((a) => a.startedAt < episode.until && episode.startedAt < a.until);
    if (alarm) left.delete(alarm);
    const finding: AlarmFinding = {
      ...describe(episode),
      active: episode.active,
      startedAt: episode.startedAt,
      until: episode.until,
      ...(episode.active ? {} : { endedAt: episode.until }),
      history: (alarm?.history ?? true) && now - episode.until > liveWindowMs,
      multiple: episode.multiple,
      evidence: episode.evidence,
    };
    if (!alarm) changes.push({ finding, verb: 'raised' });
    else if (!isSame(alarm, finding)) changes.push({ alarm, finding, verb: verbOf(alarm, finding) });
  }
  for (const alarm of left) {
    if (!alarm.active) continue;
    changes.push({ alarm, finding: { ...findingOf(alarm), active: false, endedAt: alarm.until }, verb: 'cleared' });
  }
  return changes;
}

function verbOf(before: AlarmFinding, after: AlarmFinding): AlarmVerb {
  if (before.history && !after.history) return 'raised';
  return before.active && !after.active ? 'cleared' : 'updated';
}

const isSame = (a: AlarmFinding, b: AlarmFinding) => comparable(a) === comparable(b);

function comparable(a: AlarmFinding): string {
  const evidence = a.evidence.map((e) => [e.dataTime, e.value, e.field, e.limitId]);
  return JSON.stringify([a.code, a.level, a.active, a.startedAt, a.until, a.endedAt, a.history, a.multiple, evidence]);
}

function findingOf({ code, level, active, startedAt, until, history, multiple, evidence }: AlarmFinding): AlarmFinding {
  return { code, level, active, startedAt, until, history, multiple, evidence };
}
