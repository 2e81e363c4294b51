import { type Kit, Round, startOfDay, startOfYear, yearOf } from '@greenwatch/kit';
import type { StoredCheck } from './check.model';
import { coverageChecks } from './check-coverage';
import { dutyChecks } from './check-duties';
import { quotaChecks } from './check-quota';
import type { CheckStore, Settlement } from './check-store';
import { validityChecks } from './check-validity';
import type { EnterpriseView, Keyed, YearMass } from './check-view';
import type { DayTotal, Observations } from './observations';
import type { EnterprisePlace, PermitModels } from './permit.model';
import type { RegistryCopies } from './registry-copies';

const DAY = 86_400_000;
/** Discharges of so many days are looked at: old ones were, when they were new. */
const LOOK_BACK_DAYS = 30;
/** Enterprises that are read at a time. */
const BATCH = 100;
const POLL_MS = 1_000;

/** The checks that are judged here from the enterprise's state; the others are settled where their deadline is. */
const JUDGED = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P8', 'P10', 'P11', 'P12', 'P13'];

/** All findings of one enterprise as it stands at `now`, at most one a key. */
export function findings(view: EnterpriseView, now: number): Map<string, Keyed[1]> {
  return new Map([
    ...validityChecks(view, now),
    ...coverageChecks(view, now),
    ...quotaChecks(view, now),
    ...dutyChecks(view),
  ]);
}

/**
 * Judges enterprises that are marked dirty: reads how they stand, asks the rules, settles what differs. It always starts
 * from the present state, so facts that come twice, late or out of order end in the same findings; a mark that comes while
 * an enterprise is judged has it judged again.
 */
export class Checks {
  readonly #round: Round;

  constructor(
    private readonly kit: Kit,
    private readonly models: PermitModels,
    private readonly copies: RegistryCopies,
    private readonly seen: Observations,
    private readonly store: CheckStore,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: POLL_MS,
        failed: 'checks could not be judged; they are tried again',
        lease: kit.lease('checks'),
      },
      async () => (await this.judgeDirty()) === BATCH,
    );
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** Judges up to `BATCH` enterprises. @returns how many */
  async judgeDirty(): Promise<number> {
    const places = await this.models.enterprises
      .find({ dirty: { $gt: 0 } })
      .limit(BATCH)
      .lean();
    if (places.length === 0) return 0;
    const now = this.kit.now();
    const ids = places.map(({ _id }) => _id);
    const [views, open] = await Promise.all([this.#views(places, now), this.#open(ids)]);
    const settlements = views.flatMap((view): Settlement[] => {
      const found = this.#findings(view, now);
      if (!found) return [];
      const before = new Map((open.get(view.id) ?? []).map((check) => [check.key, check]));
      const keys = new Set([...found.keys(), ...before.keys()]);
      return [...keys].map((key) => ({ key, open: before.get(key), found: found.get(key) }));
    });
    if (settlements.length > 0) {
      await this.kit.transaction((session) => this.store.settleAll(session, settlements, now));
    }
    await this.models.enterprises.collection.bulkWrite(
      places.map(({ _id, dirty = 0 }) => ({
        updateOne: { filter: { _id: _id as never, dirty }, update: { $set: { dirty: 0 } } },
      })),
      { ordered: false },
    );
    return places.length;
  }

  /** A rule that fails over one enterprise must not keep the others from being judged. */
  #findings(view: EnterpriseView, now: number): Map<string, Keyed[1]> | undefined {
    try {
      return findings(view, now);
    } catch (error) {
      this.kit.log.error({ err: error, enterpriseId: view.id }, 'the checks of an enterprise could not be judged');
      return undefined;
    }
  }

  async #open(ids: string[]): Promise<Map<string, StoredCheck[]>> {
    const filter = { enterpriseId: { $in: ids }, active: true, check: { $in: JUDGED } };
    return groupBy(await this.store.model.find(filter).lean(), ({ enterpriseId }) => enterpriseId);
  }

  async #views(places: EnterprisePlace[], now: number): Promise<EnterpriseView[]> {
    // Without its fact nobody knows whose it is or where; the fact marks it again.
    const known = places.filter(({ sequence }) => sequence > 0);
    const ids = known.map(({ _id }) => _id);
    const ofThem = { enterpriseId: { $in: ids } };
    const since = startOfDay(now) - LOOK_BACK_DAYS * DAY;
    const year = startOfYear(yearOf(now));
    const [permits, applications, outlets, devices, totals, exceedances, years, missed] = await Promise.all([
      this.models.permits.find(ofThem).lean(),
      this.models.applications.find(ofThem).lean(),
      this.copies.outlets.find(ofThem).lean(),
      this.copies.devices.find({ status: 'active', 'bindings.enterpriseId': { $in: ids } }).lean(),
      this.seen.totals
        .find({ ...ofThem, day: { $gte: since } })
        .sort({ day: 1 })
        .lean(),
      this.seen.exceedances
        .find({ ...ofThem, active: true, history: false })
        .sort({ startedAt: 1 })
        .lean(),
      this.#yearTotals(ids, year),
      this.#missed(ids),
    ]);
    const by = {
      permits: groupBy(permits, enterpriseOf),
      applications: groupBy(applications, enterpriseOf),
      outlets: groupBy(outlets, enterpriseOf),
      totals: groupBy(totals, enterpriseOf),
      exceedances: groupBy(exceedances, enterpriseOf),
      years: groupBy(years, enterpriseOf),
      missed: groupBy(missed, enterpriseOf),
      devices: groupBy(
        devices.flatMap(({ _id: mn, bindings }) =>
          bindings
            .filter(({ from, to }) => from <= now && (to === 0 || to > now))
            .map(({ outletId, enterpriseId }) => ({ mn, outletId, enterpriseId })),
        ),
        enterpriseOf,
      ),
    };
    return known.map((place): EnterpriseView => {
      const id = place._id;
      const ofYear = by.years.get(id) ?? [];
      return {
        id,
        name: place.name ?? id,
        divisionPath: place.divisionPath,
        managementClass: place.managementClass ?? '',
        status: place.status ?? '',
        address: place.address ?? '',
        legalRepresentative: place.legalRepresentative ?? '',
        basics: place.basics ?? [],
        permits: by.permits.get(id) ?? [],
        applications: by.applications.get(id) ?? [],
        outlets: by.outlets.get(id) ?? [],
        devices: by.devices.get(id) ?? [],
        discharges: (by.totals.get(id) ?? []).filter(discharged).map(discharge),
        exceedances: (by.exceedances.get(id) ?? []).map(({ _id, ...rest }) => ({ ...rest, alarmId: _id })),
        yearTotals: ofYear,
        lastDay: Math.max(0, ...ofYear.map(({ lastDay }) => lastDay)),
        missed: by.missed.get(id) ?? [],
      };
    });
  }

  /** Duties that were missed and not made good: what P8 and P11 rest on. */
  #missed(ids: string[]): Promise<MissedDuty[]> {
    const kinds = ['self-monitoring', 'publicity'];
    return this.kit.db
      .collection<MissedDuty>('duties')
      .find({ enterpriseId: { $in: ids }, kind: { $in: kinds }, state: 'missed' })
      .toArray();
  }

  async #yearTotals(ids: string[], year: number): Promise<YearTotal[]> {
    const end = startOfYear(yearOf(year) + 1);
    const [totals, putIn] = await Promise.all([
      this.seen.totals.aggregate<YearTotal>([
        { $match: { enterpriseId: { $in: ids }, day: { $gte: year, $lt: end } } },
        { $unwind: '$factors' },
        { $group: { _id: OUTLET_FACTOR, mass: { $sum: '$factors.mass' }, lastDay: { $max: '$day' } } },
        { $replaceWith: { $mergeObjects: ['$_id', { mass: '$mass', lastDay: '$lastDay' }] } },
      ]),
      this.seen.substitutions.aggregate<Omit<YearTotal, 'lastDay'>>([
        { $match: { enterpriseId: { $in: ids }, month: { $gte: year, $lt: end } } },
        { $unwind: '$factors' },
        { $group: { _id: OUTLET_FACTOR, substituted: { $sum: '$factors.mass' } } },
        { $replaceWith: { $mergeObjects: ['$_id', { mass: 0, substituted: '$substituted' }] } },
      ]),
    ]);
    // What is put in tells nothing of how far the days are known.
    return [...totals, ...putIn.map((one) => ({ ...one, lastDay: 0 }))];
  }

  /** The year's totals of enterprises, for `permits.quota.list`. */
  async yearTotals(ids: string[], year: number): Promise<Map<string, YearTotal[]>> {
    return groupBy(await this.#yearTotals(ids, startOfYear(year)), enterpriseOf);
  }
}

type MissedDuty = EnterpriseView['missed'][number] & { enterpriseId: string };

export interface YearTotal extends YearMass {
  enterpriseId: string;
  lastDay: number;
}

const OUTLET_FACTOR = { enterpriseId: '$enterpriseId', outletId: '$outletId', factor: '$factors.factor' };

const discharged = ({ flow, productionKwh }: DayTotal) => flow > 0 || productionKwh > 0;
const discharge = ({ outletId, day, flow, productionKwh, factors }: DayTotal) => ({
  outletId,
  day,
  flow,
  productionKwh,
  factors: factors.map(({ factor }) => factor),
});
const enterpriseOf = ({ enterpriseId }: { enterpriseId: string }) => enterpriseId;

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
