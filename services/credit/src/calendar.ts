import { invalid, startOfYear } from '@greenwatch/kit';

/** China keeps UTC+8 all year (domain.md 8.4). */
const OFFSET = 8 * 3_600_000;

/**
 * The moment a period is rated at: of a year, the first moment after it (its entries are then those of the year before);
 * of half a year, its last one (domain.md 4.2: lists fixed on 30 June and 31 December).
 * @param period `2025` for schemes on the previous year, `2026-H1` for those of the moment
 * @throws DomainError 422 when the period does not suit the basis
 */
export function momentOf(basis: 'previous-year' | 'moment', period: string): number {
  const year = Number(period.slice(0, 4));
  const half = period.slice(5);
  if (basis === 'previous-year') {
    if (half) throw invalid('period', 'must be a year, for instance 2025: this scheme rates whole years');
    return startOfYear(year + 1);
  }
  if (!half) throw invalid('period', 'must be half a year, for instance 2026-H1: this scheme rates a day');
  return (half === 'H1' ? Date.UTC(year, 6, 1) - OFFSET : startOfYear(year + 1)) - 1;
}
