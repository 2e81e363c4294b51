import type { ByteReader, ByteWriter } from '@greenwatch/kit';

/** A byte plane holds one byte of each value; whole numbers of up to 2^53 have seven. */
const MOST_PLANES = 7;

/** Largest size of a value: the difference of two differences, doubled by the zigzag, still is an exact double. */
export const LARGEST_INT = 2 ** 49;

/**
 * Ways to foresee a value, by their number in a column's head: from the middle of all; from the values before, of which
 * the last one counts so much (1: only that; 1/8: much of what was before, which noise is best foreseen by); or from the
 * line through the two before, as times go.
 */
const FROM_MIDDLE = 0;
const SHARES = [1, 1 / 2, 1 / 4, 1 / 8] as const;
const FROM_LINE = 5;
const WAYS = [FROM_MIDDLE, 1, 2, 3, 4, FROM_LINE] as const;

/**
 * Writes whole numbers (each at most `LARGEST_INT` in size) so that zlib makes them small: each as its difference from
 * what was foreseen, in the way that comes nearest; signs folded in (zigzag: 0, -1, 1, -2 …); then all lowest bytes, all
 * second bytes and so on. The head goes to `head`, the planes are returned, lowest first.
 */
export function writeInts(head: ByteWriter, values: ArrayLike<number>): Uint8Array[] {
  const { way, base, zigzag, most } = smallest(values);
  const planes: Uint8Array[] = [];
  for (let left = most, factor = 1; left > 0; left = Math.floor(left / 256), factor *= 256) {
    planes.push(planeOf(zigzag, planes.length, factor, most));
  }
  head.byte(way * 8 + planes.length);
  head.signed(base);
  return planes;
}

function planeOf(zigzag: Float64Array, place: number, factor: number, most: number): Uint8Array {
  const plane = new Uint8Array(zigzag.length);
  // Nearly every column: whole numbers of 31 bits are much faster.
  if (most < 2 ** 31) for (let i = 0; i < plane.length; i++) plane[i] = (zigzag[i] as number) >> (8 * place);
  else for (let i = 0; i < plane.length; i++) plane[i] = Math.floor((zigzag[i] as number) / factor) % 256;
  return plane;
}

/** How a column is read from its planes. */
export interface IntsHead {
  way: number;
  planes: number;
  base: number;
}

export function readIntsHead(head: ByteReader): IntsHead {
  const byte = head.byte();
  const planes = byte % 8;
  const way = Math.floor(byte / 8);
  if (planes > MOST_PLANES || way > FROM_LINE) throw new Error(`no column begins with ${byte}`);
  return { way, planes, base: head.signed() };
}

/** The inverse of `writeInts`. */
export function readInts({ way, base }: IntsHead, planes: readonly Uint8Array[], count: number): Float64Array {
  const values = new Float64Array(count);
  for (let place = 0, factor = 1; place < planes.length; place++, factor *= 256) {
    const plane = planes[place] as Uint8Array;
    if (place === 0) values.set(plane.length === count ? plane : plane.subarray(0, count));
    else for (let i = 0; i < count; i++) values[i] = (values[i] as number) + (plane[i] as number) * factor;
  }
  // As `Foresight` does it, each way in a loop of its own: this is what a question for a chart costs.
  const share = SHARES[way - 1] ?? 1;
  let before = base;
  let step = 0;
  if (way === FROM_MIDDLE) {
    for (let i = 0; i < count; i++) values[i] = base + unfolded(values[i] as number);
  } else if (way === FROM_LINE) {
    for (let i = 0; i < count; i++) {
      const value = before + step + unfolded(values[i] as number);
      step = value - before;
      before = value;
      values[i] = value;
    }
  } else {
    for (let i = 0; i < count; i++) {
      const value = Math.round(before) + unfolded(values[i] as number);
      before += (value - before) * share;
      values[i] = value;
    }
  }
  return values;
}

/** 0, -1, 1, -2 … of 0, 1, 2, 3 … */
function unfolded(zigzag: number): number {
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}

/** The same arithmetic for writing and reading: doubles are the same everywhere. */
class Foresight {
  #before: number;
  #step = 0;
  readonly #share: number;

  constructor(
    private readonly way: number,
    private readonly base: number,
  ) {
    this.#before = base;
    this.#share = SHARES[way - 1] ?? 1;
  }

  next(): number {
    if (this.way === FROM_MIDDLE) return this.base;
    return this.way === FROM_LINE ? this.#before + this.#step : Math.round(this.#before);
  }

  learn(value: number): void {
    if (this.way === FROM_LINE) {
      this.#step = value - this.#before;
      this.#before = value;
    } else this.#before += (value - this.#before) * this.#share;
  }
}

interface Residuals {
  way: number;
  base: number;
  zigzag: Float64Array;
  most: number;
}

function smallest(values: ArrayLike<number>): Residuals {
  const first = values[0] ?? 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const middle = values.length === 0 ? 0 : Math.round(sum / values.length);
  let best = FROM_MIDDLE as number;
  let least = Number.POSITIVE_INFINITY;
  for (const way of WAYS) {
    const foresight = new Foresight(way, way === FROM_MIDDLE ? middle : first);
    let far = 0;
    for (let i = 0; i < values.length && far < least; i++) {
      far += Math.abs((values[i] as number) - foresight.next());
      foresight.learn(values[i] as number);
    }
    if (far < least) {
      least = far;
      best = way;
    }
  }
  const base = best === FROM_MIDDLE ? middle : first;
  const foresight = new Foresight(best, base);
  const zigzag = new Float64Array(values.length);
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const residual = value - foresight.next();
    foresight.learn(value);
    const folded = residual < 0 ? -2 * residual - 1 : 2 * residual;
    zigzag[i] = folded;
    if (folded > most) most = folded;
  }
  return { way: best, base, zigzag, most };
}
