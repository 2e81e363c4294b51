import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../../paths';
import { type Cluster, DEVICES, type Seen, type Step } from '../cluster';
import { runCommand } from '../command';
import { door, nodeAddress, nodePort, opened } from '../doors';

const READY_WITHIN_S = 900;

/** From an empty cluster to a system with people and devices in it. */
export const install: Step = {
  name: 'install',
  async run(cluster, seen) {
    const { kubectl, release, tags, say } = cluster;
    cluster.volumes?.start();
    if (await release.installed().catch(() => false)) {
      await release.install(tags.first, tags.first, {}, false);
      await cluster.calm();
      seen(`release ${release.name} of an earlier run, kept by --keep, is ready`, 'ready', true);
    } else {
      say('namespace and secrets');
      await kubectl.apply([restrictedNamespace(kubectl.namespace)]);
      await kubectl.apply(await secrets(cluster));
      const begun = performance.now();
      say('helm install of ci/trial-values.yaml');
      await release.install(tags.first, tags.first);
      await cluster.calm();
      const seconds = Math.round((performance.now() - begun) / 1_000);
      const pods = await kubectl.running();
      const restarts = pods.reduce((sum, { restarts: of }) => sum + of, 0);
      seen(
        `helm install of ci/trial-values.yaml: ${pods.length} pods ready after ${seconds} s, ${restarts} restarts`,
        `ready within ${READY_WITHIN_S} s in a namespace that enforces pod security "restricted"`,
        seconds <= READY_WITHIN_S,
      );
    }
    await arrive(cluster);
    const tests = await release.test();
    seen(
      `helm test: ${tests} succeeded (every service is ready, the console and the API answer)`,
      'none fails',
      tests > 0,
    );
    await settleIn(cluster, seen);
  },
};

/** Only pods that keep to all of "restricted" are let in. */
const restrictedNamespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: Object.fromEntries(
      ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
    ),
  },
});

/** Manifests of all Secrets, as docs/operating.md has them made. */
function secrets({ kubectl, release, signal }: Cluster): Promise<string> {
  const program = path.join(repositoryRoot, 'infra', 'dist', 'operating', 'main.js');
  const folder = path.join(release.folder, 'secrets');
  const args = ['secrets', '--namespace', kubectl.namespace, '--release', release.name, '--from', folder];
  return runCommand(process.execPath, [program, ...args], { signal });
}

/** Where the system is reached from here. */
async function arrive(cluster: Cluster): Promise<void> {
  const { kubectl, release } = cluster;
  await kubectl.apply([door(release.name, 'nats', 'server', 4222), door(release.name, 'readings', 'service', 9090)]);
  const host = await nodeAddress(kubectl);
  const at = (service: string) => nodePort(kubectl, service);
  const ports = {
    nats: await at('test-door-nats'),
    readings: await at('test-door-readings'),
    hj212: await at(release.of('hj212')),
    console: await at(release.of('console')),
  };
  for (const port of Object.values(ports)) await opened(host, port);
  const credentials = await secret(cluster, release.of('demo-credentials'));
  const trust = await secret(cluster, release.of('trust'));
  const { folder } = release;
  const file = (name: string, text: string | undefined) => {
    const at = path.join(folder, name);
    writeFileSync(at, text ?? '', { mode: 0o600 });
    return at;
  };
  const natsUrl = new URL(credentials.NATS_URL ?? '');
  natsUrl.host = `${host}:${ports.nats}`;
  cluster.places = {
    natsUrl: natsUrl.href.replace(/\/$/, ''),
    privateKeyFile: file('identity.jwk.json', credentials['identity.jwk.json']),
    publicKeysFile: file('public.jwks.json', trust['public.jwks.json']),
    readingsGrpc: `${host}:${ports.readings}`,
    gateway: `http://${host}:${ports.console}/`,
    hj212: { host, port: ports.hj212 },
  };
  await cluster.field.join(cluster.places);
}

async function secret({ kubectl }: Cluster, name: string): Promise<Record<string, string>> {
  const { data } = await kubectl.get<{ data: Record<string, string> }>('secret', name);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

async function settleIn(cluster: Cluster, seen: Seen): Promise<void> {
  cluster.say('an administrator logs in and registers enterprises, devices, permits and people');
  const begun = performance.now();
  cluster.apiKey = await cluster.field.logIn();
  await cluster.field.register(DEVICES);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  seen(`${DEVICES} devices registered through the API in ${seconds} s, every service knows them`, 'all of them', true);
}
