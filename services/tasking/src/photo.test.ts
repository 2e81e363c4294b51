import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MAX_PHOTO_BYTES, PhotoCheck, type PhotoType, photoTypeOf } from './photo';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6]);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 9, 9]);
const through = (chunks: Buffer[], announced: PhotoType) =>
  buffer(Readable.from(chunks).compose(new PhotoCheck(announced)) as Readable);

describe('what a photo is, by its first bytes', () => {
  it.each([
    ['JPEG', JPEG, 'image/jpeg'],
    ['PNG', PNG, 'image/png'],
    ['GIF', Buffer.from('GIF89a----'), undefined],
    ['a script', Buffer.from('<script>alert(1)</script>'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ])('%s', (_, bytes, type) => expect(photoTypeOf(bytes)).toBe(type));
});

describe('domain.md 5.4: evidence is kept whole', () => {
  it('every byte goes through, however it is cut', async () => {
    const bytes = Buffer.concat([JPEG, Buffer.alloc(100_000, 7)]);
    const single = [...bytes.subarray(0, 20)].map((byte) => Buffer.from([byte]));
    expect((await through([...single, bytes.subarray(20)], 'image/jpeg')).equals(bytes)).toBe(true);
  });
  it.each<[string, Buffer[], PhotoType, number]>([
    ['PNG announced as JPEG', [PNG], 'image/jpeg', 415],
    ['a document', [Buffer.from('%PDF-1.7 ....')], 'image/png', 415],
    ['three bytes of something', [Buffer.from('abc')], 'image/png', 415],
    ['nothing', [], 'image/png', 422],
    ['more than 15 MB', [PNG, Buffer.alloc(MAX_PHOTO_BYTES)], 'image/png', 413],
  ])('%s is refused', async (_, chunks, announced, status) => {
    await expect(through(chunks, announced)).rejects.toMatchObject({ status });
  });
  it('exactly 15 MB is let in', async () => {
    expect((await through([PNG, Buffer.alloc(MAX_PHOTO_BYTES - PNG.length)], 'image/png')).length).toBe(
      MAX_PHOTO_BYTES,
    );
  });
});
