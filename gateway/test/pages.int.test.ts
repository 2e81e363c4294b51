import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestServers, testServers } from '@greenwatch/testkit';
import { type RunningGateway, runningGateway } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;

beforeAll(async () => {
  servers = await testServers();
  const root = path.join(mkdtempSync(path.join(tmpdir(), 'pages-')), 'dist');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'index.html'), '<title>console</title>');
  writeFileSync(path.join(root, 'assets', 'app-1a2b.js'), 'app');
  writeFileSync(path.join(root, '..', 'secret.txt'), 'secret');
  gateway = await runningGateway(servers, { WEB_ROOT: root });
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await servers?.stop();
}, 30_000);

test('the page for its own addresses, fresh; files that carry their hash for ever', async () => {
  for (const url of ['/', '/map', '/tasks/t1?from=sms', '/outlets/e1.DA001']) {
    const page = await gateway.visitor().get(url);
    expect([url, page.status, page.type, page.text]).toEqual([url, 200, 'text/html', '<title>console</title>']);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'.*worker-src 'self' blob:/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  }
  const file = await gateway.visitor().get('/assets/app-1a2b.js');
  expect([file.status, file.text]).toEqual([200, 'app']);
  expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

test.each(['/assets/gone.js', '/favicon.png', '/api/v1/nothing', '/api', '/api/nothing'])(
  '%s is not there',
  async (url) => {
    expect(await gateway.visitor().get(url)).toMatchObject({ status: 404, type: 'application/problem+json' });
  },
);

test.each(['/../secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/%E0%A4%A.js'])(
  '%s leaves the folder or is no address: refused',
  async (target) => {
    // fetch would tidy the address up.
    const { hostname, port } = new URL(gateway.base);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 40[034]/);
    expect(text).not.toMatch(/secret$/m);
  },
);

test('health on the same port', async () => {
  expect(await gateway.visitor().get('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await gateway.visitor().get('/readyz')).toMatchObject({ status: 200, text: 'ready\n' });
});
