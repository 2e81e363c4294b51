import { afterKey, invalid, type Kit, notFound, pageOf } from '@greenwatch/kit';
import { mayBegin, receiveSheet, sheetIdOf, sheetTemplate, uploadedBefore } from '@greenwatch/sheets';
import type { Part } from './part';
import { presentSheet, presentSheetPermit, type SheetModels, type StoredSheet } from './sheet.model';
import type { SheetJobs } from './sheet-job';
import { COLUMNS } from './sheet-layout';

const PAGE = 100;

/** Permits from sheets: upload, look, take over. */
export function sheetPart(kit: Kit<{ SHEET_MAX_BYTES: number }>, models: SheetModels, jobs: SheetJobs): Part {
  const most = kit.config.SHEET_MAX_BYTES;

  /** @throws 404 also for another division's sheet */
  async function sheetOf(id: string, division: string): Promise<StoredSheet> {
    const sheet = await models.sheets.findOne({ _id: id, division }).lean();
    if (!sheet) throw notFound('sheet', id);
    return sheet;
  }

  return {
    actions: {
      async 'permits.sheet.upload'({ filename }, { caller, stream }) {
        if (!stream) throw invalid('file', 'expected the bytes of a sheet');
        const { bytes, format, contentType, sha256 } = await receiveSheet(stream, most);
        const _id = sheetIdOf(caller.division, sha256);
        const known = await models.sheets.findById(_id).lean();
        if (known) return presentSheet(known);
        const blob = await kit.blobs.put(bytes, { contentType, name: filename });
        const sheet: StoredSheet = {
          _id,
          division: caller.division,
          filename,
          format,
          blobId: blob.id,
          size: bytes.length,
          sha256,
          state: 'parsing',
          progress: { done: 0, total: 0 },
          rows: 0,
          permits: 0,
          counts: { new: 0, changed: 0, unchanged: 0, wrong: 0 },
          errors: 0,
          uploadedAt: kit.now(),
          uploadedBy: caller,
          cursor: 0,
          written: 0,
        };
        // Two uploads of the same bytes at once are one sheet: the first one's.
        const { upsertedCount } = await models.sheets.updateOne({ _id }, { $setOnInsert: sheet }, { upsert: true });
        if (upsertedCount === 0) await kit.blobs.delete(blob.id);
        jobs.poke();
        return presentSheet(await sheetOf(_id, caller.division));
      },

      async 'permits.sheet.get'({ id, state, after, limit = PAGE }, { caller }) {
        const sheet = await sheetOf(id, caller.division);
        const [last] = afterKey(after, 1) ?? [];
        const filter = {
          sheetId: id,
          ...(state === undefined ? {} : { state }),
          ...(last === undefined ? {} : { place: { $gt: Number(last) } }),
        };
        const found = await models.permits
          .find(filter, { content: 0 })
          .sort({ place: 1 })
          .limit(limit + 1)
          .lean();
        const { items, next } = pageOf(found, limit, ({ place }) => [String(place)]);
        return {
          sheet: presentSheet(sheet),
          items: items.map(presentSheetPermit),
          ...(next === undefined ? {} : { next }),
        };
      },

      async 'permits.sheet.list'({ after, limit = PAGE }, { caller }) {
        const found = await models.sheets
          .find({ division: caller.division, ...uploadedBefore(after) })
          .sort({ uploadedAt: -1, _id: 1 })
          .limit(limit + 1)
          .lean();
        const { items, next } = pageOf(found, limit, ({ uploadedAt, _id }) => [String(uploadedAt), _id]);
        return { items: items.map(presentSheet), ...(next === undefined ? {} : { next }) };
      },

      async 'permits.sheet.commit'({ id, skipWrong = false }, { caller }) {
        const sheet = await sheetOf(id, caller.division);
        const { state, counts } = sheet;
        if (!mayBegin({ state, wrong: counts.wrong }, skipWrong, { sheet: 'sheet', rows: 'permits' })) {
          return presentSheet(sheet);
        }
        await kit.transaction(async (session) => {
          const begun = {
            state: 'committing',
            committedBy: caller,
            cursor: 0,
            progress: { done: 0, total: sheet.permits },
          };
          await models.sheets.updateOne({ _id: id, state: 'ready' }, { $set: begun }, { session });
        });
        jobs.poke();
        return presentSheet(await sheetOf(id, caller.division));
      },

      async 'permits.sheet.template'({ format }) {
        return sheetTemplate(COLUMNS, { name: 'permits', title: '排污许可证' }, format);
      },
    },
    async started() {
      jobs.start();
    },
    async stopped() {
      await jobs.stop();
    },
  };
}
