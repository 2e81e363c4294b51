import { fieldName } from './field-names';

/** One `name=value` of a data area. `code-Field=value` is split at the last hyphen of its name; a plain name has the code ''. */
export interface DataItem {
  code: string;
  field: string;
  value: string;
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const HYPHEN = 0x2d;
const SLASH = 0x2f;

/**
 * Walks a data area (HJ 212-2017 6.3.2) item by item without regular expressions; the hot path of parsing and of decoding.
 * `;` and `,` both end an item, whichever comes: devices mix them. Empty items and blanks around names and values are passed over.
 * A value that begins with `//` (log text of CN 3020) runs to the `//` that is followed by a separator or the end.
 */
export class ItemScanner {
  /** The name is `text[nameStart, nameEnd)`, its last hyphen at `hyphen` or -1; the value is `text[valueStart, valueEnd)`. */
  nameStart = 0;
  nameEnd = 0;
  hyphen = -1;
  valueStart = 0;
  valueEnd = 0;

  #at = 0;

  constructor(readonly text: string) {}

  /** Goes to the next item; false at the end. */
  next(): boolean {
    const { text } = this;
    const { length } = text;
    let at = this.#at;
    while (at < length && (isBlank(text.charCodeAt(at)) || isSeparator(text.charCodeAt(at)))) at++;
    if (at >= length) return false;
    this.nameStart = at;
    this.hyphen = -1;
    let code = 0;
    for (; at < length; at++) {
      code = text.charCodeAt(at);
      if (code === EQUALS || isSeparator(code)) break;
      if (code === HYPHEN) this.hyphen = at;
    }
    this.nameEnd = trimEnd(text, this.nameStart, at);
    if (at < length && code === EQUALS) {
      at++;
      while (at < length && isBlank(text.charCodeAt(at))) at++;
      this.valueStart = at;
      if (text.charCodeAt(at) === SLASH && text.charCodeAt(at + 1) === SLASH) at = this.#endOfLog(at);
      while (at < length && !isSeparator(text.charCodeAt(at))) at++;
    } else {
      this.valueStart = at;
    }
    this.valueEnd = trimEnd(text, this.valueStart, at);
    this.#at = at + 1;
    return true;
  }

  /** Whether the item is of the factor `code`, asked without cutting the name out of the text. */
  hasCode(code: string): boolean {
    return this.hyphen === this.nameStart + code.length && this.text.startsWith(code, this.nameStart);
  }

  get code(): string {
    return this.hyphen < 0 ? '' : this.text.slice(this.nameStart, trimEnd(this.text, this.nameStart, this.hyphen));
  }

  get field(): string {
    if (this.hyphen < 0) return this.text.slice(this.nameStart, this.nameEnd);
    let start = this.hyphen + 1;
    while (start < this.nameEnd && isBlank(this.text.charCodeAt(start))) start++;
    return fieldName(this.text, start, this.nameEnd);
  }

  get value(): string {
    return this.text.slice(this.valueStart, this.valueEnd);
  }

  /** Where the separators count again after a log text that begins at `start`; `start` itself when it is never closed. */
  #endOfLog(start: number): number {
    const { text } = this;
    for (let close = text.indexOf('//', start + 2); close >= 0; close = text.indexOf('//', close + 1)) {
      const after = close + 2;
      if (after === text.length || isSeparator(text.charCodeAt(after))) return after;
    }
    return start;
  }
}

/**
 * All items of a data area (what stands between `CP=&&` and `&&`), in order and as sent: a list, since keys repeat
 * (PolId groups, a factor sent twice). A piece without `=` is an item with the value ''.
 */
export function parseDataArea(cp: string): DataItem[] {
  const items: DataItem[] = [];
  const scanner = new ItemScanner(cp);
  while (scanner.next()) items.push({ code: scanner.code, field: scanner.field, value: scanner.value });
  return items;
}

function isSeparator(code: number): boolean {
  return code === SEMICOLON || code === COMMA;
}

/** Blank, tab, CR, LF: pretty-printed packets break the line after a `;`. */
function isBlank(code: number): boolean {
  return code <= 0x20 && (code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a);
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}
