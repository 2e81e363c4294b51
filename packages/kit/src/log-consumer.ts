import type { readingsLog } from '@greenwatch/contracts';
import {
  AckPolicy,
  type Consumer,
  type ConsumerInfo,
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { DEADLETTER_SUBJECT, deadLetter } from './dead-letter';
import type { Logger } from './logger';
import type { Histogram, Metrics } from './metrics/metrics';
import { isTransient } from './mongo';
import { type Nats, READINGS } from './nats';
import { readBatch } from './packet-batch';
import { surplus } from './partition-share';
import { isTracing, SpanKind, type SpanOptions, traced } from './telemetry';

/** One message of the READINGS log. (partition, sequence) identifies it for ever. */
export class LogMessage {
  #batch: readingsLog.PacketBatch | undefined;

  constructor(
    readonly partition: number,
    readonly sequence: number,
    /** How often it was delivered, this time included. */
    readonly deliveries: number,
    /** `PacketBatch` on the wire. */
    readonly data: Uint8Array,
    /** W3C traceparent of who published it; empty: none. */
    readonly traceParent = '',
  ) {}

  /** Decoded when first asked for: who only copies packets on does not pay for it. */
  get batch(): readingsLog.PacketBatch {
    this.#batch ??= readBatch(this.data);
    return this.#batch;
  }
}

export interface PartitionGroup {
  /** Name of the consumer group: each group sees every message. */
  group: string;
  /**
   * Takes messages of one or more partitions, in order within each, and is never called again before it is done. Resolving
   * acknowledges them; rejecting has them handled again, so the work must be idempotent.
   */
  handle(messages: LogMessage[]): Promise<void>;
  /** Most messages in one call. */
  maxMessages?: number;
  /** How long to wait for more before a call, ms, at most a second: for work whose cost lies in the call. */
  lingerMs?: number;
}

const ACK_WAIT_MS = 6_000;
const PIN_TIMEOUT_MS = 3_000;
const TRIES_ALONE = 8;
/** Traces of other messages that a batch's span names. */
const MOST_LINKS = 32;
/** How often an instance looks whether it holds more partitions than its share. */
const SHARE_EVERY_MS = 5_000;
/** A number of instances must have stood so long: one that was killed counts until the broker misses its heart-beat (15 s). */
const SHARE_AFTER_MS = 20_000;
/** So long somebody who gave a partition up does not ask for it: others are served before. */
const GIVEN_UP_MS = 5_000;

/** What nats-server says of a pinned consumer and the client's types leave out. */
type PinnedInfo = ConsumerInfo & { priority_groups?: { group: string; pinned_client_id?: string }[] };

interface Delivered {
  message: LogMessage;
  source: JsMsg;
}

/**
 * Works the partitions of the READINGS log for one consumer group: a durable pull consumer a partition, pinned to one
 * instance at a time (design.md 4, 11). What arrived while a batch was being handled makes the next batch (group commit).
 */
export class LogConsumer {
  readonly #queue: Delivered[] = [];
  readonly #consumers: Consumer[] = [];
  /** By partition; none while it is given up. */
  readonly #streams = new Map<number, ConsumerMessages>();
  /** The server's name for this instance's hold of a partition, from the last message. */
  readonly #holds = new Map<number, string>();
  #handling: readonly Delivered[] = [];
  #sharing: NodeJS.Timeout | undefined;
  #known = { instances: 1, since: 0 };
  #wake: () => void = () => {};
  #stopping = false;
  #done: Promise<void> = Promise.resolve();
  readonly #delay: Histogram;

  constructor(
    private readonly nats: Nats,
    private readonly partitions: number,
    private readonly definition: PartitionGroup,
    private readonly service: string,
    private readonly log: Logger,
    /** How many instances of the service live, this one included. */
    private readonly instances: () => number,
    private readonly metrics: Metrics,
  ) {
    this.#delay = metrics.histogram('greenwatch_log_delay_seconds', { group: definition.group });
  }

  async start(): Promise<void> {
    const { group } = this.definition;
    this.metrics.ask(['greenwatch_log_pending'], () => this.#askPending());
    for (let partition = 0; partition < this.partitions; partition++) {
      const durable_name = `${group}-${partition}`;
      await this.nats.jsm.consumers.add(READINGS, {
        durable_name,
        filter_subject: `readings.${partition}`,
        // Not AckPolicy.All: whoever takes over gets newer messages before those that the dead instance held come again
        // after AckWait, and acknowledging the newer ones would drop them.
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: nanos(ACK_WAIT_MS),
        max_ack_pending: 256,
        max_deliver: -1,
        priority_groups: [group],
        priority_policy: 'pinned_client',
        priority_timeout: nanos(PIN_TIMEOUT_MS),
      });
      this.#consumers[partition] = await this.nats.js.consumers.get(READINGS, durable_name);
      await this.#receive(partition);
    }
    this.#done = this.#work();
    this.#shareLater();
  }

  async #receive(partition: number): Promise<void> {
    const consumer = this.#consumers[partition] as Consumer;
    const messages = await consumer.consume({
      group: this.definition.group,
      max_messages: 64,
      expires: 5_000,
      idle_heartbeat: 1_000,
    });
    if (this.#stopping) {
      await messages.close();
      return;
    }
    this.#streams.set(partition, messages);
    void (async () => {
      for await (const source of messages) {
        const hold = source.headers?.get('Nats-Pin-Id');
        if (hold) this.#holds.set(partition, hold);
        const parent = source.headers?.get('traceparent') ?? '';
        const message = new LogMessage(partition, source.seq, source.info.deliveryCount, source.data, parent);
        this.#queue.push({ source, message });
        this.#wake();
      }
    })().catch((error) => {
      if (!this.#stopping) this.log.error({ err: error, partition }, 'the partition is no longer received');
    });
  }

  #shareLater(): void {
    this.#sharing = setTimeout(() => {
      void this.#share()
        .catch((error) => this.log.warn({ err: error }, 'partitions could not be shared; it is tried again'))
        .finally(() => this.#stopping || this.#shareLater());
    }, SHARE_EVERY_MS);
  }

  /** The server leaves a partition with who has it: so an instance with more than its share gives up the rest. */
  async #share(): Promise<void> {
    const instances = this.instances();
    const now = Date.now();
    if (instances !== this.#known.instances) this.#known = { instances, since: now };
    if (instances < 2 || now - this.#known.since < SHARE_AFTER_MS) return;
    const given = surplus({ partitions: this.partitions, instances, held: await this.#held() });
    await Promise.all(given.map((partition) => this.#giveUp(partition)));
  }

  /** The partitions that the server leaves with this instance. */
  async #held(): Promise<number[]> {
    const held: number[] = [];
    for (const [partition, hold] of this.#holds) {
      const info: PinnedInfo = await (this.#consumers[partition] as Consumer).info();
      if (info.priority_groups?.some(({ pinned_client_id }) => pinned_client_id === hold)) held.push(partition);
    }
    return held;
  }

  /** Asks for no more, finishes what it has of it, and lets another instance that waits have the partition. */
  async #giveUp(partition: number): Promise<void> {
    const stream = this.#streams.get(partition);
    if (!stream || this.#stopping) return;
    this.#streams.delete(partition);
    await stream.close();
    const mine = ({ message }: Delivered) => message.partition === partition;
    while (this.#queue.some(mine) || this.#handling.some(mine)) await sleep(20);
    try {
      const { group } = this.definition;
      const waiting = (await (this.#consumers[partition] as Consumer).info()).num_waiting;
      if (waiting === 0) return;
      await this.nats.jsm.consumers.unpin(READINGS, `${group}-${partition}`, group);
      this.log.info({ group, partition }, 'a partition was given up to another instance');
      // Nothing waits for this when the process ends meanwhile.
      await new Promise<void>((resolve) => setTimeout(resolve, GIVEN_UP_MS).unref());
    } finally {
      if (!this.#stopping) await this.#receive(partition);
    }
  }

  async #work(): Promise<void> {
    while (true) {
      if (this.#queue.length === 0) {
        if (this.#stopping) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const { maxMessages = 256, lingerMs = 0 } = this.definition;
      if (lingerMs > 0 && this.#queue.length < maxMessages && !this.#stopping) await sleep(lingerMs);
      const messages = this.#queue.splice(0, maxMessages);
      if (messages.length > 0) await this.#handle(messages);
    }
  }

  async #handle(delivered: Delivered[]): Promise<void> {
    this.#handling = delivered;
    const working = setInterval(() => {
      // Those that wait behind this batch must not come a second time either.
      for (const { source } of delivered) source.working();
      for (const { source } of this.#queue) source.working();
    }, ACK_WAIT_MS / 3);
    try {
      const finished = await this.#untilHandled(delivered);
      for (const { source } of finished) source.ack();
      const now = Date.now();
      for (const { source } of finished) this.#delay.observe((now - source.info.timestampNanos / 1e6) / 1_000);
    } finally {
      this.#handling = [];
      clearInterval(working);
    }
  }

  /** Gives back what may be acknowledged: everything, or nothing when the service stops meanwhile. */
  async #untilHandled(delivered: Delivered[]): Promise<Delivered[]> {
    let delay = 250;
    while (true) {
      try {
        await this.#handOver(delivered.map(({ message }) => message));
        return delivered;
      } catch (error) {
        if (this.#stopping) return [];
        if (!isTransient(error)) {
          this.log.error(
            { err: error, messages: delivered.length },
            'a batch failed; its messages are tried one by one',
          );
          await this.#oneByOne(delivered);
          return delivered;
        }
        this.log.warn({ err: error, delay }, 'a batch failed and is tried again');
        await sleep(delay);
        delay = Math.min(delay * 2, 5_000);
      }
    }
  }

  /** One call of the group's work, in a span of its own. */
  #handOver(messages: LogMessage[]): Promise<void> {
    const { group } = this.definition;
    const work = () => this.definition.handle(messages);
    return traced(`readings ${group}`, SpanKind.CONSUMER, messages[0]?.traceParent, work, batchSpan(messages));
  }

  /** A message that fails by itself goes to the dead letters, acknowledged there before it leaves here. */
  async #oneByOne(delivered: Delivered[]): Promise<void> {
    for (const { message, source } of delivered) {
      for (let attempt = 1; ; attempt++) {
        try {
          await this.#handOver([message]);
          break;
        } catch (error) {
          if (!isTransient(error) && attempt >= TRIES_ALONE) {
            await deadLetter(this.nats, `${DEADLETTER_SUBJECT}.${this.service}.readings`, source, error, attempt);
            this.metrics.counter('greenwatch_dead_letters_total', { type: 'readings' }).add();
            this.log.error({ err: error, partition: message.partition, seq: message.sequence }, 'dead letter');
            break;
          }
          await sleep(Math.min(100 * 2 ** attempt, 5_000));
        }
      }
    }
  }

  /** Takes nothing new, finishes what it holds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#sharing);
    // What is queued but not begun goes to another instance.
    const left = this.#queue.splice(0);
    this.#wake();
    await Promise.all([...this.#streams.values()].map((stream) => stream.close()));
    for (const { source } of [...left, ...this.#queue.splice(0)]) source.nak();
    await this.#done;
    await this.#leave();
  }

  /** Somebody who waits gets this instance's partitions now, not when the server misses it. */
  async #leave(): Promise<void> {
    const { group } = this.definition;
    if (this.instances() < 2) return;
    await Promise.all(
      (await this.#held()).map((partition) => this.nats.jsm.consumers.unpin(READINGS, `${group}-${partition}`, group)),
    ).catch((error) =>
      this.log.warn({ err: error }, 'partitions could not be given up; others take them after a while'),
    );
  }

  async #askPending(): Promise<void> {
    const { group } = this.definition;
    const pages = this.nats.jsm.consumers.list(READINGS);
    for (let page = await pages.next(); page.length > 0; page = await pages.next()) {
      for (const { name, num_pending, num_ack_pending } of page) {
        const partition = name.startsWith(`${group}-`) ? name.slice(group.length + 1) : '';
        if (!/^\d+$/.test(partition)) continue;
        this.metrics.gauge('greenwatch_log_pending', { group, partition }).set(num_pending + num_ack_pending);
      }
    }
  }
}

/** A batch is worked on in the trace of its first message; those of the others are linked. */
function batchSpan(messages: readonly LogMessage[]): SpanOptions {
  const attributes = { 'messaging.system': 'nats', 'messaging.batch.message_count': messages.length };
  const others = isTracing() ? new Set(messages.slice(1).flatMap(({ traceParent }) => traceParent || [])) : undefined;
  return { attributes, ...(others?.size ? { links: [...others].slice(0, MOST_LINKS) } : {}) };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
