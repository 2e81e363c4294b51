import { asDomainError, DomainError, type FieldError } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyError } from 'fastify';

/** RFC 9457; `code` is stable and says the same as the end of `type`. */
export const Problem = Type.Object({
  type: Type.String({ description: 'urn:greenwatch:problem:<code>' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String({ description: 'path of the request' }),
  code: Type.String(),
  errors: Type.Optional(
    Type.Array(Type.Object({ field: Type.String(), expected: Type.String() }), {
      description: 'each field that is wrong and what was expected',
    }),
  ),
  service: Type.Optional(Type.String({ description: 'the service that did not answer' })),
});
export type Problem = Static<typeof Problem>;

const TITLES: Record<number, string> = {
  400: 'The request is not as the API describes it',
  401: 'Log-in needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'This path does not know the method',
  409: 'Not possible in the present state',
  413: 'Too large',
  415: 'This content type is not taken here',
  422: 'The content cannot be accepted',
  429: 'Too many requests',
  500: 'The system made an error',
  503: 'A service does not answer',
};
export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

/** Response schemas of the problems a route may answer with. */
export function problemResponses(...statuses: ProblemStatus[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: TITLES[status], content: { 'application/problem+json': { schema: Problem } } },
    ]),
  );
}

/** A problem of the gateway's own. */
export function problem(
  status: ProblemStatus,
  code: string,
  detail: string,
  more: Pick<Problem, 'errors' | 'service'> = {},
): Omit<Problem, 'instance'> {
  return { type: `urn:greenwatch:problem:${code}`, title: TITLES[status] ?? '', status, detail, code, ...more };
}

/** Thrown by Fastify's validation with what `describeErrors` made of it. */
export class ValidationProblem extends Error {
  override name = 'ValidationProblem';
  constructor(readonly errors: FieldError[]) {
    super(errors.map(({ field, expected }) => `${field} ${expected}`).join('; '));
  }
}

/** Moleculer's errors of a service that is absent, slow, overloaded or cut off by its breaker. */
const UNAVAILABLE = new Set([
  'ServiceNotFoundError',
  'ServiceNotAvailableError',
  'RequestTimeoutError',
  'RequestSkippedError',
  'RequestRejectedError',
  'QueueIsFullError',
  'BrokerDisconnectedError',
]);
/** Fastify's own errors that have a better code than `invalid`. */
const FASTIFY: Record<string, [ProblemStatus, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'too-large'],
  FST_REQ_FILE_TOO_LARGE: [413, 'too-large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported-media-type'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: [415, 'unsupported-media-type'],
};

/**
 * The problem that an error of any origin becomes; undefined for one that nobody planned for (a 500, to be logged whole
 * and told to nobody).
 */
export function problemOf(error: unknown): Omit<Problem, 'instance'> | undefined {
  if (error instanceof ValidationProblem) return problem(400, 'invalid', error.message, { errors: error.errors });
  const domain = asDomainError(error);
  if (domain) return ofDomainError(domain);
  const e = error as Partial<FastifyError> & { data?: { action?: string; service?: string } };
  if (e?.name && UNAVAILABLE.has(e.name)) {
    const service = e.data?.service ?? e.data?.action?.split('.')[0] ?? 'a service';
    return problem(503, 'service-unavailable', `The service ${service} does not answer.`, { service });
  }
  const known = e?.code ? FASTIFY[e.code] : undefined;
  if (known) return problem(known[0], known[1], e.message ?? '');
  if (e?.statusCode === 429) return problem(429, 'too-many-requests', e.message ?? '');
  // Malformed JSON, an empty body and the like.
  if (e?.statusCode && e.statusCode < 500) return problem(400, 'invalid', e.message ?? '');
  return undefined;
}

function ofDomainError(error: DomainError): Omit<Problem, 'instance'> {
  const code = error.reason.toLowerCase().replaceAll('_', '-');
  const { errors, service } = error.detail as { errors?: FieldError[]; service?: string };
  return problem(error.status, code, error.message, {
    ...(errors && { errors }),
    ...(service && { service }),
  });
}

export const sessionExpired = () => new DomainError('SESSION_EXPIRED', 'The session has ended: log in again.', 401);
