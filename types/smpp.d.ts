// The part of `smpp` 0.5 that the SMS line, the demo's SMSC and the tests need; the package brings no types.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:net';

  interface Pdu {
    command: string;
    command_status: number;
    system_id?: string;
    password?: string;
    source_addr?: string;
    destination_addr?: string;
    registered_delivery?: number;
    message_id?: string;
    esm_class?: number;
    /** As it is read: whatever was sent, also a bare text, arrives so. */
    short_message?: { message: string | Buffer; udh?: Buffer[] };
    receipted_message_id?: string;
    message_state?: number;
    response(options?: Record<string, unknown>): Pdu;
  }
  interface Session extends EventEmitter {
    bind_transceiver(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    submit_sm(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    deliver_sm(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    enquire_link(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    unbind(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    send(pdu: Pdu): boolean;
    close(): void;
    destroy(): void;
  }
  interface SmppServer extends Server {
    sessions: Session[];
  }
  export function connect(options: { host: string; port: number; tls: boolean }): Session;
  export function createServer(listener: (session: Session) => void): SmppServer;
}
