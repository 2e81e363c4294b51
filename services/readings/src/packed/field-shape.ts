/** Stands in a shape where a packet has a value; no field text holds control characters (packages/hj212, field-text). */
const GAP = '\u0000';

const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/**
 * What a packet's text (`encodeFields` of packages/hj212) is without its values: the pieces between them, so that
 * pieces and values in turn give the text back to the letter, whatever it is. A device's packets have nearly all one
 * shape, which is what makes columns of their values.
 */
export interface FieldShape {
  /** One more than there are values. */
  pieces: readonly string[];
  /** `code-Field` of each value, as it stands before its `=`. */
  names: readonly string[];
  /** Pieces joined by NUL: the shape as one text. */
  key: string;
}

/** The shape written as `key`. */
export function shapeOf(key: string): FieldShape {
  const pieces = key.split(GAP);
  // A piece before a value ends with `name=` and begins after the separator of the value before.
  const names = pieces.slice(0, -1).map((piece) => piece.replace(/^[,;]/, '').slice(0, -1));
  return { pieces, names, key };
}

/** Takes the values out of a text of this shape; undefined where it has another one. */
export function valuesIn({ pieces }: FieldShape, text: string): string[] | undefined {
  const values: string[] = [];
  const first = pieces[0] ?? '';
  if (!text.startsWith(first)) return undefined;
  let at = first.length;
  for (let i = 1; i < pieces.length; i++) {
    const end = valueEnd(text, at);
    const piece = pieces[i] ?? '';
    if (!text.startsWith(piece, end)) return undefined;
    values.push(text.slice(at, end));
    at = end + piece.length;
  }
  return at === text.length ? values : undefined;
}

/** Splits any text into its shape and values. */
export function splitFields(text: string): { shape: FieldShape; values: string[] } {
  const pieces: string[] = [];
  const values: string[] = [];
  let from = 0;
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', from)) {
    pieces.push(text.slice(from, equals + 1));
    const end = valueEnd(text, equals + 1);
    values.push(text.slice(equals + 1, end));
    from = end;
  }
  pieces.push(text.slice(from));
  return { shape: shapeOf(pieces.join(GAP)), values };
}

/** The inverse of `splitFields`. */
export function joinFields({ pieces }: FieldShape, values: readonly string[]): string {
  let text = pieces[0] ?? '';
  for (let i = 0; i < values.length; i++) text += `${values[i]}${pieces[i + 1]}`;
  return text;
}

/** A value ends at a separator; a log text (`//…//`) at the `//` before one. */
function valueEnd(text: string, start: number): number {
  let at = start;
  if (text.startsWith('//', start)) {
    for (let close = text.indexOf('//', start + 2); close >= 0; close = text.indexOf('//', close + 1)) {
      const after = close + 2;
      if (after === text.length || isSeparator(text.charCodeAt(after))) return after;
    }
  }
  while (at < text.length && !isSeparator(text.charCodeAt(at))) at++;
  return at;
}

function isSeparator(code: number): boolean {
  return code === COMMA || code === SEMICOLON;
}
