import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Go's own installer puts it; PATH names it otherwise. */
const GO_FOLDER = '/usr/local/go/bin';
const BUILD_WITHIN_MS = 20 * 60_000;
const MOST_OUTPUT = 64 * 1024 * 1024;
const LINES_OF_WHY = 5;

/**
 * Builds a program (`module/path@version`) from the Go module proxy into a folder, which may take minutes.
 * @throws Error whose message says why it cannot be had
 */
export function goInstall(program: string, folder: string): Promise<void> {
  const go = path.join(GO_FOLDER, 'go');
  return runBuild(existsSync(go) ? go : 'go', ['install', program], folder);
}

/**
 * Runs a program that builds by Go itself.
 * @throws as `goInstall`
 */
export async function runBuild(command: string, args: readonly string[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, PATH: `${process.env.PATH}${path.delimiter}${GO_FOLDER}`, GOBIN: folder };
  try {
    await run(command, args, { env, timeout: BUILD_WITHIN_MS, maxBuffer: MOST_OUTPUT });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const said = (stderr ?? String(error)).trim().split('\n').slice(-LINES_OF_WHY).join('\n');
    throw new Error(code === 'ENOENT' ? 'Go is not there' : said);
  }
}
