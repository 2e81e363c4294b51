import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type TestServers, testServers } from '@greenwatch/testkit';
import type { Connection } from 'mongoose';
import { type BlobStore, connectMongo, folderBlobs } from '../src';
import { gridFsBlobs } from '../src/blobs';

let servers: TestServers;
let db: Connection;
let folder: string;

beforeAll(async () => {
  servers = await testServers();
  db = await connectMongo(servers.mongoUri, servers.database, 'test');
  folder = await mkdtemp(path.join(tmpdir(), 'greenwatch-blobs-'));
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await db?.close();
  await servers?.stop();
});

const stores: [string, () => BlobStore][] = [
  ['GridFS', () => gridFsBlobs(db)],
  ['a folder', () => folderBlobs(folder)],
];
const options = { contentType: 'text/plain', name: 'cold/a' };

describe.each(stores)('design.md 5, blobs in %s', (_name, storeOf) => {
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

  test.each(['no-id', '../../etc/passwd', '0123456789abcdef01234567'])('there is no %s', async (id) => {
    await expect(storeOf().get(id)).rejects.toMatchObject({ status: 404 });
  });
});

test('a file that was changed is refused when it is read to its end', async () => {
  const store = folderBlobs(folder);
  const { id } = await store.put(Buffer.from('what was put'), options);
  const place = (await readdir(folder, { recursive: true })).find((file) => file.endsWith(id)) ?? '';
  await writeFile(path.join(folder, place), 'what was not');
  const { content } = await store.get(id);
  await expect(buffer(content)).rejects.toThrow('hash or length differs');
});
