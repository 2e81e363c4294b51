import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../operator-error';
import { repositoryRoot } from '../paths';
import { type Lockfile, type Platform, placeInImage, productionClosure } from './closure';
import type { Entry } from './entry';
import { keptOf, type NodeImage, pagesWorkspace } from './image-plan';

/** What lies below `/app` in three parts, from what changes least. */
export interface Contents {
  /** Packages that every image of ours has: the kit's. The same bytes in all of them. */
  shared: Entry[];
  /** Packages that this one needs beside. */
  further: Entry[];
  /** Our own workspaces and the commands. */
  own: Entry[];
}

/** Whose packages all images share: every one of our programs stands on it, or is as well off with it. */
const SHARED = 'packages/kit';
const LICENCE = /(^|\/)(licen[cs]e|notice|copying|copyright)[^/]*$/i;
/** Types, maps, texts for people, a package's own tests. Node.js runs no TypeScript below node_modules. */
const NOT_RUN = /\.([cm]?ts|tsx|map|md|markdown|flow)$|^(\.github|tests?|__tests__|benchmarks?|examples?)\//i;
const NATIVE = /\.(node|so(\.\d+)*)$/;
/** Of our own: with maps, since services run with --enable-source-maps. */
const OWN_RUN = /\.(c?js|mjs|json|map)$/;

/** Where this process runs: packages with native code are installed for that only. */
export const here: Platform = { os: 'linux', cpu: process.arch, libc: 'glibc' };

export function readLock(): Lockfile {
  return JSON.parse(readFileSync(path.join(repositoryRoot, 'package-lock.json'), 'utf8')) as Lockfile;
}

/**
 * Everything below `/app` of an image.
 * @throws OperatorError when something is not installed or not built
 */
export function contentsOf(image: NodeImage, lock: Lockfile, platform: Platform = here): Contents {
  const bundled = [pagesWorkspace.place];
  const common = new Set(productionClosure(lock, [SHARED], platform, bundled).packages);
  const { workspaces, packages } = productionClosure(lock, image.workspaces, platform, bundled);
  // Programs without the kit (operating commands) do without its packages too.
  const onKit = workspaces.includes(SHARED);
  return {
    shared: onKit ? [...common].flatMap((place) => packageEntries(lock, place)) : [],
    further: packages.filter((place) => !onKit || !common.has(place)).flatMap((place) => packageEntries(lock, place)),
    own: [
      ...workspaces.flatMap((place) => workspaceEntries(lock, place)),
      ...Object.entries(image.commands).map(([name, module]) => commandEntry(lock, workspaces, name, module)),
      ...Object.entries(image.folders ?? {}).flatMap(([from, to]) => entriesBelow(from, to, () => true)),
    ],
  };
}

/** Libraries and add-ons with native code that packages of these images bring, as files of this checkout. */
export function nativeFiles(images: readonly NodeImage[], lock: Lockfile, platform: Platform = here): string[] {
  const all = images.flatMap(({ workspaces }) => workspaces);
  return productionClosure(lock, all, platform, [pagesWorkspace.place])
    .packages.filter((place) => lock.packages[place]?.cpu)
    .flatMap((place) => entriesBelow(place, place, (file) => NATIVE.test(file)))
    .map(({ path: place }) => path.join(repositoryRoot, place));
}

function packageEntries(lock: Lockfile, place: string): Entry[] {
  if (!existsSync(path.join(repositoryRoot, place))) {
    throw new OperatorError(`${place} is not installed: run "npm ci"`);
  }
  const kept = keptOf[place];
  return entriesBelow(place, `app/${placeInImage(lock, place)}`, (file) => {
    // Packages of its own have their own line in the lock.
    if (file.startsWith('node_modules/')) return false;
    if (LICENCE.test(file) || file === 'package.json') return true;
    return kept ? kept.test(file) : !NOT_RUN.test(file);
  });
}

function workspaceEntries(lock: Lockfile, place: string): Entry[] {
  const to = `app/${placeInImage(lock, place)}`;
  const manifest = fileEntry(path.join(repositoryRoot, place, 'package.json'), `${to}/package.json`);
  const folder = place === pagesWorkspace.place ? pagesWorkspace.folder : 'dist';
  return [manifest, ...entriesBelow(`${place}/${folder}`, `${to}/${folder}`, (file) => OWN_RUN.test(file))];
}

/** A file of one line; a module that was never built is told now, not when a pod starts. */
function commandEntry(lock: Lockfile, workspaces: string[], name: string, module: string): Entry {
  const place = workspaces.find((workspace) => `${module}/`.startsWith(`${lock.packages[workspace]?.name}/`));
  const own = place && (module.slice((lock.packages[place]?.name ?? '').length + 1) || 'dist/main.js');
  if (!place || !own || !existsSync(path.join(repositoryRoot, place, own))) {
    throw new OperatorError(`${module} is not built: run "npm run build"`);
  }
  return { path: `app/${name}.js`, mode: 0o644, content: { text: `require(${JSON.stringify(module)});\n` } };
}

/** The files of a folder of the checkout, at another place in the image. */
function entriesBelow(from: string, to: string, keep: (file: string) => boolean): Entry[] {
  const folder = path.join(repositoryRoot, from);
  if (!existsSync(folder)) throw new OperatorError(`${from} is not built: run "npm run build"`);
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((found) => {
    const file = path.join(found.parentPath, found.name);
    const relative = path.relative(folder, file);
    return !found.isDirectory() && keep(relative) ? [fileEntry(file, `${to}/${relative}`)] : [];
  });
}

/** Readable by everybody; runnable where it is for its owner here. */
export function fileEntry(file: string, to: string): Entry {
  return { path: to, mode: statSync(file).mode & 0o100 ? 0o755 : 0o644, content: { file } };
}
