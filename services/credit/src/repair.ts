import type { Severity } from '@greenwatch/contracts';
import { addMonths, conflict } from '@greenwatch/kit';
import type { LedgerEntry } from './rate';

/** How long an entry stands before it can be repaired: at once, 3 months, 1 year (domain.md 4.4, 信用修复管理办法 2026 [L]). */
export type RepairMonths = Record<Severity, number>;

/** From when on a repair may be applied for, counted from the decision. Without a severity: light. */
export const repairableFrom = (entry: Pick<LedgerEntry, 'occurredAt' | 'severity'>, months: RepairMonths): number =>
  addMonths(entry.occurredAt, months[entry.severity ?? 'light']);

/**
 * @param now epoch ms
 * @throws DomainError 409 WRONG_STATE unless the entry stands; TOO_EARLY before its least time is over
 */
export function requireRepairable(entry: LedgerEntry, now: number, months: RepairMonths): void {
  if (entry.status !== 'effective') {
    throw conflict('WRONG_STATE', `An entry that is ${entry.status} cannot be repaired.`, { status: entry.status });
  }
  const from = repairableFrom(entry, months);
  if (now < from) {
    throw conflict('TOO_EARLY', 'The least time that such an entry stands is not over.', { from });
  }
}
