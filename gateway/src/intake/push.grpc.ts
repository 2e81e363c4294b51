import { once } from 'node:events';
import { ingestionGrpc } from '@greenwatch/contracts';
import { DomainError, forbidden, type GrpcServer, grpcError, grpcMetadata, unauthenticated } from '@greenwatch/kit';
import { credentials, type ServerReadableStream, type sendUnaryData } from '@grpc/grpc-js';
import type { Gateway } from '../gateway';
import type { ApiKeys } from '../keys/api-keys';

const SCOPE = 'readings:write';
type Call = ServerReadableStream<ingestionGrpc.PushRequest, ingestionGrpc.PushResponse>;

/**
 * The gRPC front for other systems that push readings: looks who it is by the API key, and passes the stream on to ingestion
 * in that key's name, no faster than ingestion takes it.
 */
export function pushFront(kit: Gateway['kit'], keys: ApiKeys): { serve(server: GrpcServer): void; close(): void } {
  const address = kit.config.INGESTION_GRPC;
  const ingestion = address
    ? new ingestionGrpc.IngestionServiceClient(address, credentials.createInsecure())
    : undefined;

  async function pass(call: Call): Promise<ingestionGrpc.PushResponse> {
    const key = /^Bearer (\S+)$/i.exec(String(call.metadata.get('authorization')[0] ?? ''))?.[1];
    const caller = key ? await keys.find(key) : undefined;
    if (!caller) throw unauthenticated('The API key is not valid: send "authorization: Bearer <key>".');
    if (!caller.scopes.includes(SCOPE)) throw forbidden(`The API key lacks the scope ${SCOPE}.`);
    if (!ingestion) throw new DomainError('SERVICE_UNAVAILABLE', 'The service ingestion is not known here.', 503);
    const metadata = await grpcMetadata(kit.identity, caller);
    return new Promise((resolve, reject) => {
      let over = false;
      const onward = ingestion.push(metadata, (error, response) => {
        over = true;
        if (error) reject(error);
        else resolve(response);
      });
      // It may end with an error before all is written; the answer above says so.
      onward.on('error', () => {});
      call.once('cancelled', () => onward.cancel());
      const write = async () => {
        for await (const message of call as AsyncIterable<ingestionGrpc.PushRequest>) {
          if (over) return;
          if (!onward.write(message)) await Promise.race([once(onward, 'drain'), once(onward, 'close')]);
        }
        onward.end();
      };
      write().catch((error) => {
        onward.cancel();
        reject(error);
      });
    });
  }

  return {
    serve(server) {
      server.addService(ingestionGrpc.IngestionServiceService, {
        push(call: Call, answer: sendUnaryData<ingestionGrpc.PushResponse>) {
          pass(call).then(
            (response) => answer(null, response),
            (error) => answer(isStatus(error) ? error : grpcError(error), null),
          );
        },
      } satisfies ingestionGrpc.IngestionServiceServer);
    },
    close: () => ingestion?.close(),
  };
}

/** What ingestion answered goes to the sender as it is. */
const isStatus = (error: unknown): error is { code: number; details: string } =>
  error instanceof Error && 'details' in error && typeof (error as { code?: unknown }).code === 'number';
