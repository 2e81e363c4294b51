import { DEADLETTER, LETTER_HEADERS } from '@greenwatch/kit';
import { jetstream, type StoredMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { OperatorError } from '../operator-error';
import type { Streams } from './streams';

/** A message that a service could not handle and set aside. */
export interface DeadLetter {
  /** Its sequence in the stream of dead letters. */
  number: number;
  setAside: Date;
  service: string;
  /** Where it came from: `facts.…` or `readings.<partition>`. */
  subject: string;
  tries: number;
  /** The error of the last try, its stack in one line. */
  error: string;
}

/** @param service whose letters; all by default. Oldest first. */
export async function listDeadLetters({ jsm }: Streams, service?: string): Promise<DeadLetter[]> {
  const { first_seq, last_seq } = (await jsm.streams.info(DEADLETTER)).state;
  const letters: DeadLetter[] = [];
  // The first of a stream that has never had a message is 0.
  for (let seq = Math.max(1, first_seq); seq <= last_seq; seq++) {
    const message = await jsm.streams.getMessage(DEADLETTER, { seq });
    if (message) letters.push(asLetter(message));
  }
  return letters.filter((letter) => service === undefined || letter.service === service);
}

/**
 * Publishes letters once more where they came from, each as it was, and takes them out of the dead letters. Who has handled
 * such a message already passes over it by its identity.
 * @throws OperatorError when one is not there; then none is published
 */
export async function replayDeadLetters(streams: Streams, numbers: readonly number[]): Promise<DeadLetter[]> {
  const { connection, jsm } = streams;
  const found = await lettersOf(streams, numbers);
  for (const message of found) {
    const again = headers();
    const trace = message.header.get('traceparent');
    if (trace) again.set('traceparent', trace);
    // Should the command end between these two, doing it again within the stream's window publishes nothing twice.
    const msgID = `replayed-${message.seq}-${message.timestamp}`;
    await jetstream(connection).publish(asLetter(message).subject, message.data, { headers: again, msgID });
    await jsm.streams.deleteMessage(DEADLETTER, message.seq, false);
  }
  return found.map(asLetter);
}

/** Takes letters out that nobody needs any more. @throws OperatorError when one is not there; then none is taken out */
export async function dropDeadLetters(streams: Streams, numbers: readonly number[]): Promise<DeadLetter[]> {
  const found = await lettersOf(streams, numbers);
  for (const { seq } of found) await streams.jsm.streams.deleteMessage(DEADLETTER, seq, false);
  return found.map(asLetter);
}

async function lettersOf({ jsm }: Streams, numbers: readonly number[]): Promise<StoredMsg[]> {
  const found = await Promise.all(numbers.map((seq) => jsm.streams.getMessage(DEADLETTER, { seq })));
  const missing = numbers.filter((_, i) => !found[i]);
  if (missing.length > 0) throw new OperatorError(`there is no dead letter ${missing.join(', ')}; nothing was done`);
  return found.flatMap((message) => message ?? []);
}

function asLetter({ seq, subject, header, time }: StoredMsg): DeadLetter {
  return {
    number: seq,
    setAside: time,
    service: subject.split('.')[1] ?? '',
    subject: header.get(LETTER_HEADERS.subject),
    tries: Number(header.get(LETTER_HEADERS.tries)),
    error: header.get(LETTER_HEADERS.error),
  };
}
