import { createPublicKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createAccount, fromSeed } from '@nats-io/nkeys';

/**
 * A secret that is replaced without anybody being shut out: the next one is known to whoever checks it before anybody uses
 * it, and the previous one a while after.
 */
export interface Rotating<T> {
  current: T;
  next?: T;
  previous?: T;
}

/** All that are valid now, the one in use first. */
export function phasesOf<T>({ current, next, previous }: Rotating<T>): T[] {
  return [current, next, previous].filter((phase) => phase !== undefined);
}

export interface NatsLogin {
  user: string;
  password: string;
}

/** AES-256 keys of encrypted fields, base64. New texts are encrypted under `current`; texts name their key. */
export interface FieldKeys {
  current: string;
  keys: Record<string, string>;
  /** Of the blind indexes. */
  indexKey: string;
}

/** What one system's processes know each other by. Made once for a data folder; files are readable by their owner only. */
export interface Secrets {
  /** Ed25519 private JWK of an issuer. */
  privateKeyFile(issuer: string): string;
  /** JWKS with everybody's public keys, `kid` = issuer or `<issuer>.<number>`. */
  publicKeysFile: string;
  /** `FieldKeys`. */
  fieldKeysFile: string;
  natsLogins: Record<string, Rotating<NatsLogin>>;
  valkeyPassword: string;
  /** Of the demo's SMSC. */
  smppPassword: string;
  /** Key with which ingestion vouches for devices at nats-server's MQTT listener: its seed, and its public name. */
  mqttSeedFile: string;
  mqttIssuer: string;
}

/** `passwords.json`. */
export type Passwords = Pick<Secrets, 'natsLogins' | 'valkeyPassword' | 'smppPassword'>;

/** The files of one folder of secrets. */
export class SecretFiles {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.at(name));
  }

  read<T>(name: string): T {
    return JSON.parse(readFileSync(this.at(name), 'utf8')) as T;
  }

  /** Never half written: a key that was lost could not be made again. */
  write(name: string, content: object | string): void {
    const draft = `${this.at(name)}.draft`;
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
    writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true });
    renameSync(draft, this.at(name));
  }

  rename(from: string, to: string): void {
    renameSync(this.at(from), this.at(to));
  }

  remove(name: string): void {
    rmSync(this.at(name), { force: true });
  }
}

export const PASSWORDS = 'passwords.json';
export const FIELD_KEYS = 'field-keys.json';
export const MQTT_SEED = 'mqtt-account.nk';
export const privateKey = (issuer: string, phase?: 'next' | 'previous') =>
  `${issuer}${phase === undefined ? '' : `.${phase}`}.jwk.json`;

/** Reads the secrets in the folder and makes what is missing: all at the first start, those of a new service later. */
export function ensureSecrets(folder: string, issuers: readonly string[]): Secrets {
  const files = new SecretFiles(folder);
  for (const issuer of issuers) {
    if (!files.has(privateKey(issuer))) files.write(privateKey(issuer), newSigningKey(issuer));
  }
  files.write('public.jwks.json', { keys: issuers.flatMap((issuer) => publicKeysOf(files, issuer)) });

  if (!files.has(FIELD_KEYS)) {
    files.write(FIELD_KEYS, {
      current: 'k1',
      keys: { k1: newFieldKey() },
      indexKey: newFieldKey(),
    } satisfies FieldKeys);
  }
  if (!files.has(MQTT_SEED)) files.write(MQTT_SEED, newMqttSeed());
  const seed = readFileSync(files.at(MQTT_SEED), 'utf8').trim();

  const passwords = readPasswords(files, issuers);
  files.write(PASSWORDS, passwords);
  return {
    privateKeyFile: (issuer) => files.at(privateKey(issuer)),
    publicKeysFile: files.at('public.jwks.json'),
    fieldKeysFile: files.at(FIELD_KEYS),
    mqttSeedFile: files.at(MQTT_SEED),
    mqttIssuer: fromSeed(new TextEncoder().encode(seed)).getPublicKey(),
    ...passwords,
  };
}

function readPasswords(files: SecretFiles, issuers: readonly string[]): Passwords {
  // A folder from before logins could be rotated has a password for each user.
  type Known = Partial<Passwords> & { natsPasswords?: Record<string, string> };
  const known: Known = files.has(PASSWORDS) ? files.read(PASSWORDS) : {};
  const login = (issuer: string): Rotating<NatsLogin> =>
    known.natsLogins?.[issuer] ?? {
      current: { user: issuer, password: known.natsPasswords?.[issuer] ?? newPassword() },
    };
  return {
    natsLogins: Object.fromEntries(issuers.map((issuer) => [issuer, login(issuer)])),
    valkeyPassword: known.valkeyPassword ?? newPassword(),
    smppPassword: known.smppPassword ?? newSmppPassword(),
  };
}

/** The public keys of an issuer that are valid now. */
function publicKeysOf(files: SecretFiles, issuer: string): JsonWebKey[] {
  const all = [privateKey(issuer), privateKey(issuer, 'next'), privateKey(issuer, 'previous')]
    .filter((name) => files.has(name))
    .map((name) => publicKeyOf(files.read(name)));
  // Whoever was killed while the next one took its place may have left one twice.
  return [...new Map(all.map((key) => [key.kid, key])).values()];
}

/** Of a private key, or of a public one itself. */
export function publicKeyOf(jwk: JsonWebKey): JsonWebKey {
  const { kty, crv, x } = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' });
  return { kty, crv, x, kid: jwk.kid, alg: 'EdDSA', use: 'sig' };
}

export function newSigningKey(kid: string): JsonWebKey {
  return { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' };
}

export const newFieldKey = () => randomBytes(32).toString('base64');
export const newPassword = () => randomBytes(24).toString('hex');
/** SMPP allows eight characters. */
export const newSmppPassword = () => randomBytes(4).toString('hex');
export const newMqttSeed = () => new TextDecoder().decode(createAccount().getSeed());
