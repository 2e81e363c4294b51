import { existsSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../operator-error';
import { repositoryRoot } from '../paths';
import { runCommand } from './command';

const WITHIN_MS = 1_200_000;

/** Builds all images under a tag without Docker, as one archive. @returns its file */
export async function buildImages(folder: string, tag: string, signal?: AbortSignal): Promise<string> {
  const program = path.join(repositoryRoot, 'infra', 'dist', 'images', 'main.js');
  await runCommand(process.execPath, [program, '--out', folder, '--tag', tag, '--together'], {
    signal,
    timeoutMs: WITHIN_MS,
  });
  return path.join(folder, 'greenwatch.tar');
}

/**
 * Loads an archive onto the cluster's nodes: by the command in LOAD_IMAGES with the file as its last argument (`kind load
 * image-archive`), else by `in.sh --load` of the laboratory.
 * @throws OperatorError where there is neither
 */
export async function loadImages(file: string, laboratory: string | undefined, signal?: AbortSignal): Promise<void> {
  const own = process.env.LOAD_IMAGES?.split(' ').filter((word) => word !== '');
  const script = laboratory === undefined ? undefined : path.join(laboratory, 'in.sh');
  const [program, ...args] = own ?? (script && existsSync(script) ? [script, '--load'] : []);
  if (program === undefined) {
    throw new OperatorError(
      'LOAD_IMAGES is not set: expected the command that loads an archive of images, e.g. "kind load image-archive"',
    );
  }
  await runCommand(program, [...args, file], { signal, timeoutMs: WITHIN_MS });
}
