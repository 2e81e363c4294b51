import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { Id, Level, Literals, Page, PageParams, strict, Time } from './schema';

export const Delivery = Type.Object(
  {
    channel: Literals(['in-app', 'sms']),
    status: Literals(['queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'skipped', 'read'], {
      description:
        'unknown: handed over and no answer, it may or may not have been sent; skipped: more would be too many (domain.md 7)',
    }),
    at: Time,
    attempts: Type.Integer(),
    to: Type.Optional(Type.String({ description: 'masked' })),
    providerId: Type.Optional(Type.String()),
    error: Type.Optional(Type.String()),
  },
  strict,
);
export const Notice = Type.Object(
  {
    id: Id,
    recipientPersonId: Id,
    title: Type.String(),
    body: Type.String(),
    subject: Type.Object({ kind: Literals(['task', 'alarm']), id: Id }, strict),
    level: Level,
    createdAt: Time,
    readAt: Type.Optional(Time),
    deliveries: Type.Array(Delivery),
  },
  strict,
);

export const notificationsActions = {
  // The caller's own notices.
  'notifications.notice.list': {
    params: Type.Object({ unread: Type.Optional(Type.Boolean()), ...PageParams }, strict),
    result: Page(Notice),
    roles: EVERYBODY,
  },
  'notifications.notice.read': { params: Type.Object({ id: Id }, strict), result: Notice, roles: EVERYBODY },
  // Who was told of a task or an alarm, when and how: evidence (domain.md 7).
  'notifications.notice.ofSubject': {
    params: Type.Object({ kind: Literals(['task', 'alarm']), id: Id }, strict),
    result: Type.Array(Notice),
    roles: AUTHORITY,
  },
} as const satisfies Record<string, ActionContract>;

export type Notice = Static<typeof Notice>;
export type Delivery = Static<typeof Delivery>;
