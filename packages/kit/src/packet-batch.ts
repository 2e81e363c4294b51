import { readingsLog } from '@greenwatch/contracts';

/** One accepted upload, as `readingsLog.Packet` says it. */
export interface LogPacket {
  mn: string;
  kind: readingsLog.Kind;
  /** ms */
  dataTime: number;
  /** ms */
  receivedAt: number;
  /** Canonical text (`encodeFields` of packages/hj212); '' without readings. */
  fields: string;
  /** Where that text stands in `raw`, in ASCII, if its sender knows it does: then it is not written a second time. */
  fieldsAt?: number;
  raw: Uint8Array;
}

const FIRST_SIZE = 16 * 1024;
/**
 * A message up to this is copied out, and its buffer used again: hundreds a second with a packet or two each would be megabytes of
 * buffers, which V8 counts as a reason for full collections.
 */
const SMALL_MESSAGE = 4 * 1024;
/** Tags and lengths of a packet's fields, and its two times. */
const MOST_OVERHEAD = 64;

/**
 * Writes `PacketBatch` on the wire as packets come, one copy of each frame: every packet of a province passes here, and the
 * generated codec takes several times as long. A test holds it to that codec.
 */
export class BatchWriter {
  #bytes: Buffer;
  #at = 0;
  #start: number;
  count = 0;

  constructor(instance: string) {
    const head = Buffer.from(readingsLog.PacketBatch.encode({ instance, traceParent: '', packets: [] }).finish());
    this.#bytes = Buffer.allocUnsafe(FIRST_SIZE);
    head.copy(this.#bytes);
    this.#start = head.length;
    this.#at = head.length;
  }

  /** Bytes of the message so far. */
  get size(): number {
    return this.#at;
  }

  append({ mn, kind, dataTime, receivedAt, fields, fieldsAt = -1, raw }: LogPacket): void {
    const own = fieldsAt < 0 ? Buffer.byteLength(fields) : 0;
    const mnSize = Buffer.byteLength(mn);
    const body =
      text(mnSize) +
      number(kind) +
      number(dataTime) +
      number(receivedAt) +
      text(own) +
      text(raw.length) +
      (fieldsAt < 0 ? 0 : number(fieldsAt) + number(fields.length));
    this.#grow(body + MOST_OVERHEAD);
    const bytes = this.#bytes;
    // PacketBatch.packets = 3
    let at = field(bytes, this.#at, PACKETS, body);
    if (mnSize > 0) {
      at = field(bytes, at, MN, mnSize);
      at += bytes.write(mn, at);
    }
    if (kind !== 0) at = field(bytes, at, KIND, kind);
    if (dataTime !== 0) at = field(bytes, at, DATA_TIME, dataTime);
    if (receivedAt !== 0) at = field(bytes, at, RECEIVED_AT, receivedAt);
    if (own > 0) {
      at = field(bytes, at, FIELDS, own);
      at += bytes.write(fields, at);
    }
    if (raw.length > 0) {
      at = field(bytes, at, RAW, raw.length);
      bytes.set(raw, at);
      at += raw.length;
    }
    if (fieldsAt >= 0) {
      if (fieldsAt > 0) at = field(bytes, at, FIELDS_AT, fieldsAt);
      at = field(bytes, at, FIELDS_SIZE, fields.length);
    }
    this.#at = at;
    this.count++;
  }

  /** The message; the writer begins the next one. */
  take(): Uint8Array {
    let message = this.#bytes.subarray(0, this.#at);
    if (this.#at <= SMALL_MESSAGE) message = Buffer.from(message);
    else {
      const next = Buffer.allocUnsafe(Math.max(FIRST_SIZE, this.#at));
      this.#bytes.copy(next, 0, 0, this.#start);
      this.#bytes = next;
    }
    this.#at = this.#start;
    this.count = 0;
    return message;
  }

  #grow(more: number): void {
    const needed = this.#at + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** A whole message of the READINGS log at once. */
export function encodeBatch(packets: readonly LogPacket[], instance = ''): Uint8Array {
  const writer = new BatchWriter(instance);
  for (const packet of packets) writer.append(packet);
  return writer.take();
}

/** Reads a message of the READINGS log; `fields` is always there. Throws on bytes that are no `PacketBatch`. */
export function readBatch(message: Uint8Array): readingsLog.PacketBatch {
  const batch = readingsLog.PacketBatch.decode(message);
  for (const packet of batch.packets) {
    if (packet.fieldsSize === 0) continue;
    const { raw, fieldsAt, fieldsSize } = packet;
    packet.fields = Buffer.from(raw.buffer, raw.byteOffset + fieldsAt, fieldsSize).toString('latin1');
  }
  return batch;
}

const PACKETS = 26;
const MN = 10;
const KIND = 16;
const DATA_TIME = 24;
const RECEIVED_AT = 32;
const FIELDS = 42;
const RAW = 50;
const FIELDS_AT = 56;
const FIELDS_SIZE = 64;

/** Bytes of a number with its tag; none when it is 0, as proto3 leaves it out. */
function number(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

/** Bytes of a text of `size` bytes with tag and length; none when it is empty. */
function text(size: number): number {
  return size === 0 ? 0 : 1 + varintSize(size) + size;
}

function field(target: Buffer, at: number, tag: number, value: number): number {
  target[at] = tag;
  return writeVarint(target, at + 1, value);
}

/** Bytes that a whole number from 0 to 2^53 takes on protobuf's wire. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes such a number. @returns where the next byte goes */
export function writeVarint(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) target[at++] = (rest % 128) | 128;
  target[at++] = rest;
  return at;
}
