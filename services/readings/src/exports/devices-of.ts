import { type Caller, notFound } from '@greenwatch/kit';
import { seesEverything, type TimeRange, visibleRanges, within } from '../access';
import type { Devices } from '../device.model';
import type { PacketStore } from '../packet.model';

/** Where devices and their packets are known. */
export interface DeviceSources {
  store: PacketStore;
  devices: Devices;
  province: string;
}

/** The devices asked for, or all in scope, in the order of their MN, each with the times that the caller may see. */
export async function* devicesOf(
  { store, devices, province }: DeviceSources,
  caller: Caller,
  mns: readonly string[],
  range: TimeRange,
): AsyncGenerator<{ mn: string; ranges: TimeRange[] }> {
  if (mns.length > 0) {
    const known = await devices.byMn(mns);
    const asked = [...new Set(mns)].sort().map((mn) => {
      const visible = visibleRanges(caller, known.get(mn), province);
      if (visible.length === 0) throw notFound('device', mn);
      return { mn, ranges: within(visible, range) };
    });
    yield* asked;
  } else if (seesEverything(caller, province)) {
    for await (const mn of store.devices()) yield { mn, ranges: [range] };
  } else {
    for await (const device of devices.inScope(caller)) {
      yield { mn: device._id, ranges: within(visibleRanges(caller, device, province), range) };
    }
  }
}
