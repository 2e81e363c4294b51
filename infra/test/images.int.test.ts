import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { Reaper } from '../src';
import { contentsOf, readLock } from '../src/images/contents';
import { type Entry, inOrder } from '../src/images/entry';
import { nodeImages } from '../src/images/image-plan';
import { writeFolder } from '../src/images/lay-out';
import { LayerCache } from '../src/images/layer-cache';
import { writeArchive } from '../src/images/oci-archive';
import { sharedLibraries } from '../src/images/shared-libraries';

const OWN_CODE = /^app\/node_modules\/@greenwatch\/(?!infra\/dist\/(?!operating\/))[^/]+\/dist\/.*\.js$/;
const LOADED = /(?:\brequire|\bimport|\brequire\.resolve)\(["']([^"']+)["']\)/g;

const run = promisify(execFile);
const reaper = new Reaper();

/** GNU tar's own view of an archive. */
function tar(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync('tar', args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const sha256 = (file: string): string => `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;

describe('layers and archives', () => {
  const folder = reaper.temporaryFolder('image');
  const big = path.join(folder, 'big');
  const long = `app/${'long-folder-name/'.repeat(20)}file.js`;
  const split = `app/${'a'.repeat(90)}/${'b'.repeat(90)}`;
  const entries: Entry[] = [
    { path: 'app/z.js', mode: 0o644, content: { text: 'last' } },
    { path: 'app/run', mode: 0o755, content: { file: big } },
    { path: long, mode: 0o644, content: { text: 'far down' } },
    { path: split, mode: 0o600, content: { text: 'name and prefix' } },
    { path: 'app/排放.json', mode: 0o644, content: { text: '{}' } },
    { path: 'data', mode: 0o755, owner: 1000, content: 'folder' },
    { path: 'tmp', mode: 0o1777, content: 'folder' },
  ];
  beforeAll(() => writeFileSync(big, Buffer.alloc(3_000_001, 'x')));

  test('a layer is what GNU tar reads: names of any length, modes, owners, content; its digest is that of its file', async () => {
    const layer = await new LayerCache(path.join(folder, 'cache')).layer(entries);
    expect(layer.digest).toBe(sha256(layer.file));
    expect(layer.size).toBe(statSync(layer.file).size);
    const listed = tar('--list', '--verbose', '--numeric-owner', '--quoting-style=literal', '--utc', '-f', layer.file);
    const lines = listed.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/.* 00:00 /, ''))).toEqual(
      inOrder(entries).map((entry) => (entry.content === 'folder' ? `${entry.path}/` : entry.path)),
    );
    expect(lines.filter((line) => / (data|tmp)\/$| app\/run$/.test(line))).toEqual([
      expect.stringMatching(/^-rwxr-xr-x 0\/0 +3000001 1970-01-01 00:00 app\/run$/),
      expect.stringMatching(/^drwxr-xr-x 1000\/1000 +0 1970-01-01 00:00 data\/$/),
      expect.stringMatching(/^drwxrwxrwt 0\/0 +0 1970-01-01 00:00 tmp\/$/),
    ]);
    expect(tar('-xOf', layer.file, long)).toBe('far down');
    expect(tar('-xOf', layer.file, split)).toBe('name and prefix');
    expect(tar('-xOf', layer.file, 'app/run')).toBe('x'.repeat(3_000_001));
  });

  test('the same content has the same digest, in any order and another time; other content has another', async () => {
    const first = await new LayerCache(path.join(folder, 'one')).layer(entries);
    expect(await new LayerCache(path.join(folder, 'two')).layer([...entries].reverse())).toMatchObject({
      digest: first.digest,
    });
    const cache = new LayerCache(path.join(folder, 'one'));
    const before = statSync(first.file).ino;
    expect((await cache.layer(entries)).digest).toBe(first.digest);
    expect(statSync(first.file).ino).toBe(before);
    writeFileSync(big, Buffer.alloc(3_000_001, 'y'));
    expect((await cache.layer(entries)).digest).not.toBe(first.digest);
  });

  test('one path with two contents is refused', () => {
    expect(() => inOrder([...entries, entries[0] as Entry])).toThrow('two files at app/z.js');
  });

  test('a layer unused for a week is removed', async () => {
    const cache = new LayerCache(path.join(folder, 'pruned'));
    const { file } = await cache.layer(entries);
    const week = 7 * 24 * 3600_000;
    cache.prune(Date.now() + week - 60_000);
    expect(statSync(file).isFile()).toBe(true);
    cache.prune(Date.now() + week + 60_000);
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  test('an archive is an OCI layout: every descriptor leads to a blob of its digest and size, a shared layer is there once', async () => {
    const cache = new LayerCache(path.join(folder, 'cache'));
    const shared = await cache.layer(entries);
    const own = await cache.layer([{ path: 'app/main.js', mode: 0o644, content: { text: 'main' } }]);
    const settings = {
      tag: 't1',
      entrypoint: ['node'],
      cmd: ['main.js'],
      env: { NODE_ENV: 'production' },
      workdir: '/app',
      user: '1000:1000',
      ports: [8080],
      labels: { 'org.opencontainers.image.title': 'One' },
    };
    const images = [
      { settings: { ...settings, name: 'greenwatch/one' }, layers: [shared, own] },
      { settings: { ...settings, name: 'greenwatch/two' }, layers: [shared] },
    ];
    const archive = path.join(folder, 'images.tar');
    expect(await writeArchive(archive, images)).toBe(statSync(archive).size);
    const unpacked = path.join(folder, 'unpacked');
    mkdirSync(unpacked);
    tar('-xf', archive, '-C', unpacked);

    const json = (file: string) => JSON.parse(readFileSync(path.join(unpacked, file), 'utf8'));
    const follow = ({ digest, size }: { digest: string; size: number }) => {
      const file = `blobs/${digest.replace(':', '/')}`;
      expect(sha256(path.join(unpacked, file))).toBe(digest);
      expect(statSync(path.join(unpacked, file)).size).toBe(size);
      return file;
    };
    expect(json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    const { manifests } = json('index.json');
    expect(manifests).toHaveLength(2);
    expect(manifests[0].annotations['io.containerd.image.name']).toMatch(/\/greenwatch\/one:t1$/);
    for (const [at, descriptor] of manifests.entries()) {
      const manifest = json(follow(descriptor));
      expect(manifest.layers.map(({ digest }: { digest: string }) => digest)).toEqual(
        images[at]?.layers.map(({ digest }) => digest),
      );
      manifest.layers.forEach(follow);
      const config = json(follow(manifest.config));
      expect(config.rootfs.diff_ids).toEqual(images[at]?.layers.map(({ digest }) => digest));
      expect(config.config).toMatchObject({ User: '1000:1000', Entrypoint: ['node'], WorkingDir: '/app' });
    }
    expect(json('manifest.json')[1].RepoTags).toEqual(['greenwatch/two:t1']);
    const blobs = tar('-tf', archive).split('\n');
    expect(new Set(blobs).size).toBe(blobs.length);

    await writeArchive(archive, images, 'localhost');
    expect(tar('-xOf', archive, 'index.json')).toContain('"localhost/greenwatch/two:t1"');
  });

  test("ldd names node's loader and libc; a text has none", () => {
    const libraries = sharedLibraries([process.execPath]);
    expect(libraries).toContainEqual(expect.stringMatching(/libc\.so/));
    expect(libraries).toContainEqual(expect.stringMatching(/ld-linux/));
    expect(sharedLibraries([__filename])).toEqual([]);
  });
});

// One place for all of them, from one image to the next only what differs is written and removed.
describe('what runs in an image, laid out in an empty place and started with an empty environment', () => {
  const folder = reaper.temporaryFolder('laid-out');
  const lock = readLock();
  const images = nodeImages
    .map((image) => ({ name: image.name, contents: contentsOf(image, lock) }))
    // Alike ones after each other: those that read sheets bring thousands of files.
    .sort((a, b) => b.contents.further.length - a.contents.further.length);
  const sharedPackages = images[0]?.contents.shared.map((entry) => entry.path);

  let laidOut = new Set<string>();
  const layOut = (entries: Entry[]) => {
    const wanted = new Set(entries.map((entry) => entry.path));
    for (const file of laidOut) if (!wanted.has(file)) rmSync(path.join(folder, file));
    writeFolder(
      folder,
      // Every image has a main.js of its own.
      entries.filter(
        (entry) => !laidOut.has(entry.path) || (typeof entry.content === 'object' && 'text' in entry.content),
      ),
    );
    laidOut = wanted;
  };

  /** What our code loads later, by `require` or `import` with a constant name, and would not find. */
  const unresolved = (own: Entry[]): string[] =>
    own.flatMap(({ path: file }) => {
      // The tools that run on a checkout only have no place in an image.
      if (!OWN_CODE.test(file)) return [];
      const at = createRequire(path.join(folder, file));
      const names = readFileSync(path.join(folder, file), 'utf8').matchAll(LOADED);
      return [...names].flatMap(([, name]) => {
        try {
          at.resolve(name as string);
          return [];
        } catch {
          return [`${file}: ${name}`];
        }
      });
    });

  const says: Record<string, RegExp> = { demo: /^demo stops: NATS_URL /, operations: /usage/i };

  test.each(images)(
    '$name finds every module',
    async ({ name, contents: { shared, further, own } }) => {
      expect(shared.map((entry) => entry.path)).toEqual(sharedPackages);
      layOut([...shared, ...further, ...own]);
      const started = run(process.execPath, ['main.js'], { cwd: path.join(folder, 'app'), env: {} });
      const { stderr, code } = await started.then(
        () => ({ stderr: '', code: 0 }),
        (error: { stderr: string; code: number }) => error,
      );
      expect(stderr).toMatch(says[name] ?? new RegExp(`^${name}\\b.*MONGODB_URI `));
      expect(code).toBe(1);
      expect(unresolved(own)).toEqual([]);
    },
    60_000,
  );

  test('no test, type or source of ours is in it, and of the fonts the one that is read', () => {
    const { contents } = images.find(({ name }) => name === 'gateway') as (typeof images)[0];
    const files = [...contents.shared, ...contents.further, ...contents.own].map((entry) => entry.path);
    expect(files.filter((file) => /\.tsx?$|\.tsbuildinfo$/.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.ttf'))).toHaveLength(1);
    expect(files).toEqual(expect.arrayContaining(['app/main.js', 'app/web/index.html']));
    expect(files.some((file) => file.startsWith('app/node_modules/react/'))).toBe(false);
  });
});
