import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, repositoryRoot } from './paths';
import { type JestResult, type Tally, tallyOf } from './test-tally';
import { checkTestTypes } from './test-types';

// The body of `npm test`, after set-up: checks, then the three kinds of test. Everything runs, also after a failure,
// and the last line says `N passed, N failed`. A check counts as one; a skipped test counts as failed.

const MINUTE_MS = 60_000;

/** Checks by name: a binary in node_modules/.bin and its arguments. */
const checks: [string, string, string[]][] = [
  ['format and lint', 'biome', ['ci', '--colors=off', '--max-diagnostics=50', '.']],
  ['contracts (buf lint)', 'buf', ['lint']],
  ['types', 'tsc', ['-b']],
  ['types of the pages and their tests', 'tsc', ['-p', 'gateway/web/tsconfig.test.json']],
];

/** Jest's projects: arguments, and the longest they may take before they count as hanging. */
const projects: [string, string[], number][] = [
  ['unit', [], 10 * MINUTE_MS],
  ['integration', [], 20 * MINUTE_MS],
  ['browser', ['--runInBand'], 20 * MINUTE_MS],
];

function runBinary([name, command, args]: (typeof checks)[number]): Tally {
  const result = spawnSync(path.join(repositoryRoot, 'node_modules', '.bin', command), args, {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const complaint = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  return verdict(name, result.status === 0 ? '' : complaint || `exit code ${result.status}`);
}

function verdict(name: string, complaint: string): Tally {
  if (complaint) say(complaint.trimEnd());
  say(`${complaint ? 'FAILED' : 'ok    '} ${name}`);
  return complaint ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
}

function runProject([project, args, timeout]: (typeof projects)[number]): Tally {
  const report = path.join(cacheFolder, `jest-${project}.json`);
  mkdirSync(cacheFolder, { recursive: true });
  rmSync(report, { force: true });
  const jest = path.join(repositoryRoot, 'node_modules', '.bin', 'jest');
  const result = spawnSync(jest, ['--selectProjects', project, '--json', `--outputFile=${report}`, ...args], {
    cwd: repositoryRoot,
    // Jest prints what people read to standard error, its JSON (which we take from the file) to standard output.
    stdio: ['inherit', 'ignore', 'inherit'],
    timeout,
    killSignal: 'SIGKILL',
  });
  const found = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as JestResult) : undefined;
  const { tally, notes } = tallyOf(found, result.status);
  for (const note of notes) say(`${project}: ${note}`);
  return tally;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const tallies = [
  ...checks.map(runBinary),
  verdict('types of the tests', checkTestTypes()),
  ...projects.map(runProject),
];
const total = (key: keyof Tally) => tallies.reduce((sum, tally) => sum + tally[key], 0);
say(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 ? 0 : 1;
