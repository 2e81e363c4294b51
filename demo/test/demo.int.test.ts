import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FrameCutter, parseSegment, replyToUpload } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import {
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testServers,
} from '@greenwatch/testkit';
import { MongoClient } from 'mongodb';
import { demoProvince } from '../src/province';

/** The real registry, permits and gateway, each as its own process, and the demo against them. */

jest.setTimeout(120_000);

let servers: TestServers;
let folder: string;
let mongo: MongoClient;
let host: Server;
let demo: TestProcess;
let gatewayUrl: string;
const processes: TestProcess[] = [];
const mns = new Set<string>();
const province = demoProvince({ seed: 'greenwatch', enterprises: 10 });

beforeAll(async () => {
  servers = await testServers();
  folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-demo-'));
  const taken = new Set<number>();
  const port = async () => {
    const chosen = await choosePort(undefined, taken);
    taken.add(chosen);
    return chosen;
  };
  host = createServer((socket) => {
    const cutter = new FrameCutter();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const piece of cutter.push(chunk)) {
        if (piece.type !== 'frame') continue;
        const packet = parseSegment(piece.segment);
        mns.add(packet.mn);
        const reply = replyToUpload(packet);
        if (reply) socket.write(reply);
      }
    });
  });
  const hostPort = await port();
  await new Promise<void>((resolve) => host.listen(hostPort, '127.0.0.1', resolve));

  const start = async (script: string, issuer: string, more: Record<string, string>, wait = true) => {
    const health = await port();
    const environment = serviceEnvironment(servers, issuer, { HEALTH_PORT: String(health), ...more });
    const started = await startTestProcess({
      script,
      environment: environment as Record<string, string>,
      ...(wait ? { readyAt: `http://127.0.0.1:${health}`, readyWithinMs: 60_000 } : {}),
    });
    processes.push(started);
    return started;
  };
  const gatewayPort = await port();
  gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  await Promise.all([
    start('services/registry/dist/main.js', 'registry', {}),
    start('services/permits/dist/main.js', 'permits', {}),
    start('gateway/dist/main.js', 'gateway', {
      GATEWAY_PORT: String(gatewayPort),
      READINGS_GRPC: `127.0.0.1:${await port()}`,
      WEB_ROOT: folder,
      FIRST_PASSWORD_FILE: path.join(folder, 'first-password.txt'),
    }),
  ]);
  mongo = await new MongoClient(servers.mongoUri).connect();
  demo = await start(
    'demo/dist/main.js',
    'demo',
    { DEMO_FOLDER: folder, DEMO_ENTERPRISES: '10', HJ212_PORT: String(hostPort) },
    false,
  );
}, 120_000);
afterAll(async () => {
  await Promise.all(processes.map((started) => started.stop()));
  host?.close();
  await mongo?.close();
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const collection = (service: string, name: string) => mongo.db(`${servers.database}_${service}`).collection(name);
const until = async (what: string, condition: () => boolean | Promise<boolean>, ms = 60_000) => {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}\n${demo.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const readFile = (name: string) => readFileSync(path.join(folder, name), 'utf8');

it('killed in the middle of loading and started again, it completes the province without doubling anything', async () => {
  await until(
    'the first enterprises are there',
    async () => (await collection('registry', 'enterprises').countDocuments()) > 0,
  );
  await demo.kill();
  await demo.start();
  await until('the province is loaded', async () => (await collection('permits', 'permits').countDocuments()) === 10);
  expect(await collection('registry', 'enterprises').countDocuments()).toBe(province.enterprises.length);
  expect(await collection('registry', 'outlets').countDocuments()).toBe(province.outlets.length);
  expect(await collection('registry', 'devices').countDocuments()).toBe(province.devices.length);
  expect(await collection('registry', 'persons').countDocuments()).toBe(province.persons.length);
  // What was loaded before the kill was not changed by loading it again.
  for (const name of ['enterprises', 'outlets', 'devices', 'persons']) {
    expect(await collection('registry', name).countDocuments({ sequence: { $ne: 1 } })).toBe(0);
  }
});

it('lets the people of demo-logins.txt log in, and keeps passwords to the owner', async () => {
  await until('the logins are written', () => {
    try {
      return readFile('demo-logins.txt').length > 0;
    } catch {
      return false;
    }
  });
  for (const file of ['demo-logins.txt', 'demo-accounts.json']) {
    expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
  }
  const lines = readFile('demo-logins.txt').trim().split('\n');
  const names = lines.map((line) => line.split(/\s+/)[0]);
  expect(names).toEqual(expect.arrayContaining(['supervisor-330483', 'officer1-331002', 'viewer', 'ent-330483-001']));
  const [username, password] = (lines.find((line) => line.startsWith('supervisor-330483')) as string).split(/\s+/);
  const response = await fetch(`${gatewayUrl}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({
    division: '330483',
    roles: ['supervisor'],
    personId: 'supervisor-330483',
  });
});

it('plays its devices over TCP, and stops cleanly with its state saved', async () => {
  await until('all devices speak', () => mns.size === province.simulated.length);
  const { url } = JSON.parse(readFile('control.json')) as { url: string };
  const status = (await (await fetch(`${url}/status`)).json()) as { devices: number; connected: number };
  const devices = province.simulated.length;
  expect(status).toMatchObject({ devices, connected: devices });
  await demo.stop();
  const state = JSON.parse(readFile('simulator.json')) as { cursors: Record<string, { hour: number }> };
  expect(Object.keys(state.cursors)).toHaveLength(devices);
});
