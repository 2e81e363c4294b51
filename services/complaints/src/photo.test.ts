import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { COPY_SIDE, copyOf, MAX_PIXELS } from './photo';

const picture = (width = 40, height = 20) => sharp({ create: { width, height, channels: 3, background: '#336699' } });
const GPS = {
  IFD0: { Make: 'Phone', Orientation: '6' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 37/1 48/1', GPSLongitudeRef: 'E', GPSLongitude: '120/1 33/1 4/1' },
};

describe('style.md: the copy others see has no EXIF', () => {
  it('a JPEG with GPS and telephone loses both, and stands upright', async () => {
    const original = await picture().withExif(GPS).jpeg().toBuffer();
    expect((await sharp(original).metadata()).exif?.includes('Phone')).toBe(true);
    const copy = await copyOf(await sharp(original).withMetadata({ orientation: 6 }).withExif(GPS).jpeg().toBuffer());
    const { exif, iptc, xmp, icc, orientation } = await sharp(copy.bytes).metadata();
    expect({ exif, iptc, xmp, icc, orientation }).toEqual({});
    expect([copy.width, copy.height]).toEqual([20, 40]);
  });
  it.each(['jpeg', 'png', 'webp'] as const)('%s is taken and named as what it is', async (format) => {
    const copy = await copyOf(await picture().toFormat(format).toBuffer());
    expect(copy.contentType).toBe(`image/${format}`);
    expect((await sharp(copy.bytes).metadata()).format).toBe('jpeg');
  });
  it('large pictures become smaller, small ones stay', async () => {
    expect(
      await copyOf(
        await picture(COPY_SIDE * 2, 1_000)
          .jpeg()
          .toBuffer(),
      ),
    ).toMatchObject({ width: COPY_SIDE, height: 500 });
    expect(await copyOf(await picture(40, 20).png().toBuffer())).toMatchObject({ width: 40, height: 20 });
  });
});

describe('what is no photo is refused, naming the field', () => {
  const refused = { status: 422, detail: { errors: [expect.objectContaining({ field: 'photo' })] } };
  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['text', () => Buffer.from('<html>not a photo</html>')],
    [
      'the first bytes of a JPEG and then text',
      () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('x'.repeat(500))]),
    ],
    ['half a JPEG', async () => (await picture(800, 800).jpeg().toBuffer()).subarray(0, 3_000)],
    [
      'half a PNG',
      async () =>
        (
          await sharp(Buffer.from(Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 7919) % 251)), {
            raw: { width: 300, height: 300, channels: 3 },
          })
            .png()
            .toBuffer()
        ).subarray(0, 2_000),
    ],
    [
      'an SVG that would read a file',
      () =>
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/passwd"/></svg>'),
    ],
    ['a GIF', () => Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')],
    ['a PDF', () => Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')],
    ['this very file', () => readFileSync(path.join(__dirname, 'photo.test.ts'))],
  ])('%s', async (_, make) => {
    await expect(copyOf(await make())).rejects.toMatchObject(refused);
  });
  it('a small file of very many pixels (a bomb) is refused before it is decoded', async () => {
    const bomb = await sharp({
      create: { width: 16_000, height: 5_000, channels: 3, background: '#fff' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(bomb.length).toBeLessThan(2_000_000);
    expect(16_000 * 5_000).toBeGreaterThan(MAX_PIXELS);
    const start = Date.now();
    await expect(copyOf(bomb)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('million pixels'),
    });
    expect(Date.now() - start).toBeLessThan(500);
  });
});
