import type {
  Permit,
  PermitApplication,
  PermitQuota,
  PermitRequirements,
  PermittedOutlet,
} from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** Times in ms; `validTo` undefined: open. */
export interface StoredLimit {
  id: string;
  outletId: string;
  factor: string;
  period: 'hour' | 'day';
  limit: number;
  /** Lower limit of a range (pH). */
  minimum?: number;
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
  /** Main page (排污许可管理条例 Art 13); absent where the import did not say. */
  name?: string;
  address?: string;
  legalRepresentative?: string;
  premises?: string;
  issuedAt?: number;
  validFrom: number;
  validTo: number;
  issuer: string;
  limits: StoredLimit[];
  outlets: PermittedOutlet[];
  quotas: PermitQuota[];
  requirements?: PermitRequirements;
}

/** The permit as it now stands. */
export interface StoredPermit extends PermitContent {
  _id: string;
  version: number;
  /** Of its facts. */
  sequence: number;
  divisionPath: string[];
  /** Credit code and sequence of the premises: the number without its letter. */
  premisesKey: string;
}

/** A version as it was taken in; never changed. */
export interface PermitVersion extends PermitContent {
  _id: string;
  permitId: string;
  version: number;
  recordedAt: number;
}

/** What registry knew of an enterprise's basic data with one of its facts. */
export interface Basics {
  sequence: number;
  at: number;
  name: string;
  address: string;
  legalRepresentative: string;
}

/** Copy of registry's enterprise; sequence 0 and no path until its fact has come. */
export interface EnterprisePlace {
  _id: string;
  sequence: number;
  divisionPath: string[];
  uscc?: string;
  name?: string;
  address?: string;
  legalRepresentative?: string;
  industryCode?: string;
  managementClass?: string;
  status?: string;
  principalPersonId?: string;
  /** By sequence, newest 50: since when the basic data is as it is (P12). */
  basics?: Basics[];
  /** Counts imports that relied on this document, so that such an import and the enterprise's fact cannot miss each other. */
  imports?: number;
  /** Raised whenever something changes that a check looks at; 0 or absent: all checks are done. */
  dirty?: number;
}

export interface StoredApplication {
  _id: string;
  permitId: string;
  enterpriseId: string;
  divisionPath: string[];
  kind: PermitApplication['kind'];
  receivedAt: number;
  note?: string;
  recordedBy: string;
}

export interface PermitModels {
  permits: Model<StoredPermit>;
  versions: Model<PermitVersion>;
  enterprises: Model<EnterprisePlace>;
  applications: Model<StoredApplication>;
}

const content = {
  number: String,
  enterpriseId: String,
  managementClass: String,
  name: String,
  address: String,
  legalRepresentative: String,
  premises: String,
  issuedAt: Number,
  validFrom: Number,
  validTo: Number,
  issuer: String,
  outlets: { type: [Object], default: undefined },
  quotas: { type: [Object], default: undefined },
  requirements: Object,
  limits: [
    new Schema(
      {
        id: String,
        outletId: String,
        factor: String,
        period: String,
        limit: Number,
        minimum: Number,
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
    { ...content, _id: String, version: Number, sequence: Number, divisionPath: [String], premisesKey: String },
    { collection: 'permits', versionKey: false },
  );
  permit.index({ number: 1 }, { unique: true });
  permit.index({ enterpriseId: 1 });
  permit.index({ premisesKey: 1 });
  permit.index({ divisionPath: 1, number: 1 });
  permit.index({ 'limits.outletId': 1 });
  const version = new Schema<PermitVersion>(
    { ...content, _id: String, permitId: String, version: Number, recordedAt: Number },
    { collection: 'permit_versions', versionKey: false },
  );
  version.index({ permitId: 1, version: 1 }, { unique: true });
  const enterprise = new Schema<EnterprisePlace>(
    {
      _id: String,
      sequence: Number,
      divisionPath: [String],
      uscc: String,
      name: String,
      address: String,
      legalRepresentative: String,
      industryCode: String,
      managementClass: String,
      status: String,
      principalPersonId: String,
      basics: { type: [Object], default: undefined },
      imports: Number,
      dirty: Number,
    },
    { collection: 'enterprises', versionKey: false },
  );
  enterprise.index({ uscc: 1 }, { sparse: true });
  enterprise.index({ dirty: 1 }, { partialFilterExpression: { dirty: { $gt: 0 } } });
  const application = new Schema<StoredApplication>(
    {
      _id: String,
      permitId: String,
      enterpriseId: String,
      divisionPath: [String],
      kind: String,
      receivedAt: Number,
      note: String,
      recordedBy: String,
    },
    { collection: 'applications', versionKey: false },
  );
  application.index({ permitId: 1, receivedAt: 1 });
  return {
    permits: db.model<StoredPermit>('Permit', permit),
    versions: db.model<PermitVersion>('PermitVersion', version),
    enterprises: db.model<EnterprisePlace>('EnterprisePlace', enterprise),
    applications: db.model<StoredApplication>('PermitApplication', application),
  };
}
