import type { PermitInput, PermitRequirements, SheetError } from '@greenwatch/contracts';
import {
  type Cell,
  type Column,
  day,
  type Heading,
  number,
  ok,
  oneOf,
  pattern,
  plain,
  type Read,
  readHeading as readSheetHeading,
  readRow as readSheetRow,
  text,
} from '@greenwatch/sheets';
import { numberProblem } from './check-permit';

/** One row of a sheet, in what the permit model understands; absent: the cell is empty. Times in ms. */
export interface SheetRow {
  /** Number of the row in the sheet, the heading being 1. */
  row: number;
  permitNumber: string;
  managementClass: PermitInput['managementClass'];
  enterpriseId?: string;
  name?: string;
  address?: string;
  legalRepresentative?: string;
  premises?: string;
  issuer: string;
  issuedAt?: number;
  validFrom: number;
  /** The moment after the last valid day. */
  validTo: number;
  outletCode?: string;
  outletName?: string;
  outletMode?: 'organised' | 'fugitive' | 'direct' | 'indirect';
  outletDestination?: string;
  factor?: string;
  period?: 'hour' | 'day';
  limit?: { value: number; decimals: number };
  minimum?: number;
  unit?: string;
  referenceOxygen?: number;
  basis?: string;
  quota?: number;
  quotaYears?: number[];
  quotaOf?: 'enterprise' | 'outlet';
  monitoring?: PermitRequirements['selfMonitoring'][number]['every'];
  reports?: PermitRequirements['reports'];
  reportDueDay?: number;
  ledger?: 'daily' | 'monthly';
  selfInspection?: boolean;
  publicity?: 'monthly' | 'quarterly' | 'yearly';
}
type Key = Exclude<keyof SheetRow, 'row'>;

const DAY = 86_400_000;

const limit: Read = (raw) => {
  const digits = plain(raw);
  if (!/^\d+(\.\d{1,6})?$/.test(digits) || Number(digits) <= 0) {
    return { expected: 'a number above 0 with at most 6 decimals, without unit' };
  }
  return ok({ value: Number(digits), decimals: digits.split('.')[1]?.length ?? 0 });
};

const years: Read = (raw) => {
  const parts = /^(20\d\d)(?:[-~至](20\d\d))?年?$/.exec(plain(raw));
  const from = Number(parts?.[1]);
  const to = Number(parts?.[2] ?? parts?.[1]);
  if (!parts || to < from || to - from > 9) return { expected: 'a year or years such as 2026 or 2026-2030' };
  return ok(Array.from({ length: to - from + 1 }, (_, i) => from + i));
};

const REPORTS: Record<string, string> = {
  年: 'yearly',
  年报: 'yearly',
  yearly: 'yearly',
  半年: 'half-yearly',
  半年报: 'half-yearly',
  'half-yearly': 'half-yearly',
  季: 'quarterly',
  季报: 'quarterly',
  quarterly: 'quarterly',
  月: 'monthly',
  月报: 'monthly',
  monthly: 'monthly',
};
const reports: Read = (raw) => {
  const words = plain(raw)
    .toLowerCase()
    .split(/[、,;+\s]+/)
    .filter(Boolean);
  const kinds = words.map((word) => REPORTS[word]);
  if (kinds.length === 0 || kinds.includes(undefined)) {
    return { expected: 'kinds of reports such as 年报、季报 (yearly, half-yearly, quarterly, monthly)' };
  }
  return ok([...new Set(kinds)].sort());
};

const permitNumber: Read = (raw) => {
  const value = plain(raw).toUpperCase();
  const problem = numberProblem(value);
  return problem ? { expected: problem.replace(/^expected /, '') } : ok(value);
};

/** The layout: one row for each permit, outlet, factor and period; columns in any order, by Chinese or English heading. */
export const COLUMNS: readonly Column<Key>[] = [
  {
    key: 'permitNumber',
    zh: '许可证编号',
    en: 'permit number',
    required: true,
    read: permitNumber,
    examples: ['91130200699229617X001P', '91130200699229617X001P'],
  },
  {
    key: 'managementClass',
    zh: '管理类别',
    en: 'management class',
    required: true,
    read: oneOf({
      重点管理: 'key',
      简化管理: 'simplified',
      登记管理: 'registration',
      key: 'key',
      simplified: 'simplified',
      registration: 'registration',
    }),
    examples: ['重点管理', '重点管理'],
  },
  {
    key: 'enterpriseId',
    zh: '企业编号',
    en: 'enterprise id',
    read: (raw) => {
      const value = plain(raw);
      return /^[A-Za-z0-9_.:-]{1,64}$/.test(value) ? ok(value) : { expected: 'an id of the registry, or nothing' };
    },
    examples: ['', ''],
  },
  { key: 'name', zh: '单位名称', en: 'name', read: text(200), examples: ['示例热电有限公司', '示例热电有限公司'] },
  { key: 'address', zh: '注册地址', en: 'address', read: text(300), examples: ['桐乡市示例路1号', ''] },
  { key: 'legalRepresentative', zh: '法定代表人', en: 'legal representative', read: text(50), examples: ['张三', ''] },
  { key: 'premises', zh: '生产经营场所', en: 'premises', read: text(300), examples: ['桐乡市示例路1号', ''] },
  {
    key: 'issuer',
    zh: '发证机关',
    en: 'issuer',
    required: true,
    read: text(100),
    examples: ['嘉兴市生态环境局', '嘉兴市生态环境局'],
  },
  { key: 'issuedAt', zh: '发证日期', en: 'issued on', read: day(0), examples: ['2026-01-01', ''] },
  {
    key: 'validFrom',
    zh: '有效期起',
    en: 'valid from',
    required: true,
    read: day(0),
    examples: ['2026-01-01', '2026-01-01'],
  },
  {
    key: 'validTo',
    zh: '有效期止',
    en: 'valid to',
    required: true,
    // The last valid day is valid to its end.
    read: day(DAY),
    examples: ['2030-12-31', '2030-12-31'],
  },
  {
    key: 'outletCode',
    zh: '排放口编号',
    en: 'outlet',
    read: pattern(/^D[AW]\d{3}$/, 'an outlet of HJ 608 such as DA001 or DW001'),
    examples: ['DA001', 'DW001'],
  },
  { key: 'outletName', zh: '排放口名称', en: 'outlet name', read: text(100), examples: ['锅炉烟囱', '废水总排口'] },
  {
    key: 'outletMode',
    zh: '排放方式',
    en: 'outlet mode',
    read: oneOf({
      有组织: 'organised',
      无组织: 'fugitive',
      直接排放: 'direct',
      间接排放: 'indirect',
      organised: 'organised',
      fugitive: 'fugitive',
      direct: 'direct',
      indirect: 'indirect',
    }),
    examples: ['有组织', '间接排放'],
  },
  { key: 'outletDestination', zh: '排放去向', en: 'destination', read: text(200), examples: ['大气', '污水处理厂'] },
  {
    key: 'factor',
    zh: '污染物代码',
    en: 'factor',
    read: (raw) => {
      const value = plain(raw).toLowerCase();
      return /^[aw]\d{5}$/.test(value) ? ok(value) : { expected: 'a factor of HJ 212-2017 such as a21026 or w01018' };
    },
    examples: ['a21026', 'w01018'],
  },
  {
    key: 'period',
    zh: '浓度时段',
    en: 'period',
    read: oneOf({ 小时: 'hour', 小时均值: 'hour', hour: 'hour', 日: 'day', 日均值: 'day', day: 'day' }),
    examples: ['小时', '日'],
  },
  { key: 'limit', zh: '许可排放浓度', en: 'limit', read: limit, examples: ['35', '50'] },
  {
    key: 'minimum',
    zh: '浓度下限',
    en: 'minimum',
    read: number(0.000001, 1e9, 'a number above 0 (lower end of a range such as pH 6 to 9), or nothing'),
    examples: ['', ''],
  },
  { key: 'unit', zh: '浓度单位', en: 'unit', read: text(20), examples: ['mg/m3', 'mg/L'] },
  {
    key: 'referenceOxygen',
    zh: '基准氧含量',
    en: 'reference oxygen',
    read: number(0, 20.9, 'per cent from 0 to 20.9'),
    examples: ['6', ''],
  },
  { key: 'basis', zh: '执行标准', en: 'basis', read: text(200), examples: ['GB 13223-2011', 'GB 4287-2012'] },
  {
    key: 'quota',
    zh: '许可排放量',
    en: 'quota kg',
    read: number(0.000001, 1e12, 'kg a year, a number above 0'),
    examples: ['120000', '8000'],
  },
  { key: 'quotaYears', zh: '许可排放量年份', en: 'quota years', read: years, examples: ['2026-2030', '2026'] },
  {
    key: 'quotaOf',
    zh: '许可排放量口径',
    en: 'quota of',
    read: oneOf({ 全厂: 'enterprise', 排放口: 'outlet', enterprise: 'enterprise', outlet: 'outlet' }),
    examples: ['全厂', '排放口'],
  },
  {
    key: 'monitoring',
    zh: '自行监测频次',
    en: 'self-monitoring',
    read: oneOf({
      日: 'day',
      周: 'week',
      月: 'month',
      季: 'quarter',
      半年: 'half-year',
      年: 'year',
      day: 'day',
      week: 'week',
      month: 'month',
      quarter: 'quarter',
      'half-year': 'half-year',
      year: 'year',
    }),
    examples: ['季', '月'],
  },
  { key: 'reports', zh: '执行报告', en: 'reports', read: reports, examples: ['年报、季报', ''] },
  {
    key: 'reportDueDay',
    zh: '执行报告提交日',
    en: 'report due day',
    read: (raw) => {
      const value = Number(plain(raw));
      return Number.isInteger(value) && value >= 1 && value <= 31
        ? ok(value)
        : { expected: 'a day of the month, 1 to 31' };
    },
    examples: ['15', ''],
  },
  {
    key: 'ledger',
    zh: '台账',
    en: 'ledger',
    read: oneOf({ 日: 'daily', 月: 'monthly', daily: 'daily', monthly: 'monthly' }),
    examples: ['月', ''],
  },
  {
    key: 'selfInspection',
    zh: '每日自查',
    en: 'self-inspection',
    read: (raw) => {
      const word = plain(raw).toLowerCase();
      if (['是', 'yes', 'true'].includes(word)) return ok(true);
      return ['否', 'no', 'false'].includes(word) ? ok(false) : { expected: '是 or 否 (yes, no)' };
    },
    examples: ['是', ''],
  },
  {
    key: 'publicity',
    zh: '信息公开',
    en: 'publicity',
    read: oneOf({
      月: 'monthly',
      季: 'quarterly',
      年: 'yearly',
      monthly: 'monthly',
      quarterly: 'quarterly',
      yearly: 'yearly',
    }),
    examples: ['年', ''],
  },
];

/** Reads the heading row; `problem` says why the sheet cannot be read with it. */
export const readHeading = (cells: readonly Cell[]) => readSheetHeading(COLUMNS, cells);

/** Reads one row. What is wrong is named by cell; with errors the row is not complete. */
export function readRow(
  heading: Heading<Key>,
  row: number,
  cells: readonly Cell[],
): { row: Partial<SheetRow>; errors: SheetError[] } {
  const { values, errors } = readSheetRow(heading, row, cells);
  return { row: { ...values, row } as Partial<SheetRow>, errors };
}
