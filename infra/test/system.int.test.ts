import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { findRunningSystem, type PlannedProcess, Reaper, System } from '../src';

const reaper = new Reaper();
const counting: PlannedProcess = {
  name: 'counting',
  script: 'infra/test/fixtures/counting-service.js',
  issuer: 'registry',
  ready: 'readyz',
};
const root = path.resolve(__dirname, '../..');

async function ask(system: { ports: Record<string, number> }, what: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${system.ports['counting.health']}${what}`)).text();
}

const alive = (pid: number | undefined): boolean => {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
};

/** Runs a script of ours to its end. */
function run(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...environment } });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Runs the fixture's starter until it says that it has started. */
function startInOwnProcess(data: string): Promise<{ child: ChildProcess; output: () => string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['infra/test/fixtures/starter.js', data], { cwd: root });
    let output = '';
    child.stderr.on('data', (data) => (output += data));
    child.stdout.on('data', (data) => {
      output += data;
      if (output.includes('started\n')) resolve({ child, output: () => output });
    });
    child.on('exit', () => reject(new Error(output)));
  });
}

describe('one system', () => {
  const data = reaper.temporaryFolder('data');
  const lines: string[] = [];
  const start = async () => {
    const system = new System({ data, processes: [counting], announce: (line) => lines.push(line) });
    await system.start();
    return system;
  };

  test('starts, is found by tools, restarts what dies, stops within 15 s and keeps its data for the second start', async () => {
    const first = await start();
    const running = findRunningSystem(data);
    expect(await ask(running, '/starts')).toBe('1');
    expect(running.pid('counting')).toBe(first.pid('counting'));

    const before = first.pid('counting');
    first.kill('counting');
    await expectEventually(() => first.pid('counting') !== undefined && first.pid('counting') !== before);
    await first.ready('counting');
    expect(await ask(running, '/starts')).toBe('2');
    expect(findRunningSystem(data).pid('counting')).toBe(first.pid('counting'));

    // MongoDB itself dies: what it has acknowledged is there again.
    const mongod = first.pid('mongod');
    first.kill('mongod');
    await expectEventually(() => first.pid('mongod') !== undefined && first.pid('mongod') !== mongod);
    await first.ready('mongod');
    expect(await ask(running, '/starts')).toBe('2');

    const pids = first.names().map((name) => first.pid(name));
    const began = Date.now();
    await first.stop();
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(pids.filter(alive)).toEqual([]);
    expect(() => findRunningSystem(data)).toThrow('no greenwatch runs on');

    const second = await start();
    expect(await ask(findRunningSystem(data), '/starts')).toBe('3');
    expect(findRunningSystem(data).ports).toEqual(running.ports);
    await second.stop();
    expect(lines).toContain('counting ended (signal SIGKILL); starting it again in 250 ms');
  }, 60_000);

  test('secrets and the record with credentials are for the owner only', async () => {
    const system = await start();
    const files = ['run/system.json', 'valkey/valkey.conf', 'nats/nats-server.conf'].concat(
      readdirSync(path.join(data, 'secrets')).map((file) => `secrets/${file}`),
    );
    expect(files.length).toBeGreaterThan(12);
    const modes = files.map((file) => [file, (statSync(path.join(data, file)).mode & 0o777).toString(8)]);
    expect(modes.filter(([, mode]) => mode !== '600')).toEqual([]);
    await system.stop();
  });

  test('a user of NATS may publish facts of its own only', async () => {
    const system = await start();
    const denied: string[] = [];
    const { server, user, pass } = credentials(system.environment('rules').NATS_URL as string);
    const nats = await connect({ servers: server, user, pass });
    void (async () => {
      for await (const status of nats.status()) if (status.type === 'error') denied.push(status.error.message);
    })();
    nats.publish('facts.rules.alarm.raised', 'x');
    nats.publish('facts.permits.permit.changed', 'x');
    nats.publish('readings.3', 'x');
    await nats.flush();
    await expectEventually(() => denied.length === 2);
    expect(denied.join()).toContain('facts.permits.permit.changed');
    expect(denied.join()).toContain('readings.3');
    await nats.close();
    await expect(connect({ servers: server, user, pass: 'wrong' })).rejects.toThrow(/authorization/i);
    await system.stop();
  });
});

test('a second start on the same data folder is refused and disturbs nothing', async () => {
  const data = reaper.temporaryFolder('data');
  const system = new System({ data, processes: [counting] });
  await system.start();
  const second = await run(['infra/test/fixtures/starter.js', data]);
  expect(second.code).toBe(1);
  expect(second.output.trim().split('\n')).toEqual([
    `greenwatch already runs on ${data} (process ${process.pid}): stop that one, or choose another folder with --data DIR`,
  ]);
  expect(await ask(findRunningSystem(data), '/starts')).toBe('1');
  await system.stop();
});

test('after kill -9 of the starter the next start ends what it left and goes on with the data', async () => {
  const data = reaper.temporaryFolder('data');
  const { child } = await startInOwnProcess(data);
  const before = findRunningSystem(data);
  const left = ['counting', 'mongod', 'nats', 'valkey'].map((name) => before.pid(name));
  expect(left.filter(alive)).toHaveLength(4);
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  await expectEventually(() => !alive(child.pid));
  expect(left.filter(alive)).toHaveLength(4);

  const again = await startInOwnProcess(data);
  expect(left.filter(alive)).toEqual([]);
  expect(again.output()).toContain('mongod was left over from a start that was killed: ended it');
  expect(await ask(findRunningSystem(data), '/starts')).toBe('2');
  const ended = new Promise((resolve) => again.child.removeAllListeners('exit').on('exit', resolve));
  again.child.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 60_000);

test('a kept port that somebody else took meanwhile is replaced, and the replica set moves to the new one', async () => {
  const data = reaper.temporaryFolder('data');
  const first = new System({ data, processes: [counting] });
  await first.start();
  const { ports } = findRunningSystem(data);
  await first.stop();
  // Whoever connects is turned away: mongod asks its old address whether that is itself.
  const holder = net.createServer((socket) => socket.destroy()).listen(ports.mongod, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));

  const second = new System({ data, processes: [counting] });
  await second.start();
  expect(findRunningSystem(data).ports.mongod).not.toBe(ports.mongod);
  expect(await ask(findRunningSystem(data), '/starts')).toBe('2');
  await second.stop();
  holder.close();
});

test('two systems with different data run side by side, and a temporary one leaves nothing', async () => {
  const [one, other] = [new System({ processes: [counting] }), new System({ processes: [counting] })];
  await Promise.all([one.start(), other.start()]);
  const folders = [one.folder.root, other.folder.root];
  expect(await ask(findRunningSystem(folders[0]), '/starts')).toBe('1');
  expect(await ask(findRunningSystem(folders[1]), '/starts')).toBe('1');
  await Promise.all([one.stop(), other.stop()]);
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test('a service that cannot start gives one clear error with the end of its log, and nothing stays', async () => {
  const data = reaper.temporaryFolder('data');
  const broken = { ...counting, name: 'broken', script: 'infra/test/fixtures/broken-service.js' };
  const system = new System({ data, processes: [broken] });
  await expect(system.start()).rejects.toThrow(/broken did not become ready[\s\S]*FIXTURE_SETTING is missing/);
  expect(system.names().filter((name) => system.pid(name) !== undefined)).toEqual([]);
  expect(readdirSync(path.join(data, 'run'))).toEqual([]);
});

describe('npm start', () => {
  test.each(['HJ212_PORT', 'GATEWAY_PORT'])(
    '%s in use: one line that names it and what to do, exit code 1',
    async (variable) => {
      const holder = net.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => holder.once('listening', resolve));
      const { port } = holder.address() as net.AddressInfo;
      const data = reaper.temporaryFolder('data');
      const free = { HJ212_PORT: '0', GATEWAY_PORT: '0' };
      const { code, output } = await run(['infra/dist/start.js', '--data', data], {
        ...free,
        [variable]: String(port),
      });
      holder.close();
      expect(code).toBe(1);
      expect(output).toMatch(
        new RegExp(
          `^greenwatch: port ${port} is in use by another program: stop that one, .*${variable}=\\d+ npm start\n$`,
        ),
      );
      expect(readdirSync(path.join(data, 'run'))).toEqual([]);
    },
  );

  test('an unknown option is refused with the usage', async () => {
    const { code, output } = await run(['infra/dist/start.js', '--no-dmeo']);
    expect(code).toBe(1);
    expect(output).toContain("greenwatch: Unknown option '--no-dmeo'\nusage: npm start");
  });

  test('a port that is none is refused', async () => {
    const { code, output } = await run(['infra/dist/start.js'], { HJ212_PORT: '92120' });
    expect([code, output]).toEqual([
      1,
      'greenwatch: HJ212_PORT is "92120": a port from 0 (any free one) to 65535 is expected\n',
    ]);
  });
});

function credentials(url: string): { server: string; user: string; pass: string } {
  const { host, username, password } = new URL(url);
  return { server: host, user: username, pass: password };
}

async function expectEventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${condition}`);
    await sleep(20);
  }
}
