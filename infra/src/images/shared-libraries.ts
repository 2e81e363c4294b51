import { spawnSync } from 'node:child_process';
import { OperatorError } from '../operator-error';

/**
 * The shared libraries that programs and libraries load, with the loader, as `ldd` of this machine names them.
 * @returns absolute paths, sorted; none for a static program
 * @throws OperatorError when one is missing here, or there is no `ldd`
 */
export function sharedLibraries(files: readonly string[]): string[] {
  const found = new Set<string>();
  for (const file of files) {
    const { stdout, stderr, error, status } = spawnSync('ldd', [file], { encoding: 'utf8' });
    if (error)
      throw new OperatorError(`ldd cannot be run (${(error as NodeJS.ErrnoException).code}): install libc-bin`);
    const missing = /(\S+) => not found/.exec(stdout);
    if (missing) throw new OperatorError(`${file} needs ${missing[1]}, which this machine does not have: install it`);
    const isStatic = /not a dynamic executable|statically linked/.test(stdout + stderr);
    if (status !== 0 && !isStatic) throw new OperatorError(`ldd ${file} failed: ${stderr.trim()}`);
    for (const [, library] of stdout.matchAll(/(\/\S+) \(0x/g)) found.add(library as string);
  }
  return [...found].sort();
}
