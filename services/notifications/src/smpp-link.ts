import type { Logger } from '@greenwatch/kit';
import { connect, type Pdu, type Session } from 'smpp';
import { type Receipt, readReceipt } from './receipt';

/** What became of one submit_sm. */
export type SubmitOutcome =
  | { kind: 'accepted'; messageId: string }
  /** Refused by the SMSC with a command_status. */
  | { kind: 'refused'; status: number }
  /** It never left: nothing was written. */
  | { kind: 'not-sent' }
  /** Written, and the link broke or stayed silent before the answer: the SMSC may have it or not. */
  | { kind: 'unknown'; why: string };

export interface SmppLinkOptions {
  /** smpp://user:password@host:port, or ssmpp:// over TLS. */
  url: string;
  log: Logger;
  /** Resolves when the receipt is stored; only then it is acknowledged to the SMSC. */
  onReceipt(receipt: Receipt): Promise<void>;
  onBound(): void;
  enquireMs?: number;
  answerWithinMs?: number;
}

const FIRST_RECONNECT_MS = 500;
const MAX_RECONNECT_MS = 60_000;
/** ESME_RX_T_APPN: send it again later (SMPP 3.4, 5.1.3). */
const TRY_LATER = 0x64;

/** One transceiver session with the SMSC that comes back by itself, later and later while it fails. */
export class SmppLink {
  #session: Session | undefined;
  #bound = false;
  #stopping = false;
  #failures = 0;
  #reconnect: NodeJS.Timeout | undefined;
  #enquire: NodeJS.Timeout | undefined;
  /** Runs while an enquire_link has no answer. */
  #silent: NodeJS.Timeout | undefined;
  readonly #pending = new Set<(outcome: SubmitOutcome) => void>();

  constructor(private readonly options: SmppLinkOptions) {}

  get bound(): boolean {
    return this.#bound;
  }

  start(): void {
    const { url, log, onBound, enquireMs = 30_000 } = this.options;
    const { protocol, hostname, port, username, password } = new URL(url);
    const tls = protocol === 'ssmpp:';
    const session = connect({ host: hostname, port: Number(port) || (tls ? 3550 : 2775), tls });
    this.#session = session;
    // A server that accepts and says nothing would hold us for ever.
    const binding = setTimeout(() => session.destroy(), this.#answerWithinMs);

    session.on(tls ? 'secureConnect' : 'connect', () => {
      const credentials = { system_id: decodeURIComponent(username), password: decodeURIComponent(password) };
      session.bind_transceiver({ ...credentials, interface_version: 0x34 }, (pdu) => {
        clearTimeout(binding);
        if (pdu.command_status !== 0) {
          log.warn({ status: pdu.command_status }, 'the SMSC refuses the bind');
          session.destroy();
          return;
        }
        log.info('bound to the SMSC');
        this.#bound = true;
        this.#failures = 0;
        this.#enquire = setInterval(() => this.#enquireLink(session), enquireMs);
        onBound();
      });
    });
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.destroy();
    });
    session.on('deliver_sm', (pdu: Pdu) => void this.#deliver(session, pdu));
    session.on('error', (error: Error) => {
      log.warn({ err: error }, 'the link to the SMSC fails');
      session.destroy();
    });
    session.once('close', () => {
      clearTimeout(binding);
      this.#closed();
    });
  }

  get #answerWithinMs(): number {
    return this.options.answerWithinMs ?? 10_000;
  }

  #closed(): void {
    this.#bound = false;
    clearInterval(this.#enquire);
    clearTimeout(this.#silent);
    for (const settle of [...this.#pending])
      settle({ kind: 'unknown', why: 'the link broke before the SMSC answered' });
    if (this.#stopping) return;
    this.#failures += 1;
    const delay = Math.min(MAX_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** (this.#failures - 1));
    if (this.#failures === 1) this.options.log.warn('the SMSC is away; reconnecting');
    this.#reconnect = setTimeout(() => this.start(), delay);
  }

  #enquireLink(session: Session): void {
    this.#silent = setTimeout(() => {
      this.options.log.warn('the SMSC does not answer enquire_link');
      session.destroy();
    }, this.#answerWithinMs);
    session.enquire_link({}, () => clearTimeout(this.#silent));
  }

  async #deliver(session: Session, pdu: Pdu): Promise<void> {
    const receipt = readReceipt({
      esmClass: pdu.esm_class ?? 0,
      text: textOf(pdu),
      receiptedMessageId: pdu.receipted_message_id,
      messageState: pdu.message_state,
    });
    try {
      if (receipt) await this.options.onReceipt(receipt);
      session.send(pdu.response());
    } catch (error) {
      this.options.log.warn({ err: error }, 'a receipt could not be stored; the SMSC sends it again');
      session.send(pdu.response({ command_status: TRY_LATER }));
    }
  }

  /** Sends one submit_sm and waits for its answer; never rejects. */
  submit(parameters: Record<string, unknown>): Promise<SubmitOutcome> {
    const session = this.#session;
    if (!session || !this.#bound) return Promise.resolve({ kind: 'not-sent' });
    return new Promise((resolve) => {
      const settle = (outcome: SubmitOutcome) => {
        clearTimeout(silent);
        this.#pending.delete(settle);
        resolve(outcome);
      };
      // Silence means the link is dead; the sessions's end settles everything else that waits on it.
      const silent = setTimeout(() => {
        settle({ kind: 'unknown', why: 'the SMSC did not answer' });
        session.destroy();
      }, this.#answerWithinMs);
      this.#pending.add(settle);
      const written = session.submit_sm(parameters, (pdu) => {
        if (pdu.command_status === 0) settle({ kind: 'accepted', messageId: pdu.message_id ?? '' });
        else settle({ kind: 'refused', status: pdu.command_status });
      });
      if (!written) settle({ kind: 'not-sent' });
    });
  }

  /** Says goodbye and closes; answers that are under way have been waited for by the caller. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#reconnect);
    const session = this.#session;
    if (!session) return;
    if (this.#bound) {
      await new Promise<void>((resolve) => {
        const enough = setTimeout(resolve, 1_000);
        session.unbind({}, () => {
          clearTimeout(enough);
          resolve();
        });
      });
    }
    session.destroy();
  }
}

function textOf(pdu: Pdu): string {
  const message = pdu.short_message?.message;
  return Buffer.isBuffer(message) ? message.toString('latin1') : (message ?? '');
}
