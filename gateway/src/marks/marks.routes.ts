import type { Readable } from 'node:stream';
import { actions, Id, Mark, VOUCHER_TYPES } from '@greenwatch/contracts';
import { notFound, requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { PHOTO_TIMEOUT_MS, receivePhoto } from '../receive-photo';
import { type App, actionRoute, declare, json } from '../route';

const VOUCHER_LIMIT = 15 * 1024 * 1024;

/** Marks on an outlet's data: what the party says of them, and what the authority decided. */
export function markRoutes(app: App, { kit: { call } }: Gateway): void {
  const marks = { tag: 'marks', area: 'alarms' } as const;
  actionRoute(app, call, {
    ...marks,
    method: 'GET',
    url: '/mark-codes',
    action: 'rules.mark.codes',
    summary: 'What a mark may say, by industry',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'GET',
    url: '/marks',
    action: 'rules.mark.list',
    summary: 'List marks, newest first',
  });
  actionRoute(app, call, { ...marks, method: 'GET', url: '/marks/:id', action: 'rules.mark.get', summary: 'A mark' });
  actionRoute(app, call, {
    ...marks,
    method: 'POST',
    url: '/marks',
    action: 'rules.mark.submit',
    summary: 'Mark data of an outlet',
    description:
      'In force at once when it comes by 12:00 of the day after; else when it is accepted. With the code `amended`, `values` say ' +
      'what means of hours should have been: they count when they are accepted, which needs a voucher.',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'POST',
    url: '/marks/:id/review',
    action: 'rules.mark.review',
    summary: 'Accept a mark, or return it',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'POST',
    url: '/marks/:id/withdraw',
    action: 'rules.mark.withdraw',
    summary: 'Take back a mark that is not decided yet',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'GET',
    url: '/outlets/:outletId/mark-allowances',
    action: 'rules.allowance.list',
    summary: 'Hours that marks of an outlet may take in a year or quarter, and how many they do',
  });
  const add = actions['rules.voucher.add'];
  app.post(
    '/marks/:id/vouchers',
    {
      ...declare({
        summary: 'Add a voucher to a mark',
        description:
          'multipart/form-data with one file part `voucher`, JPEG, PNG or PDF, at most 15 MiB, while the mark is not decided. ' +
          `Roles: ${add.roles.join(', ')}.`,
        tag: 'marks',
        operationId: 'rulesVoucherAdd',
        access: {},
        params: Type.Object({ id: Id }, { additionalProperties: false }),
        answers: { 201: json(Mark, 'Added') },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: VOUCHER_LIMIT + 64 * 1024,
      preValidation: async (request) => requireRole(callerOf(request), add.roles),
    },
    async (request, reply) => {
      const mark = await receivePhoto(
        request,
        { types: VOUCHER_TYPES, limit: VOUCHER_LIMIT, name: 'voucher' },
        ({ content, contentType, filename }) =>
          call(
            'rules.voucher.add',
            { markId: request.params.id, filename, contentType },
            { as: callerOf(request), stream: content, timeoutMs: PHOTO_TIMEOUT_MS },
          ),
      );
      return reply.code(201).send(mark);
    },
  );

  app.get(
    '/marks/:id/vouchers/:voucherId',
    declare({
      summary: 'A voucher of a mark',
      tag: 'marks',
      operationId: 'rulesVoucherGet',
      access: { area: 'alarms' },
      params: Type.Object({ id: Id, voucherId: Id }, { additionalProperties: false }),
      answers: {
        200: {
          description: 'The file as it was handed in',
          content: Object.fromEntries(
            VOUCHER_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
          ),
        },
      },
    }),
    async (request, reply) => {
      const { id, voucherId } = request.params;
      const as = callerOf(request);
      const mark = await call('rules.mark.get', { id }, { as });
      const voucher = mark.vouchers.find((candidate) => candidate.id === voucherId);
      if (!voucher) throw notFound('voucher', voucherId);
      const content: Readable = await call('rules.voucher.get', { markId: id, voucherId }, { as });
      // A voucher never changes; only its reader may keep it. What somebody handed in is never shown as a page of ours.
      reply
        .header('cache-control', 'private, max-age=86400, immutable')
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(voucher.filename)}`)
        .type(voucher.contentType);
      return reply.send(content);
    },
  );
}
