import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { reaper } from './reaper';
import type { TestServers } from './test-servers';

const ISSUERS = [
  'registry',
  'ingestion',
  'readings',
  'rules',
  'permits',
  'tasking',
  'notifications',
  'gateway',
  'demo',
  'admin',
] as const;

/** Key files for one set of test servers: every issuer's private key, everybody's public keys, field keys. */
export interface TestKeys {
  privateKeyFile(issuer: string): string;
  publicKeysFile: string;
  fieldKeysFile: string;
}

const made = new WeakMap<TestServers, TestKeys>();

export function testKeys(servers: TestServers): TestKeys {
  const existing = made.get(servers);
  if (existing) return existing;
  const folder = reaper.temporaryFolder('keys');
  const privateKeyFile = (issuer: string) => path.join(folder, `${issuer}.jwk.json`);
  const publicKeys = ISSUERS.map((issuer) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(privateKeyFile(issuer), JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: issuer }));
    return { ...publicKey.export({ format: 'jwk' }), kid: issuer, alg: 'EdDSA', use: 'sig' };
  });
  const keys: TestKeys = {
    privateKeyFile,
    publicKeysFile: path.join(folder, 'public.jwks.json'),
    fieldKeysFile: path.join(folder, 'field-keys.json'),
  };
  writeFileSync(keys.publicKeysFile, JSON.stringify({ keys: publicKeys }));
  const key = () => randomBytes(32).toString('base64');
  writeFileSync(keys.fieldKeysFile, JSON.stringify({ current: 'k1', keys: { k1: key() }, indexKey: key() }));
  made.set(servers, keys);
  return keys;
}

/** The environment of one service against these servers, for `runService` in a test. */
export function serviceEnvironment(
  servers: TestServers,
  service: string,
  more: Record<string, string> = {},
): NodeJS.ProcessEnv {
  const keys = testKeys(servers);
  return {
    MONGODB_URI: servers.mongoUri,
    MONGODB_DATABASE: `${servers.database}_${service}`,
    NATS_URL: servers.natsUrl,
    VALKEY_URL: servers.valkeyUrl,
    IDENTITY_PRIVATE_KEY_FILE: keys.privateKeyFile(service),
    IDENTITY_PUBLIC_KEYS_FILE: keys.publicKeysFile,
    FIELD_KEYS_FILE: keys.fieldKeysFile,
    LOG_LEVEL: 'error',
    ...more,
  };
}
