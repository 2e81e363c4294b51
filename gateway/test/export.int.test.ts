import { request } from 'node:http';
import { readingsGrpc } from '@greenwatch/contracts';
import { type Caller, GrpcServer, grpcCaller, type Identity, loadIdentity, Metrics } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js';
import { eventually, type RunningGateway, runningGateway, type Visitor } from './running-gateway';

type ExportCall = ServerWritableStream<readingsGrpc.ExportRequest, readingsGrpc.Moments>;

let servers: TestServers;
let gateway: RunningGateway;
let visitor: Visitor;
let readings: GrpcServer;
let identity: Identity;
/** What the readings service does with the next export: the real ones fail only by accident. */
let answer: (call: ExportCall, caller: Caller) => Promise<void> | void;

const HOUR = 3_600_000;
const moment = (n: number): readingsGrpc.Moment => ({
  mn: 'MN1',
  kind: 3,
  dataTime: n * HOUR,
  receivedAt: n * HOUR + 5_000,
  factors: [{ code: 'a21026', fields: [{ name: 'Avg', value: `${n}.50` }] }],
  revisions: 0,
});
const chunk = (from: number, size: number) => ({
  moments: Array.from({ length: size }, (_, i) => moment(from + i)),
});
const drained = (call: ExportCall) => new Promise<void>((resolve) => call.once('drain', resolve));

beforeAll(async () => {
  servers = await testServers();
  const { IDENTITY_PRIVATE_KEY_FILE: mine = '', IDENTITY_PUBLIC_KEYS_FILE: all = '' } = serviceEnvironment(
    servers,
    'readings',
  );
  identity = await loadIdentity('readings', '330000', mine, all);
  readings = new GrpcServer(new Metrics());
  readings.addService(readingsGrpc.ReadingsServiceService, {
    export: async (call: ExportCall) => answer(call, await grpcCaller(identity, call.metadata)),
  });
  const port = await new Promise<number>((resolve, reject) =>
    readings.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  gateway = await runningGateway(servers, { READINGS_GRPC: `127.0.0.1:${port}` });
  visitor = await gateway.as({ roles: ['officer'], division: '330483', personId: 'p1' });
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  readings?.forceShutdown();
  await servers?.stop();
}, 30_000);

const url = '/api/v1/readings/export';

test('asks in the name of who asks, for what was asked, and streams NDJSON', async () => {
  let asked: { request: readingsGrpc.ExportRequest; caller: Caller } | undefined;
  answer = (call, caller) => {
    asked = { request: call.request, caller };
    call.write(chunk(1, 2));
    call.end();
  };
  const {
    status: code,
    type,
    text,
  } = await visitor.get(
    `${url}?mn=MN1&mn=MN2&kind=hour&from=2026-03-01T00:00:00%2B08:00&to=2026-03-02T00:00:00%2B08:00`,
  );
  expect([code, type]).toEqual([200, 'application/x-ndjson']);
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    expect.objectContaining({ mn: 'MN1', kind: 'hour', values: { a21026: { Avg: '1.50' } } }),
    expect.objectContaining({ dataTime: '1970-01-01T10:00:00.000+08:00' }),
  ]);
  expect(asked).toMatchObject({
    request: {
      mns: ['MN1', 'MN2'],
      kinds: [3],
      from: Date.parse('2026-02-28T16:00:00Z'),
      to: Date.parse('2026-03-01T16:00:00Z'),
    },
    caller: { kind: 'user', division: '330483', personId: 'p1' },
  });
});

test('CSV begins with its header, also when there is nothing', async () => {
  answer = (call) => {
    call.end();
  };
  const { type, text, headers } = await visitor.get(`${url}?format=csv`);
  expect([type, text]).toEqual(['text/csv', 'mn,kind,dataTime,receivedAt,values,revisions\n']);
  expect(headers.get('content-disposition')).toBe('attachment; filename="readings.csv"');
});

test('50,000 moments come whole and in order', async () => {
  answer = async (call) => {
    for (let n = 0; n < 50_000; n += 1000) if (!call.write(chunk(n, 1000))) await drained(call);
    call.end();
  };
  const { text } = await visitor.get(`${url}?format=csv`);
  const lines = text.trimEnd().split('\n').slice(1);
  expect(lines).toHaveLength(50_000);
  expect(lines[12_345]).toContain('12345.50');
}, 60_000);

test.each([
  ['a device that the caller does not see', status.NOT_FOUND, 404, 'not-found'],
  ['readings is away', status.UNAVAILABLE, 503, 'service-unavailable'],
  ['readings fails', status.INTERNAL, 500, 'internal'],
])('%s: a problem, since nothing was sent yet', async (_, code, expected, problem) => {
  answer = (call) => void call.emit('error', { code, details: 'secret' });
  expect(await visitor.get(url)).toMatchObject({
    status: expected,
    type: 'application/problem+json',
    body: { code: problem },
  });
});

test('a failure midway breaks the connection: no client takes the half for the whole', async () => {
  answer = (call) => {
    call.write(chunk(0, 1000));
    setTimeout(() => call.emit('error', { code: status.INTERNAL, details: 'the disk is gone' }), 300);
  };
  const response = await fetch(`${gateway.base}${url}`, { headers: { cookie: visitor.cookie ?? '' } });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow(/terminated/);
});

test('a client that reads slowly holds the source back; one that leaves ends it', async () => {
  let written = 0;
  let cancelled = false;
  answer = async (call) => {
    call.on('cancelled', () => {
      cancelled = true;
    });
    for (; written < 5_000_000 && !cancelled; written += 1000) {
      if (!call.write(chunk(written, 1000)))
        await Promise.race([drained(call), new Promise((r) => call.once('cancelled', r))]);
    }
    call.end();
  };
  const client = request(`${gateway.base}${url}`, { headers: { cookie: visitor.cookie ?? '' } }).end();
  const paused = new Promise<void>((resolve) =>
    client.once('response', (response) => {
      response.once('readable', () => resolve());
    }),
  );
  client.on('error', () => undefined);
  await paused;
  const settled = await eventually(async () => {
    const before = written;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return written === before && written > 0 ? written : false;
  }, 20_000);
  // Some buffers on the way (sockets, HTTP/2 window) fill up, then nothing moves: 5,000,000 were to come.
  expect(settled).toBeLessThan(300_000);
  expect(cancelled).toBe(false);
  client.destroy();
  await eventually(async () => cancelled, 5_000);
}, 60_000);
