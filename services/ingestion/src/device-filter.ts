/** With these, one in a hundred of other devices is taken for one of those in the filter. */
const BITS_A_DEVICE = 10;
const PROBES = 7;

/**
 * Which devices have a frame in a chunk of the archive: a Bloom filter. It takes 1.25 bytes a device, where their names take 13 and
 * an index over these 45; in a province each device stands in a chunk about once, so that would be a packet's cost.
 * @param mns each once
 */
export function deviceFilter(mns: readonly string[]): Buffer {
  const filter = Buffer.alloc(Math.ceil((mns.length * BITS_A_DEVICE) / 8));
  const bits = filter.length * 8;
  for (const mn of mns) {
    const [first, step] = [hashOf(mn, 0x811c9dc5), stepOf(mn)];
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = bitOf(first, step, probe, bits);
      filter[bit >> 3] = (filter[bit >> 3] as number) | (1 << (bit & 7));
    }
  }
  return filter;
}

/** Whether a device may be one of those in the filter: true for each of them, and for one in a hundred others. */
export function mayHold(filter: Uint8Array, mn: string): boolean {
  const bits = filter.length * 8;
  const [first, step] = [hashOf(mn, 0x811c9dc5), stepOf(mn)];
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = bitOf(first, step, probe, bits);
    if (bits === 0 || ((filter[bit >> 3] as number) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** One of the bits that stand for a device (double hashing). */
function bitOf(first: number, step: number, probe: number, bits: number): number {
  return ((first + Math.imul(probe, step)) >>> 0) % bits;
}

function stepOf(mn: string): number {
  return hashOf(mn, 0x9e3779b9) | 1;
}

/** FNV-1a of 32 bits, its bits mixed at the end. What is stored depends on it: it must not change. */
function hashOf(text: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
