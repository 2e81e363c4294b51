import { KINDS, type Kind, type Upload } from '@greenwatch/contracts';
import { parseDataTime } from '@greenwatch/hj212';
import { isoTime } from '@greenwatch/kit';
import {
  type Cell,
  type Column,
  type Heading,
  oneOf,
  plain,
  type Read,
  readHeading,
  readRow,
} from '@greenwatch/sheets';
import { parseIsoTime } from './upload-refused';

const KIND_WORDS: Record<string, Kind> = {
  ...Object.fromEntries(KINDS.map((kind) => [kind, kind])),
  实时: 'realtime',
  分钟: 'minute',
  小时: 'hour',
  日: 'day',
  设施状态: 'state',
  运行时间: 'running',
};

const kind = oneOf<Kind>(KIND_WORDS);

const mn: Read = (raw) => {
  const value = plain(raw);
  return /^[!-~]{1,32}$/.test(value) ? { value } : { expected: 'an MN of 1 to 32 characters without blanks' };
};

/** A time as sheets write it, UTC+8: 2026-01-31 08:00, 2026/1/31 8:00:00, a day, 14 digits, or ISO 8601 with zone. */
export function readMoment(raw: string): number | undefined {
  const text = plain(raw);
  if (/^\d{14}$/.test(text)) {
    const parsed = parseDataTime(text);
    return parsed.ok ? parsed.time : undefined;
  }
  if (/T.*(Z|[+-]\d\d:\d\d)$/.test(text)) return parseIsoTime(text);
  const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!parts) return undefined;
  const [year = '', ...rest] = parts.slice(1).map((part = '0') => part);
  const parsed = parseDataTime(year + rest.map((part) => part.padStart(2, '0')).join(''));
  return parsed.ok ? parsed.time : undefined;
}

const moment: Read = (raw) => {
  const value = readMoment(raw);
  return value === undefined ? { expected: 'a time such as 2026-01-31 08:00 (UTC+8)' } : { value };
};

/** The columns that every sheet has; the others are values, named by factor code and field. */
export const COLUMNS: readonly Column[] = [
  { key: 'mn', zh: '设备编号', en: 'mn', required: true, read: mn, examples: ['88888880000001', '88888880000001'] },
  { key: 'kind', zh: '数据类型', en: 'kind', required: true, read: kind, examples: ['小时', '小时'] },
  {
    key: 'dataTime',
    zh: '数据时间',
    en: 'data time',
    required: true,
    read: moment,
    examples: ['2026-01-31 08:00', '2026-01-31 09:00'],
  },
];

/** Columns of values in the template. */
export const EXAMPLE_VALUES: readonly Column[] = ['w01018-Avg', 'w01018-Flag', 'w00000-Cou'].map((name, i) => ({
  key: name,
  zh: name,
  en: `${name}: factor code and HJ 212 field`,
  read: valueRead(name),
  examples: [['35.2', 'N', '120.5'] as const, ['36.0', 'N', '118.0'] as const].map((row) => row[i] ?? '') as [
    string,
    string,
  ],
}));

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const TEXT_FIELDS = ['Flag', 'EFlag', 'SampleTime', 'Info', 'SN'];

function valueRead(name: string): Read {
  const field = name.split('-').at(-1) ?? '';
  return (raw) => {
    const value = plain(raw);
    if (TEXT_FIELDS.includes(field)) return { value };
    return NUMBER.test(value) ? { value } : { expected: 'a decimal number, or nothing' };
  };
}

/** `w01018`, `w01018-Avg`, also with the name behind it in brackets: w01018-Avg (化学需氧量). */
const VALUE_HEADING = /^([A-Za-z0-9][A-Za-z0-9_.]{0,31})(?:-([A-Za-z]{1,16}))?\s*(?:[(（].*[)）])?$/;

export function readBackfillHeading(cells: readonly Cell[]): { heading: Heading; problem?: string } {
  const read = readHeading(COLUMNS, cells, (name) => {
    const [, code, field = ''] = VALUE_HEADING.exec(name) ?? [];
    if (code === undefined) return undefined;
    const key = `${code}-${field}`;
    return { key, zh: name, en: name, read: valueRead(key), examples: ['', ''] };
  });
  if (!read.problem && read.heading.every((column) => !column || COLUMNS.includes(column))) {
    return { ...read, problem: 'expected at least one column of values such as w01018-Avg' };
  }
  return read;
}

/**
 * Reads a row to an upload; a value without a field is the moment's (Rtd) or the period's mean (Avg).
 * @returns the upload, complete where there are no errors
 */
export function readBackfillRow(heading: Heading, row: number, cells: readonly Cell[]) {
  const { values: read, errors } = readRow(heading, row, cells);
  const { mn: device = '', kind: ofKind = 'realtime', dataTime = 0, ...rest } = read as Record<string, string | number>;
  const values: Record<string, Record<string, string>> = {};
  for (const [key, value] of Object.entries(rest)) {
    const dash = key.lastIndexOf('-');
    const code = key.slice(0, dash);
    const field = key.slice(dash + 1) || (ofKind === 'realtime' ? 'Rtd' : 'Avg');
    values[code] = { ...values[code], [field]: String(value) };
  }
  if (errors.length === 0 && Object.keys(values).length === 0) {
    errors.push({ row, column: '', cell: '', value: '', expected: 'a value in at least one column' });
  }
  const upload: Upload & { kind: Kind; dataTime: string; values: typeof values } = {
    mn: String(device),
    kind: ofKind as Kind,
    dataTime: isoTime(Number(dataTime)),
    values,
  };
  return { upload, time: Number(dataTime), errors };
}
