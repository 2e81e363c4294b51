// The part of `smpp` 0.5 used here; the package brings no types.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';

  interface Pdu {
    command: string;
    command_status: number;
    message_id?: string;
    esm_class?: number;
    short_message?: { message: string | Buffer } | Buffer | string;
    receipted_message_id?: string;
    message_state?: number;
    response(options?: Record<string, unknown>): Pdu;
  }
  interface Session extends EventEmitter {
    bind_transceiver(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    submit_sm(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    enquire_link(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    unbind(options: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
    send(pdu: Pdu): boolean;
    destroy(): void;
  }
  export function connect(options: { host: string; port: number; tls: boolean }): Session;
}
