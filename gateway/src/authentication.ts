import '@fastify/cookie';
import type { ApiArea, WriteScope } from '@greenwatch/contracts';
import { type Caller, DomainError, forbidden, unauthenticated } from '@greenwatch/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ApiKeys, scopesAllow } from './keys/api-keys';
import { sessionExpired } from './problems';
import type { Session, SessionStore } from './sessions/session-store';

export const SESSION_COOKIE = 'gw_session';

/** Who asks, and with what. */
export interface Visitor {
  caller: Caller;
  /** Absent for API keys. */
  session?: Session;
  /** Asked again while a stream is open; asking does not prolong a session. */
  isStillValid(): Promise<boolean>;
}

/** What a route lets in, declared with the route. */
export interface Access {
  /** Anybody, without log-in. */
  open?: boolean;
  /** API keys whose scopes name this area may read it; without, the route is for people only. */
  area?: ApiArea;
  /** API keys with this scope may write here; without, they only read. */
  writeScope?: WriteScope;
  /** Any valid API key, whatever its scopes. */
  anyKey?: boolean;
  /** Also while the password is still the one-time password. */
  withOneTimePassword?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    visitor: Visitor | undefined;
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The hook that decides who is asking, before anything else is looked at. */
export function authentication(sessions: SessionStore, keys: ApiKeys, secureCookie: boolean) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const access = request.routeOptions.config.access;
    // Paths that do not exist say so to everybody.
    if (!access) return;
    const safe = SAFE_METHODS.has(request.method);
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!safe && !bearer) requireOwnOrigin(request);
    if (access.open) return;

    if (request.headers.authorization !== undefined) {
      const caller = bearer ? await keys.find(bearer) : undefined;
      if (!bearer || !caller) throw unauthenticated('The API key is not valid: send "Authorization: Bearer <key>".');
      if (!access.anyKey) requireScope(caller, access, safe);
      request.visitor = { caller, isStillValid: async () => (await keys.find(bearer)) !== undefined };
      return;
    }
    const token = request.cookies[SESSION_COOKIE];
    if (!token) throw unauthenticated('Log in, or send an API key.');
    const session = await sessions.find(token);
    if (!session) {
      reply.clearCookie(SESSION_COOKIE, sessionCookie(secureCookie));
      throw sessionExpired();
    }
    if (session.mustChangePassword && !access.withOneTimePassword) {
      throw new DomainError('PASSWORD_CHANGE_REQUIRED', 'The one-time password must be changed first.', 403);
    }
    request.visitor = { caller: session.caller, session, isStillValid: () => sessions.isValid(token) };
  };
}

export const sessionCookie = (secure: boolean) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure }) as const;

/** Who asks, on a route that is not open. */
export function visitorOf(request: FastifyRequest): Visitor {
  if (!request.visitor) throw unauthenticated('Log in, or send an API key.');
  return request.visitor;
}
export const callerOf = (request: FastifyRequest): Caller => visitorOf(request).caller;

/**
 * Against forged requests from other sites, beside SameSite=Strict: a browser always names the origin of a request that
 * changes something. @throws DomainError 403
 */
function requireOwnOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  const host = URL.canParse(origin) ? new URL(origin).host : origin;
  if (host !== request.host) {
    throw new DomainError('BAD_ORIGIN', `Requests from ${origin} are not accepted at ${request.host}.`, 403);
  }
}

function requireScope(caller: Caller, { area, writeScope }: Access, safe: boolean): void {
  if (!safe && writeScope) {
    if (caller.scopes.includes(writeScope)) return;
    throw forbidden(`The API key lacks the scope ${writeScope}.`);
  }
  if (!safe || !area) throw forbidden('An API key may only read, and not this.');
  if (!scopesAllow(caller.scopes, area)) throw forbidden(`The API key lacks the scope ${area}:read.`);
}
