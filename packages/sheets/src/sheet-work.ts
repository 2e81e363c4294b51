import { buffer } from 'node:stream/consumers';
import { type Call, type Caller, invalid, type Kit, notFound, pageOf, Round } from '@greenwatch/kit';
import type { Model } from 'mongoose';
import type { Column } from './layout';
import { type SheetBounds, SheetRefused } from './read-sheet';
import { receiveSheet } from './receive-sheet';
import type { KeptSheetDoc, SheetDoc } from './sheet.model';
import { mayBegin, sheetIdOf, uploadedBefore } from './sheet-life';
import { type HeadingReader, sheetRows } from './sheet-rows';

const PAGE = 100;
const POLL_MS = 500;
const TELL_EVERY_ROWS = 5_000;

/** What one kind of sheets has of its own. */
export interface SheetKind<D extends SheetDoc, P> {
  /** Under this name one instance at a time works on them. */
  lease: string;
  /** What the log says of a step that failed. */
  failed: string;
  /** What people call it and its rows. */
  said: { sheet: string; rows: string };
  /** What the audit calls taking it over, and what it says of it beside the digest. */
  action: string;
  audited(doc: D): object;
  present(doc: D): P;
  /** How much of it cannot be taken over. */
  wrong(doc: D): number;
  /** Own fields of one that begins to be taken over. */
  begun(doc: D): Partial<D>;
  /** Deletes what was said of a sheet's rows. */
  forget(id: string): Promise<unknown>;
  /**
   * Reads a kept file and says of its rows what taking over would do; absent where that is done as it comes in.
   * @returns own fields of one that is ready; undefined: not read to its end, it begins again
   * @throws SheetRefused
   */
  read?(doc: D): Promise<Partial<D> | undefined>;
  /** Takes over what follows the cursor, or a part of it. @returns own fields when nothing is left; undefined: it goes on */
  takeOver(doc: D, by: Caller): Promise<Partial<D> | undefined>;
}

/**
 * The life of a kind of sheets: taken in, read, looked at, taken over, one at a time and in the background. How far each is
 * lies in its document: a killed reading begins again, a killed commit goes on after its cursor.
 */
export class SheetWork<D extends SheetDoc, P> {
  readonly #docs: Model<SheetDoc>;
  readonly #round: Round;

  constructor(
    private readonly kit: Kit,
    model: Model<D>,
    private readonly kind: SheetKind<D, P>,
  ) {
    this.#docs = model as unknown as Model<SheetDoc>;
    const { failed, lease } = kind;
    this.#round = new Round({ log: kit.log, everyMs: POLL_MS, failed, lease: kit.lease(lease) }, () => this.#next());
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** Whether a long step may go on with its next part. */
  goesOn(): Promise<boolean> {
    return this.#round.goesOn();
  }

  /** Says now and then how many rows are read. @returns whether the reading may go on */
  async tell(_id: string, rows: number): Promise<boolean> {
    if (rows % TELL_EVERY_ROWS !== 0) return true;
    await this.#docs.updateOne({ _id }, { $set: { 'progress.done': rows } });
    return this.goesOn();
  }

  /** The rows of a sheet whose file is kept. @throws SheetRefused */
  async *rows<K extends Column['key']>(
    { blobId }: Pick<KeptSheetDoc, 'blobId'>,
    bounds: SheetBounds,
    readHeading: HeadingReader<K>,
  ) {
    const { content } = await this.kit.blobs.get(blobId);
    yield* sheetRows(await buffer(content), bounds, readHeading);
  }

  /** An upload as it begins. @throws DomainError 400 without a file; 413 TOO_LARGE; 415 UNSUPPORTED_SHEET */
  async receive({ filename }: { filename: string }, { caller, stream }: Call, most: number) {
    if (!stream) throw invalid('file', 'expected the bytes of a sheet');
    const { bytes, format, contentType, sha256 } = await receiveSheet(stream, most);
    const doc = {
      _id: sheetIdOf(caller.division, sha256),
      division: caller.division,
      filename,
      format,
      size: bytes.length,
      sha256,
      state: 'parsing' as const,
      rows: 0,
      uploadedAt: this.kit.now(),
      uploadedBy: caller,
      cursor: 0,
    };
    return { bytes, contentType, doc };
  }

  /** Keeps an upload, to be read in the background. @param own fields of its kind as they begin */
  async upload(params: { filename: string }, call: Call, most: number, own: Omit<D, keyof KeptSheetDoc>): Promise<P> {
    const { bytes, contentType, doc } = await this.receive(params, call, most);
    const { _id } = doc;
    if (!(await this.#docs.exists({ _id }))) {
      const { id: blobId } = await this.kit.blobs.put(bytes, { contentType, name: params.filename });
      const kept = { ...doc, ...own, blobId, progress: { done: 0, total: 0 } };
      // Two uploads of the same bytes at once are one sheet: the first one's.
      const { upsertedCount } = await this.#docs.updateOne({ _id }, { $setOnInsert: kept }, { upsert: true });
      if (upsertedCount === 0) await this.kit.blobs.delete(blobId);
      this.#round.poke();
    }
    return this.kind.present(await this.of(_id, call.caller));
  }

  /** @throws DomainError 404 also for another division's */
  async of(id: string, { division }: Caller): Promise<D> {
    const doc = await this.#docs.findOne({ _id: id, division }).lean();
    if (!doc) throw notFound(this.kind.said.sheet, id);
    return doc as D;
  }

  /** Newest first. */
  async list({ after, limit = PAGE }: { after?: string; limit?: number }, { caller }: Call) {
    const found = await this.#docs
      .find({ division: caller.division, ...uploadedBefore(after) })
      .sort({ uploadedAt: -1, _id: 1 })
      .limit(limit + 1)
      .lean();
    const { items, next } = pageOf(found, limit, ({ uploadedAt, _id }) => [String(Number(uploadedAt)), _id]);
    return { items: items.map((doc) => this.kind.present(doc as D)), ...(next === undefined ? {} : { next }) };
  }

  /** Has it taken over. @throws DomainError as mayBegin; 404 */
  async commit({ id, skipWrong = false }: { id: string; skipWrong?: boolean }, { caller }: Call): Promise<P> {
    const doc = await this.of(id, caller);
    const { said, wrong, begun, present } = this.kind;
    if (!mayBegin({ state: doc.state, wrong: wrong(doc) }, skipWrong, said)) return present(doc);
    const $set = { ...begun(doc), state: 'committing' as const, committedBy: caller, cursor: 0 };
    await this.#docs.updateOne({ _id: id, state: 'ready' }, { $set });
    this.#round.poke();
    return present(await this.of(id, caller));
  }

  /** @returns whether there was something to do */
  async #next(): Promise<boolean> {
    const { read, takeOver } = this.kind;
    const found = await this.#docs
      .findOne({ state: { $in: read ? ['parsing', 'committing'] : ['committing'] } })
      .sort({ uploadedAt: 1 })
      .lean();
    if (!found) return false;
    const doc = found as D;
    if (read && doc.state === 'parsing') {
      await this.judge(doc._id, () => read(doc));
      return true;
    }
    const by = doc.committedBy;
    if (!by) throw new Error(`${this.kind.said.sheet} ${doc._id} is taken over by nobody`);
    const done = await takeOver(doc, by);
    if (done) await this.#finish(doc, by, done);
    return true;
  }

  /** Reads a sheet: it becomes ready, or is refused. */
  async judge(_id: string, read: () => Promise<Partial<D> | undefined>): Promise<void> {
    await this.kind.forget(_id);
    try {
      const judged = await read();
      if (!judged) return;
      await this.#docs.updateOne({ _id, state: 'parsing' }, { $set: { ...judged, state: 'ready' } });
    } catch (error) {
      if (!(error instanceof SheetRefused)) throw error;
      await this.kind.forget(_id);
      const refused = { state: 'refused' as const, problem: error.message };
      await this.#docs.updateOne({ _id, state: 'parsing' }, { $set: refused });
    }
  }

  async #finish(doc: D, by: Caller, done: Partial<D>): Promise<void> {
    const { _id, sha256 } = doc;
    const $set = { ...done, state: 'committed' as const, committedAt: this.kit.now() };
    await this.kit.transaction(async (session) => {
      const { modifiedCount } = await this.#docs.updateOne({ _id, state: 'committing' }, { $set }, { session });
      if (modifiedCount === 0) return;
      const detail = { ...this.kind.audited(doc), sha256 };
      await this.kit.audit(session, { action: this.kind.action, entity: _id, by, detail });
    });
  }
}
