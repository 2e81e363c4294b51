import { Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { asDomainError, type ErrorStatus } from './errors';
import type { Caller, Identity } from './identity';
import { traceParent } from './telemetry';

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

export async function listenGrpc(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

export { Server as GrpcServer };
