import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import type { Refusal } from '@greenwatch/contracts';
import { OperatorError, repositoryRoot, System } from '@greenwatch/infra';
import { connectToSystem, drained, sleep } from './connect-to-system';

const USAGE = `usage: npm run replay -- [--recorded FILE] [--corpus FILE]
  --recorded FILE  JSON lines {packet}: logged traffic, sent over TCP with open admission; every valid upload that asks must
                   get its 9014, 90xx none, and every moment must be in the export once with all its factors
  --corpus FILE    JSON lines {packet, crc_ok, len_ok, note}: let in at frame level exactly when both are true`;

interface Line {
  packet: string;
  crc_ok: boolean;
  len_ok: boolean;
  note?: string;
}

interface ExportedMoment {
  mn: string;
  kind: string;
  dataTime: string;
  values: Record<string, Record<string, string>>;
  revisions: number;
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const WINDOW = 100;
const KIND_OF: Record<string, string> = {
  '2011': 'realtime',
  '2021': 'state',
  '2031': 'day',
  '2041': 'running',
  '2051': 'minute',
  '2061': 'hour',
};
const FRAME_LEVEL: Refusal['reason'][] = ['garbage', 'too-long', 'length', 'crc', 'slow'];

/** A packet read in the plainest way, apart from the parser under test. */
function look(packet: string) {
  const field = (name: string) => new RegExp(`(?:^|[;#\\d])${name}=([^;&]*)`).exec(packet)?.[1] ?? '';
  const cp = /CP=&&(.*)&&/s.exec(packet)?.[1] ?? '';
  const cn = field('CN');
  const time = /DataTime=(\d{14})/.exec(cp)?.[1];
  const data = cp !== '' && !/^(PolId=[^;,]*)?[;,]?$/.test(cp) && !/BeginTime=/.test(cp);
  const factors = new Set([...cp.matchAll(/([A-Za-z0-9_]+)-[A-Za-z]+=/g)].map((match) => match[1] as string));
  const upload = /^(10[1-6]\d|20\d\d|21\d\d|301[5789]|3020)$/.test(cn) && cn !== '1013' && data;
  return { cn, qn: field('QN'), mn: field('MN'), asks: (Number(field('Flag')) & 1) === 1, upload, time, factors };
}

const momentKey = (mn: string, kind: string, time: string) => `${mn}|${kind}|${time}`;
const localTime = (iso: string) => iso.replaceAll(/[-:T]/g, '').slice(0, 14);

async function readLines(file: string): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.trim()) lines.push(JSON.parse(line) as Line);
  }
  return lines;
}

/** Sends packets over one connection, a window at a time, and returns everything that was answered. */
async function send(host: string, port: number, packets: string[], expected: number): Promise<string> {
  const socket = connect(port, host);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  for (let at = 0; at < packets.length; at += WINDOW) {
    socket.write(packets.slice(at, at + WINDOW).join(''));
    await sleep(5);
  }
  for (let waited = 0; waited < 20_000 && received.split('CN=9014').length - 1 < expected; waited += 50)
    await sleep(50);
  // An answer too many would still come now.
  await sleep(300);
  // Packets that ask for nothing may still be on their way: end, do not break off.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.end();
  await closed;
  return received;
}

class Subject {
  private constructor(
    readonly system: System,
    readonly client: Awaited<ReturnType<typeof connectToSystem>>,
    readonly host: string,
    readonly port: number,
    private readonly api: string,
    private readonly key: string,
  ) {}

  static async start(): Promise<Subject> {
    const system = new System({ environment: { INGESTION_ADMISSION: 'open' }, announce: say });
    try {
      const urls = await system.start();
      const client = await connectToSystem(system, ['registry', 'readings', 'ingestion']);
      const [host = '', port] = urls.hj212.split(':');
      const { stdout } = await promisify(execFile)(process.execPath, [
        path.join(repositoryRoot, 'gateway', 'dist', 'admin.js'),
        '--data',
        system.folder.root,
        ...['api-key', 'create', '--name', 'replay', '--division', '330000'],
      ]);
      return new Subject(system, client, host, Number(port), urls.console, stdout.trim());
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  async get(pathname: string): Promise<string> {
    const response = await fetch(new URL(pathname, this.api), { headers: { authorization: `Bearer ${this.key}` } });
    if (!response.ok) throw new Error(`${pathname}: ${response.status} ${await response.text()}`);
    return response.text();
  }

  /** The export, of everything or of one device. */
  async exported(mn?: string): Promise<ExportedMoment[]> {
    const device = mn ? `&mn=${encodeURIComponent(mn)}` : '';
    const lines = (await this.get(`/api/v1/readings/export?format=ndjson${device}`)).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as ExportedMoment);
  }

  async refusals(): Promise<Refusal[]> {
    const found: Refusal[] = [];
    let after: string | undefined;
    do {
      const page = await this.client.call('ingestion.refusal.list', { limit: 1_000, ...(after ? { after } : {}) });
      found.push(...page.items);
      after = page.next;
    } while (after);
    return found.reverse();
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.system.stop();
  }
}

async function replayRecorded(subject: Subject, lines: Line[]): Promise<Record<string, number>> {
  const packets = lines.map((line) => `${line.packet.replace(/[\r\n]+$/, '')}\r\n`);
  const seen = packets.map(look);
  const wanting = seen.filter((packet) => packet.upload && packet.asks);
  const received = await send(subject.host, subject.port, packets, wanting.length);
  const answers = [...received.matchAll(/QN=(\d*);ST=91;CN=9014;/g)].map((match) => match[1] as string);
  const unanswered = minus(
    wanting.map((packet) => packet.qn),
    answers,
  );
  const undue = minus(
    answers,
    wanting.map((packet) => packet.qn),
  );
  const moments = new Map<string, Set<string>>();
  for (const { cn, mn, time, factors } of seen) {
    const kind = KIND_OF[cn];
    if (!kind || !time || factors.size === 0) continue;
    const key = momentKey(mn, kind, time);
    const all = moments.get(key) ?? new Set();
    for (const factor of factors) all.add(factor);
    moments.set(key, all);
  }
  await drained(subject.client, ['readings']);
  const exported = await subject.exported();
  const times = new Map<string, number>();
  let incomplete = 0;
  for (const { mn, kind, dataTime, values } of exported) {
    const key = momentKey(mn, kind, localTime(dataTime));
    times.set(key, (times.get(key) ?? 0) + 1);
    for (const factor of moments.get(key) ?? []) if (!(factor in values)) incomplete++;
  }
  return {
    packets: packets.length,
    asking: wanting.length,
    answered: answers.length,
    unanswered: unanswered.length,
    undue: undue.length,
    moments: moments.size,
    missing: [...moments.keys()].filter((key) => !times.has(key)).length,
    doubled: [...times.values()].filter((count) => count > 1).length,
    unexpected: [...times.keys()].filter((key) => !moments.has(key)).length,
    incomplete,
    revisions: exported.reduce((sum, moment) => sum + moment.revisions, 0),
  };
}

async function replayCorpus(subject: Subject, lines: Line[]): Promise<Record<string, number>> {
  let differing = 0;
  let letIn = 0;
  let stored = 0;
  let refusedForContent = 0;
  let nothingToStore = 0;
  let known = (await subject.refusals()).length;
  for (const { packet, crc_ok, len_ok, note } of lines) {
    const { mn } = look(packet);
    const before = mn ? (await subject.exported(mn)).length : 0;
    await sendAndClose(subject.host, subject.port, packet);
    // Refusals are written in groups, twice a second.
    await sleep(700);
    await drained(subject.client, ['readings']);
    const refusals = (await subject.refusals()).slice(known);
    known += refusals.length;
    const atFrame = refusals.find((refusal) => FRAME_LEVEL.includes(refusal.reason));
    const content = refusals.find((refusal) => !FRAME_LEVEL.includes(refusal.reason));
    if (!atFrame) letIn++;
    if (!atFrame !== (crc_ok && len_ok)) {
      differing++;
      const why = atFrame ? `${atFrame.reason}: ${atFrame.detail}` : 'let in';
      say(`differs: ${note ?? ''} (crc_ok ${crc_ok}, len_ok ${len_ok}) ${why}`);
    }
    if (atFrame) continue;
    if (content) {
      refusedForContent++;
      say(`refused: ${content.reason}: ${content.detail} (${note ?? ''})`);
    } else if (mn && (await subject.exported(mn)).length > before) stored++;
    else nothingToStore++;
  }
  return { lines: lines.length, letIn, differing, stored, refusedForContent, nothingToStore };
}

async function sendAndClose(host: string, port: number, packet: string): Promise<void> {
  const socket = connect(port, host);
  socket.on('error', () => {});
  socket.resume();
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.end(packet);
  await closed;
}

/** What is in `a` more often than in `b`. */
function minus(a: string[], b: string[]): string[] {
  const left = new Map<string, number>();
  for (const text of b) left.set(text, (left.get(text) ?? 0) + 1);
  return a.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { recorded: { type: 'string' }, corpus: { type: 'string' } } });
  if (!values.recorded && !values.corpus) throw new OperatorError(USAGE);
  const result: Record<string, Record<string, number>> = {};
  if (values.recorded) {
    const lines = await readLines(values.recorded);
    result.recorded = await withSubject((subject) => replayRecorded(subject, lines));
  }
  if (values.corpus) {
    const lines = await readLines(values.corpus);
    result.corpus = await withSubject((subject) => replayCorpus(subject, lines));
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
  const { unanswered = 0, undue = 0, missing = 0, doubled = 0, unexpected = 0, incomplete = 0 } = result.recorded ?? {};
  if (unanswered + undue + missing + doubled + unexpected + incomplete > 0) process.exitCode = 1;
}

/** A fresh system for each file: what one has stored would hide what the other stores. */
async function withSubject<T>(work: (subject: Subject) => Promise<T>): Promise<T> {
  const subject = await Subject.start();
  try {
    return await work(subject);
  } finally {
    await subject.stop();
  }
}

main().catch((error) => {
  say(error instanceof OperatorError ? error.message : ((error as Error).stack ?? String(error)));
  process.exitCode = 1;
});
