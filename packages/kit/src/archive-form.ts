import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliDecompress, deflateRaw, inflateRaw } from 'node:zlib';
import { type ArchivedFrame, FRAMES_AT_A_TIME, unpackFrames } from './archive-chain';
import { ByteReader, ByteWriter } from './byte-stream';

/**
 * First byte of a chunk's content. Chunks from before there was one are Brotli, whose first byte is another (it tells the
 * window, which was of 22 bits).
 */
const COLUMNS = 2;
/** 1 costs 7 % more bytes, 6 twice the time for 5 % less. */
const LEVEL = 3;
/** Beyond, frames are kept whole: these are not many devices' forms but bytes without any. */
const MOST_SHAPES = 2_000;
/** Values longer than that (an encrypted area, a log text) are no columns of digits. */
const LONGEST_IN_PLANES = 40;

/** How the values of a column are written. */
const ALL_SAME = 0;
const SAME_WIDTH = 1;
const WIDTHS = 2;
const WHOLE = 3;

/** In place of a width: the value is the device's MN. Else the width and one. */
const IS_MN = 0;

/** A value begins behind one of these … */
const BEGINS = table('=&#:');
/** … and ends before one of these. */
const ENDS = table('=&#:;,{}\r\n');

function table(characters: string): Uint8Array {
  const is = new Uint8Array(256);
  for (const character of characters) is[character.charCodeAt(0)] = 1;
  return is;
}

/**
 * The frames of a chunk as they are stored. Frames of devices that say the same differ in little: they are taken apart into
 * what all have (the shape) and their values, these are put together by their place in the shape and digit by digit, and then
 * deflated. Frames stand by device, for a device's values are like those before; the order of arrival stands beside them.
 */
export async function packChunk(frames: readonly ArchivedFrame[]): Promise<Buffer> {
  const devices = new Map<string, { index: number; rows: ArchivedFrame[] }>();
  const order = new ByteWriter();
  const times = new ByteWriter();
  let before = 0;
  let size = 0;
  for (const [nth, frame] of frames.entries()) {
    const known = devices.get(frame.mn);
    // 0: the next device that was not met before.
    order.unsigned(known ? known.index + 1 : 0);
    if (known) known.rows.push(frame);
    else devices.set(frame.mn, { index: devices.size, rows: [frame] });
    times.signed(frame.receivedAt - before);
    before = frame.receivedAt;
    size += frame.raw.length;
    if (nth % FRAMES_AT_A_TIME === 0) await setImmediate();
  }
  const together = Buffer.allocUnsafe(size);
  const shapes = new Shapes(together);
  const ofRows = new ByteWriter();
  let at = 0;
  let done = 0;
  for (const [mn, { rows }] of devices) {
    const name = Buffer.from(mn);
    for (const { raw } of rows) {
      together.set(raw, at);
      ofRows.unsigned(shapes.add(at, at + raw.length, name));
      at += raw.length;
      if (++done % FRAMES_AT_A_TIME === 0) await setImmediate();
    }
  }
  const body = new ByteWriter();
  body.unsigned(frames.length);
  for (const part of [order, times, ofRows]) body.raw(part.bytes());
  for (const mn of devices.keys()) body.text(mn);
  await shapes.write(body);
  const packed = await promisify<Buffer, object, Buffer>(deflateRaw)(body.bytes(), { level: LEVEL });
  return Buffer.concat([Buffer.of(COLUMNS), packed]);
}

/**
 * The frames of a chunk in the order of their arrival, whichever form it has.
 * @throws Error when the bytes are no such chunk
 */
export async function unpackChunk(content: Buffer): Promise<ArchivedFrame[]> {
  if (content[0] !== COLUMNS) return unpackFrames(await promisify(brotliDecompress)(content));
  const body = new ByteReader(await promisify<Buffer, Buffer>(inflateRaw)(content.subarray(1)));
  const count = body.unsigned();
  const counts: number[] = [];
  const order = Array.from({ length: count }, () => {
    const code = body.unsigned();
    const device = code === 0 ? counts.length : code - 1;
    counts[device] = (counts[device] ?? 0) + 1;
    return device;
  });
  let time = 0;
  const times = order.map(() => {
    time += body.signed();
    return time;
  });
  const shapeOfRow = order.map(() => body.unsigned());
  const devices = counts.map(() => body.text());
  const mns: Buffer[] = devices.flatMap((mn, device) => new Array<Buffer>(counts[device] ?? 0).fill(Buffer.from(mn)));
  const raws = readShapes(body, shapeOfRow, mns);
  const starts: number[] = [];
  let start = 0;
  for (const of of counts) {
    starts.push(start);
    start += of;
  }
  return order.map((device, at) => {
    const row = starts[device] as number;
    starts[device] = row + 1;
    return { receivedAt: times[at] as number, mn: devices[device] as string, raw: raws[row] as Buffer };
  });
}

/** What frames have in common: the pieces between their values. */
interface Shape {
  index: number;
  /** One after the other, and where each ends. */
  pieces: Uint8Array;
  ends: number[];
  /** For each frame of it and each value where it begins and its width, both in `#frames`. */
  places: Int32Array;
  rows: number;
}

/** Frames taken apart, by their shape. */
class Shapes {
  readonly #all: Shape[] = [];
  readonly #known = new Map<number, Shape[]>();
  #last: Shape | undefined;
  /** Of frames that are kept whole: one value. */
  #whole: Shape | undefined;
  /** Where the values of the frame at hand begin and end. */
  #found: number[] = [];

  /** @param frames all of them, one after the other; filled up to a frame's end when it is added */
  constructor(private readonly frames: Uint8Array) {}

  /** Adds the frame from `start` to `end`. @returns the number of its shape */
  add(start: number, end: number, mn: Uint8Array): number {
    const known = this.#last;
    const shape = known && this.#fits(known, start, end) ? known : this.#shapeOf(start, end);
    this.#last = shape;
    const size = shape.ends.length - 1;
    let to = shape.rows++ * size * 2;
    if (to + size * 2 > shape.places.length) shape.places = larger(shape.places, to + size * 2);
    for (let i = 0; i < size * 2; i += 2) {
      const from = this.#found[i] as number;
      const width = (this.#found[i + 1] as number) - from;
      shape.places[to++] = from;
      shape.places[to++] = width === mn.length && this.#isSame(from, mn) ? IS_MN : width + 1;
    }
    return shape.index;
  }

  #isSame(from: number, other: Uint8Array): boolean {
    for (let i = 0; i < other.length; i++) if (this.frames[from + i] !== other[i]) return false;
    return true;
  }

  /** Whether a frame has a shape; then its places are found. */
  #fits({ pieces, ends }: Shape, start: number, end: number): boolean {
    const { frames } = this;
    const found = this.#found;
    let at = start;
    let from = 0;
    for (let i = 0; i < ends.length; i++) {
      const to = ends[i] as number;
      if (at + to - from > end) return false;
      for (; from < to; from++, at++) if (frames[at] !== pieces[from]) return false;
      if (i === ends.length - 1) break;
      found[2 * i] = at;
      while (at < end && ENDS[frames[at] as number] === 0) at++;
      found[2 * i + 1] = at;
    }
    return at === end;
  }

  #shapeOf(start: number, end: number): Shape {
    const places: number[] = [];
    // FNV-1a of what is no value.
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) {
      const byte = this.frames[at] as number;
      hash = Math.imul(hash ^ byte, 0x01000193);
      if (BEGINS[byte] === 0) continue;
      places.push(at + 1);
      while (at + 1 < end && ENDS[this.frames[at + 1] as number] === 0) at++;
      places.push(at + 1);
    }
    if (places.length > 0) {
      const alike = this.#known.get(hash) ?? [];
      for (const shape of alike) if (this.#fits(shape, start, end)) return shape;
      if (this.#all.length < MOST_SHAPES) {
        this.#found = places;
        const shape = this.#newShape(start, end);
        this.#known.set(hash, [...alike, shape]);
        return shape;
      }
    }
    this.#found = [start, end];
    this.#whole ??= this.#newShape(start, end);
    return this.#whole;
  }

  /** The shape that has the places that were found. */
  #newShape(start: number, end: number): Shape {
    const pieces: Uint8Array[] = [];
    const ends: number[] = [];
    let from = start;
    let size = 0;
    for (let i = 0; i <= this.#found.length; i += 2) {
      const piece = this.frames.subarray(from, this.#found[i] ?? end);
      pieces.push(piece);
      size += piece.length;
      ends.push(size);
      from = this.#found[i + 1] ?? end;
    }
    const places = new Int32Array(2 * ends.length);
    const shape = { index: this.#all.length, pieces: Buffer.concat(pieces), ends, places, rows: 0 };
    this.#all.push(shape);
    return shape;
  }

  async write(body: ByteWriter): Promise<void> {
    body.unsigned(this.#all.length);
    for (const { pieces, ends } of this.#all) {
      body.unsigned(ends.length);
      for (const [i, end] of ends.entries()) body.unsigned(end - (ends[i - 1] ?? 0));
      body.raw(pieces);
    }
    for (const { ends, places, rows } of this.#all) {
      const size = ends.length - 1;
      for (let column = 0; column < size; column++) {
        this.#writeColumn(body, places, 2 * column, 2 * size, rows);
        if (rows > FRAMES_AT_A_TIME) await setImmediate();
      }
    }
  }

  /** @param at of the first row's place in `places`, which is `step` from row to row */
  #writeColumn(body: ByteWriter, places: Int32Array, at: number, step: number, rows: number): void {
    const { frames } = this;
    const first = places[at] as number;
    const width = places[at + 1] as number;
    const end = at + rows * step;
    let widest = width;
    let sameWidth = true;
    let same = true;
    for (let row = at + step; row < end; row += step) {
      const one = places[row + 1] as number;
      if (one !== width) {
        sameWidth = false;
        same = false;
        if (one > widest) widest = one;
      } else if (same) {
        const from = places[row] as number;
        for (let i = 0; i < width - 1; i++) if (frames[from + i] !== frames[first + i]) same = false;
      }
    }
    if (same) {
      body.byte(ALL_SAME);
      body.unsigned(width);
      body.raw(frames.subarray(first, first + Math.max(0, width - 1)));
      return;
    }
    const planes = widest - 1 <= LONGEST_IN_PLANES;
    body.byte(planes ? (sameWidth ? SAME_WIDTH : WIDTHS) : WHOLE);
    if (planes && sameWidth) body.unsigned(width);
    else for (let row = at; row < end; row += step) body.unsigned(places[row + 1] as number);
    if (!planes) {
      for (let row = at; row < end; row += step) {
        const from = places[row] as number;
        body.raw(frames.subarray(from, from + Math.max(0, (places[row + 1] as number) - 1)));
      }
      return;
    }
    // First all first bytes, then all second ones and so on.
    const plane = new Uint8Array(rows);
    for (let place = 0; place < widest - 1; place++) {
      let size = 0;
      for (let row = at; row < end; row += step) {
        if ((places[row + 1] as number) > place + 1) plane[size++] = frames[(places[row] as number) + place] as number;
      }
      body.raw(plane.subarray(0, size));
    }
  }
}

function larger(places: Int32Array, least: number): Int32Array {
  const more = new Int32Array(Math.max(2 * places.length, least));
  more.set(places);
  return more;
}

/** Values one after the other again. */
function outOfPlanes(planes: Uint8Array, widths: readonly number[], widest: number): Uint8Array {
  const bytes = new Uint8Array(planes.length);
  let from = 0;
  for (let place = 0; place < widest; place++) {
    let at = 0;
    for (const width of widths) {
      if (width > place + 1) bytes[at + place] = planes[from++] as number;
      if (width > 1) at += width - 1;
    }
  }
  return bytes;
}

function readPieces(body: ByteReader): Buffer[] {
  const sizes = Array.from({ length: body.unsigned() }, () => body.unsigned());
  return sizes.map((size) => body.raw(size));
}

/** The inverse of `Shapes`. @param mns of each row its device's name */
function readShapes(body: ByteReader, shapeOfRow: readonly number[], mns: readonly Buffer[]): Buffer[] {
  const shapes = Array.from({ length: body.unsigned() }, () => ({
    pieces: readPieces(body),
    rows: [] as number[],
  }));
  for (const [row, shape] of shapeOfRow.entries()) {
    const of = shapes[shape];
    if (!of) throw new Error(`a chunk has no shape ${shape}`);
    of.rows.push(row);
  }
  const raws: Buffer[] = [];
  for (const { pieces, rows } of shapes) {
    const columns = pieces.slice(1).map(() => readColumn(body, rows.length));
    for (const [nth, row] of rows.entries()) {
      const parts: Uint8Array[] = [pieces[0] as Buffer];
      for (const [i, column] of columns.entries()) {
        parts.push(column(nth) ?? (mns[row] as Buffer), pieces[i + 1] as Buffer);
      }
      raws[row] = Buffer.concat(parts);
    }
  }
  return raws;
}

/** @returns the values of a column, asked for from first to last; undefined for the device's MN */
function readColumn(body: ByteReader, count: number): (nth: number) => Uint8Array | undefined {
  const mode = body.byte();
  if (mode === ALL_SAME) {
    const width = body.unsigned();
    const value = width === IS_MN ? undefined : body.raw(width - 1);
    return () => value;
  }
  if (mode > WHOLE) throw new Error(`no column is of mode ${mode}`);
  const width = mode === SAME_WIDTH ? body.unsigned() : 0;
  const widths = Array.from({ length: count }, () => (mode === SAME_WIDTH ? width : body.unsigned()));
  const written = body.raw(widths.reduce((sum, one) => sum + Math.max(0, one - 1), 0));
  const bytes = mode === WHOLE ? written : outOfPlanes(written, widths, Math.max(0, ...[...new Set(widths)]) - 1);
  let at = 0;
  return (nth) => {
    const one = widths[nth] as number;
    if (one === IS_MN) return undefined;
    at += one - 1;
    return bytes.subarray(at - one + 1, at);
  };
}
