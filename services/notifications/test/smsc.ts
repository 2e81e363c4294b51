import type { AddressInfo, Server } from 'node:net';

// `smpp` brings no types; its server is only used here.
const smpp = require('smpp') as {
  createServer(listener: (session: ServerSession) => void): Server & { sessions: ServerSession[] };
  PDU: new (command: string, options: Record<string, unknown>) => unknown;
};
interface ServerPdu {
  sequence_number: number;
  system_id: string;
  password: string;
  destination_addr: string;
  registered_delivery: number;
  short_message: { message: string; udh?: Buffer[] };
  response(options?: Record<string, unknown>): unknown;
}
interface ServerSession {
  on(event: string, listener: (pdu: ServerPdu) => void): void;
  send(pdu: unknown): void;
  deliver_sm(options: Record<string, unknown>, done: (pdu: { command_status: number }) => void): void;
  destroy(): void;
}

export interface Taken {
  to: string;
  text: string;
  /** reference, total, number of a long message */
  part?: [number, number, number];
  messageId: string;
}

/** What the SMSC does with the next messages. */
export type Behaviour = 'accept' | 'silent' | { refuse: number };

/** An SMSC over TCP: a real SMPP server, told by the test how to behave. */
export class Smsc {
  readonly taken: Taken[] = [];
  behaviour: Behaviour = 'accept';
  /** Receipts are sent even before the answer to submit_sm. */
  receiptFirst = false;
  binds = 0;
  readonly acknowledged: string[] = [];
  #server: (Server & { sessions: ServerSession[] }) | undefined;
  #next = 1;
  port = 0;

  async start(): Promise<void> {
    const server = smpp.createServer((session) => this.#serve(session));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  /** Ends at once, with every link. */
  async stop(): Promise<void> {
    const server = this.#server;
    for (const session of [...(server?.sessions ?? [])]) session.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  get url(): string {
    return `smpp://greenwatch:se%3Acret@127.0.0.1:${this.port}`;
  }

  of(phone: string): Taken[] {
    return this.taken.filter(({ to }) => to === `86${phone}`);
  }

  #serve(session: ServerSession): void {
    session.on('error', () => {});
    session.on('bind_transceiver', (pdu) => {
      this.binds += 1;
      const right = pdu.system_id === 'greenwatch' && pdu.password === 'se:cret';
      session.send(pdu.response(right ? {} : { command_status: 0x0e }));
    });
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => {
      session.send(pdu.response());
      session.destroy();
    });
    session.on('submit_sm', (pdu) => {
      if (typeof this.behaviour === 'object') {
        session.send(pdu.response({ command_status: this.behaviour.refuse }));
        return;
      }
      const { message, udh } = pdu.short_message;
      const header = udh?.[0];
      const messageId = `M${this.#next++}`;
      this.taken.push({
        to: pdu.destination_addr,
        text: message,
        ...(header && { part: [header[2], header[3], header[4]] as [number, number, number] }),
        messageId,
      });
      if (this.behaviour === 'silent') return;
      if (this.receiptFirst) this.receipt(messageId, 'DELIVRD');
      session.send(pdu.response({ message_id: messageId }));
    });
  }

  /** Sends a delivery receipt over whatever link is there. */
  receipt(messageId: string, stat: string): void {
    const [session] = this.#server?.sessions ?? [];
    const text = `id:${messageId} sub:001 dlvrd:001 submit date:2611180900 done date:2611180901 stat:${stat} err:000 text:`;
    session?.deliver_sm({ esm_class: 4, short_message: text }, (pdu) => {
      if (pdu.command_status === 0) this.acknowledged.push(messageId);
    });
  }
}
