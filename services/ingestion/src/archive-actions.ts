import { Readable } from 'node:stream';
import { type ActionHandlers, invalid, isoTime, type Kit, notFound, scopeFilter } from '@greenwatch/kit';
import type { DeviceDirectory } from './device-directory';
import { evidenceLines } from './evidence';
import type { FrameArchive } from './frame-archive';

/** Of one evidence file: some ten megabytes of a busy device. */
const MOST_MS = 31 * 86_400_000;

/** The archive of raw frames, asked for: does a day hold, and what exactly did a device send. */
export function archiveActions(kit: Kit, archive: FrameArchive, directory: DeviceDirectory) {
  return {
    'ingestion.archive.verify': ({ day }) => archive.verify(day.replaceAll('-', '')),

    async 'ingestion.archive.export'({ mn, from, to }, { caller }) {
      const range = { mn, from: Date.parse(from), to: Date.parse(to) };
      if (range.from >= range.to) throw invalid('to', 'must be later than from');
      if (range.to - range.from > MOST_MS) throw invalid('to', 'must be at most 31 days after from');
      const seen = await directory.model.exists({ $and: [{ _id: mn }, scopeFilter(caller)] });
      if (!seen) throw notFound('device', mn);
      const archived = await archive.upTo();
      if (range.to > archived) {
        throw invalid('to', `must be at most ${isoTime(archived)}: what came later is not in the archive yet`);
      }
      await kit.transaction((session) =>
        kit.audit(session, { action: 'archive.export', entity: mn, by: caller, detail: { from, to } }),
      );
      const { kind, id, name } = caller;
      const lines = evidenceLines({ ...range, madeAt: kit.now(), by: { kind, id, name } }, archive.chunksOf(range));
      return Readable.from(lines, { objectMode: false });
    },
  } satisfies ActionHandlers;
}
