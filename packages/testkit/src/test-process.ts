import { existsSync } from 'node:fs';
import path from 'node:path';
import { ManagedProcess, repositoryRoot } from '@greenwatch/infra';
import { reaper } from './reaper';

export interface TestProcessOptions {
  /** Path of the script from the repository's root, e.g. `services/rules/dist/main.js`. */
  script: string;
  /** Added to this process's own environment. */
  environment: Record<string, string>;
  /** Where `/readyz` is asked, e.g. `http://127.0.0.1:20123`; without, the process counts as ready when it runs. */
  readyAt?: string;
  readyWithinMs?: number;
}

/** A process of ours that runs for real in a test. */
export interface TestProcess {
  pid(): number | undefined;
  /** SIGTERM, as in operation; SIGKILL after 10 s. */
  stop(): Promise<void>;
  /** kill -9, resolved when it has ended; `start` brings it back. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** The end of what it wrote. */
  log(): string;
}

/** Starts a built process (`npm test` builds first) and waits until it is ready; ends with the test run in any case. */
export async function startTestProcess(options: TestProcessOptions): Promise<TestProcess> {
  const script = path.join(repositoryRoot, options.script);
  if (!existsSync(script)) throw new Error(`${options.script} does not exist: run "npx tsc -b" first`);
  const folder = reaper.temporaryFolder('process');
  const managed = new ManagedProcess(
    {
      name: options.script,
      command: process.execPath,
      args: [script],
      environment: { ...process.env, ...options.environment },
      logFile: path.join(folder, 'process.log'),
      pidFile: path.join(folder, 'run', 'process.pid'),
      probe: async () => {
        if (!options.readyAt) return;
        const response = await fetch(`${options.readyAt}/readyz`);
        if (!response.ok) throw new Error(`/readyz answers ${response.status}`);
      },
      readyWithinMs: options.readyWithinMs ?? 30_000,
      stopWithinMs: 10_000,
    },
    false,
  );
  await managed.start();
  return {
    pid: () => managed.pid,
    stop: () => managed.stop(),
    kill: () => managed.stop('SIGKILL'),
    start: () => managed.start(),
    log: () => managed.logEnd(20_000),
  };
}
