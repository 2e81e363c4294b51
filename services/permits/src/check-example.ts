import type { EnterpriseView } from './check-view';
import type { StoredPermit } from './permit.model';

/** For the tests of the checks: an enterprise about which there is nothing to say. */
export const NOW = Date.parse('2026-11-22T10:00:00+08:00');
export const day = (text: string) => Date.parse(`${text}T00:00:00+08:00`);

export const examplePermit = (change: Partial<StoredPermit> = {}): StoredPermit => ({
  _id: 'p1',
  number: '91130200699229617X001P',
  premisesKey: '91130200699229617X001',
  enterpriseId: 'e1',
  managementClass: 'key',
  name: '甲公司',
  address: '一路1号',
  legalRepresentative: '张三',
  validFrom: day('2023-01-01'),
  validTo: day('2028-01-01'),
  issuer: '嘉兴市生态环境局',
  limits: [
    {
      id: 'l1',
      outletId: 'o1',
      factor: 'a21026',
      period: 'hour',
      limit: 35,
      decimals: 0,
      unit: 'mg/m3',
      basis: 'GB 13223-2011',
      validFrom: day('2023-01-01'),
    },
  ],
  outlets: [{ outletId: 'o1', code: 'DA001', factors: ['a21026'] }],
  quotas: [],
  version: 1,
  sequence: 1,
  divisionPath: ['330000'],
  ...change,
});

export const exampleView = (change: Partial<EnterpriseView> = {}): EnterpriseView => ({
  id: 'e1',
  name: '甲公司',
  divisionPath: ['330000'],
  managementClass: 'key',
  status: 'producing',
  address: '一路1号',
  legalRepresentative: '张三',
  basics: [{ sequence: 1, at: day('2023-01-01'), name: '甲公司', address: '一路1号', legalRepresentative: '张三' }],
  permits: [examplePermit()],
  applications: [],
  outlets: [{ _id: 'o1', code: 'DA001', name: '烟囱', lon: 120, lat: 30, factors: ['a21026', 'a19001', 'a00000'] }],
  devices: [{ mn: 'MN1', outletId: 'o1' }],
  discharges: [{ outletId: 'o1', day: day('2026-11-21'), flow: 100, productionKwh: 0, factors: ['a21026'] }],
  exceedances: [],
  yearTotals: [],
  lastDay: 0,
  missed: [],
  ...change,
});
