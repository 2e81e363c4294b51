import { randomOf } from '../random';
import { checkItem, type LoggerProfile, logItems, meanItem, type PacketKind, realtimeItem, stateItem } from './packets';
import { DAY, dayMeans, type EffectAt, HOUR, instant, means, type OutletModel, TEN_MINUTES } from './signal';

/** When a logger has something to send. All times in ms; a kind's moments lie on a grid, in China's time (UTC+8). */

const ZONE = 8 * HOUR;
const CHECKED_AT = 2 * HOUR;

export interface Schedule {
  kind: PacketKind;
  /** Distance of the moments. */
  step: number;
  /** Where the grid lies. */
  phase: number;
  /** A moment is due this long after it: means when their period is over. */
  delay: number;
}

/** What this logger sends and when; loggers are spread by `spread` in [0, 1), so that they do not all speak at once. */
export function schedules(profile: LoggerProfile, spread: number, realtimeSeconds: number): Schedule[] {
  const realtime = realtimeSeconds * 1000;
  const seconds = (share: number, width: number) => Math.floor(((spread * share) % 1) * width) * 1000;
  return [
    { kind: 'realtime', step: realtime, phase: Math.floor(spread * realtimeSeconds) * 1000, delay: 0 },
    ...(profile.sendsStates
      ? [{ kind: 'state' as const, step: TEN_MINUTES / 2, phase: seconds(7, 300), delay: 0 }]
      : []),
    { kind: 'minute', step: TEN_MINUTES, phase: 0, delay: TEN_MINUTES + 2_000 + seconds(11, 25) },
    { kind: 'hour', step: HOUR, phase: 0, delay: HOUR + 3_000 + seconds(13, 40) },
    { kind: 'day', step: DAY, phase: -ZONE, delay: DAY + 10_000 + seconds(17, 60) },
    // Analysers check themselves at night, and the logger tells of it a quarter of an hour later.
    ...(profile.edition === '2017' && !profile.process
      ? [
          { kind: 'check' as const, step: DAY, phase: CHECKED_AT - ZONE, delay: seconds(19, 300) },
          { kind: 'log' as const, step: DAY, phase: CHECKED_AT + HOUR / 4 - ZONE, delay: seconds(19, 300) },
        ]
      : []),
  ];
}

/** The newest moment of the grid that lies at or before `time`. */
export function momentAt(schedule: Schedule, time: number): number {
  return Math.floor((time - schedule.phase) / schedule.step) * schedule.step + schedule.phase;
}

/** The items of one upload of this logger, as it would measure them. */
export function itemsOf(
  profile: LoggerProfile,
  model: OutletModel,
  kind: PacketKind,
  moment: number,
  effectAt: EffectAt,
): string[] {
  const said = effectAt(model.id, moment).flag;
  const flagOf = (factor: string) => {
    if (model.stopped) return 'F';
    return said !== undefined && model.pollutants.some((pollutant) => pollutant.factor === factor) ? said : 'N';
  };
  switch (kind) {
    case 'realtime':
      return instant(model, profile.factors, moment, effectAt).map((reading) =>
        realtimeItem(profile, reading, flagOf(reading.factor)),
      );
    case 'state': {
      const treatmentOff = effectAt(model.id, moment).treatmentOff === true;
      return (profile.facilities ?? []).map((code) =>
        stateItem(code, !model.stopped && !(code === 'SB2' && treatmentOff)),
      );
    }
    case 'minute':
    case 'hour': {
      const to = moment + (kind === 'hour' ? HOUR : TEN_MINUTES);
      return means(model, profile.factors, moment, to, effectAt).map((mean) =>
        meanItem(profile, mean, flagOf(mean.factor)),
      );
    }
    case 'day':
      // Flue gas: normal when most of the day is (HJ 212-2017, notes to C.16 to C.18).
      return dayMeans(model, profile.factors, moment, effectAt).map((mean) =>
        meanItem(profile, mean, model.stopped ? 'F' : 'N'),
      );
    case 'check':
      return model.pollutants.map(({ factor, limit }) =>
        checkItem(factor, checked(model, factor, limit, moment), limit),
      );
    case 'log': {
      // Of the check a quarter of an hour before.
      const of = model.pollutants[0];
      const done = of && checked(model, of.factor, of.limit, moment - HOUR / 4).toFixed(1);
      return of ? logItems(of.factor, `自动标样核查完成 测得${done}`) : [];
    }
  }
}

/** What an analyser measures of a standard as high as the limit: some percent beside it, sometimes too many. */
function checked({ key }: OutletModel, factor: string, standard: number, moment: number): number {
  const { next } = randomOf(String(key), `check ${factor} ${moment}`);
  return standard * (1 + (next() + next() + next() - 1.5) * 0.09);
}
