import type { Client } from '@greenwatch/kit';
import { FACTORS, mnOf, PASSWORD } from './bench-frames';

const CHUNK = 500;
const MEDIUM = 'gas' as const;

/** Registers the devices of the bench: one enterprise, a gas outlet each. */
export async function registerDevices(client: Client, count: number): Promise<void> {
  const divisions = [
    { code: '330000', name: '浙江省', level: 'province' as const },
    { code: '330400', name: '嘉兴市', level: 'city' as const, parent: '330000' },
    { code: '330483', name: '桐乡市', level: 'county' as const, parent: '330400' },
  ];
  const enterprise = {
    id: 'bench',
    // The example of HJ 608-2017.
    uscc: '91130200699229617X',
    name: '负载测试企业',
    divisionCode: '330483',
    address: '测试路1号',
    lon: 120.55,
    lat: 30.63,
    industryCode: '4412',
    industryName: '热电联产',
    managementClass: 'key' as const,
    status: 'producing' as const,
  };
  await client.call('registry.import', { divisions, enterprises: [enterprise] }, { timeoutMs: 60_000 });
  for (let from = 0; from < count; from += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, count - from) }, (_, i) => from + i);
    const outlets = numbers.map((i) => ({
      id: outletOf(i),
      enterpriseId: enterprise.id,
      code: `DA${String(i % 1_000).padStart(3, '0')}`,
      name: `排放口 ${i}`,
      medium: MEDIUM,
      lon: enterprise.lon,
      lat: enterprise.lat,
      factors: FACTORS,
    }));
    const devices = numbers.map((i) => ({
      mn: mnOf(i),
      status: 'active' as const,
      edition: '2017' as const,
      bindings: [{ outletId: outletOf(i), enterpriseId: enterprise.id, medium: MEDIUM }],
      addresses: [],
      missingFlagValid: true,
      password: PASSWORD,
    }));
    await client.call('registry.import', { outlets, devices }, { timeoutMs: 60_000 });
  }
}

/** Outlet of the n-th device of the bench. */
export const outletOf = (device: number): string => `bench-${device}`;
