import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { DataFolder } from './data-folder';
import { LogWatch } from './log-watch';
import { type Announce, ManagedProcess } from './managed-process';
import { issuers, natsUsers } from './nats-users';
import { OperatorError } from './operator-error';
import { repositoryRoot } from './paths';
import { choosePort, portIsFree } from './ports';
import { runningPid, runningPidIn } from './process-identity';
import { Reaper } from './reaper';
import { ensureSecrets, type Secrets } from './secrets';
import { mongodSpec, mongodUri } from './servers/mongod';
import { natsServerSpec, natsUrl } from './servers/nats-server';
import { valkeySpec, valkeyUri } from './servers/valkey';
import * as plan from './system-plan';

const SERVERS = ['mongod', 'nats', 'valkey'];
/** The first start of the demo loads a province. */
const DEMO_READY_WITHIN_MS = 270_000;
const READY_WITHIN_MS = 90_000;
/** Together with the servers' own times this stays within the 15 s that a stop may take. */
const SERVICE_STOP_WITHIN_MS = 9_000;

export interface SystemOptions {
  /** The data folder; left out, a temporary one that vanishes with this process, and everything in it with it. */
  data?: string;
  demo?: boolean;
  /** 0: any free port, kept for the next start on the same data folder. */
  hj212Port?: number;
  mqttPort?: number;
  gatewayPort?: number;
  /** Passed on to every service, e.g. INGESTION_ADMISSION. */
  environment?: NodeJS.ProcessEnv;
  /** Only these services, for a test that needs no more. */
  only?: string[];
  /** More than one instance of a service, by its name: `{ readings: 2 }` also starts `readings-2`. */
  instances?: Record<string, number>;
  /** Other processes than the real ones, for tests of the System itself. */
  processes?: plan.PlannedProcess[];
  announce?: Announce;
}

export interface SystemUrls {
  console: string;
  /** `host:port` where devices connect. */
  hj212: string;
  /** `host:port` where devices that speak MQTT connect; absent with a nats-server of somebody else. */
  mqtt?: string;
  mongodb: string;
  /** Without credentials; with them in the environment of each process. */
  nats: string;
  valkey: string;
}

/** What DATA/run/system.json holds (mode 0600, for it holds credentials). */
export interface SystemRecord {
  /** `<pid> <start>` of the starter. */
  starter: string;
  urls: SystemUrls;
  ports: Record<string, number>;
  /** Of every process, by its name. */
  pidFiles: Record<string, string>;
  logs: Record<string, string>;
  /** What a tool needs to act as `admin`, `demo` or `operations`: the same variables as every service's. */
  environments: Record<string, Record<string, string>>;
}

/**
 * The real system on this machine: three servers and each service as its own process, kept running until `stop`.
 * `npm start`, integration tests, benchmarks and chaos runs all start this one.
 */
export class System {
  readonly folder: DataFolder;
  private readonly announce: Announce;
  private readonly watch: LogWatch;
  private readonly processes = new Map<string, ManagedProcess>();
  private readonly base: NodeJS.ProcessEnv;
  private secrets!: Secrets;
  private ports: Record<string, number> = {};
  private urls!: SystemUrls;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: SystemOptions) {
    this.folder = new DataFolder(options.data ?? new Reaper().temporaryFolder('system'));
    this.announce = options.announce ?? (() => {});
    this.watch = new LogWatch(this.announce);
    this.base = { ...process.env, ...options.environment };
    // What Jest sets is not for our services.
    if (this.base.NODE_ENV === 'test') delete this.base.NODE_ENV;
  }

  /**
   * Starts everything and resolves when all of it is ready.
   *
   * @throws OperatorError when something is in the way that the operator can mend; then nothing is left running.
   */
  async start(): Promise<SystemUrls> {
    this.folder.lock();
    try {
      for (const name of await this.folder.endLeftovers(SERVERS)) {
        this.announce(`${name} was left over from a start that was killed: ended it`);
      }
      await this.prepare();
      await Promise.all((await this.servers()).map((server) => this.begin(server)));
      const planned = this.planned();
      await Promise.all(planned.services.map((process) => this.begin(this.managed(process))));
      this.record();
      for (const process of planned.after) await this.begin(this.managed(process));
      this.record();
      return this.urls;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Services first, each finishing what it holds, then the servers. */
  stop(): Promise<void> {
    this.stopping ??= (async () => {
      const all = [...this.processes.values()];
      await Promise.all(all.filter((process) => !SERVERS.includes(process.name)).map((process) => process.stop()));
      await Promise.all(all.filter((process) => SERVERS.includes(process.name)).map((process) => process.stop()));
      this.watch.stop();
      rmSync(this.folder.at('run', 'system.json'), { force: true });
      this.folder.unlock();
      if (!this.options.data) rmSync(this.folder.root, { recursive: true, force: true });
    })();
    return this.stopping;
  }

  /** SIGKILL to everything at once: for whoever cannot wait. */
  stopNow(): void {
    for (const process of this.processes.values()) void process.stop('SIGKILL');
    this.folder.unlock();
  }

  /** Sends a signal to a process (`rules`, `mongod`, `nats` …); one that dies of it is started again. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process(name).kill(signal);
  }

  /** Stops one process in its own way, and leaves it stopped until `startOne`. */
  async stopOne(name: string): Promise<void> {
    await this.process(name).stop();
  }

  /** Starts a process that `stopOne` stopped; resolves when it is ready. */
  async startOne(name: string): Promise<void> {
    await this.process(name).start();
  }

  /** Resolves when the process is ready, e.g. again after `kill`. */
  async ready(name: string): Promise<void> {
    await this.process(name).ready();
  }

  pid(name: string): number | undefined {
    return this.process(name).pid;
  }

  names(): string[] {
    return [...this.processes.keys()];
  }

  /** Where the first administrator's one-time password is, if the gateway has written one. */
  get firstPasswordFile(): string {
    return this.folder.at('secrets', 'first-administrator.txt');
  }

  /** Lines that the demo wants to be shown: its accounts. */
  demoNotes(): string | undefined {
    const file = this.folder.at('demo', 'demo-logins.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  }

  /** The variables by which a process of this issuer finds and trusts the others. */
  environment(issuer: string): Record<string, string> {
    const { urls, secrets } = this;
    const login = secrets.natsLogins[issuer]?.current;
    const credentials = this.external('NATS_URL') || !login ? '' : `${login.user}:${login.password}@`;
    return {
      MONGODB_URI: urls.mongodb,
      NATS_URL: urls.nats.replace('://', `://${credentials}`),
      VALKEY_URL: urls.valkey,
      IDENTITY_PRIVATE_KEY_FILE: secrets.privateKeyFile(issuer),
      IDENTITY_PUBLIC_KEYS_FILE: secrets.publicKeysFile,
      FIELD_KEYS_FILE: secrets.fieldKeysFile,
      ...(issuer === 'ingestion' && urls.mqtt ? { MQTT_ISSUER_SEED_FILE: secrets.mqttSeedFile } : {}),
      ...(this.ports['ingestion.grpc'] ? { INGESTION_GRPC: `127.0.0.1:${this.ports['ingestion.grpc']}` } : {}),
      ...(this.ports['readings.grpc'] ? { READINGS_GRPC: `127.0.0.1:${this.ports['readings.grpc']}` } : {}),
    };
  }

  private process(name: string): ManagedProcess {
    const found = this.processes.get(name);
    if (!found) throw new Error(`${name} is no process of this system; there are ${this.names().join(', ')}`);
    return found;
  }

  /** Where devices may connect: every instance of ingestion, `host:port` each. */
  hj212Addresses(): string[] {
    return Object.entries(this.ports)
      .filter(([name]) => name === 'hj212' || name.startsWith('hj212-'))
      .map(([, port]) => `127.0.0.1:${port}`);
  }

  private planned(): { services: plan.PlannedProcess[]; after: plan.PlannedProcess[] } {
    const { demo = false, only, processes, instances = {} } = this.options;
    const chosen = (processes ?? plan.services)
      .filter(({ name }) => !only || only.includes(name))
      .flatMap((process) =>
        Array.from({ length: instances[process.name] ?? 1 }, (_, i) =>
          i === 0 ? process : { ...process, name: `${process.name}-${i + 1}`, instance: i + 1 },
        ),
      );
    if (!demo) return { services: chosen, after: [] };
    const [smsc, province] = plan.demo as [plan.PlannedProcess, plan.PlannedProcess];
    return { services: [smsc, ...chosen], after: [province] };
  }

  private external(variable: string): string | undefined {
    return this.base[variable] || undefined;
  }

  /** Secrets, ports and addresses: everything that must be known before the first process. */
  private async prepare(): Promise<void> {
    this.secrets = ensureSecrets(this.folder.at('secrets'), issuers);
    const { services, after } = this.planned();
    const names = [...services, ...after].flatMap(({ name }) => [`${name}.health`, `${name}.grpc`]);
    const { hj212Port: hj212 = 0, gatewayPort: gateway = 0, mqttPort: mqtt = 0 } = this.options;
    const asked = { hj212, gateway, mqtt };
    const any = Object.entries(asked).flatMap(([name, port]) => (port === 0 ? [name] : []));
    const doors = services.filter(({ name, instance }) => instance !== undefined && name === `ingestion-${instance}`);
    const more = doors.map(({ instance }) => `hj212-${instance}`);
    await this.refuseTakenPort(asked.hj212, 'HJ212_PORT', this.base.HJ212_HOST);
    await this.refuseTakenPort(asked.gateway, 'GATEWAY_PORT', this.base.GATEWAY_HOST);
    await this.refuseTakenPort(asked.mqtt, 'MQTT_PORT', this.base.MQTT_HOST);
    const chosen = await this.folder.ports([...SERVERS, ...names, 'smpp', ...any, ...more]);
    this.ports = { ...asked, ...chosen };
    const at = (name: string) => this.ports[name] as number;
    this.urls = {
      console: `http://127.0.0.1:${at('gateway')}/`,
      hj212: `127.0.0.1:${at('hj212')}`,
      ...(this.external('NATS_URL') ? {} : { mqtt: `127.0.0.1:${at('mqtt')}` }),
      mongodb: this.external('MONGODB_URI') ?? mongodUri(at('mongod')),
      nats: this.external('NATS_URL') ?? natsUrl(at('nats')),
      valkey: this.external('VALKEY_URL') ?? valkeyUri(at('valkey'), this.secrets.valkeyPassword),
    };
  }

  private async refuseTakenPort(port: number, variable: string, host = '127.0.0.1'): Promise<void> {
    if (port === 0 || (await portIsFree(port, host))) return;
    const other = await choosePort();
    throw new OperatorError(
      `port ${port} is in use by another program: stop that one, or choose another port, e.g. ${variable}=${other} npm start`,
    );
  }

  /** Those that no address in the environment stands in for. */
  private async servers(): Promise<ManagedProcess[]> {
    const place = (name: string) => ({
      folder: this.folder.at(name),
      logFile: this.folder.log(name),
      pidFile: this.folder.pidFile(name),
      port: this.ports[name] as number,
      environment: this.base,
    });
    const specs = await Promise.all([
      this.external('MONGODB_URI')
        ? undefined
        : mongodSpec({ ...place('mongod'), cacheGiB: Number(this.base.MONGODB_CACHE_GIB || 1) }),
      this.external('NATS_URL')
        ? undefined
        : natsServerSpec({
            ...place('nats'),
            users: natsUsers(this.secrets.natsLogins),
            mqtt: {
              host: this.external('MQTT_HOST') ?? '127.0.0.1',
              port: this.ports.mqtt as number,
              issuer: this.secrets.mqttIssuer,
            },
            syncInterval: this.base.NATS_SYNC_INTERVAL || 'always',
          }),
      this.external('VALKEY_URL')
        ? undefined
        : valkeySpec({ ...place('valkey'), password: this.secrets.valkeyPassword }),
    ]);
    return specs.filter((spec) => spec !== undefined).map((spec) => new ManagedProcess(spec, true, this.announce));
  }

  private managed(planned: plan.PlannedProcess): ManagedProcess {
    const { name, script, issuer, ready, environment, instance } = planned;
    const healthPort = this.ports[`${name}.health`] as number;
    const places = this.places(instance);
    const port = typeof ready === 'function' ? ready(places) : undefined;
    const file = path.resolve(repositoryRoot, script);
    if (!existsSync(file)) throw new OperatorError(`${script} is not built: run "npm run build"`);
    this.watch.add(name, this.folder.log(name));
    return new ManagedProcess(
      {
        name,
        command: process.execPath,
        // A larger young generation: services make much short-lived garbage, and scavenging it less often costs less. The bound of the
        // old one is out of reach and only says how V8 lets it grow: up to twice what lives below 2 GB, four times above (readings came to
        // 580 MB, of which 70 lived). In a container its memory limit says the same.
        args: ['--enable-source-maps', '--max-semi-space-size=32', '--max-old-space-size=2000', file],
        environment: {
          // Each partition syncs its own log messages: on one machine few partitions make large messages and few syncs.
          READINGS_PARTITIONS: '4',
          ...(this.options.demo ? plan.demoSettings : {}),
          ...this.base,
          ...this.environment(issuer),
          HEALTH_PORT: String(healthPort),
          GRPC_PORT: String(this.ports[`${name}.grpc`]),
          ...environment?.(places),
        },
        logFile: this.folder.log(name),
        pidFile: this.folder.pidFile(name),
        probe: () => (port === undefined ? askReadyz(healthPort) : connectTo(port)),
        readyWithinMs: name === 'demo' ? DEMO_READY_WITHIN_MS : READY_WITHIN_MS,
        stopWithinMs: SERVICE_STOP_WITHIN_MS,
      },
      true,
      this.announce,
    );
  }

  private places(instance?: number): plan.Places {
    const smppPort = this.ports.smpp as number;
    const demoFolder = this.folder.at('demo');
    if (this.options.demo) mkdirSync(demoFolder, { recursive: true, mode: 0o700 });
    return {
      demo: this.options.demo === true,
      hj212Port: this.ports[instance === undefined ? 'hj212' : `hj212-${instance}`] as number,
      gatewayPort: this.ports.gateway as number,
      consoleUrl: this.urls.console,
      smppPort,
      smppUrl: this.options.demo
        ? `smpp://greenwatch:${this.secrets.smppPassword}@127.0.0.1:${smppPort}`
        : (this.external('SMPP_URL') ?? ''),
      webRoot: path.join(repositoryRoot, 'gateway', 'web', 'dist'),
      firstPasswordFile: this.firstPasswordFile,
      demoFolder,
    };
  }

  private async begin(managed: ManagedProcess): Promise<void> {
    if (this.stopping) throw new OperatorError('stopped while starting');
    this.processes.set(managed.name, managed);
    await managed.start();
    this.announce(`${managed.name} is ready`);
  }

  private record(): void {
    const names = this.names();
    const record: SystemRecord = {
      starter: readFileSync(this.folder.at('run', 'lock'), 'utf8'),
      urls: this.urls,
      ports: this.ports,
      pidFiles: Object.fromEntries(names.map((name) => [name, this.folder.pidFile(name)])),
      logs: Object.fromEntries(names.map((name) => [name, this.folder.log(name)])),
      environments: {
        admin: this.environment('admin'),
        demo: this.environment('demo'),
        operations: this.environment('operations'),
      },
    };
    this.folder.writeJson('run/system.json', record);
  }
}

/** A system that somebody started: for `npm run admin`, benchmarks and the demo's tools. */
export interface RunningSystem extends Omit<SystemRecord, 'pidFiles'> {
  /** The process's id now; undefined while it is down. */
  pid(name: string): number | undefined;
}

/**
 * Finds the system that runs on a data folder.
 *
 * @throws OperatorError when none does.
 */
export function findRunningSystem(data = defaultDataFolder()): RunningSystem {
  const file = path.resolve(data, 'run', 'system.json');
  const absent = new OperatorError(`no greenwatch runs on ${path.resolve(data)}: start it with npm start`);
  if (!existsSync(file)) throw absent;
  const { pidFiles, ...record } = JSON.parse(readFileSync(file, 'utf8')) as SystemRecord;
  if (runningPid(record.starter) === undefined) throw absent;
  return { ...record, pid: (name) => (pidFiles[name] ? runningPidIn(pidFiles[name]) : undefined) };
}

/** `.greenwatch` in the checkout. */
export function defaultDataFolder(): string {
  return path.join(repositoryRoot, '.greenwatch');
}

async function askReadyz(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error((await response.text()).trim() || `/readyz answers ${response.status}`);
}

function connectTo(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
