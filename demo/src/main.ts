import path from 'node:path';
import { ConfigError, connectClient, readConfig } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { serveControl } from './control';
import { accountPasswords, loadAccounts, loadProvince, writeLogins } from './load';
import { demoProvince } from './province';
import { factsAreTaken } from './settled';
import { Fleet } from './simulator/fleet';
import { readState } from './simulator/state';
import { loadStations, StationFeed } from './station-feed';
import { furnishedPermits } from './stories';
import { tellStories } from './tell-stories';
import { writeWhole } from './whole-file';

/** The demo: loads its province through the running system's own actions, then plays its devices. */

const Config = Type.Object({
  NATS_URL: Type.String(),
  IDENTITY_PRIVATE_KEY_FILE: Type.String(),
  IDENTITY_PUBLIC_KEYS_FILE: Type.String(),
  DEMO_FOLDER: Type.String({ minLength: 1, description: 'where passwords and the state of the simulator are kept' }),
  DEMO_SEED: Type.String({ default: 'greenwatch', pattern: '^[A-Za-z0-9-]{1,40}$' }),
  DEMO_ENTERPRISES: Type.Integer({ default: 200, minimum: 10, maximum: 200 }),
  DEMO_REALTIME_SECONDS: Type.Integer({ default: 30, minimum: 5, maximum: 3600 }),
  HJ212_HOST: Type.String({ default: '127.0.0.1' }),
  HJ212_PORT: Type.Integer({ default: 9212, minimum: 1, maximum: 65535 }),
  GATEWAY_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'where stations push; without, none do' }),
  ),
  HEALTH_PORT: Type.Integer({ default: 0, minimum: 0, maximum: 65535 }),
  BIND_HOST: Type.String({ default: '127.0.0.1', description: 'address the control port listens on' }),
});

const FACTS_PATIENCE = 60_000;

let stopping = false;

async function main(): Promise<void> {
  const config = readConfig(Config, process.env);
  const folder = config.DEMO_FOLDER;
  const control = await serveControl(config.BIND_HOST, config.HEALTH_PORT);
  let fleet: Fleet | undefined;
  let stations: StationFeed | undefined;
  const client = await connectClient({
    issuer: 'demo',
    natsUrl: config.NATS_URL,
    privateKeyFile: config.IDENTITY_PRIVATE_KEY_FILE,
    publicKeysFile: config.IDENTITY_PUBLIC_KEYS_FILE,
    services: ['registry', 'permits', 'gateway'],
  });

  const stop = async () => {
    if (stopping) return;
    stopping = true;
    fleet?.stop();
    await stations?.stop();
    await control.close();
    await client.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());

  const stateFile = path.join(folder, 'simulator.json');
  const startedAt = readState(stateFile)?.startedAt ?? Date.now();
  // Kept before anything is made of it: a load that was killed goes on with the same dates.
  if (!readState(stateFile)) writeWhole(stateFile, JSON.stringify({ startedAt, episodes: [], cursors: {} }));
  const bare = demoProvince({ seed: config.DEMO_SEED, enterprises: config.DEMO_ENTERPRISES });
  const province = { ...bare, permits: furnishedPermits(bare, config.DEMO_SEED, startedAt) };
  const passwords = accountPasswords(folder, province.accounts);
  const { changed } = await loadProvince(client.call, province);
  await loadAccounts(
    client.call,
    province.accounts.filter((account) => account.named),
    passwords,
  );
  writeLogins(folder, province, passwords);
  if (changed > 0) await factsAreTaken(client.nats.jsm, FACTS_PATIENCE);

  fleet = new Fleet(province, {
    host: config.HJ212_HOST,
    port: config.HJ212_PORT,
    seed: config.DEMO_SEED,
    stateFile,
    realtimeSeconds: config.DEMO_REALTIME_SECONDS,
    now: Date.now,
  });
  fleet.start();
  control.ready(fleet);
  writeWhole(path.join(folder, 'control.json'), JSON.stringify({ url: control.url }));
  process.stdout.write(
    `demo: ${province.simulated.length} devices, ${changed} records loaded, control ${control.url}\n`,
  );

  if (config.GATEWAY_URL) {
    await loadStations(client.call, config.DEMO_SEED);
    stations = new StationFeed(client.call, {
      gatewayUrl: config.GATEWAY_URL,
      folder,
      seed: config.DEMO_SEED,
      everySeconds: config.DEMO_REALTIME_SECONDS,
      now: Date.now,
    });
    stations.start();
  }

  // The other accounts come while the devices already speak.
  await loadAccounts(client.call, province.accounts, passwords);
  await tellStories(client.call, province, fleet, config.DEMO_SEED, () => stopping);
}

main().catch((error: unknown) => {
  // A call that was under way when the stop came has nobody to answer.
  if (stopping) return;
  const text = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`demo stops: ${text}\n`);
  process.exit(1);
});
