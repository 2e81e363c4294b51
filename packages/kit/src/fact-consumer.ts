import { fact as factProto } from '@greenwatch/contracts';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ClientSession, Connection } from 'mongoose';
import { DEADLETTER_SUBJECT, deadLetter } from './dead-letter';
import { type FactHandler, type FactHandlers, subjectMatches } from './facts';
import { partitionOf } from './ids';
import type { Logger } from './logger';
import type { Metrics } from './metrics/metrics';
import { isDuplicateKey, isTransient } from './mongo';
import { FACTS, type Nats } from './nats';
import { SpanKind, traced } from './telemetry';

const ACK_WAIT_MS = 30_000;
const MAX_TRIES = 8;
/** Delay before the second, third … try. */
const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 60_000, 120_000, 300_000];
/** Facts of one entity are handled in order; of different ones side by side. */
const LANES = 8;
const INBOX_DAYS = 100;

/** Takes the facts a service reacts to, each exactly once in effect, from one durable consumer shared by its instances. */
export class FactConsumer {
  #messages: ConsumerMessages | undefined;
  #stopping = false;
  readonly #lanes: Promise<void>[] = Array.from({ length: LANES }, () => Promise.resolve());
  readonly #inbox;
  readonly #handlers: [string, FactHandler][];

  constructor(
    db: Connection,
    private readonly nats: Nats,
    private readonly service: string,
    handlers: FactHandlers,
    private readonly transaction: <T>(work: (session: ClientSession) => Promise<T>) => Promise<T>,
    private readonly log: Logger,
    private readonly metrics: Metrics,
  ) {
    this.#handlers = Object.entries(handlers);
    this.#inbox = db.collection<{ _id: string; at: Date }>('inbox');
  }

  /** Makes the index. */
  async prepare(): Promise<void> {
    await this.#inbox.createIndex({ at: 1 }, { expireAfterSeconds: INBOX_DAYS * 24 * 3_600 });
  }

  async start(): Promise<void> {
    const durable_name = `facts-${this.service}`;
    const config = {
      durable_name,
      filter_subjects: this.#handlers.map(([pattern]) => pattern),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: 512,
      max_deliver: -1,
    };
    const exists = await this.nats.jsm.consumers.info(FACTS, durable_name).catch(() => undefined);
    // A new version of the service may react to more subjects.
    if (exists) await this.nats.jsm.consumers.update(FACTS, durable_name, { filter_subjects: config.filter_subjects });
    else await this.nats.jsm.consumers.add(FACTS, config);
    const consumer = await this.nats.js.consumers.get(FACTS, durable_name);
    const messages = await consumer.consume({ max_messages: 256, expires: 10_000, idle_heartbeat: 2_000 });
    this.#messages = messages;
    this.metrics.ask(['greenwatch_facts_pending'], async () => {
      const { num_pending, num_ack_pending } = await this.nats.jsm.consumers.info(FACTS, durable_name);
      this.metrics.gauge('greenwatch_facts_pending').set(num_pending + num_ack_pending);
    });
    void (async () => {
      for await (const message of messages) this.#dispatch(message);
    })().catch((error) => {
      if (!this.#stopping) this.log.error({ err: error }, 'facts are no longer received');
    });
  }

  #dispatch(message: JsMsg): void {
    const envelope = factProto.Envelope.decode(message.data);
    const lane = partitionOf(envelope.entity, LANES);
    this.#lanes[lane] = (this.#lanes[lane] as Promise<void>).then(() =>
      // Not begun when the service stops: another instance or the next start takes it.
      this.#stopping ? undefined : this.#handle(message, envelope),
    );
  }

  async #handle(message: JsMsg, envelope: factProto.Envelope): Promise<void> {
    const working = setInterval(() => message.working(), ACK_WAIT_MS / 3);
    try {
      const { subject } = message;
      await traced(
        `fact ${subject}`,
        SpanKind.CONSUMER,
        // Of who published it; a fact that came another way still says in what it was told.
        message.headers?.get('traceparent') || envelope.traceParent,
        () => this.#apply(subject, envelope),
        { attributes: { 'messaging.system': 'nats', 'messaging.destination.name': subject } },
      );
      message.ack();
      this.#count(subject, 'ok');
    } catch (error) {
      await this.#failed(message, error).catch((again) => {
        // No dead letter, no ack: the stream delivers it again.
        this.log.warn({ err: again, subject: message.subject }, 'a failed fact could not be set aside');
      });
    } finally {
      clearInterval(working);
    }
  }

  async #apply(subject: string, envelope: factProto.Envelope): Promise<void> {
    const matching = this.#handlers.filter(([pattern]) => subjectMatches(pattern, subject)).map(([, h]) => h);
    for (const handler of matching.filter((h) => h.mode === 'projection')) {
      await handler.handle(envelope, subject, undefined);
    }
    const changing = matching.filter((h) => h.mode === 'transaction');
    if (changing.length === 0) return;
    try {
      await this.transaction(async (session) => {
        await this.#inbox.insertOne({ _id: envelope.id, at: new Date() }, { session });
        for (const handler of changing) await handler.handle(envelope, subject, session);
      });
    } catch (error) {
      if (isDuplicateKey(error) && (await this.#inbox.findOne({ _id: envelope.id }))) return;
      throw error;
    }
  }

  async #failed(message: JsMsg, error: unknown): Promise<void> {
    const tries = message.info.deliveryCount;
    const subject = message.subject;
    if (!isTransient(error) && tries >= MAX_TRIES) {
      await deadLetter(this.nats, `${DEADLETTER_SUBJECT}.${this.service}.facts`, message, error, tries);
      message.ack();
      this.#count(subject, 'dead');
      this.metrics.counter('greenwatch_dead_letters_total', { type: typeOf(subject) }).add();
      this.log.error({ err: error, subject, tries }, 'dead letter');
      return;
    }
    const delay = RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? 1_000;
    this.log.warn({ err: error, subject, tries, delay }, 'a fact failed and is tried again');
    message.nak(delay);
    this.#count(subject, 'retried');
  }

  #count(subject: string, result: 'ok' | 'retried' | 'dead'): void {
    this.metrics.counter('greenwatch_facts_handled_total', { type: typeOf(subject), result }).add();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#messages?.close();
    await Promise.all(this.#lanes);
  }
}

const typeOf = (subject: string) => subject.slice('facts.'.length);
