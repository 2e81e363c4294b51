import type { Readable } from 'node:stream';
import { Id } from '@greenwatch/contracts';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, actionRoute, declare } from '../route';

/** Complaints as officers work on them. */
export function complaintRoutes(app: App, { kit: { call } }: Gateway): void {
  const of = { tag: 'complaints', area: 'complaints' } as const;
  actionRoute(app, call, {
    ...of,
    method: 'GET',
    url: '/complaints',
    action: 'complaints.complaint.list',
    summary: 'List complaints',
  });
  actionRoute(app, call, {
    ...of,
    method: 'GET',
    url: '/complaints/:id',
    action: 'complaints.complaint.get',
    summary: 'A complaint with likely duplicates and sources near it',
  });
  const steps = [
    ['accept', 'complaints.complaint.accept', 'Accept'],
    ['target', 'complaints.complaint.setTarget', 'Say whom it is about'],
    ['refuse', 'complaints.complaint.refuse', 'Refuse, saying why and where to turn'],
    ['merge', 'complaints.complaint.merge', 'Merge into another about the same'],
    ['forward', 'complaints.complaint.forward', 'Hand on to another division'],
    ['clue', 'complaints.complaint.makeClue', 'Make a clue: people go and look'],
    ['draft', 'complaints.complaint.draft', 'Draft the answer'],
    ['answer', 'complaints.complaint.answer', 'Answer every reporter of the matter'],
    ['review', 'complaints.complaint.answerReview', 'Decide the review; not by who answered'],
    ['extend', 'complaints.complaint.extend', 'Extend the time for the answer, once'],
    ['close', 'complaints.complaint.close', 'Close, with a summary for everybody'],
  ] as const;
  for (const [verb, action, summary] of steps) {
    actionRoute(app, call, { ...of, method: 'POST', url: `/complaints/:id/${verb}`, action, summary });
  }
  actionRoute(app, call, {
    ...of,
    method: 'POST',
    url: '/complaints/:id/reporter',
    action: 'complaints.reporter.read',
    summary: 'Who complained',
    description: 'A POST, because each look is written down with its reason.',
  });
  actionRoute(app, call, {
    ...of,
    method: 'GET',
    url: '/complaints/:id/reporter/looks',
    action: 'complaints.reporter.looks',
    summary: 'Who looked at who complained, and why',
  });

  app.get(
    '/complaints/:id/photos/:photoId',
    declare({
      summary: 'A photo of a complaint, without what the camera wrote into it',
      tag: 'complaints',
      operationId: 'complaintsPhotoGet',
      access: { area: 'complaints' },
      params: Type.Object({ id: Id, photoId: Id }, { additionalProperties: false }),
      answers: {
        200: {
          description: 'The picture, encoded anew; the original is kept whole as evidence and not given out',
          content: { 'image/jpeg': { schema: { type: 'string', format: 'binary' } } },
        },
      },
    }),
    async (request, reply) => {
      const { id, photoId } = request.params;
      const content: Readable = await call(
        'complaints.photo.get',
        { complaintId: id, photoId },
        { as: callerOf(request) },
      );
      reply.header('cache-control', 'private, max-age=86400, immutable').type('image/jpeg');
      return reply.send(content);
    },
  );
}
