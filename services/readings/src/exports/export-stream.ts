import { once } from 'node:events';
import { KINDS, type readingsGrpc } from '@greenwatch/contracts';
import { grpcCaller, grpcError, type Identity, invalid, type Logger } from '@greenwatch/kit';
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { ALWAYS, type TimeRange } from '../access';
import { readMoments, toGrpcMoment } from '../moments';
import { type DeviceSources, devicesOf } from './devices-of';

export interface ExportSources extends DeviceSources {
  identity: Identity;
  log: Logger;
}

/** Moments in one message of the stream: some tens of kilobytes. */
const CHUNK = 200;

type Call = ServerWritableStream<readingsGrpc.ExportRequest, readingsGrpc.Moments>;

/**
 * `ReadingsService.Export`: every moment asked for that the caller may see, ordered by device, kind and data time. Reads
 * a day of one device and kind at a time and waits for the receiver, so its memory does not grow with the answer.
 * Ends with NOT_FOUND for a device outside the caller's scope, UNAUTHENTICATED, INVALID_ARGUMENT or INTERNAL.
 */
export function exportMoments(
  sources: ExportSources,
): handleServerStreamingCall<readingsGrpc.ExportRequest, readingsGrpc.Moments> {
  return (call) => {
    stream(sources, call).then(
      () => call.end(),
      (error) => {
        if (call.cancelled) return;
        const status = grpcError(error);
        if (status.details === 'internal error') sources.log.error({ err: error }, 'an export failed');
        call.emit('error', status);
      },
    );
  };
}

async function stream(sources: ExportSources, call: Call): Promise<void> {
  const caller = await grpcCaller(sources.identity, call.metadata);
  const range = rangeOf(call.request);
  const kinds = kindsOf(call.request);
  let moments: readingsGrpc.Moment[] = [];
  for await (const { mn, ranges } of devicesOf(sources, caller, call.request.mns, range)) {
    for (const kind of kinds) {
      for await (const moment of readMoments(sources.store, mn, kind, ranges)) {
        moments.push(toGrpcMoment(moment));
        if (moments.length < CHUNK) continue;
        await write(call, { moments });
        if (call.cancelled) return;
        moments = [];
      }
    }
  }
  if (moments.length > 0) await write(call, { moments });
}

/** Hands a chunk on and waits until it has gone: chunks that wait for a receiver are thousands of objects each. */
export async function write<T>(call: ServerWritableStream<unknown, T>, chunk: T): Promise<void> {
  const gone = new Promise<void>((resolve) => call.write(chunk, () => resolve()));
  // Nothing more is heard of a chunk that is written then.
  if (call.cancelled) return;
  const given = new AbortController();
  const until = { signal: given.signal };
  try {
    await Promise.race([gone, once(call, 'cancelled', until), once(call, 'close', until)]);
  } finally {
    given.abort();
  }
}

function rangeOf({ from, to }: readingsGrpc.ExportRequest): TimeRange {
  if (from < 0 || to < 0) throw invalid('from, to', 'must be milliseconds since 1970, 0 for an open side');
  const range = { from, to: to === 0 ? ALWAYS.to : Math.min(to, ALWAYS.to) };
  if (range.from >= range.to) throw invalid('to', 'must be later than from');
  return range;
}

function kindsOf({ kinds }: readingsGrpc.ExportRequest): number[] {
  if (kinds.some((kind) => KINDS[kind - 1] === undefined)) {
    throw invalid('kinds', `must be numbers from 1 to ${KINDS.length}: ${KINDS.join(', ')}`);
  }
  const all = KINDS.map((_, at) => at + 1);
  return kinds.length === 0 ? all : all.filter((kind) => kinds.includes(kind));
}
