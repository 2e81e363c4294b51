import { KINDS, type ReadingExport, type readingsGrpc } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  conflict,
  grpcCaller,
  grpcError,
  isoTime,
  isoTimeOrNone,
  type Kit,
  newId,
  notFound,
  pageOf,
} from '@greenwatch/kit';
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { ALWAYS, type TimeRange } from '../access';
import { kindNumber } from '../moments';
import { type DeviceSources, devicesOf } from './devices-of';
import { type ExportJob, ExportJobs } from './export-job.model';
import { ExportRound } from './export-round';
import type { ExportSettings } from './export-settings';
import { write } from './export-stream';

const PAGE = 100;
/** Unfinished ones of one caller: nobody fills the queue for the others. */
const MOST_UNFINISHED = 5;

type FileCall = ServerWritableStream<readingsGrpc.ReadExportRequest, readingsGrpc.FileChunk>;

/** Exports that are made ahead: started, followed, cancelled, and given out as a file. */
export function exportPart(
  kit: Kit<ExportSettings>,
  sources: DeviceSources,
  queryRange: (from: string | undefined, to: string | undefined) => TimeRange,
) {
  const jobs = new ExportJobs(kit.db);
  const round = new ExportRound(kit, sources, jobs);

  /** @throws 404 for somebody else's */
  async function ownJob(caller: Caller, id: string): Promise<ExportJob> {
    const job = await jobs.own(caller.id, id);
    if (!job) throw notFound('export', id);
    return job;
  }

  const actions = {
    async 'readings.export.start'({ mns = [], kinds, from, to, format = 'ndjson' }, { caller }) {
      const range = queryRange(from, to);
      if ((await jobs.unfinished(caller.id)) >= MOST_UNFINISHED) {
        throw conflict('TOO_MANY_EXPORTS', `${MOST_UNFINISHED} of your exports are not finished: wait, or cancel one.`);
      }
      let devices = 0;
      for await (const _ of devicesOf(sources, caller, mns, range)) devices++;
      const now = kit.now();
      const job: ExportJob = {
        _id: newId(now),
        state: 'waiting',
        caller,
        mns: [...new Set(mns)].sort(),
        kinds: KINDS.filter((kind) => !kinds || kinds.includes(kind)).map(kindNumber),
        ...range,
        format,
        createdAt: now,
        devices,
        devicesDone: 0,
        moments: 0,
        parts: [],
        until: 0,
      };
      await jobs.add(job);
      round.poke();
      return shown(job);
    },

    async 'readings.export.list'({ after, limit = PAGE }, { caller }) {
      const [before] = afterKey(after, 1) ?? [];
      const { items, next } = pageOf(await jobs.list(caller.id, before, limit + 1), limit, ({ _id }) => [_id]);
      return { items: items.map(shown), ...(next === undefined ? {} : { next }) };
    },

    async 'readings.export.get'({ id }, { caller }) {
      return shown(await ownJob(caller, id));
    },

    async 'readings.export.cancel'({ id }, { caller }) {
      await ownJob(caller, id);
      await jobs.cancel(id, kit.now());
      return shown(await ownJob(caller, id));
    },
  } satisfies ActionHandlers;

  /** `ReadingsService.ReadExport`: NOT_FOUND for somebody else's, FAILED_PRECONDITION before it is done. */
  const readExport: handleServerStreamingCall<readingsGrpc.ReadExportRequest, readingsGrpc.FileChunk> = (call) => {
    give(call).then(
      () => call.end(),
      (error) => {
        if (call.cancelled) return;
        const status = grpcError(error);
        if (status.details === 'internal error') kit.log.error({ err: error }, 'the file of an export failed');
        call.emit('error', status);
      },
    );
  };

  async function give(call: FileCall): Promise<void> {
    const { id } = call.request;
    const job = await ownJob(await grpcCaller(kit.identity, call.metadata), id);
    if (job.state !== 'done') throw conflict('WRONG_STATE', `The export ${id} is ${job.state}, not done.`);
    for (const { blob } of job.parts) {
      const { content } = await kit.blobs.get(blob);
      for await (const chunk of content as AsyncIterable<Buffer>) {
        await write(call, { content: chunk });
        if (call.cancelled) return;
      }
    }
  }

  return {
    actions,
    readExport,
    prepare: () => jobs.prepare(),
    start: () => round.start(),
    stop: () => round.stop(),
  };
}

function shown(job: ExportJob): ReadingExport {
  const { _id: id, state, mns, from, to, format, devices, devicesDone, moments, reason } = job;
  return {
    id,
    state,
    ...(mns.length > 0 ? { mns } : {}),
    kinds: KINDS.filter((kind) => job.kinds.includes(kindNumber(kind))),
    ...(from > ALWAYS.from ? { from: isoTime(from) } : {}),
    ...(to < ALWAYS.to ? { to: isoTime(to) } : {}),
    format,
    createdAt: isoTime(job.createdAt),
    finishedAt: isoTimeOrNone(job.finishedAt),
    expiresAt: isoTimeOrNone(job.expiresAt),
    devices,
    devicesDone,
    moments,
    bytes: job.parts.reduce((sum, { size }) => sum + size, 0),
    ...(reason === undefined ? {} : { reason }),
    ...(state === 'done' ? { link: `/api/v1/readings/exports/${id}/file` } : {}),
  };
}
