import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './operator-error';
import { identityOf } from './process-identity';

/** A log larger than this is moved aside (`.1`) when its process starts. */
const LOG_ROTATE_BYTES = 64 << 20;
const FIRST_DELAY_MS = 250;
const LAST_DELAY_MS = 10_000;
/** A process that ran this long was well: its next death starts again with the first delay. */
const WELL_AFTER_MS = 60_000;
/** A process that dies so often before it was ever ready will not do better the next time. */
const DEATHS_BEFORE_READY = 4;

/** How a process is started, watched and stopped. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  /** Standard output and error go here directly: a starter that dies takes nobody's output with it. */
  logFile: string;
  /** Holds `<pid> <start>` while the process runs. */
  pidFile?: string;
  /** Rejects while the process is not ready yet; called again and again until it resolves. */
  probe: () => Promise<void>;
  readyWithinMs: number;
  /** From SIGTERM to SIGKILL. */
  stopWithinMs: number;
}

/** Told of starts, deaths and restarts, one line each. */
export type Announce = (line: string) => void;

/**
 * One child process. It is its own session, so that Ctrl-C in a terminal reaches only its starter, which then stops
 * all in the right order. With `restart` it is started again whenever it dies, after a growing delay.
 */
export class ManagedProcess {
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private stopping = false;
  private delayMs = FIRST_DELAY_MS;
  private startedAt = 0;
  private deathsSinceReady = 0;
  /** Killed from here, to see what follows. */
  private killed = false;

  constructor(
    readonly spec: ProcessSpec,
    private readonly restart: boolean,
    private readonly announce: Announce = () => {},
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Starts the process and resolves when it is ready.
   *
   * @throws OperatorError with the end of its log when it is not ready in time, or ends again and again before.
   */
  async start(): Promise<void> {
    this.stopping = false;
    this.deathsSinceReady = 0;
    this.spawn();
    await this.ready();
  }

  /** Resolves when the process is ready, be it the first or one that was started again; errors as `start`. */
  async ready(): Promise<void> {
    const deadline = Date.now() + this.spec.readyWithinMs;
    let reason: unknown = 'its process ended';
    let pause = 20;
    while (Date.now() < deadline && !this.stopping) {
      if (this.child) {
        try {
          await this.spec.probe();
          this.deathsSinceReady = 0;
          return;
        } catch (error) {
          reason = error;
        }
      } else if (!this.restart || this.deathsSinceReady >= DEATHS_BEFORE_READY) break;
      await sleep(pause);
      pause = Math.min(pause * 1.5, 250);
    }
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new OperatorError(
      `${this.name} did not become ready (${why}); the end of ${this.spec.logFile}:\n${this.logEnd()}`,
    );
  }

  /** Ends it for good: SIGTERM, and SIGKILL when that does not end it in time; or SIGKILL at once. Resolves when it has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.stopping = true;
    const { child, exited } = this;
    if (!child) return;
    child.kill(signal);
    // A paused process does not see SIGTERM before it goes on.
    child.kill('SIGCONT');
    const kill = setTimeout(() => {
      this.announce(`${this.name} did not stop within ${this.spec.stopWithinMs} ms: killed`);
      child.kill('SIGKILL');
    }, this.spec.stopWithinMs);
    await exited;
    clearTimeout(kill);
  }

  /** Sends a signal and leaves the rest to what follows from it: SIGKILL for a crash, SIGSTOP and SIGCONT for a pause. */
  kill(signal: NodeJS.Signals): void {
    this.killed = signal === 'SIGKILL';
    this.child?.kill(signal);
  }

  /** Resolves when the process now running has ended. */
  ended(): Promise<void> {
    return this.exited;
  }

  private spawn(): void {
    const { command, args, environment, logFile, pidFile } = this.spec;
    mkdirSync(path.dirname(logFile), { recursive: true });
    if (existsSync(logFile) && statSync(logFile).size > LOG_ROTATE_BYTES) renameSync(logFile, `${logFile}.1`);
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(command, args, { env: environment, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    this.child = child;
    this.startedAt = Date.now();
    if (child.pid !== undefined && pidFile) writeFileSync(pidFile, identityOf(child.pid), { mode: 0o600 });
    this.exited = new Promise((resolve) => {
      let done = false;
      const ended = (how: string) => {
        if (done) return;
        done = true;
        this.child = undefined;
        if (pidFile) rmSync(pidFile, { force: true });
        resolve();
        if (!this.stopping) this.died(how);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${code}`));
    });
  }

  private died(how: string): void {
    if (!this.restart) {
      this.announce(`${this.name} ended (${how})`);
      return;
    }
    if (Date.now() - this.startedAt > WELL_AFTER_MS) this.delayMs = FIRST_DELAY_MS;
    const delay = this.killed ? FIRST_DELAY_MS : this.delayMs;
    // A death that was asked for says nothing against the process.
    if (!this.killed) {
      this.delayMs = Math.min(delay * 2, LAST_DELAY_MS);
      this.deathsSinceReady++;
    }
    this.killed = false;
    this.announce(`${this.name} ended (${how}); starting it again in ${delay} ms`);
    setTimeout(() => {
      if (this.stopping) return;
      this.spawn();
      this.ready().then(
        () => this.announce(`${this.name} is ready again`),
        () => {
          // It is started again as long as it dies; whoever waits for it in ready() gets the reason.
        },
      );
    }, delay);
  }

  /** The last lines of the log, for an error message. */
  logEnd(bytes = 2_000): string {
    if (!existsSync(this.spec.logFile)) return '(no log)';
    const file = openSync(this.spec.logFile, 'r');
    try {
      const { size } = statSync(this.spec.logFile);
      const start = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(size - start);
      readSync(file, buffer, 0, buffer.length, start);
      return buffer.toString('utf8').trim();
    } finally {
      closeSync(file);
    }
  }
}
