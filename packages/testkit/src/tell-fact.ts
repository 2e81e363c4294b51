import { randomUUID } from 'node:crypto';
import { fact } from '@greenwatch/contracts';
import { until } from './until';

/** What a test client has of NATS (`connectClient` of the kit). */
interface Teller {
  nats: { js: { publish(subject: string, bytes: Uint8Array): Promise<unknown> } };
}
interface Follower {
  nats: {
    jsm: {
      consumers: { info(stream: string, name: string): Promise<{ num_pending: number; num_ack_pending: number }> };
    };
  };
}
/** A generated message: encodes `T`. */
interface Encoder<T> {
  $type: string;
  encode(message: T): { finish(): Uint8Array };
}

/** Parts of the envelope that most tests leave as they are. */
export interface FactOptions {
  /** Given again, the fact is the same one delivered twice. */
  id?: string;
  divisionPath?: string[];
  enterpriseId?: string;
  /** When it happened and was recorded, epoch ms; now when absent. */
  at?: number;
}

/**
 * Puts a fact on the stream as its owner would.
 * @param sequence of the entity: 1, 2, 3 …
 * @returns the fact's id, to tell it a second time
 */
export async function tellFact<T>(
  client: Teller,
  subject: string,
  codec: Encoder<T>,
  entity: string,
  sequence: number,
  data: T,
  { id = randomUUID(), divisionPath = [], enterpriseId = '', at = Date.now() }: FactOptions = {},
): Promise<string> {
  const envelope: fact.Envelope = {
    id,
    type: codec.$type,
    entity,
    sequence,
    occurredAt: at,
    recordedAt: at,
    producer: subject.split('.')[1] ?? '',
    divisionPath,
    enterpriseId,
    traceParent: '',
    data: codec.encode(data).finish(),
  };
  // No message id: what the stream would drop as a duplicate must reach the service here.
  await client.nats.js.publish(subject, fact.Envelope.encode(envelope).finish());
  return id;
}

/** Waits until a service has handled every fact told so far: nothing pending, nothing unacknowledged. */
export async function factsHandled(client: Follower, service: string): Promise<void> {
  await until(async () => {
    const { num_pending, num_ack_pending } = await client.nats.jsm.consumers.info('FACTS', `facts-${service}`);
    return num_pending + num_ack_pending === 0;
  });
}
