import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
let lastTime = 0;
let lastRandom = 0n;

/** A new id of 26 characters (ULID): sorts by creation, strictly within one process. */
export function newId(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    // 79 random bits leave room to count up within one millisecond.
    lastRandom = BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n;
  } else {
    lastRandom += 1n;
  }
  let value = (BigInt(lastTime) << 80n) | lastRandom;
  let text = '';
  for (let i = 0; i < 26; i++) {
    text = ALPHABET[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}

/** When an id was made, ms. */
export function timeOfId(id: string): number {
  let time = 0;
  // 48 bits of time in the first ten characters, behind two that are always 0.
  for (const character of id.slice(0, 10)) time = time * 32 + ALPHABET.indexOf(character);
  return time;
}

/** The partition of a device on the READINGS log: FNV-1a of its MN, stable for ever. */
export function partitionOf(mn: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < mn.length; i++) hash = Math.imul(hash ^ mn.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}
