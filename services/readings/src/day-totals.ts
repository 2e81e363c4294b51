import { readingsFacts, readingsLog } from '@greenwatch/contracts';
import { type Kit, Round, startOfDay } from '@greenwatch/kit';
import { within } from './access';
import { type DayTotal, dayTotal, type HourOfDevice } from './day-total';
import type { DeviceDocument, Devices } from './device.model';
import type { PacketGroup } from './group-packets';
import { newestValues } from './merge';
import { readMoments } from './moments';
import type { PacketStore } from './packet.model';
import { parsePacketKey } from './packet-key';

const DAY_MS = 86_400_000;
/** Days of devices that one round works through before it looks at the lease again. */
const BATCH = 200;
const EVERY_DAY = '*';

/** A day of a device (or all its days) of which something came in since it was last summed up. `_id` = `<mn> <yyyymmdd>`. */
interface Mark {
  _id: string;
  /** Counts what came, so that what comes while the day is summed up is not missed. */
  count: number;
}

interface StoredTotal extends Partial<DayTotal> {
  _id: string;
  sequence: number;
  /** What was told last, as a text to compare with. */
  said: string;
}

/**
 * Sums up each outlet's days from hourly uploads and tells a total when it changed. The marks are written before the log's
 * message is acknowledged and taken away after the total was told, so that a kill at any moment only has a day summed up
 * once more.
 */
export class DayTotals {
  readonly #marks;
  readonly #totals;
  readonly #round: Round;

  constructor(
    private readonly kit: Kit<{ TOTALS_EVERY_SECONDS: number }>,
    private readonly store: PacketStore,
    private readonly devices: Devices,
  ) {
    this.#marks = kit.db.collection<Mark>('total_marks');
    this.#totals = kit.db.collection<StoredTotal>('day_totals');
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: kit.config.TOTALS_EVERY_SECONDS * 1_000,
        failed: 'days could not be summed up; they are tried again',
        lease: kit.lease('totals'),
      },
      async () => (await this.#next()) === BATCH,
    );
  }

  /** On the way of every packet: a write only where hourly uploads are among them. */
  async mark(groups: readonly PacketGroup[]): Promise<void> {
    const ids = new Set<string>();
    for (const { kind, mn, key } of groups) {
      if (kind === readingsLog.Kind.KIND_HOUR) ids.add(`${mn} ${parsePacketKey(key).day}`);
    }
    if (ids.size > 0) await this.#mark([...ids]);
  }

  /** All days of a device: it stands for another outlet than was known when they came. */
  async markDevice(mn: string): Promise<void> {
    await this.#mark([`${mn} ${EVERY_DAY}`]);
  }

  async #mark(ids: readonly string[]): Promise<void> {
    await this.#marks.bulkWrite(
      ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { count: 1 } }, upsert: true } })),
      { ordered: false },
    );
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** @returns how many marks it worked through */
  async #next(): Promise<number> {
    const marks = await this.#marks.find().limit(BATCH).toArray();
    const split = marks.map((mark) => {
      const [mn = '', day = ''] = mark._id.split(' ');
      return { mark, mn, day };
    });
    const devices = await this.devices.byMn([...new Set(split.map(({ mn }) => mn))]);
    const outletDays = new Map<string, { outletId: string; day: number }>();
    for (const { mn, day } of split) {
      if (day === EVERY_DAY) {
        const days = await this.store.daysOf(mn, readingsLog.Kind.KIND_HOUR);
        if (days.length > 0) await this.#mark(days.map((one) => `${mn} ${one}`));
        continue;
      }
      const from = startOfNamedDay(day);
      for (const binding of devices.get(mn)?.bindings ?? []) {
        if (binding.from < from + DAY_MS && (binding.to === 0 || binding.to > from)) {
          outletDays.set(`${binding.outletId} ${day}`, { outletId: binding.outletId, day: from });
        }
      }
    }
    for (const { outletId, day } of outletDays.values()) {
      if (!(await this.#round.goesOn())) return 0;
      await this.#sumUp(outletId, day);
    }
    if (marks.length > 0) {
      await this.#marks.bulkWrite(
        marks.map(({ _id, count }) => ({ deleteOne: { filter: { _id, count } } })),
        { ordered: false },
      );
    }
    return marks.length;
  }

  async #sumUp(outletId: string, day: number): Promise<void> {
    const bound = await this.devices.boundTo(outletId);
    const outlet = await this.devices.outlet(outletId);
    const range = { from: day, to: day + DAY_MS };
    const hours: HourOfDevice[] = [];
    let owner: DeviceDocument['bindings'][number] | undefined;
    // Always in the same order: where two devices send the same, the first one's counts.
    for (const device of bound.toSorted((a, b) => (a._id < b._id ? -1 : 1))) {
      for (const binding of device.bindings) {
        if (binding.outletId !== outletId) continue;
        const ranges = within([{ from: binding.from, to: binding.to || Number.MAX_SAFE_INTEGER }], range);
        if (ranges.length === 0) continue;
        owner = binding;
        for await (const moment of readMoments(this.store, device._id, readingsLog.Kind.KIND_HOUR, ranges)) {
          const missingFlagValid = device.missingFlagValid ?? false;
          hours.push({ dataTime: moment.dataTime, factors: newestValues(moment), missingFlagValid });
        }
      }
    }
    if (!owner) return;
    const sendsWater = hours.some(({ factors }) => factors.some(({ factor }) => factor === 'w00000'));
    const medium = outlet?.medium ?? (sendsWater ? 'water' : 'gas');
    const total = dayTotal(hours, medium);
    const { enterpriseId, divisionPath } = owner;
    const data = { outletId, enterpriseId, day, ...total };
    const said = JSON.stringify(data);
    const _id = `${outletId} ${day}`;
    await this.kit.transaction(async (session) => {
      const before = await this.#totals.findOne({ _id }, { session });
      if (before?.said === said) return;
      const sequence = (before?.sequence ?? 0) + 1;
      await this.#totals.replaceOne({ _id }, { ...data, said, sequence }, { session, upsert: true });
      await this.kit.facts.append(session, {
        subject: 'facts.readings.day.totalled',
        codec: readingsFacts.DayTotalled,
        data,
        entity: _id.replace(' ', ':'),
        sequence,
        occurredAt: day,
        divisionPath: [...divisionPath],
        enterpriseId,
      });
    });
  }
}

/** Start of the day yyyymmdd in UTC+8. */
function startOfNamedDay(day: string): number {
  return startOfDay(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8))));
}
