import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { actions, Sheet } from '@greenwatch/contracts';
import { DomainError, invalid, requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, actionRoute, declare, json } from '../route';

/** 26,000 permits are some 20 MiB; what a service reads it limits itself, too. */
export const SHEET_LIMIT = 50 * 1024 * 1024;
/** With what multipart puts around it. */
const UPLOAD_LIMIT = SHEET_LIMIT + 64 * 1024;
/** A sheet over a slow line. */
const SHEET_TIMEOUT_MS = 240_000;
/** A year of a county's projects from another register. */
const IMPORT_LIMIT = 16 * 1024 * 1024;

/** Discharge permits, what they oblige to, construction projects, and what the checks found (domain.md 3). */
export function permitRoutes(app: App, gateway: Gateway): void {
  const { call } = gateway.kit;
  const area = 'permits' as const;
  const reads = [
    ['permits', '/permits', 'permits.permit.search', 'List permits'],
    ['permits', '/permits/quotas', 'permits.quota.list', 'Quantities of the year against what is permitted'],
    ['permits', '/permits/sheets', 'permits.sheet.list', 'Sheets that were uploaded, newest first'],
    ['permits', '/permits/sheets/:id', 'permits.sheet.get', 'A sheet with its permits and the errors of each row'],
    ['permits', '/permits/:id', 'permits.permit.get', 'A permit'],
    ['permits', '/permits/:permitId/versions', 'permits.version.list', 'Versions of a permit, newest first'],
    ['permits', '/permits/:permitId/applications', 'permits.application.list', 'Requests that came in for a permit'],
    ['checks', '/checks', 'permits.check.list', 'What the checks found, newest first'],
    ['checks', '/checks/:id', 'permits.check.get', 'A finding with what it rests on'],
    ['projects', '/projects', 'permits.project.list', 'List construction projects'],
    ['projects', '/projects/:id', 'permits.project.get', 'A project with its timeline and alerts'],
    ['duties', '/duties', 'permits.duty.list', 'List duties, latest date first'],
    ['duties', '/duties/ranking', 'permits.duty.ranking', 'The five lowest submission rates of a division and month'],
    ['duties', '/duties/rates', 'permits.duty.rates', 'Submission rates of a division and month, lowest first'],
    ['duties', '/duties/exposures', 'permits.duty.exposures', 'Exposure boards of months that are over'],
    ['duties', '/duties/:id', 'permits.duty.get', 'A duty with what was handed in'],
  ] as const;
  for (const [tag, url, action, summary] of reads)
    actionRoute(app, call, { method: 'GET', tag, area, url, action, summary });

  const writes = [
    ['permits', '/permits/:permitId/applications', 'permits.application.record', 'Record a request that came in'],
    ['permits', '/permits/sheets/:id/commit', 'permits.sheet.commit', 'Take over what a sheet holds, as a job'],
    ['projects', '/projects', 'permits.project.create', 'Begin a project'],
    ['projects', '/projects/:id/steps', 'permits.project.recordStep', 'Record or correct a step of a project'],
    ['duties', '/duties/:id/ledger', 'permits.ledger.submit', 'Hand in a ledger'],
    ['duties', '/duties/:id/self-inspection', 'permits.selfInspection.submit', "Hand in a day's self-inspection"],
    ['duties', '/duties/:id/execution-report', 'permits.executionReport.submit', 'Hand in an execution report'],
    ['duties', '/duties/:id/self-monitoring', 'permits.selfMonitoring.submit', 'Hand in results of self-monitoring'],
    ['duties', '/duties/:id/publicity', 'permits.publicity.submit', 'Say where something was published'],
  ] as const;
  for (const [tag, url, action, summary] of writes)
    actionRoute(app, call, { method: 'POST', tag, area, url, action, summary });
  actionRoute(app, call, {
    method: 'POST',
    tag: 'projects',
    area,
    url: '/import/projects',
    action: 'permits.project.import',
    summary: "Import another register's projects",
    bodyLimit: IMPORT_LIMIT,
  });

  const upload = actions['permits.sheet.upload'];
  app.post(
    '/permits/sheets',
    {
      ...declare({
        summary: 'Upload a sheet of permits',
        description:
          'multipart/form-data with one file part `sheet`, CSV or XLSX, at most 50 MiB. It is read as a job: follow it by its ' +
          `id, then commit it. Roles: ${upload.roles.filter((role) => role !== 'service').join(', ')}.`,
        tag: 'permits',
        operationId: 'permitsSheetUpload',
        access: {},
        answers: { 201: json(Sheet, 'Stored; it is being read') },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: UPLOAD_LIMIT,
      preValidation: async (request) => requireRole(callerOf(request), upload.roles),
    },
    async (request, reply) => {
      const tooLarge = () => new DomainError('TOO_LARGE', `A sheet may have at most ${SHEET_LIMIT} bytes.`, 413);
      // Who says beforehand how much it is need not send it.
      if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMIT) throw tooLarge();
      const part = await request.file({ limits: { files: 1, fields: 0, fileSize: SHEET_LIMIT } });
      if (part?.fieldname !== 'sheet') throw invalid('body.sheet', 'is required: one file part of this name');
      // busboy only cuts the file off at the limit: half a sheet must fail on the way, not be read.
      const content = new Transform({
        transform: (chunk, _, done) => done(null, chunk),
        flush: (done) => done(part.file.truncated ? tooLarge() : null),
      });
      const [sheet] = await Promise.all([
        call(
          'permits.sheet.upload',
          { filename: part.filename.slice(0, 200) || 'sheet' },
          { as: callerOf(request), stream: content, timeoutMs: SHEET_TIMEOUT_MS },
        ),
        pipeline(part.file, content),
      ]).catch((error) => {
        throw part.file.truncated ? tooLarge() : error;
      });
      return reply.code(201).send(sheet);
    },
  );

  const template = actions['permits.sheet.template'];
  app.get(
    '/permits/template',
    declare({
      summary: 'An empty sheet with headings',
      tag: 'permits',
      operationId: 'permitsSheetTemplate',
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
      const file = await call('permits.sheet.template', request.query, { as: callerOf(request) });
      return reply
        .type(file.contentType)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`)
        .send(Buffer.from(file.content, 'base64'));
    },
  );
}
