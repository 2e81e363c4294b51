import { Transform, type TransformCallback } from 'node:stream';
import { DomainError, invalid } from '@greenwatch/kit';

export const MAX_PHOTO_BYTES = 15 * 1024 * 1024;
export const MAX_PHOTOS = 50;

export type PhotoType = 'image/jpeg' | 'image/png';
const MAGIC: [PhotoType, readonly number[]][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
];
const LONGEST = 8;

/** What a file is by its first bytes, whatever it is called; undefined when neither JPEG nor PNG. */
export function photoTypeOf(start: Uint8Array): PhotoType | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, i) => start[i] === byte))?.[0];
}

/**
 * Lets a photo's bytes through unchanged as long as they are one.
 * Fails with 415 when the first bytes are not of the type announced, 413 above 15 MB, 422 when there are none.
 */
export class PhotoCheck extends Transform {
  #start = Buffer.alloc(0);
  #checked = false;
  #size = 0;

  constructor(private readonly announced: PhotoType) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    if (this.#size > MAX_PHOTO_BYTES) {
      done(new DomainError('PHOTO_TOO_LARGE', `A photo may have up to ${MAX_PHOTO_BYTES} bytes.`, 413));
      return;
    }
    if (!this.#checked) {
      this.#start = Buffer.concat([this.#start, chunk]);
      if (this.#start.length < LONGEST) {
        done();
        return;
      }
      this.#check(done, this.#start);
      return;
    }
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    if (this.#checked) done();
    else if (this.#size === 0) done(invalid('photo', 'must not be empty'));
    else this.#check(done, this.#start);
  }

  #check(done: TransformCallback, start: Buffer): void {
    this.#checked = true;
    const found = photoTypeOf(start);
    if (found === this.announced) done(null, start);
    else {
      const what = found ? `is ${found}` : 'is neither JPEG nor PNG';
      done(new DomainError('NOT_A_PHOTO', `The file ${what}, not ${this.announced} as announced.`, 415));
    }
  }
}
