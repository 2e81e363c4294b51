import type { OwnChart, ServiceFacts } from './chart-plan';
import type { SettingSchemas } from './setting-names';

/** JSON Schema as values.schema.json has it (draft 7). */
export interface Schema {
  [keyword: string]: unknown;
}

/** A value that must be there: one that is taken away (`null`) is told by its name, not by a broken manifest. */
const object = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const text: Schema = { type: 'string' };
const labels: Schema = { type: 'object', additionalProperties: text };
const flag: Schema = { type: 'boolean' };
const whole = (minimum: number, maximum?: number): Schema =>
  maximum === undefined ? { type: 'integer', minimum } : { type: 'integer', minimum, maximum };
const port = whole(1, 65_535);
/** Empty, or a name of a Kubernetes object. */
const nameOrNone: Schema = { type: 'string', pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$' };
const name: Schema = { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' };
/** Processor: 250m, 0.5, 2. */
const cpu: Schema = { type: ['string', 'number'], pattern: '^[0-9]+(\\.[0-9]+)?m?$', minimum: 0.001 };
/** Bytes: 512Mi, 2Gi. */
const bytes: Schema = { type: 'string', pattern: '^[1-9][0-9]*(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)$' };

const peers: Schema = list({
  ...object(
    {
      podSelector: { type: 'object' },
      namespaceSelector: { type: 'object' },
      ipBlock: object({ cidr: text, except: list(text) }, ['except']),
    },
    ['podSelector', 'namespaceSelector', 'ipBlock'],
  ),
  minProperties: 1,
});
const wayOut: Schema = object({ ports: { ...list(port), minItems: 1 }, peers }, ['peers']);

const image: Schema = object({
  repository: { type: 'string', pattern: '^[a-z0-9._/-]+$' },
  tag: { type: 'string', pattern: '^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$', not: { const: 'latest' } },
  digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
});

const resources: Schema = object({
  requests: object({ cpu, memory: bytes }),
  limits: object({ cpu, memory: bytes }, ['cpu']),
});

const scheduling: Schema = object({
  nodeSelector: labels,
  tolerations: list(
    object(
      {
        key: text,
        operator: { enum: ['Exists', 'Equal'] },
        value: text,
        effect: { enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
        tolerationSeconds: whole(0),
      },
      ['key', 'operator', 'value', 'effect', 'tolerationSeconds'],
    ),
  ),
  priorityClassName: nameOrNone,
  onFullMachine: { enum: ['ScheduleAnyway', 'DoNotSchedule'] },
});

const disruption: Schema = object({ maxUnavailable: whole(1) });

const persistence: Schema = object({
  enabled: flag,
  size: bytes,
  storageClass: { type: 'string', pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$' },
  volumeName: nameOrNone,
  selector: object({ matchLabels: labels }, ['matchLabels']),
});

/** What may be set of the variables: strictly by the service's own declaration, so that a wrong value never reaches a pod. */
const settings = (declared: SettingSchemas): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties: JSON.parse(JSON.stringify(declared)) as Record<string, Schema>,
});

/** The part `global`, the same in every chart. */
export const globalSchema: Schema = object({
  province: { type: 'string', pattern: '^[1-9][0-9]0000$' },
  logLevel: { enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] },
  image: object({
    registry: { type: 'string', pattern: '^([a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*/?)?$' },
    tag: { type: 'string', pattern: '^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$', not: { const: 'latest' } },
    pullPolicy: { enum: ['IfNotPresent', 'Always', 'Never'] },
    pullSecrets: list(name),
  }),
  secrets: object({ revision: text, trust: nameOrNone, fieldKeys: nameOrNone, mqttAccount: nameOrNone }),
  readings: object({ partitions: whole(1, 1_024), retentionHours: whole(1) }),
  stopDelaySeconds: whole(0, 30),
  servers: object({
    mongodb: object({ builtIn: flag, port, peers }),
    nats: object({
      builtIn: flag,
      port,
      peers,
      copies: whole(1, 5),
      monitor: { type: 'string', pattern: '^([^:/]+:[0-9]+)?$' },
    }),
    valkey: object({ builtIn: flag, port, peers }),
  }),
  tls: object({ caSecret: nameOrNone }),
  mqtt: object({ enabled: flag }),
  network: object({ dns: { ...peers, minItems: 1 }, monitoring: peers }),
  monitoring: object({ enabled: flag, interval: { type: 'string', pattern: '^[1-9][0-9]*(s|m)$' }, labels }),
  otlp: object({
    endpoint: { type: 'string', pattern: '^(https?://[^/:]+:[0-9]+)?$' },
    sampledShare: { type: 'number', minimum: 0, maximum: 1 },
    peers,
  }),
});

const root = (title: string, properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title,
  // Helm gives a chart the values of the library too, though it has none.
  ...object({ ...properties, global: globalSchema, library: { type: 'object' } }, [...optional, 'library']),
});

/** What the chart of a service takes. */
export function serviceSchema(chart: string, facts: ServiceFacts, declared: SettingSchemas): Schema {
  const scaling = {
    enabled: flag,
    minReplicas: whole(1),
    maxReplicas: whole(1),
    cpuPercent: whole(1, 1_000),
    scaleDownAfterSeconds: whole(0, 3_600),
    keda: flag,
  };
  return root(`Values of ${chart}`, {
    enabled: flag,
    replicas: whole(0),
    image,
    resources,
    tmpSize: bytes,
    autoscaling: object(facts.log ? { ...scaling, backlog: object({ enabled: flag, messages: whole(1) }) } : scaling),
    disruption,
    probes: object({ startWithinSeconds: whole(10), deadAfterSeconds: whole(10) }),
    scheduling,
    secrets: object({
      credentials: nameOrNone,
      ...(facts.coldStorage ? { coldStorage: nameOrNone } : {}),
      ...(facts.ports?.['hj212-tls'] ? { hj212Tls: nameOrNone } : {}),
    }),
    ...(facts.coldStorage ? { coldStorage: object({ existingClaim: nameOrNone }) } : {}),
    network: object(facts.open ? { from: peers, to: list(wayOut) } : { to: list(wayOut) }),
    migrations: object({ enabled: flag, withinSeconds: whole(10) }),
    settings: settings(declared),
  });
}

const server = { image, resources, disruption, scheduling };
const callers = list(name);

const wayIn: Schema = object({
  enabled: flag,
  type: { enum: ['LoadBalancer', 'NodePort', 'ClusterIP'] },
  port,
  nodePort: { type: 'integer', anyOf: [{ const: 0 }, { minimum: 1_024, maximum: 65_535 }] },
  externalTrafficPolicy: { enum: ['Local', 'Cluster'] },
  loadBalancerSourceRanges: list(text),
  annotations: labels,
});

/** Charts that are no service. `parts`: the charts that the umbrella takes in, each checked by its own schema. */
export const ownSchemas: Record<OwnChart, (parts: readonly string[]) => Schema> = {
  mongodb: () =>
    root('Values of mongodb', {
      ...server,
      initiate: object({ image }),
      cacheGiB: { type: 'number', minimum: 0.25 },
      persistence,
      network: object({ callers }),
    }),
  nats: () =>
    root('Values of nats', {
      ...server,
      replicas: { enum: [1, 3, 5] },
      jetstream: object({
        syncInterval: { type: 'string', pattern: '^(always|[1-9][0-9]*(ms|s|m|h))$' },
        maxFileStore: { type: 'string', pattern: '^[1-9][0-9]*(MB|GB|TB)$' },
        maxMemoryStore: { type: 'string', pattern: '^[1-9][0-9]*(MB|GB|TB)$' },
      }),
      persistence,
      secrets: object({ users: nameOrNone }),
      tls: object({ secret: nameOrNone }),
      network: object({ callers, mqttFrom: peers, monitorFrom: peers }),
    }),
  valkey: () =>
    root('Values of valkey', {
      ...server,
      maxMemory: { type: 'string', pattern: '^[1-9][0-9]*(kb|mb|gb)$' },
      secrets: object({ password: nameOrNone }),
      network: object({ callers }),
    }),
  demo: () =>
    root('Values of demo', {
      enabled: flag,
      image,
      resources: object({ devices: resources, smsc: resources }),
      persistence,
      secrets: object({ credentials: nameOrNone, smsc: nameOrNone }),
      scheduling,
      network: object({ to: list(wayOut) }),
      settings: settings({
        DEMO_SEED: { type: 'string', pattern: '^[A-Za-z0-9-]{1,40}$' },
        DEMO_ENTERPRISES: { type: 'integer', minimum: 10, maximum: 200 },
        DEMO_REALTIME_SECONDS: { type: 'integer', minimum: 5, maximum: 3_600 },
      }),
    }),
  operations: () =>
    root('Values of operations', {
      enabled: flag,
      image,
      backup: object({
        schedule: { type: 'string', pattern: '^([-0-9*,/]+ ){4}[-0-9*,/]+$' },
        timeZone: { type: 'string', pattern: '^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$' },
        keepDays: whole(0),
        keepLast: whole(1),
        withinSeconds: whole(60),
        s3: object({
          bucket: { type: 'string', pattern: '^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$' },
          prefix: text,
          region: { type: 'string', pattern: '^[a-z0-9-]+$' },
          endpoint: { type: 'string', pattern: '^(https?://[^/]+/?)?$' },
          pathStyle: flag,
        }),
      }),
      resources,
      tmpSize: bytes,
      persistence,
      coldStorage: object({ existingClaim: nameOrNone }),
      secrets: object({ credentials: nameOrNone, bucket: nameOrNone }),
      scheduling,
      network: object({ to: list(wayOut) }),
    }),
  greenwatch: (parts) => {
    const own = Object.fromEntries(parts.map((part) => [part, { type: 'object' }]));
    return root(
      'Values of greenwatch',
      {
        ...own,
        waysIn: object({ hj212: wayIn, hj212Tls: wayIn, mqtt: wayIn, console: wayIn, push: wayIn }),
        ingress: object({
          enabled: flag,
          className: nameOrNone,
          host: { type: 'string', pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$' },
          tlsSecret: nameOrNone,
          annotations: labels,
        }),
        test: object({ image }),
      },
      parts,
    );
  },
};

/** JSON as the formatter of this repository writes it: lists of plain values on one line where they fit. */
export function printJson(value: unknown, indent = '', before = 0): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => printJson(item, inner));
    const line = `[${items.join(', ')}]`;
    const plain = value.every((item) => typeof item !== 'object' || item === null);
    if (value.length === 0 || (plain && indent.length + before + line.length < WIDTH)) return line;
    return `[\n${items.map((item) => inner + item).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return '{}';
    const lines = entries.map(([key, item]) => {
      const head = `${JSON.stringify(key)}: `;
      return inner + head + printJson(item, inner, head.length);
    });
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}
const WIDTH = 120;
