import { connect, type Socket } from 'node:net';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import type { Logger } from '@greenwatch/kit';
import { until } from '@greenwatch/testkit';
import type { Stored } from '../src/group-commit';
import { TcpServer } from '../src/tcp-server';

const NOW = Date.UTC(2026, 10, 1);
const MOST = 100;
const DEVICES = 60;
const PACKETS = 20;

/** What the platform holds: too much above `MOST`, until half of it has left. */
class Held {
  readonly waiting: { mn: string; stored: Stored }[] = [];
  most = 0;
  total = 0;
  #congested = false;

  take(mn: string, stored: Stored): void {
    this.waiting.push({ mn, stored });
    this.total++;
    this.most = Math.max(this.most, this.waiting.length);
  }

  get congested(): boolean {
    this.#congested = this.waiting.length > (this.#congested ? MOST / 2 : MOST);
    return this.#congested;
  }

  /** The log takes what there is. */
  store(): void {
    for (const { stored } of this.waiting.splice(0)) stored();
  }
}

let held: Held;
let server: TcpServer;
let port: number;
let sockets: Socket[];
let refused: string[];

beforeEach(async () => {
  held = new Held();
  sockets = [];
  refused = [];
  server = new TcpServer(
    {
      ...{ host: '127.0.0.1', port: 0, maxConnections: 1_000, drainMs: 0, maxAgeMs: 0 },
      ...{ frameTimeoutMs: 1_500, idleTimeoutMs: 60_000 },
    },
    (socket) => ({
      rules: { admission: 'open', maxAhead: 60_000, maxSegment: 1_024 },
      now: () => NOW,
      codecOf: () => undefined,
      lookup: () => undefined,
      append: ({ mn }, stored) => held.take(mn, stored),
      accepted: () => {},
      refused: ({ detail }) => refused.push(detail),
      replied: () => {},
      answered: () => {},
      write: (bytes) => socket.write(bytes),
      left: () => server.resumeIfRelieved(socket),
    }),
    { congested: () => held.congested, busy: () => false, closed: () => {}, left: () => {} },
    // Nothing here is worth a line: one would fail the test.
    {} as Logger,
  );
  ({ port } = await server.listen());
});
afterEach(async () => {
  held.store();
  for (const socket of sockets) socket.destroy();
  await server.drain();
});

async function connected(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('data', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

function frames(mn: string, count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const at = formatDataTime(NOW - i * 60_000);
      const head = `QN=${at}000;ST=32;CN=2011;PW=123456;MN=${mn};Flag=5`;
      return buildFrame(`${head};CP=&&DataTime=${at};w01018-Rtd=12.5,w01018-Flag=N&&`);
    }),
  );
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('too much from one socket stops all of them at once; all are read again, some after the others', async () => {
  const clients = await Promise.all(Array.from({ length: DEVICES }, connected));
  clients.forEach((socket, i) => {
    socket.write(frames(`D${i}`, PACKETS));
  });
  await until(() => held.most > MOST);
  await sleep(300);
  // The chunk that was one too many, and no other.
  expect(held.most).toBeLessThanOrEqual(MOST + PACKETS);

  // One that comes meanwhile waits with the others.
  const late = await connected();
  late.write(frames('LATE', PACKETS));
  await sleep(300);
  expect(held.total).toBeLessThanOrEqual(MOST + PACKETS);

  const all = (DEVICES + 1) * PACKETS;
  const turns: number[] = [];
  while (held.total < all && turns.length < 100) {
    turns.push(held.waiting.length);
    held.store();
    await sleep(20);
  }
  expect(held.total).toBe(all);
  // Those that are read again at a time may each have a chunk to say.
  expect(Math.max(...turns)).toBeLessThanOrEqual(MOST + 9 * PACKETS);
  expect(refused).toEqual([]);
});

it('a frame whose rest we did not read is not refused as slow', async () => {
  const [busy, cut] = await Promise.all([connected(), connected()]);
  const frame = frames('CUT', 1);
  cut.write(frame.subarray(0, 30));
  await sleep(100);
  busy.write(frames('BUSY', MOST + 1));
  await until(() => held.congested);
  cut.write(frame.subarray(30));
  // Longer than a frame may take.
  await sleep(2_800);
  expect(refused).toEqual([]);
  held.store();
  await until(() => held.waiting.length > 0);
  expect(held.waiting.map(({ mn }) => mn)).toEqual(['CUT']);
});
