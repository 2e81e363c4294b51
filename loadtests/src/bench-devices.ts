import type { Client } from '@greenwatch/kit';
import { FACTORS, mnOf, PASSWORD } from './bench-frames';

/** Registers the devices of the bench: one enterprise, a gas outlet each. */
export async function registerDevices(client: Client, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  await client.call(
    'registry.import',
    {
      divisions: [
        { code: '330000', name: '浙江省', level: 'province' },
        { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
        { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
      ],
      enterprises: [
        {
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
          managementClass: 'key',
          status: 'producing',
        },
      ],
      outlets: numbers.map((i) => ({
        id: `bench-${i}`,
        enterpriseId: 'bench',
        code: `DA${String(i % 1_000).padStart(3, '0')}`,
        name: `排放口 ${i}`,
        medium: 'gas' as const,
        lon: 120.55,
        lat: 30.63,
        factors: FACTORS,
      })),
      devices: numbers.map((i) => ({
        mn: mnOf(i),
        status: 'active' as const,
        edition: '2017' as const,
        bindings: [{ outletId: `bench-${i}`, enterpriseId: 'bench', medium: 'gas' as const }],
        addresses: [],
        missingFlagValid: true,
        password: PASSWORD,
      })),
    },
    { timeoutMs: 60_000 },
  );
}
