// A process that stores a blob which never ends, to be killed: node put-and-hang.js <gridfs|folder|s3> <JSON>
const { Readable } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');
const { connectMongo, folderBlobs, s3Blobs } = require('../dist');
const { gridFsBlobs } = require('../dist/blobs');

const MEGABYTE = 1024 * 1024;
const [, , kind, json] = process.argv;
const given = JSON.parse(json);

async function* halfOfIt() {
  for (let i = 0; i < 12; i++) yield Buffer.alloc(MEGABYTE, i);
  process.stdout.write('half\n');
  await sleep(600_000);
  yield Buffer.alloc(MEGABYTE);
}

async function main() {
  const stores = {
    gridfs: async () => gridFsBlobs(await connectMongo(given.uri, given.database, 'test')),
    folder: async () => folderBlobs(given.folder),
    s3: async () => s3Blobs(given),
  };
  const store = await stores[kind]();
  await store.put(Readable.from(halfOfIt()), { contentType: 'x', name: 'killed/d' });
}
void main();
