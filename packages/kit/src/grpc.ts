import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { asDomainError, type ErrorStatus } from './errors';
import type { Caller, Identity } from './identity';
import type { Metrics } from './metrics/metrics';
import { SpanKind, traced, traceParent } from './telemetry';

const CODES: Record<ErrorStatus, status> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  415: status.INVALID_ARGUMENT,
  422: status.INVALID_ARGUMENT,
  429: status.RESOURCE_EXHAUSTED,
  503: status.UNAVAILABLE,
};
/** Answers that are the caller's affair. */
const REFUSALS: ReadonlySet<unknown> = new Set(
  Object.values(CODES)
    .filter((code) => code !== status.UNAVAILABLE)
    .concat(status.CANCELLED),
);
/** Calls that run on when the service stops are broken off after this; whoever made them sees it. */
const STOP_PATIENCE_MS = 10_000;

type Handler = (...given: [call: Call, answer?: (...answered: unknown[]) => void]) => void;
type Call = Pick<ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>, 'metadata' | 'once'>;

/** A gRPC server that measures its calls and goes on with their traces. */
export class GrpcServer extends Server {
  constructor(private readonly metrics: Metrics) {
    super({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
  }

  override addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    const measured = Object.entries(implementation).map(([name, handler]) => {
      const definition = service[name];
      return [
        name,
        definition ? this.#measured(definition.path, definition.responseStream, handler as Handler) : handler,
      ];
    });
    super.addService(service, Object.fromEntries(measured) as UntypedServiceImplementation);
  }

  #measured(method: string, responseStream: boolean, handler: Handler): Handler {
    return (call, answer) => {
      const since = performance.now();
      const parent = String(call.metadata.get('traceparent')[0] ?? '');
      void traced(method, SpanKind.SERVER, parent, async (span) => {
        const outcome = await new Promise<unknown>((resolve) => {
          if (responseStream) {
            call.once('finish', () => resolve(undefined));
            call.once('error', resolve);
            call.once('cancelled', () => resolve({ code: status.CANCELLED }));
            handler(call);
          } else {
            handler(call, (...answered) => {
              answer?.(...answered);
              resolve(answered[0] ?? undefined);
            });
          }
        });
        const code = (outcome as { code?: unknown } | undefined)?.code;
        const result = outcome === undefined ? 'ok' : REFUSALS.has(code) ? 'refused' : 'failed';
        span.setAttribute('greenwatch.result', result);
        this.metrics
          .histogram('greenwatch_grpc_duration_seconds', { method, result })
          .observe((performance.now() - since) / 1_000);
      });
    };
  }

  async listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
  }

  /** Takes no new calls and lets those that run come to their end, for a while. */
  async stop(): Promise<void> {
    const impatient = setTimeout(() => this.forceShutdown(), STOP_PATIENCE_MS);
    await new Promise<void>((resolve) => this.tryShutdown(() => resolve()));
    clearTimeout(impatient);
  }
}

/** Metadata of a call on somebody's behalf: signed identity and trace context. */
export async function grpcMetadata(identity: Identity, caller: Caller): Promise<Metadata> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${await identity.sign(caller)}`);
  const parent = traceParent();
  if (parent) metadata.set('traceparent', parent);
  return metadata;
}

/** @throws DomainError 401 */
export function grpcCaller(identity: Identity, metadata: Metadata): Promise<Caller> {
  return identity.verify(String(metadata.get('authorization')[0] ?? '').replace(/^Bearer /, ''));
}

/** A DomainError (or any error) as gRPC status with the message; details stay in the log. */
export function grpcError(error: unknown): Partial<ServiceError> {
  const known = asDomainError(error);
  if (!known) return { code: status.INTERNAL, details: 'internal error' };
  return { code: CODES[known.status] ?? status.UNKNOWN, details: known.message };
}
