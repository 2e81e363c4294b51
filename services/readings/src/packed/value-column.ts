import type { ByteReader, ByteWriter } from '@greenwatch/kit';
import { type IntsHead, LARGEST_INT, readInts, readIntsHead, writeInts } from './int-column';

/** How a column's texts come back from whole numbers. */
const FIXED = 0;
const SHORTEST = 1;
const DICTIONARY = 2;

/** More odd texts than that share of a column and it is no column of numbers. */
const MOST_ODD = 1 / 4;

interface Decimal {
  /** The digits without their point. */
  digits: number;
  /** How many of them stand behind the point. */
  decimals: number;
}

/**
 * Writes the texts of one field of one factor. Decimal numbers become whole numbers at the column's scale, either all
 * printed with as many decimals (12.30) or without needless zeros (12.3), whichever most of them are; what does not
 * come back to the letter from its number ("+1", "007", "1E-05") is kept as text beside it. Anything else is a
 * dictionary with an index for each row: a flag that never changes costs nothing.
 */
export function writeValues(head: ByteWriter, texts: readonly string[]): Uint8Array[] {
  const decimals = texts.map(parseDecimal);
  const scale = scaleOf(decimals);
  if (scale === undefined) return writeDictionary(head, texts);
  const numbers = new Float64Array(texts.length);
  const odd: number[] = [];
  let before = 0;
  for (let i = 0; i < texts.length; i++) {
    const number = scaled(decimals[i], scale);
    if (number === undefined) odd.push(i);
    else before = number;
    numbers[i] = before;
  }
  if (odd.length > texts.length * MOST_ODD) return writeDictionary(head, texts);
  head.byte(scale.mode);
  head.byte(scale.decimals);
  writeOdd(head, odd, texts);
  return writeInts(head, numbers);
}

function writeOdd(head: ByteWriter, odd: readonly number[], texts: readonly string[]): void {
  head.unsigned(odd.length);
  let before = 0;
  for (const row of odd) {
    head.unsigned(row - before);
    head.text(texts[row] as string);
    before = row;
  }
}

function writeDictionary(head: ByteWriter, texts: readonly string[]): Uint8Array[] {
  const indexes = new Map<string, number>();
  const rows = texts.map((text) => {
    const known = indexes.get(text);
    if (known !== undefined) return known;
    indexes.set(text, indexes.size);
    return indexes.size - 1;
  });
  head.byte(DICTIONARY);
  head.unsigned(indexes.size);
  for (const text of indexes.keys()) head.text(text);
  return writeInts(head, rows);
}

/** A column as its head tells it; its planes are read when it is asked for. */
export interface ValueColumn {
  ints: IntsHead;
  mode: number;
  decimals: number;
  odd: Map<number, string>;
  dictionary: string[];
}

export function readValuesHead(head: ByteReader): ValueColumn {
  const mode = head.byte();
  const odd = new Map<number, string>();
  const dictionary: string[] = [];
  let decimals = 0;
  if (mode === DICTIONARY) {
    for (let left = head.unsigned(); left > 0; left--) dictionary.push(head.text());
  } else if (mode === FIXED || mode === SHORTEST) {
    decimals = head.byte();
    let row = 0;
    for (let left = head.unsigned(); left > 0; left--) {
      row += head.unsigned();
      odd.set(row, head.text());
    }
  } else throw new Error(`no column is of mode ${mode}`);
  return { ints: readIntsHead(head), mode, decimals, odd, dictionary };
}

/** The inverse of `writeValues`. */
export function readTexts(column: ValueColumn, planes: readonly Uint8Array[], count: number): string[] {
  const { mode, decimals, odd, dictionary } = column;
  // A flag that never changes.
  if (mode === DICTIONARY && planes.length === 0) return new Array<string>(count).fill(dictionary[0] ?? '');
  const ints = readInts(column.ints, planes, count);
  const texts: string[] = [];
  let lastInt = Number.NaN;
  let last = '';
  for (let i = 0; i < count; i++) {
    const int = ints[i] as number;
    if (int !== lastInt) {
      lastInt = int;
      last = mode === DICTIONARY ? (dictionary[int] as string) : decimalText(int, decimals, mode === SHORTEST);
    }
    texts.push(last);
  }
  for (const [row, text] of odd) texts[row] = text;
  return texts;
}

/** The same as numbers, without making the texts: what a chart needs. What is no number is NaN. */
export function readNumbers(column: ValueColumn, planes: readonly Uint8Array[], count: number): Float64Array {
  const numbers = readInts(column.ints, planes, count);
  const { mode, decimals, odd, dictionary } = column;
  if (mode === DICTIONARY) {
    const values = dictionary.map(numberOf);
    for (let i = 0; i < count; i++) numbers[i] = values[numbers[i] as number] as number;
    return numbers;
  }
  const scale = 10 ** decimals;
  // A quotient of two exact whole numbers is rounded once, as reading the text would be.
  if (decimals > 0) for (let i = 0; i < count; i++) numbers[i] = (numbers[i] as number) / scale;
  for (const [row, text] of odd) numbers[row] = numberOf(text);
  return numbers;
}

/** The number that a text says; NaN for none. */
export function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}

/** A decimal number as instruments print it; undefined for what would come back as another text. */
function parseDecimal(text: string): Decimal | undefined {
  let at = text.charCodeAt(0) === 0x2d ? 1 : 0;
  const negative = at === 1;
  const start = at;
  let digits = 0;
  let code = text.charCodeAt(at);
  for (; code >= 48 && code <= 57; code = text.charCodeAt(++at)) digits = digits * 10 + code - 48;
  const whole = at - start;
  if (whole === 0 || (whole > 1 && text.charCodeAt(start) === 48)) return undefined;
  let decimals = 0;
  if (code === 0x2e) {
    const point = at;
    for (code = text.charCodeAt(++at); code >= 48 && code <= 57; code = text.charCodeAt(++at)) {
      digits = digits * 10 + code - 48;
    }
    decimals = at - point - 1;
    if (decimals === 0) return undefined;
  }
  if (at !== text.length || whole + decimals > 15 || digits > LARGEST_INT || (negative && digits === 0))
    return undefined;
  return { digits: negative ? -digits : digits, decimals };
}

/** The way in which most of the numbers are printed; undefined where there are none. */
function scaleOf(values: readonly (Decimal | undefined)[]): { mode: number; decimals: number } | undefined {
  const counts: number[] = [];
  let shortest = 0;
  for (const value of values) {
    if (!value) continue;
    counts[value.decimals] = (counts[value.decimals] ?? 0) + 1;
    if (value.decimals === 0 || value.digits % 10 !== 0) shortest++;
  }
  let decimals = -1;
  for (const at of counts.keys()) if ((counts[at] ?? 0) > (counts[decimals] ?? 0)) decimals = at;
  if (decimals < 0) return undefined;
  if (shortest > (counts[decimals] ?? 0)) return { mode: SHORTEST, decimals: counts.length - 1 };
  return { mode: FIXED, decimals };
}

/** The whole number at the column's scale; undefined where its text would not come back from it. */
function scaled(value: Decimal | undefined, scale: { mode: number; decimals: number }): number | undefined {
  if (!value) return undefined;
  if (scale.mode === FIXED) return value.decimals === scale.decimals ? value.digits : undefined;
  if (value.decimals > 0 && value.digits % 10 === 0) return undefined;
  const number = value.digits * 10 ** (scale.decimals - value.decimals);
  return Math.abs(number) <= LARGEST_INT ? number : undefined;
}

function decimalText(int: number, decimals: number, shortest: boolean): string {
  if (decimals === 0) return String(int);
  const scale = 10 ** decimals;
  const size = int < 0 ? -int : int;
  const whole = Math.floor(size / scale);
  const sign = int < 0 ? '-' : '';
  return `${sign}${whole}${fractionText(size - whole * scale, decimals, shortest)}`;
}

const fractions = new Map<number, string[]>();

/** The part from the point on; of up to three decimals, which is nearly all there is, each is made once. */
function fractionText(fraction: number, decimals: number, shortest: boolean): string {
  if (decimals > 3) return writeFraction(fraction, decimals, shortest);
  const which = shortest ? -decimals : decimals;
  let texts = fractions.get(which);
  if (!texts) {
    texts = Array.from({ length: 10 ** decimals }, (_, value) => writeFraction(value, decimals, shortest));
    fractions.set(which, texts);
  }
  return texts[fraction] as string;
}

function writeFraction(fraction: number, decimals: number, shortest: boolean): string {
  const digits = String(fraction).padStart(decimals, '0');
  const text = shortest ? digits.replace(/0+$/, '') : digits;
  return text === '' ? '' : `.${text}`;
}
