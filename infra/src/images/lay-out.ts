import { chmodSync, copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../operator-error';
import { contentsOf, readLock } from './contents';
import { type Entry, inOrder } from './entry';
import { nodeImages } from './image-plan';

/** Writes entries as files below a folder. Times are 0, so that a layer made of it is the same each time. */
export function writeFolder(folder: string, entries: Iterable<Entry>): void {
  mkdirSync(folder, { recursive: true });
  const ordered = inOrder(entries);
  for (const { path: to, mode, content } of ordered) {
    const target = path.join(folder, to);
    if (content === 'folder') mkdirSync(target, { recursive: true });
    else if ('text' in content) writeFileSync(target, content.text);
    else copyFileSync(content.file, target);
    chmodSync(target, mode);
  }
  // A folder's own time changes with what is written into it, so from the innermost.
  for (const { path: to } of ordered.reverse()) utimesSync(path.join(folder, to), 0, 0);
}

/** For the Dockerfile: `node infra/dist/images/lay-out.js IMAGE FOLDER` writes FOLDER/{shared,further,own}/app. */
function main([name, folder]: string[]): void {
  const known = nodeImages.map((image) => image.name);
  if (!name || !folder) throw new OperatorError(`usage: lay-out.js IMAGE FOLDER, IMAGE one of ${known.join(', ')}`);
  const image = nodeImages.find((candidate) => candidate.name === name);
  if (!image) throw new OperatorError(`no image is called ${name}; known are ${known.join(', ')}`);
  for (const [part, entries] of Object.entries(contentsOf(image, readLock()))) {
    writeFolder(path.join(folder, part), entries as Entry[]);
  }
}

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
