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

/** How long nobody may get further before it counts as stuck. */
const STUCK_AFTER_MS = 120_000;

/** Waits until consumer groups have worked off what is on the log now: those named, or all. */
export function drained(client: Client, groups?: string[], stuckAfterMs = STUCK_AFTER_MS): Promise<void> {
  const counts = (name: string) => {
    // The archive follows by consumers that last as long as its process does, and remembers its place by itself.
    const group = /^([a-z]+)-\d+$/.exec(name)?.[1];
    return group !== undefined && (!groups || groups.includes(group));
  };
  return workedOff(client, READINGS, counts, stuckAfterMs);
}

const QUIET_MS = 2_000;

/** Waits until every service has taken what was told, and tells nothing more of its own because of it. */
export async function factsTaken(client: Client, stuckAfterMs = STUCK_AFTER_MS): Promise<void> {
  for (let told = -1; ; await sleep(QUIET_MS)) {
    await workedOff(client, FACTS, (name) => name.startsWith('facts-'), stuckAfterMs);
    const { last_seq } = (await client.nats.jsm.streams.info(FACTS)).state;
    if (last_seq === told) return;
    told = last_seq;
  }
}

async function workedOff(
  client: Client,
  stream: string,
  counts: (consumer: string) => boolean,
  stuckAfterMs: number,
): Promise<void> {
  const { last_seq } = (await client.nats.jsm.streams.info(stream)).state;
  let least = Number.POSITIVE_INFINITY;
  let movedAt = Date.now();
  while (true) {
    const behind: string[] = [];
    let left = 0;
    for await (const consumer of client.nats.jsm.consumers.list(stream)) {
      const { name, num_pending, num_ack_pending, ack_floor } = consumer;
      const waiting = num_pending + num_ack_pending;
      if (!counts(name) || waiting === 0 || ack_floor.stream_seq >= last_seq) continue;
      behind.push(`${name} (${waiting})`);
      left += waiting;
    }
    if (behind.length === 0) return;
    if (left < least) {
      least = left;
      movedAt = Date.now();
    }
    if (Date.now() - movedAt > stuckAfterMs) {
      throw new Error(`for ${stuckAfterMs / 1_000} s these got no further: ${behind.join(', ')}`);
    }
    await sleep(100);
  }
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
