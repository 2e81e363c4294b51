import type { ByteReader, ByteWriter } from './byte-stream';

/** A byte plane holds one byte of each value; whole numbers of up to 2^53 have seven. */
const MOST_PLANES = 7;

/** Largest size of a value: the difference of two differences, doubled by the zigzag, still is an exact double. */
export const LARGEST_INT = 2 ** 49;

/**
 * Writes whole numbers (each at most `LARGEST_INT` in size) so that zlib makes them small: each as its difference from
 * the column's middle, from the value before, or from the line through the two before, whichever is smallest; signs
 * folded in (zigzag: 0, -1, 1, -2 …); then all lowest bytes, all second bytes and so on. The head goes to `head`, the
 * planes are returned, lowest first.
 */
export function writeInts(head: ByteWriter, values: ArrayLike<number>): Uint8Array[] {
  const { order, base, zigzag, most } = smallest(values);
  const planes: Uint8Array[] = [];
  for (let left = most, factor = 1; left > 0; left = Math.floor(left / 256), factor *= 256) {
    planes.push(planeOf(zigzag, planes.length, factor, most));
  }
  head.byte(order * 8 + planes.length);
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

/** Where a column's planes lie, before they are read. */
export interface IntsHead {
  order: number;
  planes: number;
  base: number;
}

export function readIntsHead(head: ByteReader): IntsHead {
  const byte = head.byte();
  const planes = byte % 8;
  if (planes > MOST_PLANES || byte >= 24) throw new Error(`no column begins with ${byte}`);
  return { order: Math.floor(byte / 8), planes, base: head.signed() };
}

/** The inverse of `writeInts`. */
export function readInts({ order, planes, base }: IntsHead, body: Uint8Array, at: number, count: number): Float64Array {
  const values = new Float64Array(count);
  let before = base;
  let step = 0;
  for (let i = 0; i < count; i++) {
    let zigzag = 0;
    let place = at + i;
    for (let plane = 0, factor = 1; plane < planes; plane++, factor *= 256, place += count) {
      zigzag += (body[place] as number) * factor;
    }
    const residual = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    if (order === 0) values[i] = base + residual;
    else {
      if (order === 1) step = residual;
      else step += residual;
      before += step;
      values[i] = before;
    }
  }
  return values;
}

interface Residuals {
  order: number;
  base: number;
  zigzag: Float64Array;
  most: number;
}

function smallest(values: ArrayLike<number>): Residuals {
  const first = values[0] ?? 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const middle = values.length === 0 ? 0 : Math.round(sum / values.length);
  let before = first;
  let step = 0;
  // How far each way goes, in all.
  const far: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const next = value - before;
    far[0] += Math.abs(value - middle);
    far[1] += Math.abs(next);
    far[2] += Math.abs(next - step);
    before = value;
    step = next;
  }
  const order = far.indexOf(Math.min(...far));
  const base = order === 0 ? middle : first;
  const zigzag = new Float64Array(values.length);
  let most = 0;
  before = first;
  step = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const next = value - before;
    const residual = order === 0 ? value - middle : order === 1 ? next : next - step;
    before = value;
    step = next;
    const folded = residual < 0 ? -2 * residual - 1 : 2 * residual;
    zigzag[i] = folded;
    if (folded > most) most = folded;
  }
  return { order, base, zigzag, most };
}
