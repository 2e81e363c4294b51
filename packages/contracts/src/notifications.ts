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
export const SUBJECT_KINDS = [
  'task',
  'alarm',
  'check',
  'duty',
  'complaint',
  'case',
  'rating',
  'blacklist',
  'model',
] as const;
/** What a notice is about. */
export const NoticeSubject = Type.Object({ kind: Literals(SUBJECT_KINDS), id: Id }, strict);
export const Notice = Type.Object(
  {
    id: Id,
    recipientPersonId: Id,
    title: Type.String(),
    body: Type.String(),
    subject: NoticeSubject,
    level: Level,
    createdAt: Time,
    readAt: Type.Optional(Time),
    deliveries: Type.Array(Delivery),
  },
  strict,
);

/** A message to a reporter's phone: its own record, for the audit of complaints. */
export const PhoneMessage = Type.Object(
  {
    id: Id,
    template: Type.String(),
    to: Type.String({ description: 'masked' }),
    status: Delivery.properties.status,
    at: Time,
    attempts: Type.Integer(),
    validUntil: Time,
    createdAt: Time,
    error: Type.Optional(Type.String()),
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
  // Who was told of it, when and how: evidence (domain.md 7).
  'notifications.notice.ofSubject': {
    params: NoticeSubject,
    result: Type.Array(Notice),
    roles: AUTHORITY,
  },
  // Messages to reporters' phones: that they went and when, never what they said nor to which number.
  'notifications.phoneMessage.list': {
    params: Type.Object({ ...PageParams }, strict),
    result: Page(PhoneMessage),
    roles: ['administrator', 'complaint-handler'],
  },
} as const satisfies Record<string, ActionContract>;

export type Notice = Static<typeof Notice>;
export type Delivery = Static<typeof Delivery>;
export type PhoneMessage = Static<typeof PhoneMessage>;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];
