import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** Passes bytes on; their count and SHA-256 are known at the end. */
export class Digest extends Transform {
  readonly #hash = createHash('sha256');
  bytes = 0;
  sha256 = '';

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: Error | null, data?: Buffer) => void) {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: (error?: Error | null) => void) {
    this.sha256 = this.#hash.digest('hex');
    done();
  }
}
