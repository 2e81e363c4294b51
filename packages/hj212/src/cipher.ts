import { Sm4 } from './sm4';

/**
 * Encryption of HJ 212-2025 6.4 and annex A.2: SM4 in ECB over what stands between `CP=&&` and the closing `&&`, in groups of 16 bytes; what
 * is left over stays plain text, so the length does not change. Head fields, `&&` and CRC stay plain, and the CRC is that of the plain
 * segment. Encrypted are a device's data commands (2000 to 2999) and its 3020, and the 1014 that brings a new key. Nothing in the head says
 * that a packet is encrypted: it is known of the device.
 */

const OPENING = Buffer.from('CP=&&');
const KEY_FORM = /^[\x20-\x7e]{16}$/;

/** Expanding a key costs as much as a packet. A platform has one key a device, two while they change. */
const EXPANDED_LIMIT = 50_000;
const expanded = new Map<string, Sm4>();

/** Whether a text can be a key: 16 printable ASCII characters (1014 carries it as text: annex C.8 has sixteen times `0`). */
export function isKey(text: string): boolean {
  return KEY_FORM.test(text);
}

/** A copy of the plain segment with its data area encrypted. Throws RangeError when `key` is no key or the segment has no data area. */
export function encryptSegment(segment: Buffer, key: string): Buffer {
  return crypt(segment, (cipher, bytes, from, to) => cipher.encrypt(bytes, from, to), key);
}

/** The inverse of `encryptSegment`. It does not know whether the key was the right one: the CRC field of the frame tells. */
export function decryptSegment(segment: Buffer, key: string): Buffer {
  return crypt(segment, (cipher, bytes, from, to) => cipher.decrypt(bytes, from, to), key);
}

function crypt(
  segment: Buffer,
  work: (cipher: Sm4, bytes: Buffer, from: number, to: number) => void,
  key: string,
): Buffer {
  const opening = segment.indexOf(OPENING);
  const from = opening + OPENING.length;
  const to = segment.length - 2;
  if (opening < 0 || to < from) throw new RangeError('the segment has no data area CP=&&…&&');
  const copy = Buffer.from(segment);
  work(cipherOf(key), copy, from, to);
  return copy;
}

function cipherOf(key: string): Sm4 {
  const found = expanded.get(key);
  if (found) return found;
  if (!isKey(key)) throw new RangeError(`a key has 16 printable ASCII characters, got ${key.length}`);
  const cipher = new Sm4(Buffer.from(key, 'latin1'));
  if (expanded.size >= EXPANDED_LIMIT) expanded.clear();
  expanded.set(key, cipher);
  return cipher;
}
