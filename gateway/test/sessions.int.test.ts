import { existsSync, statSync } from 'node:fs';
import { auditChain, connectMongo } from '@greenwatch/kit';
import { type TestServers, testServers } from '@greenwatch/testkit';
import { MongoClient } from 'mongodb';
import { type RunningGateway, runningGateway, Visitor } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;
let mongo: MongoClient;

beforeAll(async () => {
  servers = await testServers();
  gateway = await runningGateway(servers);
  mongo = await new MongoClient(servers.mongoUri).connect();
}, 60_000);
afterAll(async () => {
  await mongo?.close();
  await gateway?.stop();
  await servers?.stop();
}, 30_000);

const db = () => mongo.db(`${servers.database}_gateway`);
const password = 'correct horse battery';

describe('the first administrator', () => {
  let admin: Visitor;
  beforeAll(() => {
    admin = gateway.visitor();
  });

  test('gets a one-time password that only its owner may read', () => {
    expect(statSync(gateway.firstPasswordFile).mode & 0o777).toBe(0o600);
    expect(gateway.firstPassword).toMatch(/^\S{16}$/);
  });

  test('must change it before anything else', async () => {
    const answer = await admin.logIn('admin', gateway.firstPassword);
    expect(answer).toMatchObject({ status: 201, body: { username: 'admin', mustChangePassword: true } });
    expect(answer.headers.get('set-cookie')).toMatch(/^gw_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await admin.get('/api/v1/api-keys')).toMatchObject({
      status: 403,
      type: 'application/problem+json',
      body: { code: 'password-change-required' },
    });
    expect((await admin.get('/api/v1/me')).status).toBe(200);
  });

  test('has a password of its own afterwards; the other session and the one-time password are over', async () => {
    const elsewhere = gateway.visitor();
    await elsewhere.logIn('admin', gateway.firstPassword);
    const before = admin.cookie;
    const change = (current: string, next: string) => admin.ask('PUT', '/api/v1/me/password', { current, next });
    expect(await change(gateway.firstPassword, 'short')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.next', expected: expect.stringContaining('10') }] },
    });
    expect(await change('wrong', password)).toMatchObject({ status: 401, body: { code: 'bad-credentials' } });
    expect(await change(gateway.firstPassword, gateway.firstPassword)).toMatchObject({ status: 422 });
    expect(await change(gateway.firstPassword, password)).toMatchObject({
      status: 200,
      body: { mustChangePassword: false },
    });
    expect(admin.cookie).not.toBe(before);
    expect((await admin.get('/api/v1/api-keys')).status).toBe(200);
    expect(await elsewhere.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session-expired' } });
    expect(await gateway.visitor().logIn('admin', gateway.firstPassword)).toMatchObject({ status: 401 });
    expect(existsSync(gateway.firstPasswordFile)).toBe(false);
  });
});

describe('sessions', () => {
  test('MongoDB and Valkey hold the hash of a token, never the token', async () => {
    const visitor = await gateway.as({ roles: ['officer'] });
    const token = visitor.cookie?.split('=')[1] ?? '';
    await visitor.get('/api/v1/me');
    const docs = await db().collection('sessions').find().toArray();
    expect(docs.length).toBeGreaterThan(0);
    expect(JSON.stringify(docs)).not.toContain(token);
  });

  test('log-out ends it at once, and twice is no error', async () => {
    const visitor = await gateway.as({ roles: ['officer'] });
    await visitor.get('/api/v1/me');
    const { cookie } = visitor;
    expect((await visitor.ask('DELETE', '/api/v1/sessions/current')).status).toBe(204);
    expect(visitor.cookie).toBeUndefined();
    visitor.cookie = cookie;
    expect(await visitor.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session-expired' } });
    expect((await visitor.ask('DELETE', '/api/v1/sessions/current')).status).toBe(204);
  });

  test('nobody, a made-up token and a made-up key: 401', async () => {
    const visitor = gateway.visitor();
    expect(await visitor.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    visitor.cookie = 'gw_session=x';
    expect(await visitor.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session-expired' } });
    const system = gateway.visitor();
    system.key = 'gwk_x';
    expect(await system.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  test('a request that changes something must come from the own pages', async () => {
    const visitor = await gateway.as({ roles: ['officer'] });
    const from = (origin: string) => visitor.ask('DELETE', '/api/v1/sessions/current', undefined, { origin });
    expect(await from('https://evil.example')).toMatchObject({ status: 403, body: { code: 'bad-origin' } });
    expect(await from('null')).toMatchObject({ status: 403 });
    expect((await visitor.get('/api/v1/me')).status).toBe(200);
    expect(await from(gateway.base)).toMatchObject({ status: 204 });
  });

  test('ten wrong passwords lock an account for a while, the right one too; other accounts are not touched', async () => {
    await gateway.as({ roles: ['officer'], username: 'locked' });
    const visitor = gateway.visitor();
    const answers = [];
    for (let i = 0; i < 11; i++) answers.push((await visitor.logIn('locked', 'not this one')).status);
    expect(answers).toEqual([...Array(10).fill(401), 429]);
    const right = await visitor.logIn('locked', 'a long password');
    expect(right).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await visitor.logIn('admin', password)).status).toBe(201);
  });

  test('an unknown name is answered like a wrong password', async () => {
    const [unknown, wrong] = await Promise.all([
      gateway.visitor().logIn('nobody', 'whatever'),
      gateway.visitor().logIn('admin', 'whatever'),
    ]);
    expect(unknown.body).toEqual(wrong.body);
  });

  test('log-ins and password changes stand in the audit chain', async () => {
    const connection = await connectMongo(servers.mongoUri, `${servers.database}_gateway`, 'test');
    const actions = await connection.collection('audit').distinct('action');
    expect(actions).toEqual(expect.arrayContaining(['session.open', 'account.password', 'account.import']));
    expect(await auditChain(connection, Date.now).firstBroken()).toBeUndefined();
    await connection.close();
  });
});

describe('an end by itself', () => {
  test('an idle session expires; use prolongs it, but not beyond its absolute end', async () => {
    const short = await runningGateway(servers, {
      MONGODB_DATABASE: `${servers.database}_short`,
      INSTANCE: 'short',
      SESSION_IDLE_SECONDS: '2',
      SESSION_MAX_SECONDS: '5',
    });
    try {
      const visitor = short.visitor();
      await visitor.logIn('admin', short.firstPassword);
      const began = Date.now();
      let status = 200;
      while (status === 200 && Date.now() - began < 10_000) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        status = (await visitor.get('/api/v1/me')).status;
      }
      expect(status).toBe(401);
      expect(Date.now() - began).toBeGreaterThan(4_500);
      expect(Date.now() - began).toBeLessThan(6_500);

      const idle = short.visitor();
      await idle.logIn('admin', short.firstPassword);
      await new Promise((resolve) => setTimeout(resolve, 2_300));
      expect(await idle.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session-expired' } });
    } finally {
      await short.stop();
    }
  });

  test('Valkey may be away: log-in, lock-out and sessions go on', async () => {
    const without = await runningGateway(servers, {
      MONGODB_DATABASE: `${servers.database}_without`,
      INSTANCE: 'without',
      VALKEY_URL: 'redis://127.0.0.1:1',
    });
    try {
      const visitor = new Visitor(without.base);
      expect((await visitor.logIn('admin', without.firstPassword)).status).toBe(201);
      expect((await visitor.get('/api/v1/me')).status).toBe(200);
      const answers = [];
      for (let i = 0; i < 11; i++) answers.push((await without.visitor().logIn('admin', 'not this one')).status);
      expect(answers).toEqual([...Array(10).fill(401), 429]);
    } finally {
      await without.stop();
    }
  });
});
