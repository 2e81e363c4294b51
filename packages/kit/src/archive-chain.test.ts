import { type ChainLink, flawOf, hashOfFrames, linkOf, packFrames, sha256, unpackFrames } from './archive-chain';

const frames = [
  { receivedAt: 1_795_000_000_000, mn: 'M1', raw: Buffer.from('##0004abcd1234\r\n') },
  { receivedAt: 1_795_000_000_001, mn: '010000A8900016F000169DC0', raw: Buffer.from([0, 255, 38, 38, 13, 10]) },
];
const block = packFrames(frames);
const first: ChainLink = linkOf({
  day: '20261122',
  firstSequence: 7,
  lastSequence: 9,
  frames: 2,
  sha256: sha256(block),
  previous: '',
});
const second = linkOf({ ...first, firstSequence: 10, lastSequence: 10, previous: first.hash });

describe('the archive of raw frames', () => {
  it('gives back the frames byte for byte', () => {
    expect(unpackFrames(block).map((f) => ({ ...f, raw: Buffer.from(f.raw) }))).toEqual(frames);
    expect(packFrames(unpackFrames(block))).toEqual(block);
  });

  it.each([0, 1, 512, 513, 1_500])('has the hash of its block, taken a stretch at a time: %i frames', async (count) => {
    const many = Array.from({ length: count }, (_, i) => ({
      receivedAt: 1_795_000_000_000 + i,
      mn: `M${i % 7}`,
      raw: Buffer.from(`##0004${i}`),
    }));
    expect(await hashOfFrames(many)).toBe(sha256(packFrames(many)));
  });

  it('says the time as one number of 8 bytes, the MN and the frame with their lengths', () => {
    expect(packFrames([{ receivedAt: 1_795_000_000_123, mn: 'M1', raw: Buffer.from('##') }]).toString('hex')).toBe(
      `${1_795_000_000_123n.toString(16).padStart(16, '0')}024d31000000022323`,
    );
  });

  it('finds nothing wrong with a chain that is whole', () => {
    expect(flawOf(first, block, undefined)).toBeUndefined();
    expect(flawOf(second, block, first)).toBeUndefined();
  });

  it.each<[string, ChainLink, Buffer, ChainLink | undefined, RegExp]>([
    ['a changed byte', first, Buffer.from(block.map((b, i) => (i === 12 ? b ^ 1 : b))), undefined, /content/],
    ['a changed description', { ...first, frames: 3 }, block, undefined, /description/],
    ['a chunk left out', linkOf({ ...second, previous: 'x' }), block, first, /follow/],
    ['a chunk twice', linkOf({ ...first, previous: first.hash }), block, first, /overlaps/],
    ['a description that counts wrongly', linkOf({ ...first, frames: 3 }), block, undefined, /holds 2 frames/],
  ])('finds %s', (_name, link, content, before, flaw) => {
    expect(flawOf(link, content, before)).toMatch(flaw);
  });

  it('refuses a block that ends inside a frame', () => {
    expect(() => unpackFrames(block.subarray(0, block.length - 1))).toThrow(RangeError);
  });
});
