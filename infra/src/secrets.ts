import { createPublicKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createAccount, fromSeed } from '@nats-io/nkeys';

/** What one system's processes know each other by. Made once for a data folder; files are readable by their owner only. */
export interface Secrets {
  /** Ed25519 private JWK of an issuer. */
  privateKeyFile(issuer: string): string;
  /** JWKS with everybody's public key, `kid` = issuer. */
  publicKeysFile: string;
  /** AES-256 keys of encrypted fields: {current, keys, indexKey}. */
  fieldKeysFile: string;
  natsPasswords: Record<string, string>;
  valkeyPassword: string;
  /** Of the demo's SMSC. */
  smppPassword: string;
  /** Key with which ingestion vouches for devices at nats-server's MQTT listener: its seed, and its public name. */
  mqttSeedFile: string;
  mqttIssuer: string;
}

type Passwords = Pick<Secrets, 'natsPasswords' | 'valkeyPassword' | 'smppPassword'>;

/** Reads the secrets in the folder and makes what is missing: all at the first start, those of a new service later. */
export function ensureSecrets(folder: string, issuers: readonly string[]): Secrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const file = (name: string) => path.join(folder, name);
  const privateKeyFile = (issuer: string) => file(`${issuer}.jwk.json`);

  const publicKeys = issuers.map((issuer) => {
    if (!existsSync(privateKeyFile(issuer))) {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeSecret(privateKeyFile(issuer), { ...privateKey.export({ format: 'jwk' }), kid: issuer, alg: 'EdDSA' });
    }
    const jwk = readJson<JsonWebKey>(privateKeyFile(issuer));
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    return { ...publicKey.export({ format: 'jwk' }), kid: issuer, alg: 'EdDSA', use: 'sig' };
  });
  writeSecret(file('public.jwks.json'), { keys: publicKeys });

  if (!existsSync(file('field-keys.json'))) {
    const key = () => randomBytes(32).toString('base64');
    writeSecret(file('field-keys.json'), { current: 'k1', keys: { k1: key() }, indexKey: key() });
  }

  const mqttSeedFile = file('mqtt-account.nk');
  if (!existsSync(mqttSeedFile)) writeDraft(mqttSeedFile, new TextDecoder().decode(createAccount().getSeed()));
  const mqttIssuer = fromSeed(new TextEncoder().encode(readFileSync(mqttSeedFile, 'utf8').trim())).getPublicKey();

  const password = () => randomBytes(24).toString('hex');
  const known: Partial<Passwords> = existsSync(file('passwords.json')) ? readJson(file('passwords.json')) : {};
  const passwords: Passwords = {
    natsPasswords: Object.fromEntries(issuers.map((name) => [name, known.natsPasswords?.[name] ?? password()])),
    valkeyPassword: known.valkeyPassword ?? password(),
    // SMPP allows eight characters.
    smppPassword: known.smppPassword ?? randomBytes(4).toString('hex'),
  };
  writeSecret(file('passwords.json'), passwords);

  return {
    privateKeyFile,
    publicKeysFile: file('public.jwks.json'),
    fieldKeysFile: file('field-keys.json'),
    mqttSeedFile,
    mqttIssuer,
    ...passwords,
  };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** Never half written: a key that was lost could not be made again. */
function writeSecret(file: string, content: object): void {
  writeDraft(file, JSON.stringify(content, null, 2));
}

function writeDraft(file: string, text: string): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, `${text}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
