import type { Sheet, SheetError } from '@greenwatch/contracts';
import type { Caller, Kit } from '@greenwatch/kit';
import { type SheetBounds, SheetWork } from '@greenwatch/sheets';
import type { EnterprisePlace, PermitContent, PermitModels } from './permit.model';
import { changedFields } from './permit-content';
import { elsewhere, Neighbours, type PermitStore } from './permit-store';
import type { RegistryCopies } from './registry-copies';
import { presentSheet, type SheetModels, type StoredSheet, type StoredSheetPermit } from './sheet.model';
import { readHeading, readRow, type SheetRow } from './sheet-layout';
import { permitOf, type Registered } from './sheet-permits';

/** Permits of one transaction of a commit. */
const CHUNK = 250;
const WRITE_BATCH = 500;
/** Errors that are kept of one permit. */
const MOST_ERRORS = 50;

/** The rows of one permit while a sheet is read. */
interface Draft {
  number: string;
  rows: SheetRow[];
  rowNumbers: number[];
  errors: SheetError[];
}

/** What permits make of sheets: their rows belong together by permit, and a chunk of permits is one transaction. */
export class SheetJobs {
  readonly work: SheetWork<StoredSheet, Sheet>;

  constructor(
    private readonly kit: Kit,
    private readonly sheets: SheetModels,
    private readonly models: PermitModels,
    private readonly copies: RegistryCopies,
    private readonly store: PermitStore,
    private readonly bounds: SheetBounds,
  ) {
    this.work = new SheetWork(kit, sheets.sheets, {
      lease: 'sheets',
      failed: 'a sheet could not be worked on; it is tried again',
      said: { sheet: 'sheet', rows: 'permits' },
      action: 'permit.sheet',
      audited: ({ written }) => ({ written }),
      present: presentSheet,
      wrong: ({ counts }) => counts.wrong,
      begun: ({ permits }) => ({ progress: { done: 0, total: permits } }),
      forget: (sheetId) => sheets.permits.deleteMany({ sheetId }),
      read: (sheet) => this.#read(sheet),
      takeOver: (sheet, by) => this.#takeOver(sheet, by),
    });
  }

  async #read(sheet: StoredSheet): Promise<Partial<StoredSheet> | undefined> {
    const { drafts, loose, rows } = await this.#drafts(sheet);
    const counts = { new: 0, changed: 0, unchanged: 0, wrong: 0 };
    let errors = 0;
    const neighbours = new Neighbours();
    // Rows whose number cannot be read belong to no permit: they stand first.
    const all = [...loose, ...drafts];
    for (let i = 0; i < all.length; i += WRITE_BATCH) {
      if (!(await this.work.goesOn())) return undefined;
      const judged = await this.#judge(sheet, all.slice(i, i + WRITE_BATCH), i, neighbours);
      for (const one of judged) {
        counts[one.state]++;
        errors += one.errors.length;
      }
      await this.sheets.permits.collection.insertMany(judged as never[], { ordered: false });
    }
    return { rows, permits: drafts.length, counts, errors, progress: { done: rows, total: rows } };
  }

  /** Reads every row and sorts the rows by permit, in the order in which permits first appear. */
  async #drafts(sheet: StoredSheet): Promise<{ drafts: Draft[]; loose: Draft[]; rows: number }> {
    const byNumber = new Map<string, Draft>();
    const loose: Draft[] = [];
    let rows = 0;
    for await (const { heading, row, cells } of this.work.rows(sheet, this.bounds, readHeading)) {
      rows++;
      const read = readRow(heading, row, cells);
      const number = read.row.permitNumber;
      const draft = (number && byNumber.get(number)) || { number: number ?? '', rows: [], rowNumbers: [], errors: [] };
      draft.rowNumbers.push(row);
      draft.errors.push(...read.errors);
      if (read.errors.length === 0) draft.rows.push(read.row as SheetRow);
      if (number) byNumber.set(number, draft);
      else loose.push(draft);
      await this.work.tell(sheet._id, rows);
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
  async #takeOver(sheet: StoredSheet, by: Caller): Promise<Partial<StoredSheet> | undefined> {
    const { _id, cursor } = sheet;
    const chunk = await this.sheets.permits
      .find({ sheetId: _id, place: { $gt: cursor }, state: { $in: ['new', 'changed', 'unchanged'] } })
      .sort({ place: 1 })
      .limit(CHUNK)
      .lean();
    const last = chunk.at(-1);
    if (!last) return {};
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
      const { written, refused } = await this.store.takeIn(wanted, by, session);
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
    return undefined;
  }
}

function refusalError(draft: Draft, { field, expected }: { field: string; expected: string }): SheetError {
  const column = field === 'number' ? '许可证编号' : '有效期起';
  const row = draft.rowNumbers[0] ?? 0;
  return { row, column, cell: '', value: draft.number, expected: expected.replace(/^expected /, '') };
}
