import type { Readable } from 'node:stream';
import type { SheetError } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  invalid,
  type Kit,
  notFound,
  pageOf,
  Round,
  scopeFilter,
} from '@greenwatch/kit';
import {
  cellName,
  type Heading,
  mayBegin,
  readHeading,
  readRow,
  receiveSheet,
  SheetRefused,
  sheetIdOf,
  sheetRows,
  sheetTemplate,
  uploadedBefore,
} from '@greenwatch/sheets';
import {
  type DeviceSheetModels,
  presentRow,
  presentSheet,
  type StoredDeviceSheet,
  type StoredDeviceSheetRow,
} from './device-sheet.model';
import { COLUMNS, type SheetRow } from './device-sheet-layout';
import {
  deviceOfDraft,
  type OutletPlace,
  outletOfRow,
  type RowDraft,
  type Surroundings,
  wrongCell,
} from './device-sheet-rows';
import { placed } from './import';
import type { DeviceDoc, RegistryModels } from './registry.model';
import { BATCH, type Change, type RegistryStore } from './store';

type Actions = Pick<
  ActionHandlers,
  | 'registry.deviceSheet.upload'
  | 'registry.deviceSheet.get'
  | 'registry.deviceSheet.list'
  | 'registry.deviceSheet.commit'
  | 'registry.deviceSheet.template'
>;

const PAGE = 100;
const POLL_MS = 500;
/** Rows that are judged and written at a time. */
const GROUP = 500;
const MOST_ERRORS = 20;
/** 50,000 devices; a province has some 40,000. */
const BOUNDS = { rows: 50_001, unpacked: 128 * 1024 * 1024 };
const MOST_BYTES = 16 * 1024 * 1024;

/** Another instance has taken over these rows. */
class Overtaken extends Error {}

/**
 * Devices from sheets: upload, look, take over. The upload is read while its sender waits, since the file must not be kept: it
 * holds passwords. Taking over is a job: a chunk of devices and how far it is are one transaction, so a killed one goes on
 * where it stopped, and nothing is done twice.
 */
export class DeviceSheets {
  readonly #round: Round;

  constructor(
    private readonly kit: Kit,
    private readonly sheets: DeviceSheetModels,
    private readonly models: RegistryModels,
    private readonly store: RegistryStore,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: POLL_MS,
        failed: 'a sheet of devices could not be taken over; it is tried again',
        lease: kit.lease('device-sheets'),
      },
      () => this.#next(),
    );
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  readonly actions: Actions = {
    'registry.deviceSheet.upload': async ({ filename }, { caller, stream }) => {
      if (!stream) throw invalid('file', 'expected the bytes of a sheet');
      return presentSheet(await this.#upload(filename, stream, caller));
    },

    'registry.deviceSheet.get': async ({ id, state, after, limit = PAGE }, { caller }) => {
      const sheet = await this.#sheetOf(id, caller);
      const [last] = afterKey(after, 1) ?? [];
      const found = await this.sheets.rows
        .find(
          {
            sheetId: id,
            ...(state === undefined ? {} : { state }),
            ...(last === undefined ? {} : { row: { $gt: Number(last) } }),
          },
          { draft: 0 },
        )
        .sort({ row: 1 })
        .limit(limit + 1)
        .lean();
      const { items, next } = pageOf(found, limit, ({ row }) => [String(row)]);
      return { sheet: presentSheet(sheet), items: items.map(presentRow), ...(next === undefined ? {} : { next }) };
    },

    'registry.deviceSheet.list': async ({ after, limit = PAGE }, { caller }) => {
      const found = await this.sheets.sheets
        .find({ division: caller.division, ...uploadedBefore(after, (at) => new Date(at)) })
        .sort({ uploadedAt: -1, _id: 1 })
        .limit(limit + 1)
        .lean();
      const { items, next } = pageOf(found, limit, ({ uploadedAt, _id }) => [String(uploadedAt.getTime()), _id]);
      return { items: items.map(presentSheet), ...(next === undefined ? {} : { next }) };
    },

    'registry.deviceSheet.commit': async ({ id, skipWrong = false }, { caller }) => {
      const sheet = await this.#sheetOf(id, caller);
      const judged = { state: sheet.state, wrong: sheet.counts.wrong };
      if (!mayBegin(judged, skipWrong, { sheet: 'sheet', rows: 'rows' })) return presentSheet(sheet);
      const begun = { state: 'committing' as const, committedBy: caller, cursor: 0, written: 0 };
      await this.sheets.sheets.updateOne({ _id: id, state: 'ready' }, { $set: begun });
      this.#round.poke();
      return presentSheet(await this.#sheetOf(id, caller));
    },

    'registry.deviceSheet.template': async ({ format }) =>
      sheetTemplate(COLUMNS, { name: 'devices', title: '数采仪' }, format),
  };

  /** @throws 404 also for another division's sheet */
  async #sheetOf(id: string, { division }: Caller): Promise<StoredDeviceSheet> {
    const sheet = await this.sheets.sheets.findOne({ _id: id, division }).lean();
    if (!sheet) throw notFound('sheet', id);
    return sheet;
  }

  async #upload(filename: string, stream: Readable, caller: Caller): Promise<StoredDeviceSheet> {
    const { bytes, format, sha256 } = await receiveSheet(stream, MOST_BYTES);
    const _id = sheetIdOf(caller.division, sha256);
    const known = await this.sheets.sheets.findById(_id).lean();
    if (known?.state === 'committing' || known?.state === 'committed') return known;
    const at = new Date(this.kit.now());
    const sheet: StoredDeviceSheet = {
      _id,
      division: caller.division,
      filename,
      format,
      size: bytes.length,
      sha256,
      state: 'parsing',
      rows: 0,
      counts: { new: 0, changed: 0, unchanged: 0, wrong: 0 },
      errors: 0,
      uploadedAt: at,
      uploadedBy: caller,
      cursor: 0,
      written: 0,
    };
    await this.sheets.sheets.replaceOne({ _id }, sheet, { upsert: true });
    await this.sheets.rows.deleteMany({ sheetId: _id });
    try {
      const { heading, rows } = await readRows(bytes);
      const seen = new Map<string, number>();
      for (let i = 0; i < rows.length; i += GROUP) {
        const judged = await this.#judge(_id, heading, rows.slice(i, i + GROUP), seen, caller, at);
        for (const one of judged) {
          sheet.counts[one.state]++;
          sheet.errors += one.errors.length;
        }
        await this.sheets.rows.bulkWrite(
          judged.map((one) => ({ replaceOne: { filter: { _id: one._id }, replacement: one, upsert: true } })),
          { ordered: false },
        );
      }
      const done = { state: 'ready' as const, rows: rows.length, counts: sheet.counts, errors: sheet.errors };
      await this.sheets.sheets.updateOne({ _id, state: 'parsing' }, { $set: done });
    } catch (error) {
      if (!(error instanceof SheetRefused)) throw error;
      const refused = { state: 'refused' as const, problem: error.message };
      await this.sheets.sheets.updateOne({ _id, state: 'parsing' }, { $set: refused });
    }
    return this.#sheetOf(_id, caller);
  }

  /** Says of each row what taking it over would do. @param seen rows by MN so far */
  async #judge(
    sheetId: string,
    heading: Heading,
    rows: readonly ReadRow[],
    seen: Map<string, number>,
    caller: Caller,
    at: Date,
  ): Promise<StoredDeviceSheetRow[]> {
    const known = await this.#surroundings(
      rows.map(({ values }) => values),
      caller,
    );
    const existing = await this.#devices(rows.map(({ values }) => values.mn));
    return rows.map(({ values, errors }) => {
      const { row, mn, uscc: _, outletCode: __, password, ...rest } = values;
      const problems = [...errors];
      const first = mn === undefined ? undefined : seen.get(mn);
      if (first !== undefined)
        problems.push(wrongCell(row, 'mn', mn ?? '', `each device once, but row ${first} has it too`));
      else if (mn !== undefined) seen.set(mn, row);
      const base = { _id: `${sheetId}.${String(row).padStart(7, '0')}`, sheetId, row, mn: mn ?? '', at };
      const wrong = (all: SheetError[]): StoredDeviceSheetRow => ({
        ...base,
        state: 'wrong',
        changes: [],
        errors: all.slice(0, MOST_ERRORS).map((error) => located(error, heading)),
      });
      if (problems.length > 0 || mn === undefined) return wrong(problems);
      const outlet = outletOfRow({ ...values, mn }, known);
      if (outlet.error) return wrong([outlet.error]);
      const draft: RowDraft = {
        ...rest,
        mn,
        ...(outlet.id === undefined ? {} : { outletId: outlet.id }),
        ...(password === undefined ? {} : { passwordEncrypted: this.kit.fields.encrypt(password) }),
      };
      const outcome = deviceOfDraft(row, draft, existing.get(mn), known);
      if (outcome.state === 'wrong') return wrong(outcome.errors);
      return { ...base, state: outcome.state, changes: outcome.changes, errors: [], draft };
    });
  }

  async #devices(mns: readonly (string | undefined)[]): Promise<Map<string, DeviceDoc>> {
    const rows = await this.models.devices.find({ _id: { $in: mns.flatMap((mn) => mn ?? []) } }).lean();
    return new Map(rows.map((row) => [row._id, row]));
  }

  /** What rows speak of, as the caller may use it. */
  async #surroundings(rows: readonly Partial<SheetRow>[], caller: Caller): Promise<Surroundings> {
    const scope = scopeFilter(caller);
    const usccs = [...new Set(rows.flatMap(({ uscc }) => uscc ?? []))];
    const enterprises = await this.models.enterprises
      .find({ $and: [scope, { uscc: { $in: usccs } }] }, { uscc: 1 })
      .lean();
    const usccOf = new Map(enterprises.map(({ _id, uscc }) => [_id, uscc]));
    const [outlets, operators] = await Promise.all([
      this.models.outlets
        .find({
          $and: [
            scope,
            {
              $or: [
                { _id: { $in: rows.flatMap(({ outletId }) => outletId ?? []) } },
                { enterpriseId: { $in: [...usccOf.keys()] } },
              ],
            },
          ],
        })
        .lean(),
      this.models.operators
        .find({ _id: { $in: rows.flatMap(({ operatorId }) => operatorId ?? []) } }, { barred: 1 })
        .lean(),
    ]);
    const outletsByCode = new Map<string, string[]>();
    for (const { _id, enterpriseId, code } of outlets) {
      const name = `${usccOf.get(enterpriseId) ?? ''} ${code}`;
      outletsByCode.set(name, [...(outletsByCode.get(name) ?? []), _id]);
    }
    return {
      outlets: new Map(
        outlets.map(({ _id, enterpriseId, medium, divisionPath }): [string, OutletPlace] => [
          _id,
          { outletId: _id, enterpriseId, medium, divisionPath },
        ]),
      ),
      outletsByCode,
      operators: new Map(operators.map(({ _id, barred }) => [_id, { barred }])),
      sees: ({ divisionPath }) => caller.kind === 'service' || divisionPath.includes(caller.division),
      decrypt: (text) => this.kit.fields.decrypt(text),
    };
  }

  /** @returns whether there was something to do */
  async #next(): Promise<boolean> {
    const sheet = await this.sheets.sheets.findOne({ state: 'committing' }).sort({ uploadedAt: 1 }).lean();
    if (!sheet) return false;
    const { _id, cursor, committedBy } = sheet;
    if (!committedBy) throw new Error(`sheet ${_id} is taken over by nobody`);
    const rows = await this.sheets.rows
      .find({ sheetId: _id, row: { $gt: cursor }, state: { $in: ['new', 'changed', 'unchanged'] } })
      .sort({ row: 1 })
      .limit(BATCH)
      .lean();
    if (rows.length === 0) await this.#finish(sheet, committedBy);
    else await this.#takeOver(sheet, committedBy, rows);
    return true;
  }

  async #takeOver(sheet: StoredDeviceSheet, by: Caller, rows: readonly StoredDeviceSheetRow[]): Promise<void> {
    const { _id, cursor } = sheet;
    const known = await this.#surroundings(
      rows.map(({ draft }) => draft ?? {}),
      by,
    );
    /** What has become wrong since it was looked at. */
    const refused = new Map<string, SheetError[]>();
    const changes = new Map<string, Change<DeviceDoc>>();
    for (const { row, mn, draft } of rows) {
      if (!draft) continue;
      changes.set(mn, (existing) => {
        const outcome = deviceOfDraft(row, draft, existing, known);
        refused.delete(mn);
        if (outcome.state === 'wrong') {
          refused.set(mn, outcome.errors);
          return undefined;
        }
        // A device without an outlet stays where it is.
        return { ...outcome.device, ...placed(this.kit, outcome.device.bindings, existing?.divisionPath) };
      });
    }
    const last = rows.at(-1)?.row ?? cursor;
    try {
      await this.store.devices(changes, 'registry.deviceSheet.commit', by, async (session, written) => {
        const moved = await this.sheets.sheets.updateOne(
          { _id, state: 'committing', cursor },
          {
            $set: { cursor: last },
            $inc: {
              written,
              'counts.wrong': refused.size,
              errors: [...refused.values()].reduce((sum, errors) => sum + errors.length, 0),
            },
          },
          { session },
        );
        if (moved.modifiedCount === 0) throw new Overtaken();
        for (const [mn, errors] of refused) {
          await this.sheets.rows.updateOne({ sheetId: _id, mn }, { $set: { state: 'wrong', errors } }, { session });
        }
      });
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }

  async #finish({ _id, cursor, written, sha256 }: StoredDeviceSheet, by: Caller): Promise<void> {
    await this.kit.transaction(async (session) => {
      const { modifiedCount } = await this.sheets.sheets.updateOne(
        { _id, state: 'committing', cursor },
        { $set: { state: 'committed', committedAt: this.kit.now() } },
        { session },
      );
      if (modifiedCount === 0) return;
      await this.kit.audit(session, { action: 'registry.deviceSheet', entity: _id, by, detail: { written, sha256 } });
    });
    await this.sheets.rows.updateMany({ sheetId: _id }, { $unset: { draft: 1 } });
  }
}

interface ReadRow {
  values: Partial<SheetRow> & { row: number };
  errors: SheetError[];
}

/** @throws SheetRefused */
async function readRows(bytes: Buffer): Promise<{ heading: Heading; rows: ReadRow[] }> {
  let heading: Heading = [];
  const rows: ReadRow[] = [];
  for await (const { row, cells, ...read } of sheetRows(bytes, BOUNDS, (first) => readHeading(COLUMNS, first))) {
    heading = read.heading;
    const { values, errors } = readRow(heading, row, cells);
    rows.push({ values: { ...(values as Partial<SheetRow>), row }, errors });
  }
  return { heading, rows };
}

/** An error with the name of its cell; passwords are shown to nobody. */
function located(error: SheetError, heading: Heading): SheetError {
  const at = heading.findIndex((column) => column?.zh === error.column);
  const secret = heading[at]?.key === 'password';
  return {
    ...error,
    ...(error.cell === '' && at >= 0 ? { cell: cellName(at, error.row) } : {}),
    ...(secret ? { value: '' } : {}),
  };
}
