import { cellName, readDay } from '@greenwatch/sheets';
import { COLUMNS, readHeading, readRow } from './sheet-layout';

const heading = COLUMNS.slice();
const cells = (change: Record<string, string | { refused: string; shown: string }> = {}) =>
  COLUMNS.map(({ key, examples }) => change[key] ?? examples[0]);

describe('heading', () => {
  it('Chinese or English, in any order, with or without the mark of what must be filled', () => {
    const { heading: read, problem } = readHeading([
      '有效期止*',
      'permit number',
      '管理类别',
      'issuer',
      'VALID FROM',
      '',
    ]);
    expect(problem).toBeUndefined();
    expect(read.map((column) => column?.key)).toEqual([
      'validTo',
      'permitNumber',
      'managementClass',
      'issuer',
      'validFrom',
    ]);
  });
  test.each([
    ['one that is missing', ['许可证编号'], /expected the headings 管理类别 \(management class\), 发证机关/],
    ['one that is none', [...COLUMNS.map(({ zh }) => zh), 'COD限值'], /"COD限值" in AF1 is none/],
    ['one that stands there twice', [...COLUMNS.map(({ zh }) => zh), 'limit'], /twice/],
  ])('names %s', (_what, names, problem) => {
    expect(readHeading(names).problem).toMatch(problem);
  });
});

describe('a row', () => {
  it('is read as the template shows it', () => {
    const { row, errors } = readRow(heading, 2, cells());
    expect(errors).toEqual([]);
    expect(row).toMatchObject({
      row: 2,
      permitNumber: '91130200699229617X001P',
      managementClass: 'key',
      validFrom: Date.parse('2026-01-01T00:00:00+08:00'),
      // 有效期止 is the last valid day.
      validTo: Date.parse('2031-01-01T00:00:00+08:00'),
      limit: { value: 35, decimals: 0 },
      quotaYears: [2026, 2027, 2028, 2029, 2030],
      reports: ['quarterly', 'yearly'],
      selfInspection: true,
    });
  });
  it('both rows of the template are right', () => {
    const second = COLUMNS.map(({ examples }) => examples[1]);
    expect(readRow(heading, 3, second).errors).toEqual([]);
  });
  test.each<[string, string, string, RegExp]>([
    ['HJ 608-2017: 22 characters', 'permitNumber', '91130200699229617X001', /3 digits and a letter/],
    ['GB 32100-2015: check character', 'permitNumber', '91130200699229617Y001P', /check character/],
    ['条例 Art 2: three classes', 'managementClass', '一般管理', /one of 重点管理/],
    ['a day that is none', 'validFrom', '2026-02-30', /a day such as/],
    ['HJ 608: outlet', 'outletCode', 'FQ-1', /DA001 or DW001/],
    ['HJ 212-2017: factor', 'factor', 'COD', /a21026 or w01018/],
    ['a limit with its unit', 'limit', '35mg/m3', /without unit/],
    ['a limit of nothing', 'limit', '0', /above 0/],
    ['a quota below nothing', 'quota', '-5', /above 0/],
    ['years that run backwards', 'quotaYears', '2030-2026', /2026-2030/],
    ['a report that is none', 'reports', '周报', /年报、季报/],
    ['a day that no month has', 'reportDueDay', '32', /1 to 31/],
    ['nothing where something must be', 'issuer', '', /must be filled/],
  ])('%s', (_clause, key, value, expected) => {
    const { errors } = readRow(heading, 7, cells({ [key]: value }));
    const at = COLUMNS.findIndex((column) => column.key === key);
    expect(errors).toEqual([
      expect.objectContaining({ row: 7, cell: cellName(at, 7), expected: expect.stringMatching(expected) }),
    ]);
  });
  it('a cell that was refused is named', () => {
    const refused = { refused: 'a value, not a formula', shown: '=A1' };
    expect(readRow(heading, 3, cells({ limit: refused })).errors).toMatchObject([
      { row: 3, cell: 'R3', column: '许可排放浓度', value: '=A1', expected: 'a value, not a formula' },
    ]);
  });
  it('full-width digits of a Chinese keyboard count as what they look like', () => {
    expect(readRow(heading, 2, cells({ limit: '３５．０' })).row.limit).toEqual({ value: 35, decimals: 1 });
  });
});

test.each([
  ['2026-01-31', '2026-01-31'],
  ['2026/1/31', '2026-01-31'],
  ['2026年1月31日', '2026-01-31'],
  ['46053', '2026-01-31'],
  ['31.01.2026', undefined],
  ['2026-13-01', undefined],
])('the day %s', (raw, day) => {
  expect(readDay(raw)).toBe(day && Date.parse(`${day}T00:00:00+08:00`));
});
