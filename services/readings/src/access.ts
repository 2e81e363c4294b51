import type { Caller } from '@greenwatch/kit';

/** A span of data time in ms; `to` is not included. */
export interface TimeRange {
  from: number;
  to: number;
}

/** What the projection of a device says of who may see it. */
export interface DeviceScope {
  operatorId?: string;
  bindings: readonly DeviceBinding[];
  /** Of an air or water station, which belongs to no outlet: the divisions in which it stands. */
  stationPath?: readonly string[];
}

/** A device stands for an outlet from a time to a time (ms; 0 leaves a side open). */
export interface DeviceBinding {
  outletId: string;
  enterpriseId: string;
  divisionPath: readonly string[];
  from: number;
  to: number;
}

/** Every data time there is; four digits of year, as in the packets. */
export const ALWAYS: TimeRange = { from: 0, to: Date.UTC(9999, 11, 31) };

/** Callers who see every device at any time, also one that nobody has registered: the province's, and our services. */
export function seesEverything(caller: Caller, province: string): boolean {
  if (caller.enterpriseId !== undefined || caller.operatorId !== undefined) return false;
  return caller.kind === 'service' || caller.division === province;
}

/**
 * The spans of data time in which a caller may see a device's readings (design.md 4, 6): readings are stored by device
 * and seen through its bindings, so a logger that moved from one enterprise to another shows each its own time. An
 * operator sees the devices it maintains. Sorted, without overlaps; empty: for this caller there is no such device.
 */
export function visibleRanges(caller: Caller, device: DeviceScope | undefined, province: string): TimeRange[] {
  if (seesEverything(caller, province)) return [ALWAYS];
  if (!device) return [];
  // An enterprise's people see their enterprise only, whatever else is said of them.
  if (caller.enterpriseId !== undefined) {
    return joined(device.bindings.filter((binding) => binding.enterpriseId === caller.enterpriseId).map(rangeOf));
  }
  if (caller.operatorId !== undefined) return device.operatorId === caller.operatorId ? [ALWAYS] : [];
  if (device.bindings.length === 0 && device.stationPath?.includes(caller.division)) return [ALWAYS];
  return joined(device.bindings.filter((binding) => binding.divisionPath.includes(caller.division)).map(rangeOf));
}

/** The time of a binding. */
export function rangeOf({ from, to }: { from: number; to: number }): TimeRange {
  return { from, to: to === 0 ? ALWAYS.to : to };
}

/** Sorted, and one range where some touch or overlap: no moment is seen twice. */
export function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const result: TimeRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (range.to <= range.from) continue;
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}

/** What the ranges have in common with one range, for instance that of a query. */
export function within(ranges: readonly TimeRange[], { from, to }: TimeRange): TimeRange[] {
  return ranges
    .map((range) => ({
      from: Math.max(range.from, from),
      to: Math.min(range.to, to),
    }))
    .filter((range) => range.from < range.to);
}
