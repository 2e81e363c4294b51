import { actions, type ingestionGrpc, KINDS, type Upload } from '@greenwatch/contracts';
import { DomainError, grpcCaller, grpcError, isoTime, type Kit, requireRole } from '@greenwatch/kit';
import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { originOf } from './push-actions';
import type { Outcome, UploadIntake } from './upload-intake';

/** Refusals that the answer names; all are in the refusal log. */
const MOST_REFUSALS = 1_000;
/** While the log has so much to do, or so many messages of this stream wait, nothing more is read from it. */
const MOST_WAITING = 8;
const PATIENCE_MS = 20;

type Call = ServerReadableStream<ingestionGrpc.PushRequest, ingestionGrpc.PushResponse>;

export interface PushStreams {
  service: ingestionGrpc.IngestionServiceServer;
  /** How many are open. */
  open(): number;
  /** Ends those that are open with an error after which everything is sent again, to another instance. */
  stop(): void;
}

/** The client stream by which other systems push readings. */
export function pushStreams(
  kit: Pick<Kit, 'identity' | 'log'>,
  uploads: UploadIntake,
  congested: () => boolean,
): PushStreams {
  const ends = new Set<(error: DomainError) => void>();
  const service: ingestionGrpc.IngestionServiceServer = {
    push(call: Call, answer: sendUnaryData<ingestionGrpc.PushResponse>) {
      let end: (error: DomainError) => void = () => {};
      const ended = new Promise<never>((_, reject) => {
        end = reject;
      });
      ends.add(end);
      Promise.race([receive(call), ended])
        .finally(() => ends.delete(end))
        .then(
          (response) => answer(null, response),
          (error) => answer(grpcError(error), null),
        );
    },
  };
  return {
    service,
    open: () => ends.size,
    stop() {
      const stopping = 'This instance stops: send again all that you sent on this stream.';
      for (const end of ends) end(new DomainError('SERVICE_UNAVAILABLE', stopping, 503));
    },
  };

  async function receive(call: Call): Promise<ingestionGrpc.PushResponse> {
    const caller = await grpcCaller(kit.identity, call.metadata);
    requireRole(caller, actions['ingestion.upload.push'].roles);
    const origin = originOf(caller, 'grpc');
    const response: ingestionGrpc.PushResponse = { accepted: 0, refused: 0, refusals: [] };
    const waiting = new Set<Promise<void>>();
    let failure: unknown;
    let next = 0;
    // Reading by iteration is what holds the sender back: the stream's window fills while nothing is taken from it.
    for await (const message of call as AsyncIterable<ingestionGrpc.PushRequest>) {
      const first = next;
      next += message.uploads.length;
      const list = message.uploads.map(uploadOf);
      const work = uploads.push(list, origin).then(
        (outcomes) => count(response, outcomes, list, first),
        (error) => {
          failure ??= error;
        },
      );
      waiting.add(work);
      void work.then(() => waiting.delete(work));
      while (waiting.size >= MOST_WAITING || congested()) {
        await (waiting.size > 0 ? Promise.race(waiting) : new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)));
      }
      if (failure !== undefined) break;
    }
    await Promise.all(waiting);
    if (failure !== undefined) throw failure;
    return response;
  }
}

function count(
  response: ingestionGrpc.PushResponse,
  outcomes: readonly Outcome[],
  list: readonly Upload[],
  first: number,
): void {
  outcomes.forEach(({ status, reason = 'structure', detail = '' }, i) => {
    if (status === 'accepted') {
      response.accepted++;
      return;
    }
    response.refused++;
    if (response.refusals.length < MOST_REFUSALS) {
      response.refusals.push({ index: first + i, mn: list[i]?.mn ?? '', reason, detail });
    }
  });
}

/** The same upload as the other ways have it, so that it is judged by the same rules. */
function uploadOf({ mn, kind, dataTime, factors }: ingestionGrpc.Upload): Upload {
  const time = Number.isFinite(dataTime) && Math.abs(dataTime) < 8e15 ? isoTime(dataTime) : String(dataTime);
  const values: Record<string, Record<string, string>> = {};
  for (const { code, fields } of factors) {
    values[code] = { ...values[code], ...Object.fromEntries(fields.map(({ name, value }) => [name, value])) };
  }
  return { mn, kind: KINDS[kind - 1] ?? String(kind), dataTime: time, values };
}
