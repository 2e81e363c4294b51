import type { System } from '@greenwatch/infra';
import { type Client, connectClient, FACTS, READINGS } from '@greenwatch/kit';

/** Joins a system as the issuer `demo`, which may register devices. */
export function connectToSystem(system: System, services: string[]): Promise<Client> {
  const environment = system.environment('demo');
  return connectClient({
    issuer: 'demo',
    natsUrl: need(environment, 'NATS_URL'),
    privateKeyFile: need(environment, 'IDENTITY_PRIVATE_KEY_FILE'),
    publicKeysFile: need(environment, 'IDENTITY_PUBLIC_KEYS_FILE'),
    services,
  });
}

/** Where the readings service streams its export. */
export const exportAddress = (system: System): string => need(system.environment('demo'), 'READINGS_GRPC');

function need(environment: Record<string, string>, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`the system gives no ${name}`);
  return value;
}

const DRAINED_WITHIN_MS = 120_000;

/** Waits until consumer groups have worked off what is on the log now: those named, or all. */
export function drained(client: Client, groups?: string[], withinMs = DRAINED_WITHIN_MS): Promise<void> {
  const counts = (name: string) => {
    // The archive follows by consumers that last as long as its process does, and remembers its place by itself.
    const group = /^([a-z]+)-\d+$/.exec(name)?.[1];
    return group !== undefined && (!groups || groups.includes(group));
  };
  return workedOff(client, READINGS, counts, withinMs);
}

const QUIET_MS = 2_000;

/** Waits until every service has taken what was told, and tells nothing more of its own because of it. */
export async function factsTaken(client: Client, withinMs = DRAINED_WITHIN_MS): Promise<void> {
  for (let told = -1; ; await sleep(QUIET_MS)) {
    await workedOff(client, FACTS, (name) => name.startsWith('facts-'), withinMs);
    const { last_seq } = (await client.nats.jsm.streams.info(FACTS)).state;
    if (last_seq === told) return;
    told = last_seq;
  }
}

async function workedOff(
  client: Client,
  stream: string,
  counts: (consumer: string) => boolean,
  withinMs: number,
): Promise<void> {
  const { last_seq } = (await client.nats.jsm.streams.info(stream)).state;
  const until = Date.now() + withinMs;
  let behind: string[] = [];
  while (Date.now() < until) {
    behind = [];
    for await (const consumer of client.nats.jsm.consumers.list(stream)) {
      const { name, num_pending, num_ack_pending, ack_floor } = consumer;
      const done = num_pending + num_ack_pending === 0 || ack_floor.stream_seq >= last_seq;
      if (counts(name) && !done) behind.push(`${name} (${num_pending + num_ack_pending})`);
    }
    if (behind.length === 0) return;
    await sleep(100);
  }
  throw new Error(`after ${withinMs / 1_000} s these are still behind: ${behind.join(', ')}`);
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
