import type { Level } from '@greenwatch/contracts';

/** domain.md 6: three or more reporters within 30 d raise the level. */
export const REPORTERS_TO_RAISE = 3;
export const REPORTERS_WITHIN_MS = 30 * 24 * 3_600_000;

export interface Report {
  /** Who reported, as far as two reports can be told to be of one person. */
  reporter: string;
  /** Epoch ms. */
  at: number;
}

/** How many different people reported in the 30 d up to the newest report. */
export function reportersLately(reports: readonly Report[]): number {
  const newest = Math.max(...reports.map(({ at }) => at));
  return new Set(reports.filter(({ at }) => at > newest - REPORTERS_WITHIN_MS).map(({ reporter }) => reporter)).size;
}

/**
 * The level of a matter. An emergency is urgent at once (domain.md 6: accept and report immediately); else mid, high with
 * three or more reporters. Urgent stays for emergencies, because it sends people out within two hours (5.2).
 */
export function levelOf(emergency: boolean, reports: readonly Report[]): Level {
  if (emergency) return 'urgent';
  return reportersLately(reports) >= REPORTERS_TO_RAISE ? 'high' : 'mid';
}
