import { type MeanValue, type OutletMeans, permitsFacts, registryFacts, rulesFacts } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  dayOf,
  type FactHandlers,
  invalid,
  isoTime,
  type Kit,
  onFact,
  onProjected,
  pageOf,
  startOfDay,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { TimeRange } from '../access';
import type { Devices } from '../device.model';
import type { PacketGroup } from '../group-packets';
import type { PacketStore } from '../packet.model';
import type { DaySpan } from '../rates/rate.model';
import { requireVisible, visibleCounts } from '../rates/rate-access';
import { rateOf } from '../rates/transmission-rate';
import type { DayValue } from './day-mean';
import type { HourValue } from './hour-mean';
import type { StoredMonthValue, Versioned } from './mean.model';
import { type MeanSettings, Recalculation } from './recalculation';

const PAGE = 100;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The longest stretch that one question may ask for. */
const MOST_DAYS = { hour: 31, day: 366, month: 3_660 };
const MOST_RATE_DAYS = 3_660;

/** Environment variables of the means. */
export const meanSettings = {
  TOTALS_EVERY_SECONDS: Type.Integer({
    minimum: 1,
    default: 60,
    description: 'how often means and totals of what came in are calculated',
  }),
  MEANS_GRACE_MINUTES: Type.Integer({
    minimum: 0,
    default: 60,
    description: 'after an hour of which nothing came, until it is counted as not received',
  }),
};

interface Sources {
  store: PacketStore;
  devices: Devices;
  province: string;
  /** @throws 404 outside the caller's scope */
  throughBindings(caller: Caller, outletId: string): Promise<{ ranges: TimeRange[] }[]>;
}

/** Divisions of whose rates a figure is told: a province and its cities. */
const MOST_DIVISIONS = 100;

/** Means and transmission rates: calculated in the background, given out here. */
export function meansPart(kit: Kit<MeanSettings>, { store, devices, province, throughBindings }: Sources) {
  const recalculation = new Recalculation(kit, store, devices);
  const { means, rates, sources } = recalculation;

  /** The times of an outlet that the caller sees. @throws 404 */
  async function rangesOf(caller: Caller, outletId: string): Promise<TimeRange[]> {
    return (await throughBindings(caller, outletId)).flatMap(({ ranges }) => ranges);
  }

  async function periodsOf(
    outletId: string,
    period: OutletMeans['period'],
    range: TimeRange,
  ): Promise<(Omit<OutletMeans, 'from' | 'to' | 'factors'> & TimeRange & { factors: MeanValue[] })[]> {
    const head = { outletId, period };
    if (period === 'month') {
      const found = await means.monthsOf(outletId, dayOf(range.from).slice(0, 6), dayOf(range.to - 1).slice(0, 6));
      return found.map(({ from, to, medium, means: { flow, factors } }) => ({
        ...{ ...head, from, to, medium, flow, factors: factors.map(monthValue) },
      }));
    }
    const days = await means.daysOf(outletId, dayOf(range.from), dayOf(range.to - 1));
    if (period === 'day') {
      return days.map(({ day, medium, means: { flow, factors } }) => ({
        ...{ ...head, from: day, to: day + DAY, medium, flow, factors: factors.map(dayValue) },
      }));
    }
    return days.flatMap(({ hours, medium }) =>
      hours.map(({ at, flow, stopped, conditions, factors }) => ({
        ...{ ...head, from: at, to: at + HOUR, medium, factors: factors.map(hourValue) },
        ...(flow === undefined ? {} : { flow }),
        ...(stopped ? { stopped } : {}),
        ...(conditions ? { conditions } : {}),
      })),
    );
  }

  const actions = {
    async 'readings.mean.list'({ outletId, period, from, to, factor }, { caller }) {
      const range = { from: Date.parse(from), to: Date.parse(to) };
      if (range.from >= range.to) throw invalid('to', `must be later than from (${from})`);
      if (range.to - range.from > MOST_DAYS[period] * DAY) {
        throw invalid('to', `must be at most ${MOST_DAYS[period]} days after from for the means of each ${period}`);
      }
      const seen = await rangesOf(caller, outletId);
      const found = await periodsOf(outletId, period, range);
      return found
        .filter((one) => one.from < range.to && one.to > range.from)
        .filter((one) => seen.some((visible) => visible.from < one.to && visible.to > one.from))
        .map((one) => ({
          ...one,
          from: isoTime(one.from),
          to: isoTime(one.to),
          factors: factor === undefined ? one.factors : one.factors.filter((value) => value.factor === factor),
        }));
    },

    async 'readings.mean.versions'({ outletId, period, at, factor }, { caller }) {
      const moment = Date.parse(at);
      const seen = await rangesOf(caller, outletId);
      const [current] = (await periodsOf(outletId, period, { from: moment, to: moment + 1 })).filter(
        (one) => one.from <= moment && moment < one.to,
      );
      if (!current || !seen.some((visible) => visible.from < current.to && visible.to > current.from)) return [];
      const replaced = await means.versionsOf(outletId, period, current.from, factor);
      const present = { hour: hourValue, day: dayValue, month: monthValue }[period] as (value: object) => MeanValue;
      return [
        ...replaced.map(({ value }) => present(value)),
        ...current.factors.filter((one) => one.factor === factor),
      ];
    },

    async 'readings.rate.get'({ level, id, from, to }, { caller }) {
      const span = daySpan(from, to);
      await requireVisible(caller, { level, id }, devices, province, throughBindings);
      return { level, id, from, to, ...rateOf(await rates.countsOf(level, id, span)) };
    },

    async 'readings.rate.list'({ level, from, to, after, limit = PAGE, ...asked }, { caller }) {
      const span = daySpan(from, to);
      const scope = visibleCounts(caller, level);
      const [last] = afterKey(after, 1) ?? [];
      const { division, ...same } = asked;
      const filter = { $and: [scope, same, division === undefined ? {} : { divisionPath: division }] };
      const page = pageOf(await rates.list(level, filter, span, last, limit + 1), limit, ({ key }) => [key]);
      return { ...page, items: page.items.map(({ key, counts }) => ({ level, id: key, from, to, ...rateOf(counts) })) };
    },
  } satisfies ActionHandlers;

  const facts: FactHandlers = {
    'facts.registry.device.changed': onProjected(registryFacts.DeviceChanged, async (fact) => {
      if (await devices.keepDevice(fact)) await recalculation.markDevice(fact.entity);
    }),
    'facts.registry.outlet.changed': onProjected(registryFacts.OutletChanged, async (fact) => {
      // What came before its outlet was known was calculated without its factors and medium.
      if (!(await devices.keepOutlet(fact))) return;
      for (const device of await devices.boundTo(fact.entity)) await recalculation.markDevice(device._id);
    }),
    'facts.rules.mark.changed': onFact(rulesFacts.MarkChanged, async (fact, session) =>
      recalculation.markTouched(await sources.keepMark(fact, session), session),
    ),
    'facts.permits.permit.changed': onFact(permitsFacts.PermitChanged, async (fact, session) =>
      recalculation.markTouched(await sources.keepPermit(fact, session), session),
    ),
  };

  return {
    actions,
    facts,
    /** On the way of every packet, after it is stored and before the log is acknowledged. */
    markPackets: (groups: readonly PacketGroup[]) => recalculation.markPackets(groups),
    prepare: () => recalculation.prepare(),
    start() {
      recalculation.start();
      kit.metrics.ask(['greenwatch_transmission_ratio'], async () => {
        const yesterday = dayOf(kit.now() - DAY);
        const filter = { divisionPath: province, divisionLevel: { $in: ['province', 'city'] } };
        const found = await rates.list(
          'division',
          filter,
          { first: yesterday, last: yesterday },
          undefined,
          MOST_DIVISIONS,
        );
        for (const { key: division, counts } of found) {
          const { effective } = rateOf(counts);
          // Nothing was due: there is no rate.
          if (effective !== undefined) kit.metrics.gauge('greenwatch_transmission_ratio', { division }).set(effective);
        }
      });
    },
    stop: () => recalculation.stop(),
  };
}

/** Days of a question for rates. @throws 422 */
function daySpan(from: string, to: string): DaySpan {
  const [first, last] = [Date.parse(`${from}T00:00:00+08:00`), Date.parse(`${to}T00:00:00+08:00`)];
  if (first > last) throw invalid('to', `must not be before from (${from})`);
  if (last - first > MOST_RATE_DAYS * DAY) throw invalid('to', `must be at most ${MOST_RATE_DAYS} days after from`);
  return { first: dayOf(startOfDay(first)), last: dayOf(startOfDay(last)) };
}

const hourValue = ({ calculatedAt, ...value }: Versioned<HourValue>): MeanValue => ({
  ...value,
  calculatedAt: isoTime(calculatedAt),
});
const dayValue = ({ calculatedAt, hours, massHours: _, ...value }: Versioned<DayValue>): MeanValue => ({
  ...value,
  periods: hours,
  calculatedAt: isoTime(calculatedAt),
});
const monthValue = ({ calculatedAt, days, ...value }: Versioned<StoredMonthValue>): MeanValue => ({
  ...value,
  periods: days,
  calculatedAt: isoTime(calculatedAt),
});
