/** A decimal number as it is written: `digits` × 10^−`scale`. Comparing binary floats would decide 0.1 + 0.2 cases wrongly. */
export interface Decimal {
  digits: bigint;
  scale: number;
}

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads `-12.50`, `.5` or the `1E-05` that firmware prints; undefined when the text is no decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/**
 * Rounds to a number of decimals as GB/T 8170-2008 3.2 does (四舍六入五成双): below a half down, above a half up, exactly a
 * half to the even digit. Negative numbers by their magnitude (3.2.4).
 */
export function roundHalfEven(value: Decimal, decimals: number): Decimal {
  if (value.scale <= decimals) return value;
  const unit = 10n ** BigInt(value.scale - decimals);
  const magnitude = value.digits < 0n ? -value.digits : value.digits;
  const kept = magnitude / unit;
  const rest = (magnitude % unit) * 2n;
  const up = rest > unit || (rest === unit && kept % 2n === 1n);
  const rounded = up ? kept + 1n : kept;
  return { digits: value.digits < 0n ? -rounded : rounded, scale: decimals };
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = a.digits * 10n ** BigInt(scale - a.scale) - b.digits * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Whether a text is a zero, in whatever form; asked for every hour around one that changed, so without parsing. */
export function isZero(text: string): boolean {
  return /^[+-]?[0.]*0[0.]*(?:[eE]|$)/.test(text);
}

export function decimalToNumber(value: Decimal): number {
  return Number(`${value.digits}e${-value.scale}`);
}
