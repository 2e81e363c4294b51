import { type Caller, scopeFilter } from '@greenwatch/kit';

/**
 * What a caller may read: beside the own division every operator of the province, since they work everywhere and whoever
 * relies on one must know its credit. Changes take `scopeFilter` alone.
 */
export function readScope(caller: Caller): Record<string, unknown> {
  const scope = scopeFilter(caller);
  const ofAuthority = caller.kind !== 'public' && caller.enterpriseId === undefined && caller.operatorId === undefined;
  return ofAuthority ? { $or: [scope, { partyKind: 'operator' }] } : scope;
}

/** Enterprises' and operators' people, who see their ratings from the notice on. */
export const isParty = (caller: Caller): boolean =>
  caller.enterpriseId !== undefined || caller.operatorId !== undefined;
