import { type Connection, type Model, Schema } from 'mongoose';
import type { Limit, PermitInForce } from './limit-in-force';
import type { Medium } from './mean-period';
import type { Facility } from './treatment-off';

/** A device stands for an outlet from a time to a time, ms; 0: open. */
export interface Binding {
  outletId: string;
  enterpriseId: string;
  medium: Medium;
  from: number;
  to: number;
  divisionPath: string[];
}

/** Copy of registry's device. */
export interface KnownDevice {
  _id: string;
  sequence: number;
  status: string;
  missingFlagValid: boolean;
  operatorId: string;
  bindings: Binding[];
  facilities: Facility[];
  /** Gases that it sends in ppm. */
  ppmFactors?: string[];
}

/** Copy of a permit with its limits. */
export interface KnownPermit extends PermitInForce {
  _id: string;
  sequence: number;
  limits: Limit[];
}

export interface KnownSources {
  devices: Model<KnownDevice>;
  permits: Model<KnownPermit>;
}

/** What other services own and the rules need: copies by facts, read at each batch so that no instance decides by an old one. */
export function knownSources(db: Connection): KnownSources {
  const device = new Schema<KnownDevice>(
    {
      _id: String,
      sequence: Number,
      status: String,
      missingFlagValid: Boolean,
      operatorId: String,
      bindings: Array,
      facilities: Array,
      ppmFactors: { type: [String], default: undefined },
    },
    { collection: 'devices', versionKey: false },
  );
  const permit = new Schema<KnownPermit>(
    { _id: String, sequence: Number, status: String, validFrom: Number, validTo: Number, limits: Array },
    { collection: 'permits', versionKey: false },
  );
  permit.index({ 'limits.outletId': 1 });
  return {
    devices: db.model<KnownDevice>('KnownDevice', device),
    permits: db.model<KnownPermit>('KnownPermit', permit),
  };
}

/** The outlet that a device stands for at a moment. */
export function bindingAt(device: Pick<KnownDevice, 'bindings'>, at: number): Binding | undefined {
  return device.bindings.find((binding) => binding.from <= at && (binding.to === 0 || at < binding.to));
}
