import { OperatorError } from './operator-error';
import {
  ensureSecrets,
  FIELD_KEYS,
  type FieldKeys,
  MQTT_SEED,
  newFieldKey,
  newMqttSeed,
  newPassword,
  newSigningKey,
  newSmppPassword,
  PASSWORDS,
  type Passwords,
  privateKey,
  publicKeyOf,
  SecretFiles,
} from './secrets';

/**
 * Steps of a rotation, each followed by handing out the secrets and restarting who reads them:
 * `rotate` makes the next secret known beside the one in use, `promote` has it used, `retire` ends the previous one.
 */
export const ROTATION_STEPS = ['rotate', 'promote', 'retire'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

export const ROTATED = 'nats[:ISSUER], identity[:ISSUER], field-keys, valkey, mqtt, smpp';

/**
 * Takes one step of a rotation in a folder of secrets.
 * @param name one of `ROTATED`; `nats` and `identity` alone stand for all issuers
 * @returns what was done, a line each
 * @throws OperatorError when the name is none, or it is not this step's turn; then nothing was changed
 */
export function rotateSecret(folder: string, issuers: readonly string[], name: string, step: RotationStep): string[] {
  ensureSecrets(folder, issuers);
  const files = new SecretFiles(folder);
  const [kind = '', issuer] = name.split(':');
  if (issuer !== undefined && !issuers.includes(issuer)) {
    throw new OperatorError(`${issuer} is no issuer; there are ${issuers.join(', ')}`);
  }
  const chosen = issuer === undefined ? issuers : [issuer];
  const single = { valkey: rotateValkey, mqtt: rotateMqtt, smpp: rotateSmpp }[name];
  let done: string[];
  if (kind === 'nats') done = rotateLogins(files, chosen, step);
  else if (kind === 'identity') done = rotateIdentities(files, chosen, step);
  else if (name === 'field-keys') done = rotateFieldKeys(files, step);
  else if (single === undefined) throw new OperatorError(`${name} is no secret that is rotated; there are ${ROTATED}`);
  else if (step !== 'rotate') throw new OperatorError(`${name} is replaced at once: there is nothing to ${step}`);
  else done = single(files);
  // The public keys follow.
  ensureSecrets(folder, issuers);
  return done;
}

function rotateLogins(files: SecretFiles, issuers: readonly string[], step: RotationStep): string[] {
  const passwords = files.read<Passwords>(PASSWORDS);
  const done = issuers.map((issuer) => {
    const login = passwords.natsLogins[issuer];
    if (!login) throw new Error(`${issuer} has no login`);
    inTurn(`nats:${issuer}`, step, { next: login.next !== undefined, previous: login.previous !== undefined });
    const { current, next, previous } = login;
    if (step === 'rotate') {
      const user = `${issuer}-${numberOf(current.user, '-') + 1}`;
      passwords.natsLogins[issuer] = { current, next: { user, password: newPassword() } };
      return `NATS user ${user} added beside ${current.user}`;
    }
    if (step === 'promote' && next) {
      passwords.natsLogins[issuer] = { current: next, previous: current };
      return `${issuer} logs in to NATS as ${next.user}; ${current.user} still may`;
    }
    passwords.natsLogins[issuer] = { current };
    return `NATS user ${previous?.user} removed`;
  });
  files.write(PASSWORDS, passwords);
  return done;
}

function rotateIdentities(files: SecretFiles, issuers: readonly string[], step: RotationStep): string[] {
  const phases = (issuer: string) => ({
    next: files.has(privateKey(issuer, 'next')),
    previous: files.has(privateKey(issuer, 'previous')),
  });
  for (const issuer of issuers) inTurn(`identity:${issuer}`, step, phases(issuer));
  return issuers.map((issuer) => {
    const current = files.read<{ kid: string }>(privateKey(issuer));
    if (step === 'rotate') {
      const kid = `${issuer}.${numberOf(current.kid, '.') + 1}`;
      files.write(privateKey(issuer, 'next'), newSigningKey(kid));
      return `signing key ${kid} is trusted beside ${current.kid}`;
    }
    if (step === 'promote') {
      files.write(privateKey(issuer, 'previous'), publicKeyOf(current));
      files.rename(privateKey(issuer, 'next'), privateKey(issuer));
      return `${issuer} signs with ${files.read<{ kid: string }>(privateKey(issuer)).kid}; ${current.kid} is still trusted`;
    }
    const previous = files.read<{ kid: string }>(privateKey(issuer, 'previous'));
    files.remove(privateKey(issuer, 'previous'));
    return `signing key ${previous.kid} is no longer trusted`;
  });
}

/** Old field keys stay: what was encrypted under them has no other. The key of the blind indexes stays for the same reason. */
function rotateFieldKeys(files: SecretFiles, step: RotationStep): string[] {
  if (step === 'retire')
    throw new OperatorError('field keys are not retired: what was encrypted under them needs them');
  const { current, keys, indexKey } = files.read<FieldKeys>(FIELD_KEYS);
  const newest = `k${Math.max(...Object.keys(keys).map((id) => numberOf(id, 'k')))}`;
  inTurn('field-keys', step, { next: newest !== current, previous: false });
  if (step === 'promote') {
    files.write(FIELD_KEYS, { current: newest, keys, indexKey } satisfies FieldKeys);
    return [`fields are encrypted under ${newest}; ${Object.keys(keys).length - 1} older keys still decrypt`];
  }
  const next = `k${numberOf(newest, 'k') + 1}`;
  files.write(FIELD_KEYS, { current, keys: { ...keys, [next]: newFieldKey() }, indexKey } satisfies FieldKeys);
  return [`field key ${next} can be read with; ${current} still encrypts`];
}

function rotateValkey(files: SecretFiles): string[] {
  files.write(PASSWORDS, { ...files.read<Passwords>(PASSWORDS), valkeyPassword: newPassword() });
  return ['a new password of Valkey'];
}

function rotateSmpp(files: SecretFiles): string[] {
  files.write(PASSWORDS, { ...files.read<Passwords>(PASSWORDS), smppPassword: newSmppPassword() });
  return ["a new password of the demo's SMSC"];
}

function rotateMqtt(files: SecretFiles): string[] {
  files.write(MQTT_SEED, newMqttSeed());
  return ['a new key with which ingestion vouches for devices that speak MQTT'];
}

/** @throws OperatorError naming the step that comes first */
function inTurn(name: string, step: RotationStep, { next, previous }: { next: boolean; previous: boolean }): void {
  const turn = next ? 'promote' : previous ? 'retire' : 'rotate';
  if (turn !== step) throw new OperatorError(`${name}: the step to take now is ${turn}, not ${step}`);
}

/** Of `name<separator>N`; the first has none. */
function numberOf(name: string, separator: string): number {
  const at = name.lastIndexOf(separator);
  const number = Number(name.slice(at + 1));
  return at >= 0 && Number.isInteger(number) ? number : 1;
}
