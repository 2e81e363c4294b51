import { ApiKeyInput, actions, NewApiKey } from '@greenwatch/contracts';
import { requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, declare, json } from '../route';

const tag = 'api-keys';
const description = 'Roles: administrator, of their own division and those within it.';

/** API keys of other systems. */
export function keyRoutes(app: App, { keys }: Gateway): void {
  const { 'gateway.apiKey.list': list, 'gateway.apiKey.revoke': revoke } = actions;
  const preValidation = async (request: FastifyRequest) => requireRole(callerOf(request), ['administrator']);

  app.get(
    '/api-keys',
    {
      ...declare({
        summary: 'List API keys',
        description,
        tag,
        operationId: 'listApiKeys',
        access: {},
        answers: { 200: json(list.result) },
      }),
      preValidation,
    },
    (request) => keys.list(callerOf(request)),
  );

  app.post(
    '/api-keys',
    {
      ...declare({
        summary: 'Create an API key',
        description: `${description} The key is in this answer and nowhere else.`,
        tag,
        operationId: 'createApiKey',
        access: {},
        body: ApiKeyInput,
        answers: { 201: json(NewApiKey, 'Created') },
        problems: [422],
      }),
      preValidation,
    },
    async (request, reply) => reply.code(201).send(await keys.create(request.body, callerOf(request))),
  );

  app.delete(
    '/api-keys/:id',
    {
      ...declare({
        summary: 'Revoke an API key',
        description,
        tag,
        operationId: 'revokeApiKey',
        access: {},
        params: revoke.params,
        answers: { 204: Type.Null({ description: 'Revoked' }) },
      }),
      preValidation,
    },
    async (request, reply) => {
      await keys.revoke(request.params.id, callerOf(request));
      return reply.code(204).send();
    },
  );
}
