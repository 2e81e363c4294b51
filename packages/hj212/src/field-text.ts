import { ItemScanner } from './data-area';
import type { FactorReading } from './upload';

/**
 * The canonical text of readings, which travels in the log and is stored: a data area without DataTime,
 * `code-Field=value,code-Field=value;code2-Field=value`, values exact. A 2005 code that was renamed stands first in its group as
 * `code-@=old code`; `@` is no field name that a device may send.
 */
export const ORIGINAL_CODE = '@';

/**
 * Writes readings as the canonical text. Throws RangeError when a reading has no fields or a text holds what would break the encoding;
 * `readUpload` gives none such.
 */
export function encodeFields(factors: readonly FactorReading[]): string {
  let text = '';
  for (const { factor, original, fields } of factors) {
    checkName(factor, factor);
    if (fields.length === 0) throw new RangeError(`factor ${factor} has no fields to write`);
    let separator = text === '' ? '' : ';';
    if (original !== undefined) {
      checkName(original, factor);
      text += `${separator}${factor}-${ORIGINAL_CODE}=${original}`;
      separator = ',';
    }
    for (let at = 0; at < fields.length; at++) {
      const [name, value] = fields[at] as [string, string];
      checkName(name, factor);
      if (name === ORIGINAL_CODE || name.includes('-')) throw unwritable(name, factor);
      if (!isPlain(value) && !isWritable(value)) throw unwritable(value, `${factor}-${name}`);
      text += `${separator}${factor}-${name}=${value}`;
      separator = ',';
    }
  }
  return text;
}

/** The inverse of `encodeFields`; does not check again what was checked when it was written. */
export function decodeFields(text: string): FactorReading[] {
  const factors: FactorReading[] = [];
  const scanner = new ItemScanner(text);
  let reading: FactorReading | undefined;
  while (scanner.next()) {
    if (!reading || !scanner.hasCode(reading.factor)) {
      reading = { factor: scanner.code, original: undefined, fields: [] };
      factors.push(reading);
    }
    const field = scanner.field;
    if (field === ORIGINAL_CODE) reading.original = scanner.value;
    else reading.fields.push([field, scanner.value]);
  }
  return factors;
}

function checkName(text: string, factor: string): void {
  if (text === '' || !isPlain(text)) throw unwritable(text, factor);
}

function unwritable(text: string, item: string): RangeError {
  return new RangeError(`${JSON.stringify(text)} of ${item} would break the encoding`);
}

/** No blank, control character, separator, `=` or slash: nearly every text there is. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x2c || code === 0x2f || code === 0x3b || code === 0x3d) return false;
  }
  return true;
}

/** A closed log text //…//, or a text that the scanner gives back as it is. */
function isWritable(value: string): boolean {
  if (value.startsWith('//')) return value.length >= 4 && value.endsWith('//') && !/\/\/[,;]/.test(value.slice(2));
  return !/[,;]|^[ \t\r\n]|[ \t\r\n]$/.test(value);
}
