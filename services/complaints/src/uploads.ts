import { randomBytes } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MAX_COMPLAINT_PHOTOS } from '@greenwatch/contracts';
import { conflict, invalid, isoTime, type Kit } from '@greenwatch/kit';
import { type ClientSession, type Connection, type Model, Schema } from 'mongoose';
import type { PhotoDoc } from './complaint.model';
import { COPY_TYPE, copyOf, SizeCheck } from './photo';

interface UploadDoc {
  _id: string;
  clientKey: string;
  /** Epoch ms. */
  expiresAt: number;
  /** Blobs it has so far: what the sweep deletes with it. */
  blobs: string[];
  /** Absent until both blobs are stored. */
  photo?: PhotoDoc;
}

/** Photos that were sent before the complaint they belong to. Those of a complaint that never comes are deleted. */
export class Uploads {
  readonly #uploads: Model<UploadDoc>;
  #decoding: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly kit: Kit,
    private readonly lifetimeMs: number,
  ) {
    this.#uploads = uploadModel(kit.db);
  }

  /**
   * Keeps a photo for the complaint that its client is about to make.
   * @throws DomainError 413, 422 naming `photo`, 409 when there are as many as a complaint may have
   */
  async add(clientKey: string, stream: Readable, filename: string) {
    const { kit } = this;
    // Some are taken again: a picture that was not good enough is not named in the complaint.
    const waiting = await this.#uploads.countDocuments({ clientKey, expiresAt: { $gt: kit.now() } });
    if (waiting >= 2 * MAX_COMPLAINT_PHOTOS) {
      throw conflict(
        'TOO_MANY_PHOTOS',
        `A complaint holds up to ${MAX_COMPLAINT_PHOTOS} photos; no more can be sent for it.`,
      );
    }
    // Not guessable: who knows it must have been told.
    const id = randomBytes(15).toString('base64url');
    const expiresAt = kit.now() + this.lifetimeMs;
    await this.#uploads.create([{ _id: id, clientKey, expiresAt, blobs: [] }]);
    try {
      const original = await kit.blobs.put(checked(stream), {
        contentType: 'application/octet-stream',
        name: filename,
      });
      await this.#uploads.updateOne({ _id: id }, { $push: { blobs: original.id } });
      const made = await this.#oneAtATime(async () => copyOf(await buffer((await kit.blobs.get(original.id)).content)));
      const copy = await kit.blobs.put(made.bytes, { contentType: COPY_TYPE, name: `${id}.jpg` });
      const { sha256, size } = original;
      const { contentType, width, height } = made;
      const photo: PhotoDoc = { id, original: original.id, copy: copy.id, sha256, size, contentType, width, height };
      await this.#uploads.updateOne({ _id: id }, { $push: { blobs: copy.id }, $set: { photo } });
      return { id, width, height, expiresAt: isoTime(expiresAt) };
    } catch (error) {
      await this.#drop(id);
      throw error;
    }
  }

  /** The photos of a client that are still there, in the order asked for. @throws DomainError 422 naming the first that is not */
  async find(clientKey: string, ids: readonly string[]): Promise<PhotoDoc[]> {
    const found = await this.#uploads
      .find({ _id: { $in: ids }, clientKey, expiresAt: { $gt: this.kit.now() } })
      .lean<UploadDoc[]>();
    return ids.map((id, i) => {
      const photo = found.find(({ _id }) => _id === id)?.photo;
      if (!photo) throw invalid(`photos.${i}`, 'must be a photo of this complaint sent before; it may have expired');
      return photo;
    });
  }

  /** They now belong to a complaint, and are no longer swept. */
  async claim(ids: readonly string[], session: ClientSession): Promise<void> {
    const { deletedCount } = await this.#uploads.deleteMany({ _id: { $in: ids } }, { session });
    if (deletedCount !== ids.length) throw invalid('photos', 'have expired: send them again');
  }

  /** Decodes one picture at a time: memory and processor are for more than this. */
  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#decoding.then(work);
    this.#decoding = next.catch(() => undefined);
    return next;
  }

  async #drop(id: string): Promise<void> {
    const upload = await this.#uploads.findOneAndDelete({ _id: id }).lean<UploadDoc>();
    for (const blob of upload?.blobs ?? []) await this.kit.blobs.delete(blob);
  }

  /** Deletes what has expired. @returns how many */
  async sweep(): Promise<number> {
    const expired = await this.#uploads
      .find({ expiresAt: { $lte: this.kit.now() } }, { _id: 1 })
      .limit(500)
      .lean<UploadDoc[]>();
    for (const { _id } of expired) await this.#drop(_id);
    return expired.length;
  }

  start(everyMs: number): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((error) => this.kit.log.warn({ err: error }, 'expired photos could not be deleted'));
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function uploadModel(db: Connection): Model<UploadDoc> {
  const text = { type: String, required: true };
  const schema = new Schema<UploadDoc>(
    {
      _id: text,
      clientKey: text,
      expiresAt: { type: Number, required: true },
      blobs: [String],
      photo: Schema.Types.Mixed,
    },
    { versionKey: false, collection: 'uploads' },
  );
  schema.index({ expiresAt: 1 });
  schema.index({ clientKey: 1 });
  return db.model<UploadDoc>('Upload', schema);
}

/** The bytes while they are not too many. */
function checked(stream: Readable): Readable {
  return pipeline(stream, new SizeCheck(), () => {});
}
