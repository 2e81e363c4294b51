import { type ActionHandlers, afterKey, invalid, type Kit, notFound, pageOf } from '@greenwatch/kit';
import { mayBegin, receiveSheet, sheetIdOf, sheetTemplate, uploadedBefore } from '@greenwatch/sheets';
import { type BackfillDoc, type BackfillModels, presentBackfill } from './backfill.model';
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
export function backfillActions(kit: Kit, models: BackfillModels, jobs: BackfillJobs, mostBytes: number): Actions {
  /** @throws 404 also for another division's */
  async function backfillOf(id: string, division: string): Promise<BackfillDoc> {
    const doc = await models.backfills.findOne({ _id: id, division }).lean();
    if (!doc) throw notFound('back-fill', id);
    return doc;
  }

  return {
    async 'ingestion.backfill.upload'({ filename }, { caller, stream }) {
      if (!stream) throw invalid('file', 'expected the bytes of a sheet');
      const { bytes, format, contentType, sha256 } = await receiveSheet(stream, mostBytes);
      const _id = sheetIdOf(caller.division, sha256);
      const known = await models.backfills.findById(_id).lean();
      if (known) return presentBackfill(known);
      const blob = await kit.blobs.put(bytes, { contentType, name: filename });
      const doc: BackfillDoc = {
        _id,
        division: caller.division,
        filename,
        format,
        blobId: blob.id,
        size: bytes.length,
        sha256,
        state: 'parsing',
        progress: { done: 0, total: 0 },
        ...{ rows: 0, good: 0, wrong: 0, values: 0, devices: [], preview: [] },
        uploadedAt: kit.now(),
        uploadedBy: caller,
        cursor: 0,
      };
      // Two uploads of the same bytes at once are one: the first one's.
      const { upsertedCount } = await models.backfills.updateOne({ _id }, { $setOnInsert: doc }, { upsert: true });
      if (upsertedCount === 0) await kit.blobs.delete(blob.id);
      jobs.poke();
      return presentBackfill(await backfillOf(_id, caller.division));
    },

    async 'ingestion.backfill.get'({ id, after, limit = PAGE }, { caller }) {
      const doc = await backfillOf(id, caller.division);
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

    async 'ingestion.backfill.list'({ after, limit = PAGE }, { caller }) {
      const found = await models.backfills
        .find({ division: caller.division, ...uploadedBefore(after) })
        .sort({ uploadedAt: -1, _id: 1 })
        .limit(limit + 1)
        .lean();
      const { items, next } = pageOf(found, limit, ({ uploadedAt, _id }) => [String(uploadedAt), _id]);
      return { items: items.map(presentBackfill), ...(next === undefined ? {} : { next }) };
    },

    async 'ingestion.backfill.commit'({ id, skipWrong = false }, { caller }) {
      const doc = await backfillOf(id, caller.division);
      if (!mayBegin(doc, skipWrong, { sheet: 'back-fill', rows: 'rows' })) return presentBackfill(doc);
      await models.backfills.updateOne(
        { _id: id, state: 'ready' },
        { $set: { state: 'committing', committedBy: caller, cursor: 0, progress: { done: 0, total: doc.rows } } },
      );
      jobs.poke();
      return presentBackfill(await backfillOf(id, caller.division));
    },

    async 'ingestion.backfill.template'({ format }) {
      return sheetTemplate([...COLUMNS, ...EXAMPLE_VALUES], { name: 'backfill', title: '历史数据' }, format);
    },
  };
}
