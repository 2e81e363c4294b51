import { samplesOf, sumOf } from '../prometheus-text';
import type { FieldApi, FieldMark, FieldPlaces } from './field-api';
import type { Kubectl } from './kubectl';
import { type PodUsage, type Rate, ratesOf, type StatsSummary, usageOf } from './pod-usage';
import type { Release } from './release';
import type { StaticVolumes } from './volumes';
import { sleep, until } from './waiting';

export interface ClusterOptions {
  /** How long pods are deleted at random. */
  minutes: number;
  seed: number;
  /** Packets a second of the load that runs beside. */
  rate: number;
  /** JSON with what was measured goes there. */
  out: string;
}

/** What is seen against what must be. */
export type Seen = (what: string, bound: string, ok: boolean) => void;

export interface Step {
  name: string;
  run(cluster: Cluster, seen: Seen): Promise<void>;
}

const READY_WITHIN_MS = 420_000;
/** Devices of every load but those that count connections. */
export const DEVICES = 120;
export const WINDOW = 4;
export const NEARLY = 0.95;

/** What every step works with. */
export class Cluster {
  /** Filled when the system is installed. */
  places!: FieldPlaces;
  apiKey = '';

  constructor(
    readonly kubectl: Kubectl,
    readonly release: Release,
    readonly field: FieldApi,
    readonly volumes: StaticVolumes | undefined,
    readonly tags: { first: string; second: string },
    readonly options: ClusterOptions,
    readonly say: (line: string) => void,
    readonly signal: AbortSignal,
  ) {}

  /** @throws when the run was broken off meanwhile */
  async pause(seconds: number): Promise<void> {
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(Math.min(1_000, end - Date.now()))) {
      this.signal.throwIfAborted();
    }
  }

  /** Resolves when a service has so many pods, all ready, and none that is leaving. @returns seconds it took */
  async replicas(service: string, count: number): Promise<number> {
    const begun = performance.now();
    await until(
      `${count} ready pods of ${service}`,
      READY_WITHIN_MS,
      async () => {
        const pods = (await this.kubectl.pods(service)).filter(
          ({ phase }) => phase !== 'Succeeded' && phase !== 'Failed',
        );
        return pods.length === count && pods.every(({ ready, leaving }) => ready && !leaving);
      },
      this.signal,
    );
    return (performance.now() - begun) / 1_000;
  }

  /** How many devices are connected, once it is nearly all: sockets that grow old are away for a moment. */
  connected(): Promise<number> {
    return until(
      `${DEVICES} devices to be connected`,
      READY_WITHIN_MS,
      async () => {
        const { connected } = await this.field.mark();
        return connected >= DEVICES * NEARLY && connected;
      },
      this.signal,
    );
  }

  /** Scales a service and resolves when it is so. */
  async scale(service: string, replicas: number): Promise<number> {
    this.say(`${service}: ${replicas} replicas`);
    await this.kubectl.scale(this.release.of(service), replicas);
    return this.replicas(service, replicas);
  }

  /** Resolves when every pod of ours is ready and none is leaving. */
  async calm(): Promise<number> {
    const begun = performance.now();
    await until(
      'every pod to be ready',
      READY_WITHIN_MS,
      async () => {
        const pods = await this.kubectl.running();
        return pods.length > 0 && pods.every(({ ready }) => ready);
      },
      this.signal,
    );
    return (performance.now() - begun) / 1_000;
  }

  /** A metric of each pod of a service, by its name. */
  async metric(service: string, name: string, labels: Record<string, string> = {}): Promise<Record<string, number>> {
    const pods = (await this.kubectl.running(service)).filter(({ ready }) => ready);
    const values = pods.map(
      async (pod): Promise<[string, number]> => [
        pod.name,
        sumOf(samplesOf(await this.kubectl.metrics(pod.name)), name, labels) ?? 0,
      ],
    );
    return Object.fromEntries(await Promise.all(values));
  }

  /** A load of the test's devices at a rate, whatever `work` does meanwhile; resolves when all of it is acknowledged. */
  async underLoad<T>(
    perSecond: number,
    frames: number,
    work: () => Promise<T>,
  ): Promise<{ result: T; resent: number; reconnected: number; stallS: number }> {
    const { field } = this;
    await field.begin({ connections: DEVICES, window: WINDOW, frames });
    let stallMs = 0;
    let last: FieldMark | undefined;
    let result: T;
    try {
      await field.pace(perSecond);
      result = await work();
      stallMs = (await field.mark()).stallMs;
    } finally {
      // Also what was sent while a step failed is held against the export.
      if (!this.signal.aborted) last = await field.finish();
    }
    const { resent = 0, reconnected = 0 } = last ?? {};
    return { result, resent, reconnected, stallS: Math.round(stallMs / 100) / 10 };
  }

  /** Lost, duplicated, unexpected and unanswered packets of all loads so far, as a row. */
  async exactlyOnce(seen: Seen, beside = ''): Promise<void> {
    this.say('waiting until the log is worked off, then every packet is held against the export');
    await this.field.settle();
    const { stored, lost, duplicated, unexpected, unanswered, examples } = await this.field.verdict();
    const all = { lost, duplicated, 'never sent': unexpected, unanswered };
    const ok = Object.values(all).every((count) => count === 0);
    const words = Object.entries(all).map(([name, count]) => `${name} ${count}`);
    const first = examples.length > 0 ? `; ${examples.join(', ')}` : '';
    seen(
      `${beside}${stored} packets stored: ${words.join(', ')}${first}`,
      'lost 0, duplicated 0, never sent 0, unanswered 0',
      ok,
    );
  }

  /** Counters of all pods of the namespace. */
  async usage(): Promise<PodUsage[]> {
    const { items } = await this.kubectl.get<{ items: { metadata: { name: string } }[] }>('nodes');
    const nodes = items.map(({ metadata }) =>
      this.kubectl.raw<StatsSummary>(`/api/v1/nodes/${metadata.name}/proxy/stats/summary`),
    );
    return (await Promise.all(nodes)).flatMap((summary) => usageOf(summary, this.kubectl.namespace));
  }

  /** What each service used a second while `work` went on. */
  async ratesWhile(work: () => Promise<void>): Promise<Record<string, Rate>> {
    const before = await this.usage();
    await work();
    const after = await this.usage();
    const services = new Map((await this.kubectl.pods()).map(({ name, service }) => [name, service]));
    return ratesOf(before, after, (pod) => services.get(pod));
  }
}
