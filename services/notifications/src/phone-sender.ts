import type { complaintsFacts } from '@greenwatch/contracts';
import { type Fact, type Kit, newId, onCommit, Round, SpanKind, traced, traceParent } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { countDelivery } from './notice.model';
import type { PhoneMessageDoc, PhoneStatus } from './phone-message.model';
import { phoneText } from './phone-templates';
import { dayStart, MAX_A_DAY } from './quiet-hours';
import { outcomeOf, type Receipt } from './receipt';
import { isPermanent, retryAfter } from './retry';
import type { Sent, SmsLine } from './sms-line';
import { cleanVariable, isMobile, maskedPhone, partsOf, smsText } from './sms-text';

const POLL_MS = 500;
const SETTLE_EVERY_MS = 5_000;

export interface PhoneSettings {
  signature: string;
  /** After this, a message whose sender was never heard of again is given up. */
  unresolvedAfterMs: number;
}

/**
 * Messages to reporters' phones. At most once, as for notices (sms-sender.ts): before anything leaves, the record says so;
 * what became of a message whose sender was killed meanwhile nobody knows, and it is not sent again. After its validity it
 * is not sent at all: an old code only confuses.
 */
export class PhoneSender {
  readonly #round: Round;
  #settledAt = 0;

  /** @param line absent: no SMSC is set up, so nothing is sent */
  constructor(
    private readonly kit: Kit,
    private readonly messages: Model<PhoneMessageDoc>,
    private readonly line: SmsLine | undefined,
    private readonly settings: PhoneSettings,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: POLL_MS,
        failed: 'the queue of reporters’ messages could not be worked on; it is tried again',
      },
      () => this.#next(),
    );
    line?.listen({ onReceipt: (receipt) => this.#takeReceipt(receipt), onBound: () => this.#round.poke() });
  }

  /** In the transaction of the fact. */
  async take(fact: Fact<complaintsFacts.SmsRequested>, session: ClientSession): Promise<void> {
    const { id, phoneEncrypted, template, variables, validUntil } = fact.data;
    if (await this.messages.exists({ _id: id }).session(session)) return;
    const { kit } = this;
    const now = kit.now();
    const phone = kit.fields.decrypt(phoneEncrypted);
    const clean = Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, cleanVariable(text)]));
    const text = smsText(this.settings.signature, () => phoneText(template, clean), []);
    const impossible = !isMobile(phone) ? 'this is no mobile number' : this.line ? undefined : 'no SMSC is set up';
    const doc: PhoneMessageDoc = {
      _id: id,
      template,
      phone: phoneEncrypted,
      phoneIndex: kit.fields.blindIndex(phone),
      to: maskedPhone(phone),
      parts: impossible ? [] : partsOf(text).map((part) => ({ text: kit.fields.encrypt(part), status: 'new' })),
      status: impossible ? 'failed' : 'queued',
      at: now,
      attempts: 0,
      notBefore: now,
      validUntil,
      createdAt: now,
      traceParent: traceParent(),
      ...(impossible && { error: impossible }),
      // Whose county it concerns is not said with it: only the province looks at all of them.
      divisionPath: fact.divisionPath.length > 0 ? fact.divisionPath : [kit.config.PROVINCE],
    };
    await this.messages.create([doc], { session });
    if (impossible) onCommit(session, () => this.#count('failed', now));
  }

  start(): void {
    if (this.line) this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  async #next(): Promise<boolean> {
    if (this.kit.now() - this.#settledAt > SETTLE_EVERY_MS) await this.#settle();
    return this.line?.open === true && (await this.#sendNext(this.line));
  }

  /** @returns whether there was one */
  async #sendNext(line: SmsLine): Promise<boolean> {
    const now = this.kit.now();
    const claim = newId();
    const doc = await this.messages
      .findOneAndUpdate(
        { status: 'queued', notBefore: { $lte: now }, validUntil: { $gt: now } },
        { $set: { status: 'sending', claim, at: now, sentAt: now } },
        { sort: { notBefore: 1 }, returnDocument: 'after' },
      )
      .lean<PhoneMessageDoc>();
    if (!doc) return false;
    const today = await this.messages.countDocuments({
      _id: { $ne: doc._id },
      phoneIndex: doc.phoneIndex,
      sentAt: { $gte: dayStart(now) },
    });
    if (today >= MAX_A_DAY) {
      await this.#end(doc, 'skipped', `${MAX_A_DAY} SMS to this phone today already`, { sentAt: undefined });
      return true;
    }
    const phone = this.kit.fields.decrypt(doc.phone);
    const parts = doc.parts.map((part) => ({ ...part, text: this.kit.fields.decrypt(part.text) }));
    await traced(
      'sms send',
      SpanKind.CLIENT,
      doc.traceParent,
      async (span) => {
        const sent = await line.send(doc._id, phone, parts);
        span.setAttribute('greenwatch.outcome', sent.outcome?.kind ?? 'not-sent');
        await this.#record(doc, sent);
      },
      { attributes: { 'greenwatch.notice': doc._id }, root: !doc.traceParent },
    );
    return true;
  }

  #count(status: PhoneStatus, due: number): void {
    countDelivery(this.kit, 'reporter-sms', status, due);
  }

  async #record(doc: PhoneMessageDoc, { accepted, outcome }: Sent): Promise<void> {
    const now = this.kit.now();
    for (const [i, messageId] of accepted) Object.assign(doc.parts[i] ?? {}, { status: 'sent', messageId });
    if (outcome?.kind === 'accepted') {
      await this.#end(doc, 'sent');
      // A receipt may come before the answer that names its message is noted.
      for (const messageId of accepted.values()) {
        const receipt = await this.kit.db
          .collection<{ _id: string; stat: string }>('receipts')
          .findOne({ _id: messageId });
        if (receipt) await this.#applyReceipt({ messageId, stat: receipt.stat });
      }
      return;
    }
    const partly = accepted.size > 0;
    if (outcome?.kind === 'not-sent' && !partly) return this.#again(doc, now, 0);
    if (outcome?.kind === 'refused' && !partly && !isPermanent(outcome.status)) {
      const wait = retryAfter(doc.attempts + 1);
      if (wait !== undefined && now + wait < doc.validUntil) return this.#again(doc, now + wait, 1);
    }
    if (outcome?.kind === 'refused') {
      return this.#end(doc, 'failed', `the SMSC refused it with status 0x${outcome.status.toString(16)}`);
    }
    await this.#end(doc, 'unknown', 'it may or may not have been sent');
  }

  async #again(doc: PhoneMessageDoc, notBefore: number, failed: number): Promise<void> {
    await this.messages.updateOne(
      { _id: doc._id, claim: doc.claim },
      { $set: { status: 'queued', notBefore, at: this.kit.now() }, $inc: { attempts: failed }, $unset: { sentAt: 1 } },
    );
  }

  async #end(
    doc: PhoneMessageDoc,
    status: PhoneStatus,
    error?: string,
    more: { sentAt?: undefined } = {},
  ): Promise<void> {
    const parts = doc.parts.map(({ status: own, messageId }) => ({
      text: '',
      status: own,
      ...(messageId && { messageId }),
    }));
    await this.messages.updateOne(
      { _id: doc._id, claim: doc.claim },
      {
        $set: { status, parts, at: this.kit.now(), ...(error && { error }) },
        $inc: { attempts: status === 'skipped' ? 0 : 1 },
        ...('sentAt' in more && { $unset: { sentAt: 1 } }),
      },
    );
    this.#count(status, doc.notBefore);
  }

  /** What is too old to be sent, and what nobody knows the end of. */
  async #settle(): Promise<void> {
    const now = this.kit.now();
    this.#settledAt = now;
    const expired = { status: 'queued' as const, validUntil: { $lte: now } };
    for (const doc of await this.messages.find(expired).limit(1000).lean<PhoneMessageDoc[]>()) {
      await this.messages.updateOne(
        { _id: doc._id, ...expired },
        { $set: { status: 'failed', error: 'not sent within its validity', at: now, 'parts.$[].text': '' } },
      );
      this.#count('failed', doc.notBefore);
    }
    const abandoned = { status: 'sending' as const, at: { $lt: now - this.settings.unresolvedAfterMs } };
    const given = await this.messages.updateMany(abandoned, {
      $set: {
        status: 'unknown',
        error: 'its sender ended before the answer was noted: it may or may not have been sent',
        at: now,
        'parts.$[].text': '',
      },
    });
    for (let i = 0; i < given.modifiedCount; i++) this.#count('unknown', now);
  }

  async #takeReceipt(receipt: Receipt): Promise<void> {
    if (outcomeOf(receipt.stat) !== 'pending') await this.#applyReceipt(receipt);
  }

  async #applyReceipt({ messageId, stat }: Receipt): Promise<void> {
    const outcome = outcomeOf(stat);
    const status = outcome === 'delivered' ? 'delivered' : 'failed';
    const doc = await this.messages
      .findOneAndUpdate(
        { parts: { $elemMatch: { messageId, status: 'sent' } } },
        { $set: { 'parts.$.status': status } },
        { returnDocument: 'after' },
      )
      .lean<PhoneMessageDoc>();
    if (!doc) return;
    const all = doc.parts.every((part) => part.status === status);
    if (status === 'failed' || all) {
      await this.messages.updateOne(
        { _id: doc._id },
        { $set: { status, at: this.kit.now(), ...(status === 'failed' && { error: `the receipt says ${stat}` }) } },
      );
      this.#count(status, doc.notBefore);
    }
  }
}
