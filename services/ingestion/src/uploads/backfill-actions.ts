import { type ActionHandlers, afterKey, pageOf } from '@greenwatch/kit';
import { sheetTemplate } from '@greenwatch/sheets';
import { type BackfillModels, presentBackfill } from './backfill.model';
import type { BackfillJobs } from './backfill-job';
import { COLUMNS, EXAMPLE_VALUES } from './backfill-layout';

const PAGE = 100;

type Actions = Pick<
  ActionHandlers,
  | 'ingestion.backfill.upload'
  | 'ingestion.backfill.get'
  | 'ingestion.backfill.list'
  | 'ingestion.backfill.commit'
  | 'ingestion.backfill.template'
>;

/** History from sheets: upload, look, take over. */
export function backfillActions(models: BackfillModels, { work }: BackfillJobs, mostBytes: number): Actions {
  return {
    'ingestion.backfill.upload': (params, call) =>
      work.upload(params, call, mostBytes, { good: 0, wrong: 0, values: 0, devices: [], preview: [] }),

    async 'ingestion.backfill.get'({ id, after, limit = PAGE }, { caller }) {
      const doc = await work.of(id, caller);
      const [last] = afterKey(after, 1) ?? [];
      const found = await models.errors
        .find({ backfillId: id, ...(last === undefined ? {} : { _id: { $gt: last } }) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean();
      const { items, next } = pageOf(found, limit, ({ _id }) => [_id]);
      return {
        backfill: presentBackfill(doc),
        preview: doc.preview,
        errors: {
          items: items.map(({ row, column, cell, value, expected }) => ({ row, column, cell, value, expected })),
          ...(next === undefined ? {} : { next }),
        },
      };
    },

    'ingestion.backfill.list': (params, call) => work.list(params, call),
    'ingestion.backfill.commit': (params, call) => work.commit(params, call),
    async 'ingestion.backfill.template'({ format }) {
      return sheetTemplate([...COLUMNS, ...EXAMPLE_VALUES], { name: 'backfill', title: '历史数据' }, format);
    },
  };
}
