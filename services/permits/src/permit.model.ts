import type { Permit } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** Times in ms; `validTo` undefined: open. */
export interface StoredLimit {
  id: string;
  outletId: string;
  factor: string;
  period: 'hour' | 'day';
  limit: number;
  decimals: number;
  unit: string;
  referenceOxygen?: number;
  basis: string;
  validFrom: number;
  validTo?: number;
}

/** What a permit says; a change of it is a new version. */
export interface PermitContent {
  number: string;
  enterpriseId: string;
  managementClass: Permit['managementClass'];
  validFrom: number;
  validTo: number;
  issuer: string;
  limits: StoredLimit[];
}

/** The permit as it now stands. */
export interface StoredPermit extends PermitContent {
  _id: string;
  version: number;
  /** Of its facts. */
  sequence: number;
  divisionPath: string[];
}

/** A version as it was taken in; never changed. */
export interface PermitVersion extends PermitContent {
  _id: string;
  permitId: string;
  version: number;
  recordedAt: number;
}

/** Copy of registry's enterprise; sequence 0 and no path until its fact has come. */
export interface EnterprisePlace {
  _id: string;
  sequence: number;
  divisionPath: string[];
  /** Counts imports that relied on this document, so that such an import and the enterprise's fact cannot miss each other. */
  imports?: number;
}

export interface PermitModels {
  permits: Model<StoredPermit>;
  versions: Model<PermitVersion>;
  enterprises: Model<EnterprisePlace>;
}

const content = {
  number: String,
  enterpriseId: String,
  managementClass: String,
  validFrom: Number,
  validTo: Number,
  issuer: String,
  limits: [
    new Schema(
      {
        id: String,
        outletId: String,
        factor: String,
        period: String,
        limit: Number,
        decimals: Number,
        unit: String,
        referenceOxygen: Number,
        basis: String,
        validFrom: Number,
        validTo: Number,
      },
      { _id: false, id: false },
    ),
  ],
};

/** The collections of this service with their indexes. */
export function permitModels(db: Connection): PermitModels {
  const permit = new Schema<StoredPermit>(
    { ...content, _id: String, version: Number, sequence: Number, divisionPath: [String] },
    { collection: 'permits', versionKey: false },
  );
  permit.index({ number: 1 }, { unique: true });
  permit.index({ enterpriseId: 1 });
  permit.index({ 'limits.outletId': 1 });
  const version = new Schema<PermitVersion>(
    { ...content, _id: String, permitId: String, version: Number, recordedAt: Number },
    { collection: 'permit_versions', versionKey: false },
  );
  version.index({ permitId: 1, version: 1 }, { unique: true });
  const enterprise = new Schema<EnterprisePlace>(
    { _id: String, sequence: Number, divisionPath: [String], imports: Number },
    { collection: 'enterprises', versionKey: false },
  );
  return {
    permits: db.model('Permit', permit),
    versions: db.model('PermitVersion', version),
    enterprises: db.model('EnterprisePlace', enterprise),
  };
}
