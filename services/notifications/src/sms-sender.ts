import { type Kit, newId, Round, SpanKind, traced } from '@greenwatch/kit';
import type { Model } from 'mongoose';
import type { Copies, PersonDoc } from './copies.model';
import { changeNotice, type NoticeDoc, type SmsDoc, type SmsPart } from './notice.model';
import { scheduleDelivery } from './notifier';
import { capReached, dayStart, SAME_ALERT_MS } from './quiet-hours';
import { outcomeOf, type Receipt } from './receipt';
import { EXPIRES_AFTER_MS, isPermanent, retryAfter } from './retry';
import type { SubmitOutcome } from './smpp-link';
import type { SmsLine } from './sms-line';
import { isMobile, maskedPhone } from './sms-text';

const POLL_MS = 500;
const RECORD_AGAIN_MS = 1_000;
const SETTLE_EVERY_MS = 5_000;

export interface SmsSettings {
  /** Messages handed to the SMSC at a time. */
  window: number;
  /** After this, a message whose sender was never heard of again is settled. */
  unresolvedAfterMs: number;
}

/** A claimed message with its number: everything is checked, it only has to leave. */
interface Ready {
  doc: NoticeDoc & { sms: SmsDoc };
  claim: string;
  phone: string;
}

/**
 * Sends what the queue of notices holds over the line, so that a dead SMSC holds up nothing but SMS.
 *
 * At most once: before anything leaves, the notice says so (`sending` with `sentAt`). Whoever is killed between handing a
 * message over and noting the answer leaves it so; it becomes `unknown`, is seen as such and not sent again, since nobody
 * can tell whether it was. What is known not to have left, or to have failed, is tried again.
 */
export class SmsSender {
  readonly #inFlight = new Set<Promise<void>>();
  readonly #round: Round;
  #settledAt = 0;

  constructor(
    private readonly kit: Kit,
    private readonly notices: Model<NoticeDoc>,
    private readonly copies: Copies,
    private readonly line: SmsLine,
    private readonly settings: SmsSettings,
  ) {
    this.#round = new Round(
      { log: kit.log, everyMs: POLL_MS, failed: 'the SMS queue could not be worked on; it is tried again' },
      () => this.#next(),
    );
    line.listen({ onReceipt: (receipt) => this.#takeReceipt(receipt), onBound: () => this.#round.poke() });
  }

  get #receipts() {
    return this.kit.db.collection<{ _id: string; stat: string; at: Date }>('receipts');
  }

  /** Makes the index. */
  async prepare(): Promise<void> {
    await this.#receipts.createIndex({ at: 1 }, { expireAfterSeconds: 7 * 24 * 3_600 });
  }

  start(): void {
    this.#round.start();
  }

  /** Takes nothing new and finishes what is handed over. */
  async stop(): Promise<void> {
    await this.#round.stop();
    await Promise.all(this.#inFlight);
  }

  async #next(): Promise<boolean> {
    if (this.kit.now() - this.#settledAt > SETTLE_EVERY_MS) await this.#settleAbandoned();
    return this.#maySend() && (await this.#sendNext());
  }

  #maySend(): boolean {
    return this.line.open && this.#inFlight.size < this.settings.window;
  }

  /** @returns whether there was one */
  async #sendNext(): Promise<boolean> {
    const claim = newId();
    const now = this.kit.now();
    const doc = await this.notices
      .findOneAndUpdate(
        { 'sms.status': 'queued' },
        {
          $set: { 'sms.status': 'sending', 'sms.claim': claim, 'sms.claimedAt': now },
          $unset: { 'sms.sentAt': 1 },
        },
        { sort: { 'sms.priority': -1, createdAt: 1 }, returnDocument: 'after' },
      )
      .lean<NoticeDoc>();
    if (!doc?.sms) return false;
    const ready = await this.#prepare({ ...doc, sms: doc.sms }, claim, now);
    if (!ready) return true;
    const sending = this.#send(ready).finally(() => {
      this.#inFlight.delete(sending);
      this.#round.poke();
    });
    this.#inFlight.add(sending);
    return true;
  }

  /** Checks one claimed message; one at a time, so that the caps see what was let through before. */
  async #prepare(doc: Ready['doc'], claim: string, now: number): Promise<Ready | undefined> {
    const settle = (change: (doc: NoticeDoc, sms: SmsDoc) => void) => this.#settle(doc._id, claim, change);
    if (now - doc.createdAt > EXPIRES_AFTER_MS) {
      await settle((_, sms) => end(sms, 'failed', now, 'expired'));
      return undefined;
    }
    const person = await this.copies.people.findOne({ _id: doc.recipientPersonId }).lean<PersonDoc>();
    const phone = person?.active && person.phoneEncrypted ? this.kit.fields.decrypt(person.phoneEncrypted) : '';
    if (!person) {
      await this.#failedForNow(doc._id, { 'sms.claim': claim }, 'unknown-person');
      return undefined;
    }
    if (!isMobile(phone)) {
      await settle((_, sms) => end(sms, 'failed', now, 'no-number'));
      return undefined;
    }
    const since = Math.min(dayStart(now), now - SAME_ALERT_MS);
    const sent = await this.notices
      .find({ recipientPersonId: doc.recipientPersonId, 'sms.sentAt': { $gte: since }, _id: { $ne: doc._id } })
      .select({ 'sms.sentAt': 1, alertId: 1 })
      .lean<NoticeDoc[]>();
    const cap = capReached(
      sent.map((other) => ({ at: other.sms?.sentAt ?? 0, alertId: other.alertId })),
      doc.alertId,
      now,
    );
    if (cap) {
      await settle((_, sms) => end(sms, 'skipped', now, cap === 'day' ? 'daily-cap' : 'same-alert'));
      return undefined;
    }
    const { modifiedCount } = await this.notices.updateOne(
      { _id: doc._id, 'sms.claim': claim, 'sms.status': 'sending' },
      { $set: { 'sms.sentAt': now, 'sms.to': maskedPhone(phone) } },
    );
    return modifiedCount === 1 ? { doc, claim, phone } : undefined;
  }

  async #send({ doc, claim, phone }: Ready): Promise<void> {
    const attributes = { 'greenwatch.notice': doc._id };
    const accepted = await traced(
      'sms send',
      SpanKind.CLIENT,
      doc.sms.traceParent,
      async (span) => {
        const sent = await this.line.send(doc._id, phone, doc.sms.parts);
        span.setAttribute('greenwatch.outcome', sent.outcome?.kind ?? 'not-sent');
        await this.#record(doc._id, claim, sent.accepted, sent.outcome);
        return sent.accepted;
      },
      { attributes, root: !doc.sms.traceParent },
    );
    for (const messageId of accepted.values()) await this.#applyStoredReceipt(messageId);
  }

  /** Notes what became of it; goes on trying while the database is away, since nobody else knows. */
  async #record(id: string, claim: string, accepted: Map<number, string>, last: SubmitOutcome | undefined) {
    const note = async () => {
      const now = this.kit.now();
      await this.kit.transaction((session) =>
        changeNotice(this.kit, this.notices, { _id: id, 'sms.claim': claim }, session, async (doc) => {
          const sms = doc.sms as SmsDoc;
          for (const [i, messageId] of accepted) {
            Object.assign(sms.parts[i] as SmsPart, { status: 'sent', messageId });
          }
          if (!last || last.kind === 'accepted') end(sms, 'sent', now);
          else if (last.kind === 'unknown') end(sms, 'unknown', now, `${last.why}: it may or may not have been sent`);
          else if (last.kind === 'not-sent') {
            end(sms, 'queued', now);
            if (accepted.size === 0) delete sms.sentAt;
          } else {
            const why = `the SMSC refused it with status 0x${last.status.toString(16)}`;
            if (isPermanent(last.status)) end(sms, 'failed', now, why);
            else await this.#again(doc, sms, now, why, session);
          }
          return true;
        }),
      );
    };
    for (;;) {
      try {
        return await note();
      } catch (error) {
        this.kit.log.warn({ err: error, notice: id }, 'what became of an SMS could not be noted; it is tried again');
        await new Promise((resolve) => setTimeout(resolve, RECORD_AGAIN_MS));
      }
    }
  }

  /** One failure more: waits for its next try, or is given up. */
  async #again(doc: NoticeDoc, sms: SmsDoc, now: number, why: string, session: Parameters<typeof scheduleDelivery>[3]) {
    sms.attempts += 1;
    const wait = retryAfter(sms.attempts);
    if (wait === undefined) {
      end(sms, 'failed', now, why);
      return;
    }
    end(sms, 'waiting', now, why);
    await scheduleDelivery(this.kit, doc, now + wait, session);
  }

  async #failedForNow(id: string, claimed: Record<string, unknown>, why: string): Promise<void> {
    await this.kit.transaction((session) =>
      changeNotice(this.kit, this.notices, { _id: id, ...claimed }, session, async (doc) => {
        await this.#again(doc, doc.sms as SmsDoc, this.kit.now(), why, session);
        return true;
      }),
    );
  }

  async #settle(id: string, claim: string, change: (doc: NoticeDoc, sms: SmsDoc) => void): Promise<void> {
    await this.kit.transaction((session) =>
      changeNotice(this.kit, this.notices, { _id: id, 'sms.claim': claim }, session, (doc) => {
        change(doc, doc.sms as SmsDoc);
        return true;
      }),
    );
  }

  /** Messages whose sender was never heard of again, because it was killed. */
  async #settleAbandoned(): Promise<void> {
    this.#settledAt = this.kit.now();
    const before = this.#settledAt - this.settings.unresolvedAfterMs;
    const abandoned = { 'sms.status': 'sending' as const, 'sms.claimedAt': { $lt: before } };
    // Nothing had left yet: back into the queue.
    await this.notices.updateMany({ ...abandoned, 'sms.sentAt': null }, { $set: { 'sms.status': 'queued' } });
    for (const { _id, sms } of await this.notices.find(abandoned).lean<NoticeDoc[]>()) {
      this.kit.log.warn({ notice: _id }, 'an SMS may or may not have been sent');
      await this.#settle(_id, sms?.claim ?? '', (_, own) => {
        if (own.status === 'sending') {
          end(
            own,
            'unknown',
            this.kit.now(),
            'its sender ended before the answer was noted: it may or may not have been sent',
          );
        }
      });
    }
  }

  /** A receipt may come before the answer that names its message is noted: whoever is second finds the other's record. */
  async #takeReceipt({ messageId, stat }: Receipt): Promise<void> {
    if (outcomeOf(stat) === 'pending') return;
    await this.#receipts.updateOne(
      { _id: messageId },
      { $set: { stat, at: new Date(this.kit.now()) } },
      { upsert: true },
    );
    await this.#applyStoredReceipt(messageId);
  }

  async #applyStoredReceipt(messageId: string): Promise<void> {
    const receipt = await this.#receipts.findOne({ _id: messageId });
    if (!receipt) return;
    const notice = await this.notices
      .findOne({ 'sms.parts.messageId': messageId }, { 'sms.traceParent': 1 })
      .lean<Pick<NoticeDoc, 'sms'>>();
    if (!notice) return;
    const outcome = outcomeOf(receipt.stat);
    const parent = notice.sms?.traceParent;
    await traced('sms receipt', SpanKind.CONSUMER, parent, () => this.#applyReceipt(messageId, receipt.stat, outcome), {
      attributes: { 'greenwatch.outcome': outcome },
      root: !parent,
    });
  }

  async #applyReceipt(messageId: string, stat: string, outcome: ReturnType<typeof outcomeOf>): Promise<void> {
    await this.kit.transaction((session) =>
      changeNotice(this.kit, this.notices, { 'sms.parts.messageId': messageId }, session, async (doc) => {
        const sms = doc.sms as SmsDoc;
        const part = sms.parts.find((p) => p.messageId === messageId);
        if (part?.status !== 'sent') return false;
        const now = this.kit.now();
        const why = `the receipt says ${stat}`;
        if (outcome === 'delivered') {
          part.status = 'delivered';
          if (sms.parts.every(({ status }) => status === 'delivered')) end(sms, 'delivered', now);
        } else if (outcome === 'failed-for-now' && sms.status === 'sent') {
          // Only this part goes again; the phone joins it to the others by their common reference.
          part.status = 'new';
          delete part.messageId;
          await this.#again(doc, sms, now, why, session);
        } else {
          part.status = 'failed';
          end(sms, 'failed', now, why);
        }
        return true;
      }),
    );
  }
}

function end(sms: SmsDoc, status: SmsDoc['status'], now: number, error?: string): void {
  sms.status = status;
  sms.at = now;
  if (error === undefined) delete sms.error;
  else sms.error = error;
  delete sms.claimedAt;
  if (status === 'waiting' || status === 'skipped') delete sms.sentAt;
}
