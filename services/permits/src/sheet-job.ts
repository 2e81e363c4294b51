import { buffer } from 'node:stream/consumers';
import type { SheetError } from '@greenwatch/contracts';
import { type Kit, Round } from '@greenwatch/kit';
import { type SheetBounds, SheetRefused, sheetRows } from '@greenwatch/sheets';
import type { EnterprisePlace, PermitContent, PermitModels } from './permit.model';
import { changedFields } from './permit-content';
import { elsewhere, Neighbours, type PermitStore } from './permit-store';
import type { RegistryCopies } from './registry-copies';
import type { SheetModels, StoredSheet, StoredSheetPermit } from './sheet.model';
import { readHeading, readRow, type SheetRow } from './sheet-layout';
import { permitOf, type Registered } from './sheet-permits';

/** Permits of one transaction of a commit. */
const CHUNK = 250;
const WRITE_BATCH = 500;
/** Errors that are kept of one permit. */
const MOST_ERRORS = 50;
const POLL_MS = 500;
const TELL_EVERY_ROWS = 5_000;

/** The rows of one permit while a sheet is read. */
interface Draft {
  number: string;
  rows: SheetRow[];
  rowNumbers: number[];
  errors: SheetError[];
}

/**
 * Reads sheets and takes them over, one at a time and in the background. What it does lies in the sheet's document: a
 * killed reading begins again, a killed commit goes on after the last chunk whose transaction was committed.
 */
export class SheetJobs {
  readonly #round: Round;

  constructor(
    private readonly kit: Kit,
    private readonly sheets: SheetModels,
    private readonly models: PermitModels,
    private readonly copies: RegistryCopies,
    private readonly store: PermitStore,
    private readonly bounds: SheetBounds,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: POLL_MS,
        failed: 'a sheet could not be worked on; it is tried again',
        lease: kit.lease('sheets'),
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
    const sheet = await this.sheets.sheets
      .findOne({ state: { $in: ['parsing', 'committing'] } })
      .sort({ uploadedAt: 1 })
      .lean();
    if (!sheet) return false;
    if (sheet.state === 'committing') await this.#commitChunk(sheet);
    else await this.#parse(sheet);
    return true;
  }

  async #parse(sheet: StoredSheet): Promise<void> {
    const { _id } = sheet;
    await this.sheets.permits.deleteMany({ sheetId: _id });
    try {
      const { content } = await this.kit.blobs.get(sheet.blobId);
      const { drafts, loose, rows } = await this.#read(_id, await buffer(content));
      const counts = { new: 0, changed: 0, unchanged: 0, wrong: 0 };
      let errors = 0;
      const neighbours = new Neighbours();
      // Rows whose number cannot be read belong to no permit: they stand first.
      const all = [...loose, ...drafts];
      for (let i = 0; i < all.length; i += WRITE_BATCH) {
        if (!(await this.#round.goesOn())) return;
        const judged = await this.#judge(sheet, all.slice(i, i + WRITE_BATCH), i, neighbours);
        for (const one of judged) {
          counts[one.state]++;
          errors += one.errors.length;
        }
        await this.sheets.permits.collection.insertMany(judged as never[], { ordered: false });
      }
      const done = {
        state: 'ready',
        rows,
        permits: drafts.length,
        counts,
        errors,
        progress: { done: rows, total: rows },
      };
      await this.sheets.sheets.updateOne({ _id, state: 'parsing' }, { $set: done });
    } catch (error) {
      if (!(error instanceof SheetRefused)) throw error;
      await this.sheets.permits.deleteMany({ sheetId: _id });
      await this.sheets.sheets.updateOne(
        { _id, state: 'parsing' },
        { $set: { state: 'refused', problem: error.message } },
      );
    }
  }

  /** Reads every row and sorts the rows by permit, in the order in which permits first appear. */
  async #read(_id: string, bytes: Buffer): Promise<{ drafts: Draft[]; loose: Draft[]; rows: number }> {
    const byNumber = new Map<string, Draft>();
    const loose: Draft[] = [];
    let rows = 0;
    for await (const { heading, row, cells } of sheetRows(bytes, this.bounds, readHeading)) {
      rows++;
      const read = readRow(heading, row, cells);
      const number = read.row.permitNumber;
      const draft = (number && byNumber.get(number)) || { number: number ?? '', rows: [], rowNumbers: [], errors: [] };
      draft.rowNumbers.push(row);
      draft.errors.push(...read.errors);
      if (read.errors.length === 0) draft.rows.push(read.row as SheetRow);
      if (number) byNumber.set(number, draft);
      else loose.push(draft);
      if (rows % TELL_EVERY_ROWS === 0) {
        await this.sheets.sheets.updateOne({ _id }, { $set: { 'progress.done': rows } });
        await this.#round.goesOn();
      }
    }
    return { drafts: [...byNumber.values()], loose, rows };
  }

  /** Says of each permit of a batch what taking it over would do. */
  async #judge(
    sheet: StoredSheet,
    drafts: readonly Draft[],
    first: number,
    neighbours: Neighbours,
  ): Promise<StoredSheetPermit[]> {
    const registered = await this.#registered(sheet.division, drafts);
    const numbers = drafts.map(({ number }) => number);
    const known = await this.models.permits.find({ number: { $in: numbers } }).lean();
    const current = new Map(known.map((permit) => [permit.number, permit]));
    const made = drafts.map((draft, i) => {
      const { content, errors } =
        draft.errors.length > 0 ? { errors: draft.errors, content: undefined } : permitOf(draft.rows, registered);
      return { draft, place: first + i + 1, id: current.get(draft.number)?._id ?? draft.number, content, errors };
    });
    const wanted = made.flatMap(({ id, content }) => (content ? [{ id, content }] : []));
    const ids = new Set(wanted.map(({ id }) => id));
    for (const one of await this.store.near(wanted)) if (!ids.has(one.id)) neighbours.add(one);
    return made.map(({ draft, place, id, content, errors }): StoredSheetPermit => {
      const before = current.get(draft.number);
      const isOwn = this.store.isWithin(sheet.uploadedBy, before);
      const changes = before && content && isOwn ? changedFields(before, content) : [];
      const refusal = content && (isOwn ? neighbours.take({ id, content }) : elsewhere({ id }));
      const all = refusal ? [...errors, refusalError(draft, refusal)] : errors;
      return {
        _id: `${sheet._id}.${String(place).padStart(6, '0')}`,
        sheetId: sheet._id,
        place,
        number: draft.number,
        permitId: id,
        state: all.length > 0 || !content ? 'wrong' : !before ? 'new' : changes.length > 0 ? 'changed' : 'unchanged',
        rows: draft.rowNumbers.slice(0, 200),
        changes,
        errors: all.slice(0, MOST_ERRORS),
        ...(content ? { content } : {}),
      };
    });
  }

  async #registered(division: string, drafts: readonly Draft[]): Promise<Registered> {
    const usccs = [...new Set(drafts.map(({ number }) => number.slice(0, 18)))];
    const ids = [...new Set(drafts.flatMap(({ rows }) => rows.flatMap(({ enterpriseId }) => enterpriseId ?? [])))];
    const places: Pick<EnterprisePlace, '_id' | 'uscc'>[] = await this.models.enterprises
      .find({ divisionPath: division, $or: [{ uscc: { $in: usccs } }, { _id: { $in: ids } }] }, { uscc: 1 })
      .lean();
    const byUscc = new Map<string, string[]>();
    for (const { _id, uscc } of places) {
      if (uscc) byUscc.set(uscc, [...(byUscc.get(uscc) ?? []), _id]);
    }
    const known = places.map(({ _id }) => _id);
    const outlets = await this.copies.outlets
      .find({ enterpriseId: { $in: known } }, { enterpriseId: 1, code: 1 })
      .lean();
    return {
      byUscc,
      ids: new Set(known),
      outlets: new Map(outlets.map(({ _id, enterpriseId, code }) => [`${enterpriseId} ${code}`, _id])),
    };
  }

  /** Takes over the next permits of a sheet and moves its cursor, in one transaction: done once, whoever is killed when. */
  async #commitChunk(sheet: StoredSheet): Promise<void> {
    const { _id, cursor, committedBy } = sheet;
    if (!committedBy) throw new Error(`sheet ${_id} is committed by nobody`);
    const chunk = await this.sheets.permits
      .find({ sheetId: _id, place: { $gt: cursor }, state: { $in: ['new', 'changed', 'unchanged'] } })
      .sort({ place: 1 })
      .limit(CHUNK)
      .lean();
    const last = chunk.at(-1);
    if (!last) {
      const now = this.kit.now();
      await this.kit.transaction(async (session) => {
        const done = { $set: { state: 'committed' as const, committedAt: now } };
        const filter = { _id, state: 'committing' as const, cursor };
        const { modifiedCount } = await this.sheets.sheets.updateOne(filter, done, { session });
        if (modifiedCount === 0) return;
        const detail = { written: sheet.written, sha256: sheet.sha256 };
        await this.kit.audit(session, { action: 'permit.sheet', entity: _id, by: committedBy, detail });
      });
      return;
    }
    await this.kit.transaction(async (session) => {
      const moved = await this.sheets.sheets.updateOne(
        { _id, state: 'committing', cursor },
        { $set: { cursor: last.place, 'progress.done': last.place } },
        { session },
      );
      // Another instance took this chunk.
      if (moved.modifiedCount === 0) return;
      const wanted = chunk.flatMap(({ permitId, content }) =>
        content ? [{ id: permitId, content: content as PermitContent }] : [],
      );
      const { written, refused } = await this.store.takeIn(wanted, committedBy, session);
      for (const refusal of refused) {
        const one = chunk.find(({ permitId }) => permitId === refusal.id);
        if (!one) continue;
        const error = refusalError({ number: one.number, rows: [], rowNumbers: one.rows, errors: [] }, refusal);
        await this.sheets.permits.updateOne(
          { _id: one._id },
          { $set: { state: 'wrong' }, $push: { errors: error } },
          { session },
        );
      }
      await this.sheets.sheets.updateOne(
        { _id },
        { $inc: { written: written.length, errors: refused.length, 'counts.wrong': refused.length } },
        { session },
      );
    });
  }
}

function refusalError(draft: Draft, { field, expected }: { field: string; expected: string }): SheetError {
  const column = field === 'number' ? '许可证编号' : '有效期起';
  const row = draft.rowNumbers[0] ?? 0;
  return { row, column, cell: '', value: draft.number, expected: expected.replace(/^expected /, '') };
}
