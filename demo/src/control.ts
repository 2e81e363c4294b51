import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fleet } from './simulator/fleet';

export interface Control {
  url: string;
  /** From now on /readyz says yes, and the fleet can be asked and commanded. */
  ready(fleet: Fleet): void;
  close(): Promise<void>;
}

/**
 * The demo's own small HTTP port, for those near it: /livez, /readyz, GET /status, and POST /episodes `{outletId?, hours?}`, which
 * starts an exceedance now.
 */
export async function serveControl(host: string, port: number): Promise<Control> {
  let fleet: Fleet | undefined;
  const server: Server = createServer((request, response) => {
    answer(request, response, fleet).catch((error: Error) => reply(response, 400, { error: error.message }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: (started) => {
      fleet = started;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, fleet: Fleet | undefined): Promise<void> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /livez') return reply(response, 200, { live: true });
  if (!fleet) return reply(response, 503, { error: 'the province is being loaded' });
  if (route === 'GET /readyz') return reply(response, 200, { ready: true });
  if (route === 'GET /status') return reply(response, 200, fleet.status());
  if (route === 'POST /episodes') {
    const body = await readBody(request);
    const started = fleet.startExceedance(body.outletId, body.hours);
    if (started) return reply(response, 201, started);
    return reply(response, 404, { error: `no simulated device is at the outlet ${body.outletId}` });
  }
  return reply(response, 404, { error: `${route}: expected GET /status or POST /episodes` });
}

async function readBody(request: IncomingMessage): Promise<{ outletId?: string; hours?: number }> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error('the body is too long');
  }
  const body: unknown = text === '' ? {} : JSON.parse(text);
  if (typeof body !== 'object' || body === null) throw new Error('body: expected a JSON object');
  const { outletId, hours } = body as { outletId?: unknown; hours?: unknown };
  if (outletId !== undefined && typeof outletId !== 'string') throw new Error('outletId: expected a text');
  if (hours !== undefined && !(Number.isInteger(hours) && Number(hours) >= 1 && Number(hours) <= 24)) {
    throw new Error('hours: expected a whole number from 1 to 24');
  }
  return { outletId, ...(hours === undefined ? {} : { hours: Number(hours) }) };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
