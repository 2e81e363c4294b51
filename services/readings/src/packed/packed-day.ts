import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '@greenwatch/kit';
import type { OrderedPacket } from '../merge';
import { type FieldShape, joinFields, shapeOf, splitFields, valuesIn } from './field-shape';
import { type IntsHead, readInts, readIntsHead, writeInts } from './int-column';
import { readNumbers, readTexts, readValuesHead, type ValueColumn, writeValues } from './value-column';

const VERSION = 1;
/** Behind the version and the CRC-32 of the content. */
const CONTENT_AT = 5;
/** Every row is of a moment of its own: nothing to merge. */
const ONE_PACKET_A_MOMENT = 1;
/** A plane of so many bytes is compressed by itself, for it has a distribution of its own; smaller ones together. */
const OWN_STREAM = 400;

interface KnownShape {
  index: number;
  shape: FieldShape;
  /** Where each of its values goes. */
  columns: string[][];
}

/**
 * Packs the packets of one device, kind and day into columns, which zlib makes small: data times, how much later each
 * was received, the shape of its text, and each factor's field. Every packet comes back to the letter, ordered by
 * (data time, reception, log sequence). The sequence of the log message is kept where it decides: among packets of one
 * moment received in the same millisecond; elsewhere it comes back as 0.
 */
export function packDay(packets: readonly OrderedPacket[]): Buffer {
  const rows = packets.toSorted(
    (a, b) => a.dataTime - b.dataTime || a.receivedAt - b.receivedAt || a.sequence - b.sequence,
  );
  const head = new ByteWriter();
  const planes: Uint8Array[] = [];
  head.unsigned(rows.length);
  head.byte(rows.every((row, i) => row.dataTime !== rows[i + 1]?.dataTime) ? ONE_PACKET_A_MOMENT : 0);

  const shapes = new Map<string, KnownShape>();
  const columns = new Map<string, string[]>();
  const shapeOfRow: number[] = [];
  let last: KnownShape | undefined;
  for (const { fields } of rows) {
    let values = last && valuesIn(last.shape, fields);
    if (!last || !values) {
      const split = splitFields(fields);
      values = split.values;
      last = shapes.get(split.shape.key);
      if (!last) {
        last = {
          index: shapes.size,
          shape: split.shape,
          columns: split.shape.names.map((name) => columnOf(columns, name)),
        };
        shapes.set(split.shape.key, last);
      }
    }
    shapeOfRow.push(last.index);
    for (let i = 0; i < values.length; i++) last.columns[i]?.push(values[i] as string);
  }

  head.unsigned(shapes.size);
  for (const key of shapes.keys()) head.text(key);
  const times = rows.map(({ dataTime }) => dataTime);
  const delays = rows.map(({ dataTime, receivedAt }) => receivedAt - dataTime);
  for (const ints of [times, delays, decidingSequences(rows), shapeOfRow]) planes.push(...writeInts(head, ints));
  for (const texts of columns.values()) planes.push(...writeValues(head, texts));

  const begin = new ByteWriter();
  begin.unsigned(head.bytes().length);
  const small = planes.filter(({ length }) => length < OWN_STREAM);
  const streams = [
    Buffer.concat([begin.bytes(), head.bytes(), ...small]),
    ...planes.filter(({ length }) => length >= OWN_STREAM),
  ].map(compressed);
  const sizes = new ByteWriter();
  for (const { length } of streams) sizes.unsigned(length);
  // First the sizes of all, so that a reader takes out what it needs.
  const content = Buffer.concat([sizes.bytes(), ...streams]);
  const start = Buffer.alloc(CONTENT_AT);
  start.writeUInt8(VERSION, 0);
  start.writeUInt32LE(crc32(content), 1);
  const count = new ByteWriter();
  count.unsigned(streams.length);
  return Buffer.concat([start, count.bytes(), content]);
}

/** By Huffman's code alone or with repetitions, whichever is smaller. */
function compressed(bytes: Uint8Array): Buffer {
  const repeating = deflateRawSync(bytes);
  if (bytes.length < OWN_STREAM) return repeating;
  const plain = deflateRawSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY });
  return plain.length < repeating.length ? plain : repeating;
}

function columnOf(columns: Map<string, string[]>, name: string): string[] {
  const known = columns.get(name);
  if (known) return known;
  const column: string[] = [];
  columns.set(name, column);
  return column;
}

function decidingSequences(rows: readonly OrderedPacket[]): number[] {
  const together = (a: OrderedPacket, b: OrderedPacket | undefined) =>
    a.dataTime === b?.dataTime && a.receivedAt === b.receivedAt;
  return rows.map((row, i) => (together(row, rows[i - 1]) || together(row, rows[i + 1]) ? row.sequence : 0));
}

/** A byte of each value of a column, taken out of its stream when it is asked for. */
type Plane = () => Uint8Array;
const opened = (plane: Plane) => plane();

/** A packed day, taken apart as far as it is asked for. Throws on bytes that are none, or that changed (CRC-32). */
export class PackedDay {
  /** How many packets. */
  readonly count: number;
  /** Whether each packet is of another moment, so that nothing is to be merged. */
  readonly onePacketAMoment: boolean;
  readonly #shapes: FieldShape[] = [];
  #shapeOfRows: Float64Array | undefined;
  readonly #rows: { head: IntsHead; planes: Plane[] }[] = [];
  readonly #columns = new Map<string, { head: ValueColumn; planes: Plane[]; count: number }>();

  constructor(bytes: Buffer) {
    if (bytes[0] !== VERSION) throw new Error(`a packed day of version ${bytes[0]}, expected ${VERSION}`);
    const start = new ByteReader(bytes);
    start.at = CONTENT_AT;
    const streams = start.unsigned();
    if (crc32(bytes.subarray(start.at)) !== bytes.readUInt32LE(1)) throw new Error('a packed day that was changed');
    const sizes = Array.from({ length: streams }, () => start.unsigned());
    let streamAt = start.at;
    const compressedStreams = sizes.map((size) => {
      streamAt += size;
      return bytes.subarray(streamAt - size, streamAt);
    });
    const small = inflateRawSync(compressedStreams.shift() ?? Buffer.alloc(0));
    const head = new ByteReader(small);
    const headSize = head.unsigned();
    let smallAt = head.at + headSize;
    /** The next planes, in the order in which they were written. */
    const take = (planes: number, size: number): Plane[] =>
      Array.from({ length: planes }, () => {
        if (size >= OWN_STREAM) {
          const own = compressedStreams.shift() ?? Buffer.alloc(0);
          return () => inflateRawSync(own);
        }
        smallAt += size;
        const plane = small.subarray(smallAt - size, smallAt);
        return () => plane;
      });
    this.count = head.unsigned();
    this.onePacketAMoment = (head.byte() & ONE_PACKET_A_MOMENT) !== 0;
    for (let left = head.unsigned(); left > 0; left--) this.#shapes.push(shapeOf(head.text()));
    for (let i = 0; i < 4; i++) {
      const ints = readIntsHead(head);
      this.#rows.push({ head: ints, planes: take(ints.planes, this.count) });
    }
    for (const [name, count] of this.#countValues()) {
      const column = readValuesHead(head);
      this.#columns.set(name, { head: column, planes: take(column.ints.planes, count), count });
    }
    if (smallAt !== small.length || compressedStreams.length > 0) {
      throw new Error('a packed day of another length than its columns have');
    }
  }

  /** How many values each column has, in the order in which the columns stand. */
  #countValues(): Map<string, number> {
    const rowsOf = new Array<number>(this.#shapes.length).fill(0);
    for (const index of this.#shapeOfRow) rowsOf[index] = (rowsOf[index] ?? 0) + 1;
    const counts = new Map<string, number>();
    for (const [index, { names }] of this.#shapes.entries()) {
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + (rowsOf[index] ?? 0));
    }
    return counts;
  }

  /** Data times in ms, ascending. */
  get dataTimes(): Float64Array {
    return this.#ints(0);
  }

  get #shapeOfRow(): Float64Array {
    this.#shapeOfRows ??= this.#ints(3);
    return this.#shapeOfRows;
  }

  #ints(which: number): Float64Array {
    const { head, planes } = this.#rows[which] as { head: IntsHead; planes: Plane[] };
    return readInts(head, planes.map(opened), this.count);
  }

  /** Every packet as it was packed. */
  packets(): OrderedPacket[] {
    const texts = new Map<string, { values: string[]; next: number }>();
    for (const [name, { head, planes, count }] of this.#columns) {
      texts.set(name, { values: readTexts(head, planes.map(opened), count), next: 0 });
    }
    const columnsOf = this.#shapes.map(({ names }) => names.map((name) => texts.get(name)));
    const [times, delays, sequences, shapes] = [0, 1, 2, 3].map((which) => this.#ints(which)) as Float64Array[];
    const packets: OrderedPacket[] = [];
    for (let i = 0; i < this.count; i++) {
      const index = shapes?.[i] as number;
      const values: string[] = [];
      for (const column of columnsOf[index] ?? []) if (column) values.push(column.values[column.next++] as string);
      const dataTime = times?.[i] as number;
      packets.push({
        dataTime,
        receivedAt: dataTime + (delays?.[i] as number),
        sequence: sequences?.[i] as number,
        fields: joinFields(this.#shapes[index] as FieldShape, values),
      });
    }
    return packets;
  }

  /**
   * The numbers of one field of one factor (`code-Field`), one a packet in the order of the data times; NaN where a
   * packet has none. Undefined where no packet has any.
   */
  numbers(name: string): Float64Array | undefined {
    const column = this.#columns.get(name);
    if (!column) return undefined;
    const values = readNumbers(column.head, column.planes.map(opened), column.count);
    if (this.#oneARow(name)) return values;
    const rows = new Float64Array(this.count);
    this.#perRow(name, (row, at) => {
      rows[row] = at < 0 ? Number.NaN : (values[at] as number);
    });
    return rows;
  }

  /** The same as texts; undefined for a packet that has none. */
  texts(name: string): (string | undefined)[] | undefined {
    const column = this.#columns.get(name);
    if (!column) return undefined;
    const values = readTexts(column.head, column.planes.map(opened), column.count);
    if (this.#oneARow(name)) return values;
    const rows: (string | undefined)[] = [];
    this.#perRow(name, (_row, at) => rows.push(values[at]));
    return rows;
  }

  /** Whether every packet has the column once, as is nearly always so: its values stand as they are. */
  #oneARow(name: string): boolean {
    return this.#shapes.every(({ names }) => names.includes(name) && names.indexOf(name) === names.lastIndexOf(name));
  }

  /** Tells for each packet which value of the column is its first; -1 where it has none. */
  #perRow(name: string, tell: (row: number, at: number) => void): void {
    const has = this.#shapes.map(({ names }) => names.filter((one) => one === name).length);
    let next = 0;
    for (const [row, shape] of this.#shapeOfRow.entries()) {
      const values = has[shape] ?? 0;
      tell(row, values > 0 ? next : -1);
      next += values;
    }
  }
}
