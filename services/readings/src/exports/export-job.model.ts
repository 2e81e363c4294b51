import type { ExportFormat } from '@greenwatch/contracts';
import type { Caller } from '@greenwatch/kit';
import type { Connection } from 'mongoose';

/** An export that is made ahead. Times in ms. `_id` sorts by creation. */
export interface ExportJob {
  _id: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  /** In whose scope it is read, and who alone sees it. */
  caller: Caller;
  /** Empty: every device in scope. */
  mns: string[];
  /** By number. */
  kinds: number[];
  from: number;
  to: number;
  format: ExportFormat;
  createdAt: number;
  finishedAt?: number;
  expiresAt?: number;
  devices: number;
  devicesDone: number;
  moments: number;
  /** The file, in pieces that are gzip members of their own. */
  parts: { blob: string; size: number }[];
  /** The last moment that is in the parts: what comes after it is still to be written. */
  last?: { mn: string; kind: number; dataTime: number };
  reason?: string;
  /** Who works on it, and until when without a sign of life. */
  holder?: string;
  until: number;
}

/** Whoever makes an export says so more often than this. */
const HELD_MS = 30_000;

/** The collection `export_jobs`. */
export class ExportJobs {
  readonly #collection;

  constructor(db: Connection) {
    this.#collection = db.collection<ExportJob>('export_jobs');
  }

  async prepare(): Promise<void> {
    await this.#collection.createIndexes([
      { key: { 'caller.id': 1, _id: -1 } },
      { key: { state: 1, until: 1 } },
      { key: { expiresAt: 1 }, sparse: true },
    ]);
  }

  async add(job: ExportJob): Promise<void> {
    await this.#collection.insertOne(job);
  }

  /** An export of this caller; null where there is none. */
  async own(callerId: string, id: string): Promise<ExportJob | null> {
    return this.#collection.findOne({ _id: id, 'caller.id': callerId });
  }

  /** A caller's exports, the newest first. */
  async list(callerId: string, before: string | undefined, limit: number): Promise<ExportJob[]> {
    const filter = { 'caller.id': callerId, ...(before === undefined ? {} : { _id: { $lt: before } }) };
    return this.#collection.find(filter).sort({ _id: -1 }).limit(limit).toArray();
  }

  async unfinished(callerId: string): Promise<number> {
    return this.#collection.countDocuments({ 'caller.id': callerId, state: { $in: ['waiting', 'running'] } });
  }

  /** Takes the oldest that nobody works on. */
  async claim(holder: string, now: number): Promise<ExportJob | null> {
    return this.#collection.findOneAndUpdate(
      { state: { $in: ['waiting', 'running'] }, until: { $lt: now } },
      { $set: { state: 'running', holder, until: now + HELD_MS } },
      { sort: { _id: 1 }, returnDocument: 'after' },
    );
  }

  /** A sign of life, with what has come further. @returns false where it is no longer this holder's */
  async advance(id: string, holder: string, now: number, fields: Partial<ExportJob> = {}): Promise<boolean> {
    const { matchedCount } = await this.#collection.updateOne(
      { _id: id, holder, state: 'running' },
      { $set: { ...fields, until: now + HELD_MS } },
    );
    return matchedCount === 1;
  }

  async finish(id: string, holder: string, fields: Partial<ExportJob>): Promise<void> {
    await this.#collection.updateOne({ _id: id, holder, state: 'running' }, { $set: fields });
  }

  /** Stops it; its parts go when it expires, which is now. */
  async cancel(id: string, now: number): Promise<void> {
    await this.#collection.updateOne({ _id: id }, { $set: { state: 'cancelled', finishedAt: now, expiresAt: now } });
  }

  async expired(now: number): Promise<ExportJob[]> {
    return this.#collection
      .find({ expiresAt: { $lte: now } })
      .limit(20)
      .toArray();
  }

  async remove(id: string): Promise<void> {
    await this.#collection.deleteOne({ _id: id });
  }

  async partsOf(id: string): Promise<string[]> {
    const job = await this.#collection.findOne({ _id: id }, { projection: { parts: 1 } });
    return job?.parts.map(({ blob }) => blob) ?? [];
  }
}
