import type { fact as factProto } from '@greenwatch/contracts';
import type { ClientSession } from 'mongoose';

/** The part of a generated protobuf codec that facts need. */
export interface Codec<T> {
  /** Full protobuf name, for instance `greenwatch.rules.v1.AlarmChanged`. */
  $type: string;
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** A fact about to be told. Times in ms. */
export interface NewFact<T = unknown> {
  /** `facts.<this service>.<entity>.<verb>` */
  subject: string;
  codec: Codec<T>;
  data: T;
  entity: string;
  /** The entity's own sequence number: 1, 2, 3 … */
  sequence: number;
  /** Data time: when it happened in the world. */
  occurredAt: number;
  divisionPath?: string[];
  enterpriseId?: string;
  /** A later time makes it a timer: a deadline, a reminder, a retry. */
  publishAt?: number;
  /** By this it is cancelled before it is published. */
  cancelKey?: string;
}

/** A fact as a handler gets it. */
export interface Fact<T> {
  id: string;
  subject: string;
  entity: string;
  sequence: number;
  occurredAt: number;
  recordedAt: number;
  producer: string;
  divisionPath: string[];
  enterpriseId?: string;
  data: T;
}

/** What a service does with facts of one subject (wildcards `*` and `>` allowed). */
export interface FactHandler {
  /**
   * `transaction`: runs once a fact, in one transaction with the inbox row that remembers it; every write takes `session`.
   * `projection`: runs at least once, without a transaction; the handler keeps the newest by the entity's sequence.
   */
  mode: 'transaction' | 'projection';
  handle(envelope: factProto.Envelope, subject: string, session: ClientSession | undefined): Promise<void>;
}
export type FactHandlers = Record<string, FactHandler>;

function read<T>(codec: Codec<T>, envelope: factProto.Envelope, subject: string): Fact<T> {
  const { id, entity, sequence, occurredAt, recordedAt, producer, divisionPath, enterpriseId, data } = envelope;
  return {
    id,
    subject,
    entity,
    sequence,
    occurredAt,
    recordedAt,
    producer,
    divisionPath,
    ...(enterpriseId ? { enterpriseId } : {}),
    data: codec.decode(data),
  };
}

/** A handler that changes this service's own data: exactly once a fact, together with the facts it tells itself. */
export function onFact<T>(
  codec: Codec<T>,
  handle: (fact: Fact<T>, session: ClientSession) => Promise<void>,
): FactHandler {
  return {
    mode: 'transaction',
    handle: (envelope, subject, session) => handle(read(codec, envelope, subject), session as ClientSession),
  };
}

/** A handler that only keeps a copy of another service's entity (see `projection`). */
export function onProjected<T>(codec: Codec<T>, handle: (fact: Fact<T>) => Promise<void>): FactHandler {
  return { mode: 'projection', handle: (envelope, subject) => handle(read(codec, envelope, subject)) };
}

/** Whether a NATS subject matches a pattern with `*` and `>`. */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const parts = subject.split('.');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '>') return parts.length > i;
    if (i >= parts.length || (wanted[i] !== '*' && wanted[i] !== parts[i])) return false;
  }
  return wanted.length === parts.length;
}
