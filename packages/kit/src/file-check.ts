import { Transform, type TransformCallback } from 'node:stream';
import { DomainError, invalid } from './errors';

/** Files that people hand in, by how their bytes begin. */
const MAGIC = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  // %PDF-
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
} as const;
export type FileType = keyof typeof MAGIC;
const LONGEST = 8;

/** What a file is by its first bytes, whatever it is called; undefined when none of the types. */
export function fileTypeOf(start: Uint8Array): FileType | undefined {
  return (Object.keys(MAGIC) as FileType[]).find((type) => MAGIC[type].every((byte, i) => start[i] === byte));
}

/**
 * Lets a file's bytes through unchanged as long as they are what was announced.
 * Fails with 415 when the first bytes are of another type, 413 above `limit` bytes, 422 when there are none.
 */
export class FileCheck extends Transform {
  #start = Buffer.alloc(0);
  #checked = false;
  #size = 0;

  constructor(
    private readonly announced: FileType,
    private readonly limit: number,
    /** What it is to its sender: named in what it fails with. */
    private readonly field = 'file',
  ) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    if (this.#size > this.limit) {
      done(this.#refusal('FILE_TOO_LARGE', `may have at most ${this.limit} bytes`, 413));
      return;
    }
    if (this.#checked) {
      done(null, chunk);
      return;
    }
    this.#start = Buffer.concat([this.#start, chunk]);
    if (this.#start.length < LONGEST) done();
    else this.#check(done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#checked) done();
    else if (this.#size === 0) done(invalid(this.field, 'must not be empty'));
    else this.#check(done);
  }

  #check(done: TransformCallback): void {
    this.#checked = true;
    const found = fileTypeOf(this.#start);
    if (found === this.announced) done(null, this.#start);
    else {
      const what = found ? `is ${found}` : `is none of ${Object.keys(MAGIC).join(', ')}`;
      done(this.#refusal('WRONG_FILE_TYPE', `must be ${this.announced} as announced: by its bytes it ${what}`, 415));
    }
  }

  #refusal(reason: string, expected: string, status: 413 | 415): DomainError {
    const { field } = this;
    return new DomainError(reason, `${field} ${expected}`, status, { errors: [{ field, expected }] });
  }
}
