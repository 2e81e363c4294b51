import type { Role } from '@greenwatch/contracts';
import { forbidden } from './errors';
import type { Caller } from './identity';

/** A record that carries where it belongs. */
export interface Scoped {
  divisionPath: string[];
  enterpriseId?: string;
}

/**
 * MongoDB filter for the records a caller sees (design.md 6): an enterprise's people theirs only, everybody else those
 * of their division. Put it into every query; what it leaves out is "not found".
 */
export function scopeFilter(caller: Caller, enterpriseField = 'enterpriseId'): Record<string, unknown> {
  if (caller.enterpriseId !== undefined) return { [enterpriseField]: caller.enterpriseId };
  if (caller.operatorId !== undefined) return { operatorId: caller.operatorId };
  if (caller.kind === 'service') return {};
  // What the public may see is asked for by other means than scope.
  if (caller.kind === 'public') return { divisionPath: { $in: [] } };
  return { divisionPath: caller.division };
}

/** The same decision for one record at hand. */
export function inScope(caller: Caller, record: Scoped): boolean {
  if (caller.enterpriseId !== undefined) return record.enterpriseId === caller.enterpriseId;
  if (caller.operatorId !== undefined || caller.kind === 'public') return false;
  return caller.kind === 'service' || record.divisionPath.includes(caller.division);
}

/**
 * For what reaches beyond one division, such as an import: services, and people whose division is the whole province.
 * @throws DomainError 403
 */
export function requireProvince(caller: Caller, province: string): void {
  const bound = caller.enterpriseId !== undefined || caller.operatorId !== undefined || caller.kind === 'public';
  if (bound || (caller.kind !== 'service' && caller.division !== province)) {
    throw forbidden(`This concerns the whole province: it needs somebody of ${province}, not of ${caller.division}.`);
  }
}

/** @throws DomainError 403 unless the caller has one of the roles */
export function requireRole(caller: Caller, roles: readonly Role[]): void {
  if (!caller.roles.some((role) => roles.includes(role))) {
    throw forbidden(`This needs one of the roles ${roles.join(', ')}.`);
  }
}

/**
 * The county of a division path: its last code of 6 digits, for towns and villages below it have longer ones (domain.md 8.1);
 * empty where there is none.
 */
export function countyOf(divisionPath: readonly string[]): string {
  return divisionPath.findLast((code) => code.length === 6) ?? '';
}
