import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createServer, type Pdu, type Session } from 'smpp';
import { SmsJoiner } from './sms-parts';

/**
 * A small SMSC (SMPP 3.4) for the demo: takes messages from one ESME, keeps them in a file in place of sending them, and
 * says after a moment that they were delivered.
 */
export interface SmscOptions {
  port: number;
  host?: string;
  user: string;
  password: string;
  /** One JSON object {id, to, text, at} a line, `id` that of the last part. */
  file: string;
  receiptAfterMs?: number;
}

export interface Smsc {
  port: number;
  close(): Promise<void>;
}

/** SMPP 3.4, 5.1.3. */
const OK = 0x0000;
const WRONG_STATE = 0x0004;
const WRONG_DESTINATION = 0x000b;
const BIND_FAILED = 0x000d;
/** Registered delivery: a receipt for every outcome (5.2.17). */
const WANTS_RECEIPT = 0x01;
const ESM_RECEIPT = 0x04;
const DELIVERED = 2;

interface Receipt {
  id: string;
  from: string;
  to: string;
  submitted: number;
  dueAt: number;
  /** With the ESME, which has not answered yet. */
  sent: boolean;
}

export async function startSmsc(options: SmscOptions): Promise<Smsc> {
  const { user, password, file, receiptAfterMs = 2_000 } = options;
  mkdirSync(path.dirname(file), { recursive: true });
  const joiner = new SmsJoiner();
  const receipts = new Set<Receipt>();
  const bound = new Set<Session>();

  const server = createServer((session) => {
    session.on('error', () => session.destroy());
    session.on('close', () => {
      bound.delete(session);
      // What it had not confirmed goes to the next one that binds.
      for (const receipt of receipts) receipt.sent = false;
    });
    session.on('bind_transceiver', (pdu: Pdu) => {
      const right = pdu.system_id === user && pdu.password === password;
      session.send(pdu.response({ command_status: right ? OK : BIND_FAILED, system_id: 'greenwatch-demo' }));
      if (right) bound.add(session);
      else session.close();
    });
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      bound.delete(session);
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu: Pdu) => {
      if (!bound.has(session)) return session.send(pdu.response({ command_status: WRONG_STATE }));
      const to = pdu.destination_addr ?? '';
      if (!/^\+?\d{5,15}$/.test(to)) return session.send(pdu.response({ command_status: WRONG_DESTINATION }));
      const id = randomBytes(8).toString('hex');
      const from = pdu.source_addr ?? '';
      const message = pdu.short_message?.message ?? '';
      const part = typeof message === 'string' ? message : message.toString('latin1');
      const text = joiner.take({ from, to, text: part, udh: pdu.short_message?.udh });
      const now = Date.now();
      if (text !== undefined)
        appendFileSync(file, `${JSON.stringify({ id, to, text, at: new Date(now).toISOString() })}\n`);
      if ((pdu.registered_delivery ?? 0) & WANTS_RECEIPT) {
        receipts.add({ id, from, to, submitted: now, dueAt: now + receiptAfterMs, sent: false });
      }
      return session.send(pdu.response({ message_id: id }));
    });
  });

  const timer = setInterval(() => {
    const [session] = bound;
    if (!session) return;
    const now = Date.now();
    for (const receipt of receipts) {
      if (receipt.sent || receipt.dueAt > now) continue;
      receipt.sent = true;
      session.deliver_sm(receiptOptions(receipt, now), (answer) => {
        // "Not now" (ESME_RX_T_APPN and the like): once more, a little later.
        if (answer.command_status === OK) receipts.delete(receipt);
        else Object.assign(receipt, { sent: false, dueAt: Date.now() + 1_000 });
      });
    }
  }, 200);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        server.close(() => resolve());
        for (const session of [...server.sessions]) session.destroy();
      }),
  };
}

/** SMPP 3.4 appendix B, with the TLVs of 5.3.2.12 and 5.3.2.35. */
function receiptOptions({ id, from, to, submitted }: Receipt, now: number): Record<string, unknown> {
  const text = `id:${id} sub:001 dlvrd:001 submit date:${receiptTime(submitted)} done date:${receiptTime(now)} stat:DELIVRD err:000 text:`;
  return {
    source_addr: to,
    destination_addr: from,
    esm_class: ESM_RECEIPT,
    short_message: text,
    receipted_message_id: id,
    message_state: DELIVERED,
  };
}

/** YYMMDDhhmm in China's time. */
function receiptTime(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().replace(/[-T:]/g, '').slice(2, 12);
}
