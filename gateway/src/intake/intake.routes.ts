import { actions, Backfill } from '@greenwatch/contracts';
import { requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { receiveSheet, UPLOAD_LIMIT } from '../receive-sheet';
import { type App, actionRoute, declare, json } from '../route';

/** 1,000 uploads of some tens of values. */
const BATCH_LIMIT = 4 * 1024 * 1024;

/** Ways in for readings beside the devices' own connections, and the reference data by which they are read. */
export function intakeRoutes(app: App, { kit }: Gateway): void {
  const { call } = kit;
  actionRoute(app, call, {
    method: 'POST',
    url: '/readings/batch',
    action: 'ingestion.upload.push',
    summary: 'Push readings of devices',
    description:
      'For API keys with the scope readings:write, for the devices of their division. The answer says of each upload whether it ' +
      'is stored or why it was refused; pushing the same again changes nothing. 503: send the whole batch again.',
    tag: 'intake',
    area: 'readings',
    writeScope: 'readings:write',
    bodyLimit: BATCH_LIMIT,
  });

  const area = 'ingestion' as const;
  const routes = [
    ['GET', 'intake', '/backfills', 'ingestion.backfill.list', 'Sheets of history, newest first'],
    ['GET', 'intake', '/backfills/:id', 'ingestion.backfill.get', 'A sheet of history with its first rows and errors'],
    ['POST', 'intake', '/backfills/:id/commit', 'ingestion.backfill.commit', 'Take over what a sheet holds, as a job'],
  ] as const;
  for (const [method, tag, url, action, summary] of routes) {
    actionRoute(app, call, { method, tag, area, url, action, summary });
  }
  const reference = { tag: 'registry', area: 'registry' } as const;
  actionRoute(app, call, {
    ...reference,
    method: 'GET',
    url: '/factors',
    action: 'registry.factor.list',
    summary: 'The factor table: codes, names, units',
  });
  actionRoute(app, call, {
    ...reference,
    method: 'POST',
    url: '/factors',
    action: 'registry.factor.save',
    summary: 'Add factors or change what they are called',
  });
  actionRoute(app, call, {
    ...reference,
    method: 'GET',
    url: '/device-profiles',
    action: 'registry.profile.list',
    summary: 'Device profiles',
  });
  actionRoute(app, call, {
    ...reference,
    method: 'POST',
    url: '/device-profiles',
    action: 'registry.profile.save',
    summary: 'Add device profiles or change them',
  });

  const upload = actions['ingestion.backfill.upload'];
  app.post(
    '/backfills',
    {
      ...declare({
        summary: 'Upload a sheet of history',
        description:
          'multipart/form-data with one file part `sheet`, CSV or XLSX, at most 50 MiB. It is read as a job: follow it by its ' +
          `id, look at its errors, then commit it. Roles: ${upload.roles.filter((role) => role !== 'service').join(', ')}.`,
        tag: 'intake',
        operationId: 'ingestionBackfillUpload',
        access: {},
        answers: { 201: json(Backfill, 'Stored; it is being read') },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: UPLOAD_LIMIT,
      preValidation: async (request) => requireRole(callerOf(request), upload.roles),
    },
    async (request, reply) => {
      const backfill = await receiveSheet(request, (filename, stream, timeoutMs) =>
        call('ingestion.backfill.upload', { filename }, { as: callerOf(request), stream, timeoutMs }),
      );
      return reply.code(201).send(backfill);
    },
  );

  const template = actions['ingestion.backfill.template'];
  app.get(
    '/backfills/template',
    declare({
      summary: 'An empty sheet with headings',
      tag: 'intake',
      operationId: 'ingestionBackfillTemplate',
      access: { area },
      querystring: template.params,
      answers: {
        200: {
          description: 'The file',
          content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
        },
      },
      problems: [422],
    }),
    async (request, reply) => {
      requireRole(callerOf(request), template.roles);
      const file = await call('ingestion.backfill.template', request.query, { as: callerOf(request) });
      return reply
        .type(file.contentType)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`)
        .send(Buffer.from(file.content, 'base64'));
    },
  );
}
