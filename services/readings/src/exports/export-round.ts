import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CSV_HEADER, exportLine } from '@greenwatch/contracts';
import { asDomainError, type Kit, Round } from '@greenwatch/kit';
import { ALWAYS, within } from '../access';
import { type DeviceMoment, readMoments, toMoment } from '../moments';
import { type DeviceSources, devicesOf } from './devices-of';
import type { ExportJob, ExportJobs } from './export-job.model';
import type { ExportSettings } from './export-settings';

/** Characters that are handed on at a time. */
const CHUNK = 64 * 1024;
/** A sign of life after so many. */
const SIGN_OF_LIFE = 1_000;
const EVERY_MS = 2_000;
const DAY_MS = 86_400_000;
/** The name of every part in the blob store begins so; then the job. */
const NAMED = 'exports/';
const ORPHAN_AFTER_MS = 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Makes exports ahead: each instance works on one at a time, in parts. What is written stands in the job with the last
 * moment that is in it, so that after a kill another instance goes on behind the last whole part. Memory holds one day of
 * one device and kind.
 */
export class ExportRound {
  readonly #round: Round;
  #stopping = false;
  #sweptAt = 0;

  constructor(
    private readonly kit: Kit<ExportSettings>,
    private readonly sources: DeviceSources,
    private readonly jobs: ExportJobs,
  ) {
    this.#round = new Round({ log: kit.log, everyMs: EVERY_MS, failed: 'exports could not be worked on' }, () =>
      this.#step(),
    );
  }

  start(): void {
    this.#round.start();
  }

  /** There is a new one. */
  poke(): void {
    this.#round.poke();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#round.stop();
  }

  async #step(): Promise<boolean> {
    await this.#forget();
    const job = await this.jobs.claim(this.kit.config.INSTANCE, this.kit.now());
    if (!job) return false;
    try {
      await this.#work(job);
    } catch (error) {
      if (this.#stopping) return false;
      const told = asDomainError(error)?.message;
      if (told === undefined) throw error;
      await this.jobs.finish(job._id, this.kit.config.INSTANCE, { state: 'failed', reason: told, ...this.#ends() });
    }
    return true;
  }

  #ends(): Pick<ExportJob, 'finishedAt' | 'expiresAt'> {
    const now = this.kit.now();
    return { finishedAt: now, expiresAt: now + this.kit.config.EXPORT_KEEP_DAYS * DAY_MS };
  }

  async #work(job: ExportJob): Promise<void> {
    const { _id } = job;
    const holder = this.kit.config.INSTANCE;
    const progress: Progress = { devicesDone: job.devicesDone, moments: job.moments, last: job.last };
    let { parts } = job;
    const moments = this.#rest(job, progress);
    try {
      while (!progress.ended) {
        const gzip = createGzip();
        const lines = this.#lines(moments, job, progress, parts.length === 0);
        // Where the reading fails, so does the storing; the first error is the one to tell.
        const [written, stored] = await Promise.allSettled([
          pipeline(Readable.from(lines, { objectMode: false }), gzip),
          this.kit.blobs.put(gzip, { contentType: 'application/gzip', name: `${NAMED}${_id}/${parts.length}` }),
        ]);
        if (written.status === 'rejected') throw written.reason;
        if (stored.status === 'rejected') throw stored.reason;
        const { id: blob, size } = stored.value;
        parts = [...parts, { blob, size }];
        const { devicesDone, moments: count, last } = progress;
        const fields = { devicesDone, moments: count, parts, ...(last ? { last } : {}) };
        if (progress.lost || !(await this.jobs.advance(_id, holder, this.kit.now(), fields))) {
          // Cancelled, or another instance goes on with it, or this one stops: this part is not in it.
          await this.kit.blobs.delete(blob);
          return;
        }
      }
    } finally {
      await moments.return(undefined);
    }
    await this.jobs.finish(_id, holder, { state: 'done', ...this.#ends() });
  }

  /** The lines of one part. */
  async *#lines(
    moments: AsyncGenerator<DeviceMoment>,
    { _id, format }: ExportJob,
    progress: Progress,
    first: boolean,
  ): AsyncGenerator<string> {
    if (first && format === 'csv') yield CSV_HEADER;
    let chunk = '';
    for (let count = 1; count <= this.kit.config.EXPORT_PART_MOMENTS; count++) {
      const { done, value } = await moments.next();
      if (done) {
        progress.ended = true;
        break;
      }
      chunk += exportLine(toMoment(value), format);
      const { mn, kind, dataTime } = value;
      progress.last = { mn, kind, dataTime };
      progress.moments++;
      if (chunk.length > CHUNK) {
        yield chunk;
        chunk = '';
      }
      if (count % SIGN_OF_LIFE !== 0) continue;
      const held = await this.jobs.advance(_id, this.kit.config.INSTANCE, this.kit.now(), {
        devicesDone: progress.devicesDone,
      });
      if (this.#stopping || !held) {
        progress.lost = true;
        return;
      }
    }
    if (chunk !== '') yield chunk;
  }

  /** What is not in the parts yet, in the order device, kind, data time. */
  async *#rest(job: ExportJob, progress: Progress): AsyncGenerator<DeviceMoment> {
    const { last, from, to } = job;
    let seen = 0;
    for await (const { mn, ranges } of devicesOf(this.sources, job.caller, job.mns, { from, to })) {
      const behind = last === undefined || mn >= last.mn;
      for (const kind of behind ? job.kinds : []) {
        const resumed = mn === last?.mn && kind === last.kind;
        if (mn === last?.mn && kind < last.kind) continue;
        yield* readMoments(
          this.sources.store,
          mn,
          kind,
          resumed ? within(ranges, { from: last.dataTime + 1, to: ALWAYS.to }) : ranges,
        );
      }
      seen++;
      progress.devicesDone = seen;
    }
  }

  /** Takes away what has expired, and now and then what a kill left behind. */
  async #forget(): Promise<void> {
    const now = this.kit.now();
    for (const { _id, parts } of await this.jobs.expired(now)) {
      for (const { blob } of parts) await this.#remove(blob);
      await this.jobs.remove(_id);
    }
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    for await (const { id, name, storedAt } of this.kit.blobs.named(NAMED)) {
      if (storedAt > now - ORPHAN_AFTER_MS) continue;
      const job = name.slice(NAMED.length).split('/')[0] ?? '';
      if (!(await this.jobs.partsOf(job)).includes(id)) await this.#remove(id);
    }
  }

  /** Gone is gone, whoever took it away. */
  async #remove(blob: string): Promise<void> {
    await this.kit.blobs.delete(blob).catch((error) => {
      this.kit.log.debug({ err: error, blob }, 'a part of an export was gone already');
    });
  }
}

/** How far a job is, beside its parts. */
interface Progress {
  devicesDone: number;
  moments: number;
  last: ExportJob['last'];
  /** Everything is written. */
  ended?: boolean;
  /** Somebody else's now. */
  lost?: boolean;
}
