import { buildFrame, MAX_SEGMENT } from './build-frame';
import { decryptSegment, encryptSegment, isKey } from './cipher';
import { crc16 } from './crc16';

/** CRCs that devices have been seen to send in place of annex A's; `swapped`: low byte first. */
export type CrcKind = 'hj212' | 'hj212-swapped' | 'modbus' | 'modbus-swapped' | 'arc' | 'arc-swapped';

/**
 * How a device departs from the standard: data of the device or of its profile, and empty for nearly all. The codec has no makers'
 * names in it; what it can bend is listed here.
 */
export interface Dialect {
  /** The CRC it sends and expects; 'hj212' when absent. */
  crc?: CrcKind;
  /** Most bytes of its data segments, when it does not keep to 1024; at most 9999. */
  maxSegment?: number;
  /** Its packets may be encrypted (HJ 212-2025 6.4). */
  cipher?: 'sm4';
  /** The system code that is meant where it sends another (electricity meters under ST=80: '44'). */
  st?: string;
  /** Its own factor codes to those of the standard: `{ "SO2": "a21026" }`. */
  codes?: Readonly<Record<string, string>>;
  /** Commands of no edition that it wants answered, and with what: `{ "9021": "9014" }`. */
  answers?: Readonly<Record<string, '9013' | '9014'>>;
}

/** What must be known of a device to read its frames. */
export interface DeviceCodec {
  dialect: Dialect;
  /** Its SM4 keys, the newest first: while a key changes the old one is still in use. */
  keys: readonly string[];
  /** Told which of them has opened a frame: the device uses it. */
  opened?: (key: string) => void;
}

/** The CRC of `bytes[start, end)` of a kind, as the number whose four hex digits stand in the frame. */
export function crcOf(kind: CrcKind, bytes: Uint8Array, start = 0, end = bytes.length): number {
  switch (kind) {
    case 'hj212':
      return crc16(bytes, start, end);
    case 'hj212-swapped':
      return swap(crc16(bytes, start, end));
    case 'modbus':
      return modbus(bytes, start, end, 0xffff);
    case 'modbus-swapped':
      return swap(modbus(bytes, start, end, 0xffff));
    case 'arc':
      return modbus(bytes, start, end, 0);
    case 'arc-swapped':
      return swap(modbus(bytes, start, end, 0));
  }
}

/**
 * The plain data segment of a frame, read as its device writes: by its own CRC and, if need be, decrypted. Undefined when the CRC field
 * fits neither. Plain text is tried first; text that the CRC lets pass by chance (1 in 256) but that is none is tried with the keys.
 */
export function openSegment(segment: Buffer, crcField: number, codec: DeviceCodec): Buffer | undefined {
  const kind = codec.dialect.crc ?? 'hj212';
  const plain = crcOf(kind, segment) === crcField ? segment : undefined;
  if (codec.dialect.cipher !== 'sm4' || (plain && isText(plain))) return plain;
  for (const key of codec.keys) {
    if (!isKey(key) || !segment.includes('CP=&&')) continue;
    const opened = decryptSegment(segment, key);
    if (crcOf(kind, opened) !== crcField || !isText(opened)) continue;
    codec.opened?.(key);
    return opened;
  }
  return plain;
}

/**
 * The whole frame of one plain data segment as the device wants it: its CRC, and encrypted with `key` if one is given.
 * Throws RangeError as `buildFrame` does.
 */
export function sealFrame(segment: string, dialect: Dialect, key?: string): Buffer {
  const frame = inDialect(buildFrame(segment), dialect);
  if (key === undefined) return frame;
  encryptSegment(frame.subarray(6, frame.length - 6), key).copy(frame, 6);
  return frame;
}

/** A frame that was built by the standard with the CRC of the dialect: for the answers to its packets. Changes `frame` and returns it. */
export function inDialect(frame: Buffer, dialect: Dialect): Buffer {
  if (dialect.crc === undefined || dialect.crc === 'hj212') return frame;
  const end = frame.length - 6;
  const crc = crcOf(dialect.crc, frame, 6, end).toString(16).toUpperCase().padStart(4, '0');
  frame.write(crc, end, 'latin1');
  return frame;
}

/** Most bytes of a segment that the dialect lets in. */
export function maxSegmentOf(dialect: Dialect): number {
  return dialect.maxSegment ?? MAX_SEGMENT;
}

/** CRC-16/MODBUS (start 0xFFFF) and CRC-16/ARC (start 0): the same polynomial as annex A without its odd step. */
function modbus(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let crc = initial;
  for (let at = start; at < end; at++) {
    crc ^= bytes[at] as number;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

function swap(crc: number): number {
  return ((crc & 0xff) << 8) | (crc >> 8);
}

/** No control characters but tab and line ends, and valid UTF-8: what cipher bytes never are for long. */
function isText(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/.test(text);
}
