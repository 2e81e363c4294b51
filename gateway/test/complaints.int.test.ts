import { randomBytes } from 'node:crypto';
import type { Actions, Params } from '@greenwatch/contracts';
import { type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import sharp from 'sharp';
import { complaintsService } from '../../services/complaints/src/complaints.service';
import { type RunningGateway, runningGateway, type Visitor } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;
let service: RunningService;
let handler: Visitor;
let other: Visitor;
let principal: Visitor;

beforeAll(async () => {
  servers = await testServers();
  service = await runService(complaintsService, serviceEnvironment(servers, 'complaints'));
  // Each visitor of a test says where he comes from.
  gateway = await runningGateway(servers, { RATE_LIMIT_PER_MINUTE: '100000', TRUSTED_PROXIES: '127.0.0.1' });
  handler = await gateway.as({ roles: ['complaint-handler', 'supervisor'], division: '330000', personId: 'h' });
  other = await gateway.as({ roles: ['complaint-handler', 'supervisor'], division: '331002', personId: 'o' });
  principal = await gateway.as({ roles: ['principal'], division: '330483', enterpriseId: 'e1', personId: 'p' });
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await service?.stop();
  await servers?.stop();
}, 30_000);

let addresses = 1;
const newAddress = () => `10.0.0.${addresses++}`;
const ask = (method: string, path: string, body?: unknown, address = newAddress()) =>
  gateway.visitor().ask(method, `/api/v1/public/complaints${path}`, body, { 'x-forwarded-for': address });
const clientId = () => randomBytes(24).toString('base64url');
const complaint = (more: Partial<Params<Actions['complaints.public.submit']>> = {}) => ({
  clientId: clientId(),
  category: 'odour',
  lon: 120.5513,
  lat: 30.6302,
  datum: 'WGS84',
  place: '某路',
  text: '夜里有酸臭味',
  ...more,
});
function form(id: string, bytes: Buffer, type = 'image/jpeg', name = 'photo'): FormData {
  const data = new FormData();
  data.append('clientId', id);
  data.append(name, new Blob([new Uint8Array(bytes)], { type }), 'IMG_0001.jpg');
  return data;
}
const withGps = () =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: '#224466' } })
    .withExif({ IFD0: { Make: 'SecretPhone' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 37/1 48/1' } })
    .jpeg()
    .toBuffer();

test('without log-in: photo, complaint, follow; the officer sees the photo without EXIF', async () => {
  const id = clientId();
  const original = await withGps();
  expect(original.includes('SecretPhone')).toBe(true);
  const photo = await ask('POST', '/photos', form(id, original));
  expect([photo.status, photo.text]).toEqual([201, expect.stringContaining('"id"')]);
  const made = await ask('POST', '', complaint({ clientId: id, photos: [String(photo.body.id)] }));
  expect(made.status).toBe(201);
  const { number, secret } = made.body as unknown as { number: string; secret: string };
  const seen = await ask('POST', '/track', { number, secret });
  expect([seen.status, seen.body]).toMatchObject([200, { number, state: 'received', photos: 1 }]);
  expect(seen.headers.get('cache-control')).toBe('no-store');

  const list = await handler.get('/api/v1/complaints');
  const [item] = (list.body as unknown as { items: { id: string; photos: { id: string }[] }[] }).items;
  const url = `/api/v1/complaints/${item?.id}/photos/${item?.photos[0]?.id}`;
  const shown = await fetch(`${gateway.base}${url}`, { headers: { cookie: handler.cookie ?? '' } });
  expect(shown.headers.get('content-type')).toBe('image/jpeg');
  const bytes = Buffer.from(await shown.arrayBuffer());
  expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  expect(bytes.includes('SecretPhone')).toBe(false);

  // Another county does not find it, an enterprise may not ask, the public neither.
  for (const path of ['', '/reporter/looks']) {
    expect((await other.get(`/api/v1/complaints/${item?.id}${path}`)).status).toBe(404);
    expect((await principal.get(`/api/v1/complaints/${item?.id}${path}`)).status).toBe(403);
    expect((await gateway.visitor().get(`/api/v1/complaints/${item?.id}${path}`)).status).toBe(401);
  }
  expect((await other.get(url)).status).toBe(404);
  expect((await principal.get('/api/v1/complaints')).status).toBe(403);
  expect((await other.post(`/api/v1/complaints/${item?.id}/reporter`, { reason: '回访' })).status).toBe(404);
  expect((await principal.post(`/api/v1/complaints/${item?.id}/reporter`, { reason: '回访' })).status).toBe(403);
}, 20_000);

describe('photos that are none', () => {
  test.each<[string, () => FormData | Promise<FormData>, number, string]>([
    ['a page called a JPEG', () => form(clientId(), Buffer.from('<html></html>'.repeat(100))), 422, 'photo'],
    ['half a JPEG', async () => form(clientId(), (await withGps()).subarray(0, 700)), 422, 'photo'],
    ['a PDF', () => form(clientId(), Buffer.from('%PDF-1.7'), 'application/pdf'), 415, ''],
    ['under another name', async () => form(clientId(), await withGps(), 'image/jpeg', 'picture'), 422, 'body.photo'],
    ['without a client', async () => form('', await withGps()), 422, 'clientId'],
    ['beyond 10 MiB', () => form(clientId(), Buffer.alloc(10 * 1024 * 1024 + 1, 1)), 413, ''],
  ])('%s', async (_, make, status, field) => {
    const answer = await ask('POST', '/photos', await make());
    expect([answer.status, answer.type]).toEqual([status, 'application/problem+json']);
    if (field) expect(answer.body.errors).toContainEqual(expect.objectContaining({ field }));
  });
});

test('more than ten from one address: 429 that says why and when again; a neighbour is not hit', async () => {
  const address = newAddress();
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask('POST', '', complaint(), address)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(30);
  expect(refused[0]?.body).toMatchObject({
    code: 'too-many-requests',
    detail: expect.stringContaining('10 complaints from one address'),
  });
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(3_000);
  expect((await ask('POST', '', complaint())).status).toBe(201);
}, 20_000);

test('what is asked wrongly names the field; another site may not send', async () => {
  const wrong = await ask('POST', '', { ...complaint(), category: 'politics', bogus: 1 });
  expect([wrong.status, wrong.body.errors?.map(({ field }) => field).sort()]).toEqual([
    400,
    ['body.bogus', 'body.category'],
  ]);
  const foreign = await gateway
    .visitor()
    .ask('POST', '/api/v1/public/complaints', complaint(), { origin: 'https://elsewhere.example' });
  expect([foreign.status, foreign.body.code]).toEqual([403, 'bad-origin']);
  expect((await ask('GET', '?limit=5')).body).toEqual({ items: [] });
  const unknown = await ask('POST', '/track', { number: 'TS20260101-00000000', secret: 'AAAAAAAAAA' });
  expect([unknown.status, unknown.body.code]).toEqual([404, 'not-found']);
});

test('an officer accepts, makes a clue, answers and closes; everybody may read the summary', async () => {
  const made = await ask('POST', '', complaint({ text: '工地夜间打桩' }));
  const { number, secret } = made.body as unknown as { number: string; secret: string };
  const { items } = (await handler.get('/api/v1/complaints?order=newest&limit=1')).body as unknown as {
    items: { id: string; number: string }[];
  };
  expect(items[0]?.number).toBe(number);
  const steps: [verb: string, body: object | undefined, state: string][] = [
    ['accept', {}, 'accepted'],
    ['clue', undefined, 'investigating'],
    ['draft', { text: '拟答复' }, 'investigating'],
    ['answer', { text: '已责令停工', substantiated: 'yes' }, 'answered'],
    ['close', { summary: '夜间施工已查处' }, 'closed'],
  ];
  for (const [verb, body, state] of steps) {
    const answer = await handler.post(`/api/v1/complaints/${items[0]?.id}/${verb}`, body);
    expect([verb, answer.status, answer.body]).toEqual([verb, 200, expect.objectContaining({ state })]);
  }
  const rated = await ask('POST', '/rating', { number, secret, satisfaction: 4, solved: true });
  expect([rated.status, rated.body]).toMatchObject([200, { feedback: { satisfaction: 4 } }]);
  const closed = (await ask('GET', '')).body as unknown as { items: object[] };
  expect(closed.items[0]).toMatchObject({ summary: '夜间施工已查处', substantiated: 'yes', satisfaction: 4 });
});
