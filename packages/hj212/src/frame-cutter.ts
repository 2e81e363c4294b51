import { MAX_SEGMENT } from './build-frame';
import { crc16 } from './crc16';
import { type DeviceCodec, maxSegmentOf, openSegment } from './dialect';

export type RefusedReason = 'crc' | 'length' | 'garbage' | 'too-long';

/**
 * One piece of the stream.
 * `frame`: length and CRC are right. `raw` runs from `##` through the CRC and takes the CR LF, CR or LF along that had arrived with it;
 * `segment` is the data segment. Both may be views into the chunk given to `push`.
 * `refused`: bytes that are no frame. `raw` is the first 2048 of them, `detail` says what was found and what was expected.
 */
export type CutResult =
  | { type: 'frame'; raw: Buffer; segment: Buffer }
  | { type: 'refused'; reason: RefusedReason; raw: Buffer; detail: string };

export interface FrameCutterOptions {
  /** Most bytes of a data segment let in, 1..9999. The standard says 1024; devices with 1700 have been seen. */
  maxSegment?: number;
  /**
   * What is known of the device of an MN that departs from the standard or encrypts (HJ 212-2025 6.4); undefined for all others. Asked only
   * when a frame's length or CRC does not fit, or its segment looks like no text; `segment` is then the plain one, no view into `raw`.
   */
  codecOf?: (mn: string) => DeviceCodec | undefined;
}

/** Bytes of a refused piece that are kept as evidence. */
const RAW_LIMIT = 2048;

const HASH = 0x23;
const AMPERSAND = 0x26;
const LF = 0x0a;
const CR = 0x0d;
const HEAD = Buffer.from('##');
const NOTHING = Buffer.alloc(0);

/** Frame without its segment: `##`, four digits, four digits. */
const ENVELOPE = 10;

/** The head of a packet with its MN lies within so many bytes of the frame's begin: fields of the usual widths take 110. */
const HEAD_LIMIT = 200;

interface Junk {
  reason: RefusedReason;
  detail: string;
  /** True once it is reported: what still belongs to it is only counted. */
  reported: boolean;
}

/**
 * Cuts a TCP byte stream into frames (HJ 212-2017 6.3.1), one cutter a connection. It goes by the length field alone, never by CR LF
 * or `&&`, which may stand inside a segment. What is no frame is refused, and the search goes on at the next `##` inside what was
 * refused, so a wrong length never swallows the good frame behind it.
 *
 * Holds at most one unfinished frame and 2048 bytes of junk, whatever arrives. Each byte is looked at a bounded number of times.
 */
export class FrameCutter {
  readonly #maxSegment: number;
  readonly #codecOf: FrameCutterOptions['codecOf'];

  /** The unfinished candidate of earlier chunks: `#store[0, #used)` begins with `#`; nothing can be decided below `#need` bytes. */
  #store = NOTHING;
  #used = 0;
  #need = 0;

  /** The run of bytes outside any frame that is going on, and its first bytes. It ends with the next `##`. */
  #junk: Junk | undefined;
  #junkBytes = NOTHING;
  #junkLength = 0;

  #skipped = 0;

  constructor(options: FrameCutterOptions = {}) {
    const maxSegment = options.maxSegment ?? MAX_SEGMENT;
    if (!Number.isInteger(maxSegment) || maxSegment < 1 || maxSegment > 9999) {
      throw new RangeError(`maxSegment is ${maxSegment}, expected a whole number from 1 to 9999`);
    }
    this.#maxSegment = maxSegment;
    this.#codecOf = options.codecOf;
  }

  /** Bytes held at the moment. */
  get buffered(): number {
    return this.#used + this.#junkLength;
  }

  /** Bytes so far that belonged to no good frame, fillers between frames not counted. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Takes what one read gave, in any cut, and returns what it completed, in order. */
  push(chunk: Buffer): CutResult[] {
    const results: CutResult[] = [];
    let offset = 0;
    while (this.#used > 0) {
      if (offset === chunk.length) return results;
      // Two bytes more than needed, so that a CR LF that has come stays with its frame.
      const take = Math.min(chunk.length - offset, this.#need - this.#used + 2);
      this.#grow(this.#used + take);
      chunk.copy(this.#store, this.#used, offset, offset + take);
      this.#used += take;
      offset += take;
      if (this.#used < this.#need) return results;
      const rest = this.#used - this.#scan(this.#store, 0, this.#used, true, results);
      if (rest <= take) {
        // What is left came with this chunk: go on in the chunk itself, where frames need no copy.
        offset -= rest;
        this.#used = 0;
      } else {
        this.#store.copyWithin(0, this.#used - rest, this.#used);
        this.#used = rest;
      }
    }
    const rest = chunk.length - this.#scan(chunk, offset, chunk.length, false, results);
    if (rest > 0) {
      this.#grow(rest);
      chunk.copy(this.#store, 0, chunk.length - rest);
      this.#used = rest;
    }
    return results;
  }

  /** The stream has ended: reports what is left over, and cuts the good frames that a wrong length had been holding back. */
  end(): CutResult[] {
    const results: CutResult[] = [];
    while (this.#used > 0) {
      const inner = this.#store.subarray(0, this.#used).indexOf(HEAD, 2);
      const end = inner < 0 ? this.#used : inner;
      if (!this.#junk) {
        const detail = `the stream ended after ${this.#used} bytes of a frame of at least ${this.#need}`;
        this.#refuse('length', this.#store, 0, end, detail, results);
      } else {
        this.#feed(this.#store, 0, end, results);
      }
      this.#store.copyWithin(0, end, this.#used);
      this.#used -= end;
      const rest = this.#used - this.#scan(this.#store, 0, this.#used, true, results);
      this.#store.copyWithin(0, this.#used - rest, this.#used);
      this.#used = rest;
    }
    this.#close(results);
    return results;
  }

  /**
   * Decides all it can of `bytes[from, to)`. Returns where the undecided rest begins, which `#need` bytes would decide.
   * `copy`: the bytes are the store, which is overwritten later, so frames are copied out of it.
   */
  #scan(bytes: Buffer, from: number, to: number, copy: boolean, results: CutResult[]): number {
    let at = from;
    while (at < to) {
      if (this.#junk) {
        at = this.#skipJunk(bytes, at, to, results);
        if (this.#junk) return at;
      }
      const byte = bytes[at] as number;
      if (byte !== HASH) {
        if (isFiller(byte)) at++;
        else this.#open('garbage', 'bytes outside any frame, expected ##');
        continue;
      }
      if (to - at < 3) {
        if (to - at === 2 && bytes[at + 1] !== HASH) {
          this.#open('garbage', 'bytes outside any frame, expected ##');
          continue;
        }
        this.#need = 3;
        return at;
      }
      if (bytes[at + 1] !== HASH || bytes[at + 2] === HASH) {
        this.#open('garbage', 'bytes outside any frame, expected ##');
        continue;
      }
      if (to - at < 6) {
        this.#need = 6;
        return at;
      }
      const length = lengthField(bytes, at + 2);
      if (length < 0) {
        const field = JSON.stringify(bytes.toString('latin1', at + 2, at + 6));
        this.#open('length', `length field ${field}, expected exactly 4 digits`);
        at = this.#feed(bytes, at, at + 2, results);
        continue;
      }
      if (length > this.#maxSegment && to - at < HEAD_LIMIT && this.#codecOf) {
        // The device may be one that sends longer segments: its MN must have come.
        this.#need = HEAD_LIMIT;
        return at;
      }
      if (length > this.#maxSegment && !this.#mayBeLonger(bytes, at, length)) {
        this.#open('too-long', `length field says ${length} bytes, at most ${this.#maxSegment} are let in`);
        at = this.#feed(bytes, at, at + 2, results);
        continue;
      }
      const end = at + ENVELOPE + length;
      if (end > to) {
        this.#need = ENVELOPE + length;
        return at;
      }
      const field = hexField(bytes, end - 4);
      if (field < 0) {
        const found = JSON.stringify(bytes.toString('latin1', end - 4, end));
        this.#open(
          'length',
          `length field says ${length}, but ${found} stands where the 4 hex digits of the CRC should be`,
        );
        at = this.#feed(bytes, at, at + 2, results);
        continue;
      }
      const crc = crc16(bytes, at + 6, end - 4);
      const opened =
        this.#codecOf && (field !== crc || looksSealed(bytes, end - 4))
          ? this.#reopen(bytes.subarray(at + 6, end - 4), field)
          : undefined;
      if (field !== crc && !opened) {
        const inner = bytes.subarray(at, end).indexOf(HEAD, 2);
        const stop = inner < 0 ? end : at + inner;
        const hint =
          inner < 0 ? '' : `; another ## comes ${inner} bytes after the first, so the length may be wrong too`;
        this.#refuse('crc', bytes, at, stop, `CRC field ${hex(field)}, computed ${hex(crc)}${hint}`, results);
        at = stop;
        continue;
      }
      const inner = innerHead(bytes, at + 6, end - 4);
      if (inner >= 0) {
        const detail = `a frame of ${length} bytes begins ${inner - at} bytes before another ##, which is the one that ends there`;
        // Up to the next ## only: between this one and the true one there may be good frames too.
        const next = at + bytes.subarray(at, end).indexOf(HEAD, 2);
        this.#refuse('length', bytes, at, next, detail, results);
        at = next;
        continue;
      }
      const start = at;
      at = end;
      if (at < to && bytes[at] === CR) at++;
      if (at < to && bytes[at] === LF) at++;
      const raw = copy ? Buffer.from(bytes.subarray(start, at)) : bytes.subarray(start, at);
      results.push({ type: 'frame', raw, segment: opened ?? raw.subarray(6, 6 + length) });
    }
    return at;
  }

  /** The plain segment by the device's own CRC and keys, a copy of its own; undefined when there are none or they do not fit. */
  #reopen(segment: Buffer, field: number): Buffer | undefined {
    const codec = this.#codecOf?.(mnOf(segment));
    const opened = codec && openSegment(segment, field, codec);
    return opened === segment ? Buffer.from(segment) : opened;
  }

  #mayBeLonger(bytes: Buffer, at: number, length: number): boolean {
    const codec = this.#codecOf?.(mnOf(bytes.subarray(at + 6, at + HEAD_LIMIT)));
    return codec !== undefined && length <= maxSegmentOf(codec.dialect);
  }

  /** Eats junk up to the next `##` that is no part of a longer row of `#`; leaves the junk open when none is in sight. */
  #skipJunk(bytes: Buffer, from: number, to: number, results: CutResult[]): number {
    let head = bytes.subarray(from, to).indexOf(HEAD);
    if (head < 0) {
      const open = bytes[to - 1] === HASH;
      this.#need = 3;
      return this.#feed(bytes, from, open ? to - 1 : to, results);
    }
    head += from;
    while (head + 2 < to && bytes[head + 2] === HASH) head++;
    this.#feed(bytes, from, head, results);
    if (head + 2 < to) this.#close(results);
    else this.#need = 3;
    return head;
  }

  #open(reason: RefusedReason, detail: string): void {
    this.#junk = { reason, detail, reported: false };
  }

  /** Adds `bytes[from, to)` to the open junk. It is reported at the end of its line, or when its 2048 bytes are full. */
  #feed(bytes: Buffer, from: number, to: number, results: CutResult[]): number {
    const junk = this.#junk as Junk;
    this.#skipped += to - from;
    if (junk.reported || from === to) return to;
    const room = Math.min(to - from, RAW_LIMIT - this.#junkLength);
    const piece = bytes.subarray(from, from + room);
    const line = piece.indexOf(LF);
    const take = line < 0 ? room : line + 1;
    if (this.#junkBytes.length === 0) this.#junkBytes = Buffer.allocUnsafe(RAW_LIMIT);
    piece.copy(this.#junkBytes, this.#junkLength, 0, take);
    this.#junkLength += take;
    if (line >= 0 || this.#junkLength === RAW_LIMIT) this.#report(junk, results);
    return to;
  }

  #report(junk: Junk, results: CutResult[]): void {
    const raw = Buffer.from(this.#junkBytes.subarray(0, this.#junkLength));
    results.push({ type: 'refused', reason: junk.reason, raw, detail: junk.detail });
    junk.reported = true;
    this.#junkLength = 0;
  }

  #close(results: CutResult[]): void {
    if (this.#junk && !this.#junk.reported) this.#report(this.#junk, results);
    this.#junk = undefined;
  }

  /** Reports a piece whose end is known, at once. */
  #refuse(reason: RefusedReason, bytes: Buffer, from: number, to: number, detail: string, results: CutResult[]): void {
    this.#skipped += to - from;
    const raw = Buffer.from(bytes.subarray(from, Math.min(to, from + RAW_LIMIT)));
    results.push({ type: 'refused', reason, raw, detail });
  }

  /** Doubles up to one frame with its tail, so that connections that send small packets stay small. */
  #grow(size: number): void {
    if (size <= this.#store.length) return;
    const most = Math.max(this.#maxSegment + ENVELOPE, this.#need) + 2;
    const store = Buffer.allocUnsafe(Math.max(size, Math.min(most, Math.max(256, this.#store.length * 2))));
    this.#store.copy(store, 0, 0, this.#used);
    this.#store = store;
  }
}

/** MN of a segment's head, '' when there is none. Encrypted segments have a plain head. */
function mnOf(segment: Buffer): string {
  const head = segment.toString('latin1', 0, HEAD_LIMIT);
  return /(?:^|;)\s*MN\s*=\s*([^;&\s]*)/.exec(head)?.[1] ?? '';
}

/**
 * Where in the segment `bytes[from, to)` of a frame whose CRC fits the frame begins that was really sent: a frame cut off and a good one behind
 * it look like one when the CRC fits by chance, once in 256 times. The inner head is the true one when its own length leads to the same
 * end, or when the segment has no end of its own. -1 when there is none; log text may quote whole frames.
 */
function innerHead(bytes: Buffer, from: number, to: number): number {
  // Of two # in a row one stands on every second byte.
  for (let second = from + 1; second < to; second += 2) {
    if (bytes[second] !== HASH) continue;
    let at = bytes[second - 1] === HASH ? second - 1 : second;
    if (bytes[at + 1] !== HASH || at + 1 >= to) continue;
    // Of a longer row the last two.
    while (at + 2 < to && bytes[at + 2] === HASH) at++;
    second = at + 1;
    const endless = bytes[to - 1] !== AMPERSAND || bytes[to - 2] !== AMPERSAND;
    if (endless || (at + 6 <= to && lengthField(bytes, at + 2) === to - at - 6)) return at;
  }
  return -1;
}

/**
 * Whether the last whole group of sixteen before `end`, the end of a segment, holds bytes that are no ASCII text. Cipher bytes that the
 * CRC lets pass by chance, 1 in 256, are found so but for 1 in 2,000 of these.
 */
function looksSealed(bytes: Buffer, end: number): boolean {
  for (let at = Math.max(0, end - 25); at < end - 17; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte > 0x7e) return true;
  }
  return false;
}

/** What may stand between frames without being reported: CR LF, blanks, NUL, and the `**` some firmware prints after the CRC. */
function isFiller(byte: number): boolean {
  return byte === CR || byte === LF || byte === 0x20 || byte === 0x09 || byte === 0 || byte === 0x2a;
}

/** Value of exactly four decimal digits, or -1. */
function lengthField(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = (bytes[index] as number) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Value of exactly four hex digits of either case, or -1. */
function hexField(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + 4; index++) {
    const byte = bytes[index] as number;
    const lower = byte | 0x20;
    if (byte >= 48 && byte <= 57) value = value * 16 + byte - 48;
    else if (lower >= 97 && lower <= 102) value = value * 16 + lower - 87;
    else return -1;
  }
  return value;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}
