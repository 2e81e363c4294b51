import { type StdioOptions, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, repositoryRoot } from './paths';
import { failuresOf, type JestResult, type Tally, tallyOf } from './test-tally';

// The body of `npm test`, after set-up: checks beside the unit tests, then those with real servers. With names of Jest's
// projects (`test.js stories`), these alone. Everything runs, also after a failure, each says how long it took, what failed is
// named once more at the end, and the last line says `N passed, N failed`. A check counts as one; a skipped test counts as
// failed.

const MINUTE_MS = 60_000;

/** Checks by name: a binary in node_modules/.bin and its arguments. */
const checks: [string, string, string[]][] = [
  ['format and lint', 'biome', ['ci', '--colors=off', '--max-diagnostics=50', '.']],
  ['contracts (buf lint)', 'buf', ['lint']],
  // One program over all workspaces and their tests: what they share is read and worked out once.
  ['types', 'tsc', ['-p', 'tsconfig.check.json', '--checkers', '1']],
  ['types of the pages', 'tsc', ['-p', 'gateway/web/tsconfig.json', '--checkers', '1']],
  ["types of the pages' tests", 'tsc', ['-p', 'gateway/web/tsconfig.test.json', '--checkers', '1']],
];

/** Jest's projects: arguments, and the longest they may take before they count as hanging. */
type Project = [string, string[], number];
const unit: Project = ['unit', [], 10 * MINUTE_MS];
// These mostly wait for servers: a third worker uses what two leave of two cores.
const integration: Project = ['integration', ['--maxWorkers=3'], 20 * MINUTE_MS];
/** Longer ones, with scripts of their own. */
const apart: Project[] = [
  ['browser', ['--runInBand'], 20 * MINUTE_MS],
  ['stories', ['--runInBand'], 20 * MINUTE_MS],
  // Helm may have to be built first.
  ['charts', [], 35 * MINUTE_MS],
];

interface Ending {
  code: number | null;
  output: string;
  seconds: string;
}

/** Runs a binary of node_modules/.bin to its end, SIGKILL after `timeout`. Never rejects. */
function runBinary(command: string, args: string[], stdio: StdioOptions, timeout?: number): Promise<Ending> {
  const began = Date.now();
  const binary = path.join(repositoryRoot, 'node_modules', '.bin', command);
  return new Promise((resolve) => {
    let output = '';
    const end = (code: number | null) =>
      resolve({ code, output, seconds: `${((Date.now() - began) / 1000).toFixed(1)} s` });
    const child = spawn(binary, args, { cwd: repositoryRoot, stdio, timeout, killSignal: 'SIGKILL' });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      output += error.message;
      end(null);
    });
    child.on('close', end);
  });
}

/** Of every project run, named once more at the end. */
const failures: string[] = [];

async function check([name, command, args]: (typeof checks)[number]): Promise<Tally> {
  const { code, output, seconds } = await runBinary(command, args, 'pipe');
  if (code !== 0) {
    say(output.trimEnd() || `exit code ${code}`);
    failures.push(`${name}: exit code ${code}`);
  }
  say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds})`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runProject([project, args, timeout]: Project): Promise<Tally> {
  const report = path.join(cacheFolder, `jest-${project}.json`);
  mkdirSync(cacheFolder, { recursive: true });
  rmSync(report, { force: true });
  // Jest prints what people read to standard error, its JSON (which we take from the file) to standard output.
  const { code, seconds } = await runBinary(
    'jest',
    ['--selectProjects', project, '--json', `--outputFile=${report}`, ...args],
    ['ignore', 'ignore', 'inherit'],
    timeout,
  );
  const found = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as JestResult) : undefined;
  const { tally, notes } = tallyOf(found, code);
  for (const note of notes) {
    say(`${project}: ${note}`);
    failures.push(`${project}: ${note}`);
  }
  if (found) failures.push(...failuresOf(found, repositoryRoot));
  say(`${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${project} tests (${seconds})`);
  return tally;
}

async function oneByOne<T>(work: T[], run: (item: T) => Promise<Tally>): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const item of work) tallies.push(await run(item));
  return tallies;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function defaultSuite(): Promise<Tally[]> {
  // The checks, one by one, run beside the unit tests; the tests with real servers have the machine to themselves.
  const together = await Promise.all([oneByOne(checks, check), runProject(unit)]);
  return [...together.flat(), await runProject(integration)];
}

function projectOf(name: string): Project {
  const known = [unit, integration, ...apart];
  const found = known.find(([project]) => project === name);
  if (!found) throw new Error(`no tests are called ${name}: expected one of ${known.map(([one]) => one).join(', ')}`);
  return found;
}

async function test(): Promise<void> {
  const named = process.argv.slice(2);
  const tallies = named.length > 0 ? await oneByOne(named.map(projectOf), runProject) : await defaultSuite();
  const total = (key: keyof Tally) => tallies.reduce((sum, tally) => sum + tally[key], 0);
  for (const failure of failures) say(`failed: ${failure}`);
  say(`${total('passed')} passed, ${total('failed')} failed`);
  process.exitCode = total('failed') === 0 ? 0 : 1;
}

void test();
