import type { Device, Moment, Outlet, PermitLimit } from '../api/types';

/** The newest value of a factor, with where it comes from. */
export interface Latest {
  factor: string;
  text: string;
  flag: string;
  kind: Moment['kind'];
  dataTime: string;
}

const FIELDS = ['ZsRtd', 'Rtd', 'ZsAvg', 'Avg', 'Cou'];
const MEASURED: readonly Moment['kind'][] = ['realtime', 'minute', 'hour', 'day'];

/** The newest value of each factor by data time (the latest only moves forward), in the order of the codes. */
export function latestValues(moments: Moment[]): Latest[] {
  const newest = new Map<string, Latest>();
  for (const { kind, dataTime, values } of moments) {
    if (!MEASURED.includes(kind)) continue;
    for (const [factor, fields] of Object.entries(values)) {
      const text = FIELDS.map((field) => fields[field]).find((value) => value !== undefined && value !== '');
      const had = newest.get(factor);
      if (text === undefined || (had && Date.parse(had.dataTime) >= Date.parse(dataTime))) continue;
      newest.set(factor, { factor, text, flag: fields.Flag || 'U', kind, dataTime });
    }
  }
  return [...newest.values()].sort((a, b) => a.factor.localeCompare(b.factor));
}

/** The devices bound to the outlet at `at` (epoch ms): a replaced logger no longer counts (design.md 4). */
export function boundDevices(outlet: Pick<Outlet, 'id'>, devices: Device[], at: number): Device[] {
  return devices.filter((device) =>
    device.bindings.some(
      (b) => b.outletId === outlet.id && (!b.from || Date.parse(b.from) <= at) && (!b.to || at < Date.parse(b.to)),
    ),
  );
}

/** What has a limit comes first; otherwise the order stays. */
export function limitedFirst(values: Latest[], limits: Pick<PermitLimit, 'factor'>[]): Latest[] {
  const limited = new Set(limits.map((l) => l.factor));
  return values.toSorted((a, b) => Number(limited.has(b.factor)) - Number(limited.has(a.factor)));
}
