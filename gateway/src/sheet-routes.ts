import { type ApiArea, actions } from '@greenwatch/contracts';
import { type CallAction, requireRole } from '@greenwatch/kit';
import { type TSchema, Type } from '@sinclair/typebox';
import { callerOf } from './authentication';
import { receiveSheet, UPLOAD_LIMIT } from './receive-sheet';
import { type App, declare, descriptionOf, json, operationIdOf } from './route';

/** A kind of sheets that the service behind takes: uploaded as a file, made from an empty one with headings. */
export interface SheetRoutes {
  tag: string;
  area: ApiArea;
  upload: {
    url: string;
    action: 'permits.sheet.upload' | 'ingestion.backfill.upload' | 'registry.deviceSheet.upload';
    summary: string;
    /** How large it may be and what happens with it. */
    description: string;
    result: TSchema;
    /** What the answer 201 says. */
    stored: string;
  };
  template: {
    url: string;
    action: 'permits.sheet.template' | 'ingestion.backfill.template' | 'registry.deviceSheet.template';
    summary: string;
  };
}

/** The two routes of a kind of sheets that are no plain actions, since a file goes in or out. */
export function sheetRoutes(app: App, call: CallAction, { tag, area, upload, template }: SheetRoutes): void {
  const { roles } = actions[upload.action];
  app.post(
    upload.url,
    {
      ...declare({
        summary: upload.summary,
        description: descriptionOf(
          upload.action,
          `multipart/form-data with one file part \`sheet\`, CSV or XLSX, ${upload.description}`,
        ),
        tag,
        operationId: operationIdOf(upload.action),
        access: {},
        answers: { 201: json(upload.result, upload.stored) },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: UPLOAD_LIMIT,
      preValidation: async (request) => requireRole(callerOf(request), roles),
    },
    async (request, reply) => {
      const stored = await receiveSheet(request, (filename, stream, timeoutMs) =>
        call(upload.action, { filename }, { as: callerOf(request), stream, timeoutMs }),
      );
      return reply.code(201).send(stored);
    },
  );

  const { params, roles: readers } = actions[template.action];
  app.get(
    template.url,
    declare({
      summary: template.summary,
      description: descriptionOf(template.action),
      tag,
      operationId: operationIdOf(template.action),
      access: { area },
      querystring: params,
      answers: {
        200: {
          description: 'The file',
          content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
        },
      },
      problems: [422],
    }),
    async (request, reply) => {
      requireRole(callerOf(request), readers);
      const file = await call(template.action, request.query as { format: 'csv' | 'xlsx' }, { as: callerOf(request) });
      return reply
        .type(file.contentType)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`)
        .send(Buffer.from(file.content, 'base64'));
    },
  );
}
