import type { System } from '@greenwatch/infra';
import { type Client, connectClient, READINGS } from '@greenwatch/kit';

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

/** Waits until consumer groups have worked off the log: those named, or all. */
export async function drained(client: Client, groups?: string[]): Promise<void> {
  const until = Date.now() + DRAINED_WITHIN_MS;
  let waiting = Number.POSITIVE_INFINITY;
  while (Date.now() < until) {
    waiting = 0;
    for await (const { name, num_pending, num_ack_pending } of client.nats.jsm.consumers.list(READINGS)) {
      if (groups && !groups.includes(name.replace(/-\d+$/, ''))) continue;
      waiting += num_pending + num_ack_pending;
    }
    if (waiting === 0) return;
    await sleep(100);
  }
  throw new Error(`${waiting} messages of the log still wait after ${DRAINED_WITHIN_MS / 1_000} s`);
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
