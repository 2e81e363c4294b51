import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** Devices wait for their answers meanwhile: so many frames (a millisecond or two) at a time. */
export const FRAMES_AT_A_TIME = 512;
/** What stands before a frame beside the MN. */
const FIXED_BYTES = 13;

/** One frame as it came, with when and from which device. */
export interface ArchivedFrame {
  receivedAt: number;
  mn: string;
  raw: Uint8Array;
}

/**
 * Frames in one block of bytes: for each 8 bytes reception time (ms), 1 byte length of the MN, the MN, 4 bytes length, the
 * frame. Big-endian.
 */
export function packFrames(frames: readonly ArchivedFrame[]): Buffer {
  let size = 0;
  for (const { mn, raw } of frames) size += FIXED_BYTES + Buffer.byteLength(mn) + raw.length;
  const block = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { receivedAt, mn, raw } of frames) {
    // As one number of 8 bytes, without a BigInt for each.
    block.writeUInt32BE(Math.floor(receivedAt / 2 ** 32), at);
    block.writeUInt32BE(receivedAt % 2 ** 32, at + 4);
    const name = block.write(mn, at + 9);
    block.writeUInt8(name, at + 8);
    at = block.writeUInt32BE(raw.length, at + 9 + name);
    block.set(raw, at);
    at += raw.length;
  }
  return block;
}

/** SHA-256 of `packFrames`, a stretch at a time. */
export async function hashOfFrames(frames: readonly ArchivedFrame[]): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < frames.length; at += FRAMES_AT_A_TIME) {
    hash.update(packFrames(frames.slice(at, at + FRAMES_AT_A_TIME)));
    await setImmediate();
  }
  return hash.digest('hex');
}

/** @throws RangeError when the bytes are no such block */
export function unpackFrames(block: Buffer): ArchivedFrame[] {
  const frames: ArchivedFrame[] = [];
  let at = 0;
  while (at < block.length) {
    const receivedAt = Number(block.readBigInt64BE(at));
    const nameEnd = at + 9 + block.readUInt8(at + 8);
    const rawStart = nameEnd + 4;
    const rawEnd = rawStart + block.readUInt32BE(nameEnd);
    if (rawEnd > block.length) throw new RangeError('a frame runs over the end of its block');
    frames.push({ receivedAt, mn: block.toString('utf8', at + 9, nameEnd), raw: block.subarray(rawStart, rawEnd) });
    at = rawEnd;
  }
  return frames;
}

/** A chunk's place in the chain: its content cannot change, nor a chunk be left out, unseen. */
export interface ChainLink {
  /** Day of reception of its first frame, UTC+8, yyyymmdd. */
  day: string;
  /** First and last log sequence whose frames it holds. */
  firstSequence: number;
  lastSequence: number;
  frames: number;
  /** SHA-256 of the block, uncompressed. */
  sha256: string;
  /** Hash of the link before, also when that is of another day; empty for the very first. */
  previous: string;
  hash: string;
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export function linkOf(link: Omit<ChainLink, 'hash'>): ChainLink {
  const { day, firstSequence, lastSequence, frames, sha256: content, previous } = link;
  return {
    ...link,
    hash: sha256(JSON.stringify([day, firstSequence, lastSequence, frames, content, previous])),
  };
}

/**
 * Checks one link against the one before it in the day and against its own block.
 * @returns what is wrong, or undefined
 */
export function flawOf(link: ChainLink, block: Buffer, before: ChainLink | undefined): string | undefined {
  if (linkOf(link).hash !== link.hash) return 'its description does not match its hash';
  if (sha256(block) !== link.sha256) return 'its content does not match its hash';
  if (before && link.previous !== before.hash) return 'it does not follow the chunk before it';
  if (before && link.firstSequence <= before.lastSequence) return 'it overlaps the chunk before it';
  let count: number;
  try {
    count = unpackFrames(block).length;
  } catch (error) {
    return (error as Error).message;
  }
  return count === link.frames ? undefined : `it holds ${count} frames, not ${link.frames}`;
}
