import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OperatorError } from '../operator-error';
import { repositoryRoot } from '../paths';
import { buildImages } from './build-images';

const USAGE = `usage: npm run images -- --out DIR [--only A,B] [--tag T] [--registry R] [--together] [--tool PATH]...
  --out DIR      one tar an image: an OCI layout, for ctr images import, podman and docker load
  --only A,B     these images, e.g. registry,gateway,mongod
  --tag T        the version of package.json without
  --registry R   before the names, e.g. localhost
  --together     one tar, greenwatch.tar, with every layer once
  --tool PATH    a program of this machine that the operations image has too`;

function readOptions() {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      options: {
        out: text,
        only: text,
        tag: text,
        registry: text,
        together: { type: 'boolean' },
        tool: { type: 'string', multiple: true },
      },
    });
    if (!values.out) throw new Error('--out is needed');
    if (values.tag !== undefined && !/^\w[\w.-]{0,127}$/.test(values.tag)) {
      throw new Error(`--tag ${values.tag}: letters, digits, "_", "." and "-" are expected, 128 at most`);
    }
    return { ...values, out: path.resolve(values.out), only: values.only?.split(',') };
  } catch (error) {
    throw new OperatorError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** The commit, where this is a checkout of git; a tree that differs from it says so. */
function revision(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') ? '-changed' : ''}`;
  } catch {
    return undefined;
  }
}

async function main(): Promise<void> {
  const { tag, tool, ...options } = readOptions();
  const manifest = readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  await buildImages({
    ...options,
    version,
    revision: revision(),
    tag: tag ?? version,
    tools: tool?.map((file) => path.resolve(file)),
    announce: (line) => process.stdout.write(`${line}\n`),
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
