import { ingestionGrpc, type UploadResults } from '@greenwatch/contracts';
import { choosePort } from '@greenwatch/infra';
import { type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers, until } from '@greenwatch/testkit';
import { credentials, Metadata } from '@grpc/grpc-js';
import { ingestionService } from '../../services/ingestion/src/ingestion.service';
import { readingsService } from '../../services/readings/src/readings.service';
import { registryService } from '../../services/registry/src/registry.service';
import { type RunningGateway, runningGateway, type Visitor } from './running-gateway';

/** Readings from other systems, from the API to what is shown: the latest value never goes back. */

jest.setTimeout(90_000);

const HOUR = 3_600_000;
const now = Math.floor(Date.now() / HOUR) * HOUR;
const iso = (time: number) => new Date(time).toISOString();
const local = (time: number) =>
  iso(time + 8 * HOUR)
    .replace('T', ' ')
    .slice(0, 16);

let servers: TestServers;
let gateway: RunningGateway;
let gatewayGrpc: string;
const services: RunningService[] = [];
let administrator: Visitor;
let pusher: Visitor;
let reader: Visitor;

beforeAll(async () => {
  servers = await testServers();
  const [readingsPort, ingestionPort, frontPort] = [await choosePort(), await choosePort(), await choosePort()];
  const start = async (definition: Parameters<typeof runService>[0], more: Record<string, string> = {}) => {
    services.push(await runService(definition, serviceEnvironment(servers, definition.name, more)));
  };
  await start(registryService);
  await start(ingestionService, { HJ212_PORT: '0', GRPC_PORT: String(ingestionPort) });
  await start(readingsService, { GRPC_PORT: String(readingsPort) });
  gatewayGrpc = `127.0.0.1:${frontPort}`;
  gateway = await runningGateway(servers, {
    READINGS_GRPC: `127.0.0.1:${readingsPort}`,
    INGESTION_GRPC: `127.0.0.1:${ingestionPort}`,
    GRPC_PORT: String(frontPort),
  });
  administrator = await gateway.as({ roles: ['administrator'] });
  const station = { name: '空气站', divisionCode: '330483', lon: 120.5, lat: 30.6 };
  const device = {
    status: 'active',
    edition: '2017',
    bindings: [],
    addresses: [],
    missingFlagValid: true,
    password: 'x',
  };
  const imported = await administrator.post('/api/v1/import/registry', {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' },
      { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
      { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
      { code: '331000', name: '台州市', level: 'city', parent: '330000' },
      { code: '331002', name: '椒江区', level: 'county', parent: '331000' },
    ],
    devices: [
      { ...device, mn: 'AIR1', station },
      { ...device, mn: 'AIR2', station: { ...station, divisionCode: '331002' } },
    ],
  });
  expect([imported.status, imported.text]).toEqual([200, expect.any(String)]);
  pusher = await keyWith(['readings:write', 'readings:read']);
  reader = await keyWith(['read']);
  // The registry's facts are on their way.
  await until(async () => (await batch(pusher, [upload('AIR1', now - 48 * HOUR, '1.0')])).body.accepted === 1);
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  for (const service of services.reverse()) await service.stop();
  await servers?.stop();
}, 60_000);

async function keyWith(scopes: string[]): Promise<Visitor> {
  const made = await administrator.post('/api/v1/api-keys', { name: scopes.join(), division: '330483', scopes });
  expect(made.status).toBe(201);
  const visitor = gateway.visitor();
  visitor.key = (made.body as unknown as { key: string }).key;
  return visitor;
}
const upload = (mn: string, time: number, value: string) => ({
  ...{ mn, kind: 'hour', dataTime: iso(time), values: { a34004: { Avg: value, Flag: 'N' } } },
});
async function batch(visitor: Visitor, uploads: object[]) {
  const { status, body } = await visitor.post('/api/v1/readings/batch', { uploads });
  return { status, body: body as unknown as UploadResults };
}
interface Latest {
  dataTime: string;
  values: Record<string, Record<string, string>>;
}
async function latest(): Promise<Latest | undefined> {
  const { status, text } = await pusher.get('/api/v1/readings/latest?mn=AIR1');
  expect([status, text]).toEqual([200, expect.any(String)]);
  return (JSON.parse(text) as Latest[])[0];
}
async function moments(query: string): Promise<number> {
  const { status, text } = await pusher.get(`/api/v1/readings?mn=AIR1&kind=hour&limit=1000${query}`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return (JSON.parse(text) as { items: unknown[] }).items.length;
}
const newest = () =>
  until(async () => {
    const found = await latest();
    return found && Date.parse(found.dataTime) === now && found;
  }, 30_000);

it('HTTP: a key with the scope pushes for its division; per upload what became of it', async () => {
  const answer = await batch(pusher, [upload('AIR1', now, '35.0'), upload('AIR2', now, '1'), upload('AIR1', now, 'x')]);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      ...{ accepted: 1, refused: 2 },
      results: [
        { index: 0, status: 'accepted' },
        { index: 1, status: 'refused', reason: 'unknown-device' },
        { index: 2, status: 'refused', reason: 'value', detail: expect.stringContaining('a34004-Avg') },
      ],
    },
  });
  expect((await newest()).values).toEqual({ a34004: { Avg: '35.0', Flag: 'N' } });
});

it('the scope read does not push, a person of the authority neither, and what is no batch is named', async () => {
  expect((await batch(reader, [upload('AIR1', now, '1')])).status).toBe(403);
  const supervisor = await gateway.as({ roles: ['supervisor'], division: '330483' });
  expect((await batch(supervisor, [upload('AIR1', now, '1')])).status).toBe(403);
  // A key that may push may not do anything else.
  expect((await pusher.post('/api/v1/factors', { factors: [{ code: 'x', nameZh: 'x' }] })).status).toBe(403);
  const { status, text } = await pusher.post('/api/v1/readings/batch', { uploads: [{ kind: 'hour' }] });
  expect([status, text]).toEqual([400, expect.stringContaining('uploads.0.mn')]);
});

it('gRPC: the same at the gateway by the same key, and the latest value stays the newest', async () => {
  const client = new ingestionGrpc.IngestionServiceClient(gatewayGrpc, credentials.createInsecure());
  const push = (key: string | undefined, messages: ingestionGrpc.PushRequest[]) =>
    new Promise<ingestionGrpc.PushResponse>((resolve, reject) => {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${key}`);
      const call = client.push(metadata, (error, response) => (error ? reject(error) : resolve(response)));
      call.on('error', () => {});
      for (const message of messages) call.write(message);
      call.end();
    });
  const old = (mn: string, i: number): ingestionGrpc.Upload => ({
    ...{ mn, kind: 3, dataTime: now - (i + 1) * HOUR },
    factors: [{ code: 'a34004', fields: [{ name: 'Avg', value: String(i) }] }],
  });
  try {
    const messages = [0, 1, 2].map((m) => ({
      uploads: Array.from({ length: 200 }, (_, i) => old('AIR1', m * 200 + i)),
    }));
    messages[1]?.uploads.push(old('AIR2', 1));
    expect(await push(pusher.key, messages)).toMatchObject({
      ...{ accepted: 600, refused: 1 },
      refusals: [{ index: 400, mn: 'AIR2', reason: 'unknown-device' }],
    });
    await expect(push('gwk_wrong', messages)).rejects.toMatchObject({ code: 16 });
    await expect(push(reader.key, messages)).rejects.toMatchObject({ code: 7 });
  } finally {
    client.close();
  }
  // All 600 are there, and none of them is the latest.
  await until(async () => (await moments('')) >= 601, 30_000);
  expect((await newest()).values).toEqual({ a34004: { Avg: '35.0', Flag: 'N' } });
});

it('a sheet of history: template, errors by cell, committed; the latest value stays the newest', async () => {
  const send = async (text: string) => {
    const form = new FormData();
    form.append('sheet', new Blob([text]), '历史.csv');
    const answer = await administrator.ask('POST', '/api/v1/backfills', form);
    expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('历史.csv')]);
    return (answer.body as unknown as { id: string }).id;
  };
  const shown = async (id: string, state: string) =>
    until(async () => {
      const { text } = await administrator.get(`/api/v1/backfills/${id}`);
      const read = JSON.parse(text) as {
        backfill: { state: string; good: number; wrong: number };
        errors: { items: { cell: string }[] };
      };
      return read.backfill.state === state && read;
    });
  const rows = Array.from({ length: 48 }, (_, i) => `AIR1,小时,${local(now - (1_000 + i) * HOUR)},${i}.5`);
  const id = await send(['mn,kind,data time,a34004-Avg', ...rows, `AIR1,小时,${local(now)},高`].join('\n'));
  const read = await shown(id, 'ready');
  expect(read).toMatchObject({ backfill: { good: 48, wrong: 1 }, errors: { items: [{ cell: 'D50' }] } });
  expect((await administrator.post(`/api/v1/backfills/${id}/commit`, {})).status).toBe(409);
  expect((await administrator.post(`/api/v1/backfills/${id}/commit`, { skipWrong: true })).status).toBe(200);
  await shown(id, 'committed');
  const old = `&to=${encodeURIComponent(iso(now - 999 * HOUR))}`;
  await until(async () => (await moments(old)) === 48, 30_000);
  expect((await newest()).values).toEqual({ a34004: { Avg: '35.0', Flag: 'N' } });
  const template = await fetch(`${gateway.base}/api/v1/backfills/template?format=csv`, {
    headers: { cookie: administrator.cookie ?? '' },
  });
  expect(await template.text()).toContain('设备编号*,数据类型*,数据时间*,w01018-Avg');
});
