import { buildFrame, crc16, formatDataTime } from '@greenwatch/hj212';

/** Gas factors of HJ 212-2017 table B.2: 8 readings a packet, each with its flag. */
export const FACTORS = ['a21026', 'a21002', 'a34013', 'a19001', 'a01011', 'a01012', 'a01013', 'a00000'];
export const PASSWORD = '123456';

/** MN of the n-th device of the bench: 24 characters (HJ 212-2017 table 3). */
export function mnOf(device: number): string {
  return `${MN_HEAD}${String(device).padStart(MN_DIGITS, '0')}`;
}

const MN_HEAD = '010000B8E2C4A000';
const MN_DIGITS = 8;
const DAY_S = 86_400;
/** DataTime is in Beijing time: HJ 212-2017 table 9. */
const UTC8_S = 8 * 3_600;
const HEX = Buffer.from('0123456789ABCDEF');
const ZERO = 48;

/**
 * Frames of the bench's devices: realtime uploads of 8 readings (2011) that ask for their 9014. Frame i of a device is of the
 * data time `firstTime` + i seconds and has that time as its QN, so that an answer tells its frame. All are one built frame
 * with MN, times, values and CRC put in anew, which costs less than keeping them all: under a microsecond each.
 */
export class FrameMaker {
  readonly #template: Buffer;
  readonly #first: number;
  readonly #mnAt: number;
  readonly #qnAt: number;
  readonly #timeAt: number;
  readonly #valuesAt: number[];
  #writtenDay = -1;
  #writtenDate = Buffer.alloc(8);
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

  /** Writes a frame of a device into `target` at `at`. */
  write(target: Buffer, at: number, device: number, index: number): void {
    const { length } = this;
    this.#template.copy(target, at);
    let rest = device;
    for (let digit = at + this.#mnAt + MN_DIGITS - 1; rest > 0; digit--, rest = Math.floor(rest / 10)) {
      target[digit] = ZERO + (rest % 10);
    }
    const seconds = this.#first + index + UTC8_S;
    this.#writeTime(target, at + this.#qnAt, seconds);
    this.#writeTime(target, at + this.#timeAt, seconds);
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
    const crc = crc16(target, at + 6, end);
    for (let nibble = 0; nibble < 4; nibble++) target[end + nibble] = HEX[(crc >> (12 - 4 * nibble)) & 15] as number;
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

  /** @param seconds since 1970-01-01T00:00:00+08:00 */
  #writeTime(target: Buffer, at: number, seconds: number): void {
    const day = Math.floor(seconds / DAY_S);
    if (day !== this.#writtenDay) {
      this.#writtenDay = day;
      this.#writtenDate = Buffer.from(formatDataTime((seconds - UTC8_S) * 1_000).slice(0, 8));
    }
    this.#writtenDate.copy(target, at);
    const ofDay = seconds - day * DAY_S;
    writeTwo(target, at + 8, Math.floor(ofDay / 3_600));
    writeTwo(target, at + 10, Math.floor(ofDay / 60) % 60);
    writeTwo(target, at + 12, ofDay % 60);
  }
}

function writeTwo(target: Uint8Array, at: number, value: number): void {
  target[at] = ZERO + Math.floor(value / 10);
  target[at + 1] = ZERO + (value % 10);
}

/** `count` decimal digits as a number. */
export function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}
