import { type Actions, organisationCheckCharacter, type Params, usccCheckCharacter } from '@greenwatch/contracts';
import { FACTORS, LIMIT, mnOf, PASSWORD } from './bench-frames';

/** Entities an import, a few seconds of work each. */
const CHUNK = 500;
const TIMEOUT_MS = 120_000;
/** As in the field, where a source has one or two outlets with instruments. */
const OUTLETS_AN_ENTERPRISE = 2;
const PLACE = { divisionCode: '330483', lon: 120.55, lat: 30.63 };
const MEDIUM = 'gas' as const;
const VALID_FROM = '2020-01-01T00:00:00+08:00';
const VALID_TO = '2040-01-01T00:00:00+08:00';

/** How records come in: a system's own actions, or the API. */
export interface Importer {
  call<K extends 'registry.import' | 'permits.import'>(
    action: K,
    params: Params<Actions[K]>,
    options?: { timeoutMs?: number },
  ): Promise<unknown>;
}

/** Which devices: `count` from number `first` (0) on, a multiple of two. A device of HJ/T 212-2005 is registered as such. */
export interface DeviceRange {
  count: number;
  first?: number;
  editionOf?: (device: number) => '2005' | '2017';
}
const rangeOf = (devices: number | DeviceRange): Required<DeviceRange> => ({
  first: 0,
  editionOf: () => '2017',
  ...(typeof devices === 'number' ? { count: devices } : devices),
});
/** The enterprises of these devices. */
const sourcesOf = ({ count, first }: Required<DeviceRange>) => ({
  first: first / OUTLETS_AN_ENTERPRISE,
  count: Math.ceil(count / OUTLETS_AN_ENTERPRISE),
});

/** Outlet and enterprise of the n-th device of the bench. */
export const outletOf = (device: number): string => `bench-${device}`;
const enterpriseOf = (device: number) => Math.floor(device / OUTLETS_AN_ENTERPRISE);
const devicesOf = (enterprise: number) =>
  Array.from({ length: OUTLETS_AN_ENTERPRISE }, (_, i) => enterprise * OUTLETS_AN_ENTERPRISE + i);
const enterpriseId = (enterprise: number) => `bench-${enterprise}`;
/** HJ 608: DA001, DA002. */
const outletCode = (device: number) => `DA00${1 + (device % OUTLETS_AN_ENTERPRISE)}`;

/** Credit code of the n-th enterprise, right in both its check characters (GB 32100). */
export function usccOf(enterprise: number): string {
  const organisation = String(20_000_000 + enterprise);
  const body = `91330483${organisation}${organisationCheckCharacter(organisation)}`;
  return body + usccCheckCharacter(body);
}

/** Registers enterprises `bench-<first>` and on, all in one county. */
export async function registerEnterprises(client: Importer, count: number, first = 0): Promise<void> {
  const divisions = [
    { code: '330000', name: '浙江省', level: 'province' as const },
    { code: '330400', name: '嘉兴市', level: 'city' as const, parent: '330000' },
    { code: PLACE.divisionCode, name: '桐乡市', level: 'county' as const, parent: '330400' },
  ];
  await client.call('registry.import', { divisions }, { timeoutMs: TIMEOUT_MS });
  for (const numbers of chunks(count, first)) {
    const enterprises = numbers.map((i) => ({
      id: enterpriseId(i),
      uscc: usccOf(i),
      name: `负载测试企业${i}`,
      ...PLACE,
      address: `测试路${i}号`,
      industryCode: '4412',
      industryName: '热电联产',
      managementClass: 'key' as const,
      status: 'producing' as const,
    }));
    await client.call('registry.import', { enterprises }, { timeoutMs: TIMEOUT_MS });
  }
}

/** Registers the devices of the bench: a gas outlet each, two outlets an enterprise. */
export async function registerDevices(client: Importer, devices: number | DeviceRange): Promise<void> {
  const range = rangeOf(devices);
  const sources = sourcesOf(range);
  await registerEnterprises(client, sources.count, sources.first);
  for (const numbers of chunks(range.count, range.first)) {
    const outlets = numbers.map((i) => ({
      id: outletOf(i),
      enterpriseId: enterpriseId(enterpriseOf(i)),
      code: outletCode(i),
      name: `排放口 ${i}`,
      medium: MEDIUM,
      lon: PLACE.lon,
      lat: PLACE.lat,
      factors: FACTORS,
    }));
    const devices = numbers.map((i) => ({
      mn: mnOf(i),
      status: 'active' as const,
      edition: range.editionOf(i),
      bindings: [{ outletId: outletOf(i), enterpriseId: enterpriseId(enterpriseOf(i)), medium: MEDIUM }],
      addresses: [],
      missingFlagValid: true,
      password: PASSWORD,
    }));
    await client.call('registry.import', { outlets, devices }, { timeoutMs: TIMEOUT_MS });
  }
}

/** Permits the enterprises of these devices to discharge what they measure, SO2 up to LIMIT. Without, every one would be a clue. */
export async function registerPermits(client: Importer, devices: number | DeviceRange): Promise<void> {
  const sources = sourcesOf(rangeOf(devices));
  for (const numbers of chunks(sources.count, sources.first)) {
    const permits = numbers.map((enterprise) => ({
      id: enterpriseId(enterprise),
      number: `${usccOf(enterprise)}001P`,
      enterpriseId: enterpriseId(enterprise),
      managementClass: 'key' as const,
      validFrom: VALID_FROM,
      validTo: VALID_TO,
      issuer: '嘉兴市生态环境局',
      outlets: devicesOf(enterprise).map((device) => ({
        outletId: outletOf(device),
        code: outletCode(device),
        factors: FACTORS,
      })),
      limits: devicesOf(enterprise).map((device, i) => ({
        id: `so2-${i}`,
        outletId: outletOf(device),
        factor: 'a21026',
        period: 'hour' as const,
        limit: LIMIT,
        decimals: 0,
        unit: 'mg/m3',
        basis: 'GB 13223-2011',
        validFrom: VALID_FROM,
      })),
    }));
    await client.call('permits.import', { permits }, { timeoutMs: TIMEOUT_MS });
  }
}

/**
 * Registers who has work with what these devices send: a county's people, and a principal for each enterprise. With
 * nobody there every task would be looked after again each minute.
 */
export async function registerPeople(client: Importer, devices: number | DeviceRange): Promise<void> {
  const sources = sourcesOf(rangeOf(devices));
  const person = { divisionCode: PLACE.divisionCode, locale: 'zh-CN' as const, active: true };
  const county = (role: 'supervisor' | 'officer' | 'duty-officer', count: number, firstPhone: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...person,
      id: `bench-${role}-${i}`,
      name: `${role} ${i}`,
      roles: [role],
      certificateNo: `330483${1_000 + i}`,
      phone: String(firstPhone + i),
    }));
  const authority = [
    ...county('supervisor', 6, 13_800_000_000),
    ...county('officer', 24, 13_800_001_000),
    ...county('duty-officer', 2, 13_800_002_000),
  ];
  await client.call('registry.import', { persons: authority }, { timeoutMs: TIMEOUT_MS });
  for (const numbers of chunks(sources.count, sources.first)) {
    const persons = numbers.map((enterprise) => ({
      ...person,
      id: `bench-principal-${enterprise}`,
      name: `负责人${enterprise}`,
      roles: ['principal' as const],
      enterpriseId: enterpriseId(enterprise),
      phone: `139${String(10_000_000 + enterprise)}`,
    }));
    await client.call('registry.import', { persons }, { timeoutMs: TIMEOUT_MS });
  }
}

/** Numbers from `first`, so many at a time as one import takes. */
function* chunks(count: number, first: number): Generator<number[]> {
  for (let from = 0; from < count; from += CHUNK) {
    yield Array.from({ length: Math.min(CHUNK, count - from) }, (_, i) => first + from + i);
  }
}
