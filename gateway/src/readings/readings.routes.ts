import { once } from 'node:events';
import { Readable } from 'node:stream';
import {
  actions,
  CSV_HEADER,
  EXPORT_FORMATS,
  type ExportFormat,
  exportLine,
  Id,
  KINDS,
  Kind,
  Mn,
  type readingsGrpc,
  type readingsLog,
  Time,
} from '@greenwatch/contracts';
import { type Caller, DomainError, grpcMetadata } from '@greenwatch/kit';
import { type ClientReadableStream, type ServiceError, status } from '@grpc/grpc-js';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { ValidationProblem } from '../problems';
import { type App, actionRoute, declare, json } from '../route';
import { momentOf } from './export-lines';

const ExportQuery = Type.Object(
  {
    mn: Type.Optional(Type.Array(Mn, { maxItems: 1000, description: 'all devices the caller sees when absent' })),
    kind: Type.Optional(Type.Array(Kind, { description: 'all kinds when absent' })),
    from: Type.Optional(Time),
    to: Type.Optional(Time),
    format: Type.Unsafe<ExportFormat>({ type: 'string', enum: [...EXPORT_FORMATS], default: 'ndjson' }),
  },
  { additionalProperties: false },
);
/** `/devices/links` and `/readings/latest` repeat `mn`; the actions call the list `mns`. */
const Mns = (maxItems: number) =>
  Type.Object({ mn: Type.Array(Mn, { minItems: 1, maxItems }) }, { additionalProperties: false });

/** Readings, their export, and what ingestion refused. */
export function readingRoutes(app: App, { kit, readingsClient }: Gateway): void {
  const { call } = kit;
  const readings = { tag: 'readings', area: 'readings', method: 'GET' } as const;
  const ingestion = { tag: 'ingestion', area: 'ingestion', method: 'GET' } as const;
  actionRoute(app, call, {
    ...readings,
    url: '/readings',
    action: 'readings.moment.list',
    summary: 'Readings of a device in the order of their data time',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/outlets/:outletId/readings',
    action: 'readings.outlet.list',
    summary: 'Readings of an outlet, whichever device stood for it',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/outlets/:outletId/readings/revisions',
    action: 'readings.outlet.revisions',
    summary: 'What the values of one moment were before they were corrected',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/readings/lines',
    action: 'readings.line.list',
    summary: 'Several outlets and factors on one axis of time, for a chart',
    description: 'A line for each factor of each outlet and device; more points than asked for are thinned out.',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/readings/statistics',
    action: 'readings.line.statistics',
    summary: 'The same lines in numbers: count, extremes, mean, deviation, median, flags',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/readings/messages',
    action: 'readings.message.list',
    summary:
      'What a device, or the devices of an outlet, said beside readings: standard checks, logs, states, samples kept',
    description: 'The newest first. Name `mn` or `outletId`, one of them.',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/readings/storage',
    action: 'readings.storage.get',
    summary: 'Where the readings lie, and for how long they stay',
  });
  actionRoute(app, call, {
    ...readings,
    method: 'POST',
    url: '/readings/exports',
    action: 'readings.export.start',
    summary: 'Have a large export made ahead',
    description:
      'It goes on by itself, whoever restarts; its link gives the file, compressed by gzip, once it is done.',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/readings/exports',
    action: 'readings.export.list',
    summary: 'Your exports, the newest first',
  });
  actionRoute(app, call, {
    ...readings,
    url: '/readings/exports/:id',
    action: 'readings.export.get',
    summary: 'How far an export is',
  });
  actionRoute(app, call, {
    ...readings,
    method: 'POST',
    url: '/readings/exports/:id/cancel',
    action: 'readings.export.cancel',
    summary: 'Stop an export, or delete its file',
  });
  app.get(
    '/readings/exports/:id/file',
    declare({
      summary: 'The file of an export that is done',
      tag: 'readings',
      operationId: 'readingsExportFile',
      access: { area: 'readings' },
      params: Type.Object({ id: Id }),
      answers: {
        200: {
          description: 'NDJSON or CSV as asked for, compressed by gzip',
          content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
        },
      },
      problems: [404, 409],
    }),
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params;
      const { format, bytes } = await call('readings.export.get', { id }, { as: caller });
      const opened = await openFile(caller, id);
      reply.raw.once('close', () => opened.stream.cancel());
      await firstOrEnd(opened);
      reply.header('content-disposition', `attachment; filename="readings-${id}.${format}.gz"`);
      reply.header('content-length', bytes);
      reply.type('application/gzip');
      return reply.send(Readable.from(contents(opened), { objectMode: false, highWaterMark: 256 * 1024 }));
    },
  );
  app.get(
    '/readings/latest',
    declare({
      summary: 'The newest moment of each kind of some devices',
      tag: 'readings',
      operationId: 'readingsLatestList',
      access: { area: 'readings' },
      querystring: Type.Object(
        { ...Mns(1000).properties, kind: Type.Optional(Type.Array(Kind, { description: 'all kinds when absent' })) },
        { additionalProperties: false },
      ),
      answers: { 200: json(actions['readings.latest.list'].result) },
      problems: [404, 422],
    }),
    (request) => {
      const { mn, kind } = request.query;
      const kinds = kind?.length ? { kinds: kind } : {};
      return call('readings.latest.list', { mns: mn, ...kinds }, { as: callerOf(request) });
    },
  );
  app.get(
    '/devices/links',
    declare({
      summary: 'Which devices are connected',
      tag: 'ingestion',
      operationId: 'ingestionLinkList',
      access: { area: 'ingestion' },
      querystring: Mns(1000),
      answers: { 200: json(actions['ingestion.link.list'].result) },
      problems: [404, 422],
    }),
    (request) => call('ingestion.link.list', { mns: request.query.mn }, { as: callerOf(request) }),
  );
  actionRoute(app, call, {
    ...ingestion,
    url: '/refusals',
    action: 'ingestion.refusal.list',
    summary: 'What was refused at the door, and why',
  });
  actionRoute(app, call, {
    ...ingestion,
    url: '/archive/:day/verification',
    action: 'ingestion.archive.verify',
    summary: "Check a day's archive of raw frames against its hash chain",
  });

  const line = { schema: { type: 'string' } };
  app.get(
    '/readings/export',
    declare({
      summary: 'Export readings, without a row limit',
      description:
        'One line a device, kind and moment, in this order. A stream that fails midway is broken off: only an export that ' +
        'ends cleanly is whole.',
      tag: 'readings',
      operationId: 'exportReadings',
      access: { area: 'readings' },
      querystring: ExportQuery,
      answers: {
        200: {
          description: `NDJSON: a Moment a line. CSV: ${CSV_HEADER.trim()}, where values is the JSON of Moment.values.`,
          content: { 'application/x-ndjson': line, 'text/csv; charset=utf-8': line },
        },
      },
      problems: [404, 422],
    }),
    async (request, reply) => {
      const { mn = [], kind = [], from, to, format } = request.query;
      const range = { from: from ? Date.parse(from) : 0, to: to ? Date.parse(to) : 0 };
      if (range.to && range.from >= range.to) {
        throw new ValidationProblem([{ field: 'query.to', expected: 'must be later than from' }]);
      }
      const kinds = kind.map((name) => (KINDS.indexOf(name) + 1) as readingsLog.Kind);
      const opened = await openExport(callerOf(request), { mns: mn, kinds, ...range });
      // Whichever way the answer ends, nothing goes on reading for it.
      reply.raw.once('close', () => opened.stream.cancel());
      await firstOrEnd(opened);
      const extension = format === 'csv' ? 'csv' : 'ndjson';
      reply.header('content-disposition', `attachment; filename="readings.${extension}"`);
      reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson');
      return reply.send(Readable.from(lines(opened, format), { objectMode: false, highWaterMark: 64 * 1024 }));
    },
  );

  async function openFile(caller: Caller, id: string): Promise<Opened<readingsGrpc.FileChunk>> {
    return watched(readingsClient.readExport({ id }, await grpcMetadata(kit.identity, caller)));
  }

  async function openExport(caller: Caller, range: readingsGrpc.ExportRequest): Promise<Opened<readingsGrpc.Moments>> {
    return watched(readingsClient.export(range, await grpcMetadata(kit.identity, caller)));
  }

  function watched<T>(stream: ClientReadableStream<T>): Opened<T> {
    const opened: Opened<T> = { stream };
    // grpc-js ends a stream before it says that it failed, so a clean end is one without this.
    stream.on('error', (error: ServiceError) => {
      opened.failure = error;
    });
    return opened;
  }
}

interface Opened<T> {
  stream: ClientReadableStream<T>;
  failure?: ServiceError;
}

/** Waits for the first data, so that what fails at once is still a problem and not a broken stream. */
async function firstOrEnd<T>(opened: Opened<T>): Promise<void> {
  const { stream } = opened;
  await Promise.race([once(stream, 'readable'), once(stream, 'end')]).catch(() => undefined);
  if (opened.failure) throw exportProblem(opened.failure);
}

async function* contents(opened: Opened<readingsGrpc.FileChunk>) {
  for await (const { content } of opened.stream as AsyncIterable<readingsGrpc.FileChunk>) yield Buffer.from(content);
  if (opened.failure) throw opened.failure;
}

async function* lines(opened: Opened<readingsGrpc.Moments>, format: ExportFormat) {
  if (format === 'csv') yield CSV_HEADER;
  for await (const chunk of opened.stream as AsyncIterable<readingsGrpc.Moments>) {
    yield chunk.moments.map((moment) => exportLine(momentOf(moment), format)).join('');
  }
  if (opened.failure) throw opened.failure;
}

function exportProblem(error: ServiceError): Error {
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return new DomainError('SERVICE_UNAVAILABLE', 'The service readings does not answer at present.', 503, {
        service: 'readings',
      });
    case status.NOT_FOUND:
      return new DomainError('NOT_FOUND', error.details, 404);
    case status.INVALID_ARGUMENT:
      return new DomainError('INVALID', error.details, 422);
    case status.FAILED_PRECONDITION:
      return new DomainError('WRONG_STATE', error.details, 409);
    case status.PERMISSION_DENIED:
      return new DomainError('FORBIDDEN', error.details, 403);
    default:
      return error;
  }
}
