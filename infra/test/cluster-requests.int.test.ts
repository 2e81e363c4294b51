import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Requests } from '../src/cluster/requests';

let server: Server;
const close = () => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
};
afterEach(close);

async function listening(answer: (turn: number) => number | 'reset'): Promise<string> {
  let turn = 0;
  server = createServer((request, response) => {
    const status = answer(turn++);
    if (status === 'reset') request.socket.resetAndDestroy();
    else response.writeHead(status).end('answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function ask(base: string, forMs: number) {
  const requests = new Requests(base, ['/one', '/two'], {}, 50);
  await new Promise((resolve) => setTimeout(resolve, forMs));
  return requests.stop();
}

test('answers are counted, refusals by their status and path', async () => {
  const base = await listening((turn) => (turn === 4 ? 503 : turn === 7 ? 404 : 200));
  const { asked, failed, causes } = await ask(base, 600);
  expect(asked).toBeGreaterThan(10);
  expect(failed).toBe(2);
  expect(causes).toEqual({ '503 /one': 1, '404 /two': 1 });
});

test('a kept connection that was closed meanwhile is no failure: the request is sent again', async () => {
  const base = await listening((turn) => (turn % 5 === 3 ? 'reset' : 200));
  const { asked, failed } = await ask(base, 600);
  expect(asked).toBeGreaterThan(10);
  expect(failed).toBe(0);
});

test('a gateway that is not there fails every request', async () => {
  const base = await listening(() => 200);
  await close();
  const { asked, failed, causes } = await ask(base, 300);
  expect(failed).toBe(asked);
  expect(Object.keys(causes)).toEqual(expect.arrayContaining([expect.stringContaining('ECONNREFUSED')]));
});
