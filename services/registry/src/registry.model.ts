import type { DeviceProfile, PayloadMapping } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** Times are epoch ms, encrypted fields are kit's `k1:…` texts, `sequence` counts the changes of the record from 1. */
export interface Stored {
  _id: string;
  sequence: number;
}
/** What a caller's scope is compared with (kit `scopeFilter`). */
export interface Placed {
  divisionPath: string[];
  enterpriseId?: string;
}

export interface DivisionDoc extends Stored {
  name: string;
  nameEn?: string;
  level: 'province' | 'city' | 'county' | 'town';
  parent?: string;
  path: string[];
  validFrom?: number;
  validTo?: number;
  replacedBy?: string;
}
export interface EnterpriseDoc extends Stored, Placed {
  /** Its own id, so that one scope filter serves every collection. */
  enterpriseId: string;
  uscc: string;
  name: string;
  divisionCode: string;
  address: string;
  lon: number;
  lat: number;
  industryCode: string;
  industryName: string;
  managementClass: 'key' | 'simplified' | 'registration';
  principalPersonId?: string;
  legalRepresentative?: string;
  status: 'producing' | 'stopped' | 'closed';
}
/** A firm that maintains devices. `barred` is what the newest fact of credit's blacklist says. */
export interface OperatorDoc extends Stored, Placed {
  /** Its own id, so that one scope filter serves its people too. */
  operatorId: string;
  uscc: string;
  name: string;
  divisionCode: string;
  barred: boolean;
}
/** The newest fact of credit's blacklist about an operator, which may come before the operator. */
export interface BarDoc {
  _id: string;
  sequence: number;
  barred: boolean;
  /** Counts imports that relied on it. */
  imports?: number;
}
export interface OutletDoc extends Stored, Placed {
  enterpriseId: string;
  code: string;
  name: string;
  medium: 'gas' | 'water';
  lon: number;
  lat: number;
  factors: string[];
  sampleHours?: 1 | 2;
  wet?: boolean;
}
export interface BindingDoc {
  outletId: string;
  enterpriseId: string;
  medium: 'gas' | 'water';
  from?: number;
  to?: number;
  divisionPath: string[];
}
/** Path and enterprise are those of the latest binding; an unclaimed device belongs to the province alone. */
export interface DeviceDoc extends Stored, Placed {
  status: 'active' | 'unclaimed' | 'retired';
  edition: '2005' | '2017' | '2025' | 'surface-water';
  operatorId?: string;
  bindings: BindingDoc[];
  addresses: string[];
  missingFlagValid: boolean;
  firstSeen?: number;
  passwordEncrypted?: string;
  /** From before a rotation, and until when each is good. */
  oldPasswords?: OldPasswordDoc[];
  /** Packets a minute it may send; absent: as the platform has it. */
  packetsPerMinute?: number;
  facilities: FacilityDoc[];
  /** Gases that it sends in ppm. */
  ppmFactors?: string[];
  profileId?: string;
  station?: StationDoc;
}
export interface OldPasswordDoc {
  encrypted: string;
  validTo: number;
}
/** Of a device that belongs to no outlet. */
export interface StationDoc {
  name: string;
  divisionCode: string;
  lon: number;
  lat: number;
}
/** A facility by the name the device gives it (SBn of HJ 212). */
export interface FacilityDoc {
  code: string;
  role: 'production' | 'treatment';
  name: string;
}
export interface PersonDoc extends Stored, Placed {
  name: string;
  roles: string[];
  divisionCode: string;
  certificateNo?: string;
  phoneEncrypted?: string;
  phoneIndex?: string;
  phoneMasked?: string;
  locale: 'zh-CN' | 'en';
  active: boolean;
}

const options = { versionKey: false, minimize: false } as const;
const stored = {
  _id: { type: String, required: true },
  sequence: { type: Number, required: true },
};
const text = { type: String, required: true };
const number = { type: Number, required: true };
const texts = { type: [String], required: true };

const divisionSchema = new Schema<DivisionDoc>(
  {
    ...stored,
    name: text,
    nameEn: String,
    level: text,
    parent: String,
    path: texts,
    validFrom: Number,
    validTo: Number,
    replacedBy: String,
  },
  options,
).index({ path: 1 });

const enterpriseSchema = new Schema<EnterpriseDoc>(
  {
    ...stored,
    enterpriseId: text,
    divisionPath: texts,
    uscc: text,
    name: text,
    divisionCode: text,
    address: String,
    lon: number,
    lat: number,
    industryCode: text,
    industryName: text,
    managementClass: text,
    principalPersonId: String,
    legalRepresentative: String,
    status: text,
  },
  options,
)
  .index({ divisionPath: 1, _id: 1 })
  .index({ uscc: 1 });

const operatorSchema = new Schema<OperatorDoc>(
  {
    ...stored,
    operatorId: text,
    divisionPath: texts,
    uscc: text,
    name: text,
    divisionCode: text,
    barred: { type: Boolean, required: true },
  },
  options,
).index({ uscc: 1 });

const barSchema = new Schema<BarDoc>(
  { ...stored, barred: { type: Boolean, required: true }, imports: Number },
  options,
);

const outletSchema = new Schema<OutletDoc>(
  {
    ...stored,
    enterpriseId: text,
    divisionPath: texts,
    code: text,
    name: text,
    medium: text,
    lon: number,
    lat: number,
    factors: texts,
    sampleHours: Number,
    wet: Boolean,
  },
  options,
).index({ enterpriseId: 1, code: 1 }, { unique: true });

const bindingSchema = new Schema<BindingDoc>(
  {
    outletId: text,
    enterpriseId: text,
    medium: text,
    from: Number,
    to: Number,
    divisionPath: texts,
  },
  { _id: false },
);
const facilitySchema = new Schema<FacilityDoc>({ code: text, role: text, name: text }, { _id: false });
const deviceSchema = new Schema<DeviceDoc>(
  {
    ...stored,
    divisionPath: texts,
    enterpriseId: String,
    status: text,
    edition: text,
    operatorId: String,
    bindings: { type: [bindingSchema], required: true },
    addresses: texts,
    missingFlagValid: { type: Boolean, required: true },
    firstSeen: Number,
    passwordEncrypted: String,
    oldPasswords: { type: [{ _id: false, encrypted: String, validTo: Number }], default: undefined },
    packetsPerMinute: Number,
    facilities: { type: [facilitySchema], required: true },
    ppmFactors: { type: [String], default: undefined },
    profileId: String,
    station: Object,
  },
  options,
)
  .index({ divisionPath: 1, _id: 1 })
  .index({ 'bindings.outletId': 1 })
  .index({ 'bindings.enterpriseId': 1 })
  .index({ 'station.divisionCode': 1 }, { sparse: true });

const personSchema = new Schema<PersonDoc>(
  {
    ...stored,
    divisionPath: texts,
    enterpriseId: String,
    name: text,
    roles: texts,
    divisionCode: text,
    certificateNo: String,
    phoneEncrypted: String,
    phoneIndex: String,
    phoneMasked: String,
    locale: text,
    active: { type: Boolean, required: true },
  },
  options,
)
  .index({ divisionPath: 1, _id: 1 })
  .index({ enterpriseId: 1 })
  .index({ phoneIndex: 1 });

/** A factor of this deployment's own, or another name or unit for one of the standards; `_id` is its code. */
export interface FactorDoc extends Stored, Placed {
  nameZh: string;
  nameEn?: string;
  unit?: string;
  emissionUnit?: string;
  decimals?: number;
  molarMass?: number;
}
/** What all devices of one make have in common. */
export interface ProfileDoc extends Stored, Placed {
  name: string;
  category: DeviceProfile['category'];
  payload?: PayloadMapping;
  dialect?: DeviceProfile['dialect'];
}
const factorSchema = new Schema<FactorDoc>(
  {
    ...stored,
    divisionPath: texts,
    nameZh: text,
    nameEn: String,
    unit: String,
    emissionUnit: String,
    decimals: Number,
    molarMass: Number,
  },
  options,
);
const profileSchema = new Schema<ProfileDoc>(
  { ...stored, divisionPath: texts, name: text, category: text, payload: Object, dialect: Object },
  options,
);

export interface RegistryModels {
  divisions: Model<DivisionDoc>;
  enterprises: Model<EnterpriseDoc>;
  operators: Model<OperatorDoc>;
  bars: Model<BarDoc>;
  outlets: Model<OutletDoc>;
  devices: Model<DeviceDoc>;
  persons: Model<PersonDoc>;
  factors: Model<FactorDoc>;
  profiles: Model<ProfileDoc>;
}

/** The registry's collections, with their indexes made. */
export async function registryModels(db: Connection): Promise<RegistryModels> {
  const models = {
    divisions: db.model<DivisionDoc>('division', divisionSchema, 'divisions'),
    enterprises: db.model<EnterpriseDoc>('enterprise', enterpriseSchema, 'enterprises'),
    operators: db.model<OperatorDoc>('operator', operatorSchema, 'operators'),
    bars: db.model<BarDoc>('bar', barSchema, 'bars'),
    outlets: db.model<OutletDoc>('outlet', outletSchema, 'outlets'),
    devices: db.model<DeviceDoc>('device', deviceSchema, 'devices'),
    persons: db.model<PersonDoc>('person', personSchema, 'persons'),
    factors: db.model<FactorDoc>('factor', factorSchema, 'factors'),
    profiles: db.model<ProfileDoc>('profile', profileSchema, 'profiles'),
  };
  for (const model of Object.values(models)) await model.createIndexes();
  return models;
}
