import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, repositoryRoot } from './paths';

const folder = path.join(cacheFolder, 'test-types');

/**
 * Type-checks every workspace's tests, each workspace by itself as its code is: their ambient declarations differ. The
 * configurations are written to `.cache`; what they share is tsconfig.test.json.
 *
 * @returns what tsc complains about; empty when all is well.
 */
export function checkTestTypes(): string {
  const { references } = JSON.parse(readFileSync(path.join(repositoryRoot, 'tsconfig.json'), 'utf8')) as {
    references: { path: string }[];
  };
  mkdirSync(folder, { recursive: true });
  return references.map((reference) => checkWorkspace(reference.path)).join('');
}

function checkWorkspace(workspace: string): string {
  const from = path.relative(folder, path.join(repositoryRoot, workspace));
  const root = path.relative(folder, repositoryRoot);
  const include = [
    ...['src/**/*.test.ts', 'src/**/*.d.ts', 'test/**/*.ts'].map((pattern) => `${from}/${pattern}`),
    // The gateway's tests run services in their own process, with what those declare.
    ...(workspace === 'gateway' ? [`${root}/services/*/src/*.d.ts`] : []),
  ];
  const config = path.join(folder, `${workspace.replaceAll('/', '-')}.json`);
  const content = JSON.stringify({
    extends: path.relative(folder, path.join(repositoryRoot, 'tsconfig.test.json')),
    include,
  });
  // Left alone when it is the same: tsc takes a newer configuration for a changed one.
  if (!existsSync(config) || readFileSync(config, 'utf8') !== content) writeFileSync(config, content);
  const tsc = path.join(repositoryRoot, 'node_modules', '.bin', 'tsc');
  const result = spawnSync(tsc, ['-p', config], { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 64 << 20 });
  // TS18003: a workspace that has no tests yet.
  if (result.status === 0 || result.stdout?.includes('TS18003')) return '';
  return result.stdout || result.stderr || String(result.error);
}
