import { ensureSecrets, issuers, type Secrets } from '@greenwatch/infra';
import { reaper } from './reaper';
import type { TestServers } from './test-servers';

/** Key files for one set of test servers: every issuer's private key, everybody's public keys, field keys. */
export type TestKeys = Pick<Secrets, 'privateKeyFile' | 'publicKeysFile' | 'fieldKeysFile'>;

const made = new WeakMap<TestServers, TestKeys>();

/** The keys of a real system, made by what makes them there. */
export function testKeys(servers: TestServers): TestKeys {
  const keys = made.get(servers) ?? ensureSecrets(reaper.temporaryFolder('keys'), issuers);
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

/** What `connectClient` of the kit needs to join these servers as an issuer, beside the services that are called. */
export function asIssuer(servers: TestServers, issuer: string) {
  const { privateKeyFile, publicKeysFile } = testKeys(servers);
  return { issuer, natsUrl: servers.natsUrl, privateKeyFile: privateKeyFile(issuer), publicKeysFile };
}
