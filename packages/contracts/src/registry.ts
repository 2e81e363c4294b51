import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Medium, Mn, Page, PageParams, strict, Time } from './schema';

export const Division = Type.Object(
  {
    code: DivisionCode,
    name: Type.String(),
    nameEn: Type.Optional(Type.String()),
    level: Literals(['province', 'city', 'county', 'town']),
    parent: Type.Optional(DivisionCode),
    path: Type.Array(DivisionCode, { description: 'codes from the province to this division' }),
    validFrom: Type.Optional(Time),
    validTo: Type.Optional(Time),
    replacedBy: Type.Optional(DivisionCode),
  },
  strict,
);
export const Enterprise = Type.Object(
  {
    id: Id,
    uscc: Type.String({ description: 'unified social credit code (GB 32100-2015)' }),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    divisionCode: DivisionCode,
    divisionPath: Type.Array(DivisionCode),
    address: Type.String(),
    lon: Type.Number({ minimum: -180, maximum: 180, description: 'CGCS2000 degrees' }),
    lat: Type.Number({ minimum: -90, maximum: 90, description: 'CGCS2000 degrees' }),
    industryCode: Type.String({ description: 'GB/T 4754' }),
    industryName: Type.String(),
    managementClass: Literals(['key', 'simplified', 'registration']),
    principalPersonId: Type.Optional(Id),
    legalRepresentative: Type.Optional(Type.String({ maxLength: 100, description: '法定代表人' })),
    status: Literals(['producing', 'stopped', 'closed']),
  },
  strict,
);
/** A firm that maintains devices for enterprises (运维单位). */
export const Operator = Type.Object(
  {
    id: Id,
    uscc: Type.String({ description: 'unified social credit code (GB 32100-2015)' }),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    divisionCode: DivisionCode,
    divisionPath: Type.Array(DivisionCode),
    barred: Type.Boolean({ description: 'on the blacklist of credit: it may take on no devices until lifted' }),
  },
  strict,
);
export const Outlet = Type.Object(
  {
    id: Id,
    enterpriseId: Id,
    code: Type.String({ pattern: '^D[AW]\\d{3}$', description: 'HJ 608 outlet code' }),
    name: Type.String(),
    medium: Medium,
    lon: Type.Number(),
    lat: Type.Number(),
    factors: Type.Array(FactorCode),
    sampleHours: Type.Optional(
      Type.Union([Type.Literal(1), Type.Literal(2)], {
        description: 'water: hours between two samples (HJ 355-2019); 1 when absent',
      }),
    ),
    wet: Type.Optional(Type.Boolean({ description: 'gas: concentrations are sent wet (HJ 75-2017 App. C)' })),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
export const Binding = Type.Object(
  { outletId: Id, enterpriseId: Id, medium: Medium, from: Type.Optional(Time), to: Type.Optional(Time) },
  strict,
);
export const Facility = Type.Object(
  {
    code: Type.String({ pattern: '^SB[0-9]{1,2}$', description: 'its name in CN 2021 before `-RS` (HJ 212-2017)' }),
    role: Literals(['production', 'treatment']),
    name: Type.String({ minLength: 1, maxLength: 100 }),
  },
  strict,
);
/** Where a device stands that belongs to no outlet: an air or water station. */
export const Station = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    divisionCode: DivisionCode,
    lon: Type.Number({ minimum: -180, maximum: 180, description: 'CGCS2000 degrees' }),
    lat: Type.Number({ minimum: -90, maximum: 90, description: 'CGCS2000 degrees' }),
  },
  strict,
);
export const Device = Type.Object(
  {
    mn: Mn,
    status: Literals(['active', 'unclaimed', 'retired']),
    edition: Literals(['2005', '2017', '2025', 'surface-water']),
    operatorId: Type.Optional(Id),
    bindings: Type.Array(Binding),
    addresses: Type.Array(Type.String(), { description: 'addresses it may connect from; empty: any' }),
    missingFlagValid: Type.Boolean(),
    facilities: Type.Optional(Type.Array(Facility, { description: 'facilities whose state the device reports' })),
    ppmFactors: Type.Optional(
      Type.Array(FactorCode, { maxItems: 50, uniqueItems: true, description: 'gases it sends in ppm, not mg/m³' }),
    ),
    profileId: Type.Optional(
      Type.String({ maxLength: 64, description: 'what all devices of its make have in common' }),
    ),
    station: Type.Optional(Station),
    packetsPerMinute: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'most it may send; absent: the platform’s limit' }),
    ),
    oldPasswordUntil: Type.Optional(Time),
    divisionPath: Type.Array(DivisionCode),
    firstSeen: Type.Optional(Time),
  },
  strict,
);
export const PERSON_ROLES = [
  'administrator',
  'supervisor',
  'officer',
  'duty-officer',
  'grid-member',
  'principal',
  'operator-staff',
  'complaint-handler',
] as const;
export const Person = Type.Object(
  {
    id: Id,
    name: Type.String(),
    roles: Type.Array(Literals(PERSON_ROLES)),
    divisionCode: DivisionCode,
    divisionPath: Type.Array(DivisionCode),
    enterpriseId: Type.Optional(Id),
    certificateNo: Type.Optional(Type.String({ description: '执法证号' })),
    phoneMasked: Type.Optional(Type.String({ description: '138****1234 (domain.md 8.3)' })),
    locale: Literals(['zh-CN', 'en']),
    active: Type.Boolean(),
  },
  strict,
);
export const EnterpriseDetail = Type.Composite([
  Enterprise,
  Type.Object({ outlets: Type.Array(Outlet), devices: Type.Array(Device), people: Type.Array(Person) }),
]);

/** What people call an outlet, whose it is, and what it measures. */
export const OutletName = Type.Object(
  {
    ...Type.Pick(Outlet, ['id', 'code', 'name', 'medium', 'factors']).properties,
    enterpriseId: Id,
    enterpriseName: Enterprise.properties.name,
  },
  strict,
);

/** What `registry.import` takes of each: the stored fields that the registry does not derive itself (paths, masks). */
export const DivisionInput = Type.Omit(Division, ['path']);
export const EnterpriseInput = Type.Omit(Enterprise, ['divisionPath']);
export const OperatorInput = Type.Omit(Operator, ['divisionPath', 'barred']);
export const OutletInput = Type.Omit(Outlet, ['divisionPath']);
export const DeviceInput = Type.Composite(
  [
    Type.Omit(Device, ['divisionPath', 'firstSeen', 'oldPasswordUntil']),
    Type.Object({ password: Type.String({ maxLength: 32 }) }),
  ],
  strict,
);
export const PersonInput = Type.Composite(
  [
    Type.Omit(Person, ['divisionPath', 'phoneMasked']),
    Type.Object({ phone: Type.Optional(Type.String({ pattern: '^1[3-9]\\d{9}$' })) }),
  ],
  strict,
);

export const registryActions = {
  'registry.division.list': {
    params: Type.Object({}, strict),
    result: Type.Array(Division),
    roles: EVERYBODY,
  },
  'registry.enterprise.list': {
    params: Type.Object(
      {
        q: Type.Optional(Type.String({ maxLength: 100, description: 'part of the name, or a credit code' })),
        division: Type.Optional(DivisionCode),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Enterprise),
    roles: EVERYBODY,
  },
  'registry.enterprise.get': { params: Type.Object({ id: Id }, strict), result: EnterpriseDetail, roles: EVERYBODY },
  'registry.outlet.get': {
    params: Type.Object({ id: Id }, strict),
    result: Type.Composite([Outlet, Type.Object({ enterprise: Enterprise, devices: Type.Array(Device) })]),
    roles: EVERYBODY,
  },
  /** Of many outlets in one question; those that the caller does not see are left out. An operator sees those it maintains. */
  'registry.outlet.names': {
    params: Type.Object({ ids: Type.Array(Id, { minItems: 1, maxItems: 200 }) }, strict),
    result: Type.Array(OutletName),
    roles: EVERYBODY,
  },
  'registry.device.list': {
    params: Type.Object(
      {
        status: Type.Optional(Literals(['active', 'unclaimed', 'retired'])),
        enterpriseId: Type.Optional(Id),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Device),
    roles: EVERYBODY,
  },
  'registry.device.get': { params: Type.Object({ mn: Mn }, strict), result: Device, roles: EVERYBODY },
  'registry.device.claim': {
    params: Type.Object(
      {
        mn: Mn,
        outletId: Id,
        password: Type.String({ minLength: 1, maxLength: 32 }),
        from: Type.Optional(Time),
        operatorId: Type.Optional(Id),
      },
      strict,
    ),
    result: Device,
    roles: ['administrator', 'supervisor'],
  },
  'registry.operator.list': {
    params: Type.Object(
      {
        q: Type.Optional(Type.String({ maxLength: 100, description: 'part of the name, or a credit code' })),
        barred: Type.Optional(Type.Boolean()),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Operator),
    roles: [...AUTHORITY, 'operator-staff'],
  },
  'registry.operator.get': {
    params: Type.Object({ id: Id }, strict),
    result: Operator,
    roles: [...AUTHORITY, 'operator-staff'],
  },
  'registry.person.list': {
    params: Type.Object(
      { division: Type.Optional(DivisionCode), role: Type.Optional(Literals(PERSON_ROLES)), ...PageParams },
      strict,
    ),
    result: Page(Person),
    roles: AUTHORITY,
  },
  'registry.person.get': { params: Type.Object({ id: Id }, strict), result: Person, roles: EVERYBODY },
  'registry.import': {
    params: Type.Object(
      {
        divisions: Type.Optional(Type.Array(DivisionInput)),
        enterprises: Type.Optional(Type.Array(EnterpriseInput)),
        operators: Type.Optional(Type.Array(OperatorInput)),
        outlets: Type.Optional(Type.Array(OutletInput)),
        devices: Type.Optional(Type.Array(DeviceInput)),
        persons: Type.Optional(Type.Array(PersonInput)),
      },
      strict,
    ),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }),
    roles: ['administrator', 'service'],
  },
} as const satisfies Record<string, ActionContract>;

export type Division = Static<typeof Division>;
export type Enterprise = Static<typeof Enterprise>;
export type OutletName = Static<typeof OutletName>;
export type EnterpriseDetail = Static<typeof EnterpriseDetail>;
export type Operator = Static<typeof Operator>;
export type Outlet = Static<typeof Outlet>;
export type Device = Static<typeof Device>;
export type Station = Static<typeof Station>;
export type Facility = Static<typeof Facility>;
export type Person = Static<typeof Person>;
export type DivisionInput = Static<typeof DivisionInput>;
export type EnterpriseInput = Static<typeof EnterpriseInput>;
export type OperatorInput = Static<typeof OperatorInput>;
export type OutletInput = Static<typeof OutletInput>;
export type DeviceInput = Static<typeof DeviceInput>;
export type PersonInput = Static<typeof PersonInput>;
