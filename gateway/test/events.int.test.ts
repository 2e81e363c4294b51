import { request } from 'node:http';
import {
  fact,
  ingestionFacts,
  notificationsFacts,
  registryFacts,
  rulesFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import { encodeBatch, newId, partitionOf } from '@greenwatch/kit';
import { type TestServers, testServers } from '@greenwatch/testkit';
import { eventually, type RunningGateway, runningGateway, type Visitor } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;
const TONGXIANG = ['330000', '330400', '330483'];
const JIAOJIANG = ['330000', '331000', '331002'];

beforeAll(async () => {
  servers = await testServers();
  gateway = await runningGateway(servers, { SESSION_IDLE_SECONDS: '30' });
  await device('MN1', 'e1', TONGXIANG);
  await device('MN2', 'e2', JIAOJIANG);
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await servers?.stop();
}, 30_000);

let sequence = 0;
function tell(subject: string, data: Uint8Array, divisionPath: string[], more: Partial<fact.Envelope> = {}): void {
  const envelope: fact.Envelope = {
    id: newId(),
    type: '',
    entity: 'x',
    sequence: ++sequence,
    occurredAt: 0,
    recordedAt: 0,
    producer: '',
    divisionPath,
    enterpriseId: '',
    traceParent: '',
    data,
    ...more,
  };
  gateway.admin.nats.connection.publish(subject, fact.Envelope.encode(envelope).finish());
}
/** Until the gateway's own copy has it. */
async function device(mn: string, enterpriseId: string, divisionPath: string[]): Promise<void> {
  const changed = registryFacts.DeviceChanged.decode(new Uint8Array());
  Object.assign(changed, { mn, status: 'active' });
  changed.bindings = [{ outletId: 'o', enterpriseId, medium: 'gas', from: 0, to: 0, divisionPath }];
  tell('facts.registry.device.changed', registryFacts.DeviceChanged.encode(changed).finish(), divisionPath, {
    entity: mn,
  });
  const province = await gateway.as({ roles: ['officer'] });
  await eventually(async () => {
    const stream = await listen(province, `?mn=${mn}`);
    const ready = await stream.next('ready');
    stream.close();
    return (ready.watching as string[]).includes(mn);
  });
}
const alarm = (id: string, divisionPath: string[], enterpriseId: string) => {
  const changed = rulesFacts.AlarmChanged.decode(new Uint8Array());
  Object.assign(changed, { id, code: 'EXC_H', level: 'mid', active: true, mn: 'MN1', enterpriseId });
  tell('facts.rules.alarm.raised', rulesFacts.AlarmChanged.encode(changed).finish(), divisionPath, { enterpriseId });
};
const reading = (mn: string, fields: string) => {
  const packet = { mn, kind: 1, dataTime: 1, receivedAt: 2, fields, raw: Buffer.alloc(0) };
  gateway.admin.nats.connection.publish(`readings.${partitionOf(mn, 16)}`, encodeBatch([packet]));
};

interface Stream {
  status: number;
  type: string;
  events: { event: string; data: Record<string, unknown> }[];
  /** The next event of this name, also one that came already and was not asked for. */
  next(event: string, withinMs?: number): Promise<Record<string, unknown>>;
  closed: Promise<void>;
  close(): void;
}

function listen(visitor: Visitor, query = ''): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const client = request(`${gateway.base}/api/v1/events${query}`, { headers: { cookie: visitor.cookie ?? '' } });
    client.once('error', reject);
    client.once('response', (response) => {
      const events: Stream['events'] = [];
      let rest = '';
      let read = 0;
      response.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
          if (event && data) events.push({ event, data: JSON.parse(data) });
        }
      });
      response.on('error', () => undefined);
      client.on('error', () => undefined);
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'] ?? '',
        events,
        next: (event, withinMs) =>
          eventually(async () => {
            const at = events.findIndex((candidate, index) => index >= read && candidate.event === event);
            if (at < 0) return undefined;
            read = at + 1;
            return events[at]?.data;
          }, withinMs),
        closed: new Promise((ended) => response.once('close', () => ended())),
        close: () => client.destroy(),
      });
    });
    client.end();
  });
}

test('facts reach who may see them and nobody else', async () => {
  const [county, city, other, enterprise, neighbour] = await Promise.all(
    [
      { roles: ['officer' as const], division: '330483', personId: 'p1' },
      { roles: ['supervisor' as const], division: '330400' },
      { roles: ['officer' as const], division: '331002' },
      { roles: ['principal' as const], division: '330483', enterpriseId: 'e1', personId: 'p2' },
      { roles: ['principal' as const], division: '330483', enterpriseId: 'e3' },
    ].map(async (account) => listen(await gateway.as(account))),
  );
  if (!county || !city || !other || !enterprise || !neighbour) throw new Error('streams');
  const all = [county, city, other, enterprise, neighbour];
  expect([county.status, county.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
  await Promise.all(all.map((stream) => stream.next('ready')));

  alarm('a1', TONGXIANG, 'e1');
  alarm('a2', JIAOJIANG, 'e2');
  const task = taskingFacts.TaskChanged.decode(new Uint8Array());
  Object.assign(task, { id: 't1', enterpriseId: 'e1' });
  tell('facts.tasking.task.dispatched', taskingFacts.TaskChanged.encode(task).finish(), TONGXIANG);
  const notice = notificationsFacts.NoticeChanged.decode(new Uint8Array());
  Object.assign(notice, { id: 'n1', recipientPersonId: 'p1' });
  tell('facts.notifications.notice.changed', notificationsFacts.NoticeChanged.encode(notice).finish(), TONGXIANG);
  // Ingestion does not know where a device stands: the gateway's own copy does.
  const link = { mn: 'MN1', online: true, at: 1, address: '' };
  tell('facts.ingestion.device.online', ingestionFacts.DeviceLink.encode(link).finish(), [], { entity: 'MN1' });
  // The last one, seen by everybody, shows that all before it has passed.
  alarm('end', [...TONGXIANG, ...JIAOJIANG], 'e1');
  alarm('end', [...TONGXIANG, ...JIAOJIANG], 'e3');

  const told = (stream: Stream) =>
    stream.events
      .map(({ event, data }) => `${event} ${JSON.stringify(data).match(/"(?:id|mn)":"(\w+)"/)?.[1]}`)
      .filter((text) => !/ready|end/.test(text));
  for (const stream of all) await eventually(async () => JSON.stringify(stream.events).includes('"end"'));
  // Connections come by a subscription of their own, after a look at the gateway's copy; everybody is told in one go.
  for (const stream of [county, city, enterprise]) await eventually(async () => told(stream).includes('link MN1'));
  expect(told(county).sort()).toEqual(['alarm a1', 'link MN1', 'notice n1', 'task t1']);
  expect(told(city).sort()).toEqual(['alarm a1', 'link MN1', 'task t1']);
  expect(told(other)).toEqual(['alarm a2']);
  // The inspectors' task is not announced to whom they visit.
  expect(told(enterprise).sort()).toEqual(['alarm a1', 'link MN1']);
  expect(told(neighbour)).toEqual([]);
  for (const stream of all) stream.close();
});

test('readings of watched devices, of those the caller sees', async () => {
  const visitor = await gateway.as({ roles: ['officer'], division: '330483' });
  const stream = await listen(visitor, '?mn=MN1&mn=MN2&mn=MN9');
  expect(await stream.next('ready')).toMatchObject({ watching: ['MN1'] });
  reading('MN2', 'a-Rtd=0');
  reading('MN1', 'a21026-Rtd=12.30,a21026-Flag=N');
  expect(await stream.next('reading')).toMatchObject({
    mn: 'MN1',
    kind: 'realtime',
    values: { a21026: { Rtd: '12.30', Flag: 'N' } },
  });
  expect(JSON.stringify(stream.events)).not.toContain('MN2');
  stream.close();
});

test('log-out ends the stream, and so does its session’s end', async () => {
  const visitor = await gateway.as({ roles: ['officer'] });
  const stream = await listen(visitor);
  await stream.next('ready');
  await visitor.ask('DELETE', '/api/v1/sessions/current');
  expect(await stream.next('end', 20_000)).toEqual({ reason: 'expired' });
  await stream.closed;
}, 30_000);

test('too many streams of one caller are refused', async () => {
  const visitor = await gateway.as({ roles: ['officer'] });
  const streams = [];
  for (let i = 0; i < 20; i++) streams.push(await listen(visitor));
  const beyond = await listen(visitor);
  expect(beyond.status).toBe(429);
  for (const stream of [...streams, beyond]) stream.close();
});

test('a stop of the gateway says so to everybody who listens, and does not wait for them', async () => {
  const own = await runningGateway(servers, { MONGODB_DATABASE: `${servers.database}_stop`, INSTANCE: 'stop' });
  const visitor = own.visitor();
  await visitor.logIn('admin', own.firstPassword);
  const change = { current: own.firstPassword, next: 'a long password' };
  expect((await visitor.ask('PUT', '/api/v1/me/password', change)).status).toBe(200);
  const response = await fetch(`${own.base}/api/v1/events`, { headers: { cookie: visitor.cookie ?? '' } });
  const text = response.text();
  const began = Date.now();
  await own.stop();
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(await text).toContain('event: end\ndata: {"reason":"stopping"}');
});
