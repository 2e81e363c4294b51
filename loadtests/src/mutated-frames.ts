import { parseArgs } from 'node:util';
import { OperatorError } from '@greenwatch/infra';
import { runMutated } from './mutated-run';
import { wholeNumber } from './whole-number';

const USAGE = `usage: npm run mutated-frames [-- --frames 1000000 --seed 1]
  --frames N  how many (default 1000000)
  --seed N    the same seed sends the same frames (default 1)`;

/** More than that and something has been kept that should not be. */
const MOST_MEMORY_MB = 300;

function main(): void {
  let options: { frames?: string; seed?: string };
  try {
    options = parseArgs({ options: { frames: { type: 'string' }, seed: { type: 'string' } } }).values;
  } catch {
    throw new OperatorError(USAGE);
  }
  const frames = wholeNumber('frames', options.frames ?? '1000000', 1, 100_000_000);
  const seed = wholeNumber('seed', options.seed ?? '1', 0, 2 ** 31);
  const run = runMutated(frames, seed, Date.now);
  const memoryMb = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(`${JSON.stringify({ ...run, memoryMb })}\n`);
  if (run.lost.length + run.crashes.length > 0 || memoryMb > MOST_MEMORY_MB) process.exitCode = 1;
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof OperatorError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
