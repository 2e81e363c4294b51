import { crc16 } from './crc16';

/** Most bytes a data segment may have: HJ 212-2017 6.3.1. */
export const MAX_SEGMENT = 1024;

/**
 * The whole frame of one data segment, strict as the standard prints it (HJ 212-2017 6.3.1): `##`, four digits of length in bytes,
 * the segment in UTF-8, the CRC in upper case, CR LF.
 * Throws RangeError when the segment is over 1024 bytes (it must be split) or holds a control character.
 */
export function buildFrame(segment: string): Buffer {
  const length = Buffer.byteLength(segment);
  if (length > MAX_SEGMENT) {
    throw new RangeError(`data segment has ${length} bytes, at most ${MAX_SEGMENT} fit a frame: split it`);
  }
  for (let at = 0; at < segment.length; at++) {
    const code = segment.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) {
      throw new RangeError(`data segment has the control character 0x${code.toString(16)} at position ${at}`);
    }
  }
  const frame = Buffer.allocUnsafe(length + 12);
  frame.write(`##${String(length).padStart(4, '0')}`, 0, 'latin1');
  frame.write(segment, 6, 'utf8');
  const crc = crc16(frame, 6, 6 + length)
    .toString(16)
    .toUpperCase()
    .padStart(4, '0');
  frame.write(`${crc}\r\n`, 6 + length, 'latin1');
  return frame;
}
