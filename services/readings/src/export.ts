import { once } from 'node:events';
import { KINDS, type readingsGrpc } from '@greenwatch/contracts';
import { type Caller, grpcCaller, grpcError, type Identity, invalid, type Logger, notFound } from '@greenwatch/kit';
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { ALWAYS, seesEverything, type TimeRange, visibleRanges, within } from './access';
import type { Devices } from './device.model';
import { readMoments, toGrpcMoment } from './moments';
import type { PacketStore } from './packet.model';

export interface ExportSources {
  store: PacketStore;
  devices: Devices;
  identity: Identity;
  province: string;
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
        await write(call, moments);
        if (call.cancelled) return;
        moments = [];
      }
    }
  }
  if (moments.length > 0) await write(call, moments);
}

/** Hands a chunk on and waits while the receiver is behind. */
async function write(call: Call, moments: readingsGrpc.Moment[]): Promise<void> {
  if (call.write({ moments }) || call.cancelled) return;
  const given = new AbortController();
  const until = { signal: given.signal };
  try {
    await Promise.race([once(call, 'drain', until), once(call, 'cancelled', until), once(call, 'close', until)]);
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

/** The devices asked for, or all in scope, in the order of their MN, each with the times that the caller may see. */
async function* devicesOf(
  { store, devices, province }: ExportSources,
  caller: Caller,
  mns: readonly string[],
  range: TimeRange,
): AsyncGenerator<{ mn: string; ranges: TimeRange[] }> {
  if (mns.length > 0) {
    const known = await devices.byMn(mns);
    const asked = [...new Set(mns)].sort().map((mn) => {
      const visible = visibleRanges(caller, known.get(mn), province);
      if (visible.length === 0) throw notFound('device', mn);
      return { mn, ranges: within(visible, range) };
    });
    yield* asked;
  } else if (seesEverything(caller, province)) {
    for await (const mn of store.devices()) yield { mn, ranges: [range] };
  } else {
    for await (const device of devices.inScope(caller)) {
      yield { mn: device._id, ranges: within(visibleRanges(caller, device, province), range) };
    }
  }
}
