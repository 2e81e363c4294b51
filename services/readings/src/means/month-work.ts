import { readingsFacts } from '@greenwatch/contracts';
import { addMonths, dayOf, type Kit, startOfDay } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { Devices } from '../device.model';
import { startOfNamedDay } from './dirty-days';
import {
  type MeanStore,
  type ReplacedMean,
  type StoredDay,
  type StoredMonth,
  type StoredMonthValue,
  type StoredSubstitution,
  versioned,
  versionPrefix,
} from './mean.model';
import {
  captureRate,
  gasSubstitution,
  LOOK_BACK_MS,
  type PeriodMass,
  SUBSTITUTED_GAS,
  waterSubstitution,
} from './missing-mass';
import { monthMeans } from './month-mean';
import { exact, pollutantUnits } from './sent-value';

const DAY = 24 * 3_600_000;
/** Months that one step works through. */
const BATCH = 50;

/** A month of an outlet whose days changed. `_id` = `<outlet> <yyyymm>`. */
interface Mark {
  _id: string;
  count: number;
}

/** First moment of the month that holds `at`, UTC+8. */
export function startOfMonth(at: number): number {
  return startOfNamedDay(`${dayOf(at).slice(0, 6)}01`);
}

const monthName = (at: number) => dayOf(at).slice(0, 6);

/** Calculates months from days that are over, with the mass put in for what is missing. */
export class MonthWork {
  readonly #marks;

  constructor(
    private readonly kit: Kit,
    private readonly means: MeanStore,
    private readonly devices: Devices,
  ) {
    this.#marks = kit.db.collection<Mark>('month_marks');
  }

  /** The months of days that changed, and later ones whose substitutions rest on them, with the transaction of the change. */
  async mark(session: ClientSession, days: readonly StoredDay[]): Promise<void> {
    if (days.length === 0) return;
    const ids = new Set(days.map(({ outletId, day }) => `${outletId} ${monthName(day)}`));
    const resting = days.map(({ outletId, day }) => ({ outletId, basisFrom: { $lt: day + DAY }, from: { $gt: day } }));
    for await (const { _id } of this.means.months.find({ $or: resting }, { session, projection: { _id: 1 } }))
      ids.add(_id);
    await this.#mark([...ids], session);
  }

  async #mark(ids: readonly string[], session: ClientSession): Promise<void> {
    if (ids.length === 0) return;
    await this.#marks.bulkWrite(
      ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { count: 1 } }, upsert: true } })),
      { session },
    );
  }

  /** @returns whether there may be more */
  async step(now: number): Promise<boolean> {
    const marks = await this.#marks.find().limit(BATCH).toArray();
    for (const mark of marks) {
      await this.#calculate(mark._id, now);
      await this.#marks.deleteOne({ _id: mark._id, count: mark.count });
    }
    return marks.length === BATCH;
  }

  async #calculate(_id: string, now: number): Promise<void> {
    const [outletId = '', name = ''] = _id.split(' ');
    const from = startOfNamedDay(`${name}01`);
    const to = addMonths(from, 1);
    // Days that go on are not in it.
    const over = Math.min(to, startOfDay(now));
    const days = await this.means.daysOf(outletId, dayOf(from), dayOf(over - 1));
    const last = days.at(-1);
    if (!last) return;
    const { medium } = last;
    const months = monthMeans(
      days.map((day) => day.means),
      Math.round((to - from) / DAY),
      medium,
    );
    const put = await this.#substitutions(outletId, medium, days, from, over, now);
    const values = months.factors.map((value): StoredMonthValue => {
      const substituted = put.byFactor.get(value.factor);
      return substituted ? { ...value, substituted } : value;
    });
    await this.kit.transaction(async (session) => {
      const before = await this.means.months.findOne({ _id }, { session });
      const replaced: ReplacedMean[] = [];
      const factors = versioned(values, before?.means.factors ?? [], now, to <= now, (value) =>
        replaced.push({
          _id: `${versionPrefix(outletId, 'month', from, value.factor)}${String(value.version).padStart(6, '0')}`,
          replacedAt: now,
          value,
        }),
      );
      const after: StoredMonth = {
        ...{ _id, outletId, from, to, medium },
        means: { ...months, factors },
        ...(put.basisFrom === undefined ? {} : { basisFrom: put.basisFrom }),
      };
      const told = await this.#tell(last, from, put.byFactor, before?.told, session);
      if (told) after.told = told;
      if (before && JSON.stringify(before) === JSON.stringify(after)) return;
      await this.means.months.replaceOne({ _id }, after, { session, upsert: true });
      if (replaced.length > 0) await this.means.replaced.insertMany(replaced, { session });
      // α is that of the whole quarter: what other months of it put in may be another amount now.
      const quarter = quarterOf(from);
      const siblings = await this.means.months
        .find({ _id: { $in: quarter.map((month) => `${outletId} ${monthName(month)}`), $ne: _id } }, { session })
        .toArray();
      const resting = siblings.filter((month) => month.means.factors.some(({ substituted }) => substituted?.capture));
      await this.#mark(
        resting.map((month) => month._id),
        session,
      );
    });
  }

  /** Tells a month's substituted mass where it is another than was told; where there never was one there is nothing to tell. */
  async #tell(
    { outletId, place }: StoredDay,
    month: number,
    put: ReadonlyMap<string, StoredSubstitution>,
    before: StoredMonth['told'],
    session: ClientSession,
  ): Promise<StoredMonth['told']> {
    const { enterpriseId, divisionPath } = place;
    const factors = [...put]
      .map(([factor, { mass, replaces = 0, periods, without }]) => ({
        ...{ factor, mass: exact(mass - replaces), periods, without },
      }))
      .sort((a, b) => (a.factor < b.factor ? -1 : 1));
    const said = JSON.stringify({ enterpriseId, factors });
    if (before?.said === said || (!before && factors.length === 0)) return before;
    const sequence = (before?.sequence ?? 0) + 1;
    await this.kit.facts.append(session, {
      subject: 'facts.readings.month.totalled',
      codec: readingsFacts.MonthTotalled,
      data: { outletId, enterpriseId, month, factors },
      entity: `${outletId}:${month}`,
      sequence,
      occurredAt: month,
      divisionPath: [...divisionPath],
      enterpriseId,
    });
    return { sequence, said };
  }

  /** Mass put in for hours (gas) or days (water) of [from, over) whose mass is due and not known. */
  async #substitutions(
    outletId: string,
    medium: StoredMonth['medium'],
    days: readonly StoredDay[],
    from: number,
    over: number,
    now: number,
  ): Promise<{ byFactor: Map<string, StoredSubstitution>; basisFrom?: number }> {
    const outlet = await this.devices.outlet(outletId);
    const factors = (outlet?.factors ?? []).filter((factor) =>
      medium === 'gas' ? SUBSTITUTED_GAS.includes(factor) : pollutantUnits(factor, medium),
    );
    const massesOf = medium === 'gas' ? hourMasses : dayMasses;
    const missing = factors.filter((factor) => massesOf(days, factor).some(({ mass }) => mass === undefined));
    const byFactor = new Map<string, StoredSubstitution>();
    if (missing.length === 0) return { byFactor };
    const quarter = quarterOf(from);
    const quarterTo = addMonths(quarter[0] as number, 3);
    const first = Math.min(from - LOOK_BACK_MS, quarter[0] as number);
    const around = await this.means.daysOf(outletId, dayOf(first), dayOf(Math.min(quarterTo, startOfDay(now)) - 1));
    let basisFrom = Number.POSITIVE_INFINITY;
    for (const factor of missing) {
      const periods = massesOf(around, factor);
      if (medium === 'water') {
        const { basisFrom: basis, ...put } = waterSubstitution(periods, from, over);
        basisFrom = Math.min(basisFrom, basis ?? basisFrom);
        byFactor.set(factor, put);
        continue;
      }
      const inQuarter = around.filter(({ day }) => day >= (quarter[0] as number));
      const alpha = captureOf(inQuarter, factor);
      const { basisFrom: basis, ...put } = gasSubstitution(periods, from, over, alpha);
      basisFrom = Math.min(basisFrom, basis ?? basisFrom);
      byFactor.set(factor, { ...put, capture: alpha >= 0.9 ? 'high' : alpha >= 0.75 ? 'mid' : 'low' });
    }
    return { byFactor, ...(basisFrom === Number.POSITIVE_INFINITY ? {} : { basisFrom }) };
  }
}

/** First moments of the months of the quarter that holds `at`. */
function quarterOf(at: number): number[] {
  const month = Number(monthName(at).slice(4)) - 1;
  const first = addMonths(startOfMonth(at), -(month % 3));
  return [first, addMonths(first, 1), addMonths(first, 2)];
}

/** Hourly masses; hours of a stop are not due. */
function hourMasses(days: readonly StoredDay[], factor: string): PeriodMass[] {
  return days.flatMap(({ hours }) =>
    hours
      .filter(({ stopped }) => !stopped)
      .map(({ at, factors }) => periodMass(at, factors.find((one) => one.factor === factor)?.mass)),
  );
}

/** Daily masses; a day needs a valid mean, and is not due where it stood still or had no flow. */
function dayMasses(days: readonly StoredDay[], factor: string): PeriodMass[] {
  return days
    .filter(({ means }) => means.stoppedHours < 24 && !(means.flowHours === 24 && means.flow === 0))
    .map(({ day, means }) => {
      const value = means.factors.find((one) => one.factor === factor);
      if (value?.valid) return periodMass(day, value.mass);
      return { at: day, ...(value && value.mass > 0 ? { measured: value.mass } : {}) };
    });
}

const periodMass = (at: number, mass: number | undefined): PeriodMass => (mass === undefined ? { at } : { at, mass });

/** α of some days. */
function captureOf(days: readonly StoredDay[], factor: string): number {
  const hours = days.flatMap((day) => day.hours).filter(({ stopped }) => !stopped);
  const valid = hours.filter((hour) => hour.factors.some((one) => one.factor === factor && one.valid));
  return captureRate(valid.length, hours.length);
}
