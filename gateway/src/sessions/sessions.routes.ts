import { rm } from 'node:fs/promises';
import { Me, Password } from '@greenwatch/contracts';
import { isoTimeOrNone } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';
import { callerOf, SESSION_COOKIE, sessionCookie, type Visitor, visitorOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, declare, json } from '../route';
import type { AccountDoc } from './account.model';

const strict = { additionalProperties: false };
const LogIn = Type.Object(
  { username: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 200 }) },
  strict,
);
const NewPassword = Type.Object({ current: Type.String({ maxLength: 200 }), next: Password }, strict);
const tag = 'sessions';

/** Log-in, log-out, who am I. */
export function sessionRoutes(app: App, gateway: Gateway): void {
  const { accounts, sessions, throttle, kit } = gateway;
  const secure = kit.config.COOKIE_SECURE;

  /** The division's name is a courtesy: log-in works without the registry. */
  const me = async (visitor: Visitor): Promise<Static<typeof Me>> => {
    const { caller, session } = visitor;
    const divisions = await kit.call('registry.division.list', {}, { timeoutMs: 2_000 }).catch(() => []);
    const { kind, id, name, roles, division, personId, enterpriseId, operatorId, scopes } = caller;
    return {
      kind: kind === 'api-key' ? 'api-key' : 'user',
      id,
      name,
      username: session?.username,
      roles: roles.filter((role) => role !== 'service' && role !== 'public' && role !== 'data-source'),
      division,
      divisionName: divisions.find(({ code }) => code === division)?.name,
      personId,
      enterpriseId,
      operatorId,
      scopes,
      locale: session?.locale,
      mustChangePassword: session?.mustChangePassword ?? false,
      expiresAt: isoTimeOrNone(session?.expiresAt),
    };
  };
  const opened = async (account: AccountDoc) => {
    const { token, session } = await sessions.open(account);
    return { token, me: await me({ caller: session.caller, session, isStillValid: async () => true }) };
  };

  app.post(
    '/sessions',
    declare({
      summary: 'Log in',
      description: 'The session travels in the cookie gw_session, which pages cannot read.',
      tag,
      operationId: 'logIn',
      access: { open: true },
      body: LogIn,
      answers: { 201: json(Me, 'Logged in; the cookie is set') },
      problems: [401, 403],
    }),
    async (request, reply) => {
      const { password } = request.body;
      const username = request.body.username.toLowerCase();
      await throttle.attempt(username, request.ip);
      const account = await accounts.authenticate(username, password, request.ip);
      await throttle.succeeded(username, request.ip);
      const session = await opened(account);
      reply.setCookie(SESSION_COOKIE, session.token, sessionCookie(secure));
      return reply.code(201).send(session.me);
    },
  );

  app.delete(
    '/sessions/current',
    declare({
      summary: 'Log out',
      tag,
      operationId: 'logOut',
      access: { open: true },
      answers: { 204: Type.Null({ description: 'Logged out, or there was no session' }) },
      problems: [403],
    }),
    async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE];
      if (token) await sessions.close(token);
      return reply.clearCookie(SESSION_COOKIE, sessionCookie(secure)).code(204).send();
    },
  );

  app.get(
    '/me',
    declare({
      summary: 'Who is asking',
      tag,
      operationId: 'getMe',
      access: { withOneTimePassword: true, anyKey: true },
      answers: { 200: json(Me) },
    }),
    (request) => me(visitorOf(request)),
  );

  app.put(
    '/me/password',
    declare({
      summary: 'Change one’s password',
      description: 'Every session of the account ends; the answer carries the cookie of a new one.',
      tag,
      operationId: 'changePassword',
      access: { withOneTimePassword: true },
      body: NewPassword,
      answers: { 200: json(Me) },
      problems: [422],
    }),
    async (request, reply) => {
      const { session } = visitorOf(request);
      const username = session?.username ?? '';
      await throttle.attempt(username, request.ip);
      const account = await accounts.changePassword(callerOf(request).id, request.body.current, request.body.next);
      await throttle.succeeded(username, request.ip);
      await sessions.closeAll(account._id);
      const { FIRST_PASSWORD_FILE: file } = kit.config;
      // It opens nothing any more.
      if (session?.mustChangePassword && file) await rm(file, { force: true });
      const next = await opened(account);
      reply.setCookie(SESSION_COOKIE, next.token, sessionCookie(secure));
      return next.me;
    },
  );
}
