import type { SheetRow } from './sheet-layout';
import { permitOf } from './sheet-permits';

const NUMBER = '91130200699229617X001P';
const day = (text: string) => Date.parse(`${text}T00:00:00+08:00`);
const row = (change: Partial<SheetRow> = {}): SheetRow => ({
  row: 2,
  permitNumber: NUMBER,
  managementClass: 'key',
  issuer: '嘉兴市生态环境局',
  validFrom: day('2026-01-01'),
  validTo: day('2031-01-01'),
  outletCode: 'DA001',
  factor: 'a21026',
  period: 'hour',
  limit: { value: 35, decimals: 0 },
  ...change,
});
const without = (key: 'outletCode' | 'period'): SheetRow => {
  const { [key]: _gone, ...rest } = row();
  return rest;
};
const registered = {
  byUscc: new Map([[NUMBER.slice(0, 18), ['e1']]]),
  ids: new Set(['e1', 'e2']),
  outlets: new Map([['e1 DA001', 'o-17']]),
};

describe('a permit of its rows', () => {
  it('limits of the registry’s outlet, quotas by year, what it obliges to', () => {
    const { content, errors } = permitOf(
      [
        row({ quota: 100, quotaYears: [2026, 2027], ledger: 'daily', monitoring: 'quarter' }),
        row({ row: 3, factor: 'a21002', limit: { value: 50, decimals: 0 } }),
        row({
          row: 4,
          outletCode: 'DW001',
          factor: 'w01018',
          period: 'day',
          quota: 20,
          quotaYears: [2026],
          quotaOf: 'outlet',
        }),
      ],
      registered,
    );
    expect(errors).toEqual([]);
    expect(content).toMatchObject({
      enterpriseId: 'e1',
      limits: [
        { id: `${NUMBER}-DA001-a21002-hour`, outletId: 'o-17', unit: 'mg/m3' },
        { id: `${NUMBER}-DA001-a21026-hour`, limit: 35 },
        { outletId: 'e1-DW001', unit: 'mg/L', period: 'day' },
      ],
      outlets: [
        { outletId: 'o-17', code: 'DA001', factors: ['a21002', 'a21026'] },
        { code: 'DW001', factors: ['w01018'] },
      ],
      quotas: [
        { factor: 'a21026', year: 2026, quantity: 100 },
        { factor: 'w01018', outletId: 'e1-DW001', year: 2026, quantity: 20 },
        { factor: 'a21026', year: 2027, quantity: 100 },
      ],
      requirements: {
        ledger: 'daily',
        reports: [],
        selfMonitoring: [{ outletId: 'o-17', factor: 'a21026', every: 'quarter' }],
      },
    });
  });

  test.each<[string, SheetRow[], number, string, RegExp]>([
    ['the same row twice', [row(), row({ row: 3 })], 3, '污染物代码', /row 2 is for the same/],
    ['two issuers', [row(), row({ row: 3, factor: 'a21002', issuer: '省厅' })], 3, '发证机关', /the same as in row 2/],
    [
      'two quotas',
      [row({ quota: 1, quotaYears: [2026] }), row({ row: 3, period: 'day', quota: 2, quotaYears: [2026] })],
      3,
      '许可排放量',
      /same as in row 2 for 2026: 1/,
    ],
    ['a limit of no outlet', [without('outletCode')], 2, '排放口编号', /an outlet/],
    ['a limit of no period', [without('period')], 2, '浓度时段', /hour, day/],
    ['pH 9 to 6', [row({ minimum: 40 })], 2, '浓度下限', /less than the limit 35/],
    ['a quota of no year', [row({ quota: 5 })], 2, '许可排放量年份', /a year/],
    ['an end before the beginning', [row({ validTo: day('2025-01-01') })], 2, '有效期止', /not before/],
    ['an enterprise elsewhere', [row({ enterpriseId: 'e9' })], 2, '企业编号', /in your division/],
    [
      'a firm nobody knows',
      [row({ permitNumber: '91440300708461136T001P' })],
      2,
      '许可证编号',
      /credit code 91440300708461136T/,
    ],
  ])('names %s', (_what, rows, at, column, expected) => {
    const { content, errors } = permitOf(rows, registered);
    expect(content).toBeUndefined();
    expect(errors).toContainEqual(
      expect.objectContaining({ row: at, column, expected: expect.stringMatching(expected) }),
    );
  });
});
