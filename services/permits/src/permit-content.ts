import type { Permit, PermitInput, PermitLimit, permitsFacts } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import type { PermitContent, StoredLimit, StoredPermit } from './permit.model';

/** valid or expired is a matter of time alone (排污许可管理条例 Art 14); `now` in ms. */
export function statusAt(permit: Pick<PermitContent, 'validTo'>, now: number): 'valid' | 'expired' {
  return now < permit.validTo ? 'valid' : 'expired';
}

/** Brings an import into the form that is stored and compared: times as ms, limits by id, no absent fields. */
export function contentOf(input: PermitInput): PermitContent {
  return {
    number: input.number,
    enterpriseId: input.enterpriseId,
    managementClass: input.managementClass,
    validFrom: Date.parse(input.validFrom),
    validTo: Date.parse(input.validTo),
    issuer: input.issuer,
    limits: input.limits.map(limitContent).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function limitContent(limit: PermitLimit): StoredLimit {
  return {
    id: limit.id,
    outletId: limit.outletId,
    factor: limit.factor,
    period: limit.period,
    limit: limit.limit,
    decimals: limit.decimals,
    unit: limit.unit,
    ...(limit.referenceOxygen ? { referenceOxygen: limit.referenceOxygen } : {}),
    basis: limit.basis,
    validFrom: Date.parse(limit.validFrom),
    ...(limit.validTo === undefined ? {} : { validTo: Date.parse(limit.validTo) }),
  };
}

/** Whether both say the same; an import that says the same changes nothing. */
export function sameContent(a: PermitContent, b: PermitContent): boolean {
  return comparable(a) === comparable(b);
}

function comparable(p: PermitContent): string {
  const limits = p.limits.map((l) => [
    l.id,
    l.outletId,
    l.factor,
    l.period,
    l.limit,
    l.decimals,
    l.unit,
    l.referenceOxygen ?? 0,
    l.basis,
    l.validFrom,
    l.validTo ?? 0,
  ]);
  return JSON.stringify([p.number, p.enterpriseId, p.managementClass, p.validFrom, p.validTo, p.issuer, limits]);
}

export function presentLimit(limit: StoredLimit): PermitLimit {
  const { validFrom, validTo, ...rest } = limit;
  return {
    ...rest,
    validFrom: isoTime(validFrom),
    ...(validTo === undefined ? {} : { validTo: isoTime(validTo) }),
  };
}

/** A permit as actions give it. */
export function presentPermit(permit: StoredPermit, now: number): Permit {
  return {
    id: permit._id,
    number: permit.number,
    enterpriseId: permit.enterpriseId,
    managementClass: permit.managementClass,
    validFrom: isoTime(permit.validFrom),
    validTo: isoTime(permit.validTo),
    issuer: permit.issuer,
    version: permit.version,
    status: statusAt(permit, now),
    limits: permit.limits.map(presentLimit),
    divisionPath: permit.divisionPath,
  };
}

/** The fact of a permit as it now stands. */
export function permitChanged(permit: StoredPermit, now: number): permitsFacts.PermitChanged {
  return {
    id: permit._id,
    number: permit.number,
    enterpriseId: permit.enterpriseId,
    managementClass: permit.managementClass,
    validFrom: permit.validFrom,
    validTo: permit.validTo,
    version: permit.version,
    status: statusAt(permit, now),
    limits: permit.limits.map((limit) => ({
      ...limit,
      referenceOxygen: limit.referenceOxygen ?? 0,
      validTo: limit.validTo ?? 0,
    })),
    outlets: [],
    quotas: [],
  };
}
