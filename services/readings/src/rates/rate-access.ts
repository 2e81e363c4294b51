import type { RateLevel } from '@greenwatch/contracts';
import { type Caller, notFound, scopeFilter } from '@greenwatch/kit';
import { seesEverything } from '../access';
import type { Devices } from '../device.model';

const NONE = { key: { $in: [] } };

/** Filter for the sums of a level that a caller sees in lists. */
export function visibleCounts(caller: Caller, level: RateLevel): Record<string, unknown> {
  const ofAuthority = caller.enterpriseId === undefined && caller.operatorId === undefined;
  if (level === 'division') return ofAuthority ? scopeFilter(caller) : NONE;
  // An operator works across the province: the authority of each county that relies on it sees it whole.
  if (level === 'operator') {
    if (caller.operatorId !== undefined) return { key: caller.operatorId };
    return ofAuthority ? {} : NONE;
  }
  // An enterprise's sum holds devices of other operators too.
  if (level === 'enterprise' && caller.operatorId !== undefined) return NONE;
  return scopeFilter(caller);
}

/** @throws 404 for what a caller does not see, and for what is not known here */
export async function requireVisible(
  caller: Caller,
  { level, id }: { level: RateLevel; id: string },
  devices: Devices,
  province: string,
  throughBindings: (caller: Caller, outletId: string) => Promise<unknown>,
): Promise<void> {
  if (level === 'outlet') {
    await throughBindings(caller, id);
    return;
  }
  const ofAuthority = caller.enterpriseId === undefined && caller.operatorId === undefined;
  const everywhere = seesEverything(caller, province);
  let seen = false;
  if (level === 'division') {
    const path = ofAuthority ? await devices.pathTo(id) : undefined;
    seen =
      ofAuthority && (id === caller.division || (path !== undefined && (everywhere || path.includes(caller.division))));
  } else if (level === 'operator') {
    seen = caller.operatorId === id || (ofAuthority && (await devices.maintains(id)));
  } else if (caller.enterpriseId !== undefined) {
    seen = caller.enterpriseId === id;
  } else if (ofAuthority) {
    seen = await devices.stands({ enterpriseId: id, ...(everywhere ? {} : { divisionPath: caller.division }) });
  }
  if (!seen) throw notFound(level, id);
}
