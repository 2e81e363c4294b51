import { type Column, day, number, ok, oneOf, pattern, plain } from '@greenwatch/sheets';
import { isAddress } from './check-import';

/** One row of a sheet of devices; absent: the cell is empty. */
export interface SheetRow {
  row: number;
  mn: string;
  outletId?: string;
  uscc?: string;
  outletCode?: string;
  password?: string;
  edition?: '2005' | '2017' | '2025' | 'surface-water';
  addresses?: string[];
  operatorId?: string;
  packetsPerMinute?: number;
  missingFlagValid?: boolean;
  ppmFactors?: string[];
  status?: 'active' | 'retired';
  /** First moment at the outlet, ms. */
  from?: number;
}
type Key = Exclude<keyof SheetRow, 'row'>;

const id = (what: string): Column['read'] => {
  return (raw) => {
    const value = plain(raw);
    return /^[A-Za-z0-9_.:-]{1,64}$/.test(value) ? ok(value) : { expected: `the id of ${what} in the registry` };
  };
};

const MOST_ADDRESSES = 20;
const MOST_PPM_FACTORS = 50;

/** One row for each device; columns in any order, by Chinese or English heading. */
export const COLUMNS: readonly Column<Key>[] = [
  {
    key: 'mn',
    zh: '设备编号',
    en: 'MN',
    required: true,
    // As the device sends it: upper and lower case count.
    read: (raw) =>
      /^[!-~]{1,32}$/.test(raw) ? ok(raw) : { expected: '1 to 32 letters, digits and signs without blanks (MN)' },
    examples: ['010000A8900016F000169DC0', '33048300000001'],
  },
  { key: 'outletId', zh: '排放口标识', en: 'outlet id', read: id('an outlet'), examples: ['', 'o-330483-001'] },
  {
    key: 'uscc',
    zh: '统一社会信用代码',
    en: 'credit code',
    read: pattern(/^[0-9A-Z]{18}$/, '18 digits and letters (GB 32100-2015)'),
    examples: ['91130200699229617X', ''],
  },
  {
    key: 'outletCode',
    zh: '排放口编号',
    en: 'outlet',
    read: pattern(/^D[AW]\d{3}$/, 'an outlet of HJ 608 such as DA001 or DW001'),
    examples: ['DA001', ''],
  },
  {
    key: 'password',
    zh: '访问密码',
    en: 'password',
    read: (raw) =>
      /^[!-~]{1,32}$/.test(raw) && !raw.includes(';') ? ok(raw) : { expected: '1 to 32 characters without blank or ;' },
    examples: ['a1B2c3', ''],
  },
  {
    key: 'edition',
    zh: '协议版本',
    en: 'edition',
    read: oneOf({ '2005': '2005', '2017': '2017', '2025': '2025', 'surface-water': 'surface-water' }),
    examples: ['2017', '2025'],
  },
  {
    key: 'addresses',
    zh: '接入地址',
    en: 'addresses',
    read: (raw) => {
      const addresses = plain(raw)
        .split(/[\s,;、]+/)
        .filter(Boolean);
      return addresses.length <= MOST_ADDRESSES && addresses.every(isAddress)
        ? ok([...new Set(addresses)])
        : { expected: `at most ${MOST_ADDRESSES} IP addresses, divided by 、 or blanks` };
    },
    examples: ['', '10.1.2.3'],
  },
  { key: 'operatorId', zh: '运维单位编号', en: 'operator id', read: id('an operator'), examples: ['', ''] },
  {
    key: 'packetsPerMinute',
    zh: '每分钟包数上限',
    en: 'packets a minute',
    read: (raw) => {
      const read = number(1, 1_000_000, 'a whole number from 1 to 1000000')(raw);
      if ('expected' in read || Number.isInteger(read.value)) return read;
      return { expected: 'a whole number from 1 to 1000000' };
    },
    examples: ['', '600'],
  },
  {
    key: 'missingFlagValid',
    zh: '无标记视为有效',
    en: 'missing flag valid',
    read: oneOf({ 是: true, 否: false, yes: true, no: false }),
    examples: ['是', ''],
  },
  {
    key: 'ppmFactors',
    zh: '以ppm上报的因子',
    en: 'factors in ppm',
    read: (raw) => {
      const factors = plain(raw)
        .split(/[\s,;、]+/)
        .filter(Boolean);
      return factors.length <= MOST_PPM_FACTORS && factors.every((code) => /^a[0-9]{5}$/.test(code))
        ? ok([...new Set(factors)])
        : { expected: `at most ${MOST_PPM_FACTORS} codes of gases such as a21026, divided by 、 or blanks` };
    },
    examples: ['', 'a21026、a21002'],
  },
  {
    key: 'status',
    zh: '状态',
    en: 'status',
    read: oneOf({ 在用: 'active', 停用: 'retired', active: 'active', retired: 'retired' }),
    examples: ['在用', ''],
  },
  { key: 'from', zh: '启用日期', en: 'from', read: day(0), examples: ['2026-01-01', ''] },
];
