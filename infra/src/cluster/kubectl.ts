import { type CommandOptions, runCommand } from './command';

/** What is looked at of a pod. */
export interface Pod {
  name: string;
  /** Of the label app.kubernetes.io/name; a pod that is nobody's has ''. */
  service: string;
  ready: boolean;
  /** It was told to go. */
  leaving: boolean;
  phase: string;
  restarts: number;
  image: string;
}

interface PodObject {
  metadata: { name: string; labels?: Record<string, string>; deletionTimestamp?: string };
  spec: { containers: { image: string }[] };
  status: {
    phase: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number }[];
  };
}

const PART_OF = 'app.kubernetes.io/part-of=greenwatch';
/** What an eviction that a disruption budget refuses is answered with (HTTP 429). */
const REFUSED = 'Cannot evict pod as it would violate';

/** The cluster as one namespace of it, by kubectl. */
export class Kubectl {
  constructor(
    private readonly program: string,
    readonly kubeconfig: string,
    readonly namespace: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** The same without the signal that ends a run: for cleaning up after it. */
  unending(): Kubectl {
    return new Kubectl(this.program, this.kubeconfig, this.namespace);
  }

  run(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    const where = ['--kubeconfig', this.kubeconfig, '--namespace', this.namespace];
    return runCommand(this.program, [...where, ...args], { signal: this.signal, ...options });
  }

  async get<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.run(['get', ...args, '-o', 'json'])) as T;
  }

  /** The API server's own path. */
  async raw<T>(path: string): Promise<T> {
    return JSON.parse(await this.run(['get', '--raw', path])) as T;
  }

  async apply(objects: readonly object[] | string): Promise<void> {
    const input =
      typeof objects === 'string' ? objects : objects.map((object) => JSON.stringify(object)).join('\n---\n');
    await this.run(['apply', '--server-side', '-f', '-'], { input });
  }

  async pods(service?: string): Promise<Pod[]> {
    const named = service === undefined ? '' : `,app.kubernetes.io/name=${service}`;
    const { items } = await this.get<{ items: PodObject[] }>('pods', '-l', `${PART_OF}${named}`);
    return items.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      service: metadata.labels?.['app.kubernetes.io/name'] ?? '',
      ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      leaving: metadata.deletionTimestamp !== undefined,
      phase: status.phase,
      restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
      image: spec.containers[0]?.image ?? '',
    }));
  }

  /** Pods that run and are not told to go; Jobs' pods that have ended do not count. */
  async running(service?: string): Promise<Pod[]> {
    return (await this.pods(service)).filter(
      ({ phase, leaving }) => !leaving && (phase === 'Running' || phase === 'Pending'),
    );
  }

  async scale(deployment: string, replicas: number): Promise<void> {
    await this.run(['scale', 'deployment', deployment, `--replicas=${replicas}`]);
  }

  /** Resolves when a Deployment or StatefulSet is as it was asked to be. */
  async rolledOut(object: string, withinS: number): Promise<void> {
    await this.run(['rollout', 'status', object, `--timeout=${withinS}s`], { timeoutMs: (withinS + 30) * 1_000 });
  }

  /** Text that a pod of ours serves at /metrics of its health port, by way of the API server. */
  metrics(pod: string): Promise<string> {
    return this.run(['get', '--raw', `/api/v1/namespaces/${this.namespace}/pods/${pod}:8080/proxy/metrics`]);
  }

  /** Asks for an eviction, as draining a node does. @returns whether the disruption budgets allow it */
  async evict(pod: string): Promise<boolean> {
    const metadata = { name: pod, namespace: this.namespace };
    const input = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata });
    const path = `/api/v1/namespaces/${this.namespace}/pods/${pod}/eviction`;
    try {
      await this.run(['create', '--raw', path, '-f', '-'], { input });
      return true;
    } catch (error) {
      if ((error as Error).message.includes(REFUSED)) return false;
      throw error;
    }
  }
}
