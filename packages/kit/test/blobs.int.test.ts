import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { serviceEnvironment, type TestS3, type TestServers, testS3, testServers, until } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { ObjectId } from 'mongodb';
import type { Connection } from 'mongoose';
import { type BlobStore, connectMongo, defineService, folderBlobs, runService, type S3Settings, s3Blobs } from '../src';
import { gridFsBlobs } from '../src/blobs';

let servers: TestServers;
let db: Connection;
let folder: string;
let s3: TestS3;
let settings: S3Settings;

beforeAll(async () => {
  [servers, s3] = await Promise.all([testServers(), testS3()]);
  db = await connectMongo(servers.mongoUri, servers.database, 'test');
  folder = await mkdtemp(path.join(tmpdir(), 'greenwatch-blobs-'));
  const { endpoint, bucket, accessKeyId, secretAccessKey } = s3;
  settings = { endpoint, bucket, region: 'any', pathStyle: true, credentials: { accessKeyId, secretAccessKey } };
}, 60_000);
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
  await db?.close();
  await s3?.kill();
  await servers?.stop();
});

interface Kind {
  kind: string;
  open(): BlobStore;
  /** For a process of its own. */
  place(): object;
  /** Pieces of content that lie in the store, whether seen or not. */
  pieces(): Promise<number>;
}
const filesIn = async (place: string) =>
  (await readdir(place, { recursive: true })).filter((file) => /[0-9a-f]{24}/.test(file)).length;
const stores: [string, Kind][] = [
  [
    'GridFS',
    {
      kind: 'gridfs',
      open: () => gridFsBlobs(db),
      place: () => ({ uri: servers.mongoUri, database: servers.database }),
      pieces: () => db.collection('blobs.chunks').countDocuments(),
    },
  ],
  [
    'a folder',
    {
      kind: 'folder',
      open: () => folderBlobs(folder),
      place: () => ({ folder }),
      pieces: () => filesIn(folder),
    },
  ],
  [
    'S3',
    {
      kind: 's3',
      open: () => s3Blobs(settings),
      place: () => settings,
      pieces: async () => (await filesIn(s3.folder)) + (await uploadsUnderWay()),
    },
  ],
];
async function uploadsUnderWay(): Promise<number> {
  const { endpoint, region, credentials, bucket } = settings;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  client.destroy();
  return Uploads.length;
}
const options = { contentType: 'text/plain', name: 'cold/a' };

describe.each(stores)('design.md 5, blobs in %s', (_name, { kind, open: storeOf, place, pieces }) => {
  test('an empty store has nothing to sweep', async () => {
    expect(await storeOf().sweep(Date.now())).toBe(0);
  });

  test('come back as they were put, with hash and length', async () => {
    const bytes = Buffer.from('ein Blob '.repeat(100_000));
    const { id, size, sha256 } = await storeOf().put(
      Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]),
      options,
    );
    expect([size, sha256]).toEqual([900_000, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const { blob, content } = await storeOf().get(id);
    expect(blob).toEqual({ id, size, sha256, contentType: 'text/plain' });
    expect((await buffer(content)).equals(bytes)).toBe(true);
  });

  test('are found by the beginning of their name, and gone when deleted', async () => {
    const { id } = await storeOf().put(Buffer.from('x'), { contentType: 'text/plain', name: 'other/b' });
    const found: string[] = [];
    for await (const one of storeOf().named('other/')) {
      expect(Math.abs(one.storedAt - Date.now())).toBeLessThan(60_000);
      found.push(`${one.id} ${one.name}`);
    }
    expect(found).toEqual([`${id} other/b`]);
    await storeOf().delete(id);
    await expect(storeOf().get(id)).rejects.toMatchObject({ status: 404 });
  });

  test('a stream that breaks off leaves nothing that is seen', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('broken off');
      })(),
    );
    await expect(storeOf().put(broken, { contentType: 'x', name: 'broken/c' })).rejects.toThrow('broken off');
    for await (const one of storeOf().named('broken/')) throw new Error(`${one.name} is there`);
  });

  test('one of many megabytes comes back, and leaves nothing behind when it breaks off', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const { id, size } = await storeOf().put(Readable.from(Array(17).fill(megabyte)), options);
    expect(size).toBe(17 * 1024 * 1024);
    const { content } = await storeOf().get(id);
    let read = 0;
    for await (const chunk of content) read += (chunk as Buffer).length;
    expect(read).toBe(size);
    await storeOf().delete(id);
    const before = await pieces();
    const broken = Readable.from(
      (async function* () {
        for (let i = 0; i < 12; i++) yield megabyte;
        throw new Error('broken off');
      })(),
    );
    await expect(storeOf().put(broken, options)).rejects.toThrow('broken off');
    expect(await pieces()).toBe(before);
  });

  test.each(['cold/é 中/../x', 'cold/a//b', 'cold/%2e', '', 'cold/…/.hidden'])(
    'any name stays what it is: %j',
    async (name) => {
      const { id } = await storeOf().put(Buffer.from('named'), { contentType: 'x', name });
      const found: string[] = [];
      for await (const one of storeOf().named(name)) if (one.id === id) found.push(one.name);
      expect(found).toEqual([name]);
      expect((await buffer((await storeOf().get(id)).content)).toString()).toBe('named');
      await storeOf().delete(id);
    },
  );

  test('what the upload of a killed process left behind is swept when it is old enough, and nothing else', async () => {
    const store = storeOf();
    const kept = await store.put(Buffer.from('kept'), { contentType: 'x', name: 'kept' });
    const before = await pieces();
    const child = spawn(process.execPath, [path.join(__dirname, 'put-and-hang.js'), kind, JSON.stringify(place())], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    await until(async () => (await pieces()) > before);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await store.sweep(Date.now() - 86_400_000)).toBe(0);
    expect(await pieces()).toBeGreaterThan(before);
    for await (const one of store.named('killed/')) throw new Error(`${one.name} is there`);
    // GridFS goes on from where the last sweep ended; times of S3 and ObjectIds are whole seconds.
    expect(await storeOf().sweep(Date.now() + 2_000)).toBe(1);
    expect(await pieces()).toBe(before);
    expect((await buffer((await store.get(kept.id)).content)).toString()).toBe('kept');
  });

  test.each(['no-id', '../../etc/passwd', '0123456789abcdef01234567', '../cold/0123456789abcdef01234567'])(
    'there is no %s',
    async (id) => {
      await expect(storeOf().get(id)).rejects.toMatchObject({ status: 404 });
    },
  );
});

describe('what was changed is refused when it is read to its end', () => {
  test('in a folder', async () => {
    const store = folderBlobs(folder);
    const { id } = await store.put(Buffer.from('what was put'), options);
    const place = (await readdir(folder, { recursive: true })).find((file) => file.endsWith(id)) ?? '';
    await writeFile(path.join(folder, place), 'what was not');
    const { content } = await store.get(id);
    await expect(buffer(content)).rejects.toThrow('hash or length differs');
  });

  test('in S3', async () => {
    const { id } = await s3Blobs(settings).put(Buffer.from('what was put'), options);
    expect(await readFile(path.join(s3.folder, id), 'utf8')).toBe('what was put');
    await writeFile(path.join(s3.folder, id), 'what was not');
    const { content } = await s3Blobs(settings).get(id);
    await expect(buffer(content)).rejects.toThrow('hash or length differs');
  });
});

test('chunks of an upload that has no file, and files without their hash, go; a sweep goes on where the last one ended', async () => {
  const chunks = db.collection('blobs.chunks');
  const old = Date.now() / 1000 - 90_000;
  const [orphan, nameless] = [ObjectId.createFromTime(old), ObjectId.createFromTime(old + 1)];
  const chunk = (id: ObjectId, n: number) => ({ files_id: id, n, data: Buffer.alloc(1) });
  await chunks.insertMany([0, 1, 2].map((n) => chunk(orphan, n)));
  await chunks.insertOne(chunk(nameless, 0));
  await db.collection('blobs.files').insertOne({ _id: nameless, filename: 'x', length: 1, chunkSize: 1 });
  // A deletion that was killed midway: the first chunks are gone.
  const half = ObjectId.createFromTime(old - 1);
  await chunks.insertMany(Array.from({ length: 6_000 }, (_, n) => chunk(half, n + 7)));
  const store = gridFsBlobs(db);
  const yesterday = Date.now() - 86_400_000;
  expect(await store.sweep(yesterday)).toBe(3);
  expect(await store.sweep(yesterday)).toBe(0);
  expect(await chunks.countDocuments({ files_id: { $in: [orphan, nameless, half] } })).toBe(0);
  expect(await db.collection('blobs.files').countDocuments({ _id: nameless })).toBe(0);
});

test('every service sweeps its own', async () => {
  const environment = serviceEnvironment(servers, 'readings');
  const own = await connectMongo(servers.mongoUri, environment.MONGODB_DATABASE ?? '', 'test');
  const chunks = own.collection('blobs.chunks');
  const [old, young] = [-90_000, -3_600].map((age) => ObjectId.createFromTime(Date.now() / 1000 + age));
  await chunks.insertMany([old, young].map((id) => ({ files_id: id, n: 0, data: Buffer.alloc(1) })));
  const service = await runService(
    defineService({ name: 'readings', config: Type.Object({}), create: () => ({}) }),
    environment,
  );
  await until(async () => (await chunks.countDocuments({ files_id: old })) === 0);
  expect(await chunks.countDocuments({ files_id: young })).toBe(1);
  await service.stop();
  await own.close();
}, 60_000);

describe('a wrong setting of S3 is told by its name', () => {
  test.each([
    ['nothing', {}, undefined],
    ['bucket', { bucket: 'another' }, 'bucket'],
    ['credentials', { credentials: { accessKeyId: 'x', secretAccessKey: 'y' } }, 'credentials'],
  ])('%s', async (_, wrong, setting) => {
    expect((await s3Blobs({ ...settings, ...wrong }).fault())?.setting).toBe(setting);
  });

  test('a server that is away is no wrong setting, and is asked again', async () => {
    const store = s3Blobs(settings);
    const { id } = await store.put(Buffer.from('back again'), options);
    await s3.kill();
    await expect(store.fault()).rejects.toThrow(/ECONNREFUSED|connect/);
    await expect(store.put(Buffer.from('x'), options)).rejects.toThrow(/ECONNREFUSED|connect/);
    await s3.start();
    expect((await buffer((await store.get(id)).content)).toString()).toBe('back again');
  });
});
