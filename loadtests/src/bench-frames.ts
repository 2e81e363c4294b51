import { buildFrame, crc16, formatDataTime } from '@greenwatch/hj212';

/** Gas factors of HJ 212-2017 table B.2: 8 readings a packet, each with its flag. */
export const FACTORS = ['a21026', 'a21002', 'a34013', 'a19001', 'a01011', 'a01012', 'a01013', 'a00000'];
export const PASSWORD = '123456';
/** Limit of SO2 (a21026) that permits of the benches' outlets hold, hourly mean in mg/m3. */
export const LIMIT = 35;

/** MN of the n-th device of the bench: 24 characters (HJ 212-2017 table 3). */
export function mnOf(device: number): string {
  return `${MN_HEAD}${String(device).padStart(MN_DIGITS, '0')}`;
}

/** The number of the device of an MN. */
export const deviceOf = (mn: string): number => Number(mn.slice(MN_HEAD.length));

export const MN_HEAD = '010000B8E2C4A000';
export const MN_DIGITS = 8;
export const UPLOAD_ANSWER = 9_014;
/** What answers no frame. */
export const NO_ANSWER = -1;
/** `##0088QN=20160801085857223;ST=91;CN=9014;`: where the QN and the digits of CN begin (HJ 212-2017 6.3). */
const QN_AT = 9;
const CN_AT = 36;
const DAY_S = 86_400;
/** DataTime is in Beijing time: HJ 212-2017 table 9. */
const UTC8_S = 8 * 3_600;
const HEX = Buffer.from('0123456789ABCDEF');
const ZERO = 48;

/** Where a device's frames come from, and which of them an answer is for. */
export interface FrameSource {
  lengthOf(device: number, frame: number): number;
  /** Writes a frame of a device into `target` at `at`: `lengthOf` bytes, CRC and all. */
  write(target: Buffer, at: number, device: number, frame: number): void;
  /** Which frame of the device is answered by the frame of `size` bytes at `at`; NO_ANSWER where none is. */
  answered(bytes: Uint8Array, at: number, size: number, device: number): number;
}

/**
 * Frames of the bench's devices: realtime uploads of 8 readings (2011) that ask for their 9014. Frame i of a device is of the
 * data time `firstTime` + i seconds and has that time as its QN, so that an answer tells its frame. All are one built frame
 * with MN, times, values and CRC put in anew, which costs less than keeping them all: under a microsecond each.
 */
export class FrameMaker implements FrameSource {
  readonly #template: Buffer;
  readonly #first: number;
  readonly #mnAt: number;
  readonly #qnAt: number;
  readonly #timeAt: number;
  readonly #valuesAt: number[];
  readonly #times = new TimeWriter();
  #readDate = -1;
  #readDay = 0;

  /** @param firstTime data time of frame 0 of every device, ms, a whole second */
  constructor(firstTime: number) {
    this.#first = firstTime / 1_000;
    const time = formatDataTime(firstTime);
    const values = FACTORS.map((code) => `${code}-Rtd=00.00,${code}-Flag=N`).join(';');
    const head = `QN=${time}000;ST=31;CN=2011;PW=${PASSWORD};MN=${mnOf(0)};Flag=5;`;
    this.#template = buildFrame(`${head}CP=&&DataTime=${time};${values}&&`);
    const after = (text: string) => this.#template.indexOf(text) + text.length;
    this.#qnAt = after('QN=');
    this.#mnAt = after(MN_HEAD);
    this.#timeAt = after('DataTime=');
    this.#valuesAt = FACTORS.map((code) => after(`${code}-Rtd=`));
  }

  /** Bytes of every frame. */
  get length(): number {
    return this.#template.length;
  }

  lengthOf(): number {
    return this.#template.length;
  }

  write(target: Buffer, at: number, device: number, index: number): void {
    const { length } = this;
    this.#template.copy(target, at);
    writeDecimal(target, at + this.#mnAt, MN_DIGITS, device);
    const seconds = this.#first + index + UTC8_S;
    this.#times.write(target, at + this.#qnAt, seconds);
    this.#times.write(target, at + this.#timeAt, seconds);
    // A slow wave of ten minutes and the noise of an instrument on it, in hundredths.
    const wave = Math.floor((((this.#first + index + device) % 600) * 100) / 60);
    let noise = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(device + 1, 0x85ebca6b);
    for (let factor = 0; factor < FACTORS.length; factor++) {
      noise = Math.imul(noise ^ (noise >>> 15), 0x2c1b3c6d);
      const value = 1_000 + factor * 700 + wave + (noise >>> 27);
      const digits = at + (this.#valuesAt[factor] as number);
      writeTwo(target, digits, Math.floor(value / 100));
      writeTwo(target, digits + 3, value % 100);
    }
    const end = at + length - 6;
    writeCrc(target, end, crc16(target, at + 6, end));
  }

  answered(bytes: Uint8Array, at: number, size: number): number {
    if (size < CN_AT + 4 || digits(bytes, at + CN_AT, 4) !== UPLOAD_ANSWER) return NO_ANSWER;
    return this.indexAt(bytes, at + QN_AT);
  }

  /** A frame of its own. */
  build(device: number, index: number): Buffer {
    const frame = Buffer.allocUnsafe(this.length);
    this.write(frame, 0, device, index);
    return frame;
  }

  /** Which frame has the QN that begins at `at`. */
  indexAt(bytes: Uint8Array, at: number): number {
    const date = digits(bytes, at, 8);
    if (date !== this.#readDate) {
      this.#readDate = date;
      this.#readDay =
        Date.UTC(Math.floor(date / 10_000), (Math.floor(date / 100) % 100) - 1, date % 100) / 1_000 - UTC8_S;
    }
    const ofDay = digits(bytes, at + 8, 2) * 3_600 + digits(bytes, at + 10, 2) * 60 + digits(bytes, at + 12, 2);
    return this.#readDay + ofDay - this.#first;
  }
}

/** Writes data times (yyyyMMddHHmmss); the date is worked out again only when it is another. */
export class TimeWriter {
  #day = -1;
  #date = Buffer.alloc(8);

  /** @param seconds since 1970-01-01T00:00:00+08:00 */
  write(target: Buffer, at: number, seconds: number): void {
    const day = Math.floor(seconds / DAY_S);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = Buffer.from(formatDataTime((seconds - UTC8_S) * 1_000).slice(0, 8));
    }
    this.#date.copy(target, at);
    const ofDay = seconds - day * DAY_S;
    writeTwo(target, at + 8, Math.floor(ofDay / 3_600));
    writeTwo(target, at + 10, Math.floor(ofDay / 60) % 60);
    writeTwo(target, at + 12, ofDay % 60);
  }
}

/** Four hexadecimal digits, as HJ 212-2017 6.3.1 has the CRC. */
export function writeCrc(target: Uint8Array, at: number, crc: number): void {
  for (let nibble = 0; nibble < 4; nibble++) target[at + nibble] = HEX[(crc >> (12 - 4 * nibble)) & 15] as number;
}

/** A number over zeros that are there already. */
export function writeDecimal(target: Uint8Array, at: number, count: number, value: number): void {
  let rest = value;
  for (let digit = at + count - 1; rest > 0; digit--, rest = Math.floor(rest / 10)) target[digit] = ZERO + (rest % 10);
}

export function writeTwo(target: Uint8Array, at: number, value: number): void {
  target[at] = ZERO + Math.floor(value / 10);
  target[at + 1] = ZERO + (value % 10);
}

/** `count` decimal digits as a number. */
export function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}
