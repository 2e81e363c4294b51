/** How a device speaks: HJ 212-2017, the same without flags (its profile lets them be missing), HJ/T 212-2005. */
export const DIALECTS = ['2017', '2017-unflagged', '2005'] as const;
export type DialectName = (typeof DIALECTS)[number];

/** How devices differ, as shares from 0 to 1. */
export interface Diversity {
  /** Share of each dialect; together 1. */
  dialects: Record<DialectName, number>;
  /** Share whose hourly and daily mean of SO2 is above the limit: each makes an alarm, and a task. */
  exceeding: number;
  /** Share whose clock is slow by so many minutes. */
  slowClocks: { share: number; minutes: number };
}

export interface DeviceTraits {
  dialect: DialectName;
  exceeding: boolean;
  /** Minutes that its clock is behind. */
  behindMinutes: number;
}

/** The traits of the n-th device: the same in each run, and in every process. */
export function traitsOf(device: number, { dialects, exceeding, slowClocks }: Diversity): DeviceTraits {
  let left = chance(device, 1);
  const dialect = DIALECTS.find((name) => {
    left -= dialects[name];
    return left < 0;
  });
  return {
    dialect: dialect ?? '2017',
    exceeding: chance(device, 2) < exceeding,
    behindMinutes: chance(device, 3) < slowClocks.share ? slowClocks.minutes : 0,
  };
}

/** A number from 0 to below 1 that hangs on both, evenly spread (the finalizer of MurmurHash3). */
function chance(device: number, what: number): number {
  let mixed = Math.imul(device + 1, 0x9e3779b1) ^ Math.imul(what, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}
