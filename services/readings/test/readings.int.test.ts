import { type Actions, fact, type Params, readingsGrpc, readingsLog, registryFacts } from '@greenwatch/contracts';
import {
  type Caller,
  type Client,
  connectClient,
  encodeBatch,
  grpcMetadata,
  isoTime,
  type LogPacket,
  partitionOf,
  READINGS,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, startTestProcess, type TestServers, testServers } from '@greenwatch/testkit';
import { credentials, Metadata } from '@grpc/grpc-js';
import Redis from 'ioredis';
import { MongoClient } from 'mongodb';
import { readingsService } from '../src/readings.service';

const T = Date.UTC(2026, 7, 14, 2);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { KIND_REALTIME, KIND_HOUR } = readingsLog.Kind;
const PATHS = { tongxiang: ['330000', '330400', '330483'], jiaojiang: ['330000', '331000', '331002'] };

let servers: TestServers;
let readings: RunningService;
let gateway: Client;
let mongo: MongoClient;
let valkey: Redis;

beforeAll(async () => {
  servers = await testServers();
  readings = await runService(readingsService, environmentOf());
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['readings'] });
  mongo = await new MongoClient(servers.mongoUri).connect();
  valkey = new Redis(servers.valkeyUrl);
}, 60_000);
afterAll(async () => {
  valkey?.disconnect();
  await Promise.all([gateway?.close(), mongo?.close()]);
  await readings?.stop();
  await servers?.stop();
}, 30_000);

/** Days stay as they came: how they are packed is storage.int.test.ts's. */
function environmentOf(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return serviceEnvironment(servers, 'readings', { PACK_AFTER_HOURS: '1000000', ...more });
}

/** Starts it again as another process would: under a name of its own. */
let starts = 0;
async function startAgain(): Promise<void> {
  readings = await runService(readingsService, environmentOf({ INSTANCE: `again-${starts++}` }));
  await eventually(async () => {
    return latest([]).then(
      () => true,
      (error) => error.status !== 503,
    );
  });
}

const user = (division: string, over: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `u-${division}`,
  name: 'somebody',
  roles: ['supervisor'],
  division,
  scopes: [],
  ...over,
});
const provincial = user('330000');
const tongxiang = user('330483');
const jiaojiang = user('331002');

let received = 0;
const packet = (mn: string, dataTime: number, fields: string, kind = KIND_REALTIME): LogPacket => ({
  mn,
  kind,
  dataTime,
  // A millisecond later than the one before: the order of reception is that of the test.
  receivedAt: T + 24 * HOUR + received++,
  fields,
  raw: Buffer.from('raw'),
});

/** Into the log, one message a device, and waits until readings has acknowledged everything. */
async function send(...packets: LogPacket[]): Promise<void> {
  for (const mn of new Set(packets.map((p) => p.mn))) {
    await gateway.nats.js.publish(`readings.${partitionOf(mn, 16)}`, encodeBatch(packets.filter((p) => p.mn === mn)));
  }
  await consumed();
}
async function consumed(): Promise<void> {
  await eventually(async () => {
    for await (const { num_pending, num_ack_pending } of gateway.nats.jsm.consumers.list(READINGS)) {
      if (num_pending + num_ack_pending > 0) return false;
    }
    return true;
  });
}
async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('did not happen within 20 s');
}

let sequence = 0;
type Bound = [outletId: string, enterpriseId: string, divisionPath: string[], from: number, to: number];
async function register(mn: string, ...bindings: Bound[]): Promise<void> {
  const data: registryFacts.DeviceChanged = registryFacts.DeviceChanged.decode(new Uint8Array());
  data.mn = mn;
  data.bindings = bindings.map(([outletId, enterpriseId, divisionPath, from, to]) => ({
    outletId,
    enterpriseId,
    medium: 'gas',
    divisionPath,
    from,
    to,
  }));
  await tell('device', mn, 'DeviceChanged', registryFacts.DeviceChanged.encode(data).finish(), []);
  await eventually(async () => {
    const stored = await database()
      .collection('devices')
      .findOne({ _id: mn as never });
    return stored?.sequence === sequence;
  });
}
async function tell(entity: string, id: string, type: string, data: Uint8Array, divisionPath: string[]): Promise<void> {
  sequence++;
  const envelope: fact.Envelope = {
    id: `test-${sequence}`,
    type: `greenwatch.registry.v1.${type}`,
    entity: id,
    sequence,
    occurredAt: T,
    recordedAt: T,
    producer: 'registry',
    divisionPath,
    enterpriseId: '',
    traceParent: '',
    data,
  };
  await gateway.nats.js.publish(`facts.registry.${entity}.changed`, fact.Envelope.encode(envelope).finish());
}
const database = () => mongo.db(`${servers.database}_readings`);

const list = (params: Params<Actions['readings.moment.list']>, as: Caller = provincial) =>
  gateway.call('readings.moment.list', params, { as });
const latest = (mns: string[], as: Caller = provincial) => gateway.call('readings.latest.list', { mns }, { as });
const outletList = (params: Params<Actions['readings.outlet.list']>, as: Caller = provincial) =>
  gateway.call('readings.outlet.list', params, { as });
const rtd = (moment: { values: Record<string, Record<string, string>> } | undefined, factor = 'a') =>
  moment?.values[factor]?.Rtd;

async function exported(
  request: Partial<readingsGrpc.ExportRequest>,
  as: Caller = provincial,
  pauseMs = 0,
): Promise<readingsGrpc.Moment[]> {
  const client = new readingsGrpc.ReadingsServiceClient(`127.0.0.1:${readings.grpcPort}`, credentials.createInsecure());
  try {
    const full = { mns: [], kinds: [], from: 0, to: 0, ...request };
    const moments: readingsGrpc.Moment[] = [];
    for await (const chunk of client.export(full, await grpcMetadata(gateway.identity, as))) {
      moments.push(...(chunk as readingsGrpc.Moments).moments);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return moments;
  } finally {
    client.close();
  }
}

describe('design.md 4, readings', () => {
  test('packets of one moment merge; another value is a revision; the same again changes nothing', async () => {
    await send(packet('M1', T, 'a-Rtd=1.0,a-Flag=N'), packet('M1', T, 'b-Rtd=2'));
    const revised = packet('M1', T, 'a-Rtd=1.5,a-Flag=N');
    await send(revised);
    await send(packet('M1', T, 'a-Rtd=1.5,a-Flag=N;b-Rtd=2'));
    expect(await list({ mn: 'M1', kind: 'realtime' })).toEqual({
      items: [
        {
          mn: 'M1',
          kind: 'realtime',
          dataTime: '2026-08-14T10:00:00.000+08:00',
          receivedAt: isoTime(revised.receivedAt),
          values: { a: { Rtd: '1.5', Flag: 'N' }, b: { Rtd: '2' } },
          revisions: 1,
        },
      ],
    });
  });

  test('what is delivered again after a lost ack counts once, however it is grouped then', async () => {
    await send(packet('R1', T, 'a-Rtd=1'), packet('R1', T, 'a-Rtd=2'), packet('R1', T + MINUTE, 'a-Rtd=3'));
    await readings.stop();
    for await (const { name } of gateway.nats.jsm.consumers.list(READINGS)) {
      await gateway.nats.jsm.consumers.delete(READINGS, name);
    }
    await startAgain();
    await consumed();
    const { items } = await list({ mn: 'R1', kind: 'realtime' });
    expect(items.map((moment) => [rtd(moment), moment.revisions])).toEqual([
      ['2', 1],
      ['3', 0],
    ]);
  });

  test('pages by key: every moment once, in order, with late data in its place', async () => {
    const minutes = Array.from({ length: 25 }, (_, i) => i);
    await send(...minutes.filter((i) => i % 2 === 0).map((i) => packet('P1', T + i * HOUR, `a-Rtd=${i}`)));
    await send(...minutes.filter((i) => i % 2 === 1).map((i) => packet('P1', T + i * HOUR, `a-Rtd=${i}`)));
    const seen: (string | undefined)[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await list({ mn: 'P1', kind: 'realtime', limit: 5, ...(after ? { after } : {}) });
      seen.push(...page.items.map((moment) => rtd(moment)));
      after = page.next;
      pages++;
    } while (after);
    expect([pages, seen]).toEqual([5, minutes.map(String)]);
    const part = await list({
      mn: 'P1',
      kind: 'realtime',
      from: isoTime(T + 3 * HOUR),
      to: isoTime(T + 5 * HOUR),
    });
    expect(part.items.map((moment) => rtd(moment))).toEqual(['3', '4']);
    expect((await list({ mn: 'P1', kind: 'hour' })).items).toEqual([]);
    await expect(list({ mn: 'P1', kind: 'realtime', after: 'nonsense' })).rejects.toMatchObject({ status: 422 });
    await expect(list({ mn: 'P1', kind: 'realtime', from: isoTime(T), to: isoTime(T) })).rejects.toThrow(
      'to must be later than from',
    );
  });
});

describe('design.md 4, latest moments', () => {
  test('move forward in data time only, and take in what belongs to the same moment', async () => {
    await send(packet('L1', T, 'a-Rtd=1'), packet('L1', T, 'h-Avg=7', KIND_HOUR));
    expect((await latest(['L1'])).map(({ kind, dataTime }) => [kind, dataTime])).toEqual([
      ['realtime', isoTime(T)],
      ['hour', isoTime(T)],
    ]);
    await send(packet('L1', T + MINUTE, 'a-Rtd=2'));
    await send(packet('L1', T - HOUR, 'a-Rtd=0'), packet('L1', T + MINUTE, 'b-Rtd=3'));
    await send(packet('L1', T + MINUTE, 'a-Rtd=4'));
    const [moment] = await latest(['L1']);
    expect(moment).toMatchObject({ dataTime: isoTime(T + MINUTE), revisions: 1 });
    expect(moment?.values).toEqual({ a: { Rtd: '4' }, b: { Rtd: '3' } });
  });

  test('are rebuilt after Valkey lost everything, also when a back-fill comes first', async () => {
    await send(packet('L2', T, 'a-Rtd=1'), packet('L2', T + MINUTE, 'a-Rtd=2'));
    await valkey.flushdb();
    await send(packet('L2', T - 24 * HOUR, 'a-Rtd=0'));
    expect((await latest(['L2'])).map((moment) => rtd(moment))).toEqual(['2']);
    // The entry is complete now: it answers without MongoDB and moves on.
    await send(packet('L2', T + 2 * MINUTE, 'a-Rtd=3'));
    await database()
      .collection('packets')
      .deleteMany({ _id: /^L2 / as never });
    expect((await latest(['L2'])).map((moment) => rtd(moment))).toEqual(['3']);
  });

  test('a device that sent nothing has none, and many packets of one moment stay bounded', async () => {
    expect(await latest(['L3'])).toEqual([]);
    const value = 'x'.repeat(1_000);
    for (let i = 0; i < 4; i++) {
      await send(...Array.from({ length: 30 }, (_, j) => packet('L3', T, `a-Rtd=${i}.${j},a-Info=${value}`)));
    }
    const [moment] = await latest(['L3']);
    expect([rtd(moment), moment?.revisions]).toEqual(['3.29', 119]);
    const keys = await valkey.keys('readings:latest:*:L3');
    expect(await valkey.hstrlen(keys[0] ?? '', '1')).toBeLessThanOrEqual(64 * 1024);
  });
});

describe('design.md 4 and 6, seen through the binding', () => {
  beforeAll(async () => {
    await register('S1', ['o1', 'e1', PATHS.tongxiang, 0, T + 2 * MINUTE]);
    await register(
      'S2',
      ['o1', 'e1', PATHS.tongxiang, T + 2 * MINUTE, T + 4 * MINUTE],
      ['o2', 'e2', PATHS.jiaojiang, T + 4 * MINUTE, 0],
    );
    for (const mn of ['S1', 'S2', 'S9']) {
      await send(...[0, 1, 2, 3, 4, 5].map((i) => packet(mn, T + i * MINUTE, `a-Rtd=${mn}.${i}`)));
    }
  });

  const values = async (mn: string, as: Caller) =>
    (await list({ mn, kind: 'realtime' }, as)).items.map((moment) => rtd(moment));

  test('each sees a moved logger in its own time', async () => {
    expect(await values('S2', tongxiang)).toEqual(['S2.2', 'S2.3']);
    expect(await values('S2', jiaojiang)).toEqual(['S2.4', 'S2.5']);
    expect(await values('S2', provincial)).toHaveLength(6);
    expect(await values('S2', user('331002', { enterpriseId: 'e2', roles: ['principal'] }))).toEqual(['S2.4', 'S2.5']);
  });

  test('outside the scope there is no such device or outlet; unregistered devices are the province’s', async () => {
    const refused = { status: 404, reason: 'NOT_FOUND' };
    await expect(list({ mn: 'S1', kind: 'realtime' }, jiaojiang)).rejects.toMatchObject(refused);
    await expect(list({ mn: 'S9', kind: 'realtime' }, jiaojiang)).rejects.toMatchObject(refused);
    await expect(outletList({ outletId: 'o1', kind: 'realtime' }, jiaojiang)).rejects.toMatchObject(refused);
    await expect(outletList({ outletId: 'none', kind: 'realtime' })).rejects.toMatchObject(refused);
    expect(await values('S9', provincial)).toHaveLength(6);
    expect((await latest(['S1', 'S2', 'S9'], jiaojiang)).map((moment) => rtd(moment))).toEqual(['S2.5']);
    expect(await latest(['S2'], tongxiang)).toEqual([]);
  });

  test('an outlet’s readings go on across a replaced logger, paged', async () => {
    const seen: (string | undefined)[] = [];
    let after: string | undefined;
    do {
      const page = await outletList(
        { outletId: 'o1', kind: 'realtime', limit: 3, ...(after ? { after } : {}) },
        tongxiang,
      );
      seen.push(...page.items.map((moment) => rtd(moment)));
      after = page.next;
    } while (after);
    expect(seen).toEqual(['S1.0', 'S1.1', 'S2.2', 'S2.3']);
  });

  test('what a value was before its corrections, and when each came; in the own scope alone', async () => {
    await register('S5', ['o6', 'e1', PATHS.tongxiang, 0, 0]);
    const first = packet('S5', T, 'a-Rtd=1.0,a-Flag=N;b-Rtd=9');
    const second = { ...packet('S5', T, 'a-Rtd=1.5,a-Flag=N'), receivedAt: first.receivedAt + MINUTE };
    await send(first);
    await send(second);
    const revisions = (at: number, as: Caller = tongxiang) =>
      gateway.call('readings.outlet.revisions', { outletId: 'o6', kind: 'realtime', at: isoTime(at) }, { as });
    expect(await revisions(T)).toEqual([
      {
        ...{ mn: 'S5', dataTime: isoTime(T), factor: 'a' },
        values: [
          { receivedAt: isoTime(first.receivedAt), fields: { Rtd: '1.0', Flag: 'N' } },
          { receivedAt: isoTime(second.receivedAt), fields: { Rtd: '1.5', Flag: 'N' } },
        ],
      },
    ]);
    expect(await revisions(T + 1)).toEqual([]);
    await expect(revisions(T, jiaojiang)).rejects.toMatchObject({ status: 404 });
  });

  test('two loggers at one outlet at a time: both, by data time, each moment once over the pages', async () => {
    await register('S3', ['o3', 'e1', PATHS.tongxiang, 0, 0]);
    await register('S4', ['o3', 'e1', PATHS.tongxiang, 0, 0]);
    for (const mn of ['S3', 'S4']) await send(...[0, 1].map((i) => packet(mn, T + i * MINUTE, `a-Rtd=${mn}.${i}`)));
    const first = await outletList({ outletId: 'o3', kind: 'realtime', limit: 3 });
    const second = await outletList({ outletId: 'o3', kind: 'realtime', limit: 3, after: first.next });
    expect([...first.items, ...second.items].map((moment) => rtd(moment))).toEqual(['S3.0', 'S4.0', 'S3.1', 'S4.1']);
    expect(second.next).toBeUndefined();
  });

  test('an outlet without a device is empty for its county and unknown to others', async () => {
    const outlet = {
      id: 'o5',
      enterpriseId: 'e1',
      code: 'DA005',
      name: 'o5',
      medium: 'gas',
      lon: 0,
      lat: 0,
      factors: [],
    };
    const data = registryFacts.OutletChanged.encode(outlet).finish();
    await tell('outlet', 'o5', 'OutletChanged', data, PATHS.tongxiang);
    await eventually(
      async () =>
        (await database()
          .collection('outlets')
          .countDocuments({ _id: 'o5' as never })) === 1,
    );
    expect(await outletList({ outletId: 'o5', kind: 'realtime' }, tongxiang)).toEqual({ items: [] });
    await expect(outletList({ outletId: 'o5', kind: 'realtime' }, jiaojiang)).rejects.toMatchObject({ status: 404 });
  });
});

describe('export by gRPC', () => {
  test('everything in scope in the order device, kind, data time', async () => {
    await send(packet('S2', T + 5 * MINUTE, 'h-Avg=1', KIND_HOUR));
    const moments = await exported({}, jiaojiang);
    expect(moments.map(({ mn, kind, dataTime }) => [mn, kind, dataTime])).toEqual([
      ['S2', KIND_REALTIME, T + 4 * MINUTE],
      ['S2', KIND_REALTIME, T + 5 * MINUTE],
      ['S2', KIND_HOUR, T + 5 * MINUTE],
    ]);
    expect(moments[0]?.factors).toEqual([{ code: 'a', fields: [{ name: 'Rtd', value: 'S2.4' }] }]);
    const chosen = await exported({ mns: ['S2', 'S1'], kinds: [KIND_REALTIME], from: T + MINUTE, to: T + 3 * MINUTE });
    expect(chosen.map(({ mn, dataTime }) => [mn, dataTime])).toEqual([
      ['S1', T + MINUTE],
      ['S1', T + 2 * MINUTE],
      ['S2', T + MINUTE],
      ['S2', T + 2 * MINUTE],
    ]);
    const devices = new Set((await exported({})).map(({ mn }) => mn));
    expect([...devices]).toEqual([...devices].sort());
    expect(devices).toContain('S9');
  });

  test('is refused to nobody in particular, for devices out of scope and for wrong requests', async () => {
    await expect(exported({ mns: ['S1'] }, jiaojiang)).rejects.toMatchObject({ code: 5 });
    await expect(exported({ from: 5, to: 5 })).rejects.toMatchObject({ code: 3 });
    await expect(exported({ kinds: [7 as readingsLog.Kind] })).rejects.toMatchObject({ code: 3 });
    const client = new readingsGrpc.ReadingsServiceClient(
      `127.0.0.1:${readings.grpcPort}`,
      credentials.createInsecure(),
    );
    const answers = client.export({ mns: [], kinds: [], from: 0, to: 0 }, new Metadata());
    await expect(answers[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 16 });
    client.close();
  });

  test('has no row limit and loses nothing to a slow receiver', async () => {
    const count = 20_000;
    for (let from = 0; from < count; from += 2_000) {
      await send(...Array.from({ length: 2_000 }, (_, i) => packet('X1', T + (from + i) * 1_000, `a-Rtd=${from + i}`)));
    }
    const moments = await exported({ mns: ['X1'] }, provincial, 10);
    expect(moments.map(({ factors }) => Number(factors[0]?.fields[0]?.value))).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
  });
});

test('issue 3, kill -9: every packet of the log is in the export exactly once afterwards', async () => {
  await readings.stop();
  const ports = { HEALTH_PORT: '0', GRPC_PORT: '0' };
  const environment = { ...environmentOf(ports) } as Record<string, string>;
  const victim = await startTestProcess({ script: 'services/readings/dist/main.js', environment });
  const mns = Array.from({ length: 20 }, (_, i) => `K${String(i).padStart(2, '0')}`);
  let sent = 0;
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 40; i++, sent++) {
      const time = T + sent * 1_000;
      await Promise.all(
        mns.map((mn) =>
          gateway.nats.js.publish(`readings.${partitionOf(mn, 16)}`, encodeBatch([packet(mn, time, `a-Rtd=${sent}`)])),
        ),
      );
    }
    if (round < 3) {
      await victim.kill();
      await victim.start();
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  await consumed();
  await victim.stop();
  await startAgain();
  const moments = await exported({ mns });
  expect(moments.map(({ mn, factors, revisions }) => `${mn} ${factors[0]?.fields[0]?.value} ${revisions}`)).toEqual(
    mns.flatMap((mn) => Array.from({ length: sent }, (_, i) => `${mn} ${i} 0`)),
  );
}, 90_000);
