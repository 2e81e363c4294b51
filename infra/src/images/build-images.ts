import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../operator-error';
import { cacheFolder, repositoryRoot } from '../paths';
import { obtainServer } from '../servers/obtain';
import { contentsOf, fileEntry, nativeFiles, readLock } from './contents';
import type { Entry } from './entry';
import { IMAGE_WITH_TOOLS, type NodeImage, nodeImages, type ServerImage, serverImages } from './image-plan';
import { type Layer, LayerCache } from './layer-cache';
import { type BuiltImage, type ImageSettings, writeArchive } from './oci-archive';
import { sharedLibraries } from './shared-libraries';

export interface BuildOptions {
  /** Where the archives go. */
  out: string;
  /** Names of images; all of them without. */
  only?: readonly string[];
  tag: string;
  /** Commit of the checkout, for the labels. */
  revision?: string;
  version: string;
  registry?: string;
  /** One archive, `greenwatch.tar`, with every layer once, instead of one an image. */
  together?: boolean;
  /** Programs of this machine that go into the operations image. */
  tools?: readonly string[];
  /** Told as each image is done. */
  announce: (line: string) => void;
}

const USER = { name: 'greenwatch', id: 1000 };
const BIN = 'usr/local/bin';
const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Of services: see infra/src/system.ts. In the environment, so that every command of an image has them. */
export const NODE_OPTIONS = '--enable-source-maps --max-semi-space-size=32';

/**
 * Builds images without Docker from what is installed and built in this checkout, with this machine's node, servers and shared libraries.
 * @throws OperatorError when an image is unknown, or something is not installed or built
 */
export async function buildImages(options: BuildOptions): Promise<void> {
  const images = chosen(options.only);
  mkdirSync(options.out, { recursive: true });
  const cache = new LayerCache(path.join(cacheFolder, 'images'));
  const started = performance.now();
  const built: BuiltImage[] = [];
  for (const image of images) {
    const began = performance.now();
    const one = 'server' in image ? await serverImage(image, options, cache) : await nodeImage(image, options, cache);
    built.push(one);
    const file = path.join(options.out, `${image.name}.tar`);
    const bytes = options.together
      ? one.layers.reduce((sum, { size }) => sum + size, 0)
      : await writeArchive(file, [one], options.registry);
    options.announce(line(`${one.settings.name}:${one.settings.tag}`, bytes, began, options.together ? '' : file));
  }
  if (options.together) {
    const file = path.join(options.out, 'greenwatch.tar');
    const bytes = await writeArchive(file, built, options.registry);
    options.announce(line(`${built.length} images`, bytes, started, file));
  }
  cache.prune(Date.now());
}

function line(name: string, bytes: number, began: number, file: string): string {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  return `${name}\t${bytes} bytes\t${seconds} s${file && `\t${file}`}`;
}

function chosen(only: readonly string[] | undefined): (NodeImage | ServerImage)[] {
  const all = [...nodeImages, ...serverImages];
  const known = all.map(({ name }) => name);
  const unknown = only?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new OperatorError(`no image is called ${unknown}; known are ${known.join(', ')}`);
  return only ? all.filter(({ name }) => only.includes(name)) : all;
}

async function nodeImage(image: NodeImage, options: BuildOptions, cache: LayerCache): Promise<BuiltImage> {
  const lock = readLock();
  const runtime = programEntries([process.execPath], nativeFiles(nodeImages, lock));
  const { shared, further, own } = contentsOf(image, lock);
  const had = new Set(runtime.map((entry) => entry.path));
  const tools = image.name === IMAGE_WITH_TOOLS ? programEntries(options.tools ?? []) : [];
  const parts = [system(), runtime, shared, further, tools.filter((entry) => !had.has(entry.path)), own];
  return {
    settings: {
      ...common(image, options),
      entrypoint: ['node'],
      cmd: ['main.js'],
      env: { PATH, NODE_ENV: 'production', NODE_OPTIONS },
      workdir: '/app',
      ports: [],
    },
    layers: await layersOf(parts, cache),
  };
}

async function serverImage(image: ServerImage, options: BuildOptions, cache: LayerCache): Promise<BuiltImage> {
  const program = await obtainServer(image.server);
  const beside = (image.beside ?? []).map((name) => path.join(path.dirname(program), name)).filter(existsSync);
  const data: Entry = { path: 'data', mode: 0o755, owner: USER.id, content: 'folder' };
  return {
    settings: {
      ...common(image, options),
      entrypoint: [path.basename(program)],
      env: { PATH },
      workdir: '/data',
      ports: image.ports,
    },
    layers: await layersOf([system(), [...programEntries([program, ...beside]), data]], cache),
  };
}

type Common = Pick<ImageSettings, 'name' | 'tag' | 'user' | 'labels'>;

function common({ name, title }: NodeImage | ServerImage, { tag, version, revision }: BuildOptions): Common {
  const label = (key: string, value: string | undefined) =>
    value === undefined ? {} : { [`org.opencontainers.image.${key}`]: value };
  const labels = { ...label('title', title), ...label('version', version), ...label('revision', revision) };
  return { name: `greenwatch/${name}`, tag, user: `${USER.id}:${USER.id}`, labels };
}

async function layersOf(parts: Entry[][], cache: LayerCache): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const entries of parts) if (entries.length > 0) layers.push(await cache.layer(entries));
  return layers;
}

/** What every program expects: names of users, how names are looked up, `/tmp`, and the authorities that TLS trusts. */
function system(): Entry[] {
  const text = (to: string, content: string): Entry => ({ path: to, mode: 0o644, content: { text: content } });
  const { name, id } = USER;
  const entries: Entry[] = [
    text('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\n${name}:x:${id}:${id}:${name}:/tmp:/sbin/nologin\n`),
    text('etc/group', `root:x:0:\n${name}:x:${id}:\n`),
    text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { path: 'tmp', mode: 0o1777, content: 'folder' },
  ];
  if (existsSync(`/${CERTIFICATES}`)) entries.push({ ...fileEntry(`/${CERTIFICATES}`, CERTIFICATES), mode: 0o644 });
  return entries;
}

/** Programs in `/usr/local/bin` with the libraries that they, and others loaded into them, need; those where they lie here. */
function programEntries(programs: readonly string[], loaded: readonly string[] = []): Entry[] {
  const libraries = sharedLibraries([...programs, ...loaded]).filter((file) => !file.startsWith(`${repositoryRoot}/`));
  return [
    ...programs.map((file) => ({ ...fileEntry(file, `${BIN}/${path.basename(file)}`), mode: 0o755 })),
    ...libraries.map((file) => ({ ...fileEntry(file, file.slice(1)), mode: 0o755 })),
  ];
}
