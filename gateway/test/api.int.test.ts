import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Actions, MapView, Params, Task } from '@greenwatch/contracts';
import { ajv, defineService, newId, notFound, type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testKeys, testServers } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { registryService } from '../../services/registry/src/registry.service';
import { eventually, type RunningGateway, runningGateway, type Visitor } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;
const services: RunningService[] = [];
let province: Visitor;
let tongxiang: Visitor;
let principal: Visitor;
let administrator: Visitor;

/** Photos as they arrived at tasking. */
const photos: { bytes: number; filename: string }[] = [];

const task = (id: string): Task => ({
  id,
  type: 'VERIFY',
  state: 'DISPATCHED',
  level: 'mid',
  title: '核查',
  clueId: 'c1',
  enterpriseId: 'e1',
  clueSource: 'alarm',
  origins: [{ kind: 'alarm', id: 'al1' }],
  enterpriseName: '桐乡某厂',
  place: { lon: 120.5, lat: 30.6, address: '' },
  assignees: [],
  watchers: [],
  overdue: [],
  escalation: 'none',
  checkIns: [],
  photos: [
    {
      id: 'ph1',
      at: '2026-03-01T10:00:00.000+08:00',
      personId: 'p1',
      filename: 'x.png',
      contentType: 'image/png',
      size: 300_000,
      sha256: '',
    },
  ],
  history: [],
  createdAt: '2026-03-01T10:00:00.000+08:00',
  divisionPath: ['330000', '330400', '330483'],
});

/** Tasking as a small service of its own: it shows what reaches a service through the gateway. */
const taskingPeer = defineService({
  name: 'tasking',
  config: Type.Object({}),
  create: () => ({
    actions: {
      'tasking.task.list': async () => ({ items: [task('t1')] }),
      'tasking.task.get': async ({ id }) => {
        if (id !== 't1') throw notFound('task', id);
        return task(id);
      },
      'tasking.task.checkIn': async ({ id }) => task(id),
      'tasking.photo.add': async ({ taskId, filename }, { stream }) => {
        let bytes = 0;
        for await (const chunk of stream ?? []) bytes += (chunk as Buffer).length;
        photos.push({ bytes, filename });
        return task(taskId);
      },
      'tasking.photo.get': async () => Readable.from([Buffer.alloc(200_000, 1), Buffer.alloc(100_000, 2)]),
    },
  }),
});

const IMPORT: Params<Actions['registry.import']> = {
  divisions: [
    { code: '330000', name: '浙江省', level: 'province' },
    { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
    { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
    { code: '331000', name: '台州市', level: 'city', parent: '330000' },
    { code: '331002', name: '椒江区', level: 'county', parent: '331000' },
  ],
  enterprises: [
    enterprise('e1', '91350100M000100Y43', '330483', 120.55, 30.63),
    enterprise('e2', '91130200699229617X', '331002', 121.44, 28.67),
  ],
  outlets: [
    {
      id: 'o1',
      enterpriseId: 'e1',
      code: 'DA001',
      name: '1号排口',
      medium: 'gas',
      lon: 120.55,
      lat: 30.63,
      factors: ['a21026'],
    },
  ],
  devices: [
    {
      mn: 'MN1',
      status: 'active',
      edition: '2017',
      bindings: [{ outletId: 'o1', enterpriseId: 'e1', medium: 'gas' }],
      addresses: [],
      missingFlagValid: true,
      password: '123456',
    },
  ],
};

function enterprise(id: string, uscc: string, divisionCode: string, lon: number, lat: number) {
  return {
    id,
    uscc,
    name: `企业${id}`,
    divisionCode,
    address: '某路1号',
    lon,
    lat,
    industryCode: '1711',
    industryName: '棉纺纱加工',
    managementClass: 'key' as const,
    status: 'producing' as const,
  };
}

beforeAll(async () => {
  servers = await testServers();
  services.push(await runService(registryService, serviceEnvironment(servers, 'registry')));
  services.push(await runService(taskingPeer, serviceEnvironment(servers, 'tasking')));
  gateway = await runningGateway(servers, { RATE_LIMIT_PER_MINUTE: '100000' });
  await gateway.admin.call('gateway.apiKey.list', {});
  administrator = await gateway.as({ roles: ['administrator'] });
  await eventually(async () => (await administrator.post('/api/v1/import/registry', IMPORT)).status === 200);
  province = await gateway.as({ roles: ['supervisor'] });
  tongxiang = await gateway.as({ roles: ['supervisor', 'officer'], division: '330483' });
  principal = await gateway.as({ roles: ['principal'], division: '331002', enterpriseId: 'e2', personId: 'p2' });
  // The gateway's own copies follow by facts.
  await eventually(async () => (await map(province, 22)).body.points?.length === 2);
}, 90_000);
afterAll(async () => {
  await gateway?.stop();
  await Promise.all(services.map((service) => service.stop()));
  await servers?.stop();
}, 30_000);

async function map(visitor: Visitor, zoom: number): Promise<{ body: MapView }> {
  const { body } = await visitor.get(`/api/v1/map?bbox=118,27,123,32&zoom=${zoom}`);
  return { body: body as unknown as MapView };
}

interface Operation {
  operationId: string;
  security: object[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: object;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

describe('the document describes what the API does', () => {
  let operations: { method: string; url: string; operation: Operation }[];
  const compiler = ajv();

  beforeAll(async () => {
    const { body } = await gateway.visitor().get('/api/openapi.json');
    const document = body as unknown as { openapi: string; paths: Record<string, Record<string, Operation>> };
    expect(document.openapi).toBe('3.1.0');
    operations = Object.entries(document.paths).flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), url, operation })),
    );
  });

  /** Whatever comes back must be declared, with its content type and shape. */
  function expectDeclared(operation: Operation, answer: Awaited<ReturnType<Visitor['ask']>>) {
    const declared = operation.responses[answer.status];
    if (!declared) throw new Error(`${operation.operationId} does not declare ${answer.status}: ${answer.text}`);
    if (answer.status === 204) return;
    const content = Object.entries(declared.content ?? {}).find(([type]) => type.split(';')[0] === answer.type);
    if (!content) throw new Error(`${operation.operationId} ${answer.status} does not declare ${answer.type}`);
    if (!/json$/.test(answer.type)) return;
    const check = compiler.compile(content[1].schema);
    if (!check(answer.body)) {
      throw new Error(`${operation.operationId} ${answer.status}: ${JSON.stringify(check.errors)} in ${answer.text}`);
    }
  }
  const filled = (url: string) =>
    url
      .replace('{kind}', 'task')
      .replace('{day}', '2026-03-01')
      .replace('{partyKind}', 'enterprise')
      .replace('{level}', 'outlet')
      .replace('{uscc}', '91130200699229617X')
      .replace(/\{\w+\}/g, 'unknown');
  const NEEDED: Record<string, string> = {
    mn: 'MN1',
    kind: 'hour',
    bbox: '118,27,123,32',
    zoom: '8',
    level: 'outlet',
    from: '2026-03-01',
    to: '2026-03-02',
  };
  const query = ({ parameters = [] }: Operation) =>
    parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required)
      .map(({ name }) => `${name}=${NEEDED[name]}`)
      .join('&');

  test('every operation has a name of its own and says what it is for', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.length).toBeGreaterThan(45);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) expect(operation).toMatchObject({ summary: /./, tags: [/./] });
  });

  test('nobody: every route that is not open answers 401, as declared', async () => {
    for (const { method, url, operation } of operations.filter((o) => o.operation.security.length > 0)) {
      const answer = await gateway.visitor().ask(method, filled(url));
      expect([operation.operationId, answer.status]).toEqual([operation.operationId, 401]);
      expectDeclared(operation, answer);
    }
  });

  test('every route refuses a query it does not know, by name', async () => {
    for (const { method, url, operation } of operations) {
      if (operation.requestBody || method !== 'GET') continue;
      const answer = await administrator.get(`${filled(url)}?${query(operation)}&bogus=1`);
      // Roles are looked at first.
      if (answer.status === 403) continue;
      expect([operation.operationId, answer.status]).toEqual([operation.operationId, 400]);
      expect(answer.body.errors).toContainEqual({ field: 'query.bogus', expected: 'is not known here' });
      expectDeclared(operation, answer);
    }
  });

  test('every body with an unknown field or none at all is refused as declared', async () => {
    for (const { method, url, operation } of operations.filter((o) => o.operation.requestBody)) {
      for (const body of [{ bogus: 1 }, [], undefined]) {
        const answer = await administrator.ask(method, filled(url), body);
        const refused = [400, 403, 415].includes(answer.status);
        expect([operation.operationId, answer.status, refused]).toEqual([operation.operationId, answer.status, true]);
        expectDeclared(operation, answer);
      }
    }
  });

  test('every route answers a good question, services absent or present, as declared', async () => {
    const seen = new Set<number>();
    for (const { method, url, operation } of operations) {
      if (method !== 'GET' || url === '/api/v1/events') continue;
      const answer = await province.get(`${filled(url)}?${query(operation)}`);
      seen.add(answer.status);
      expectDeclared(operation, answer);
    }
    expect([...seen]).toEqual(expect.arrayContaining([200, 404, 503]));
  });
});

describe('refused clearly', () => {
  test.each([
    ['wrong type', '/api/v1/enterprises?limit=many', 'query.limit'],
    ['beyond the bound', '/api/v1/enterprises?limit=1001', 'query.limit'],
    ['no time', '/api/v1/readings?mn=MN1&kind=hour&from=yesterday', 'query.from'],
    ['a time without zone', '/api/v1/readings?mn=MN1&kind=hour&from=2026-03-01T00:00:00', 'query.from'],
    ['a kind that does not exist', '/api/v1/readings?mn=MN1&kind=weekly', 'query.kind'],
    ['a needed parameter is missing', '/api/v1/readings?kind=hour', 'query.mn'],
    ['an id that is none', '/api/v1/enterprises/a%20b', 'path.id'],
    ['a box the wrong way round', '/api/v1/map?bbox=123,27,118,32&zoom=3', 'query.bbox'],
    ['to before from', '/api/v1/readings/export?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'query.to'],
  ])('%s', async (_, url, field) => {
    const answer = await province.get(url);
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json', body: { code: 'invalid' } });
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  });

  test("unknown ids and another county's or enterprise's record: 404, and the same text", async () => {
    const strange = await tongxiang.get('/api/v1/enterprises/e2');
    const unknown = await tongxiang.get('/api/v1/enterprises/e9');
    expect(strange).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(strange.body.detail?.replace('e2', 'e9')).toBe(unknown.body.detail);
    expect((await tongxiang.get('/api/v1/enterprises/e1')).status).toBe(200);
    expect((await principal.get('/api/v1/enterprises/e1')).status).toBe(404);
    expect((await tongxiang.get('/api/v1/enterprises/e2/file')).status).toBe(404);
    expect((await principal.get('/api/v1/enterprises/e1/file')).status).toBe(404);
    expect((await tongxiang.get('/api/v1/outlets/o9')).status).toBe(404);
  });

  test('a body is not coerced, malformed JSON and other types are refused', async () => {
    const checkIn = (body: unknown) => tongxiang.post('/api/v1/tasks/t1/check-in', body);
    const place = { lon: 120.5, lat: 30.6, accuracy: 10, datum: 'CGCS2000' };
    expect((await checkIn(place)).status).toBe(200);
    expect(await checkIn({ ...place, lon: '120.5' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.lon', expected: 'must be number' }] },
    });
    const raw = (type: string, body: string) =>
      fetch(`${gateway.base}/api/v1/tasks/t1/check-in`, {
        method: 'POST',
        headers: { cookie: tongxiang.cookie ?? '', 'content-type': type },
        body,
      });
    expect((await raw('application/json', '{"lon":')).status).toBe(400);
    expect((await raw('application/xml', '<a/>')).status).toBe(415);
    expect((await raw('application/json', `{"reason":"${'x'.repeat(1_100_000)}"}`)).status).toBe(413);
  });

  test('a command takes no fields it does not know either', async () => {
    expect(await tongxiang.post('/api/v1/tasks/t1/submit', { force: true })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.force' }] },
    });
  });

  test('roles: 403 before anything is asked of a service', async () => {
    expect(await principal.get('/api/v1/api-keys')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await principal.post('/api/v1/import/registry', {})).toMatchObject({ status: 403 });
  });

  test('nothing there, another method, a service that is away', async () => {
    expect(await province.get('/api/v1/nothing')).toMatchObject({ status: 404, type: 'application/problem+json' });
    const put = await province.ask('PUT', '/api/v1/alarms');
    expect(put).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } });
    expect(put.headers.get('allow')).toContain('GET');
    expect(await province.get('/api/v1/alarms')).toMatchObject({
      status: 503,
      body: { code: 'service-unavailable', service: 'rules' },
    });
  });
});

describe('the map', () => {
  test('clusters where it is far away, points where it is near, and only what the caller sees', async () => {
    expect((await map(province, 0)).body).toMatchObject({ points: [], clusters: [{ count: 2 }] });
    const near = (await map(province, 22)).body.points;
    expect(near.find(({ id }) => id === 'e1')?.devices.total).toBe(1);
    expect((await map(tongxiang, 22)).body.points.map(({ id }) => id)).toEqual(['e1']);
    expect((await map(principal, 22)).body.points.map(({ id }) => id)).toEqual(['e2']);
  });
});

describe("an enterprise's file", () => {
  test('parts of services that are away are named, the rest stands', async () => {
    const { body } = await tongxiang.get('/api/v1/enterprises/e1/file');
    const file = body as unknown as {
      missing: string[];
      parts: Record<string, { available: boolean; reason?: string }>;
    };
    expect(file.missing.sort()).toEqual([
      ...['alarms', 'cases', 'checks', 'complaints', 'credit', 'duties', 'fraud', 'latest', 'links', 'notices'],
      ...['permits', 'projects', 'quotas', 'suspicions'],
    ]);
    expect(file.parts.registry).toMatchObject({ available: true, source: 'registry', data: { id: 'e1' } });
    expect(file.parts.tasks).toMatchObject({ available: true, source: 'tasking' });
    expect(file.parts.permits?.reason).toContain('permits');
  });
});

describe('photos', () => {
  const form = (bytes: number, type: string, name = 'photo') => {
    const data = new FormData();
    data.append(name, new Blob([Buffer.alloc(bytes, 7)], { type }), '现场.jpg');
    return data;
  };

  test('travel whole to tasking', async () => {
    const answer = await tongxiang.post('/api/v1/tasks/t1/photos', form(3_000_000, 'image/jpeg'));
    expect(answer).toMatchObject({ status: 201, body: { id: 't1' } });
    expect(photos.at(-1)).toEqual({ bytes: 3_000_000, filename: '现场.jpg' });
  });

  test('come back whole, with their type, and only those of the task', async () => {
    const url = `${gateway.base}/api/v1/tasks/t1/photos/`;
    const headers = { cookie: tongxiang.cookie ?? '' };
    const response = await fetch(`${url}ph1`, { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([bytes.length, bytes[0], bytes[299_999]]).toEqual([300_000, 1, 2]);
    expect((await fetch(`${url}ph2`, { headers })).status).toBe(404);
  });

  test.each([
    ['another type', () => form(10, 'image/gif'), 415],
    ['another name', () => form(10, 'image/png', 'picture'), 422],
    ['too large', () => form(20 * 1024 * 1024 + 1, 'image/png'), 413],
    ['no multipart', () => ({ photo: 1 }), 415],
  ])('%s is refused', async (_, body, status) => {
    expect(await tongxiang.post('/api/v1/tasks/t1/photos', body())).toMatchObject({
      status,
      type: 'application/problem+json',
    });
  });
});

describe('API keys', () => {
  const admin = promisify(execFile);
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(path.join(tmpdir(), 'system-'));
    mkdirSync(path.join(data, 'run'));
    const keys = testKeys(servers);
    const environment = {
      NATS_URL: servers.natsUrl,
      IDENTITY_PRIVATE_KEY_FILE: keys.privateKeyFile('admin'),
      IDENTITY_PUBLIC_KEYS_FILE: keys.publicKeysFile,
    };
    writeFileSync(path.join(data, 'run', 'system.json'), JSON.stringify({ environments: { admin: environment } }));
  });
  const run = (...args: string[]) =>
    admin(process.execPath, [path.resolve(__dirname, '../dist/admin.js'), 'api-key', ...args]).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );

  test('`admin api-key create` prints the key alone; it reads its division and nothing else, until it is revoked', async () => {
    const { stdout } = await run('create', '--name', '统计', '--division', '330483', '--data', data);
    expect(stdout).toMatch(/^gwk_[\w-]{43}\n$/);
    const system = gateway.visitor();
    system.key = stdout.trim();
    expect(await system.get('/api/v1/me')).toMatchObject({
      body: { kind: 'api-key', division: '330483', scopes: ['read'] },
    });
    const list = (await system.get('/api/v1/enterprises')).body as unknown as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).toEqual(['e1']);
    expect((await system.get('/api/v1/enterprises/e2')).status).toBe(404);
    expect(await system.post('/api/v1/alarms/a1/acknowledge')).toMatchObject({ status: 403 });

    const listed = (await run('list', '--data', data)).stdout;
    expect(listed).toContain('统计');
    expect(listed).not.toContain(stdout.trim());
    const id = listed.split('\t')[0] ?? '';
    expect((await run('revoke', '--id', id, '--data', data)).code).toBe(0);
    expect((await system.get('/api/v1/me')).status).toBe(401);
  });

  test('in a pod of the gateway, whose environment says where everything is, no folder is needed', async () => {
    const env = serviceEnvironment(servers, 'gateway');
    const file = path.resolve(__dirname, '../dist/admin.js');
    const { stdout } = await admin(process.execPath, [file, 'api-key', 'list'], { env });
    expect(stdout).toContain('统计');
  });

  test('scopes bound what a key reads', async () => {
    const { stdout } = await run(
      'create',
      '--name',
      'n',
      '--division',
      '330000',
      '--scopes',
      'readings:read',
      '--data',
      data,
    );
    const system = gateway.visitor();
    system.key = stdout.trim();
    expect(await system.get('/api/v1/enterprises')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await system.get('/api/v1/readings?mn=MN1&kind=hour')).status).toBe(503);
  });

  test.each([
    ['no name', ['create', '--division', '330000'], /--name is needed/],
    ['a division that does not exist', ['create', '--name', 'n', '--division', '440000'], /440000 is not known/],
    ['a division that is none', ['create', '--name', 'n', '--division', 'x'], /division must match/],
    ['an unknown scope', ['create', '--name', 'n', '--division', '330000', '--scopes', 'all'], /knows no "all"/],
    ['an unknown command', ['make'], /usage:/],
    ['an unknown option', ['list', '--all'], /Unknown option '--all'/],
    ['an unknown key', ['revoke', '--id', 'none'], /There is no API key none/],
  ])('%s: one clear line', async (_, args, line) => {
    const { code, stdout, stderr } = await run(...args, '--data', data);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a folder on which nothing runs', async () => {
    const { code, stderr } = await run('list', '--data', tmpdir());
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `greenwatch admin: no greenwatch runs on ${tmpdir()}: start it with npm start\n`,
    });
  });

  test('the API makes and revokes them for administrators', async () => {
    const made = await administrator.post('/api/v1/api-keys', { name: 'x', division: '331002' });
    const { id, key } = made.body as unknown as { id: string; key: string };
    expect(made.status).toBe(201);
    expect((await administrator.get('/api/v1/api-keys')).text).not.toContain(key);
    expect((await administrator.ask('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204);
    expect((await administrator.ask('DELETE', `/api/v1/api-keys/${newId()}`)).status).toBe(404);
  });

  test('an administrator makes, sees and revokes those of the own division, and of those within it, only', async () => {
    const county = await gateway.as({ roles: ['administrator'], division: '330483' });
    const make = (visitor: Visitor, division: string) =>
      visitor.post('/api/v1/api-keys', { name: `of ${division}`, division });
    const idOf = async (answer: Promise<{ status: number; body: unknown }>) => {
      const { status, body } = await answer;
      expect(status).toBe(201);
      return (body as { id: string }).id;
    };
    for (const division of ['331002', '330000']) {
      expect(await make(county, division)).toMatchObject({ status: 422, body: { errors: [{ field: 'division' }] } });
    }
    const own = await idOf(make(county, '330483'));
    const other = await idOf(make(administrator, '331002'));
    const seen = (await county.get('/api/v1/api-keys')).text;
    expect([seen.includes(own), seen.includes(other)]).toEqual([true, false]);
    expect((await administrator.get('/api/v1/api-keys')).text).toContain(own);
    expect((await county.ask('DELETE', `/api/v1/api-keys/${other}`)).status).toBe(404);
    expect((await county.ask('DELETE', `/api/v1/api-keys/${own}`)).status).toBe(204);
  });

  test.each([
    ['registry', { divisions: [] }],
    ['accounts', { accounts: [] }],
  ])("import of %s: a county's administrator may not", async (what, body) => {
    const county = await gateway.as({ roles: ['administrator'], division: '330483' });
    expect(await county.post(`/api/v1/import/${what}`, body)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });
});
