import { parseDataTime } from './data-time';
import type { Dialect } from './dialect';
import { encodeFields } from './field-text';
import type { Packet } from './packet';
import { kindOfUpload, readUpload, type UploadKind } from './upload';

/** An upload with its readings as the canonical text of field-text.ts, which travels in the log and is stored. */
export interface UploadText {
  kind: UploadKind;
  /** As in `Upload`: epoch milliseconds. */
  dataTime: number;
  fields: string;
  /** Where `fields` stands in `packet.cp`, when it is a piece of it. */
  at?: number;
}

/**
 * `readUpload` and `encodeFields` in one. The data area of nearly every packet is that text already, behind its DataTime: then one look at
 * each character is enough, and the text is a piece of `packet.cp`. Throws as `readUpload`.
 */
export function readUploadText(packet: Packet, dialect?: Dialect): UploadText {
  const kind = kindOfUpload(packet.cn);
  const end = kind && !dialect?.codes ? endOfPlain(packet.cp) : -1;
  if (kind && end > 0) {
    const time = parseDataTime(packet.cp.slice(TIME, TIME_END));
    if (time.ok) return { kind, dataTime: time.time, fields: packet.cp.slice(FIELDS, end), at: FIELDS };
  }
  const upload = readUpload(packet, dialect);
  return { kind: upload.kind, dataTime: upload.dataTime, fields: encodeFields(upload.factors) };
}

const PREFIX = 'DataTime=';
const TIME = PREFIX.length;
const TIME_END = TIME + 14;
const FIELDS = TIME_END + 1;
/** Letters and digits of a factor code since 2017 (HJ 212-2017 annex B: w01018); no code of 2005 is that long, so none is renamed. */
const CODE = 6;
/** More factors than that are left to the general reader. */
const MOST_CODES = 64;
/** Digits that a double keeps, and fewer than ±1e15 allows. */
const MOST_DIGITS = 15;

const COMMA = 0x2c;
const HYPHEN = 0x2d;
const POINT = 0x2e;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

const codes = new Float64Array(MOST_CODES);

/**
 * Where the canonical text in `cp` ends, if `DataTime=14 digits;` and then only such groups stand there as the canonical text has: each
 * code of six once, its fields joined by commas, numbers and one-letter flags, none twice. -1 for everything else, right or wrong.
 */
function endOfPlain(cp: string): number {
  const { length } = cp;
  if (!cp.startsWith(PREFIX) || cp.charCodeAt(TIME_END) !== SEMICOLON) return -1;
  let at = FIELDS;
  for (let count = 0; count < MOST_CODES; count++) {
    const code = codeAt(cp, at);
    if (code < 0) return -1;
    for (let before = 0; before < count; before++) if (codes[before] === code) return -1;
    codes[count] = code;
    let fields = 0;
    while (true) {
      at += CODE;
      if (cp.charCodeAt(at) !== HYPHEN) return -1;
      const field = fieldBit(cp, at + 1);
      if (field === 0 || (fields & field) !== 0) return -1;
      fields |= field;
      if (field === FLAG) at = endOfFlag(cp, at + 6);
      else at = endOfNumber(cp, at + (field < ZS ? 5 : 7));
      if (at < 0) return -1;
      if (at === length) return at;
      const separator = cp.charCodeAt(at);
      if (separator === SEMICOLON) break;
      if (separator !== COMMA || codeAt(cp, at + 1) !== code) return -1;
      at++;
    }
    if (at + 1 === length) return at;
    at++;
  }
  return -1;
}

/** The six characters as one number, different for each code; -1 when it is no lower-case letter and five letters or digits. */
function codeAt(text: string, start: number): number {
  let code = 0;
  for (let at = start; at < start + CODE; at++) {
    const character = text.charCodeAt(at);
    let digit: number;
    if (character >= 97 && character <= 122) digit = character - 87;
    else if (character >= 48 && character <= 57 && at > start) digit = character - 48;
    else return -1;
    code = code * 36 + digit;
  }
  return code;
}

const FLAG = 1;
/** Bits of the converted values (standard oxygen), behind those of Rtd, Avg, Min, Max, Cou. */
const ZS = 1 << 6;

/** One bit for each common field name that is followed by `=`; 0 for every other text. Compared by characters: this is done for every value. */
function fieldBit(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  if (first === 0x46) {
    // Flag
    const rest = second === 0x6c && third === 0x61 && text.charCodeAt(at + 3) === 0x67;
    return rest && text.charCodeAt(at + 4) === EQUALS ? FLAG : 0;
  }
  if (first === 0x5a && second === 0x73) {
    // Zs
    const bit = numberBit(third, text.charCodeAt(at + 3), text.charCodeAt(at + 4));
    return text.charCodeAt(at + 5) === EQUALS ? bit * (ZS >> 1) : 0;
  }
  return text.charCodeAt(at + 3) === EQUALS ? numberBit(first, second, third) : 0;
}

function numberBit(first: number, second: number, third: number): number {
  switch ((first << 16) | (second << 8) | third) {
    case 0x527464:
      return 2; // Rtd
    case 0x417667:
      return 4; // Avg
    case 0x4d696e:
      return 8; // Min
    case 0x4d6178:
      return 16; // Max
    case 0x436f75:
      return 32; // Cou
    default:
      return 0;
  }
}

/** One letter or digit; -1 for another text. */
function endOfFlag(text: string, start: number): number {
  const code = text.charCodeAt(start);
  const lower = code | 0x20;
  return (code >= 48 && code <= 57) || (lower >= 97 && lower <= 122) ? start + 1 : -1;
}

/** Sign, digits, point and digits; -1 for anything else, exponents among it. */
function endOfNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === HYPHEN ? start + 1 : start;
  const whole = at;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at === whole || at - whole > MOST_DIGITS) return -1;
  if (text.charCodeAt(at) !== POINT) return at;
  const fraction = ++at;
  while (isDigit(text.charCodeAt(at))) at++;
  return at === fraction ? -1 : at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
