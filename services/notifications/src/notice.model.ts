import { type Level, type Notice, notificationsFacts, type SubjectKind } from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone, type Kit, onCommit } from '@greenwatch/kit';
import { type ClientSession, type Connection, type Model, Schema } from 'mongoose';

export type SmsStatus = 'waiting' | 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'unknown' | 'skipped';

export interface SmsPart {
  text: string;
  status: 'new' | 'sent' | 'delivered' | 'failed';
  /** Of the SMSC. */
  messageId?: string;
}

/** The SMS of a notice. The collection is the queue: what is `queued` is sent as soon as the SMSC takes it. */
export interface SmsDoc {
  status: SmsStatus;
  /** Of the status, ms. */
  at: number;
  /** W3C traceparent of what it tells of; empty: none. */
  traceParent?: string;
  /** Tries that have failed. */
  attempts: number;
  /** Urgent ones go first. */
  priority: number;
  text: string;
  parts: SmsPart[];
  /** Masked; known once it is sent. */
  to?: string;
  error?: string;
  /** Written before anything leaves: who sends it, and since when. */
  claim?: string;
  claimedAt?: number;
  /** When it was last handed to the SMSC; what the caps count. */
  sentAt?: number;
}

/** One person told of one fact once, with all ways it went: evidence of who was told what and when (domain.md 7). */
export interface NoticeDoc {
  _id: string;
  sequence: number;
  /** Of the fact, or what makes several facts one news (a check and its stage). */
  factId: string;
  recipientPersonId: string;
  template: string;
  title: string;
  body: string;
  subject: { kind: SubjectKind; id: string };
  /** What the caps go by: the alarm where there is one. */
  alertId: string;
  level: Level;
  createdAt: number;
  readAt?: number;
  sms?: SmsDoc;
  divisionPath: string[];
  enterpriseId?: string;
}

export function noticeModel(db: Connection): Model<NoticeDoc> {
  const text = { type: String, required: true };
  const number = { type: Number, required: true };
  const part = new Schema<SmsPart>({ text, status: text, messageId: String }, { _id: false });
  const sms = new Schema<SmsDoc>(
    {
      status: text,
      at: number,
      attempts: number,
      priority: number,
      text,
      parts: [part],
      to: String,
      error: String,
      claim: String,
      claimedAt: Number,
      sentAt: Number,
      traceParent: String,
    },
    { _id: false },
  );
  const schema = new Schema<NoticeDoc>(
    {
      _id: text,
      sequence: number,
      factId: text,
      recipientPersonId: text,
      template: text,
      title: text,
      body: text,
      subject: { kind: text, id: text },
      alertId: text,
      level: text,
      createdAt: number,
      readAt: Number,
      sms: { type: sms, required: false },
      divisionPath: [String],
      enterpriseId: String,
    },
    { versionKey: false, collection: 'notices' },
  );
  // A fact that comes twice tells nobody twice.
  schema.index({ factId: 1, recipientPersonId: 1 }, { unique: true });
  schema.index({ recipientPersonId: 1, _id: -1 });
  schema.index({ recipientPersonId: 1, 'sms.sentAt': 1 });
  schema.index({ 'subject.id': 1, _id: -1 });
  schema.index(
    { 'sms.status': 1, 'sms.priority': -1, createdAt: 1 },
    { partialFilterExpression: { 'sms.status': { $in: ['queued', 'sending'] } } },
  );
  schema.index({ 'sms.parts.messageId': 1 }, { sparse: true });
  return db.model<NoticeDoc>('Notice', schema);
}

/** A queue's inner states are one to those who look: not sent yet. */
const shown = (status: SmsStatus) => (status === 'waiting' ? 'queued' : status);

function deliveriesOf({ readAt, createdAt, sms }: NoticeDoc): Notice['deliveries'] {
  const providerId = sms?.parts.flatMap(({ messageId }) => messageId ?? []).join(',');
  return [
    {
      channel: 'in-app',
      status: readAt ? 'read' : 'delivered',
      at: isoTime(readAt ?? createdAt),
      attempts: 1,
    },
    ...(sms
      ? [
          {
            channel: 'sms' as const,
            status: shown(sms.status),
            at: isoTime(sms.at),
            attempts: sms.attempts + (sms.sentAt ? 1 : 0),
            to: sms.to,
            ...(providerId && { providerId }),
            error: sms.error,
          },
        ]
      : []),
  ];
}

/** The notice as it leaves the service: without the SMS's text and with a masked number. */
export function noticeOf(doc: NoticeDoc): Notice {
  const { _id: id, recipientPersonId, title, body, subject, level, createdAt, readAt } = doc;
  return {
    id,
    recipientPersonId,
    title,
    body,
    subject,
    level,
    createdAt: isoTime(createdAt),
    readAt: isoTimeOrNone(readAt),
    deliveries: deliveriesOf(doc),
  };
}

/** Tells `facts.notifications.notice.changed` with the notice as it now stands; `doc.sequence` is already the new one. */
export async function tellNotice(kit: Kit, doc: NoticeDoc, session: ClientSession): Promise<void> {
  await kit.facts.append(session, {
    subject: 'facts.notifications.notice.changed',
    codec: notificationsFacts.NoticeChanged,
    data: {
      id: doc._id,
      recipientPersonId: doc.recipientPersonId,
      title: doc.title,
      body: doc.body,
      subjectKind: doc.subject.kind,
      subjectId: doc.subject.id,
      level: doc.level,
      createdAt: doc.createdAt,
      readAt: doc.readAt ?? 0,
      deliveries: deliveriesOf(doc).map(({ channel, status, at, providerId = '', error = '' }) => ({
        channel,
        status,
        at: Date.parse(at),
        providerId,
        error,
      })),
    },
    entity: doc._id,
    sequence: doc.sequence,
    occurredAt: kit.now(),
    divisionPath: doc.divisionPath,
    enterpriseId: doc.enterpriseId,
  });
}

/** Changes a notice and tells it, in the transaction of `session`. @returns false when `change` finds nothing to do */
export async function changeNotice(
  kit: Kit,
  notices: Model<NoticeDoc>,
  filter: Record<string, unknown>,
  session: ClientSession,
  change: (doc: NoticeDoc) => Promise<boolean> | boolean,
): Promise<NoticeDoc | undefined> {
  const doc = await notices.findOne(filter as never, null, { session }).lean<NoticeDoc>();
  if (!doc) return undefined;
  const before = doc.sms && { status: doc.sms.status, at: doc.sms.at };
  if (!(await change(doc))) return undefined;
  const after = doc.sms?.status;
  if (before && after && after !== before.status) {
    onCommit(session, () => countDelivery(kit, 'sms', after, before.at));
  }
  doc.sequence += 1;
  await notices.replaceOne({ _id: doc._id }, doc as never, { session });
  await tellNotice(kit, doc, session);
  return doc;
}

const RESULTS = ['sent', 'delivered', 'failed', 'unknown', 'skipped'] as const;

/** What deliveries are counted in, all at 0 from the start: else the first of each would be no increase. */
export function beginDeliveryFigures({ metrics }: Pick<Kit, 'metrics'>): void {
  for (const channel of ['in-app', 'sms', 'reporter-sms'] as const) {
    for (const result of RESULTS) metrics.counter('greenwatch_deliveries_total', { channel, result });
    if (channel !== 'in-app') metrics.histogram('greenwatch_delivery_seconds', { channel });
  }
}

/** Counts what became of a delivery; the states before that are none. @param due since when it could be handed over, ms */
export function countDelivery(
  { metrics, now }: Pick<Kit, 'metrics' | 'now'>,
  channel: 'in-app' | 'sms' | 'reporter-sms',
  status: SmsStatus,
  due: number,
): void {
  const result = RESULTS.find((known) => known === status);
  if (!result) return;
  metrics.counter('greenwatch_deliveries_total', { channel, result }).add();
  if (result !== 'sent' || channel === 'in-app') return;
  metrics.histogram('greenwatch_delivery_seconds', { channel }).observe((now() - due) / 1_000);
}
