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
/** So long the server sends nothing of a partition that changes hands, at most: should who hands it over die meanwhile. */
const PAUSED_MS = 10_000;
/** What the server had sent before is here by then; only what a dead instance left behind is not. */
const ARRIVED_WITHIN_MS = 1_000;

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
      const durable_name = this.#durable(partition);
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
    const messages = await this.#consumer(partition).consume({
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
    const mine = async ([partition, hold]: [number, string]) => {
      const info: PinnedInfo = await this.#consumer(partition).info();
      return info.priority_groups?.some(({ pinned_client_id }) => pinned_client_id === hold) ? [partition] : [];
    };
    return (await Promise.all([...this.#holds].map(mine))).flat();
  }

  /** Takes no more, finishes what it has of it, and lets another instance that waits have the partition. */
  async #giveUp(partition: number): Promise<void> {
    const stream = this.#streams.get(partition);
    if (!stream || this.#stopping) return;
    this.#streams.delete(partition);
    try {
      await this.#pause(partition).finally(() => stream.close());
      while (this.#mine(partition) > 0) await sleep(20);
      const { num_waiting } = await this.#consumer(partition).info();
      if (num_waiting === 0) {
        await this.#resume(partition);
        return;
      }
      await this.#free(partition);
      this.log.info({ group: this.definition.group, partition }, 'a partition was given up to another instance');
      // Nothing waits for this when the process ends meanwhile.
      await new Promise<void>((resolve) => setTimeout(resolve, GIVEN_UP_MS).unref());
    } finally {
      if (!this.#stopping) await this.#receive(partition);
    }
  }

  /** Messages of a partition that are here and not acknowledged. */
  #mine(partition: number): number {
    const mine = ({ message }: Delivered) => message.partition === partition;
    return this.#queue.filter(mine).length + this.#handling.filter(mine).length;
  }

  /**
   * The server sends no more of a partition, and what it had sent is here. A stream closed without this loses what is on
   * its way, which comes again only after AckWait, behind newer messages.
   */
  async #pause(partition: number): Promise<void> {
    const end = Date.now() + ARRIVED_WITHIN_MS;
    await this.nats.jsm.consumers.pause(READINGS, this.#durable(partition), new Date(Date.now() + PAUSED_MS));
    while (Date.now() < end) {
      const { num_ack_pending } = await this.#consumer(partition).info();
      if (num_ack_pending <= this.#mine(partition)) return;
      await sleep(20);
    }
  }

  async #resume(partition: number): Promise<void> {
    await this.nats.jsm.consumers.resume(READINGS, this.#durable(partition));
  }

  /** Lets whoever waits, or comes next, have a paused partition. */
  async #free(partition: number): Promise<void> {
    try {
      await this.nats.jsm.consumers.unpin(READINGS, this.#durable(partition), this.definition.group);
    } finally {
      await this.#resume(partition);
    }
  }

  #durable(partition: number): string {
    return `${this.definition.group}-${partition}`;
  }

  #consumer(partition: number): Consumer {
    return this.#consumers[partition] as Consumer;
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      if (this.#queue.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const { maxMessages = 256, lingerMs = 0 } = this.definition;
      if (lingerMs > 0 && this.#queue.length < maxMessages) await sleep(lingerMs);
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

  /** Begins nothing new, finishes what it works on; what waits behind that goes to another instance. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#sharing);
    this.#wake();
    const held = await this.#handingOver();
    await Promise.all([...this.#streams.values()].map((stream) => stream.close()));
    for (const { source } of this.#queue.splice(0)) source.nak();
    await this.#done;
    await this.#leave(held);
  }

  /** Pauses what this instance holds, and gives it back. */
  async #handingOver(): Promise<number[]> {
    try {
      const held = await this.#held();
      await Promise.all(held.map((partition) => this.#pause(partition)));
      return held;
    } catch (error) {
      this.log.warn({ err: error }, 'partitions could not be handed over; others take them after a while');
      return [];
    }
  }

  /** Who waits or comes next gets these partitions now, not when the server misses this instance. */
  async #leave(partitions: readonly number[]): Promise<void> {
    await Promise.all(partitions.map((partition) => this.#free(partition))).catch((error) =>
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
