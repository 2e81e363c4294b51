import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { ownCharts, serviceCharts, umbrella } from '../../infra/src/charts/chart-plan';
import { builtCopy, type Helm, partCharts } from '../../infra/src/charts/helm';
import { declaredBy, factsOf, partsOfUmbrella } from '../../infra/src/charts/written-files';
import { nodeImages, serverImages } from '../../infra/src/images/image-plan';
import { issuers } from '../../infra/src/nats-users';
import { type SecretManifest, secretManifests } from '../../infra/src/operating/secret-manifests';
import { cacheFolder, repositoryRoot } from '../../infra/src/paths';
import { ensureSecrets } from '../../infra/src/secrets';
import { obtainServer } from '../../infra/src/servers/obtain';
import { KitConfig, readConfig } from '../../packages/kit/src/config';
import { METRICS } from '../../packages/kit/src/metrics/registry';
import { mayConnect, namedPeers, policiesOf } from './connections';
import { grpcCalls, loadSource, logGroups, variablesIn } from './declarations';
import {
  bytes,
  type Container,
  cores,
  type EnvironmentVariable,
  type Manifest,
  ofKind,
  type Pod,
  podsOf,
  readManifests,
  type SecretItems,
  selects,
} from './manifests';
import { restrictedFlaws } from './restricted';

// What can be shown of the charts without a cluster: Helm takes them, each size renders, and what is rendered holds together. Whether a
// cluster enforces NetworkPolicies is its own matter; here they are worked out as the standard says.

const RELEASE = 'greenwatch';
const SIZES = ['trial', 'county', 'province', 'national'] as const;
type Size = (typeof SIZES)[number];
/** APIs that a cluster may have beside Kubernetes' own. */
const KEDA = 'keda.sh/v1alpha1';
const PROMETHEUS = 'monitoring.coreos.com/v1';

let helm: Helm;
const rendered = new Map<string, Manifest[]>();
const folder = path.join(cacheFolder, 'charts', String(process.pid));

const valuesOf = (size: Size) => ['--values', path.join(helm.charts, umbrella, 'ci', `${size}-values.yaml`)];
const ON_KUBERNETES = ['--kube-version', '1.34.0'];

async function render(size: Size, apis: string[] = []): Promise<Manifest[]> {
  const title = [size, ...apis].join(' ');
  const found = rendered.get(title);
  if (found) return found;
  const args = [...valuesOf(size), ...ON_KUBERNETES, ...apis.flatMap((api) => ['--api-versions', api])];
  const { ok, output, errors } = await helm.template(umbrella, args);
  if (!ok) throw new Error(errors);
  const manifests = readManifests(output);
  rendered.set(title, manifests);
  return manifests;
}

const podsAt = async (size: Size) => podsOf(await render(size));
const containersOf = ({ spec }: Pod): Container[] => [...(spec.initContainers ?? []), ...spec.containers];

beforeAll(async () => {
  helm = await builtCopy(folder);
}, 1_300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('helm lint --strict', () => {
  test.each(['library', ...partCharts(path.join(__dirname, '..'))])('%s', async (chart) => {
    const { errors, output, ok } = await helm.ask([
      'lint',
      '--strict',
      ...ON_KUBERNETES,
      path.join(helm.charts, chart),
    ]);
    expect(ok ? '' : output + errors).toBe('');
  });

  test.each(SIZES)('the umbrella with ci/%s-values.yaml', async (size) => {
    const args = ['lint', '--strict', ...ON_KUBERNETES, ...valuesOf(size), path.join(helm.charts, umbrella)];
    const { errors, output, ok } = await helm.ask(args);
    expect(ok ? '' : output + errors).toBe('');
  });

  test('there is no example of values that is not tried here', () => {
    const found = readdirSync(path.join(helm.charts, umbrella, 'ci')).filter((name) => name.endsWith('-values.yaml'));
    expect(found.sort()).toEqual(SIZES.map((size) => `${size}-values.yaml`).sort());
  });
});

describe('the charts', () => {
  test('each has a strict schema, and the umbrella takes all of them in', () => {
    const parts = partCharts(helm.charts);
    expect(partsOfUmbrella().sort()).toEqual([...parts].sort());
    for (const chart of [...parts, umbrella]) {
      const schema = JSON.parse(readFileSync(path.join(helm.charts, chart, 'values.schema.json'), 'utf8')) as object;
      expect({ chart, ...schema }).toMatchObject({ chart, additionalProperties: false });
    }
  });

  test('a chart of one service renders by itself', async () => {
    for (const chart of serviceCharts) {
      const { ok, output, errors } = await helm.template(chart, ON_KUBERNETES);
      expect(ok ? '' : errors).toBe('');
      expect(ofKind(readManifests(output), 'Deployment').map(({ metadata }) => metadata.name)).toEqual([
        `${RELEASE}-${chart}`,
      ]);
    }
  });

  test.each<[string, string, unknown, string]>([
    ['registry', 'settings.LOG_LEVEL', 'loud', "'/settings/LOG_LEVEL'"],
    ['ingestion', 'settings.HJ212_MAX_SEGMENT', 10_000, "'/settings/HJ212_MAX_SEGMENT'"],
    ['readings', 'settings.KEEP_DAYS', 'soon', "'/settings/KEEP_DAYS'"],
    ['readings', 'autoscaling.backlog.messages', 0, "'/autoscaling/backlog/messages'"],
    ['rules', 'settings.RULES_WARN_PERCENT', 101, "'/settings/RULES_WARN_PERCENT'"],
    ['permits', 'settings.SWEEP_HOUR', 24, "'/settings/SWEEP_HOUR'"],
    ['tasking', 'replicas', -1, "'/replicas'"],
    ['fraud', 'settings.FRAUD_PREVALENCE', 1, "'/settings/FRAUD_PREVALENCE'"],
    ['complaints', 'settings.COMPLAINTS_ACCEPT_DAYS', 'soon', "'/settings/COMPLAINTS_ACCEPT_DAYS'"],
    ['credit', 'resources.limits.memory', 'much', "'/resources/limits/memory'"],
    ['notifications', 'settings.SMPP_WINDOW', 0, "'/settings/SMPP_WINDOW'"],
    ['gateway', 'settings.COOKIES', true, "'COOKIES' not allowed"],
    ['gateway', 'image.tag', 'latest', "'/image/tag'"],
    ['gateway', 'disruption.maxUnavailable', 0, "'/disruption/maxUnavailable'"],
    ['mongodb', 'cacheGiB', 0.1, "'/cacheGiB'"],
    ['nats', 'replicas', 2, "'/replicas'"],
    ['valkey', 'maxMemory', 'much', "'/maxMemory'"],
    ['demo', 'settings.DEMO_ENTERPRISES', 1, "'/settings/DEMO_ENTERPRISES'"],
    ['operations', 'backup.schedule', 'nightly', "'/backup/schedule'"],
    ['watching', 'rules.enabled', 'maybe', "'/rules/enabled'"],
    [umbrella, 'global.province', '33', "'/global/province'"],
    [umbrella, 'global.readings.partitions', 0, "'/global/readings/partitions'"],
    [umbrella, 'waysIn.hj212.type', 'ExternalName', "'/waysIn/hj212/type'"],
    [umbrella, 'rulez.replicas', 1, "'rulez' not allowed"],
    [umbrella, 'rules.settings.RULES_WARN_PERCENT', 101, "'/settings/RULES_WARN_PERCENT'"],
    [umbrella, 'global.servers.nats.copies', 5, 'global.servers.nats.copies: expected at most nats.replicas (3), is 5'],
    [
      umbrella,
      'rules.autoscaling',
      { enabled: true, maxReplicas: 17 },
      'rules.autoscaling.maxReplicas: expected at most global.readings.partitions (16)',
    ],
    [
      umbrella,
      'gateway.autoscaling',
      { enabled: true, minReplicas: 7 },
      'gateway.autoscaling.maxReplicas: expected at least minReplicas (7), is 6',
    ],
    [umbrella, 'ingress.enabled', true, 'ingress.host: expected the host name of the console'],
  ])('%s refuses %s = %j by its name', async (chart, name, value, told) => {
    const { ok, errors } = await helm.template(chart, [
      ...ON_KUBERNETES,
      '--set-json',
      `${name}=${JSON.stringify(value)}`,
    ]);
    expect(ok).toBe(false);
    expect(errors).toContain(told);
  });

  test('there is a wrong value for every chart', () => {
    // The table above is the only one of its kind in this file.
    const source = readFileSync(__filename, 'utf8');
    for (const chart of [...serviceCharts, ...ownCharts.filter((name) => name !== umbrella), 'watching']) {
      expect(source).toMatch(new RegExp(`^    \\['${chart}', '`, 'm'));
    }
  });
});

describe.each(SIZES)('%s', (size) => {
  test('every pod keeps to pod security "restricted"', async () => {
    const pods = await podsAt(size);
    expect(pods.length).toBeGreaterThan(20);
    expect(pods.flatMap(({ owner, spec }) => restrictedFlaws(spec).map((flaw) => `${owner}: ${flaw}`))).toEqual([]);
  });

  test('every account of a pod is without a token, and there', async () => {
    const manifests = await render(size);
    const accounts = new Map(ofKind(manifests, 'ServiceAccount').map((account) => [account.metadata.name, account]));
    for (const { owner, spec } of podsOf(manifests)) {
      if (spec.serviceAccountName === undefined) continue;
      const account = accounts.get(spec.serviceAccountName);
      expect({ owner, account }).toMatchObject({ owner, account: { automountServiceAccountToken: false } });
    }
  });

  test('every pod is spoken for by a policy of its own in both directions, beside the one that denies all', async () => {
    const manifests = await render(size);
    const policies = ofKind(manifests, 'NetworkPolicy');
    const own = policies.filter(({ metadata }) => metadata.name !== `${RELEASE}-default-deny`);
    expect(policies.length).toBe(own.length + 1);
    const without = podsOf(manifests).filter(
      ({ labels }) =>
        policiesOf(own, labels, 'Ingress').length === 0 ||
        policiesOf(own, labels, 'Egress').length === 0 ||
        policiesOf(policies, labels, 'Ingress').length < 2,
    );
    expect(without.map(({ owner }) => owner)).toEqual([]);
  });

  test('policies name charts that exist', async () => {
    const known = [...partCharts(helm.charts), 'test'];
    const unknown = namedPeers(ofKind(await render(size), 'NetworkPolicy')).filter(({ name }) => !known.includes(name));
    expect(unknown).toEqual([]);
  });

  test('pods may connect to those that the code connects to, and to no others', async () => {
    const manifests = await render(size);
    const policies = ofKind(manifests, 'NetworkPolicy');
    const pods = podsOf(manifests);
    const may = pods.flatMap((from) =>
      pods.flatMap((to) =>
        containersOf(to)
          .flatMap(({ ports = [] }) => ports)
          .filter(({ containerPort }) => mayConnect(policies, from.labels, to.labels, containerPort))
          .map(({ containerPort }) => `${from.title} > ${to.title}:${containerPort}`),
      ),
    );
    expect([...new Set(may)].sort()).toEqual(expectedConnections(pods).sort());
  });

  test('every Secret and key that pods read is made by `operations secrets`, or is the deployer’s own by name', async () => {
    const made = keysOfSecrets();
    const lacking = (await podsAt(size)).flatMap((pod) =>
      secretsOf(pod)
        .filter(({ secret, key }) => !made.get(secret)?.includes(key))
        .map(({ secret, key }) => `${pod.owner}: ${secret}/${key}`),
    );
    expect(lacking).toEqual([]);
  });

  test('ConfigMaps and claims that pods name are there, or the deployer’s own', async () => {
    const manifests = await render(size);
    const names = (kind: string) => ofKind(manifests, kind).map(({ metadata }) => metadata.name);
    const [configMaps, claims] = [names('ConfigMap'), names('PersistentVolumeClaim')];
    for (const { owner, spec } of podsOf(manifests)) {
      for (const { configMap, projected, persistentVolumeClaim } of spec.volumes ?? []) {
        const used = [configMap?.name, ...(projected?.sources ?? []).map((source) => source.configMap?.name)];
        for (const name of used)
          if (name !== undefined)
            expect({ owner, configMaps }).toEqual({ owner, configMaps: expect.arrayContaining([name]) });
        if (persistentVolumeClaim) expect(claims).toContain(persistentVolumeClaim.claimName);
      }
    }
  });

  test('every variable of a service is one that it knows, with a value that it takes', async () => {
    for (const pod of await podsAt(size)) {
      const service = pod.labels['app.kubernetes.io/name'] as string;
      if (!serviceCharts.includes(service)) continue;
      const { env = [] } = pod.spec.containers[0] as Container;
      const known = declaredBy(service, loadSource);
      const unknown = env
        .filter(({ name }) => !(name in known) && name !== 'NODE_EXTRA_CA_CERTS')
        .map(({ name }) => name);
      expect({ owner: pod.owner, unknown }).toEqual({ owner: pod.owner, unknown: [] });
      expect(new Set(env.map(({ name }) => name)).size).toBe(env.length);
      const { workspace, file } = moduleOf(service);
      const own = loadSource(workspace, file)[`${service}Service`] as { config: typeof KitConfig };
      const values = Object.fromEntries(env.map((variable) => [variable.name, exampleOf(variable)]));
      expect(() => readConfig(KitConfig, values)).not.toThrow();
      expect(() => readConfig(own.config, values)).not.toThrow();
    }
  });

  test('variables of the demo and of operations are ones that their programs read', async () => {
    const programs: Record<string, Set<string>> = {
      demo: variablesIn('demo/src'),
      operations: variablesIn('infra/src/operating'),
    };
    for (const pod of await podsAt(size)) {
      const known = programs[pod.labels['app.kubernetes.io/name'] as string];
      if (!known) continue;
      const names = containersOf(pod).flatMap(({ env = [] }) => env.map(({ name }) => name));
      const unknown = names.filter((name) => !known.has(name) && name !== 'NODE_EXTRA_CA_CERTS');
      expect({ owner: pod.owner, unknown }).toEqual({ owner: pod.owner, unknown: [] });
    }
  });

  test('gRPC addresses are Services of the release with that port', async () => {
    const manifests = await render(size);
    const services = ofKind(manifests, 'Service').flatMap(({ metadata, spec }) =>
      (spec.ports as { port: number }[]).map(({ port }) => `${metadata.name}:${port}`),
    );
    const addresses = podsOf(manifests).flatMap((pod) =>
      containersOf(pod).flatMap(({ env = [] }) =>
        env.flatMap(({ name, value }) => (name.endsWith('_GRPC') ? [value] : [])),
      ),
    );
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(services).toContain(address);
  });

  test('Services choose pods that are there, by ports that these have', async () => {
    const manifests = await render(size);
    const pods = podsOf(manifests);
    for (const { metadata, spec } of ofKind(manifests, 'Service')) {
      const chosen = pods.filter(({ labels }) => selects({ matchLabels: spec.selector }, labels));
      expect([metadata.name, new Set(chosen.map(({ title }) => title)).size]).toEqual([metadata.name, 1]);
      for (const { targetPort } of spec.ports as { targetPort: string | number }[]) {
        const has = containersOf(chosen[0] as Pod).flatMap(({ ports = [] }) =>
          ports.flatMap(({ name, containerPort }) => [name, containerPort]),
        );
        expect([metadata.name, ...has]).toContain(targetPort);
      }
    }
  });

  test('probes ask ports that the container has, and every pod that stays has all three', async () => {
    for (const pod of await podsAt(size)) {
      const stays = /^(Deployment|StatefulSet) /.test(pod.owner);
      for (const { ports = [], startupProbe, readinessProbe, livenessProbe } of pod.spec.containers) {
        for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
          expect([pod.owner, probe !== undefined]).toEqual([pod.owner, stays]);
          if (!probe) continue;
          const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
          expect([pod.owner, ...ports.map(({ name }) => name)]).toContain(port);
        }
      }
    }
  });

  test('an Ingress leads to a port of a Service', async () => {
    const manifests = await render(size);
    const services = new Map(ofKind(manifests, 'Service').map((service) => [service.metadata.name, service]));
    for (const { spec } of ofKind(manifests, 'Ingress')) {
      const { rules, tls } = spec as unknown as {
        rules: {
          host: string;
          http: { paths: { backend: { service: { name: string; port: { name: string } } } }[] };
        }[];
        tls: { hosts: string[]; secretName: string }[];
      };
      for (const { host, http } of rules) {
        expect(tls.flatMap(({ hosts }) => hosts)).toContain(host);
        for (const { backend } of http.paths) {
          const ports = services.get(backend.service.name)?.spec.ports as { name: string }[] | undefined;
          expect(ports?.map(({ name }) => name)).toContain(backend.service.port.name);
        }
      }
    }
  });

  test('no disruption budget keeps every pod from being moved, and each has pods', async () => {
    const manifests = await render(size);
    const pods = podsOf(manifests);
    const budgets = ofKind(manifests, 'PodDisruptionBudget');
    for (const { metadata, spec } of budgets) {
      const { selector, maxUnavailable, minAvailable } = spec as {
        selector: Record<string, unknown>;
        maxUnavailable?: number;
        minAvailable?: number;
      };
      const [chosen, ...more] = pods.filter(({ labels }) => selects(selector, labels));
      expect([metadata.name, chosen?.owner, more]).toEqual([metadata.name, expect.any(String), []]);
      const replicas = chosen?.replicas ?? leastOf(manifests, chosen as Pod);
      const movable = maxUnavailable ?? replicas - (minAvailable ?? 0);
      expect([metadata.name, movable > 0]).toEqual([metadata.name, true]);
    }
    const without = pods.filter(
      ({ owner, labels }) =>
        /^(Deployment|StatefulSet) /.test(owner) &&
        labels['app.kubernetes.io/name'] !== 'demo' &&
        !budgets.some(({ spec }) => selects(spec.selector as Record<string, unknown>, labels)),
    );
    expect(without.map(({ owner }) => owner)).toEqual([]);
  });

  test('an autoscaler has a Deployment that says no number itself', async () => {
    const manifests = await render(size);
    const deployments = new Map(ofKind(manifests, 'Deployment').map((one) => [one.metadata.name, one]));
    const scaled = ofKind(manifests, 'HorizontalPodAutoscaler').map(
      ({ spec }) => (spec.scaleTargetRef as { name: string }).name,
    );
    for (const [name, { spec }] of deployments) {
      expect([name, spec.replicas === undefined]).toEqual([name, scaled.includes(name)]);
    }
    for (const name of scaled) expect(deployments.has(name)).toBe(true);
  });

  test('images are ones that are built, with a tag that stays', async () => {
    const known = [...nodeImages, ...serverImages].map(({ name }) => `greenwatch/${name}`);
    for (const pod of await podsAt(size)) {
      for (const { image } of containersOf(pod)) {
        const found = /(greenwatch\/[a-z-]+):([A-Za-z0-9._-]+)$/.exec(image);
        expect([pod.owner, image, found?.[2] !== undefined && found[2] !== 'latest']).toEqual([pod.owner, image, true]);
        expect(known).toContain(found?.[1]);
      }
    }
  });

  test('names are no one else’s', async () => {
    const names = (await render(size)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe('what a cluster may have', () => {
  test('without the operator of Prometheus pods say where to scrape them; with it PodMonitors do', async () => {
    const plain = await render('province');
    const monitored = await render('province', [PROMETHEUS]);
    const scraped = (manifests: Manifest[]) =>
      podsOf(manifests)
        .filter(({ annotations }) => annotations['prometheus.io/scrape'] === 'true')
        .map(({ labels }) => labels['app.kubernetes.io/name']);
    expect([...new Set(scraped(plain))].sort()).toEqual([...serviceCharts].sort());
    expect(ofKind(plain, 'PodMonitor')).toEqual([]);
    expect(scraped(monitored)).toEqual([]);
    const monitors = ofKind(monitored, 'PodMonitor');
    expect(monitors.map(({ metadata }) => metadata.name).sort()).toEqual(
      serviceCharts.map((name) => `${RELEASE}-${name}`).sort(),
    );
    for (const { metadata, spec } of monitors) {
      expect(metadata.labels).toMatchObject({ release: 'prometheus' });
      const chosen = podsOf(monitored).filter(({ labels }) =>
        selects(spec.selector as Record<string, unknown>, labels),
      );
      expect(chosen.map(({ owner }) => owner)).toEqual([`Deployment ${metadata.name}`]);
    }
  });

  test('who works the log scales by what waits there: by the metric, or by KEDA where it is', async () => {
    expect(logGroups().map(({ service }) => service)).toEqual(serviceCharts.filter((name) => factsOf(name).log));
    const plain = await render('province');
    const keda = await render('province', [KEDA]);
    for (const { service, group } of logGroups()) {
      expect(factsOf(service).log).toBe(group);
      const name = `${RELEASE}-${service}`;
      const scaler = ofKind(plain, 'HorizontalPodAutoscaler').find(({ metadata }) => metadata.name === name);
      const { metrics } = (scaler as Manifest).spec as {
        metrics: { type: string; external?: { metric: { name: string; selector: object } } }[];
      };
      expect(metrics.map(({ type }) => type)).toEqual(['Resource', 'External']);
      const { metric } = (metrics[1] as (typeof metrics)[number]).external as {
        metric: { name: string; selector: object };
      };
      expect(metric).toEqual({ name: 'greenwatch_log_pending', selector: { matchLabels: { group } } });
      expect(METRICS[metric.name as 'greenwatch_log_pending'].labels).toHaveProperty('group');

      expect(ofKind(keda, 'HorizontalPodAutoscaler').map(({ metadata }) => metadata.name)).not.toContain(name);
      const object = ofKind(keda, 'ScaledObject').find(({ metadata }) => metadata.name === name);
      const { triggers, advanced, scaleTargetRef } = (object as Manifest).spec as {
        triggers: { type: string; name?: string; metadata: { consumer?: string } }[];
        advanced: { scalingModifiers: { formula: string } };
        scaleTargetRef: { name: string };
      };
      expect(scaleTargetRef.name).toBe(name);
      const consumers = triggers.filter(({ type }) => type === 'nats-jetstream');
      // As packages/kit/src/log-consumer.ts names them.
      expect(consumers.map(({ metadata }) => metadata.consumer)).toEqual(
        Array.from({ length: 16 }, (_, i) => `${group}-${i}`),
      );
      expect(advanced.scalingModifiers.formula.split(' + ')).toEqual(consumers.map(({ name: trigger }) => trigger));
    }
    expect(ofKind(keda, 'HorizontalPodAutoscaler').map(({ metadata }) => metadata.name)).toContain(
      `${RELEASE}-ingestion`,
    );
  });
});

describe('the trial', () => {
  test('asks for less than a machine of 2 cores and 8 GiB has', async () => {
    const staying = (await podsAt('trial')).filter(({ owner }) => /^(Deployment|StatefulSet) /.test(owner));
    const requests = staying.flatMap((pod) =>
      containersOf(pod).map(({ resources }) => ({ n: pod.replicas ?? 1, ...resources?.requests })),
    );
    expect(requests.reduce((sum, { n, cpu }) => sum + n * cores(cpu), 0)).toBeLessThan(1.2);
    expect(requests.reduce((sum, { n, memory }) => sum + n * bytes(memory), 0)).toBeLessThan(3 * 2 ** 30);
  });

  test('its volumes are in the example, and are taken by the claims', async () => {
    const made = readManifests(readFileSync(path.join(helm.charts, umbrella, 'ci', 'trial-cluster.yaml'), 'utf8'));
    const volumes = ofKind(made, 'PersistentVolume');
    const manifests = await render('trial');
    type Claim = {
      storageClassName: string;
      selector: Record<string, unknown>;
      resources: { requests: { storage: string } };
    };
    const claims = [
      ...ofKind(manifests, 'PersistentVolumeClaim').map(({ spec }) => spec as unknown as Claim),
      ...ofKind(manifests, 'StatefulSet').flatMap(({ spec }) =>
        (spec.volumeClaimTemplates as { spec: Claim }[]).map((one) => one.spec),
      ),
    ];
    expect(claims).toHaveLength(volumes.length);
    for (const { storageClassName, selector, resources } of claims) {
      const [volume, ...more] = volumes.filter(({ metadata }) => selects(selector, metadata.labels ?? {}));
      expect(more).toEqual([]);
      expect(volume?.spec).toMatchObject({ storageClassName, capacity: resources.requests });
    }
  });
});

describe('nats-server', () => {
  // That of the province names certificates, which the server wants to read.
  test.each(['trial', 'county'] as const)(
    'takes the configuration of %s, with the users that `operations secrets` makes',
    async (size) => {
      const config = ofKind(await render(size), 'ConfigMap').find(
        ({ metadata }) => metadata.name === `${RELEASE}-nats`,
      );
      const users = secretsMade().find(({ name }) => name === `${RELEASE}-nats`);
      const at = mkdtempSync(path.join(tmpdir(), 'greenwatch-nats-'));
      try {
        const file = path.join(at, 'nats-server.conf');
        writeFileSync(file, config?.data?.['nats-server.conf'] as string);
        writeFileSync(path.join(at, 'users.conf'), users?.data['users.conf'] as string);
        const asked = spawnSync(await obtainServer('nats-server'), ['-t', '-c', file], {
          env: { POD_NAME: `${RELEASE}-nats-0` },
          encoding: 'utf8',
        });
        expect(asked.stderr).toContain('is valid');
      } finally {
        rmSync(at, { recursive: true, force: true });
      }
    },
  );
});

describe('skaffold.yaml', () => {
  interface Skaffold {
    build: { artifacts: { image: string; docker: { dockerfile: string; buildArgs: { IMAGE: string } } }[] };
    deploy: {
      helm: { releases: { chartPath: string; valuesFiles: string[]; setValueTemplates: Record<string, string> }[] };
    };
    portForward: { resourceName: string; port: number }[];
  }
  const skaffold = parse(readFileSync(path.join(repositoryRoot, 'skaffold.yaml'), 'utf8')) as Skaffold;
  const [release] = skaffold.deploy.helm.releases as [Skaffold['deploy']['helm']['releases'][number]];

  test('builds every image of ours by its argument, from files that are there', () => {
    const { artifacts } = skaffold.build;
    expect(artifacts.map(({ image }) => image).sort()).toEqual(
      nodeImages.map(({ name }) => `greenwatch/${name}`).sort(),
    );
    for (const { image, docker } of artifacts) {
      expect(image).toBe(`greenwatch/${docker.buildArgs.IMAGE}`);
      expect(readFileSync(path.join(repositoryRoot, docker.dockerfile), 'utf8')).toContain('ARG IMAGE');
    }
    for (const file of [`${release.chartPath}/Chart.yaml`, ...release.valuesFiles]) {
      expect(existsSync(path.join(repositoryRoot, file))).toBe(true);
    }
  });

  test('deploys what it has built, and forwards ports that are there', async () => {
    // As Skaffold names the tag of an image: IMAGE_TAG_greenwatch_rules.
    const sets = Object.entries(release.setValueTemplates).flatMap(([name, template]) => [
      '--set',
      `${name}=${template.replace(/^\{\{\.IMAGE_TAG_greenwatch_([a-z]+)\}\}$/, 'built-$1')}`,
    ]);
    const { output, errors } = await helm.template(umbrella, [...valuesOf('trial'), ...ON_KUBERNETES, ...sets]);
    expect(errors).toBe('');
    const manifests = readManifests(output);
    const images = new Set(podsOf(manifests).flatMap((pod) => containersOf(pod).map(({ image }) => image)));
    const servers = serverImages.map(({ name }) => `greenwatch/${name}:0.1.0`);
    expect([...images].sort()).toEqual(
      [...nodeImages.map(({ name }) => `greenwatch/${name}:built-${name}`), ...servers].sort(),
    );
    const ports = ofKind(manifests, 'Service').flatMap(({ metadata, spec }) =>
      (spec.ports as { port: number }[]).map(({ port }) => `${metadata.name}:${port}`),
    );
    for (const { resourceName, port } of skaffold.portForward) expect(ports).toContain(`${resourceName}:${port}`);
  });
});

describe('pods that begin with their servers', () => {
  const waiting = async (size: Size) =>
    (await podsAt(size)).flatMap(({ title, spec }) =>
      (spec.initContainers ?? []).map((container) => ({ title, container })),
    );

  test('every service waits where servers are the release’s own, for those', async () => {
    const addresses = (container: Container) => container.command?.slice(3);
    const trial = await waiting('trial');
    expect(trial.map(({ title }) => title).sort()).toEqual(serviceCharts.map((name) => `${name}/service`).sort());
    for (const { container } of trial)
      expect(addresses(container)).toEqual([`${RELEASE}-mongodb:27017`, `${RELEASE}-nats:4222`]);
    expect((await waiting('county')).map(({ container }) => addresses(container))).toContainEqual([
      `${RELEASE}-nats:4222`,
    ]);
    expect(await waiting('national')).toEqual([]);
  });

  test('it ends when both listen, not before', async () => {
    const [first] = await waiting('trial');
    const [, ...script] = (first?.container.command ?? []).slice(0, 3);
    const servers = [createServer(), createServer()];
    const ports: number[] = [];
    for (const server of servers) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ports.push((server.address() as AddressInfo).port);
    }
    const [, late] = servers as [Server, Server];
    await new Promise((resolve) => late.close(resolve));
    const child = spawn(process.execPath, [...script, ...ports.map((port) => `127.0.0.1:${port}`)]);
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    try {
      expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2_500, 'waits'))])).toBe('waits');
      await new Promise<void>((resolve) => late.listen(ports[1], '127.0.0.1', resolve));
      expect(await ended).toBe(0);
    } finally {
      child.kill();
      for (const server of servers) server.close();
    }
  });
});

/** `from/component > to/component:port` for all that the code does, of pods that are there. */
function expectedConnections(pods: readonly Pod[]): string[] {
  const calls = grpcCalls();
  const titles = [...new Set(pods.map(({ title }) => title))];
  const nameOf = (title: string) => title.split('/')[0] as string;
  const isService = (title: string) => serviceCharts.includes(nameOf(title));
  const stays = (title: string) => title.endsWith('/service');
  const rules: [from: (title: string) => boolean, to: (title: string) => boolean, port: number][] = [
    [isService, (to) => to === 'mongodb/server', 27017],
    [isService, (to) => to === 'nats/server', 4222],
    [isService, (to) => to === 'valkey/server', 6379],
    ...calls.map(({ caller, called }): (typeof rules)[number] => [
      (from) => nameOf(from) === caller,
      (to) => to === `${called}/service`,
      9090,
    ]),
    // SMS, where the demo takes them.
    [(from) => nameOf(from) === 'notifications', (to) => to === 'demo/smsc', 2775],
    [(from) => from === 'demo/devices', (to) => to === 'nats/server', 4222],
    [(from) => from === 'demo/devices', (to) => to === 'ingestion/service', 9212],
    [(from) => from === 'demo/devices', (to) => to === 'gateway/service', 8000],
    [(from) => from === 'operations/backup', (to) => to === 'mongodb/server', 27017],
    [(from) => from === 'operations/backup', (to) => to === 'nats/server', 4222],
    [(from) => from === 'mongodb/initiate', (to) => to === 'mongodb/server', 27017],
    [(from) => from === 'nats/server', (to) => to === 'nats/server', 6222],
    // helm test.
    [(from) => from === 'test/test', (to) => isService(to) && stays(to), 8080],
    [(from) => from === 'test/test', (to) => to === 'gateway/service', 8000],
  ];
  const expected = titles.flatMap((from) =>
    titles.flatMap((to) =>
      rules.filter(([of, at]) => of(from) && at(to)).map(([, , port]) => `${from} > ${to}:${port}`),
    ),
  );
  return [...new Set(expected)];
}

/** What the command makes for a release. */
function secretsMade(): SecretManifest[] {
  const at = mkdtempSync(path.join(tmpdir(), 'greenwatch-secrets-'));
  try {
    const deployment = { release: RELEASE, namespace: 'environment', tls: false, smpp: `${RELEASE}-smsc:2775` };
    return secretManifests(ensureSecrets(at, issuers), deployment);
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** Keys by name of every Secret: those that are made, and those of deployers that ci/ names. */
const keysOfSecrets = (): Map<string, string[]> =>
  new Map([
    ...secretsMade().map(({ name, data }): [string, string[]] => [name, Object.keys(data)]),
    ['greenwatch-ca', ['ca.crt']],
    ['greenwatch-cold', ['credentials.json']],
    // A whole Secret of certificates is mounted.
    ['greenwatch-nats-tls', ['*']],
  ]);

function secretsOf(pod: Pod): { secret: string; key: string }[] {
  const keys = ({ items }: SecretItems) => items?.map(({ key }) => key) ?? ['*'];
  const variables = containersOf(pod).flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef] : [])),
  );
  return [
    ...variables.map(({ name, key }) => ({ secret: name, key })),
    ...(pod.spec.volumes ?? []).flatMap(({ secret, projected }) => [
      ...(secret ? keys(secret).map((key) => ({ secret: secret.secretName, key })) : []),
      ...(projected?.sources ?? []).flatMap(({ secret: source }) =>
        source ? keys(source).map((key) => ({ secret: source.name, key })) : [],
      ),
    ]),
  ];
}

/** A value as the pod would have it; of Secrets an example. */
function exampleOf({ name, value, valueFrom }: EnvironmentVariable): string {
  const examples: Record<string, string> = {
    NATS_URL: 'nats://rules:p@greenwatch-nats:4222',
    MONGODB_URI: 'mongodb://greenwatch-mongodb:27017/?replicaSet=rs0',
    VALKEY_URL: 'redis://:p@greenwatch-valkey:6379',
    SMPP_URL: 'smpp://u:p@greenwatch-smsc:2775',
  };
  return valueFrom ? (examples[name] ?? 'pod-1') : (value as string);
}

const moduleOf = (service: string) => ({
  workspace: service === 'gateway' ? 'gateway' : `services/${service}`,
  file: `${service}.service`,
});

/** The fewest pods that an autoscaler leaves. */
function leastOf(manifests: readonly Manifest[], { owner }: Pod): number {
  const scaler = ofKind(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec }) => owner === `Deployment ${(spec.scaleTargetRef as { name: string }).name}`,
  );
  return (scaler?.spec.minReplicas as number | undefined) ?? 0;
}
