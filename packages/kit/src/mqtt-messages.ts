import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Logger } from './logger';
import { READINGS } from './nats';

/** A message that a client published with QoS 1 or 2 and that nats-server holds on disk. */
export interface MqttMessage {
  /** Topic, its levels divided by `/`. */
  topic: string;
  data: Uint8Array;
  /** When nats-server stored it, ms: the same however often it is handled. */
  receivedAt: number;
}

export interface MqttOptions {
  /** Durable name: its instances share the messages. */
  group: string;
  /** First level of the topics. */
  root: string;
  /** Bytes that may wait on disk; when they are full, clients get no PUBACK and send again. */
  maxBytes: number;
  /** Resolving ends the message; rejecting has it handled again, so the work must be idempotent. */
  handle(message: MqttMessage): Promise<void>;
}

/** Where nats-server keeps what MQTT clients publish with QoS 1; it acknowledges to the client once this stream has it. */
const STREAM = '$MQTT_msgs';
const PREFIX = '$MQTT.msgs.';
const AT_A_TIME = 256;
const FETCH_MS = 5_000;
const ACK_WAIT_MS = 30_000;
const AGAIN_MS = 1_000;

/**
 * Takes what MQTT clients published to `<root>/…` off nats-server's own store. That store keeps a message only while a
 * consumer wants it, so the durable consumer is made first, before any client may log in: from then on what a client's
 * PUBACK stands for is on disk until `handle` has made it durable elsewhere, also while no instance runs.
 */
export class MqttMessages {
  #consumer: Consumer | undefined;
  #fetching: ConsumerMessages | undefined;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: MqttOptions,
    private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    const { group, root, maxBytes } = this.options;
    const jsm = await jetstreamManager(this.connection, { checkAPI: false });
    const settings = { max_bytes: maxBytes, discard: 'new' as const };
    try {
      await jsm.streams.update(STREAM, settings);
    } catch {
      // As nats-server would make it for its first client, but bounded, and in as many copies as the log.
      const { num_replicas } = (await jsm.streams.info(READINGS)).config;
      const kept = { retention: 'interest', storage: 'file', num_replicas } as const;
      try {
        await jsm.streams.add({ name: STREAM, subjects: [`${PREFIX}>`], ...kept, ...settings });
      } catch (error) {
        // Another instance may have made it in the meantime; anything else shows here again.
        await jsm.streams.info(STREAM).catch(() => {
          throw error;
        });
      }
    }
    await jsm.consumers.add(STREAM, {
      durable_name: group,
      filter_subject: `${PREFIX}${root}.>`,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_deliver: -1,
    });
    this.#consumer = await jetstream(this.connection).consumers.get(STREAM, group);
    this.#done = this.#work(this.#consumer);
  }

  async #work(consumer: Consumer): Promise<void> {
    while (!this.#stopping) {
      const working: Promise<void>[] = [];
      try {
        this.#fetching = await consumer.fetch({ max_messages: AT_A_TIME, expires: FETCH_MS });
        for await (const source of this.#fetching) {
          const message: MqttMessage = {
            topic: topicOf(source.subject.slice(PREFIX.length)),
            data: source.data,
            receivedAt: Math.floor(source.info.timestampNanos / 1e6),
          };
          working.push(
            this.options.handle(message).then(
              () => source.ack(),
              () => source.nak(AGAIN_MS),
            ),
          );
        }
      } catch (error) {
        if (this.#stopping) break;
        this.log.warn({ err: error }, 'MQTT messages could not be fetched; they wait');
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
      await Promise.all(working);
    }
  }

  /** Takes nothing new, finishes what it holds; what was fetched and not begun comes again after a while. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#fetching?.close();
    await this.#done;
  }
}

/** nats-server writes a topic's `/` as `.`, and its `.` as `//`. */
function topicOf(subject: string): string {
  return subject.replaceAll('//', '\u0000').replaceAll('.', '/').replaceAll('\u0000', '.');
}
