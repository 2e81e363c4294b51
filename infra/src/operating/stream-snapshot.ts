import type { JetStreamManager, StreamConfig, StreamState } from '@nats-io/jetstream';
import { createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node';

/** Nothing for so long, and the server has failed. */
const SILENT_MS = 60_000;
/** Of a stream of many gigabytes that is put in its place after the last piece. */
const LAST_ANSWER_MS = 600_000;
const CHUNK_BYTES = 256 * 1024;

interface SnapshotAnswer {
  config?: StreamConfig;
  state?: StreamState;
  error?: { code: number; description: string };
}

/** A stream as nats-server packs it up: messages with their sequences and times, and consumers if they are asked for. */
export interface StreamSnapshot {
  config: StreamConfig;
  state: StreamState;
  content: AsyncIterable<Uint8Array>;
}

/**
 * Asks for a snapshot (JetStream's own, as `nats stream backup` does: NATS ADR-1). The server sends the next pieces as those
 * before are taken.
 */
export async function snapshotStream(
  connection: NatsConnection,
  stream: string,
  consumers: boolean,
): Promise<StreamSnapshot> {
  const inbox = createInbox();
  const pieces = connection.subscribe(inbox);
  const request = { deliver_subject: inbox, no_consumers: !consumers, chunk_size: CHUNK_BYTES };
  const answer = await ask<SnapshotAnswer>(connection, `$JS.API.STREAM.SNAPSHOT.${stream}`, request);
  const { config, state } = answer;
  if (answer.error || !config || !state) {
    pieces.unsubscribe();
    throw new Error(
      `stream ${stream} cannot be saved: ${answer.error?.description ?? 'the server says nothing of it'}`,
    );
  }
  return { config, state, content: piecesOf(pieces, stream) };
}

async function* piecesOf(pieces: Subscription, stream: string): AsyncGenerator<Uint8Array> {
  let silent = false;
  const watch = setTimeout(() => {
    silent = true;
    pieces.unsubscribe();
  }, SILENT_MS);
  try {
    for await (const message of pieces) {
      const { data, headers } = message;
      watch.refresh();
      if (data.length === 0) {
        // 204, or no word at all: that was all.
        if (headers && headers.code !== 0 && headers.code !== 204) {
          throw new Error(`stream ${stream} was not saved whole: ${headers.code} ${headers.description}`);
        }
        return;
      }
      yield data;
      if (message.reply) message.respond();
    }
    throw new Error(
      `stream ${stream} was not saved whole: ${silent ? 'the server fell silent' : 'the connection ended'}`,
    );
  } finally {
    clearTimeout(watch);
    pieces.unsubscribe();
  }
}

interface RestoreAnswer {
  deliver_subject?: string;
  error?: { code: number; description: string };
}

/** Makes a stream of a snapshot. @throws Error with what the server says; then the stream is not there */
export async function restoreStream(
  connection: NatsConnection,
  { config, state, content }: { config: StreamConfig; state: object; content: AsyncIterable<Uint8Array> },
): Promise<void> {
  const refused = (answer: RestoreAnswer) =>
    new Error(
      `stream ${config.name} cannot be restored: ${answer.error?.description ?? 'the server says nothing of it'}`,
    );
  const begun = await ask<RestoreAnswer>(connection, `$JS.API.STREAM.RESTORE.${config.name}`, { config, state });
  const subject = begun.deliver_subject;
  if (!subject) throw refused(begun);
  for await (const piece of content) {
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) {
      const chunk = piece.subarray(at, at + CHUNK_BYTES);
      const { data } = await connection.request(subject, chunk, { timeout: SILENT_MS });
      if (data.length > 0) throw refused(JSON.parse(new TextDecoder().decode(data)) as RestoreAnswer);
    }
  }
  const { data } = await connection.request(subject, new Uint8Array(), { timeout: LAST_ANSWER_MS });
  const ended = JSON.parse(new TextDecoder().decode(data)) as RestoreAnswer;
  if (ended.error) throw refused(ended);
}

/**
 * Has a consumer that was just made go on after a sequence, as if it had handled all before.
 * @returns false where the server is older than 2.14 and cannot: the consumer begins at the first message
 */
export async function resetConsumer(
  connection: NatsConnection,
  stream: string,
  consumer: string,
  handledTo: number,
): Promise<boolean> {
  const [major = 0, minor = 0] = (connection.info?.version ?? '').split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 14)) return false;
  const subject = `$JS.API.CONSUMER.RESET.${stream}.${consumer}`;
  const { error } = await ask<RestoreAnswer>(connection, subject, { seq: handledTo + 1 });
  if (error) throw new Error(`${stream}: ${consumer} cannot go on where it was: ${error.description}`);
  return true;
}

async function ask<T>(connection: NatsConnection, subject: string, question: object): Promise<T> {
  const { data } = await connection.request(subject, JSON.stringify(question), { timeout: SILENT_MS });
  return JSON.parse(new TextDecoder().decode(data)) as T;
}

/** Names of all streams but those that nats-server keeps for MQTT sessions, which it makes by itself. */
export async function streamsOf(jsm: JetStreamManager): Promise<string[]> {
  const names: string[] = [];
  for await (const name of jsm.streams.names()) {
    if (!name.startsWith('$MQTT_') || name === '$MQTT_msgs') names.push(name);
  }
  return names.sort();
}
