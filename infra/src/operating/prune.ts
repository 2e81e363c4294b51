import type { Depot } from './depot';

export interface Retention {
  /** Backups of so many days are kept … */
  keepDays: number;
  /** … and the newest so many, however old. */
  keepLast: number;
}

/** Which backups go. @param names of whole backups @param now ms */
export function outdated(names: readonly string[], { keepDays, keepLast }: Retention, now: number): string[] {
  const sorted = [...names].sort();
  const older = sorted.slice(0, Math.max(0, sorted.length - keepLast));
  return older.filter((name) => now - timeOf(name) > keepDays * 86_400_000);
}

/** When a backup began, ms. */
export function timeOf(name: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(name) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** No backup takes so long: one that has not ended by then has broken off. */
const BROKEN_OFF_MS = 2 * 86_400_000;

/** Takes away backups that are outdated, and what is left of those that broke off. @returns their names */
export async function prune(depot: Depot, retention: Retention, now: number): Promise<string[]> {
  const old = outdated(await depot.names(), retention, now);
  const broken = (await depot.broken()).filter((name) => now - timeOf(name) > BROKEN_OFF_MS);
  for (const name of [...old, ...broken]) await depot.remove(name);
  return [...old, ...broken];
}
