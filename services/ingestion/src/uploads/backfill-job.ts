import type { Backfill, SheetError, Upload } from '@greenwatch/contracts';
import { type Caller, inScope, type Kit } from '@greenwatch/kit';
import { type SheetBounds, SheetWork } from '@greenwatch/sheets';
import { refuseTime } from '../admission';
import { type BackfillDoc, type BackfillErrorDoc, type BackfillModels, presentBackfill } from './backfill.model';
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

/** What ingestion makes of sheets of history: a chunk of rows goes onto the log; rows that went in twice change nothing (design.md 4). */
export class BackfillJobs {
  readonly work: SheetWork<BackfillDoc, Backfill>;

  constructor(
    private readonly kit: Kit,
    private readonly models: BackfillModels,
    private readonly uploads: UploadIntake,
    private readonly host: Pick<UploadHost, 'lookup' | 'rules' | 'refused'> & { congested(): boolean },
    private readonly bounds: SheetBounds,
  ) {
    this.work = new SheetWork(kit, models.backfills, {
      lease: 'backfills',
      failed: 'a back-fill could not be worked on; it is tried again',
      said: { sheet: 'back-fill', rows: 'rows' },
      action: 'ingestion.backfill',
      audited: ({ good: rows, values }) => ({ rows, values }),
      present: presentBackfill,
      wrong: ({ wrong }) => wrong,
      begun: ({ rows }) => ({ progress: { done: 0, total: rows } }),
      forget: (backfillId) => models.errors.deleteMany({ backfillId }),
      read: (doc) => this.#read(doc),
      takeOver: (doc, by) => this.#takeOver(doc, by),
    });
  }

  async #read(doc: BackfillDoc): Promise<Partial<BackfillDoc> | undefined> {
    const { _id } = doc;
    const result = { rows: 0, good: 0, wrong: 0, values: 0, preview: [] as BackfillDoc['preview'] };
    const devices = new Map<string, BackfillDoc['devices'][number]>();
    let errors: BackfillErrorDoc[] = [];
    let kept = 0;
    const keep = async () => {
      if (errors.length > 0) await this.models.errors.collection.insertMany(errors as never[], { ordered: false });
      errors = [];
    };
    for await (const judged of this.#rows(doc, doc.uploadedBy)) {
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
      if (errors.length >= ERROR_BATCH) await keep();
      if (!(await this.work.tell(_id, result.rows))) return undefined;
    }
    await keep();
    const progress = { done: result.rows, total: result.rows };
    return { ...result, devices: [...devices.values()], progress };
  }

  /** Takes over what follows the cursor, chunk by chunk. */
  async #takeOver(doc: BackfillDoc, by: Caller): Promise<Partial<BackfillDoc> | undefined> {
    const { _id } = doc;
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
      return this.work.goesOn();
    };
    for await (const judged of this.#rows(doc, by)) {
      if (judged.row <= doc.cursor) continue;
      chunk.push(judged);
      last = judged.row;
      if (chunk.length >= CHUNK && !(await put())) return undefined;
    }
    if (chunk.length > 0) await put();
    return { progress: { done: doc.rows, total: doc.rows } };
  }

  /** The rows of a sheet in their order, each judged as its commit would judge it. @throws SheetRefused */
  async *#rows(doc: BackfillDoc, by: Caller): AsyncGenerator<JudgedRow> {
    const origin = this.#origin(doc, by);
    for await (const { heading, row, cells } of this.work.rows(doc, this.bounds, readBackfillHeading)) {
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

  #origin(doc: BackfillDoc, by: Caller): Origin {
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
