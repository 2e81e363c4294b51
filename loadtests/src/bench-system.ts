import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot, System, type SystemOptions, type SystemUrls } from '@greenwatch/infra';
import type { Client } from '@greenwatch/kit';
import { registerDevices, registerPeople, registerPermits } from './bench-devices';
import { connectToSystem, factsTaken } from './connect-to-system';
import { type Load, LoadProcess } from './load-process';
import { cpuOf, memoryOf } from './process-usage';

const SERVERS = ['mongod', 'nats', 'valkey'];
/** A process of ours stays under this throughout (issue 5), MB. */
export const MEMORY_LIMIT_MB = 512;

export interface BenchSystemOptions {
  /** Devices to register. */
  devices: number;
  /** Services to start; absent: all. */
  only?: string[];
  /** When NATS flushes to disk: `always`, or a period such as `2m`. Absent: the system's own choice. */
  syncInterval?: string;
  instances?: SystemOptions['instances'];
  environment?: NodeJS.ProcessEnv;
  say(line: string): void;
}

/**
 * The real system in a temporary folder, and what a bench measures of its processes. Its devices are registered with their
 * enterprises, permits and people, so that the bench measures no work that only a gap in the register makes.
 */
export class BenchSystem {
  #loads: LoadProcess[] = [];

  private constructor(
    readonly system: System,
    readonly urls: SystemUrls,
    readonly client: Client,
    readonly say: (line: string) => void,
  ) {}

  static async start(options: BenchSystemOptions): Promise<BenchSystem> {
    const { only, instances, devices, syncInterval, say } = options;
    const environment = {
      ...options.environment,
      ...(syncInterval === undefined ? {} : { NATS_SYNC_INTERVAL: syncInterval }),
    };
    const system = new System({ only, instances, environment, announce: say });
    let client: Client | undefined;
    try {
      const urls = await system.start();
      client = await connectToSystem(system, ['registry', 'readings']);
      await registerDevices(client, devices);
      const runs = (service: string) => !only || only.includes(service);
      if (runs('permits')) await registerPermits(client, devices);
      if (runs('tasking')) await registerPeople(client, devices);
      // What a service has not heard of it refuses, and who is refused again and again is blocked.
      await factsTaken(client);
      return new BenchSystem(system, urls, client, say);
    } catch (error) {
      await client?.close();
      await system.stop();
      throw error;
    }
  }

  /** Devices that connect to every instance of ingestion; they end with the bench. */
  async load(options: Omit<Load, 'addresses'>): Promise<LoadProcess> {
    const load = await LoadProcess.start({ addresses: this.addresses(), ...options });
    this.#loads.push(load);
    return load;
  }

  addresses(): Load['addresses'] {
    return this.system.hj212Addresses().map((address) => {
      const [host = '', port] = address.split(':');
      return { host, port: Number(port) };
    });
  }

  /** Processor time so far of every process of the system, µs. */
  cpu(): Record<string, number> {
    return Object.fromEntries(this.#pids().map(([name, pid]) => [name, cpuOf(pid)]));
  }

  /** The most memory that each process of ours has had since it began, MB; of one that began again, since then. */
  peakMemory(): Record<string, number> {
    return Object.fromEntries(this.#ours().map(([name, pid]) => [name, Math.round(memoryOf(pid).peak)]));
  }

  /** Memory of each process of ours now, MB. */
  memory(): Record<string, number> {
    return Object.fromEntries(this.#ours().map(([name, pid]) => [name, memoryOf(pid).now]));
  }

  /** Process ids: a process whose id is another one later was started again. */
  pids(): Record<string, number> {
    return Object.fromEntries(this.#pids());
  }

  /** A new API key of the province. */
  async apiKey(): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [
      path.join(repositoryRoot, 'gateway', 'dist', 'admin.js'),
      ...['--data', this.system.folder.root],
      ...['api-key', 'create', '--name', 'bench', '--division', '330000'],
    ]);
    return stdout.trim();
  }

  async stop(): Promise<void> {
    for (const load of this.#loads) load.stop();
    await this.client.close();
    await this.system.stop();
  }

  #pids(): [string, number][] {
    return this.system.names().map((name) => {
      const pid = this.system.pid(name);
      if (pid === undefined) throw new Error(`${name} does not run: see its log`);
      return [name, pid];
    });
  }

  #ours(): [string, number][] {
    return this.#pids().filter(([name]) => !SERVERS.includes(name));
  }
}

/** Runs a bench on a system that ends with it, whatever happens. */
export async function onBenchSystem<T>(
  options: BenchSystemOptions,
  bench: (system: BenchSystem) => Promise<T>,
): Promise<T> {
  const system = await BenchSystem.start(options);
  try {
    return await bench(system);
  } finally {
    await system.stop();
  }
}

/** Data time of frame 0 such that none of `frames` is ahead of now: whole seconds, with a minute to spare. */
export function firstTimeOf(frames: number): number {
  return Math.floor(Date.now() / 1_000) * 1_000 - (frames + 60) * 1_000;
}

export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
