import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { actions, Id, Task } from '@greenwatch/contracts';
import { DomainError, invalid, notFound, requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, actionRoute, declare, json } from '../route';

export const PHOTO_LIMIT = 20 * 1024 * 1024;
/** A photo from a phone on a slow line takes its time. */
const PHOTO_TIMEOUT_MS = 120_000;
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
      const part = await request.file({ limits: { files: 1, fields: 0, fileSize: PHOTO_LIMIT } });
      if (part?.fieldname !== 'photo') throw invalid('body.photo', 'is required: one file part of this name');
      const contentType = PHOTO_TYPES.find((type) => type === part.mimetype);
      if (!contentType) {
        throw new DomainError('UNSUPPORTED_MEDIA_TYPE', `A photo must be ${PHOTO_TYPES.join(' or ')}.`, 415);
      }
      // busboy only cuts the file off at the limit: a photo cut in half must fail on the way, not be stored.
      const whole = new Transform({
        transform: (chunk, _, done) => done(null, chunk),
        flush: (done) => done(part.file.truncated ? tooLarge() : null),
      });
      const filename = part.filename.slice(0, 200);
      const [task] = await Promise.all([
        call(
          'tasking.photo.add',
          { taskId: request.params.id, filename, contentType },
          { as: callerOf(request), stream: whole, timeoutMs: PHOTO_TIMEOUT_MS },
        ),
        pipeline(part.file, whole),
      ]).catch((error) => {
        throw part.file.truncated ? tooLarge() : error;
      });
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

const tooLarge = () => new DomainError('TOO_LARGE', `A photo may have at most ${PHOTO_LIMIT} bytes.`, 413);
