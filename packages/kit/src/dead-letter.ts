import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from './nats';
import { tracedHeaders } from './nats';

export const DEADLETTER_SUBJECT = 'deadletter';
/** What a letter says of the message that it holds. */
export const LETTER_HEADERS = {
  subject: 'Greenwatch-Subject',
  sequence: 'Greenwatch-Stream-Sequence',
  tries: 'Greenwatch-Tries',
  error: 'Greenwatch-Error',
} as const;

/**
 * Stores a message that cannot be handled with why, how often it was tried, where it came from and its trace. Resolves once
 * the dead-letter stream has it, so that the caller may then acknowledge the message where it was.
 */
export async function deadLetter(
  nats: Nats,
  subject: string,
  message: JsMsg,
  error: unknown,
  tries: number,
): Promise<void> {
  const headers = tracedHeaders(message.headers?.get('traceparent') || undefined);
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  headers.set(LETTER_HEADERS.subject, message.subject);
  headers.set(LETTER_HEADERS.sequence, String(message.seq));
  headers.set(LETTER_HEADERS.tries, String(tries));
  // A header is one line.
  headers.set(LETTER_HEADERS.error, reason.replaceAll(/\s*\n\s*/g, ' | ').slice(0, 2_000));
  await nats.js.publish(subject, message.data, { headers, msgID: `dl-${subject}-${message.seq}` });
}
