import { exact } from './sent-value';

const HOUR = 3_600_000;

/** HJ 75-2017 tables 5 and 6: which factors' mass is substituted: SO2, NOx, particulate. */
export const SUBSTITUTED_GAS: readonly string[] = ['a21026', 'a21002', 'a34013'];

/** Valid hours before the failure of which the largest mass counts (HJ 75-2017 tables 5, 6 [L]). */
const SHORT_GAP = 180;
const LONG_GAP = 720;
const LOW_CAPTURE = 2_160;
const LONG_GAP_HOURS = 24;
/** HJ 356-2019: of the 30 valid days before. */
const VALID_DAYS = 30;

/** How far back a substitution may have to look: 2160 valid hours, and as much again for those that are not valid. */
export const LOOK_BACK_MS = 2 * LOW_CAPTURE * HOUR;

/** The mass of a period (hour of gas, day of water), kg; undefined: should be there and is not. Periods that are not due are left out. */
export interface PeriodMass {
  at: number;
  mass?: number;
  /** kg that were measured of a period without a valid mass. */
  measured?: number;
}

export interface Substituted {
  /** kg put in for what is missing. */
  mass: number;
  /** Periods for which it was put in, and for which nothing can be. */
  periods: number;
  without: number;
  /** kg that were measured in the periods it was put in for: it stands in their place. */
  replaces?: number;
  /** The earliest period that was looked at, ms: what changes there changes this. */
  basisFrom?: number;
}

/**
 * Hourly capture rate α = (H − H_invalid − H_stop) / (H − H_stop) (HJ 75-2017).
 * @param due hours of the quarter so far without those of a stop
 */
export function captureRate(valid: number, due: number): number {
  return due === 0 ? 1 : valid / due;
}

/**
 * Mass put in for the hours of [from, to) without a valid one (HJ 75-2017 tables 5, 6 [L]); the concentration is never filled in.
 * Each hour of a run of N gets the largest hourly mass of the last 180 valid hours before it (α ≥ 90 %, N ≤ 24), 720 (α ≥ 90 %,
 * N > 24) or 2160 (75 % ≤ α < 90 %). Below 75 % nothing is put in. A system that was out of control is marked from its last passed
 * calibration on, so that "before the calibration" is before the run.
 * @param hours sorted, with what lies before `from`
 * @param alpha capture rate of the quarter that holds the stretch
 */
export function gasSubstitution(hours: readonly PeriodMass[], from: number, to: number, alpha: number): Substituted {
  return substitute(hours, from, to, (run) => {
    if (alpha < 0.75) return 0;
    return alpha < 0.9 ? LOW_CAPTURE : run > LONG_GAP_HOURS ? LONG_GAP : SHORT_GAP;
  });
}

/** Mass put in for the days of [from, to) without a valid mean: the largest of the 30 valid days before (HJ 356-2019). */
export function waterSubstitution(days: readonly PeriodMass[], from: number, to: number): Substituted {
  return substitute(days, from, to, () => VALID_DAYS);
}

function substitute(
  periods: readonly PeriodMass[],
  from: number,
  to: number,
  look: (run: number) => number,
): Substituted {
  let mass = 0;
  let put = 0;
  let measured = 0;
  let basisFrom: number | undefined;
  let without = 0;
  const known: { at: number; mass: number }[] = [];
  for (let i = 0; i < periods.length; ) {
    const period = periods[i] as PeriodMass;
    if (period.mass !== undefined) {
      known.push({ at: period.at, mass: period.mass });
      i++;
      continue;
    }
    let end = i;
    while (end < periods.length && periods[end]?.mass === undefined) end++;
    const run = periods.slice(i, end).filter(({ at }) => at >= from && at < to);
    const missing = run.length;
    const count = look(end - i);
    const before = count === 0 ? [] : known.slice(-count);
    if (missing > 0 && before[0]) {
      put += missing;
      measured += run.reduce((sum, one) => sum + (one.measured ?? 0), 0);
      mass += missing * Math.max(...before.map((one) => one.mass));
      basisFrom = Math.min(basisFrom ?? before[0].at, before[0].at);
    } else without += missing;
    i = end;
  }
  return {
    mass: exact(mass),
    periods: put,
    without,
    ...(measured > 0 ? { replaces: exact(measured) } : {}),
    ...(basisFrom === undefined ? {} : { basisFrom }),
  };
}
