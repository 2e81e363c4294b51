import { actions, COMPLAINT_PHOTO_TYPES, MAX_COMPLAINT_PHOTO_BYTES } from '@greenwatch/contracts';
import type { Gateway } from '../gateway';
import { publicCaller } from '../public-caller';
import { publicRoute } from '../public-route';
import { PHOTO_TIMEOUT_MS, receivePhoto } from '../receive-photo';
import { type App, declare, json } from '../route';

/** What anybody may do without log-in: complain, follow it with number and secret code, read what was done. */
export function publicComplaintRoutes(app: App, gateway: Gateway): void {
  const upload = actions['complaints.public.uploadPhoto'];
  app.post(
    '/public/complaints/photos',
    {
      ...declare({
        summary: 'Send a photo of a complaint that is about to be made',
        description:
          'multipart/form-data: a text field `clientId`, then one file part `photo`, JPEG, PNG or WebP, at most 10 MiB, ' +
          'at most six a complaint. Name the ids answered in the complaint; photos of none are deleted after an hour.',
        tag: 'public',
        operationId: 'complaintsPublicUploadPhoto',
        access: { open: true },
        answers: { 201: json(upload.result, 'Kept') },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: MAX_COMPLAINT_PHOTO_BYTES + 64 * 1024,
    },
    async (request, reply) => {
      const limits = { types: COMPLAINT_PHOTO_TYPES, limit: MAX_COMPLAINT_PHOTO_BYTES, fields: 1 };
      const photo = await receivePhoto(request, limits, ({ content, contentType, filename, field }) =>
        gateway.kit.call(
          'complaints.public.uploadPhoto',
          { clientId: field('clientId'), filename, contentType },
          { as: publicCaller(gateway, request), stream: content, timeoutMs: PHOTO_TIMEOUT_MS },
        ),
      );
      return reply.code(201).send(photo);
    },
  );

  publicRoute(app, gateway, {
    method: 'POST',
    url: '/complaints/code',
    action: 'complaints.public.requestCode',
    summary: 'Have a code sent to a phone',
    description: 'One a minute and five a day for a phone; valid for ten minutes.',
  });
  publicRoute(app, gateway, {
    method: 'POST',
    url: '/complaints',
    action: 'complaints.public.submit',
    summary: 'Complain',
    description:
      'Anonymous, or with a phone number and the code sent to it. The same request sent again with the same `clientId` ' +
      'changes nothing and gets the same answer. 429 with Retry-After when too many come from one address.',
    status: 201,
  });
  publicRoute(app, gateway, {
    method: 'POST',
    url: '/complaints/track',
    action: 'complaints.public.track',
    summary: 'How a complaint stands',
    description: 'By its number and secret code; a POST, so that neither lies in an address.',
  });
  publicRoute(app, gateway, {
    method: 'POST',
    url: '/complaints/rating',
    action: 'complaints.public.rate',
    summary: 'Say whether the answer satisfies',
  });
  publicRoute(app, gateway, {
    method: 'POST',
    url: '/complaints/review',
    action: 'complaints.public.askReview',
    summary: 'Ask once for a review by somebody else',
  });
  publicRoute(app, gateway, {
    method: 'GET',
    url: '/complaints',
    action: 'complaints.public.list',
    summary: 'Closed complaints, without personal data',
  });
  publicRoute(app, gateway, {
    method: 'GET',
    url: '/complaints/divisions',
    action: 'complaints.public.divisions',
    summary: 'Counties a complaint can be sent to',
  });
}
