import { readdir } from 'node:fs/promises';
import { readingsLog } from '@greenwatch/contracts';
import { defineService, encodeBatch, type Kit, type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestS3, type TestServers, testS3, testServers } from '@greenwatch/testkit';
import { type Static, Type } from '@sinclair/typebox';
import { ALWAYS } from '../src/access';
import { ColdMonths } from '../src/cold/cold-month.model';
import { coldStore } from '../src/cold/cold-store';
import { Freezer } from '../src/cold/freezer';
import { groupPackets } from '../src/group-packets';
import { Packer } from '../src/packed/packer';
import { PacketStore } from '../src/packet.model';
import { storageSettings } from '../src/storage-part';

const Settings = Type.Object(storageSettings);
const DAY = 86_400_000;
/** 2026-07-31T00:00+08:00 */
const T = Date.UTC(2026, 6, 30, 16);
const MUCH_LATER = T + 1_000 * DAY;
const { KIND_REALTIME } = readingsLog.Kind;

let servers: TestServers;
let s3: TestS3;
let running: RunningService;
let kit: Kit<Static<typeof Settings>>;

beforeAll(async () => {
  [servers, s3] = await Promise.all([testServers(), testS3()]);
  const service = defineService({
    name: 'readings',
    config: Settings,
    create(given) {
      kit = given;
      return {};
    },
  });
  running = await runService(service, serviceEnvironment(servers, 'readings', settings()));
}, 60_000);
afterAll(async () => {
  await running?.stop();
  await s3?.kill();
  await servers?.stop();
});

const settings = () => ({
  COLD_S3_ENDPOINT: s3.endpoint,
  COLD_S3_BUCKET: s3.bucket,
  COLD_S3_CREDENTIALS_FILE: s3.credentialsFile,
});
const objects = async () =>
  (await readdir(s3.folder, { recursive: true })).filter((file) => /[0-9a-f]{24}(\.json)?$/.test(file));

test('issue 5: months go cold into S3 and come back through the same query; late data lands in its file', async () => {
  const place = coldStore(kit.config, kit.blobs);
  await place.check(kit.log);
  const cold = new ColdMonths(kit.db, place.blobs);
  const store = new PacketStore(kit.db, cold);
  await store.prepare();
  await cold.prepare();
  const packer = new Packer(kit, store);
  const freezer = new Freezer(kit, store, cold, DAY);
  let sequence = 0;
  const send = (...times: number[]) => {
    const packet = (dataTime: number) => ({ mn: 'A/1', kind: KIND_REALTIME, dataTime, receivedAt: MUCH_LATER });
    const data = encodeBatch(
      times.map((at) => ({ ...packet(at), fields: `a-Rtd=${((at - T) / DAY).toFixed(2)}`, raw: Buffer.alloc(0) })),
    );
    return store.insert(groupPackets([{ partition: 0, sequence: ++sequence, data }]));
  };
  const read = async () => {
    const found: string[] = [];
    for await (const day of store.days('A/1', KIND_REALTIME, ALWAYS)) found.push(...day.map(({ fields }) => fields));
    return found;
  };

  await send(T, T + DAY, T + 40 * DAY);
  const before = await read();
  expect(before).toEqual(['a-Rtd=0.00', 'a-Rtd=1.00', 'a-Rtd=40.00']);
  await packer.packAll(MUCH_LATER);
  await freezer.freezeAll(MUCH_LATER);
  expect(await kit.db.collection('packed_days').countDocuments()).toBe(0);
  expect((await objects()).sort()).toEqual([
    expect.stringMatching(/^readings\/A\/1\/1\/202607\.parquet\/[0-9a-f]{24}$/),
    expect.stringMatching(/^readings\/A\/1\/1\/202607\.parquet\/[0-9a-f]{24}\.json$/),
    expect.stringMatching(/202608\.parquet/),
    expect.stringMatching(/202608\.parquet/),
    expect.stringMatching(/202609\.parquet/),
    expect.stringMatching(/202609\.parquet/),
  ]);
  expect(await kit.db.collection('blobs.files').countDocuments()).toBe(0);
  expect(await read()).toEqual(before);

  await send(T + DAY / 2);
  await packer.packAll(MUCH_LATER);
  await freezer.freezeAll(MUCH_LATER);
  expect(await objects()).toHaveLength(6);
  expect(await read()).toEqual(['a-Rtd=0.00', 'a-Rtd=0.50', 'a-Rtd=1.00', 'a-Rtd=40.00']);

  // Left behind by a kill between the file and its line.
  await place.blobs.put(Buffer.from('x'), { contentType: 'x', name: 'readings/A/1/1/202607.parquet' });
  expect(await cold.sweep(Date.now() + 2 * 3_600_000)).toBe(1);
  expect(await objects()).toHaveLength(6);
});

test.each([
  ['COLD_S3_BUCKET', { COLD_S3_BUCKET: 'another' }],
  ['COLD_S3_CREDENTIALS_FILE', { COLD_S3_CREDENTIALS_FILE: `${__filename}.none` }],
])('a wrong %s stops the start and is named', async (name, wrong) => {
  const opened = async () => {
    const place = coldStore({ ...kit.config, ...wrong }, kit.blobs);
    await place.check(kit.log);
  };
  await expect(opened()).rejects.toMatchObject({ name: 'ConfigError', message: expect.stringContaining(name) });
});

test('S3 is away: the start goes on, and what needs it fails with its cause', async () => {
  await s3.kill();
  const place = coldStore(kit.config, kit.blobs);
  await place.check(kit.log);
  await expect(place.blobs.put(Buffer.from('x'), { contentType: 'x' })).rejects.toThrow(/ECONNREFUSED|connect/);
});
