import type { ServerResponse } from 'node:http';
import type { LiveEvents } from '@greenwatch/contracts';

/** A client that reads so slowly that more than this waits for it is let go. */
export const BUFFER_LIMIT = 256 * 1024;
/** So long a browser waits before it connects again. */
const RETRY_MS = 3_000;
/** So long a client has to take its last event. */
const FAREWELL_MS = 2_000;

/** One answer of server-sent events (HTML Living Standard 9.2), bounded in what it buffers. */
export class EventStream {
  #ended = false;

  constructor(private readonly response: ServerResponse) {}

  /** Sends the head and how long a browser waits before it connects again. */
  open(headers: Record<string, string>): void {
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies must not collect events into a buffer of theirs.
      'x-accel-buffering': 'no',
    });
    this.response.write(`retry: ${RETRY_MS}\n\n`);
  }

  send<K extends keyof LiveEvents>(event: K, data: LiveEvents[K]): void {
    if (this.#ended) return;
    if (this.response.writableLength > BUFFER_LIMIT) this.end('slow');
    else this.#write(event, data);
  }

  /** A comment, so that proxies and clients see that the connection lives. */
  beat(): void {
    if (this.#ended) return;
    if (this.response.writableLength > BUFFER_LIMIT) this.end('slow');
    else this.response.write(': beat\n\n');
  }

  /** Says why and closes. */
  end(reason: LiveEvents['end']['reason']): void {
    if (this.#ended) return;
    this.#ended = true;
    // Everybody is told at once, and must not come back at once.
    if (reason === 'stopping') this.response.write(`retry: ${Math.round(RETRY_MS * (0.5 + Math.random()))}\n`);
    this.#write('end', { reason });
    this.response.end();
    const farewell = setTimeout(() => this.response.destroy(), FAREWELL_MS);
    this.response.once('close', () => clearTimeout(farewell));
  }

  #write<K extends keyof LiveEvents>(event: K, data: LiveEvents[K]): void {
    // JSON has no line breaks of its own, so one data line holds it.
    this.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
