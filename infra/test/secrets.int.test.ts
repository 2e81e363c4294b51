import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadFieldCipher, loadIdentity } from '@greenwatch/kit';
import { until } from '@greenwatch/testkit';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { parseAllDocuments } from 'yaml';
import {
  choosePort,
  ensureSecrets,
  issuers,
  ManagedProcess,
  natsServerSpec,
  natsUsers,
  OperatorError,
  Reaper,
} from '../src';
import { asYaml, secretManifests } from '../src/operating/secret-manifests';
import { type RotationStep, rotateSecret } from '../src/secret-rotation';
import { natsConfig } from '../src/servers/nats-server';
import { obtainServer } from '../src/servers/obtain';

const reaper = new Reaper();
const fresh = () => path.join(reaper.temporaryFolder('secrets'), 'secrets');
const deployment = { release: 'zj', namespace: 'greenwatch', tls: false };

describe('the secrets of a deployment', () => {
  test('are made once: asked for again they are the same, readable by their owner alone', () => {
    const folder = fresh();
    const first = asYaml(secretManifests(ensureSecrets(folder, issuers), deployment), deployment);
    expect(asYaml(secretManifests(ensureSecrets(folder, issuers), deployment), deployment)).toBe(first);
    const modes = readdirSync(folder).map((file) => (statSync(path.join(folder, file)).mode & 0o777).toString(8));
    expect(new Set(modes)).toEqual(new Set(['600']));
  });

  test('of a folder from before logins could be rotated keep their passwords', () => {
    const folder = fresh();
    ensureSecrets(folder, issuers);
    const natsPasswords = { rules: 'as it was' };
    writeFileSync(path.join(folder, 'passwords.json'), JSON.stringify({ natsPasswords, valkeyPassword: 'v' }));
    const secrets = ensureSecrets(folder, issuers);
    expect(secrets.natsLogins.rules).toEqual({ current: { user: 'rules', password: 'as it was' } });
    expect(secrets.valkeyPassword).toBe('v');
  });

  test('are Kubernetes Secrets by the names that the charts refer to, each process with its own', () => {
    const yaml = asYaml(
      secretManifests(ensureSecrets(fresh(), issuers), { ...deployment, smpp: 'zj-smsc:2775' }),
      deployment,
    );
    const secrets = parseAllDocuments(yaml).map(
      (document) =>
        document.toJS() as {
          kind: string;
          metadata: { name: string; namespace: string };
          stringData: Record<string, string>;
        },
    );
    const keys = Object.fromEntries(
      secrets.map(({ metadata, stringData }) => [metadata.name, Object.keys(stringData)]),
    );
    const own = ['NATS_URL', 'MONGODB_URI', 'VALKEY_URL', 'identity.jwk.json'];
    expect(keys).toEqual({
      ...Object.fromEntries(issuers.map((issuer) => [`zj-${issuer}-credentials`, own])),
      'zj-notifications-credentials': [...own, 'SMPP_URL'],
      'zj-demo-credentials': [...own, 'SMPP_URL'],
      'zj-trust': ['public.jwks.json'],
      'zj-field-keys': ['field-keys.json'],
      'zj-nats': ['users.conf'],
      'zj-mqtt-account': ['mqtt-account.nk'],
      'zj-valkey': ['password'],
    });
    expect(secrets.every(({ kind, metadata }) => kind === 'Secret' && metadata.namespace === 'greenwatch')).toBe(true);
    const rules = secrets.find(({ metadata }) => metadata.name === 'zj-rules-credentials')?.stringData;
    expect(rules?.NATS_URL).toMatch(/^nats:\/\/rules:[0-9a-f]{48}@zj-nats:4222$/);
    expect(rules?.MONGODB_URI).toBe('mongodb://zj-mongodb:27017/?replicaSet=rs0');
    expect(JSON.parse(rules?.['identity.jwk.json'] ?? '')).toMatchObject({ kid: 'rules', crv: 'Ed25519' });
    // Nobody's private key but the own.
    expect(yaml.split('\\"d\\"').length - 1).toBe(issuers.length);
  });

  test('with TLS and servers of somebody else name those', () => {
    const theirs = { tls: true, externalMongodb: 'mongodb+srv://u:p@db.example/', externalNats: 'nats.example:4222' };
    const manifests = secretManifests(ensureSecrets(fresh(), issuers), { ...deployment, ...theirs });
    const data: Record<string, string> = manifests.find(({ name }) => name === 'zj-credit-credentials')?.data ?? {};
    expect(data.NATS_URL).toMatch(/^tls:\/\/credit:[0-9a-f]+@nats\.example:4222$/);
    expect(data.MONGODB_URI).toBe('mongodb+srv://u:p@db.example/');
    expect(data.VALKEY_URL).toMatch(/^rediss:\/\/:[0-9a-f]+@zj-valkey:6379$/);
  });

  test('users.conf is what nats-server takes, also while all logins are being rotated', async () => {
    const folder = fresh();
    ensureSecrets(folder, issuers);
    rotateSecret(folder, issuers, 'nats', 'rotate');
    const manifests = secretManifests(ensureSecrets(folder, issuers), deployment);
    const users = manifests.find(({ name }) => name === 'zj-nats')?.data['users.conf'] ?? '';
    writeFileSync(path.join(folder, 'users.conf'), users);
    const config = path.join(folder, 'nats.conf');
    writeFileSync(config, `server_name: a\njetstream {}\nmqtt { listen: "127.0.0.1:1" }\ninclude "users.conf"\n`);
    const said = execFileSync(await obtainServer('nats-server'), ['-t', '-c', config], { stdio: 'pipe' });
    expect(said.toString()).not.toMatch(/error/i);
    expect(users.match(/user: "/g)).toHaveLength(2 * issuers.length);
  });
});

describe('a rotation shuts nobody out', () => {
  const take = (folder: string, name: string, step: RotationStep) => rotateSecret(folder, issuers, name, step);

  test('NATS: over restarts of the server both logins come back, until the old one is retired', async () => {
    const folder = fresh();
    const place = reaper.temporaryFolder('nats');
    const port = await choosePort();
    const options = () => {
      const { natsLogins } = ensureSecrets(folder, issuers);
      return { folder: place, port, users: natsUsers(natsLogins), syncInterval: '2m' };
    };
    const files = { logFile: path.join(place, 'nats.log'), pidFile: path.join(place, 'run', 'nats.pid') };
    const server = new ManagedProcess(
      await natsServerSpec({ ...options(), ...files, environment: process.env }),
      false,
    );
    // nats-server takes no change of who answers for devices (`auth_callout`) while it runs, and all logins stand in there.
    const restart = async () => {
      await server.stop();
      writeFileSync(path.join(place, 'nats-server.conf'), natsConfig({ ...options(), ...files, environment: {} }));
      await server.start();
    };
    const logIn = () => {
      const { user, password } = ensureSecrets(folder, issuers).natsLogins.rules?.current ?? { user: '', password: '' };
      return connect({
        servers: `127.0.0.1:${port}`,
        user,
        pass: password,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
      });
    };
    const isBack = (connection: NatsConnection) =>
      until(() =>
        connection.flush().then(
          () => true,
          () => false,
        ),
      );
    const open: NatsConnection[] = [];
    await server.start();
    try {
      const old = await logIn();
      open.push(old);
      const ended = old.closed();
      take(folder, 'nats:rules', 'rotate');
      await restart();
      await isBack(old);
      take(folder, 'nats:rules', 'promote');
      const newer = await logIn();
      open.push(newer);
      expect(ensureSecrets(folder, issuers).natsLogins.rules?.current.user).toBe('rules-2');
      await old.flush();
      take(folder, 'nats:rules', 'retire');
      await restart();
      await isBack(newer);
      expect(await ended).toMatchObject({ message: expect.stringMatching(/authorization violation/i) });
    } finally {
      for (const connection of open) await connection.close();
      await server.stop();
    }
  }, 60_000);

  test('identities: what is signed with the one key or the other verifies until the old one is retired', async () => {
    const folder = fresh();
    const load = () => {
      const { privateKeyFile, publicKeysFile } = ensureSecrets(folder, issuers);
      return loadIdentity('gateway', '330000', privateKeyFile('gateway'), publicKeysFile);
    };
    const old = await load();
    const token = await old.sign(old.self);
    take(folder, 'identity:gateway', 'rotate');
    const between = await load();
    expect((await between.verify(token)).id).toBe('service:gateway');
    expect((await between.verify(await between.sign(between.self))).id).toBe('service:gateway');
    take(folder, 'identity:gateway', 'promote');
    const promoted = await load();
    const newer = await promoted.sign(promoted.self);
    // Whoever has not restarted since trusts the new one already, and the new ones the old.
    expect((await between.verify(newer)).id).toBe('service:gateway');
    expect((await promoted.verify(token)).id).toBe('service:gateway');
    await expect(old.verify(newer)).rejects.toThrow('does not verify');
    take(folder, 'identity:gateway', 'retire');
    const retired = await load();
    expect((await retired.verify(newer)).id).toBe('service:gateway');
    await expect(retired.verify(token)).rejects.toThrow('does not verify');
    // Another issuer's key speaks for nobody else, whatever number it has.
    take(folder, 'identity', 'rotate');
    take(folder, 'identity', 'promote');
    const { privateKeyFile, publicKeysFile } = ensureSecrets(folder, issuers);
    const rules = await loadIdentity('rules', '330000', privateKeyFile('rules'), publicKeysFile);
    await expect(rules.verify(await rules.sign({ ...rules.self, id: 'service:gateway' }))).rejects.toThrow(
      'may not speak',
    );
  });

  test('field keys: the next one is known before it is used, and what is encrypted under old ones stays readable', () => {
    const folder = fresh();
    const load = () => loadFieldCipher(ensureSecrets(folder, issuers).fieldKeysFile);
    const first = load();
    const text = first.encrypt('13900000000');
    take(folder, 'field-keys', 'rotate');
    const between = load();
    expect(between.encrypt('x')).toMatch(/^k1:/);
    take(folder, 'field-keys', 'promote');
    const promoted = load();
    const newer = promoted.encrypt('x');
    expect(newer).toMatch(/^k2:/);
    expect([between.decrypt(newer), promoted.decrypt(text)]).toEqual(['x', '13900000000']);
    expect(promoted.blindIndex('x')).toBe(first.blindIndex('x'));
    expect(() => take(folder, 'field-keys', 'retire')).toThrow('field keys are not retired');
  });

  test.each(['valkey', 'mqtt', 'smpp'])('%s is replaced at once', (name) => {
    const folder = fresh();
    const { valkeyPassword, mqttIssuer, smppPassword } = ensureSecrets(folder, issuers);
    take(folder, name, 'rotate');
    const after = ensureSecrets(folder, issuers);
    const changed = {
      valkey: after.valkeyPassword !== valkeyPassword,
      mqtt: after.mqttIssuer !== mqttIssuer,
      smpp: after.smppPassword !== smppPassword,
    };
    expect(Object.entries(changed).flatMap(([one, is]) => (is ? [one] : []))).toEqual([name]);
    expect(() => take(folder, name, 'promote')).toThrow(OperatorError);
  });

  test.each<[string, RotationStep, string]>([
    ['nats:rules', 'promote', 'nats:rules: the step to take now is rotate, not promote'],
    ['identity:rules', 'retire', 'identity:rules: the step to take now is rotate, not retire'],
    ['identity:nobody', 'rotate', 'nobody is no issuer; there are registry, '],
    ['passwords', 'rotate', 'passwords is no secret that is rotated; there are nats[:ISSUER]'],
  ])('%s: %s out of turn is refused and changes nothing', (name, step, reason) => {
    const folder = fresh();
    ensureSecrets(folder, issuers);
    const all = () => readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
    const before = all();
    expect(() => take(folder, name, step)).toThrow(reason);
    expect(all()).toEqual(before);
  });
});
