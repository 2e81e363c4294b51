import type { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type Caller, type Fact, type Scoped, scopeFilter } from '@greenwatch/kit';
import { type Connection, Schema } from 'mongoose';
import type { DeviceScope } from './access';

/** What readings need of the registry's devices and outlets: a projection of its facts, the newest by sequence. */
export interface DeviceDocument extends DeviceScope {
  _id: string;
}

export interface OutletDocument extends Scoped {
  _id: string;
}

const deviceSchema = new Schema<DeviceDocument>({
  _id: String,
  operatorId: String,
  bindings: [{ _id: false, outletId: String, enterpriseId: String, divisionPath: [String], from: Number, to: Number }],
})
  .index({ 'bindings.outletId': 1 })
  .index({ 'bindings.enterpriseId': 1 })
  .index({ 'bindings.divisionPath': 1 })
  .index({ operatorId: 1 });

const outletSchema = new Schema<OutletDocument>({ _id: String, divisionPath: [String], enterpriseId: String });

/** The projections of devices (by MN) and outlets. */
export class Devices {
  readonly #devices;
  readonly #outlets;

  constructor(db: Connection) {
    this.#devices = db.model('Device', deviceSchema);
    this.#outlets = db.model('Outlet', outletSchema);
  }

  async keepDevice({ entity, sequence, data }: Fact<registryFacts.DeviceChanged>): Promise<void> {
    const bindings = data.bindings.map(({ outletId, enterpriseId, divisionPath, from, to }) => ({
      outletId,
      enterpriseId,
      divisionPath,
      from,
      to,
    }));
    await applyNewest(this.#devices, entity, sequence, { operatorId: data.operatorId || undefined, bindings });
  }

  async keepOutlet({ entity, sequence, divisionPath, data }: Fact<registryFacts.OutletChanged>): Promise<void> {
    await applyNewest(this.#outlets, entity, sequence, { divisionPath, enterpriseId: data.enterpriseId });
  }

  /** The devices known among `mns`, by MN. */
  async byMn(mns: readonly string[]): Promise<Map<string, DeviceDocument>> {
    const found = await this.#devices.find({ _id: { $in: mns } }).lean();
    return new Map(found.map((device) => [device._id, device]));
  }

  /** Every device that is or was bound to the outlet. */
  async boundTo(outletId: string): Promise<DeviceDocument[]> {
    return this.#devices.find({ 'bindings.outletId': outletId }).lean();
  }

  async outlet(id: string): Promise<OutletDocument | null> {
    return this.#outlets.findById(id).lean();
  }

  /** Every device of which the caller sees some time, in the order of their MN. */
  async *inScope(caller: Caller): AsyncGenerator<DeviceDocument> {
    const scope = scopeFilter(caller);
    const filter = caller.operatorId === undefined ? { bindings: { $elemMatch: scope } } : scope;
    yield* this.#devices.find(filter).sort({ _id: 1 }).lean().cursor();
  }
}
