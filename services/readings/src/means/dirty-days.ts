import { readingsLog } from '@greenwatch/contracts';
import { dayOf, startOfDay } from '@greenwatch/kit';
import type { ClientSession, Connection } from 'mongoose';
import type { PacketGroup } from '../group-packets';
import { parsePacketKey } from '../packet-key';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALL_HOURS = 2 ** 24 - 1;
const EVERY_DAY = '*';
/** Clocks of instances may be so far apart. */
const MARGIN = 30_000;

/** A day of a device (or all its days) whose means have to be calculated. `_id` = `<mn> <yyyymmdd>`. */
interface Mark {
  _id: string;
  /** Bits of the hours; absent in marks of before: all. */
  hours?: number;
  /** Counts what came, so that what comes while the day is worked on is not missed. */
  count: number;
  /** Before this nothing of it can be done, ms. */
  due?: number;
}

export interface DirtyDay {
  mn: string;
  /** Start of the day, ms; undefined: every day. */
  day: number | undefined;
  /** Bits of its hours that are over. */
  hours: number;
  mark: Mark;
}

/**
 * Which hours have to be calculated. Marks are written before the log's message is acknowledged and taken away after the means were
 * stored, so that a kill at any moment only has an hour calculated once more. Minute records that come while their hour goes on
 * cost nothing: its hourly upload marks it, or the sweep does (`recalculation.ts`).
 */
export class DirtyDays {
  readonly #marks;

  constructor(db: Connection) {
    this.#marks = db.collection<Mark>('total_marks');
  }

  async prepare(): Promise<void> {
    await this.#marks.createIndex({ due: 1 });
  }

  /** On the way of every packet: a write only where hourly or daily uploads, or late minute records, are among them. */
  async markPackets(groups: readonly PacketGroup[], now: number): Promise<void> {
    const days = new Map<string, number>();
    for (const group of groups) {
      const { mn, kind, key } = group;
      if (kind !== HOURLY && kind !== DAILY && kind !== MINUTE) continue;
      const { day } = parsePacketKey(key);
      let hours = 0;
      if (kind !== DAILY) {
        for (const time of timesOf(group)) {
          if (kind === HOURLY || endOfHour(time) - MARGIN <= now) hours |= 1 << hourOf(time);
        }
        if (hours === 0) continue;
      }
      days.set(`${mn} ${day}`, (days.get(`${mn} ${day}`) ?? 0) | hours);
    }
    await this.#mark(days);
  }

  /** All days of a device: it stands for another outlet than was known when they came, or they count otherwise. */
  async markDevice(mn: string): Promise<void> {
    await this.#mark(new Map([[`${mn} ${EVERY_DAY}`, ALL_HOURS]]));
  }

  /** The hours of devices that a stretch of time touches, at most to `now`. */
  async markHours(mns: readonly string[], from: number, to: number, session?: ClientSession): Promise<void> {
    const days = new Map<string, number>();
    for (let day = startOfDay(from); day < to; day += DAY) {
      let hours = 0;
      for (let hour = 0; hour < 24; hour++) {
        if (day + hour * HOUR < to && day + (hour + 1) * HOUR > from) hours |= 1 << hour;
      }
      for (const mn of mns) days.set(`${mn} ${dayOf(day)}`, hours);
    }
    await this.#mark(days, session);
  }

  /** Whole days of a device (yyyymmdd). */
  async markDays(mn: string, days: readonly string[]): Promise<void> {
    await this.#mark(new Map(days.map((day) => [`${mn} ${day}`, ALL_HOURS])));
  }

  async #mark(days: ReadonlyMap<string, number>, session?: ClientSession): Promise<void> {
    if (days.size === 0) return;
    await this.#marks.bulkWrite(
      [...days].map(([_id, hours]) => ({
        updateOne: {
          filter: { _id },
          update: { $inc: { count: 1 }, $bit: { hours: { or: hours } }, $min: { due: 0 } },
          upsert: true,
        },
      })),
      { ordered: false, ...(session ? { session } : {}) },
    );
  }

  /** The next days of which something can be done. */
  async next(limit: number, now: number): Promise<DirtyDay[]> {
    const marks = await this.#marks
      // Without `due`: of before hours were marked.
      .find({ $or: [{ due: { $lte: now } }, { due: null }] } as object)
      .sort({ due: 1 })
      .limit(limit)
      .toArray();
    return marks.map((mark) => {
      const [mn = '', name = ''] = mark._id.split(' ');
      const day = name === EVERY_DAY ? undefined : startOfNamedDay(name);
      return { mn, day, hours: day === undefined ? 0 : (mark.hours ?? ALL_HOURS) & hoursOver(day, now), mark };
    });
  }

  /** Takes away what was worked on, but for what came meanwhile; hours that go on wait for their end. */
  async done(days: readonly DirtyDay[], now: number): Promise<void> {
    if (days.length === 0) return;
    await this.#marks.bulkWrite(
      days.map(({ mark: { _id, count, hours = ALL_HOURS }, day, hours: worked }) => {
        const left = day === undefined ? 0 : hours & ~worked;
        // Hours of a day to come are due with the first of them.
        const first = left === 0 || day === undefined ? 0 : day + (31 - Math.clz32(left & -left) + 1) * HOUR;
        const filter = { _id, count };
        if (left === 0) return { deleteOne: { filter } };
        return { updateOne: { filter, update: { $set: { hours: left, due: Math.max(first, now) } } } };
      }),
      { ordered: false },
    );
  }
}

const MINUTE = readingsLog.Kind.KIND_MINUTE;
const HOURLY = readingsLog.Kind.KIND_HOUR;
const DAILY = readingsLog.Kind.KIND_DAY;

/** The data times of a group; nearly always it has one. */
function timesOf({ packets, newest, newestPackets }: PacketGroup): number[] {
  if (newestPackets.length === packets.length) return [newest];
  return readingsLog.StoredTimes.decode(packets).packets.map(({ dataTime }) => dataTime);
}

const hourOf = (time: number) => Math.floor((time - startOfDay(time)) / HOUR);
const endOfHour = (time: number) => startOfDay(time) + (hourOf(time) + 1) * HOUR;

/** Bits of the hours of a day that are over. */
export function hoursOver(day: number, now: number): number {
  const over = Math.min(24, Math.max(0, Math.floor((now - day) / HOUR)));
  return over === 24 ? ALL_HOURS : 2 ** over - 1;
}

/** Start of the day yyyymmdd in UTC+8, ms. */
export function startOfNamedDay(day: string): number {
  return startOfDay(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8))));
}
