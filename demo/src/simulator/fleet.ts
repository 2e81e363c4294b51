import type { DemoProvince, SimulatedDevice } from '../province';
import { randomOf } from '../random';
import { writeWhole } from '../whole-file';
import { type Episode, effects, script } from './episodes';
import { ANSWER_TIMEOUT, type Cursors, SimulatedLogger } from './logger';
import type { PacketKind } from './packets';
import { DAY, type EffectAt, HOUR } from './signal';
import { readState, type SimulatorState } from './state';
import { momentAt, type Schedule, schedules } from './uploads';

/** Enterprises at which something is played: `CAST` of province.ts. */
const CAST_SIZE = 10;
/** Of these the one kept for an exceedance by hand. */
const BY_HAND = 5;
const SAVE_EVERY = 5_000;
/** Loggers that connect a second at the start; those of the episodes come first. */
const CONNECTS_A_SECOND = 40;
/** Minute means sent at the first start; and again at most after a restart. */
const MINUTES_AT_FIRST = 2 * HOUR;
const MINUTES_AT_MOST = DAY;
/** Standard checks and log texts sent at the first start. */
const CHECKS_AT_FIRST = 7 * DAY;
/** After a longer stop of the simulator realtime goes on from now: a logger without power measures nothing. */
const REALTIME_GAP = 600_000;
/** Hours before the start that one logger never sent: the platform finds the gap and asks for it (CN 2061). */
const FORGOTTEN = { from: 30 * HOUR, to: 26 * HOUR };

export interface FleetOptions {
  host: string;
  port: number;
  seed: string;
  stateFile: string;
  realtimeSeconds: number;
  now(): number;
}

export interface FleetStatus {
  startedAt: string;
  devices: number;
  connected: number;
  /** Moments that are due and not acknowledged, of all devices. */
  backlog: number;
  episodes: Episode[];
}

/** All simulated loggers in one process. */
export class Fleet {
  readonly #loggers: SimulatedLogger[];
  readonly #state: SimulatorState;
  readonly #cast: string[];
  #effectAt: EffectAt = () => ({});
  #timer: NodeJS.Timeout | undefined;
  #changed = false;
  #savedAt = 0;

  constructor(
    province: Pick<DemoProvince, 'simulated'>,
    private readonly options: FleetOptions,
  ) {
    const { now, seed } = options;
    this.#state = readState(options.stateFile) ?? { startedAt: now(), episodes: [], cursors: {} };
    this.#cast = castOf(province.simulated);
    this.#useEpisodes();
    const cast = new Set(this.#cast);
    const order = [
      ...province.simulated.filter((device) => cast.has(device.outlet.id)),
      ...province.simulated.filter((device) => !cast.has(device.outlet.id)),
    ];
    const forgetful = order.find(
      ({ outlet, profile }) => !cast.has(outlet.id) && profile.edition === '2017' && !profile.process,
    );
    const { startedAt } = this.#state;
    const forgets = (kind: PacketKind, moment: number) =>
      kind === 'hour' && moment >= startedAt - FORGOTTEN.from && moment < startedAt - FORGOTTEN.to;
    this.#loggers = order.map((device, index) => {
      const spread = randomOf(seed, device.profile.mn).next();
      const list = schedules(device.profile, spread, options.realtimeSeconds);
      const cursors = firstCursors(device, list, this.#state.cursors[device.profile.mn], this.#state.startedAt, now());
      const connectAt = now() + Math.floor((index / CONNECTS_A_SECOND) * 1000);
      return new SimulatedLogger(device, list, cursors, connectAt, {
        host: options.host,
        port: options.port,
        now,
        effectAt: (outletId, time) => this.#effectAt(outletId, time),
        answerTimeout: ANSWER_TIMEOUT,
        progress: () => {
          this.#changed = true;
        },
        ...(device === forgetful ? { forgets } : {}),
      });
    });
  }

  start(): void {
    this.#save();
    this.#timer = setInterval(() => {
      for (const logger of this.#loggers) logger.tick();
      if (this.#changed && this.options.now() - this.#savedAt >= SAVE_EVERY) this.#save();
    }, 1000);
  }

  /** When the demo began: the script and the stories count from it. */
  get startedAt(): number {
    return this.#state.startedAt;
  }

  /** Moments that the loggers of an outlet owe. */
  backlogOf(outletId: string): number {
    const now = this.options.now();
    return this.#loggers
      .filter((logger) => logger.outletId === outletId)
      .reduce((sum, logger) => sum + logger.backlog(now), 0);
  }

  /** Closes the connections and saves how far each logger has come. */
  stop(): void {
    clearInterval(this.#timer);
    for (const logger of this.#loggers) logger.stop();
    this.#save();
  }

  status(): FleetStatus {
    const now = this.options.now();
    return {
      startedAt: new Date(this.#state.startedAt).toISOString(),
      devices: this.#loggers.length,
      connected: this.#loggers.filter((logger) => logger.connected).length,
      backlog: this.#loggers.reduce((sum, logger) => sum + logger.backlog(now), 0),
      episodes: [...script(this.#cast, this.#state.startedAt), ...this.#state.episodes],
    };
  }

  /**
   * Starts an exceedance now: the outlet's loggers send the last full hours again with values above the limit, as after a
   * correction, and the rise goes on for two hours.
   * @param outletId absent: the outlet kept for this (the sixth of the cast)
   * @param hours that are sent again
   * @returns the episode and the devices that send it; undefined for an unknown outlet
   */
  startExceedance(outletId = this.#cast[BY_HAND], hours = 1): { episode: Episode; mns: string[] } | undefined {
    const loggers = this.#loggers.filter((logger) => logger.outletId === outletId);
    if (outletId === undefined || loggers.length === 0) return undefined;
    const now = this.options.now();
    const hour = Math.floor(now / HOUR) * HOUR - hours * HOUR;
    const episode: Episode = {
      id: `by-hand-${now}`,
      outletId,
      kind: 'exceedance',
      from: hour,
      to: now + 2 * HOUR,
      share: 1.3,
      gain: 0.2,
    };
    this.#state.episodes.push(episode);
    this.#useEpisodes();
    for (const logger of loggers) {
      logger.rewind('hour', hour);
      logger.rewind('minute', hour);
    }
    this.#save();
    return { episode, mns: loggers.map((logger) => logger.mn) };
  }

  #useEpisodes(): void {
    this.#effectAt = effects([...script(this.#cast, this.#state.startedAt), ...this.#state.episodes]);
  }

  #save(): void {
    this.#changed = false;
    this.#savedAt = this.options.now();
    for (const logger of this.#loggers) this.#state.cursors[logger.mn] = logger.cursors;
    writeWhole(this.options.stateFile, JSON.stringify(this.#state));
  }
}

/** The first outlet of each enterprise of the cast. */
function castOf(devices: readonly SimulatedDevice[]): string[] {
  const byEnterprise = new Map<string, string>();
  for (const { outlet } of devices) {
    const enterprise = outlet.id.slice(0, outlet.id.lastIndexOf('.'));
    if (!byEnterprise.has(enterprise)) byEnterprise.set(enterprise, outlet.id);
    if (byEnterprise.size === CAST_SIZE) break;
  }
  return [...byEnterprise.values()];
}

/** Where each kind of a logger begins: at its history at the first start, later where it had come to. */
export function firstCursors(
  { backfillDays }: Pick<SimulatedDevice, 'backfillDays'>,
  list: readonly Schedule[],
  known: Cursors | undefined,
  startedAt: number,
  now: number,
): Required<Cursors> {
  const cursors: Required<Cursors> = {
    realtime: now,
    state: now,
    minute: now,
    hour: now,
    day: now,
    check: now,
    log: now,
  };
  for (const schedule of list) {
    const { kind } = schedule;
    const before = known?.[kind];
    const at = (time: number) => momentAt(schedule, time);
    if (kind === 'hour' || kind === 'day') {
      // An enterprise's history begins on a whole day in China.
      const day = Math.floor((startedAt + 8 * HOUR) / DAY) * DAY - 8 * HOUR - backfillDays * DAY;
      cursors[kind] = before ?? day - schedule.step;
    } else if (kind === 'minute') {
      cursors[kind] = Math.max(before ?? at(startedAt - MINUTES_AT_FIRST), at(now - MINUTES_AT_MOST));
    } else if (kind === 'check' || kind === 'log') {
      cursors[kind] = before ?? at(startedAt - CHECKS_AT_FIRST);
    } else {
      cursors[kind] = before !== undefined && now - before < REALTIME_GAP ? before : at(now);
    }
  }
  return cursors;
}
