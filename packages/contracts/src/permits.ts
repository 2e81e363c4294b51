import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, strict, Time } from './schema';

export const PermitLimit = Type.Object(
  {
    id: Id,
    outletId: Id,
    factor: FactorCode,
    period: Literals(['hour', 'day'], { description: 'averaging period the limit is for' }),
    limit: Type.Number({ exclusiveMinimum: 0 }),
    decimals: Type.Integer({ minimum: 0, maximum: 6, description: 'the mean is rounded to these (GB/T 8170)' }),
    unit: Type.String(),
    referenceOxygen: Type.Optional(
      Type.Number({ minimum: 0, maximum: 20.9, description: 'judge the value converted to this O2 (%)' }),
    ),
    basis: Type.String({ description: 'standard and clause' }),
    validFrom: Time,
    validTo: Type.Optional(Time),
  },
  strict,
);
export const Permit = Type.Object(
  {
    id: Id,
    number: Type.String({ pattern: '^[0-9A-HJ-NPQRTUWXY]{18}\\d{3}[A-Z]$', description: 'HJ 608-2017' }),
    enterpriseId: Id,
    managementClass: Literals(['key', 'simplified', 'registration']),
    validFrom: Time,
    validTo: Time,
    issuer: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    status: Literals(['valid', 'expired', 'revoked']),
    limits: Type.Array(PermitLimit),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
export const PermitInput = Type.Omit(Permit, ['version', 'status', 'divisionPath']);

export const permitsActions = {
  'permits.permit.list': {
    params: Type.Object({ enterpriseId: Id }, strict),
    result: Type.Array(Permit),
    roles: EVERYBODY,
  },
  'permits.limit.list': {
    params: Type.Object({ outletId: Id, at: Type.Optional(Time) }, strict),
    result: Type.Array(PermitLimit),
    roles: EVERYBODY,
  },
  'permits.import': {
    params: Type.Object({ permits: Type.Array(PermitInput) }, strict),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }),
    roles: ['administrator', 'service'],
  },
} as const satisfies Record<string, ActionContract>;

export type Permit = Static<typeof Permit>;
export type PermitInput = Static<typeof PermitInput>;
export type PermitLimit = Static<typeof PermitLimit>;
