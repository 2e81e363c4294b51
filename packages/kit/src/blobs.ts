import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GridFSBucket, ObjectId } from 'mongodb';
import type { Connection } from 'mongoose';
import { notFound } from './errors';

export interface Blob {
  id: string;
  sha256: string;
  size: number;
  contentType: string;
}

/** Photos, archives, documents: written once, hash and length checked on reading (design.md 5). */
export interface BlobStore {
  put(content: Readable | Buffer, options: { contentType: string; name?: string }): Promise<Blob>;
  /** The stream fails at its end when the content is not what was put. @throws DomainError 404 */
  get(id: string): Promise<{ blob: Blob; content: Readable }>;
  delete(id: string): Promise<void>;
}

class Digest extends Transform {
  readonly #hash = createHash('sha256');
  size = 0;
  sha256 = '';

  constructor(private readonly expected?: { sha256: string; size: number }) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: Error | null, data?: Buffer) => void) {
    this.#hash.update(chunk);
    this.size += chunk.length;
    done(null, chunk);
  }

  override _flush(done: (error?: Error | null) => void) {
    this.sha256 = this.#hash.digest('hex');
    const wanted = this.expected;
    const intact = !wanted || (wanted.sha256 === this.sha256 && wanted.size === this.size);
    done(intact ? null : new Error('the blob is not what was stored: its hash or length differs'));
  }
}

/** Blobs in GridFS of the service's own database. */
export function gridFsBlobs(db: Connection): BlobStore {
  const native = db.getClient().db(db.name);
  // mongoose and we use the same `mongodb` package, so the types are one.
  const bucket = new GridFSBucket(native as never, { bucketName: 'blobs' });
  return {
    async put(content, { contentType, name = '' }) {
      const digest = new Digest();
      const upload = bucket.openUploadStream(name);
      try {
        await pipeline(Buffer.isBuffer(content) ? Readable.from([content]) : content, digest, upload);
      } catch (error) {
        // A stream that broke off leaves no chunks behind.
        await native.collection('blobs.chunks').deleteMany({ files_id: upload.id });
        throw error;
      }
      const { sha256, size } = digest;
      await native
        .collection('blobs.files')
        .updateOne({ _id: upload.id as never }, { $set: { metadata: { sha256, size, contentType } } });
      return { id: upload.id.toHexString(), sha256, size, contentType };
    },
    async get(id) {
      const file = ObjectId.isValid(id) ? await bucket.find({ _id: new ObjectId(id) }).next() : null;
      const metadata = file?.metadata as Omit<Blob, 'id'> | undefined;
      if (!file || !metadata) throw notFound('blob', id);
      const source = bucket.openDownloadStream(file._id);
      const content = new Digest(metadata);
      source.on('error', (error) => content.destroy(error));
      content.on('close', () => source.destroy());
      return { blob: { id, ...metadata }, content: source.pipe(content) };
    },
    async delete(id) {
      await bucket.delete(new ObjectId(id));
    },
  };
}
