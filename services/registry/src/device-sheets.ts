import type { DeviceSheet, SheetError } from '@greenwatch/contracts';
import { type ActionHandlers, afterKey, type Call, type Caller, type Kit, pageOf, scopeFilter } from '@greenwatch/kit';
import { cellName, type Heading, readHeading, readRow, SheetWork, sheetRows, sheetTemplate } from '@greenwatch/sheets';
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
 * holds passwords. A chunk of devices and how far it is are one transaction, so nothing is done twice.
 */
export class DeviceSheets {
  readonly #work: SheetWork<StoredDeviceSheet, DeviceSheet>;

  constructor(
    private readonly kit: Kit,
    private readonly sheets: DeviceSheetModels,
    private readonly models: RegistryModels,
    private readonly store: RegistryStore,
  ) {
    this.#work = new SheetWork(kit, sheets.sheets, {
      lease: 'device-sheets',
      failed: 'a sheet of devices could not be taken over; it is tried again',
      said: { sheet: 'sheet', rows: 'rows' },
      action: 'registry.deviceSheet',
      audited: ({ written }) => ({ written }),
      present: presentSheet,
      wrong: ({ counts }) => counts.wrong,
      begun: () => ({ written: 0 }),
      forget: (sheetId) => sheets.rows.deleteMany({ sheetId }),
      takeOver: (sheet, by) => this.#takeOver(sheet, by),
    });
  }

  start(): void {
    this.#work.start();
  }

  stop(): Promise<void> {
    return this.#work.stop();
  }

  readonly actions: Actions = {
    'registry.deviceSheet.upload': async (params, call) => presentSheet(await this.#upload(params, call)),

    'registry.deviceSheet.get': async ({ id, state, after, limit = PAGE }, { caller }) => {
      const sheet = await this.#work.of(id, caller);
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

    'registry.deviceSheet.list': (params, call) => this.#work.list(params, call),
    'registry.deviceSheet.commit': (params, call) => this.#work.commit(params, call),
    'registry.deviceSheet.template': async ({ format }) =>
      sheetTemplate(COLUMNS, { name: 'devices', title: '数采仪' }, format),
  };

  async #upload(params: { filename: string }, call: Call): Promise<StoredDeviceSheet> {
    const { bytes, doc } = await this.#work.receive(params, call, MOST_BYTES);
    const { _id } = doc;
    const known = await this.sheets.sheets.findById(_id).lean();
    if (known?.state === 'committing' || known?.state === 'committed') return known;
    const { caller } = call;
    const at = new Date(doc.uploadedAt);
    const counts = { new: 0, changed: 0, unchanged: 0, wrong: 0 };
    let errors = 0;
    const sheet: StoredDeviceSheet = { ...doc, uploadedAt: at, counts, errors, written: 0 };
    await this.sheets.sheets.replaceOne({ _id }, sheet, { upsert: true });
    await this.#work.judge(_id, async () => {
      const { heading, rows } = await readRows(bytes);
      const seen = new Map<string, number>();
      for (let i = 0; i < rows.length; i += GROUP) {
        const judged = await this.#judge(_id, heading, rows.slice(i, i + GROUP), seen, caller, at);
        for (const one of judged) {
          counts[one.state]++;
          errors += one.errors.length;
        }
        await this.sheets.rows.bulkWrite(
          judged.map((one) => ({ replaceOne: { filter: { _id: one._id }, replacement: one, upsert: true } })),
          { ordered: false },
        );
      }
      return { rows: rows.length, counts, errors };
    });
    return this.#work.of(_id, caller);
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

  async #takeOver(sheet: StoredDeviceSheet, by: Caller): Promise<Partial<StoredDeviceSheet> | undefined> {
    const { _id, cursor } = sheet;
    const rows = await this.sheets.rows
      .find({ sheetId: _id, row: { $gt: cursor }, state: { $in: ['new', 'changed', 'unchanged'] } })
      .sort({ row: 1 })
      .limit(BATCH)
      .lean();
    if (rows.length === 0) {
      // They hold passwords. Before it is done, so that no killed instance leaves them there.
      await this.sheets.rows.updateMany({ sheetId: _id }, { $unset: { draft: 1 } });
      return {};
    }
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
    return undefined;
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
