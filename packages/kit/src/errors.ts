import { Errors } from 'moleculer';

export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503;

/**
 * An error that is part of a contract: a stable code, a status with HTTP's meaning, a message for a person. It crosses
 * Moleculer and gRPC whole; the gateway makes problem+json of it (RFC 9457).
 */
export class DomainError extends Errors.MoleculerError {
  constructor(
    readonly reason: string,
    message: string,
    readonly status: ErrorStatus,
    readonly detail: Record<string, unknown> = {},
  ) {
    super(message, status, reason, detail);
    this.name = 'DomainError';
  }
}

/** Also what lies outside the caller's scope: that it exists is not told. */
export const notFound = (entity: string, id: string) =>
  new DomainError('NOT_FOUND', `There is no ${entity} ${id} here.`, 404, { entity, id });
export const conflict = (reason: string, message: string, detail?: Record<string, unknown>) =>
  new DomainError(reason, message, 409, detail);
export const forbidden = (message: string) => new DomainError('FORBIDDEN', message, 403);
export const unauthenticated = (message: string) => new DomainError('UNAUTHENTICATED', message, 401);
export const invalid = (field: string, expected: string) =>
  new DomainError('INVALID', `${field} ${expected}`, 422, { errors: [{ field, expected }] });

/** Whether an error is the caller's affair: nothing here is out of order. */
export function isRefusal(error: unknown): boolean {
  const known = asDomainError(error);
  return known !== undefined && known.status < 500;
}

/** Gives back the DomainError that another process threw; undefined for any other error. */
export function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  const e = error as { name?: string; code?: unknown; type?: unknown; message?: string; data?: unknown } | undefined;
  if (e?.name !== 'DomainError' || typeof e.code !== 'number' || typeof e.type !== 'string') return undefined;
  return new DomainError(e.type, e.message ?? '', e.code as ErrorStatus, (e.data as Record<string, unknown>) ?? {});
}
