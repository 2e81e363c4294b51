import { buffer } from 'node:stream/consumers';
import type { SheetError, Upload } from '@greenwatch/contracts';
import { inScope, type Kit, Round } from '@greenwatch/kit';
import { type SheetBounds, SheetRefused, sheetRows } from '@greenwatch/sheets';
import { refuseTime } from '../admission';
import type { BackfillDoc, BackfillErrorDoc, BackfillModels } from './backfill.model';
import { readBackfillHeading, readBackfillRow } from './backfill-layout';
import { readUploadItem } from './read-upload';
import type { Origin, UploadHost, UploadIntake } from './upload-intake';
import { UploadRefused } from './upload-refused';

/** Rows that go onto the log together; the cursor moves after each chunk. */
const CHUNK = 500;
/** Errors that are kept of one sheet; the count is of all. */
const MOST_ERRORS = 10_000;
const MOST_DEVICES = 1_000;
const PREVIEW_ROWS = 20;
const ERROR_BATCH = 500;
const POLL_MS = 500;
const TELL_EVERY_ROWS = 5_000;
/** Between looks whether the log has room again. */
const PATIENCE_MS = 50;

/** A row as judged: what it would put on the log, or what is wrong with it. */
interface JudgedRow {
  row: number;
  time: number;
  upload: Upload;
  values: number;
  errors: SheetError[];
}

/**
 * Reads sheets of history and takes them over, one at a time and in the background. What it does lies in the sheet's
 * document: a killed reading begins again, a killed commit goes on after the last chunk that was durable; rows that went in
 * twice change nothing (design.md 4).
 */
export class BackfillJobs {
  readonly #round: Round;

  constructor(
    private readonly kit: Kit,
    private readonly models: BackfillModels,
    private readonly uploads: UploadIntake,
    private readonly host: Pick<UploadHost, 'lookup' | 'rules' | 'refused'> & { congested(): boolean },
    private readonly bounds: SheetBounds,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: POLL_MS,
        failed: 'a back-fill could not be worked on; it is tried again',
        lease: kit.lease('backfills'),
      },
      () => this.#next(),
    );
  }

  start(): void {
    this.#round.start();
  }

  /** There is something to do. */
  poke(): void {
    this.#round.poke();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** @returns whether there was something to do */
  async #next(): Promise<boolean> {
    const doc = await this.models.backfills
      .findOne({ state: { $in: ['parsing', 'committing'] } })
      .sort({ uploadedAt: 1 })
      .lean();
    if (!doc) return false;
    if (doc.state === 'committing') await this.#commit(doc);
    else await this.#preview(doc);
    return true;
  }

  async #preview(doc: BackfillDoc): Promise<void> {
    const { _id } = doc;
    await this.models.errors.deleteMany({ backfillId: _id });
    const result = { rows: 0, good: 0, wrong: 0, values: 0, preview: [] as BackfillDoc['preview'] };
    const devices = new Map<string, BackfillDoc['devices'][number]>();
    let errors: BackfillErrorDoc[] = [];
    let kept = 0;
    try {
      for await (const judged of this.#rows(doc)) {
        result.rows++;
        if (judged.errors.length > 0) {
          result.wrong++;
          for (const error of judged.errors) {
            if (kept++ >= MOST_ERRORS) break;
            errors.push({ _id: `${_id}.${String(kept).padStart(7, '0')}`, backfillId: _id, ...error });
          }
        } else {
          result.good++;
          result.values += judged.values;
          const { mn, kind = '', dataTime = '', values = {} } = judged.upload;
          const known = devices.get(mn) ?? { mn, rows: 0, from: judged.time, to: judged.time };
          known.rows++;
          known.from = Math.min(known.from, judged.time);
          known.to = Math.max(known.to, judged.time);
          if (devices.size < MOST_DEVICES || devices.has(mn)) devices.set(mn, known);
          if (result.preview.length < PREVIEW_ROWS) {
            result.preview.push({
              row: judged.row,
              mn,
              kind,
              dataTime,
              values: values as Record<string, Record<string, string>>,
            });
          }
        }
        if (errors.length >= ERROR_BATCH) {
          await this.models.errors.collection.insertMany(errors as never[], { ordered: false });
          errors = [];
        }
        if (result.rows % TELL_EVERY_ROWS === 0) {
          await this.models.backfills.updateOne({ _id }, { $set: { 'progress.done': result.rows } });
          if (!(await this.#round.goesOn())) return;
        }
      }
      if (errors.length > 0) await this.models.errors.collection.insertMany(errors as never[], { ordered: false });
      const progress = { done: result.rows, total: result.rows };
      await this.models.backfills.updateOne(
        { _id, state: 'parsing' },
        { $set: { ...result, devices: [...devices.values()], progress, state: 'ready' } },
      );
    } catch (error) {
      if (!(error instanceof SheetRefused)) throw error;
      await this.models.errors.deleteMany({ backfillId: _id });
      await this.models.backfills.updateOne(
        { _id, state: 'parsing' },
        { $set: { state: 'refused', problem: error.message } },
      );
    }
  }

  /** Takes over what follows the cursor, chunk by chunk. */
  async #commit(doc: BackfillDoc): Promise<void> {
    const { _id } = doc;
    const by = doc.committedBy ?? doc.uploadedBy;
    const origin = this.#origin(doc, by);
    let chunk: JudgedRow[] = [];
    let last = doc.cursor;
    const put = async () => {
      while (this.host.congested()) await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
      const good = chunk.filter(({ errors }) => errors.length === 0).map(({ upload }) => upload);
      await this.uploads.push(good, origin);
      for (const { upload, errors } of chunk) if (errors.length > 0) this.#refuse(origin, upload, errors);
      chunk = [];
      await this.models.backfills.updateOne(
        { _id, state: 'committing' },
        { $set: { cursor: last, 'progress.done': last - 1 } },
      );
      return this.#round.goesOn();
    };
    for await (const judged of this.#rows(doc)) {
      if (judged.row <= doc.cursor) continue;
      chunk.push(judged);
      last = judged.row;
      if (chunk.length >= CHUNK && !(await put())) return;
    }
    if (chunk.length > 0) await put();
    await this.kit.transaction(async (session) => {
      const done = { state: 'committed' as const, committedAt: this.kit.now(), 'progress.done': doc.rows };
      const { modifiedCount } = await this.models.backfills.updateOne(
        { _id, state: 'committing' },
        { $set: done },
        { session },
      );
      if (modifiedCount === 0) return;
      const detail = { rows: doc.good, values: doc.values, sha256: doc.sha256 };
      await this.kit.audit(session, { action: 'ingestion.backfill', entity: _id, by, detail });
    });
  }

  /** The rows of a sheet in their order, each judged as its commit would judge it. @throws SheetRefused */
  async *#rows(doc: BackfillDoc): AsyncGenerator<JudgedRow> {
    const { content } = await this.kit.blobs.get(doc.blobId);
    const origin = this.#origin(doc, doc.committedBy ?? doc.uploadedBy);
    for await (const { heading, row, cells } of sheetRows(await buffer(content), this.bounds, readBackfillHeading)) {
      const { upload, time, errors } = readBackfillRow(heading, row, cells);
      const values = Object.values(upload.values).reduce((sum, fields) => sum + Object.keys(fields).length, 0);
      if (errors.length === 0) {
        const problem = await this.#problem(upload, time, origin);
        if (problem) errors.push({ row, cell: '', ...problem });
      }
      yield { row, time, upload, values, errors };
    }
  }

  /** What is wrong with a row whose cells can be read. */
  async #problem(upload: Upload, time: number, origin: Origin): Promise<Omit<SheetError, 'row' | 'cell'> | undefined> {
    const device = await this.host.lookup(upload.mn);
    if (device?.status !== 'active' || !origin.allows(device)) {
      return { column: '设备编号', value: upload.mn, expected: 'the MN of a registered device of your division' };
    }
    const wrongTime = refuseTime(time, this.kit.now(), this.host.rules);
    if (wrongTime) return { column: '数据时间', value: upload.dataTime ?? '', expected: wrongTime };
    try {
      readUploadItem(upload, undefined, this.kit.now());
      return undefined;
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      return { column: '', value: '', expected: error.message };
    }
  }

  #origin(doc: BackfillDoc, by: BackfillDoc['uploadedBy']): Origin {
    return { way: 'sheet', address: doc.filename, allows: (device) => inScope(by, device) };
  }

  /** What was left out is kept as every refusal is. */
  #refuse(origin: Origin, upload: Upload, errors: readonly SheetError[]): void {
    const [first] = errors;
    const where = [first?.cell, first?.column].filter(Boolean).join(' ');
    this.host.refused({
      reason:
        first?.column === '设备编号' && first.cell === ''
          ? 'unknown-device'
          : first?.column === '数据时间'
            ? 'data-time'
            : 'value',
      detail: `row ${first?.row} ${where}: expected ${first?.expected}`,
      raw: Buffer.from(JSON.stringify(upload)),
      address: origin.address,
      way: origin.way,
      mn: upload.mn,
      at: this.kit.now(),
    });
  }
}
