import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { repositoryRoot } from './paths';

/**
 * Gives out temporary folders that vanish with this process, also when it is killed: together with every process
 * whose pid file lies in the folder's `run/`. One small helper process (`infra/reaper.mjs`) a process that asks.
 */
export class Reaper {
  private helper: ChildProcess | undefined;

  /** A fresh folder with `run/` in it. */
  temporaryFolder(purpose: string): string {
    const folder = mkdtempSync(path.join(os.tmpdir(), `greenwatch-${purpose}-`));
    mkdirSync(path.join(folder, 'run'));
    this.helper ??= this.startHelper();
    (this.helper.stdin as Writable).write(`${folder}\n`);
    return folder;
  }

  private startHelper(): ChildProcess {
    const helper = spawn(process.execPath, [path.join(repositoryRoot, 'infra', 'reaper.mjs')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // Neither the helper nor the pipe to it keeps this process alive: its end is what the helper waits for.
    helper.unref();
    (helper.stdin as Writable & { unref(): void }).unref();
    return helper;
  }
}
