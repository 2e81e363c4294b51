import type { AlarmCode, Level } from '@greenwatch/contracts';
import type { StoredAlarm } from './alarm.model';
import { type AlarmChange, changesOf } from './alarm-changes';
import { type Episode, episodesOf, exceedanceLevel, type Judgement } from './alarm-episode';

/** How the rules of one kind of series name and grade an episode (domain.md 1.9). */
export const DESCRIBE: Record<
  'MEAN_H' | 'MEAN_D' | 'CONST' | 'TREAT_OFF',
  (episode: Episode) => { code: AlarmCode; level: Level }
> = {
  MEAN_H: (e) => ({ code: e.severity === 'exceed' ? 'EXC_H' : 'WARN_H', level: exceedanceLevel(e) }),
  MEAN_D: (e) => ({ code: e.severity === 'exceed' ? 'EXC_D' : 'WARN_D', level: exceedanceLevel(e) }),
  CONST: () => ({ code: 'CONST', level: 'mid' }),
  TREAT_OFF: () => ({ code: 'TREAT_OFF', level: 'high' }),
};

/** A stretch of data time, [from, to) in ms; `to` infinite: to the newest. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * The stretch that must be looked at when data in [from, to) changed: `contextMs` around it, and every alarm of the series that reaches into it
 * as a whole. Near `now` it goes on to the newest data.
 */
export function stretchOf(
  changed: Stretch,
  alarms: readonly Pick<StoredAlarm, 'startedAt' | 'until' | 'active'>[],
  contextMs: number,
  now: number,
): Stretch {
  let from = changed.from - contextMs;
  let to = now - changed.to < contextMs ? Infinity : changed.to + contextMs;
  for (let grown = true; grown; ) {
    grown = false;
    for (const alarm of alarms) {
      if (!reaches(alarm, { from, to })) continue;
      const end = alarm.active ? Infinity : alarm.until;
      if (alarm.startedAt < from || end > to) {
        from = Math.min(from, alarm.startedAt);
        to = Math.max(to, end);
        grown = true;
      }
    }
  }
  return { from, to };
}

/** Whether an alarm has time in common with a stretch. */
export function reaches(alarm: Pick<StoredAlarm, 'startedAt' | 'until' | 'active'>, { from, to }: Stretch): boolean {
  return alarm.startedAt < to && (alarm.active || alarm.until > from);
}

export interface Evaluation {
  changes: AlarmChange<StoredAlarm>[];
  /** The last episode is open where the stretch ends: what came after it has to be looked at as well. */
  openAtEnd: boolean;
}

/**
 * Decides what becomes of the alarms of one series.
 * @param judgements of the whole stretch, sorted by time
 * @param alarms of this series; those outside the stretch are left alone
 */
export function evaluateSeries(
  rule: keyof typeof DESCRIBE,
  judgements: readonly Judgement[],
  alarms: readonly StoredAlarm[],
  stretch: Stretch,
  now: number,
  liveWindowMs: number,
): Evaluation {
  const episodes = episodesOf(judgements);
  const near = alarms.filter((alarm) => reaches(alarm, stretch));
  return {
    changes: changesOf(near, episodes, DESCRIBE[rule], now, liveWindowMs),
    openAtEnd: episodes.at(-1)?.active === true,
  };
}
