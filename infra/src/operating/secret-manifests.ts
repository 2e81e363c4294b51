import { readFileSync } from 'node:fs';
import { issuers, natsUsers } from '../nats-users';
import type { Secrets } from '../secrets';
import { natsAccounts } from '../servers/nats-server';

export interface Deployment {
  release: string;
  namespace: string;
  /** Servers speak TLS. */
  tls: boolean;
  /** Of a MongoDB run by somebody else, with its user and password. */
  externalMongodb?: string;
  /** `host:port` of a NATS run by somebody else, which has our accounts. */
  externalNats?: string;
  externalValkey?: string;
  /** `host:port` of the demo's SMSC, or another that takes the same log-in. */
  smpp?: string;
}

export interface SecretManifest {
  name: string;
  data: Record<string, string>;
}

/** The Kubernetes Secrets of a deployment: what each process may know, and no more. */
export function secretManifests(secrets: Secrets, deployment: Deployment): SecretManifest[] {
  const { release, tls, externalMongodb, externalNats, externalValkey, smpp } = deployment;
  const mongodb = externalMongodb ?? `mongodb://${release}-mongodb:27017/?replicaSet=rs0${tls ? '&tls=true' : ''}`;
  const valkey = externalValkey ?? `${tls ? 'rediss' : 'redis'}://:${secrets.valkeyPassword}@${release}-valkey:6379`;
  const natsHost = externalNats ?? `${release}-nats:4222`;
  const text = (file: string) => readFileSync(file, 'utf8').trim();

  const credentials = issuers.map((issuer) => {
    const login = secrets.natsLogins[issuer]?.current;
    if (!login) throw new Error(`${issuer} has no login`);
    return {
      name: `${release}-${issuer}-credentials`,
      data: {
        NATS_URL: `${tls ? 'tls' : 'nats'}://${login.user}:${login.password}@${natsHost}`,
        MONGODB_URI: mongodb,
        VALKEY_URL: valkey,
        'identity.jwk.json': text(secrets.privateKeyFile(issuer)),
        ...(smpp !== undefined && ['notifications', 'demo'].includes(issuer)
          ? { SMPP_URL: `smpp://greenwatch:${secrets.smppPassword}@${smpp}` }
          : {}),
      },
    };
  });
  return [
    ...credentials,
    { name: `${release}-trust`, data: { 'public.jwks.json': text(secrets.publicKeysFile) } },
    { name: `${release}-field-keys`, data: { 'field-keys.json': text(secrets.fieldKeysFile) } },
    {
      name: `${release}-nats`,
      data: { 'users.conf': natsAccounts(natsUsers(secrets.natsLogins), secrets.mqttIssuer).join('\n') },
    },
    { name: `${release}-mqtt-account`, data: { 'mqtt-account.nk': text(secrets.mqttSeedFile) } },
    { name: `${release}-valkey`, data: { password: secrets.valkeyPassword } },
  ];
}

/** As `kubectl apply -f -` takes it. A string of JSON is one of YAML. */
export function asYaml(manifests: readonly SecretManifest[], { release, namespace }: Deployment): string {
  const documents = manifests.map(({ name, data }) =>
    [
      'apiVersion: v1',
      'kind: Secret',
      'metadata:',
      `  name: ${JSON.stringify(name)}`,
      `  namespace: ${JSON.stringify(namespace)}`,
      '  labels:',
      `    app.kubernetes.io/instance: ${JSON.stringify(release)}`,
      '    app.kubernetes.io/part-of: greenwatch',
      '    app.kubernetes.io/managed-by: greenwatch-operations',
      'type: Opaque',
      'stringData:',
      ...Object.entries(data).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`),
    ].join('\n'),
  );
  return `${documents.join('\n---\n')}\n`;
}
