import { type Kit, partitionOf } from '@greenwatch/kit';
import type { Receipt } from './receipt';
import { isBusy, pauseAfterBusy } from './retry';
import { SmppLink, type SubmitOutcome } from './smpp-link';
import { partHeader, ucs2 } from './sms-text';

/** What became of the parts of one message. */
export interface Sent {
  /** Message ids of the SMSC, by index of the part. */
  accepted: Map<number, string>;
  /** Of the last part that was handed over. */
  outcome: SubmitOutcome | undefined;
}

/** The one link to the SMSC with its one breaker, shared by everything that sends. */
export class SmsLine {
  readonly #link: SmppLink;
  readonly #listeners: { onReceipt(receipt: Receipt): Promise<void>; onBound(): void }[] = [];
  #busyTimes = 0;
  #pausedUntil = 0;

  constructor(
    private readonly kit: Kit,
    private readonly settings: { url: string; source: string },
  ) {
    this.#link = new SmppLink({
      url: settings.url,
      log: kit.log,
      onReceipt: async (receipt) => {
        for (const listener of this.#listeners) await listener.onReceipt(receipt);
      },
      onBound: () => {
        for (const listener of this.#listeners) listener.onBound();
      },
    });
  }

  listen(listener: { onReceipt(receipt: Receipt): Promise<void>; onBound(): void }): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#link.start();
  }

  async stop(): Promise<void> {
    await this.#link.stop();
  }

  get open(): boolean {
    return this.#link.bound && this.kit.now() >= this.#pausedUntil;
  }

  /** Hands over the parts that are new, one after the other, and stops at the first that is not accepted. */
  async send(id: string, phone: string, parts: readonly { text: string; status: string }[]): Promise<Sent> {
    const reference = partitionOf(id, 256);
    const accepted = new Map<number, string>();
    let outcome: SubmitOutcome | undefined;
    for (const [i, part] of parts.entries()) {
      if (part.status !== 'new') continue;
      outcome = await this.#link.submit({
        source_addr: this.settings.source,
        // International format: type 1, numbering plan E.164.
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: `86${phone}`,
        registered_delivery: 1,
        data_coding: 8,
        short_message: {
          message: ucs2(part.text),
          ...(parts.length > 1 && { udh: partHeader(reference, parts.length, i + 1) }),
        },
      });
      if (outcome.kind !== 'accepted') break;
      accepted.set(i, outcome.messageId);
    }
    this.#breaker(outcome);
    return { accepted, outcome };
  }

  #breaker(outcome: SubmitOutcome | undefined): void {
    if (outcome?.kind !== 'refused' || !isBusy(outcome.status)) {
      this.#busyTimes = 0;
      return;
    }
    this.#busyTimes += 1;
    this.#pausedUntil = this.kit.now() + pauseAfterBusy(this.#busyTimes);
    this.kit.log.warn({ status: outcome.status, times: this.#busyTimes }, 'the SMSC is busy; sending pauses');
  }
}
