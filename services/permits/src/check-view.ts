import { factorInfo } from '@greenwatch/hj212';
import type { Found } from './check.model';
import type { Basics, StoredApplication, StoredPermit } from './permit.model';
import { statusAt } from './permit-content';

/** Everything the checks of one enterprise look at, as it stands. Times in ms, masses in kg. */
export interface EnterpriseView {
  id: string;
  name: string;
  divisionPath: string[];
  /** key | simplified | registration, as the registry says; empty: not known. */
  managementClass: string;
  /** producing | stopped | closed */
  status: string;
  address: string;
  legalRepresentative: string;
  /** By sequence: since when the basic data is as it is. */
  basics: readonly Basics[];
  permits: readonly StoredPermit[];
  applications: readonly Pick<StoredApplication, 'permitId' | 'kind' | 'receivedAt'>[];
  outlets: readonly { _id: string; code: string; name: string; lon: number; lat: number; factors: readonly string[] }[];
  /** Active devices that stand at an outlet of it now. */
  devices: readonly { mn: string; outletId: string }[];
  /** The last 30 days on which something was discharged or production drew power. */
  discharges: readonly {
    outletId: string;
    day: number;
    flow: number;
    productionKwh: number;
    factors: readonly string[];
  }[];
  /** Exceedances that go on. */
  exceedances: readonly {
    alarmId: string;
    outletId: string;
    factor: string;
    startedAt: number;
    value: string;
    limit: number;
    unit: string;
  }[];
  /** What was discharged in the year of `now`. */
  yearTotals: readonly YearMass[];
  /** Start of the last day of which there is a total in the year; 0: none. */
  lastDay: number;
  /** Duties of kind self-monitoring and publicity that were missed and not made good. */
  missed: readonly {
    kind: string;
    period: string;
    dueAt: number;
    items?: readonly { outletId?: string; factor: string }[];
  }[];
}

/** kg of a factor from an outlet in a year: measured, and put in for what is missing (HJ 75-2017 tables 5, 6; HJ 356-2019). */
export interface YearMass {
  outletId: string;
  factor: string;
  mass: number;
  substituted?: number;
}

/** A finding with the key under which at most one is open. */
export type Keyed = readonly [key: string, found: Found];

const DAY = 86_400_000;

/** The permits in force at `now`. */
export function validPermits(view: EnterpriseView, now: number): StoredPermit[] {
  return view.permits.filter((permit) => permit.validFrom <= now && statusAt(permit, now) === 'valid');
}

/** What every finding of an enterprise carries. */
export function about({ id, name, divisionPath }: EnterpriseView) {
  return { enterpriseId: id, enterpriseName: name, divisionPath };
}

/** The day in China's time as 2026-11-22. */
export function dayText(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** 化学需氧量 for w01018; a code that the dictionary does not have stays. */
export const factorName = (code: string) => factorInfo(code)?.nameZh ?? code;

/** Whole days from `from` to `to`, begun ones counted. */
export const daysBetween = (from: number, to: number) => Math.ceil((to - from) / DAY);

/** Outlets (by registry id and HJ 608 code) and pollutants that permits in force allow. */
export function permitted(permits: readonly StoredPermit[]) {
  const ids = new Set<string>();
  const codes = new Set<string>();
  const factors = new Map<string, Set<string>>();
  const add = (outletId: string, list: readonly string[]) => {
    ids.add(outletId);
    const known = factors.get(outletId) ?? new Set();
    for (const factor of list) known.add(factor);
    factors.set(outletId, known);
  };
  for (const permit of permits) {
    for (const outlet of permit.outlets ?? []) {
      codes.add(outlet.code);
      add(outlet.outletId, outlet.factors);
    }
    for (const limit of permit.limits) add(limit.outletId, [limit.factor]);
  }
  return { ids, codes, factors };
}

/** What is measured beside pollutants (HJ 212-2017): flow, temperature, pressure, velocity, humidity, oxygen, and power. */
const AUXILIARY = /^(w00000|w01010|a00000|a0101[1-7]|a19001|a01001|a01002|a01006|a01007|a01008|e\d+|g\d+|i\d+)$/;

/** Whether a factor is a pollutant: what a permit has to allow. */
export const isPollutant = (factor: string) => !AUXILIARY.test(factor);
