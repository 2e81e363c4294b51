import type { Readable } from 'node:stream';
import { actions, Id, Task } from '@greenwatch/contracts';
import { notFound, requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { PHOTO_TIMEOUT_MS, receivePhoto } from '../receive-photo';
import { type App, actionRoute, declare, json } from '../route';

export const PHOTO_LIMIT = 20 * 1024 * 1024;
const PHOTO_TYPES = ['image/jpeg', 'image/png'] as const;

/** Tasks: what people do with them, step by step, and the photos they bring back. */
export function taskRoutes(app: App, { kit: { call } }: Gateway): void {
  const tasks = { tag: 'tasks', area: 'tasks' } as const;
  actionRoute(app, call, {
    ...tasks,
    method: 'GET',
    url: '/tasks',
    action: 'tasking.task.list',
    summary: 'List tasks',
  });
  actionRoute(app, call, { ...tasks, method: 'GET', url: '/tasks/:id', action: 'tasking.task.get', summary: 'A task' });
  actionRoute(app, call, {
    ...tasks,
    method: 'GET',
    url: '/clues',
    action: 'tasking.clue.list',
    summary: 'List clues',
  });
  actionRoute(app, call, {
    ...tasks,
    method: 'POST',
    url: '/clues',
    action: 'tasking.clue.create',
    summary: 'Write down a clue that reached the authority by another way',
  });

  const step = { ...tasks, method: 'POST' } as const;
  const steps = [
    ['accept', 'tasking.task.accept', 'Accept a task'],
    ['check-in', 'tasking.task.checkIn', 'Check in at the place'],
    ['finding', 'tasking.task.recordFinding', 'Record what was found'],
    ['explanation', 'tasking.task.explain', "Give the enterprise's explanation"],
    ['submit', 'tasking.task.submit', 'Submit for review'],
    ['review', 'tasking.task.review', 'Approve or return'],
    ['close', 'tasking.task.close', 'Close'],
    ['reassign', 'tasking.task.reassign', 'Give to other people'],
    ['cancel', 'tasking.task.cancel', 'Cancel what need not be done any more'],
  ] as const;
  for (const [verb, action, summary] of steps) {
    actionRoute(app, call, { ...step, url: `/tasks/:id/${verb}`, action, summary });
  }

  const add = actions['tasking.photo.add'];
  app.post(
    '/tasks/:id/photos',
    {
      ...declare({
        summary: 'Add a photo',
        description:
          'multipart/form-data with one file part `photo`, JPEG or PNG, at most 20 MiB. ' +
          `Roles: ${add.roles.join(', ')}.`,
        tag: 'tasks',
        operationId: 'taskingPhotoAdd',
        access: {},
        params: Type.Object({ id: Id }, { additionalProperties: false }),
        answers: { 201: json(Task, 'Added') },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: PHOTO_LIMIT + 64 * 1024,
      preValidation: async (request) => requireRole(callerOf(request), add.roles),
    },
    async (request, reply) => {
      const task = await receivePhoto(
        request,
        { types: PHOTO_TYPES, limit: PHOTO_LIMIT },
        ({ content, contentType, filename }) =>
          call(
            'tasking.photo.add',
            { taskId: request.params.id, filename, contentType },
            { as: callerOf(request), stream: content, timeoutMs: PHOTO_TIMEOUT_MS },
          ),
      );
      return reply.code(201).send(task);
    },
  );

  app.get(
    '/tasks/:id/photos/:photoId',
    declare({
      summary: 'A photo',
      tag: 'tasks',
      operationId: 'taskingPhotoGet',
      access: { area: 'tasks' },
      params: Type.Object({ id: Id, photoId: Id }, { additionalProperties: false }),
      answers: {
        200: {
          description: 'The image as it was taken',
          content: Object.fromEntries(
            PHOTO_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
          ),
        },
      },
    }),
    async (request, reply) => {
      const { id, photoId } = request.params;
      const as = callerOf(request);
      const task = await call('tasking.task.get', { id }, { as });
      const photo = task.photos.find((candidate) => candidate.id === photoId);
      if (!photo) throw notFound('photo', photoId);
      const content: Readable = await call('tasking.photo.get', { taskId: id, photoId }, { as });
      // A photo never changes; only its reader may keep it.
      reply.header('cache-control', 'private, max-age=86400, immutable').type(photo.contentType);
      return reply.send(content);
    },
  );
}
