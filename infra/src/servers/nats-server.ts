import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { ProcessSpec } from '../managed-process';
import { obtainServer } from './obtain';

/** One user and the subjects it may publish and subscribe to (NATS wildcards). */
export interface NatsUser {
  name: string;
  password: string;
  publish: string[];
  subscribe: string[];
}

export interface NatsServerOptions {
  folder: string;
  logFile: string;
  pidFile?: string;
  port: number;
  /** None: everybody may do everything, for tests of one service. */
  users?: NatsUser[];
  /** A listener for devices that speak MQTT; ingestion answers who may log in, and vouches for them with this issuer's key. */
  mqtt?: { host: string; port: number; issuer: string };
  /** When JetStream flushes to disk: `always` before each ack, or a period such as `2m`, NATS's default. */
  syncInterval: string;
  environment: NodeJS.ProcessEnv;
}

export function natsUrl(port: number): string {
  return `nats://127.0.0.1:${port}`;
}

/** nats-server with JetStream on disk, ready when it greets with its INFO line. */
export async function natsServerSpec(options: NatsServerOptions): Promise<ProcessSpec> {
  const { folder, port } = options;
  mkdirSync(folder, { recursive: true });
  const configFile = path.join(folder, 'nats-server.conf');
  writeFileSync(configFile, natsConfig(options), { mode: 0o600 });
  return {
    name: 'nats',
    command: await obtainServer('nats-server'),
    args: ['-c', configFile],
    environment: options.environment,
    logFile: path.resolve(options.logFile),
    pidFile: options.pidFile,
    probe: () => greeting(port),
    readyWithinMs: 60_000,
    stopWithinMs: 5_000,
  };
}

// Strings are written as JSON, which NATS's own format reads.
const quote = (text: string) => JSON.stringify(text);
const list = (texts: string[]) => `[${texts.map(quote).join(', ')}]`;

/** The configuration file. */
export function natsConfig({ folder, port, users, mqtt, syncInterval }: NatsServerOptions): string {
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    'server_name: greenwatch',
    // A grouped log message carries many packets (design.md 4).
    'max_payload: 8MB',
    `jetstream { store_dir: ${quote(path.join(folder, 'store'))}, sync_interval: ${quote(syncInterval)} }`,
  ];
  if (users) {
    if (mqtt) lines.push(`mqtt { listen: "${mqtt.host}:${mqtt.port}" }`);
    lines.push(...natsAccounts(users, mqtt?.issuer));
  }
  return `${lines.join('\n')}\n`;
}

/**
 * The lines of the configuration that say who may do what: one account with its users.
 * @param mqttIssuer public key of who answers for devices at the MQTT listener; absent: none may log in there
 */
export function natsAccounts(users: readonly NatsUser[], mqttIssuer?: string): string[] {
  const lines = ['accounts { GREENWATCH { jetstream: enabled, users: ['];
  for (const user of users) {
    lines.push(
      `  { user: ${quote(user.name)}, password: ${quote(user.password)}, permissions: {`,
      `    publish: { allow: ${list(user.publish)} }, subscribe: { allow: ${list(user.subscribe)} } } }`,
    );
  }
  lines.push('] } }');
  // Our own processes log in as before; whoever else comes is a device, and ingestion says whether it may, in its time.
  if (mqttIssuer !== undefined) {
    lines.push(
      `authorization { timeout: 10, auth_callout { issuer: "${mqttIssuer}", account: GREENWATCH, auth_users: ${list(users.map(({ name }) => name))} } }`,
    );
  }
  return lines;
}

/** Rejects until the server greets; it opens its port after JetStream has recovered its streams. */
function greeting(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.setEncoding('latin1').setTimeout(1_000, () => socket.destroy(new Error('nats-server does not greet')));
    socket.once('data', (text: string) => {
      if (text.startsWith('INFO ')) resolve();
      else reject(new Error(`port ${port} is not a nats-server's`));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('nats-server closed the connection')));
  });
}
