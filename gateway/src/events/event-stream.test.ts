import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BUFFER_LIMIT, EventStream } from './event-stream';

/** A real connection: what one end streams, the other end has before it. */
async function connected(): Promise<{ stream: EventStream; response: IncomingMessage; close(): void }> {
  let stream: EventStream | undefined;
  const server = createServer((_, response) => {
    stream = new EventStream(response);
    stream.open({});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { stream: stream as EventStream, response, close: () => [server.closeAllConnections(), server.close()] };
}

test('events, beats and the end as the standard writes them', async () => {
  const { stream, response, close } = await connected();
  stream.send('link', { mn: 'MN1', online: true, at: '2026-03-01T10:00:00.000+08:00' });
  stream.beat();
  stream.end('expired');
  stream.beat();
  let text = '';
  for await (const chunk of response) text += chunk;
  expect(text).toBe(
    'retry: 3000\n\n' +
      'event: link\ndata: {"mn":"MN1","online":true,"at":"2026-03-01T10:00:00.000+08:00"}\n\n' +
      ': beat\n\n' +
      'event: end\ndata: {"reason":"expired"}\n\n',
  );
  close();
});

test('a client that does not read is let go; what waits for it stays bounded', async () => {
  const { stream, response, close } = await connected();
  response.pause();
  const reading = {
    mn: 'MN1',
    kind: 'realtime' as const,
    dataTime: '',
    receivedAt: '',
    values: { a: { Rtd: 'x'.repeat(60_000) } },
  };
  const inner = (stream as unknown as { response: { writableLength: number; destroyed: boolean } }).response;
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    stream.send('reading', reading);
    most = Math.max(most, inner.writableLength);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  expect(most).toBeGreaterThan(BUFFER_LIMIT);
  expect(most).toBeLessThan(BUFFER_LIMIT + 70_000);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(inner.destroyed).toBe(true);
  close();
});
