import { readingsLog } from '@greenwatch/contracts';
import { dayOf, type Kit, Round, startOfDay } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { rangeOf, type TimeRange, within } from '../access';
import { dayTotal } from '../day-total';
import { DayTotals } from '../day-totals';
import type { DeviceDocument, Devices, OutletDocument } from '../device.model';
import type { PacketGroup } from '../group-packets';
import { readNewest } from '../moments';
import type { PacketStore } from '../packet.model';
import { RateStore } from '../rates/rate.model';
import { countDay, NOTHING } from '../rates/transmission-rate';
import { CalculationSources, type Touched } from './calculation-sources';
import { type DayMeans, dayMeans } from './day-mean';
import { type DirtyDay, DirtyDays } from './dirty-days';
import { type DeviceHour, type HourMeans, type HourValue, hourMeans } from './hour-mean';
import {
  MeanStore,
  type Place,
  type ReplacedMean,
  type StoredDay,
  type StoredHour,
  versioned,
  versionPrefix,
} from './mean.model';
import { MonthWork } from './month-work';
import { type Medium, numberOf, pollutantUnits, type SentFactor } from './sent-value';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Days of devices that one step works through before it looks at the lease again. */
const BATCH = 200;
/** Outlets whose packets are read at a time. */
const SIDE_BY_SIDE = 8;
const { KIND_MINUTE, KIND_HOUR, KIND_DAY } = readingsLog.Kind;

/** One outlet's day with what was read and calculated of it, before it is compared with what is stored. */
interface Calculated {
  outletId: string;
  day: number;
  medium: Medium;
  outlet: OutletDocument | null;
  place: Place | undefined;
  mns: string[];
  /** The hours calculated now. */
  hours: HourMeans[];
  /** The devices' own daily means. */
  device: Map<string, number>;
  bound: (at: number) => boolean;
}

type GrowingHour = DeviceHour & { minutes: { at: number; factors: SentFactor[] }[] };

export interface MeanSettings {
  TOTALS_EVERY_SECONDS: number;
  MEANS_GRACE_MINUTES: number;
}

/**
 * Calculates hours, days and months of outlets where something came in that they depend on, in the background, by one instance at
 * a time. A step reads what is marked, calculates it, and stores means, their versions, counts and totals with their facts in one
 * transaction; then the marks go. A kill at any moment only has it done once more, with the same outcome.
 */
export class Recalculation {
  readonly means: MeanStore;
  readonly rates: RateStore;
  readonly sources: CalculationSources;
  readonly #dirty: DirtyDays;
  readonly #totals: DayTotals;
  readonly #months: MonthWork;
  readonly #round: Round;
  readonly #swept;

  constructor(
    private readonly kit: Kit<MeanSettings>,
    private readonly store: PacketStore,
    private readonly devices: Devices,
  ) {
    this.means = new MeanStore(kit.db);
    this.rates = new RateStore(kit.db);
    this.sources = new CalculationSources(kit.db);
    this.#dirty = new DirtyDays(kit.db);
    this.#totals = new DayTotals(kit);
    this.#months = new MonthWork(kit, this.means, devices);
    this.#swept = kit.db.collection<{ _id: string; until: number }>('swept');
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: kit.config.TOTALS_EVERY_SECONDS * 1_000,
        failed: 'means could not be calculated; they are tried again',
        lease: kit.lease('totals'),
      },
      () => this.#step(),
    );
  }

  async prepare(): Promise<void> {
    await this.means.prepare();
    await this.rates.prepare();
    await this.#dirty.prepare();
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** On the way of every packet, after it is stored and before the log is acknowledged. */
  markPackets(groups: readonly PacketGroup[]): Promise<void> {
    return this.#dirty.markPackets(groups, this.kit.now());
  }

  /** All days of a device. */
  markDevice(mn: string): Promise<void> {
    return this.#dirty.markDevice(mn);
  }

  /** What a mark or a limit touched, with the transaction that made it known. */
  async markTouched(touched: readonly Touched[], session: ClientSession): Promise<void> {
    for (const { outletId, from, to } of touched) {
      for (const device of await this.devices.boundTo(outletId)) {
        const until = Math.min(to, this.kit.now());
        // So long a time is the whole device, whose days are looked up when it is its turn.
        if (until - from > 100 * DAY) await this.#dirty.markDevice(device._id);
        else if (until > from) await this.#dirty.markHours([device._id], from, until, session);
      }
    }
  }

  /** @returns whether there may be more to do */
  async #step(): Promise<boolean> {
    const now = this.kit.now();
    const dirty = await this.#dirty.next(BATCH, now);
    if (dirty.length > 0) {
      for (const { mn, day } of dirty) if (day === undefined) await this.#markEveryDay(mn);
      await this.#calculate(dirty, now);
      if (!(await this.#round.goesOn())) return false;
      await this.#dirty.done(dirty, now);
    }
    if (dirty.length === BATCH) return true;
    const months = await this.#months.step(now);
    return months || (await this.#sweep(now));
  }

  async #markEveryDay(mn: string): Promise<void> {
    const days = new Set<string>();
    for (const kind of [KIND_HOUR, KIND_MINUTE, KIND_DAY]) {
      for (const day of await this.store.daysOf(mn, kind)) days.add(day);
    }
    // Also where it stood before, and where nothing came.
    for await (const { day } of this.means.days.find({ mns: mn }, { projection: { day: 1 } })) days.add(dayOf(day));
    await this.#dirty.markDays(mn, [...days]);
  }

  /**
   * Hours that are over since a while, of which nothing came that would have marked them: their outlets owe them, and minute records
   * without an hourly upload are in them. @returns whether an hour was gone through
   */
  async #sweep(now: number): Promise<boolean> {
    const grace = this.kit.config.MEANS_GRACE_MINUTES * 60_000;
    const last = (await this.#swept.findOne({ _id: 'hours' }))?.until;
    const from = last ?? now - (now % HOUR) - HOUR;
    if (from + HOUR + grace > now) return false;
    const day = startOfDay(from);
    let outlets = new Map<string, string>();
    const mark = async () => {
      const ids = [...outlets.keys()].map((outletId) => `${outletId} ${dayOf(day)}`);
      const known = this.means.days.find({ _id: { $in: ids }, 'hours.at': from }, { projection: { outletId: 1 } });
      for await (const { outletId } of known) outlets.delete(outletId);
      await this.#dirty.markHours([...outlets.values()], from, from + HOUR);
      outlets = new Map();
    };
    for await (const device of this.devices.boundAt(from)) {
      for (const binding of device.bindings) {
        if (binding.from <= from && (binding.to === 0 || binding.to > from)) outlets.set(binding.outletId, device._id);
      }
      if (outlets.size >= 1_000) await mark();
    }
    await mark();
    await this.#swept.updateOne({ _id: 'hours' }, { $set: { until: from + HOUR } }, { upsert: true });
    return true;
  }

  async #calculate(dirty: readonly DirtyDay[], now: number): Promise<void> {
    const wanted = await this.#outletDays(dirty);
    const calculated: Calculated[] = [];
    for (let i = 0; i < wanted.length; i += SIDE_BY_SIDE) {
      if (!(await this.#round.goesOn())) throw new Error('another instance calculates, or this one stops');
      const together = wanted.slice(i, i + SIDE_BY_SIDE);
      calculated.push(...(await Promise.all(together.map((one) => this.#read(one.outletId, one.day, one.hours)))));
    }
    if (calculated.length > 0) await this.kit.transaction((session) => this.#keep(calculated, now, session));
  }

  /** The outlets that the devices stood for on the days, and those that have their readings of before. */
  async #outletDays(dirty: readonly DirtyDay[]): Promise<{ outletId: string; day: number; hours: number }[]> {
    const mns = [...new Set(dirty.map(({ mn }) => mn))];
    const days = [...new Set(dirty.flatMap(({ day }) => day ?? []))];
    const devices = await this.devices.byMn(mns);
    const holding = new Map<string, string[]>();
    const stored = this.means.days.find(
      { mns: { $in: mns }, day: { $in: days } },
      { projection: { outletId: 1, day: 1, mns: 1 } },
    );
    for await (const one of stored) {
      for (const mn of one.mns)
        holding.set(`${mn} ${one.day}`, [...(holding.get(`${mn} ${one.day}`) ?? []), one.outletId]);
    }
    const wanted = new Map<string, { outletId: string; day: number; hours: number }>();
    for (const { mn, day, hours } of dirty) {
      if (day === undefined) continue;
      const bound = (devices.get(mn)?.bindings ?? []).filter(
        (binding) => binding.from < day + DAY && (binding.to === 0 || binding.to > day),
      );
      for (const outletId of [...bound.map((binding) => binding.outletId), ...(holding.get(`${mn} ${day}`) ?? [])]) {
        const known = wanted.get(`${outletId} ${day}`);
        wanted.set(`${outletId} ${day}`, { outletId, day, hours: (known?.hours ?? 0) | hours });
      }
    }
    return [...wanted.values()];
  }

  /** Reads what came of an outlet's day and calculates the hours asked for (bits). */
  async #read(outletId: string, day: number, hours: number): Promise<Calculated> {
    const wanted = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hours & (1 << hour));
    const first = day + (wanted[0] ?? 0) * HOUR;
    const last = day + ((wanted.at(-1) ?? -1) + 1) * HOUR;
    const [bound, outlet, marks, referenceOxygen] = await Promise.all([
      this.devices.boundTo(outletId),
      this.devices.outlet(outletId),
      this.sources.marksOf(outletId, first, last),
      this.sources.referencesOf(outletId),
    ]);
    const sent: { device: DeviceDocument; hours: Map<number, DeviceHour> }[] = [];
    const ownMeans = new Map<string, number>();
    const covered: TimeRange[] = [];
    let place: Place | undefined;
    // Always in the same order: where two devices send the same, the first one's counts.
    for (const device of bound.toSorted((a, b) => (a._id < b._id ? -1 : 1))) {
      const ofDay = device.bindings.filter((binding) => binding.outletId === outletId);
      const ranges = ofDay.flatMap((binding) => {
        const common = within([rangeOf(binding)], { from: day, to: day + DAY });
        if (common.length > 0) place = placeOf(device, binding);
        return common;
      });
      if (ranges.length === 0) continue;
      covered.push(...ranges);
      sent.push({
        device,
        hours: await this.#deviceHours(device, first < last ? within(ranges, { from: first, to: last }) : []),
      });
      for await (const moments of readNewest(this.store, device._id, KIND_DAY, ranges)) {
        for (const reading of moments.flatMap(({ factors }) => factors)) {
          const mean = numberOf(reading, 'Avg');
          if (mean !== undefined && !ownMeans.has(reading.factor)) ownMeans.set(reading.factor, mean);
        }
      }
    }
    const medium = outlet?.medium ?? mediumOf(sent.flatMap((one) => [...one.hours.values()]));
    const context = { medium, marks, referenceOxygen, wet: outlet?.wet ?? false };
    return {
      ...{ outletId, day, medium, outlet, place, device: ownMeans },
      mns: sent.map(({ device }) => device._id),
      hours: wanted.map((hour) => {
        const at = day + hour * HOUR;
        return hourMeans(
          at,
          sent.flatMap((one) => one.hours.get(at) ?? []),
          context,
        );
      }),
      bound: (at) => covered.some(({ from, to }) => from <= at && at < to),
    };
  }

  async #deviceHours(device: DeviceDocument, ranges: readonly TimeRange[]): Promise<Map<number, DeviceHour>> {
    const hours = new Map<number, GrowingHour>();
    const hourOf = (time: number) => {
      const at = time - (time % HOUR);
      const known = hours.get(at);
      if (known) return known;
      const { missingFlagValid = false, ppmFactors = [] } = device;
      const hour: GrowingHour = { mn: device._id, missingFlagValid, ppmFactors, minutes: [] };
      hours.set(at, hour);
      return hour;
    };
    for await (const moments of readNewest(this.store, device._id, KIND_HOUR, ranges)) {
      for (const { dataTime, factors } of moments) hourOf(dataTime).upload ??= factors;
    }
    for await (const moments of readNewest(this.store, device._id, KIND_MINUTE, ranges)) {
      for (const { dataTime, factors } of moments) hourOf(dataTime).minutes.push({ at: dataTime, factors });
    }
    return hours;
  }

  /** Compares with what is stored, and writes what came out otherwise with all that follows from it. */
  async #keep(calculated: readonly Calculated[], now: number, session: ClientSession): Promise<void> {
    const ids = calculated.map(({ outletId, day }) => `${outletId} ${dayOf(day)}`);
    const stored = await this.means.daysById(ids, session);
    const replaced: ReplacedMean[] = [];
    const changed: { before: StoredDay | undefined; after: StoredDay }[] = [];
    for (const [i, one] of calculated.entries()) {
      const before = stored.get(ids[i] as string);
      const place = one.place ?? before?.place;
      if (!place) continue;
      const after = derive(ids[i] as string, one, place, before, now, replaced);
      if (!before || textOf(before) !== textOf(after)) changed.push({ before, after });
    }
    if (changed.length === 0) return;
    await this.means.days.bulkWrite(
      changed.map(({ after }) => ({ replaceOne: { filter: { _id: after._id }, replacement: after, upsert: true } })),
      { session },
    );
    if (replaced.length > 0) await this.means.replaced.insertMany(replaced, { session });
    await this.rates.move(
      session,
      changed.map(({ before, after }) => ({
        outletId: after.outletId,
        day: after.day,
        ...(before ? { before: { place: before.place, counts: before.counts } } : {}),
        after: { place: after.place, counts: after.counts },
      })),
    );
    await this.#totals.tell(
      session,
      changed.map(({ after }) => ({
        outletId: after.outletId,
        enterpriseId: after.place.enterpriseId,
        divisionPath: after.place.divisionPath,
        day: after.day,
        ...dayTotal(after.means, after.medium),
      })),
    );
    const closed = changed.filter(({ after }) => after.day + DAY <= now);
    await this.#months.mark(
      session,
      closed.map(({ after }) => after),
    );
  }
}

const placeOf = (device: DeviceDocument, binding: DeviceDocument['bindings'][number]): Place => ({
  enterpriseId: binding.enterpriseId,
  ...(device.operatorId ? { operatorId: device.operatorId } : {}),
  divisionPath: [...binding.divisionPath],
});

/** Of an outlet that the registry has not told of yet. */
function mediumOf(hours: readonly DeviceHour[]): Medium {
  const sendsWater = hours.some(({ upload = [] }) => upload.some(({ factor }) => factor === 'w00000'));
  return sendsWater ? 'water' : 'gas';
}

/** The day as it now stands: hours that were calculated replace those before, day, counts and versions follow. */
function derive(
  _id: string,
  one: Calculated,
  place: Place,
  before: StoredDay | undefined,
  now: number,
  replaced: ReplacedMean[],
): StoredDay {
  const { outletId, day, medium, outlet, mns } = one;
  const hours = new Map<number, StoredHour>(before?.hours.map((hour) => [hour.at, hour]));
  for (const hour of one.hours) {
    const known = hours.get(hour.at)?.factors ?? [];
    const values: HourValue[] = [...hour.factors];
    // What is no longer known, such as after its device turned out to stand elsewhere, was known once.
    for (const { factor } of known) {
      if (!values.some((value) => value.factor === factor)) values.push({ factor, valid: false, reason: 'missing' });
    }
    const factors = versioned(values, known, now, true, (value) =>
      replaced.push({ _id: idOf(outletId, 'hour', hour.at, value), replacedAt: now, value }),
    );
    hours.set(hour.at, { ...hour, factors });
  }
  const sorted = [...hours.values()].sort((a, b) => a.at - b.at);
  const sampleHours = medium === 'water' ? (outlet?.sampleHours ?? 1) : 1;
  const means: DayMeans = dayMeans(sorted, { medium, day, sampleHours, device: one.device });
  const factors = versioned(means.factors, before?.means.factors ?? [], now, day + DAY <= now, (value) =>
    replaced.push({ _id: idOf(outletId, 'day', day, value), replacedAt: now, value }),
  );
  const pollutants = (outlet?.factors ?? []).filter((factor) => pollutantUnits(factor, medium));
  const counts =
    pollutants.length === 0 ? NOTHING : countDay(sorted, { day, pollutants, bound: one.bound, now, sampleHours });
  return { _id, outletId, day, medium, place, mns, hours: sorted, means: { ...means, factors }, counts };
}

const idOf = (outletId: string, period: string, at: number, { factor, version }: { factor: string; version: number }) =>
  `${versionPrefix(outletId, period, at, factor)}${String(version).padStart(6, '0')}`;

/** The same text for the same day, however MongoDB gives it back. */
const textOf = (day: StoredDay) => JSON.stringify(day);
