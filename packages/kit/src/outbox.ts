import { fact as factProto } from '@greenwatch/contracts';
import type { ClientSession, Connection } from 'mongoose';
import type { NewFact } from './facts';
import { newId, timeOfId } from './ids';
import { Lease } from './lease';
import type { Logger } from './logger';
import type { Metrics } from './metrics/metrics';
import { type Nats, tracedHeaders } from './nats';
import { SpanKind, traced, traceParent } from './telemetry';

interface Row {
  _id: string;
  subject: string;
  envelope: Buffer;
  traceParent: string;
  publishAt: number;
  cancelKey?: string;
  /** Until the stream has acknowledged it; then `publishedAt` is set instead, and the row goes away a week later. */
  pending?: true;
  publishedAt?: Date;
}

/** Name of the index by which what is due is found. */
const DUE = 'due';
const POLL_MS = 500;
const BATCH = 500;
/** More than these are not counted for the gauge: it costs as much as there are. */
const MOST_COUNTED = 10_000;

/**
 * Facts leave a service through its outbox: written in the transaction that makes them true, published afterwards by a
 * relay with their id as Nats-Msg-Id, marked by the stream's ack (design.md 5). One instance at a time relays, so facts
 * leave in the order in which they were written.
 */
export class Outbox {
  readonly #rows;
  readonly #lease: Lease;
  #wake: () => void = () => {};
  #poked = false;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  constructor(
    db: Connection,
    private readonly nats: Nats,
    private readonly service: string,
    instance: string,
    private readonly now: () => number,
    private readonly log: Logger,
  ) {
    this.#rows = db.collection<Row>('outbox');
    this.#lease = new Lease(db, 'outbox', instance);
  }

  /** Makes the indexes. */
  async prepare(): Promise<void> {
    await this.#rows.createIndex({ publishAt: 1, _id: 1 }, { name: DUE, partialFilterExpression: { pending: true } });
    await this.#rows.createIndex({ cancelKey: 1 }, { sparse: true });
    await this.#rows.createIndex({ publishedAt: 1 }, { expireAfterSeconds: 7 * 24 * 3_600 });
  }

  start(metrics: Metrics): void {
    this.#done = this.#relay();
    metrics.ask(['greenwatch_outbox_pending', 'greenwatch_outbox_oldest_seconds'], async () => {
      const now = this.now();
      const due = { pending: true, publishAt: { $lte: now } } as const;
      const [oldest] = await this.#rows.find(due).sort({ publishAt: 1, _id: 1 }).hint(DUE).limit(1).toArray();
      const count = oldest ? await this.#rows.countDocuments(due, { hint: DUE, limit: MOST_COUNTED }) : 0;
      metrics.gauge('greenwatch_outbox_pending').set(count);
      // What is no timer is due since it was written, which its id says.
      const since = oldest && (oldest.publishAt || timeOfId(oldest._id));
      metrics.gauge('greenwatch_outbox_oldest_seconds').set(since ? Math.max(0, now - since) / 1_000 : 0);
    });
  }

  /** Adds a fact to the transaction of `session`. It is published after the commit, or at `publishAt`. */
  async append<T>(session: ClientSession, fact: NewFact<T>): Promise<void> {
    await this.#rows.insertOne(this.#row(fact), { session });
  }

  /** The same for many facts in one write; they are published in their order. */
  async appendAll<T>(session: ClientSession, facts: readonly NewFact<T>[]): Promise<void> {
    if (facts.length > 0) {
      await this.#rows.insertMany(
        facts.map((fact) => this.#row(fact)),
        { session },
      );
    }
  }

  #row<T>(fact: NewFact<T>): Row {
    const expected = `facts.${this.service}.`;
    if (!fact.subject.startsWith(expected)) throw new Error(`${fact.subject}: a fact of ours begins with ${expected}`);
    const id = newId();
    const parent = traceParent();
    const envelope = factProto.Envelope.encode({
      id,
      type: fact.codec.$type,
      entity: fact.entity,
      sequence: fact.sequence,
      occurredAt: Math.round(fact.occurredAt),
      recordedAt: this.now(),
      producer: this.service,
      divisionPath: fact.divisionPath ?? [],
      enterpriseId: fact.enterpriseId ?? '',
      traceParent: parent,
      data: fact.codec.encode(fact.data).finish(),
    }).finish();
    return {
      _id: id,
      subject: fact.subject,
      envelope: Buffer.from(envelope),
      traceParent: parent,
      publishAt: fact.publishAt ?? 0,
      ...(fact.cancelKey ? { cancelKey: fact.cancelKey } : {}),
      pending: true,
    };
  }

  /** Takes back every fact with this key, or one of these keys, that is not published yet. */
  async cancel(session: ClientSession, cancelKey: string | readonly string[]): Promise<void> {
    const key = typeof cancelKey === 'string' ? cancelKey : { $in: [...cancelKey] };
    await this.#rows.deleteMany({ cancelKey: key, pending: true }, { session });
  }

  /** Facts were committed: publish them now rather than at the next poll. */
  poke(): void {
    this.#poked = true;
    this.#wake();
  }

  async #relay(): Promise<void> {
    while (!this.#stopping) {
      this.#poked = false;
      let more = false;
      try {
        if (await this.#lease.held()) more = await this.#publishDue();
      } catch (error) {
        this.log.warn({ err: error }, 'the outbox could not be relayed; it is tried again');
      }
      if (more || this.#poked || this.#stopping) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Publishes what is due, at most one batch. @returns whether there may be more */
  async #publishDue(): Promise<boolean> {
    const due = await this.#rows
      .find({ pending: true, publishAt: { $lte: this.now() } }, { promoteBuffers: true })
      .sort({ publishAt: 1, _id: 1 })
      .limit(BATCH)
      .toArray();
    if (due.length === 0) return false;
    const outcomes = await Promise.allSettled(
      due.map((row) =>
        traced(
          `${row.subject} publish`,
          SpanKind.PRODUCER,
          row.traceParent,
          () => this.nats.js.publish(row.subject, row.envelope, { msgID: row._id, headers: tracedHeaders() }),
          { attributes: { 'messaging.system': 'nats', 'messaging.destination.name': row.subject } },
        ),
      ),
    );
    const published = due.filter((_, i) => outcomes[i]?.status === 'fulfilled').map((row) => row._id);
    await this.#rows.updateMany(
      { _id: { $in: published } },
      { $set: { publishedAt: new Date() }, $unset: { pending: '' } },
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return due.length === BATCH;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#done;
    await this.#lease.release().catch(() => {});
  }
}
