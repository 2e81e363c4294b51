import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Refusal } from '@greenwatch/contracts';
import { buildFrame, FrameCutter, formatDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient } from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testServers,
  until,
} from '@greenwatch/testkit';
import { mutant } from '../src/mutations';
import { seededRandom } from '../src/seeded-random';

/** Mutated frames over real sockets into a real ingestion. The million is the codec's (`npm run mutated-frames`). */

const CONNECTIONS = 4;
const FRAMES = 300;
const MAX_SEGMENT = 1024;
/** A length too great holds what follows until its bytes have come. */
const PADS = 12;
const FRAME_LEVEL = ['garbage', 'length', 'too-long', 'crc'] as const;

let servers: TestServers;
let ingestion: TestProcess;
let client: Client;
let port: number;

beforeAll(async () => {
  servers = await testServers();
  port = await choosePort();
  const health = await choosePort();
  ingestion = await startTestProcess({
    script: 'services/ingestion/dist/main.js',
    environment: serviceEnvironment(servers, 'ingestion', {
      HJ212_PORT: String(port),
      HEALTH_PORT: String(health),
      HJ212_MAX_SEGMENT: String(MAX_SEGMENT),
      INGESTION_ADMISSION: 'open',
    }) as Record<string, string>,
    readyAt: `http://127.0.0.1:${health}`,
  });
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion'] });
}, 90_000);
afterAll(async () => {
  await client?.close();
  await ingestion?.stop();
  await servers?.stop();
}, 60_000);

/** A good upload that asks for its 9014; its QN tells it from all others. */
const good = (qn: string) =>
  buildFrame(
    `QN=${qn};ST=32;CN=2011;PW=123456;MN=GOOD1;Flag=5;CP=&&DataTime=${formatDataTime(Date.now())};w01018-Rtd=1.5,w01018-Flag=N&&`,
  );

/** What is sent over one connection, and the QNs of the good packets in it. */
function stream(connection: number): { chunks: Buffer[]; qns: string[] } {
  const random = seededRandom(connection + 1);
  const chunks: Buffer[] = [];
  const qns: string[] = [];
  for (let number = 0; number < FRAMES; number++) {
    const qn = `2026112212${String(connection * FRAMES + number).padStart(7, '0')}`;
    qns.push(qn);
    chunks.push(...mutant(random, number).chunks, good(qn));
  }
  for (let pad = 0; pad < PADS; pad++) chunks.push(good(`2026112299${String(pad).padStart(7, '0')}`));
  return { chunks, qns };
}

async function answered(chunks: Buffer[], qns: string[]): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  const cutter = new FrameCutter();
  const found = new Set<string>();
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    for (const piece of cutter.push(chunk)) {
      const qn = piece.type === 'frame' && /^QN=(\d+);ST=91;CN=9014;/.exec(piece.segment.toString())?.[1];
      if (qn) found.add(qn);
    }
  });
  for (const chunk of chunks) {
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  await until(() => qns.every((qn) => found.has(qn)), 20_000).catch(() => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end();
  await closed;
  return qns.filter((qn) => !found.has(qn));
}

async function refusals(): Promise<Refusal[]> {
  const found: Refusal[] = [];
  let after: string | undefined;
  do {
    const page = await client.call('ingestion.refusal.list', { limit: 1_000, ...(after ? { after } : {}) });
    found.push(...page.items);
    after = page.next;
  } while (after);
  return found;
}

const count = (list: readonly string[]) =>
  Object.fromEntries(FRAME_LEVEL.map((reason) => [reason, list.filter((one) => one === reason).length]));

it('every good frame between broken ones is answered, every refusal is kept with its cause, and memory stays', async () => {
  const expected: string[] = [];
  for (let connection = 0; connection < CONNECTIONS; connection++) {
    const { chunks, qns } = stream(connection);
    const cutter = new FrameCutter({ maxSegment: MAX_SEGMENT });
    for (const piece of [...cutter.push(Buffer.concat(chunks)), ...cutter.end()]) {
      if (piece.type === 'refused') expected.push(piece.reason);
    }
    expect(await answered(chunks, qns)).toEqual([]);
  }
  const kept = await until(async () => {
    const list = await refusals();
    return list.filter(({ reason }) => expected.includes(reason)).length >= expected.length && list;
  });
  expect(count(kept.map(({ reason }) => reason))).toEqual(count(expected));
  expect(kept.filter(({ detail }) => detail === '')).toEqual([]);
  const reasons = new Set(kept.map(({ reason }) => reason));
  for (const reason of ['structure', 'value', 'data-time']) expect([...reasons]).toContain(reason);
  const status = readFileSync(`/proc/${ingestion.pid()}/status`, 'utf8');
  expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toBeLessThan(512);
}, 120_000);
