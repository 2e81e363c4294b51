/** What an outlet's device sends, in the order in which a logger owes it. */
export const PACKET_KINDS = ['realtime', 'minute', 'hour', 'day'] as const;
export type PacketKind = (typeof PACKET_KINDS)[number];

/** `dataTime`: ms since 1970; of means the begin of their period (HJ 212-2017 table 9, DataTime). */
export interface ScheduledPacket {
  kind: PacketKind;
  dataTime: number;
}

/** How often a device sends, as it is set by CN 1061 and 1063 (RtdInterval in s, MinInterval in min). */
export interface Intervals {
  realtimeSeconds: number;
  minuteMinutes: number;
}

const HOUR_S = 3_600;
const DAY_S = 86_400;
const HOURS = 24;
/** Beijing time, in which a day begins (HJ 212-2017 table 9). */
const UTC8_S = 8 * HOUR_S;

/**
 * All packets of a device from 1970 on, numbered: realtime data, behind each period its minute data, behind each hour its hour, behind
 * each day its day. Pure arithmetic both ways, so that an answer tells its packet and nothing has to be kept of either.
 */
export class PacketSchedule {
  readonly #realtime: number;
  readonly #period: number;
  readonly #inPeriod: number;
  readonly #inHour: number;
  readonly #inDay: number;

  /** @throws RangeError naming the interval that does not divide its period */
  constructor({ realtimeSeconds, minuteMinutes }: Intervals) {
    this.#realtime = realtimeSeconds;
    this.#period = minuteMinutes * 60;
    if (!(this.#period > 0) || HOUR_S % this.#period !== 0) {
      throw new RangeError(`minuteMinutes is ${minuteMinutes}: expected minutes that divide an hour`);
    }
    if (!(realtimeSeconds >= 1) || this.#period % realtimeSeconds !== 0) {
      throw new RangeError(
        `realtimeSeconds is ${realtimeSeconds}: expected seconds that divide ${minuteMinutes} minutes`,
      );
    }
    this.#inPeriod = this.#period / realtimeSeconds + 1;
    this.#inHour = (HOUR_S / this.#period) * this.#inPeriod + 1;
    this.#inDay = HOURS * this.#inHour + 1;
  }

  get packetsPerDay(): number {
    return this.#inDay;
  }

  at(index: number): ScheduledPacket {
    const day = Math.floor(index / this.#inDay);
    const ofDay = index - day * this.#inDay;
    const dayAt = day * DAY_S;
    if (ofDay === this.#inDay - 1) return packet('day', dayAt);
    const hour = Math.floor(ofDay / this.#inHour);
    const ofHour = ofDay - hour * this.#inHour;
    const hourAt = dayAt + hour * HOUR_S;
    if (ofHour === this.#inHour - 1) return packet('hour', hourAt);
    const period = Math.floor(ofHour / this.#inPeriod);
    const ofPeriod = ofHour - period * this.#inPeriod;
    const periodAt = hourAt + period * this.#period;
    if (ofPeriod === this.#inPeriod - 1) return packet('minute', periodAt);
    return packet('realtime', periodAt + ofPeriod * this.#realtime);
  }

  /** The number of a packet; undefined where no device of this schedule sends such a one. */
  indexOf(kind: PacketKind, dataTime: number): number | undefined {
    const seconds = dataTime / 1_000 + UTC8_S;
    const step = { realtime: this.#realtime, minute: this.#period, hour: HOUR_S, day: DAY_S }[kind];
    if (seconds % step !== 0) return undefined;
    const day = Math.floor(seconds / DAY_S);
    const ofDay = seconds - day * DAY_S;
    const hour = Math.floor(ofDay / HOUR_S);
    const ofHour = ofDay - hour * HOUR_S;
    const period = Math.floor(ofHour / this.#period);
    const realtime = (ofHour - period * this.#period) / this.#realtime;
    const dayAt = day * this.#inDay;
    if (kind === 'day') return dayAt + this.#inDay - 1;
    const hourAt = dayAt + hour * this.#inHour;
    if (kind === 'hour') return hourAt + this.#inHour - 1;
    const periodAt = hourAt + period * this.#inPeriod;
    return kind === 'minute' ? periodAt + this.#inPeriod - 1 : periodAt + realtime;
  }

  /** The number of the newest realtime packet at or before a time. */
  newestAt(time: number): number {
    const step = this.#realtime * 1_000;
    return this.indexOf('realtime', Math.floor(time / step) * step) as number;
  }
}

function packet(kind: PacketKind, seconds: number): ScheduledPacket {
  return { kind, dataTime: (seconds - UTC8_S) * 1_000 };
}
