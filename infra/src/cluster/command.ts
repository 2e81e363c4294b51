import { spawn } from 'node:child_process';

export interface CommandOptions {
  /** Written to its standard input. */
  input?: string;
  /** Default five minutes. */
  timeoutMs?: number;
  environment?: NodeJS.ProcessEnv;
  /** Ends the command when the run is broken off. */
  signal?: AbortSignal;
}

/** A command that did not end with 0; its message holds the last it said. */
export class CommandError extends Error {
  override name = 'CommandError';
  constructor(
    command: string,
    readonly status: number | string,
    readonly output: string,
  ) {
    super(`${command} ended with ${status}: ${output.trim().slice(-1_500)}`);
  }
}

const TIMEOUT_MS = 300_000;

/** Runs a command to its end. @returns what it wrote to its standard output @throws CommandError */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input, environment, signal, timeoutMs = TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      signal,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status, killed) => {
      if (status === 0) resolve(stdout);
      else
        reject(new CommandError(`${command} ${args.slice(0, 4).join(' ')}`, status ?? `${killed}`, stderr || stdout));
    });
    // Who ends early does not read what is still to come.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}
