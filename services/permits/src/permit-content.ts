import type {
  Permit,
  PermitApplication,
  PermitInput,
  PermitLimit,
  PermitQuota,
  PermitRequirements,
  PermittedOutlet,
  permitsFacts,
} from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import type { PermitContent, StoredApplication, StoredLimit, StoredPermit } from './permit.model';

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
    ...mainPage(input),
    ...(input.issuedAt === undefined ? {} : { issuedAt: Date.parse(input.issuedAt) }),
    validFrom: Date.parse(input.validFrom),
    validTo: Date.parse(input.validTo),
    issuer: input.issuer,
    limits: input.limits.map(limitContent).sort((a, b) => (a.id < b.id ? -1 : 1)),
    outlets: (input.outlets ?? []).map(outletContent).sort((a, b) => (a.code < b.code ? -1 : 1)),
    quotas: (input.quotas ?? []).map(quotaContent).sort((a, b) => (quotaKey(a) < quotaKey(b) ? -1 : 1)),
    ...(input.requirements ? { requirements: requirementsContent(input.requirements) } : {}),
  };
}

const MAIN_PAGE = ['name', 'address', 'legalRepresentative', 'premises'] as const;

/** The texts of the main page that are there. */
function mainPage(from: Partial<Record<(typeof MAIN_PAGE)[number], string | undefined>>) {
  return Object.fromEntries(MAIN_PAGE.flatMap((key) => (from[key] ? [[key, from[key]]] : []))) as {
    [K in (typeof MAIN_PAGE)[number]]?: string;
  };
}

function outletContent({
  outletId,
  code,
  name,
  factors,
  mode,
  destination,
  lon,
  lat,
}: PermittedOutlet): PermittedOutlet {
  return {
    outletId,
    code,
    ...(name ? { name } : {}),
    factors: [...new Set(factors)].sort(),
    ...(mode ? { mode } : {}),
    ...(destination ? { destination } : {}),
    ...(lon === undefined || lat === undefined ? {} : { lon, lat }),
  };
}

function quotaContent({ factor, outletId, year, quantity }: PermitQuota): PermitQuota {
  return { factor, ...(outletId ? { outletId } : {}), year, quantity };
}

/** What two quotas must not share. */
export const quotaKey = ({ factor, outletId = '', year }: PermitQuota) => `${year} ${factor} ${outletId}`;

function requirementsContent(from: PermitRequirements): PermitRequirements {
  const selfMonitoring = from.selfMonitoring
    .map(({ outletId, factor, every }) => ({ ...(outletId ? { outletId } : {}), factor, every }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    ...(from.ledger ? { ledger: from.ledger } : {}),
    ...(from.selfInspection ? { selfInspection: true } : {}),
    reports: [...from.reports].sort(),
    ...(from.reportDueDay ? { reportDueDay: from.reportDueDay } : {}),
    selfMonitoring,
    ...(from.publicity ? { publicity: from.publicity } : {}),
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
    ...(limit.minimum === undefined ? {} : { minimum: limit.minimum }),
    ...(limit.referenceOxygen ? { referenceOxygen: limit.referenceOxygen } : {}),
    basis: limit.basis,
    validFrom: Date.parse(limit.validFrom),
    ...(limit.validTo === undefined ? {} : { validTo: Date.parse(limit.validTo) }),
  };
}

/** Whether both say the same; an import that says the same changes nothing. */
export function sameContent(a: PermitContent, b: PermitContent): boolean {
  return changedFields(a, b).length === 0;
}

/** The fields of a permit in which two contents differ. */
export function changedFields(a: PermitContent, b: PermitContent): string[] {
  const [left, right] = [comparable(a), comparable(b)];
  return Object.keys(left).filter((field) => left[field] !== right[field]);
}

/** Every field as a text that is the same where it says the same, however it was stored. */
function comparable(p: PermitContent): Record<string, string> {
  const limits = p.limits.map((l) => [
    l.id,
    l.outletId,
    l.factor,
    l.period,
    l.limit,
    l.minimum ?? 0,
    l.decimals,
    l.unit,
    l.referenceOxygen ?? 0,
    l.basis,
    l.validFrom,
    l.validTo ?? 0,
  ]);
  const outlets = (p.outlets ?? []).map((o) => [
    o.outletId,
    o.code,
    o.name ?? '',
    o.factors,
    o.mode ?? '',
    o.destination ?? '',
    o.lon ?? 0,
    o.lat ?? 0,
  ]);
  const quotas = (p.quotas ?? []).map((q) => [quotaKey(q), q.quantity]);
  const r = p.requirements;
  return {
    number: p.number,
    enterpriseId: p.enterpriseId,
    managementClass: p.managementClass,
    name: p.name ?? '',
    address: p.address ?? '',
    legalRepresentative: p.legalRepresentative ?? '',
    premises: p.premises ?? '',
    issuedAt: String(p.issuedAt ?? 0),
    validFrom: String(p.validFrom),
    validTo: String(p.validTo),
    issuer: p.issuer,
    limits: JSON.stringify(limits),
    outlets: JSON.stringify(outlets),
    quotas: JSON.stringify(quotas),
    requirements: r
      ? JSON.stringify([
          r.ledger ?? '',
          r.selfInspection ?? false,
          r.reports,
          r.reportDueDay ?? 0,
          r.selfMonitoring.map((m) => [m.outletId ?? '', m.factor, m.every]),
          r.publicity ?? '',
        ])
      : '',
  };
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
    ...mainPage(permit),
    ...(permit.issuedAt === undefined ? {} : { issuedAt: isoTime(permit.issuedAt) }),
    validFrom: isoTime(permit.validFrom),
    validTo: isoTime(permit.validTo),
    issuer: permit.issuer,
    version: permit.version,
    status: statusAt(permit, now),
    limits: permit.limits.map(presentLimit),
    outlets: permit.outlets ?? [],
    quotas: permit.quotas ?? [],
    ...(permit.requirements ? { requirements: permit.requirements } : {}),
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
      minimum: limit.minimum ?? 0,
      referenceOxygen: limit.referenceOxygen ?? 0,
      validTo: limit.validTo ?? 0,
    })),
    outlets: (permit.outlets ?? []).map(({ outletId, code, factors }) => ({ outletId, code, factors })),
    quotas: (permit.quotas ?? []).map(({ outletId = '', ...quota }) => ({ ...quota, outletId })),
  };
}

export function presentApplication(application: StoredApplication): PermitApplication {
  const { _id, permitId, enterpriseId, kind, receivedAt, note, recordedBy } = application;
  return {
    id: _id,
    permitId,
    enterpriseId,
    kind,
    receivedAt: isoTime(receivedAt),
    ...(note ? { note } : {}),
    recordedBy,
  };
}
