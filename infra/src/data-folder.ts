import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from './operator-error';
import { choosePort } from './ports';
import { endRecordedProcess, identityOf, runningPidIn } from './process-identity';

/** Processes left over from a starter that was killed get this long to end by themselves. */
const LEFTOVER_GRACE_MS = 8_000;

/** Where one system keeps its things. At most one system works on a folder at a time. */
export class DataFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = path.resolve(root);
    for (const part of ['', 'run', 'logs']) mkdirSync(path.join(this.root, part), { recursive: true, mode: 0o700 });
  }

  at(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  log(name: string): string {
    return this.at('logs', `${name}.log`);
  }

  pidFile(name: string): string {
    return this.at('run', `${name}.pid`);
  }

  /** @throws OperatorError while another system works on the folder. */
  lock(): void {
    const file = this.at('run', 'lock');
    for (;;) {
      try {
        writeFileSync(file, identityOf(process.pid), { flag: 'wx', mode: 0o600 });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = runningPidIn(file);
      if (holder !== undefined) {
        throw new OperatorError(
          `greenwatch already runs on ${this.root} (process ${holder}): stop that one, or choose another folder with --data DIR`,
        );
      }
      rmSync(file, { force: true });
    }
  }

  unlock(): void {
    rmSync(this.at('run', 'lock'), { force: true });
  }

  /** Ends what a killed starter left running: services before servers. Returns their names. */
  async endLeftovers(servers: readonly string[]): Promise<string[]> {
    const names = readdirSync(this.at('run'))
      .filter((file) => file.endsWith('.pid'))
      .map((file) => path.basename(file, '.pid'));
    const end = async (some: string[]) => {
      const pids = await Promise.all(some.map((name) => endRecordedProcess(this.pidFile(name), LEFTOVER_GRACE_MS)));
      return some.filter((_, index) => pids[index] !== undefined);
    };
    const services = await end(names.filter((name) => !servers.includes(name)));
    return [...services, ...(await end(names.filter((name) => servers.includes(name))))];
  }

  /** A port of 127.0.0.1 for each name: the same as at the last start wherever that is free. */
  async ports(names: readonly string[]): Promise<Record<string, number>> {
    const file = this.at('ports.json');
    let kept: Record<string, number> = {};
    try {
      kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const taken = new Set<number>();
    const ports: Record<string, number> = {};
    for (const name of names) {
      const port = await choosePort(kept[name], taken);
      taken.add(port);
      ports[name] = port;
    }
    this.writeJson('ports.json', { ...kept, ...ports });
    return ports;
  }

  /** For the owner's eyes only, and never seen half written. */
  writeJson(name: string, content: object): void {
    const file = this.at(name);
    writeFileSync(`${file}.draft`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.draft`, file);
  }
}
