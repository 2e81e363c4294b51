import { afterKey, type Kit, pageOf } from '@greenwatch/kit';
import { sheetTemplate } from '@greenwatch/sheets';
import type { Part } from './part';
import { presentSheet, presentSheetPermit, type SheetModels } from './sheet.model';
import type { SheetJobs } from './sheet-job';
import { COLUMNS } from './sheet-layout';

const PAGE = 100;

/** Permits from sheets: upload, look, take over. */
export function sheetPart(kit: Kit<{ SHEET_MAX_BYTES: number }>, models: SheetModels, jobs: SheetJobs): Part {
  const { work } = jobs;
  return {
    actions: {
      'permits.sheet.upload': (params, call) =>
        work.upload(params, call, kit.config.SHEET_MAX_BYTES, {
          permits: 0,
          counts: { new: 0, changed: 0, unchanged: 0, wrong: 0 },
          errors: 0,
          written: 0,
        }),

      async 'permits.sheet.get'({ id, state, after, limit = PAGE }, { caller }) {
        const sheet = await work.of(id, caller);
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

      'permits.sheet.list': (params, call) => work.list(params, call),
      'permits.sheet.commit': (params, call) => work.commit(params, call),
      async 'permits.sheet.template'({ format }) {
        return sheetTemplate(COLUMNS, { name: 'permits', title: '排污许可证' }, format);
      },
    },
    async started() {
      work.start();
    },
    async stopped() {
      await work.stop();
    },
  };
}
