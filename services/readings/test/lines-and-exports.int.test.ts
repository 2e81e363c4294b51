import { gunzipSync } from 'node:zlib';
import { readingsGrpc, readingsLog, registryFacts } from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  connectClient,
  encodeBatch,
  grpcMetadata,
  isoTime,
  partitionOf,
  READINGS,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import { credentials } from '@grpc/grpc-js';
import { MongoClient } from 'mongodb';
import { readingsService } from '../src/readings.service';

const T = Date.UTC(2026, 7, 14, 2);
const MINUTE = 60_000;
const DAY = 86_400_000;
const { KIND_REALTIME, KIND_HOUR } = readingsLog.Kind;
const TONGXIANG = ['330000', '330400', '330483'];

let servers: TestServers;
let readings: RunningService;
let gateway: Client;
let registry: Client;
let mongo: MongoClient;

const environment = (more: Record<string, string> = {}) =>
  serviceEnvironment(servers, 'readings', {
    ...{ PACK_EVERY_SECONDS: '1', PACK_AFTER_HOURS: '1', EXPORT_PART_MOMENTS: '4000' },
    ...more,
  });
const client = (issuer: string) => connectClient({ ...asIssuer(servers, issuer), services: ['readings'] });

beforeAll(async () => {
  servers = await testServers();
  readings = await runService(readingsService, environment());
  gateway = await client('gateway');
  registry = await client('registry');
  mongo = await new MongoClient(servers.mongoUri).connect();
}, 60_000);
afterAll(async () => {
  await Promise.all([gateway?.close(), registry?.close(), mongo?.close()]);
  await readings?.stop();
  await servers?.stop();
}, 30_000);

const user = (division: string, over: Partial<Caller> = {}): Caller => ({
  ...{ kind: 'user', id: `u-${division}`, name: 'somebody', roles: ['supervisor'], division, scopes: [] },
  ...over,
});
const provincial = user('330000');
const tongxiang = user('330483');
const jiaojiang = user('331002');

type Sent = [at: number, fields: string];
async function send(mn: string, kind: readingsLog.Kind, sent: Sent[], receivedAt = T + 30 * DAY): Promise<void> {
  const packets = sent.map(([dataTime, fields]) => ({ mn, kind, dataTime, receivedAt, fields, raw: Buffer.alloc(0) }));
  await gateway.nats.js.publish(`readings.${partitionOf(mn, 16)}`, encodeBatch(packets));
  await until(async () => {
    for await (const { num_pending, num_ack_pending } of gateway.nats.jsm.consumers.list(READINGS)) {
      if (num_pending + num_ack_pending > 0) return false;
    }
    return true;
  }, 20_000);
}
const left = () => mongo.db(`${servers.database}_readings`).collection('packets').countDocuments();
const packed = () => until(async () => (await left()) === 0, 20_000);

async function bind(mn: string, outletId: string): Promise<void> {
  const binding = { outletId, enterpriseId: 'e1', medium: 'gas', divisionPath: TONGXIANG, from: 0, to: 0 };
  const data = { ...registryFacts.DeviceChanged.decode(new Uint8Array()), mn, bindings: [binding] };
  await tellFact(registry, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, data);
  await factsHandled(gateway, 'readings');
}

describe('issue 5: lines', () => {
  beforeAll(async () => {
    await bind('D1', 'o1');
    await bind('D2', 'o2');
    await send('D1', KIND_REALTIME, [
      [T, 'a-Rtd=1.5,a-Flag=N;b-Rtd=10'],
      [T + MINUTE, 'a-Rtd=2.5,a-Flag=D;b-Rtd=11'],
    ]);
    await send('D2', KIND_REALTIME, [[T + MINUTE, 'a-Rtd=3.5']]);
    const wave = Array.from(
      { length: 1_440 },
      (_, i): Sent => [T + DAY + i * MINUTE, `a-Rtd=${i === 700 ? 99 : i % 7}`],
    );
    await send('D1', KIND_REALTIME, wave);
    await packed();
  }, 60_000);

  const span = { from: isoTime(T), to: isoTime(T + 10 * MINUTE) };

  test('several outlets and factors on one axis of time', async () => {
    const asked = { outletId: ['o1', 'o2'], kind: 'realtime', factor: ['a', 'b'], ...span } as const;
    expect(
      await gateway.call(
        'readings.line.list',
        { ...asked, outletId: [...asked.outletId], factor: [...asked.factor] },
        { as: tongxiang },
      ),
    ).toEqual({
      kind: 'realtime',
      times: [isoTime(T), isoTime(T + MINUTE)],
      sampled: false,
      lines: [
        { outletId: 'o1', factor: 'a', field: 'Rtd', values: [1.5, 2.5], flags: ['N', 'D'], stored: 2 },
        { outletId: 'o1', factor: 'b', field: 'Rtd', values: [10, 11], flags: [null, null], stored: 2 },
        { outletId: 'o2', factor: 'a', field: 'Rtd', values: [null, 3.5], flags: [null, null], stored: 1 },
        { outletId: 'o2', factor: 'b', field: 'Rtd', values: [null, null], flags: [null, null], stored: 0 },
      ],
    });
  });

  test.each(['lttb', 'minmax'] as const)(
    'thinned out by %s: no more than asked for, and the peak stays',
    async (method) => {
      const asked = {
        mn: ['D1'],
        kind: 'realtime' as const,
        factor: ['a'],
        from: isoTime(T + DAY),
        to: isoTime(T + 2 * DAY),
      };
      const { times, lines, sampled } = await gateway.call(
        'readings.line.list',
        { ...asked, points: 50, method },
        { as: provincial },
      );
      expect(sampled).toBe(true);
      expect(times.length).toBeLessThanOrEqual(50);
      expect(lines[0]).toMatchObject({ stored: 1_440 });
      expect(lines[0]?.values).toContain(99);
    },
  );

  test('in numbers', async () => {
    const [a] = await gateway.call(
      'readings.line.statistics',
      { mn: ['D1'], kind: 'realtime', factor: ['a'], ...span },
      { as: provincial },
    );
    expect(a).toEqual({
      ...{ mn: 'D1', factor: 'a', field: 'Rtd', count: 2, mean: 2, median: 2, p95: 2.5 },
      deviation: expect.closeTo(Math.SQRT1_2, 9),
      min: { value: 1.5, at: isoTime(T) },
      max: { value: 2.5, at: isoTime(T + MINUTE) },
      flags: { N: 1, D: 1 },
    });
  });

  test('outside the scope there is no such outlet; a wrong question is told by its field', async () => {
    const asked = { kind: 'realtime' as const, factor: ['a'], ...span };
    const line = (more: { outletId?: string[]; mn?: string[]; to?: string }, as = tongxiang) =>
      gateway.call('readings.line.list', { ...asked, ...more }, { as });
    await expect(line({ outletId: ['o1'] }, jiaojiang)).rejects.toMatchObject({ status: 404 });
    await expect(line({ mn: ['D1'] }, jiaojiang)).rejects.toMatchObject({ status: 404 });
    await expect(line({})).rejects.toMatchObject({ status: 422, detail: { errors: [{ field: 'outletId' }] } });
    await expect(line({ mn: ['D1'], to: span.from })).rejects.toMatchObject({ detail: { errors: [{ field: 'to' }] } });
  });

  test('where the readings lie is told to the province', async () => {
    await expect(gateway.call('readings.storage.get', {}, { as: tongxiang })).rejects.toMatchObject({ status: 403 });
    const state = await gateway.call('readings.storage.get', {}, { as: provincial });
    expect(state.places.map(({ place, documents }) => [place, documents])).toEqual([
      ['recent', 0],
      ['packed', 4],
      ['cold', 0],
    ]);
    expect(state.retention).toContainEqual({ kind: 'hour' });
  });
});

describe('issue 5: large exports are jobs with progress and a link', () => {
  const finished = (id: string, as = provincial) =>
    until(async () => {
      const job = await gateway.call('readings.export.get', { id }, { as });
      return job.state === 'done' || job.state === 'failed' ? job : undefined;
    }, 30_000);

  async function file(id: string, as: Caller = provincial): Promise<string> {
    const grpc = new readingsGrpc.ReadingsServiceClient(`127.0.0.1:${readings.grpcPort}`, credentials.createInsecure());
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of grpc.readExport({ id }, await grpcMetadata(gateway.identity, as))) {
        chunks.push(Buffer.from((chunk as readingsGrpc.FileChunk).content));
      }
      return gunzipSync(Buffer.concat(chunks)).toString();
    } finally {
      grpc.close();
    }
  }

  const COUNT = 9_000;
  beforeAll(async () => {
    for (let from = 0; from < COUNT; from += 3_000) {
      await send(
        'X1',
        KIND_REALTIME,
        Array.from({ length: 3_000 }, (_, i): Sent => [T + (from + i) * 1_000, `a-Rtd=${from + i}`]),
      );
    }
    await send('X2', KIND_HOUR, [[T, 'a-Avg=1']]);
  }, 60_000);

  test('every moment once, in order, over the parts of the file', async () => {
    const started = await gateway.call('readings.export.start', { mns: ['X2', 'X1'] }, { as: provincial });
    expect(started).toMatchObject({ state: 'waiting', devices: 2, devicesDone: 0, moments: 0 });
    const job = await finished(started.id);
    const link = `/api/v1/readings/exports/${started.id}/file`;
    expect(job).toMatchObject({ state: 'done', devicesDone: 2, moments: COUNT + 1, link });
    const lines = (await file(started.id))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ mn, values }) => `${mn} ${values.a.Rtd ?? values.a.Avg}`)).toEqual([
      ...Array.from({ length: COUNT }, (_, i) => `X1 ${i}`),
      'X2 1',
    ]);
    const { items } = await gateway.call('readings.export.list', {}, { as: provincial });
    expect(items.map(({ id }) => id)).toContain(started.id);
  }, 60_000);

  test('as CSV, its header once', async () => {
    const { id } = await gateway.call(
      'readings.export.start',
      { mns: ['D1'], format: 'csv', to: isoTime(T + DAY) },
      { as: tongxiang },
    );
    await finished(id, tongxiang);
    expect((await file(id, tongxiang)).split('\n')).toEqual([
      'mn,kind,dataTime,receivedAt,values,revisions',
      expect.stringMatching(/^D1,realtime,2026-08-14T10:00:00/),
      expect.stringMatching(/^D1,realtime,2026-08-14T10:01:00/),
      '',
    ]);
  });

  test('is its own asker’s; out of scope nothing starts; a cancelled one is gone', async () => {
    const { id } = await gateway.call('readings.export.start', { mns: ['D1'] }, { as: tongxiang });
    await expect(gateway.call('readings.export.get', { id }, { as: provincial })).rejects.toMatchObject({
      status: 404,
    });
    await expect(file(id, provincial)).rejects.toMatchObject({ code: 5 });
    await expect(gateway.call('readings.export.start', { mns: ['D1'] }, { as: jiaojiang })).rejects.toMatchObject({
      status: 404,
    });
    await finished(id, tongxiang);
    expect(await gateway.call('readings.export.cancel', { id }, { as: tongxiang })).toMatchObject({
      state: 'cancelled',
    });
    await until(async () => {
      const gone = await gateway.call('readings.export.get', { id }, { as: tongxiang }).catch(({ status }) => status);
      return gone === 404;
    }, 10_000);
  });

  test('stopped in the middle, another instance goes on: every moment once', async () => {
    const { id } = await gateway.call('readings.export.start', { mns: ['X1'] }, { as: provincial });
    await until(async () => (await gateway.call('readings.export.get', { id }, { as: provincial })).bytes > 0, 20_000);
    await readings.stop();
    const jobs = mongo
      .db(`${servers.database}_readings`)
      .collection<{ _id: string; until: number; state: string }>('export_jobs');
    // What a killed one leaves behind: held by an instance that gives no more sign of life.
    await jobs.updateOne({ _id: id, state: 'running' }, { $set: { until: 0 } });
    readings = await runService(readingsService, environment({ INSTANCE: 'another' }));
    await until(
      () =>
        gateway.call('readings.export.get', { id }, { as: provincial }).then(
          () => true,
          () => false,
        ),
      20_000,
    );
    expect(await finished(id)).toMatchObject({ state: 'done', moments: COUNT });
    const lines = (await file(id)).trimEnd().split('\n');
    expect(lines.map((line) => Number(JSON.parse(line).values.a.Rtd))).toEqual(
      Array.from({ length: COUNT }, (_, i) => i),
    );
  }, 60_000);
});
