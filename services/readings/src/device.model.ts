import type { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type Caller, type Fact, type Scoped, scopeFilter } from '@greenwatch/kit';
import { type Connection, Schema } from 'mongoose';
import type { DeviceScope } from './access';

/** What readings need of the registry's devices and outlets: a projection of its facts, the newest by sequence. */
export interface DeviceDocument extends DeviceScope {
  _id: string;
  missingFlagValid?: boolean;
  /** Gases that it sends in ppm. */
  ppmFactors?: string[];
}

export interface OutletDocument extends Scoped {
  _id: string;
  medium?: 'gas' | 'water';
  factors?: string[];
  sampleHours?: number;
  wet?: boolean;
}

const deviceSchema = new Schema<DeviceDocument>({
  _id: String,
  operatorId: String,
  missingFlagValid: Boolean,
  ppmFactors: { type: [String], default: undefined },
  stationPath: { type: [String], default: undefined },
  bindings: [{ _id: false, outletId: String, enterpriseId: String, divisionPath: [String], from: Number, to: Number }],
})
  .index({ 'bindings.outletId': 1 })
  .index({ 'bindings.enterpriseId': 1 })
  .index({ 'bindings.divisionPath': 1 })
  .index({ operatorId: 1 })
  .index({ stationPath: 1 }, { sparse: true });

const outletSchema = new Schema<OutletDocument>({
  _id: String,
  divisionPath: [String],
  enterpriseId: String,
  medium: String,
  factors: [String],
  sampleHours: Number,
  wet: Boolean,
});

const places = (bindings: DeviceDocument['bindings'] = []) =>
  bindings.map(({ outletId, enterpriseId, from, to }) => [outletId, enterpriseId, from, to].join(' ')).join(',');

/** The projections of devices (by MN) and outlets. */
export class Devices {
  readonly #devices;
  readonly #native;
  readonly #outlets;

  constructor(db: Connection) {
    this.#devices = db.model<DeviceDocument>('Device', deviceSchema);
    this.#native = db.collection<DeviceDocument>(this.#devices.collection.name);
    this.#outlets = db.model<OutletDocument>('Outlet', outletSchema);
  }

  /** @returns whether it now stands for other outlets, or its values count otherwise, than was known */
  async keepDevice({
    entity,
    sequence,
    divisionPath: path,
    data,
  }: Fact<registryFacts.DeviceChanged>): Promise<boolean> {
    const before = await this.#devices.findById(entity).lean();
    const bindings = data.bindings.map(({ outletId, enterpriseId, divisionPath, from, to }) => ({
      outletId,
      enterpriseId,
      divisionPath,
      from,
      to,
    }));
    const { missingFlagValid, ppmFactors } = data;
    const stationPath = bindings.length === 0 ? path : [];
    const fields = { operatorId: data.operatorId || undefined, bindings, missingFlagValid, ppmFactors, stationPath };
    const newer = await applyNewest(this.#devices, entity, sequence, fields);
    // Delivered again after a kill it may be the same as before, and what follows from it not yet done.
    if (!newer && sequence < ((before as { sequence?: number } | null)?.sequence ?? 0)) return false;
    const counting = (device: { missingFlagValid?: boolean; ppmFactors?: readonly string[] } | null) =>
      `${device?.missingFlagValid} ${[...(device?.ppmFactors ?? [])].sort()}`;
    return !newer || counting(before) !== counting(data) || places(before?.bindings) !== places(bindings);
  }

  /** @returns whether it is known only now, or its values count otherwise; its list of factors holds from now on */
  async keepOutlet({ entity, sequence, divisionPath, data }: Fact<registryFacts.OutletChanged>): Promise<boolean> {
    const before = await this.outlet(entity);
    const { enterpriseId, medium, factors, sampleHours, wet } = data;
    const newer = await applyNewest(this.#outlets, entity, sequence, {
      ...{ divisionPath, enterpriseId, medium, factors },
      ...{ sampleHours: sampleHours ?? 1, wet: wet ?? false },
    });
    // Delivered again after a kill it may be the same as before, and what follows from it not yet done.
    if (!newer && sequence < ((before as { sequence?: number } | null)?.sequence ?? 0)) return false;
    if (!newer || !before) return true;
    const counting = ({ medium: of, sampleHours: every = 1, wet: isWet = false }: Partial<OutletDocument>) =>
      `${of} ${every} ${isWet}`;
    return counting(before) !== counting({ ...data, medium: medium === 'gas' ? 'gas' : 'water' });
  }

  /** The devices known among `mns`, by MN. */
  async byMn(mns: readonly string[]): Promise<Map<string, DeviceDocument>> {
    // By the driver: a thousand devices cost mongoose as much again.
    const found = await this.#native.find({ _id: { $in: [...mns] } }).toArray();
    return new Map(found.map((device) => [device._id, device]));
  }

  /** Every device that is or was bound to the outlet. */
  async boundTo(outletId: string): Promise<DeviceDocument[]> {
    return this.#devices.find({ 'bindings.outletId': outletId }).lean();
  }

  async outlet(id: string): Promise<OutletDocument | null> {
    return this.#outlets.findById(id).lean();
  }

  /** Every device that is bound to an outlet at a moment, in the order of their MN. */
  async *boundAt(at: number): AsyncGenerator<DeviceDocument> {
    const covers = { from: { $lte: at }, $or: [{ to: 0 }, { to: { $gt: at } }] };
    yield* this.#devices
      .find({ bindings: { $elemMatch: covers } })
      .sort({ _id: 1 })
      .lean()
      .cursor();
  }

  /** Codes from the province to a division in which some device stands or stood. */
  async pathTo(code: string): Promise<string[] | undefined> {
    const device = await this.#devices.findOne({ 'bindings.divisionPath': code }, { bindings: 1 }).lean();
    const path = device?.bindings.find(({ divisionPath }) => divisionPath.includes(code))?.divisionPath;
    return path?.slice(0, path.indexOf(code) + 1);
  }

  /** Whether some device stands or stood there. */
  async stands(filter: { enterpriseId: string; divisionPath?: string }): Promise<boolean> {
    return (await this.#devices.exists({ bindings: { $elemMatch: filter } })) !== null;
  }

  /** Whether an operator maintains a device. */
  async maintains(operatorId: string): Promise<boolean> {
    return (await this.#devices.exists({ operatorId })) !== null;
  }

  /** Every device of which the caller sees some time, in the order of their MN. */
  async *inScope(caller: Caller): AsyncGenerator<DeviceDocument> {
    const scope = scopeFilter(caller);
    const bound = { bindings: { $elemMatch: scope } };
    const ofDivision = caller.enterpriseId === undefined ? { $or: [bound, { stationPath: caller.division }] } : bound;
    const filter = caller.operatorId === undefined ? ofDivision : scope;
    yield* this.#devices.find(filter).sort({ _id: 1 }).lean().cursor();
  }
}
