import { OperatorError, type RunningSystem, samplesOf, sumOf } from '@greenwatch/infra';
import { cpuOf, memoryOf } from '../process-usage';
import type { ResourceReport, ServiceResources } from './load-report';

/** What a service has used so far: processor seconds since it began, and resident memory now. */
export interface Usage {
  cpuSeconds: number;
  memoryMb: number;
}

/** A look at everything at one moment: by service, and other measures by their name. */
export interface Look {
  usage: Record<string, Usage>;
  measures: Record<string, number>;
}

/** Where figures of a deployment come from. */
export interface ResourceSource {
  about: string;
  look(): Promise<Look>;
}

const EVERY_MS = 2_000;
const PATIENCE_MS = 5_000;
/** Metrics that say how the deployment fares, with the unit of what is shown: their sum over all instances. */
const MEASURES: Record<string, string> = { greenwatch_log_pending: 'messages waiting on the log' };

/** Looks every two seconds until it is stopped. What does not answer is missing in that look. */
export class ResourceWatch {
  readonly #looks: { at: number; look: Look }[] = [];
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  /** @param begun performance.now() when the run began */
  constructor(
    private readonly source: ResourceSource,
    private readonly begun: number,
  ) {}

  start(): void {
    this.#looking = this.#follow();
  }

  /** @param packets answered in the watched time; 0 without a fleet */
  async stop(packets: number): Promise<ResourceReport> {
    this.#stopped = true;
    await this.#looking;
    return resourceReport(this.source.about, this.#looks, packets);
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      const look = await this.source.look();
      this.#looks.push({ at: (performance.now() - this.begun) / 1_000, look });
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}

/** Looks become lines: cores from the processor time between two looks. A process that began anew counts from its begin. Pure. */
export function resourceReport(
  source: string,
  looks: readonly { at: number; look: Look }[],
  packets: number,
): ResourceReport {
  const names = [...new Set(looks.flatMap(({ look }) => Object.keys(look.usage)))].sort();
  const services = names.map((name): ServiceResources => {
    const seen = looks.flatMap(({ at, look: { usage } }) => (usage[name] ? [{ at, ...usage[name] }] : []));
    const cores: [number, number][] = [];
    let used = 0;
    for (const [i, { at, cpuSeconds }] of seen.entries()) {
      const before = seen[i - 1];
      if (!before) continue;
      const seconds = cpuSeconds >= before.cpuSeconds ? cpuSeconds - before.cpuSeconds : cpuSeconds;
      used += seconds;
      cores.push([at, seconds / (at - before.at)]);
    }
    return {
      name,
      cores,
      memoryMb: seen.map(({ at, memoryMb }) => [at, memoryMb]),
      ...(packets > 0 ? { cpuUsPerPacket: (used * 1e6) / packets } : {}),
    };
  });
  const measures = [...new Set(looks.flatMap(({ look }) => Object.keys(look.measures)))].map((name) => ({
    name: MEASURES[name] ?? name,
    unit: '',
    points: looks.map(({ at, look }) => [at, look.measures[name] ?? Number.NaN] as [number, number]),
  }));
  return { source, services, measures };
}

/** The processes of a system on this machine, by /proc. */
export function processesOf(system: RunningSystem): ResourceSource {
  const names = Object.keys(system.logs);
  return {
    about: 'Processes on the machine that the load came from too: user and system time, resident memory (/proc).',
    look: async () => ({
      measures: {},
      usage: Object.fromEntries(
        names.flatMap((name) => {
          const pid = system.pid(name);
          if (pid === undefined) return [];
          try {
            return [[name, { cpuSeconds: cpuOf(pid) / 1e6, memoryMb: memoryOf(pid).now }]];
          } catch {
            // It ended between the two.
            return [];
          }
        }),
      ),
    }),
  };
}

/** The /metrics pages of services, several of one name being instances of it. @param pages `name=URL` each */
export function metricsPages(pages: readonly string[]): ResourceSource {
  const targets = pages.map((page) => {
    const [, name = '', address = ''] = /^([a-z][a-z0-9-]*)=(https?:\/\/.+)$/.exec(page) ?? [];
    if (!name) throw new OperatorError(`--metrics is "${page}": name=URL is expected`);
    return { name, address };
  });
  return {
    about: 'The services’ own metrics pages: processor time and resident memory, instances of a service together.',
    async look() {
      const usage: Record<string, Usage> = {};
      const measures: Record<string, number> = {};
      const texts = await Promise.all(targets.map(({ address }) => pageText(address)));
      for (const [i, { name }] of targets.entries()) {
        const samples = [...samplesOf(texts[i] ?? '')];
        const cpuSeconds = sumOf(samples, 'process_cpu_seconds_total');
        const bytes = sumOf(samples, 'process_resident_memory_bytes');
        if (cpuSeconds === undefined || bytes === undefined) continue;
        const known = usage[name] ?? { cpuSeconds: 0, memoryMb: 0 };
        usage[name] = { cpuSeconds: known.cpuSeconds + cpuSeconds, memoryMb: known.memoryMb + bytes / 1e6 };
        for (const metric of Object.keys(MEASURES)) {
          const value = sumOf(samples, metric);
          if (value !== undefined) measures[metric] = (measures[metric] ?? 0) + value;
        }
      }
      return { usage, measures };
    },
  };
}

async function pageText(address: string): Promise<string> {
  const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined);
  return response?.ok ? response.text() : '';
}
