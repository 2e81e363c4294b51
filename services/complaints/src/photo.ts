import { Transform, type TransformCallback } from 'node:stream';
import { MAX_COMPLAINT_PHOTO_BYTES } from '@greenwatch/contracts';
import { DomainError, invalid } from '@greenwatch/kit';
import sharp from 'sharp';

/** One picture at a time, with one thread: a service decodes beside its other work. */
sharp.concurrency(1);
sharp.cache(false);
// Only these three readers of pictures exist in this process; all others, SVG and PDF among them, are switched off.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
});

/** More pixels than any telephone makes, and few enough that a small file cannot fill the memory. */
export const MAX_PIXELS = 64_000_000;
/** Longer side of the copy, in pixels. */
export const COPY_SIDE = 2_000;
export const COPY_TYPE = 'image/jpeg';

export interface PhotoCopy {
  bytes: Buffer;
  width: number;
  height: number;
  /** What the original is, whatever it was called. */
  contentType: 'image/jpeg' | 'image/png' | 'image/webp';
}

const TYPES = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;
const notAPhoto = () => invalid('photo', 'must be a JPEG, PNG or WebP picture that can be decoded');

/**
 * The picture decoded and encoded anew: upright, at most 2,000 pixels wide or high, without EXIF (place, time, telephone)
 * or anything else beside its pixels.
 * @throws DomainError 422 naming the field `photo` when it is no picture, or one with too many pixels
 */
export async function copyOf(original: Buffer): Promise<PhotoCopy> {
  const image = sharp(original, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 });
  const {
    format,
    width = 0,
    height = 0,
  } = await image.metadata().catch((error: Error) => {
    throw /pixel limit/.test(error.message) ? tooManyPixels() : notAPhoto();
  });
  const contentType = TYPES[format as keyof typeof TYPES];
  if (!contentType) throw notAPhoto();
  if (width * height > MAX_PIXELS) throw tooManyPixels();
  try {
    const { data, info } = await image
      .autoOrient()
      .resize({ width: COPY_SIDE, height: COPY_SIDE, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 82 })
      .toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height, contentType };
  } catch {
    throw notAPhoto();
  }
}

const tooManyPixels = () => invalid('photo', `must have at most ${MAX_PIXELS / 1e6} million pixels`);

/** Lets bytes through up to the size a photo may have. Fails with 413 above it, 422 when there are none. */
export class SizeCheck extends Transform {
  #size = 0;

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    if (this.#size <= MAX_COMPLAINT_PHOTO_BYTES) done(null, chunk);
    else
      done(
        new DomainError('TOO_LARGE', `photo: may have at most ${MAX_COMPLAINT_PHOTO_BYTES} bytes`, 413, {
          errors: [{ field: 'photo', expected: `at most ${MAX_COMPLAINT_PHOTO_BYTES} bytes` }],
        }),
      );
  }

  override _flush(done: TransformCallback): void {
    if (this.#size > 0) done();
    else done(invalid('photo', 'must not be empty'));
  }
}
