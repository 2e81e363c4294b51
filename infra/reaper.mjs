// Watches over one test process: when that ends, however it ends, its standard input closes here, and what is left of
// the folders it named is cleared away: the processes in FOLDER/run/*.pid are killed and FOLDER is removed.
// Plain JavaScript, since tests run without a build. Input: one folder a line.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const folders = [];
createInterface({ input: process.stdin })
  .on('line', (folder) => folders.push(folder))
  .on('close', () => folders.forEach(clear));
// Ctrl-C is for the tests; the reaper follows when they have ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

function clear(folder) {
  const run = path.join(folder, 'run');
  for (const file of existsSync(run) ? readdirSync(run) : []) {
    if (!file.endsWith('.pid')) continue;
    try {
      process.kill(Number(readFileSync(path.join(run, file), 'utf8').split(' ')[0]), 'SIGKILL');
    } catch {
      // Ended meanwhile.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
