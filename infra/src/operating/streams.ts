import { Readable } from 'node:stream';
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { MongoClient } from 'mongodb';
import type { Manifest, SavedConsumer, SavedFile, SavedStream } from './manifest';
import { DATABASES, type Say } from './mongodb-dump';
import { resetConsumer, restoreStream, snapshotStream, streamsOf } from './stream-snapshot';

export interface Streams {
  connection: NatsConnection;
  jsm: JetStreamManager;
}

type Save = (file: string, content: Readable) => Promise<SavedFile>;

const fileOf = (stream: string) => `jetstream/${encodeURIComponent(stream)}.snapshot`;

/** A stream that keeps a message only until its consumers have handled it: devices' MQTT messages on their way to READINGS. */
const byInterest = (config: StreamConfig) => config.retention !== 'limits';

/**
 * Streams are saved in three steps around MongoDB's point in time, so that nothing acknowledged is lost and nothing that
 * MongoDB does not know of comes back (docs/operating.md, "Why a backup fits together").
 */
export class StreamSaving {
  readonly saved: Record<string, SavedStream> = {};

  constructor(
    private readonly streams: Streams,
    private readonly save: Save,
    private readonly say: Say,
  ) {}

  /** 1. What leaves its stream once it is handled; then how far everybody has come. */
  async before(): Promise<void> {
    const { jsm } = this.streams;
    const limited: StreamConfig[] = [];
    for (const name of await streamsOf(jsm)) {
      const { config } = await jsm.streams.info(name);
      if (byInterest(config)) await this.#snapshot(name, true);
      else limited.push(config);
    }
    for (const config of limited) {
      const consumers: SavedConsumer[] = [];
      for await (const info of jsm.consumers.list(config.name)) {
        // One without a durable name belongs to a process and ends with it.
        if (info.config.durable_name === undefined) continue;
        consumers.push({ config: info.config, handledTo: info.ack_floor.stream_seq });
      }
      const newest = await this.#newest(config.name);
      const state = { messages: 0, bytes: 0, first_seq: 0, last_seq: 0 };
      const around = { before: newest, after: newest };
      this.saved[config.name] = { config, state, file: fileOf(config.name), consumers, around };
    }
  }

  /** 2. Right after MongoDB's point in time was taken. */
  async after(): Promise<void> {
    for (const stream of this.#limited()) stream.around.after = await this.#newest(stream.config.name);
  }

  /** 3. The messages of all others. Facts first: those told after the point in time are taken out again in a restore. */
  async messages(): Promise<void> {
    const names = this.#limited().map(({ config }) => config.name);
    for (const name of names.sort((a, b) => Number(b === 'FACTS') - Number(a === 'FACTS'))) {
      await this.#snapshot(name, false);
    }
  }

  #limited(): SavedStream[] {
    return Object.values(this.saved).filter(({ consumers }) => consumers !== undefined);
  }

  async #newest(stream: string): Promise<number> {
    return (await this.streams.jsm.streams.info(stream)).state.last_seq;
  }

  async #snapshot(name: string, withConsumers: boolean): Promise<void> {
    const { config, state, content } = await snapshotStream(this.streams.connection, name, withConsumers);
    await this.save(fileOf(name), Readable.from(content, { objectMode: false }));
    const { messages, bytes, first_seq, last_seq } = state;
    const around = this.saved[name]?.around ?? { before: last_seq, after: last_seq };
    const { consumers } = this.saved[name] ?? {};
    const counted = { messages, bytes, first_seq, last_seq };
    this.saved[name] = { config, state: counted, file: fileOf(name), ...(consumers ? { consumers } : {}), around };
    this.say(`${name}: ${messages} messages, ${bytes} bytes`);
  }
}

export interface RestoredStream {
  messages: number;
  /** Facts and dead letters from after MongoDB's point in time, taken out again. */
  takenOut: number;
  /** Consumers that begin at the first message again, for want of a newer nats-server. */
  fromTheStart: string[];
}

/**
 * Makes the streams again. MongoDB's documents must be loaded already: a fact whose outbox does not know it is of a
 * future that did not happen.
 * @param age of the backup, ms: messages may get so much older than the stream's own limit, else they would go at once
 * @param replicas of each stream, if other than before
 */
export async function restoreStreams(
  { connection, jsm }: Streams,
  mongo: MongoClient,
  saved: Manifest['nats']['streams'],
  open: (file: string) => Promise<Readable>,
  { age, replicas, say }: { age: number; replicas?: number; say: Say },
): Promise<Record<string, RestoredStream>> {
  const restored: Record<string, RestoredStream> = {};
  for (const [name, stream] of Object.entries(saved)) {
    const { config, state, consumers, file } = stream;
    const lengthened = config.max_age > 0 ? config.max_age + wholeHours(age) : config.max_age;
    const wanted = { ...config, max_age: lengthened, num_replicas: replicas ?? config.num_replicas };
    const content = (await open(file)) as AsyncIterable<Uint8Array>;
    await restoreStream(connection, { config: wanted, state: { ...state, consumer_count: 0 }, content });
    const takenOut = consumers ? await takeOutFuture(jsm, mongo, name, stream) : 0;
    const fromTheStart: string[] = [];
    for (const { config: consumer, handledTo } of consumers ?? []) {
      const made = await jsm.consumers.add(name, { ...consumer, metadata: withoutServers(consumer.metadata) });
      if (!(await resetConsumer(connection, name, made.name, handledTo))) fromTheStart.push(made.name);
    }
    const { messages } = (await jsm.streams.info(name)).state;
    restored[name] = { messages, takenOut, fromTheStart };
    say(`${name}: ${messages} messages restored${takenOut > 0 ? `, ${takenOut} from after the backup taken out` : ''}`);
  }
  return restored;
}

const HOUR_MS = 3_600_000;
/** In ns. */
const wholeHours = (ms: number) => Math.ceil(ms / HOUR_MS) * HOUR_MS * 1e6;

/** What the server itself wrote into a consumer's metadata is not for us to give. */
function withoutServers(metadata: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !key.startsWith('_nats.')));
}

/**
 * READINGS may hold more than MongoDB knows of: that is handled once more. Facts may not: who tells them would tell others
 * under the same sequences. Dead letters follow the messages they are of, which are handled again.
 */
async function takeOutFuture(
  jsm: JetStreamManager,
  mongo: MongoClient,
  name: string,
  { around }: SavedStream,
): Promise<number> {
  if (name !== 'FACTS' && name !== 'DEADLETTER') return 0;
  const { last_seq } = (await jsm.streams.info(name)).state;
  let taken = 0;
  for (let seq = around.before + 1; seq <= last_seq; seq++) {
    if (seq <= around.after && (name !== 'FACTS' || (await isKnown(jsm, mongo, seq)))) continue;
    await jsm.streams.deleteMessage(name, seq, false);
    taken++;
  }
  return taken;
}

/** Whether who told the fact has it in its outbox. One from elsewhere counts as known. */
async function isKnown(jsm: JetStreamManager, mongo: MongoClient, seq: number): Promise<boolean> {
  const message = await jsm.streams.getMessage('FACTS', { seq });
  const id = message?.header?.get('Nats-Msg-Id');
  if (!message || !id) return true;
  const [, producer = ''] = message.subject.split('.');
  const outbox = mongo.db(`${DATABASES}${producer}`).collection<{ _id: string }>('outbox');
  return (await outbox.estimatedDocumentCount()) === 0 || (await outbox.countDocuments({ _id: id }, { limit: 1 })) > 0;
}
