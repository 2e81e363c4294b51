import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { serviceEnvironment, type TestServers, testServers, until } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { type ActionHandlers, DomainError, defineService, type Kit, runService } from '../src';

let servers: TestServers;
beforeAll(async () => {
  servers = await testServers();
});
afterAll(() => servers.stop());

function serving(actions: ActionHandlers, stopped: () => Promise<void> = async () => {}) {
  let kit: Kit | undefined;
  const definition = defineService({
    name: 'tasking',
    config: Type.Object({}),
    create(given) {
      kit = given;
      return { actions, stopped };
    },
  });
  return { definition, kit: () => kit as Kit };
}

it('SIGTERM: not ready at once, work goes on for STOP_DELAY_S, the health port is the last thing to close', async () => {
  const told: string[] = [];
  const { definition, kit } = serving({ 'tasking.task.list': async () => ({ items: [] }) }, async () => {
    told.push('draining');
    const live = await fetch(`http://127.0.0.1:${running.healthPort}/livez`);
    told.push(`live ${live.status}`);
  });
  const running = await runService(
    definition,
    serviceEnvironment(servers, 'tasking', { STOP_DELAY_S: '2', VERSION: '1.2.3' }),
  );
  const at = (path: string) => fetch(`http://127.0.0.1:${running.healthPort}${path}`);
  expect((await at('/readyz')).status).toBe(200);
  const since = Date.now();
  const stopping = running.stop();
  const ready = await at('/readyz');
  expect([ready.status, await ready.text()]).toEqual([503, 'not ready: it is stopping\n']);
  expect(await kit().call('tasking.task.list', {})).toEqual({ items: [] });
  expect(told).toEqual([]);
  await stopping;
  expect(Date.now() - since).toBeGreaterThanOrEqual(2_000);
  expect(told).toEqual(['draining', 'live 200']);
  await expect(at('/livez')).rejects.toThrow();
});

it('/metrics: what the service did, what waits, and the process', async () => {
  const { definition, kit } = serving({
    'tasking.task.list': async () => ({ items: [] }),
    'tasking.task.get': async () => {
      throw new DomainError('NOT_FOUND', 'There is none.', 404);
    },
    'tasking.clue.list': async () => {
      throw new Error('out of order');
    },
  });
  const running = await runService(definition, serviceEnvironment(servers, 'tasking', { VERSION: '1.2.3' }));
  try {
    await kit().call('tasking.task.list', {});
    await expect(kit().call('tasking.task.get', { id: 'x' })).rejects.toThrow('There is none.');
    await expect(kit().call('tasking.clue.list', {})).rejects.toThrow();
    const response = await fetch(`http://127.0.0.1:${running.healthPort}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    const count = (action: string, result: string) =>
      `greenwatch_action_duration_seconds_count{action="${action}",result="${result}"} 1\n`;
    expect(text).toContain(count('tasking.task.list', 'ok'));
    expect(text).toContain(count('tasking.task.get', 'refused'));
    expect(text).toContain(count('tasking.clue.list', 'failed'));
    expect(text).toContain('greenwatch_build_info{version="1.2.3"} 1\n');
    expect(text).toContain('greenwatch_outbox_pending 0\n');
    expect(text).toContain('greenwatch_outbox_oldest_seconds 0\n');
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      expect(text).toMatch(new RegExp(`^${name} [0-9.e+-]+$`, 'm'));
    }
    // One line of type for each name, as Prometheus wants it.
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
    await until(async () => (await fetch(`http://127.0.0.1:${running.healthPort}/readyz`)).ok);
  } finally {
    await running.stop();
  }
});

it('an address of NATS at which nobody answers, as of a pod that has gone, is given up soon and tried anew', async () => {
  const address = new URL(servers.natsUrl);
  const through = new Set<Socket>();
  let silent = false;
  const door = createServer((socket) => {
    through.add(socket);
    socket.on('error', () => {}).on('close', () => through.delete(socket));
    if (silent) return;
    const nats = connect(Number(address.port), address.hostname);
    nats.on('error', () => {}).on('close', () => socket.destroy());
    socket.on('close', () => nats.destroy());
    socket.pipe(nats).pipe(socket);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  const { definition } = serving({});
  const env = serviceEnvironment(servers, 'tasking');
  const running = await runService(definition, { ...env, NATS_URL: elsewhere(env.NATS_URL as string, port) });
  const ready = async () => (await fetch(`http://127.0.0.1:${running.healthPort}/readyz`)).status === 200;
  try {
    expect(await ready()).toBe(true);
    silent = true;
    for (const socket of through) socket.destroy();
    // Its two connections, of the log and of the broker, have come to nobody.
    await until(() => through.size >= 2);
    expect(await ready()).toBe(false);
    silent = false;
    await until(ready, 15_000);
  } finally {
    await running.stop();
    for (const socket of through) socket.destroy();
    door.close();
  }
}, 60_000);

function elsewhere(url: string, port: number): string {
  const other = new URL(url);
  other.hostname = '127.0.0.1';
  other.port = String(port);
  return other.href;
}
