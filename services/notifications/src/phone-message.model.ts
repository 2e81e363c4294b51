import type { PhoneMessage } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { SmsPart } from './notice.model';

export type PhoneStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'unknown' | 'skipped';

/** A message to a phone that is nobody's the registry knows: a reporter's (domain.md 6). Times in epoch ms. */
export interface PhoneMessageDoc {
  /** As its asker named it: asked twice, sent once. */
  _id: string;
  template: string;
  /** Field-encrypted. */
  phone: string;
  /** Of the number, to count what one phone is sent a day. */
  phoneIndex: string;
  to: string;
  /** Field-encrypted parts; taken away once nothing is to be sent any more: a code lies nowhere longer than needed. */
  parts: SmsPart[];
  status: PhoneStatus;
  at: number;
  attempts: number;
  /** Not before this. */
  notBefore: number;
  validUntil: number;
  createdAt: number;
  sentAt?: number;
  claim?: string;
  error?: string;
  /** W3C traceparent of who asked; empty: none. */
  traceParent?: string;
  divisionPath: string[];
}

export function phoneMessageModel(db: Connection): Model<PhoneMessageDoc> {
  const text = { type: String, required: true };
  const number = { type: Number, required: true };
  const part = new Schema<SmsPart>({ text: String, status: text, messageId: String }, { _id: false });
  const schema = new Schema<PhoneMessageDoc>(
    {
      _id: text,
      template: text,
      phone: text,
      phoneIndex: text,
      to: text,
      parts: [part],
      status: text,
      at: number,
      attempts: number,
      notBefore: number,
      validUntil: number,
      createdAt: number,
      sentAt: Number,
      claim: String,
      error: String,
      traceParent: String,
      divisionPath: [String],
    },
    { versionKey: false, collection: 'phone_messages' },
  );
  schema.index({ status: 1, notBefore: 1 }, { partialFilterExpression: { status: { $in: ['queued', 'sending'] } } });
  schema.index({ phoneIndex: 1, sentAt: 1 });
  schema.index({ 'parts.messageId': 1 }, { sparse: true });
  schema.index({ divisionPath: 1, _id: -1 });
  return db.model<PhoneMessageDoc>('PhoneMessage', schema);
}

/** The message as it leaves the service: neither text nor number. */
export function phoneMessageOf(doc: PhoneMessageDoc): PhoneMessage {
  const { _id: id, template, to, status, at, attempts, validUntil, createdAt, error } = doc;
  return {
    id,
    template,
    to,
    status,
    at: isoTime(at),
    attempts,
    validUntil: isoTime(validUntil),
    createdAt: isoTime(createdAt),
    ...(error && { error }),
  };
}
