import { carriesData } from './commands';
import { ItemScanner } from './data-area';
import { parseDataTime } from './data-time';
import type { Dialect } from './dialect';
import { fromOldCode } from './factor-info';
import { isNumericField } from './field-names';
import { ORIGINAL_CODE } from './field-text';
import { Hj212Error, quoted } from './hj212-error';
import type { Packet } from './packet';

export type UploadKind = 'realtime' | 'minute' | 'hour' | 'day' | 'state' | 'running';

/** What one packet says of one factor (or of one facility, SB1, in the kinds state and running). */
export interface FactorReading {
  /** The 2017 code where there is one, else the code as sent. */
  factor: string;
  /** The code of 2005 or of the device's own that was sent in its place. Its printed unit may be another: `factorInfo(original).unit`. */
  original?: string;
  /** In the order sent. Texts exactly as sent: 4 decimals and 15 digits are evidence. */
  fields: [name: string, text: string][];
}

export interface Upload {
  kind: UploadKind;
  /** Epoch milliseconds. 2011, 2021: the moment. 2051, 2061, 2031, 2041: the start of the period (HJ 212-2017 table 4). */
  dataTime: number;
  factors: FactorReading[];
}

const KINDS: Readonly<Record<string, UploadKind>> = {
  '2011': 'realtime',
  // 2025: raw data of periodic analysers, single noise measurements and the five-minute mean of furnace temperature are of a moment each.
  '2013': 'realtime',
  '2052': 'realtime',
  '2111': 'realtime',
  '2021': 'state',
  '2031': 'day',
  '2041': 'running',
  '2051': 'minute',
  '2061': 'hour',
};

/** The kind of readings that a command uploads; undefined where it uploads none. */
export function kindOfUpload(cn: string): UploadKind | undefined {
  return KINDS[cn];
}

/** Where a production-condition mark is kept, so that who reads a Rtd finds a number there. */
const MARK = 'State';

/** A value outside is no measurement. Fifteen digits are also what a double keeps. */
const LARGEST = 1e15;

/**
 * Reads the readings of an upload: CN 2011, 2051, 2061, 2031, 2021, 2041; of 2025 also 2013, 2052, 2111. Plain items other than DataTime (PolId, makers' own) are passed over.
 * A key sent twice with one value counts once. An empty number is left out when the factor's Flag is there and is not N (a fault, a stop: the
 * flag says why nothing was measured), and so is an empty text. A production-condition mark of 2025 (`p99101-Rtd=St`) is no number: it becomes the
 * text field State. The codes and the ST of `dialect` count as what they stand for.
 * Throws Hj212Error, its `field` naming the item:
 * NOT_UPLOAD (another CN, or a host's request: nothing, or BeginTime and EndTime, in place of data), NO_DATATIME, BAD_DATATIME,
 * NO_VALUES (no `code-Field=value` with anything in it), BAD_VALUE (a number that is empty, not a decimal number or beyond ±1e15; one key with two values),
 * BAD_FIELD (a code or field name that is none).
 */
export function readUpload(packet: Packet, dialect?: Dialect): Upload {
  const kind = KINDS[packet.cn];
  if (!kind) {
    throw new Hj212Error(
      'NOT_UPLOAD',
      'CN',
      `CN is ${packet.cn}, expected an upload of readings: ${Object.keys(KINDS).join(', ')}`,
    );
  }
  const factors: FactorReading[] = [];
  const byCode = new Map<string, FactorReading>();
  /** Readings with an empty number: allowed once their Flag is known. */
  let empty: Map<FactorReading, string> | undefined;
  let dataTime = '';
  let code = '';
  let reading: FactorReading | undefined;

  const scanner = new ItemScanner(packet.cp);
  while (scanner.next()) {
    if (scanner.hyphen < 0) {
      if (scanner.field !== 'DataTime') continue;
      const value = scanner.value;
      if (dataTime !== '' && value !== dataTime) {
        throw new Hj212Error(
          'BAD_DATATIME',
          'DataTime',
          `DataTime is sent twice, ${quoted(dataTime)} and ${quoted(value)}`,
        );
      }
      dataTime = value;
      continue;
    }
    if (!reading || !scanner.hasCode(code)) {
      code = scanner.code;
      reading = byCode.get(code);
      if (!reading) {
        reading = open(code, dialect?.codes?.[code] ?? fromOldCode(code, dialect?.st ?? packet.st), byCode, factors);
        byCode.set(code, reading);
      }
    }
    const field = scanner.field;
    const value = scanner.value;
    if (isNumericField(field)) {
      if (value === '') {
        empty ??= new Map();
        if (!empty.has(reading)) empty.set(reading, `${code}-${field}`);
        continue;
      }
      if (!isNumber(value)) {
        if (field === 'Rtd' && isMark(code, value)) {
          add(reading, code, MARK, value);
          continue;
        }
        throw badValue(`${code}-${field}`, value, 'a decimal number within ±1e15');
      }
    } else {
      checkText(code, field, value);
      if (value === '') continue;
    }
    add(reading, code, field, value);
  }

  if (dataTime === '') {
    if (!carriesData(packet.cp)) {
      throw new Hj212Error('NOT_UPLOAD', 'CP', `CP asks for data of CN ${packet.cn} and holds none: a host's request`);
    }
    throw new Hj212Error('NO_DATATIME', 'DataTime', 'DataTime is missing or empty, expected YYYYMMDDhhmmss');
  }
  const time = parseDataTime(dataTime);
  if (!time.ok) throw new Hj212Error('BAD_DATATIME', 'DataTime', `DataTime ${quoted(dataTime)}: ${time.reason}`);
  if (empty) for (const [factor, item] of empty) requireFault(factor, item);
  const filled = factors.filter((factor) => factor.fields.length > 0);
  if (filled.length === 0) {
    throw new Hj212Error('NO_VALUES', 'CP', 'CP has no item code-Field=value with a value, expected at least one');
  }
  return { kind, dataTime: time.time, factors: filled };
}

/** The reading to which items of `code` belong: the one of its 2017 code, if old and new codes are mixed. */
function open(
  code: string,
  renamed: string | undefined,
  byCode: Map<string, FactorReading>,
  factors: FactorReading[],
): FactorReading {
  if (!isName(code)) {
    throw new Hj212Error(
      'BAD_FIELD',
      code,
      `factor code ${quoted(code)}, expected 1 to 32 letters, digits, '_', '.' or '-'`,
    );
  }
  if (renamed) {
    const known = byCode.get(renamed);
    if (known) return known;
  }
  const reading: FactorReading = { factor: renamed ?? code, original: renamed && code, fields: [] };
  factors.push(reading);
  if (renamed) byCode.set(renamed, reading);
  return reading;
}

function add(reading: FactorReading, code: string, field: string, value: string): void {
  const { fields } = reading;
  for (let at = 0; at < fields.length; at++) {
    const before = fields[at] as [string, string];
    if (before[0] !== field) continue;
    if (before[1] === value) return;
    throw badValue(`${code}-${field}`, value, `one value, but ${quoted(before[1])} was sent before it`);
  }
  fields.push([field, value]);
}

/** A fault may send an empty value: its flag is kept without one. Without a flag, or with N, an empty value is an error. */
function requireFault(reading: FactorReading, item: string): void {
  const flag = reading.fields.find(([name]) => name === 'Flag')?.[1];
  if (flag === undefined || flag === 'N')
    throw badValue(item, '', 'a decimal number, or a Flag other than N beside it');
}

function badValue(item: string, value: string, expected: string): Hj212Error {
  return new Hj212Error('BAD_VALUE', item, `${item} is ${quoted(value)}, expected ${expected}`);
}

/** Texts travel in the encoding of field-text.ts, so they must not be able to break it. */
function checkText(code: string, field: string, value: string): void {
  if (field === ORIGINAL_CODE || field.includes('-') || !isName(field)) {
    throw new Hj212Error(
      'BAD_FIELD',
      `${code}-${field}`,
      `field name ${quoted(field)}, expected 1 to 32 letters, digits or '_'`,
    );
  }
  for (let at = 0; at < value.length; at++) {
    if (value.charCodeAt(at) < 0x20) throw badValue(`${code}-${field}`, value, 'a text without control characters');
  }
  if (value.startsWith('//') && (value.length < 4 || !value.endsWith('//'))) {
    throw badValue(`${code}-${field}`, value, 'a log text closed by //');
  }
}

/** Letters, digits, '_', '.', '-', the first a letter or a digit. */
function isName(text: string): boolean {
  if (text.length === 0 || text.length > 32) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    if ((code >= 48 && code <= 57) || (lower >= 97 && lower <= 122)) continue;
    if (at === 0 || (code !== 0x5f && code !== 0x2e && code !== 0x2d)) return false;
  }
  return true;
}

/**
 * A decimal number within ±1e15: sign, digits, point, digits, and the exponent that firmware prints for small values (1E-05).
 * No NaN, Infinity, hex or blanks, which Number() would let through.
 */
function isNumber(text: string): boolean {
  let at = 0;
  const sign = text.charCodeAt(0);
  if (sign === 0x2d || sign === 0x2b) at++;
  const start = at;
  while (isDigit(text.charCodeAt(at))) at++;
  const whole = at - start;
  let fraction = 0;
  if (text.charCodeAt(at) === 0x2e) {
    const point = at++;
    while (isDigit(text.charCodeAt(at))) at++;
    fraction = at - point - 1;
  }
  if (whole + fraction === 0) return false;
  if (at === text.length && whole <= 15) return true;
  if ((text.charCodeAt(at) | 0x20) === 0x65) {
    at++;
    const exponentSign = text.charCodeAt(at);
    if (exponentSign === 0x2d || exponentSign === 0x2b) at++;
    const exponent = at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === exponent) return false;
  }
  return at === text.length && Math.abs(Number(text)) <= LARGEST;
}

/** Production conditions (ST=45, codes p…) send marks in place of values: St, N, Sr (HJ 212-2025, second-hand). */
function isMark(code: string, value: string): boolean {
  return /^p\d{5}$/.test(code) && /^[A-Za-z]{1,4}$/.test(value);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
