import { crc16 } from './crc16';

/** Most bytes a data segment may have: HJ 212-2017 6.3.1. */
export const MAX_SEGMENT = 1024;

/**
 * The whole frame of one data segment, strict as the standard prints it (HJ 212-2017 6.3.1): `##`, four digits of length in bytes,
 * the segment in UTF-8, the CRC in upper case, CR LF.
 * Throws RangeError when the segment is over 1024 bytes (it must be split) or holds a control character.
 */
export function buildFrame(segment: string): Buffer {
  let ascii = true;
  for (let at = 0; at < segment.length; at++) {
    const code = segment.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) {
      throw new RangeError(`data segment has the control character 0x${code.toString(16)} at position ${at}`);
    }
    if (code > 0x7f) ascii = false;
  }
  const length = ascii ? segment.length : Buffer.byteLength(segment);
  if (length > MAX_SEGMENT) {
    throw new RangeError(`data segment has ${length} bytes, at most ${MAX_SEGMENT} fit a frame: split it`);
  }
  const frame = Buffer.allocUnsafe(length + 12);
  frame[0] = HASH;
  frame[1] = HASH;
  digits(frame, 2, length, 10);
  frame.write(segment, 6, ascii ? 'latin1' : 'utf8');
  digits(frame, 6 + length, crc16(frame, 6, 6 + length), 16);
  frame[10 + length] = 0x0d;
  frame[11 + length] = 0x0a;
  return frame;
}

const HASH = 0x23;
const DIGITS = Buffer.from('0123456789ABCDEF');

/** Four digits: an answer goes to nearly every packet, and texts for them cost as much as all the rest. */
function digits(target: Buffer, at: number, value: number, base: number): void {
  let rest = value;
  for (let index = at + 3; index >= at; index--) {
    target[index] = DIGITS[rest % base] as number;
    rest = Math.floor(rest / base);
  }
}
