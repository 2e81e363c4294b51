// The part of `smpp` 0.5 that an SMSC and the tests' client need; the package brings no types.
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
    short_message?: { message: string | Buffer; udh?: Buffer[] };
    response(options?: Record<string, unknown>): Pdu;
  }
  interface Session extends EventEmitter {
    send(pdu: Pdu): boolean;
    deliver_sm(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    bind_transceiver(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    submit_sm(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    close(): void;
    destroy(): void;
  }
  interface SmppServer extends Server {
    sessions: Session[];
  }
  export function connect(options: { host: string; port: number; tls: boolean }): Session;
  export function createServer(listener: (session: Session) => void): SmppServer;
}
