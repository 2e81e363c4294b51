import { parseAllDocuments } from 'yaml';

/** What of Kubernetes' objects these tests look at. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Labels; annotations?: Labels };
  /** Empty where an object has none. */
  spec: Record<string, unknown>;
  data?: Record<string, string>;
}
export type Labels = Record<string, string>;

export interface Probe {
  httpGet?: { path: string; port: string | number };
  tcpSocket?: { port: string | number };
}
export interface EnvironmentVariable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean }; fieldRef?: { fieldPath: string } };
}
export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvironmentVariable[];
  ports?: { name: string; containerPort: number; hostPort?: number }[];
  volumeMounts?: { name: string; mountPath: string }[];
  securityContext?: {
    privileged?: boolean;
    runAsNonRoot?: boolean;
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
  };
  resources?: { requests?: Quantities; limits?: Quantities };
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
}
export interface Quantities {
  cpu?: string | number;
  memory?: string;
}
export interface SecretItems {
  items?: { key: string; path: string }[];
}
export interface Volume {
  name: string;
  emptyDir?: { sizeLimit?: string };
  secret?: { secretName: string } & SecretItems;
  configMap?: { name: string };
  persistentVolumeClaim?: { claimName: string };
  projected?: { sources: { secret?: { name: string } & SecretItems; configMap?: { name: string } }[] };
  [kind: string]: unknown;
}
export interface PodSpec {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    seccompProfile?: { type: string };
  };
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  imagePullSecrets?: { name: string }[];
}
export interface Pod {
  /** `Deployment greenwatch-rules`. */
  owner: string;
  /** `rules/service`: the labels name and component. */
  title: string;
  labels: Labels;
  annotations: Labels;
  spec: PodSpec;
  /** Undefined: an autoscaler's. */
  replicas?: number;
}

/** Reads what `helm template` printed. @throws Error where a document is no YAML, or names a key twice */
export function readManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`Helm printed no YAML: ${document.errors[0]?.message}`);
    const manifest = document.toJS() as Manifest | null;
    return manifest ? [{ ...manifest, spec: manifest.spec ?? {} }] : [];
  });
}

interface Template {
  metadata: { labels?: Labels; annotations?: Labels };
  spec: PodSpec;
}

/** Every pod that the manifests make, whatever makes it. */
export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest);
    if (!template) return [];
    const labels = template.metadata.labels ?? {};
    return [
      {
        owner: `${manifest.kind} ${manifest.metadata.name}`,
        title: `${labels['app.kubernetes.io/name']}/${labels['app.kubernetes.io/component']}`,
        labels,
        annotations: template.metadata.annotations ?? {},
        spec: template.spec,
        replicas: manifest.spec.replicas as number | undefined,
      },
    ];
  });
}

function templateOf({ kind, metadata, spec }: Manifest): Template | undefined {
  if (kind === 'Pod') return { metadata, spec: spec as unknown as PodSpec };
  if (kind === 'CronJob') {
    return (spec as { jobTemplate: { spec: { template: Template } } }).jobTemplate.spec.template;
  }
  return spec.template as Template | undefined;
}

export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** Whether a selector by `matchLabels` (all that these charts use) takes a pod. */
export function selects(selector: Record<string, unknown> | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, ...other } = selector;
  if (Object.keys(other).length > 0)
    throw new Error(`this test does not know ${Object.keys(other).join(', ')} of a selector`);
  return Object.entries(matchLabels as Labels).every(([name, value]) => labels[name] === value);
}

/** Cores: `250m`, 2. */
export const cores = (quantity: string | number | undefined): number => {
  const text = String(quantity ?? 0);
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1_000 : Number(text);
};

const UNITS: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Bytes of `512Mi`. */
export function bytes(quantity: string | undefined): number {
  const found = /^([0-9.]+)(Ki|Mi|Gi|Ti)?$/.exec(quantity ?? '0');
  if (!found) throw new Error(`${quantity} is no quantity that this test knows`);
  return Number(found[1]) * (UNITS[found[2] ?? ''] ?? 1);
}
