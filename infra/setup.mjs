// Makes a checkout ready to run: packages, generated code, build, web pages, servers. Each step does nothing when its
// inputs have not changed. Plain JavaScript without dependencies, since it runs before anything is installed.
//   --dev     also what the tests need (the browser, a server that speaks S3)
//   --quiet   says nothing as long as all is well
// Progress goes to standard error: the standard output of `npm run admin` belongs to its result.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stamps = path.join(root, '.cache', 'setup');
const lock = path.join(stamps, 'lock');
const quiet = process.argv.includes('--quiet');
const dev = process.argv.includes('--dev');
/** Steps under way: when one fails, the others end with it. */
const running = new Set();

const MINIMUM_NODE = [20, 19];

/** One line for the person at the keyboard, then the end. */
function fail(message, output = '') {
  for (const child of running) child.kill();
  process.stderr.write(`${output}${output && !output.endsWith('\n') ? '\n' : ''}greenwatch setup: ${message}\n`);
  process.exit(1);
}

function say(message) {
  if (!quiet) process.stderr.write(`greenwatch setup: ${message}\n`);
}

const unknown = process.argv.slice(2).filter((argument) => !['--dev', '--quiet'].includes(argument));
if (unknown.length) fail(`unknown option ${unknown[0]}; known are --dev and --quiet`);
checkNode();
checkPython();
mkdirSync(stamps, { recursive: true });
await takeLock();
try {
  await install();
  await generate();
  // The pages need the generated code only, so they are built beside the services.
  await Promise.all([build().then(obtain), buildPages()]);
} finally {
  rmSync(lock, { force: true });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    fail(`Node.js ${MINIMUM_NODE.join('.')} or newer is needed, this is ${process.versions.node}: install a newer one`);
  }
}

/** Python's pip fetches the servers, unless they are all here by other ways (infra/src/servers/obtain.ts). */
function checkPython() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const servers = { mongod: 'MONGODB_URI', 'nats-server': 'NATS_URL', 'valkey-server': 'VALKEY_URL' };
  const cached = path.join(root, '.cache', 'servers');
  const fetched = existsSync(cached) ? readdirSync(cached) : [];
  const missing = Object.entries(servers).filter(
    ([name, variable]) =>
      !process.env[variable] &&
      !folders.some((folder) => existsSync(path.join(folder, name))) &&
      !fetched.some((folder) => folder.startsWith(`${name}-`)),
  );
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name).join(', ');
  const otherwise = `or put ${names} on PATH`;
  const pip = spawnSync('python3', ['-m', 'pip', '--version'], { encoding: 'utf8' });
  if (pip.error) fail(`python3 is missing, which fetches ${names}: install Python 3 with pip, ${otherwise}`);
  if (pip.status !== 0) fail(`python3 has no pip, which fetches ${names}: install pip for it, ${otherwise}`);
}

/** Two set-ups of one checkout take turns; a lock whose process has ended is taken over. */
async function takeLock() {
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readIfThere(lock) || 0);
    if (holder && !isSetup(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told && holder) process.stderr.write(`greenwatch setup: waiting for another set-up (process ${holder})\n`);
    told ||= Boolean(holder);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isSetup(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  // Where there is no /proc, any process of that number counts as the holder.
  return !existsSync('/proc') || readIfThere(`/proc/${pid}/cmdline`).includes('setup.mjs');
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** `npm ci` when node_modules is missing or made from another package-lock.json. */
async function install() {
  const lockFile = path.join(root, 'package-lock.json');
  // npm writes this file last; the stamp covers a lock file whose time changed but not its content.
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const stamp = path.join(root, 'node_modules', '.greenwatch-installed');
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(installed)) {
    if (readIfThere(stamp) === wanted) return;
    if (statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs) {
      writeFileSync(stamp, wanted);
      return;
    }
  }
  await step('installing packages (npm ci)', 'npm', [
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  writeFileSync(stamp, wanted);
}

function generate() {
  return whenChanged(
    'generate',
    ['proto', 'buf.yaml', 'buf.gen.yaml'],
    'packages/contracts/src/gen',
    'generating code from proto/',
    [bin('buf'), ['generate']],
  );
}

/** Without a check of types, which `npm test` and `npm run check` make. tsc keeps account of its own inputs. */
function build() {
  const first = !existsSync(path.join(root, 'infra', 'dist'));
  // More than one checker a project would each work out the same types again.
  return step(first ? 'building' : undefined, bin('tsc'), ['-b', '--noCheck', '--checkers', '1']);
}

function buildPages() {
  return whenChanged(
    'pages',
    ['gateway/web', 'packages/contracts/src', 'package-lock.json'],
    'gateway/web/dist/index.html',
    'building the pages',
    ['npm', ['run', '--silent', 'build', '-w', 'gateway/web']],
  );
}

function obtain() {
  return Promise.all([
    obtainServers(),
    dev ? step('unpacking the browser', process.execPath, ['packages/testkit/dist/unpack-browser.js']) : undefined,
  ]);
}

function obtainServers() {
  const first = !existsSync(path.join(root, '.cache', 'servers'));
  const title = first ? 'fetching MongoDB, NATS and Valkey' : undefined;
  return step(title, process.execPath, ['infra/dist/obtain-servers.js', ...(dev ? ['--dev'] : [])]);
}

/** Runs a command when its inputs are other than at its last success, or its output is not there. */
async function whenChanged(name, inputs, output, title, [command, args]) {
  const stamp = path.join(stamps, name);
  const state = stateOf(inputs);
  if (existsSync(path.join(root, output)) && readIfThere(stamp) === state) return;
  rmSync(stamp, { force: true });
  await step(title, command, args);
  writeFileSync(stamp, state);
}

/** A digest over names, sizes and times of all files below the paths, leaving out what is built or installed. */
function stateOf(paths) {
  const hash = createHash('sha256');
  const visit = (relative) => {
    const stat = statSync(path.join(root, relative));
    if (!stat.isDirectory()) {
      hash.update(`${relative}\0${stat.size}\0${stat.mtimeMs}\n`);
      return;
    }
    for (const entry of readdirSync(path.join(root, relative)).sort()) {
      if (!['node_modules', 'dist'].includes(entry) && !entry.endsWith('.tsbuildinfo')) visit(`${relative}/${entry}`);
    }
  };
  paths.forEach(visit);
  return hash.digest('hex');
}

function bin(name) {
  return path.join(root, 'node_modules', '.bin', name);
}

/** Runs a command to its end; its output is shown only when it fails. */
async function step(title, command, args) {
  const began = Date.now();
  if (title) say(`${title} …`);
  // buf looks for its plugin on PATH.
  const env = { ...process.env, PATH: [bin(''), process.env.PATH].join(path.delimiter) };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [status, signal] = await new Promise((resolve) => {
    child.on('error', (error) => fail(`${command} cannot be run (${error.code}): is it installed and on PATH?`));
    child.on('close', (...end) => resolve(end));
  });
  running.delete(child);
  if (signal) fail(`${path.basename(command)} was ended by ${signal}`);
  if (status !== 0) fail(`${path.basename(command)} ${args[0]} failed, see above`, output);
  if (title) say(`${title}: done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
