import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
  /** Every blob whose name begins so, with the time (ms) when it was stored. */
  named(prefix: string): AsyncIterable<{ id: string; name: string; storedAt: number }>;
  /**
   * Takes away what uploads left behind whose process was killed, begun before a time (ms) by which none can be under way.
   * Looks at so much that it takes seconds, and goes on from there the next time. @returns how many it took away
   */
  sweep(before: number): Promise<number>;
}

/** Passes bytes on and knows their hash and length at the end, where it fails if they are not what is expected. */
export class Digest extends Transform {
  readonly #hash = createHash('sha256');
  /** So far. Not `size`, by which the S3 client knows what it can know beforehand. */
  passed = 0;
  sha256 = '';

  constructor(private readonly expected?: { sha256: string; size: number }) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: Error | null, data?: Buffer) => void) {
    this.#hash.update(chunk);
    this.passed += chunk.length;
    done(null, chunk);
  }

  override _flush(done: (error?: Error | null) => void) {
    this.sha256 = this.#hash.digest('hex');
    const wanted = this.expected;
    const intact = !wanted || (wanted.sha256 === this.sha256 && wanted.size === this.passed);
    done(intact ? null : new Error('the blob is not what was stored: its hash or length differs'));
  }
}

/** Entries of the chunks' index that one sweep looks at. */
const SWEPT_ENTRIES = 5_000;

/** Blobs in GridFS of the service's own database. */
export function gridFsBlobs(db: Connection): BlobStore {
  const native = db.getClient().db(db.name);
  // mongoose and we use the same `mongodb` package, so the types are one.
  const bucket = new GridFSBucket(native as never, { bucketName: 'blobs' });
  const chunks = native.collection('blobs.chunks');
  const files = native.collection('blobs.files');
  /** Uploads begun at or after this one have been looked at. */
  let swept: ObjectId | undefined;
  return {
    async put(content, { contentType, name = '' }) {
      const digest = new Digest();
      const upload = bucket.openUploadStream(name);
      try {
        await pipeline(Buffer.isBuffer(content) ? Readable.from([content]) : content, digest, upload);
      } catch (error) {
        // A stream that broke off leaves no chunks behind.
        await chunks.deleteMany({ files_id: upload.id });
        throw error;
      }
      const { sha256, passed: size } = digest;
      await files.updateOne({ _id: upload.id as never }, { $set: { metadata: { sha256, size, contentType } } });
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
    async *named(prefix) {
      // Names from here to what sorts right after all that begin so.
      const range = { $gte: prefix, $lt: `${prefix}\uffff` };
      for await (const { _id, filename, uploadDate } of bucket.find({ filename: range })) {
        yield { id: _id.toHexString(), name: filename, storedAt: uploadDate.getTime() };
      }
    },
    // Chunks come before their file, and hash and length after it. From the newest to the oldest, by the index of the chunks
    // alone; a blob takes one to a few of its entries.
    async sweep(before) {
      const end = ObjectId.createFromTime(Math.floor(before / 1000));
      const range = { $lt: (swept ?? end) as never };
      const entries = await chunks
        .find({ files_id: range }, { projection: { _id: 0, files_id: 1 } })
        .sort({ files_id: -1, n: -1 })
        .limit(SWEPT_ENTRIES)
        .toArray();
      const ids = [...new Map(entries.map(({ files_id: id }) => [String(id), id as ObjectId])).values()];
      swept = entries.length < SWEPT_ENTRIES ? undefined : ids.at(-1);
      const whole = { _id: { $in: ids as never[] }, 'metadata.sha256': { $exists: true } };
      const known = new Set<string>();
      for await (const { _id } of files.find(whole, { projection: { _id: 1 } })) known.add(String(_id));
      const orphans = ids.filter((id) => !known.has(String(id)));
      if (orphans.length > 0) {
        await files.deleteMany({ _id: { $in: orphans as never[] } });
        await chunks.deleteMany({ files_id: { $in: orphans } });
      }
      return orphans.length;
    },
  };
}

/**
 * Blobs as files of a folder, for instance a mounted cold disk: `<id>` with the content and `<id>.json` with what is known
 * of it. A blob is there when its description is: whoever dies before leaves a file that nobody sees.
 */
export function folderBlobs(folder: string): BlobStore {
  const place = (id: string) => path.join(folder, id.slice(-2), id);
  const known = async (id: string): Promise<FolderBlob | undefined> => {
    // An id is never a path of somebody's choice.
    if (!/^[0-9a-f]{24}$/.test(id)) return undefined;
    try {
      return JSON.parse(await readFile(`${place(id)}.json`, 'utf8')) as FolderBlob;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return {
    async put(content, { contentType, name = '' }) {
      const id = new ObjectId().toHexString();
      const file = place(id);
      await mkdir(path.dirname(file), { recursive: true });
      const digest = new Digest();
      const written = createWriteStream(file, { flush: true });
      try {
        const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
        await pipeline(source, digest, written);
      } catch (error) {
        // A file that is still being opened would be there after it was removed.
        if (!written.closed) await new Promise<void>((resolve) => written.once('close', () => resolve()));
        await rm(file, { force: true });
        throw error;
      }
      const { sha256, passed: size } = digest;
      const described: FolderBlob = { sha256, size, contentType, name, storedAt: Date.now() };
      await writeFile(`${file}.new`, JSON.stringify(described), { flush: true });
      await rename(`${file}.new`, `${file}.json`);
      return { id, sha256, size, contentType };
    },
    async get(id) {
      const found = await known(id);
      if (!found) throw notFound('blob', id);
      const { sha256, size, contentType } = found;
      const content = new Digest({ sha256, size });
      const source = createReadStream(place(id));
      source.on('error', (error) => content.destroy(error));
      content.on('close', () => source.destroy());
      return { blob: { id, sha256, size, contentType }, content: source.pipe(content) };
    },
    async delete(id) {
      if (!(await known(id))) throw notFound('blob', id);
      await rm(`${place(id)}.json`);
      await rm(place(id), { force: true });
    },
    async *named(prefix) {
      for (const entry of await readdir(folder, { recursive: true }).catch(() => [])) {
        const id = path.basename(entry, '.json');
        if (!entry.endsWith('.json')) continue;
        const found = await known(id);
        if (found?.name.startsWith(prefix)) yield { id, name: found.name, storedAt: found.storedAt };
      }
    },
    async sweep(before) {
      let swept = 0;
      for (const entry of await readdir(folder, { recursive: true }).catch(() => [])) {
        // A content, or a description that never got its name.
        const [, id] = /^(?:.*[\\/])?([0-9a-f]{24})(?:\.json\.new)?$/.exec(entry) ?? [];
        if (id === undefined || (await known(id))) continue;
        const file = path.join(folder, entry);
        const begun = await stat(file).catch(() => undefined);
        if (!begun || begun.mtimeMs >= before) continue;
        await rm(file, { force: true });
        swept++;
      }
      return swept;
    },
  };
}

interface FolderBlob {
  sha256: string;
  size: number;
  contentType: string;
  name: string;
  storedAt: number;
}
