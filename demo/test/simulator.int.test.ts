import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  buildRequest,
  FrameCutter,
  type Packet,
  parseSegment,
  readMessage,
  readReply,
  readUpload,
  replyToUpload,
} from '@greenwatch/hj212';
import { demoProvince } from '../src/province';
import { Fleet } from '../src/simulator/fleet';
import { type Cursors, SimulatedLogger } from '../src/simulator/logger';
import { DAY, HOUR } from '../src/simulator/signal';
import { momentAt, schedules } from '../src/simulator/uploads';

const { simulated } = demoProvince({ seed: 'greenwatch', enterprises: 40 });
const NOW = Date.parse('2026-11-20T10:20:00+08:00');

/** A host that takes uploads over TCP and answers as it is told to. */
class Host {
  readonly packets: Packet[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  #server: Server | undefined;

  constructor(private readonly answers: (packet: Packet, socket: Socket) => boolean) {}

  async start(): Promise<number> {
    const server = createServer((socket) => {
      this.connections++;
      this.sockets.add(socket);
      const cutter = new FrameCutter();
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('data', (chunk) => {
        for (const piece of cutter.push(chunk)) {
          if (piece.type !== 'frame') throw new Error(piece.detail);
          const packet = parseSegment(piece.segment);
          this.packets.push(packet);
          const reply = replyToUpload(packet);
          if (reply && this.answers(packet, socket) && !socket.destroyed) socket.write(reply);
        }
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Moments that arrived, `kind time`, with every text that came for them. */
  moments(): Map<string, Set<string>> {
    const moments = new Map<string, Set<string>>();
    for (const packet of this.packets) {
      const said = readMessage(packet);
      const { kind, dataTime } =
        said?.type === 'standard-check' || said?.type === 'log'
          ? { kind: said.type === 'log' ? 'log' : 'check', dataTime: said.time }
          : readUpload(packet);
      const key = `${kind} ${dataTime}`;
      moments.set(key, (moments.get(key) ?? new Set()).add(`${packet.pno ?? 1}/${packet.pnum ?? 1} ${packet.cp}`));
    }
    return moments;
  }
}

// Seven days of twelve loggers: half a minute where others use the machine, too.
jest.setTimeout(120_000);

const until = async (what: string, condition: () => boolean, ms = 60_000) => {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const device = (what: (profile: (typeof simulated)[number]['profile']) => boolean) =>
  simulated.find(({ profile }) => what(profile)) as (typeof simulated)[number];

/** A logger that owes two days of hours, as after an outage; it lives in a time that stands still. */
function logger(of: (typeof simulated)[number], port: number, answerTimeout = 100) {
  const list = schedules(of.profile, 0.5, 30);
  const cursors: Required<Cursors> = { realtime: 0, state: 0, minute: 0, hour: 0, day: 0, check: 0, log: 0 };
  for (const schedule of list) {
    const back = schedule.step >= HOUR ? 2 * DAY : 10 * schedule.step;
    cursors[schedule.kind] = momentAt(schedule, NOW - back);
  }
  const started = Date.now();
  const now = () => NOW + Date.now() - started;
  const made = new SimulatedLogger(of, list, cursors, NOW, {
    host: '127.0.0.1',
    port,
    now,
    effectAt: () => ({}),
    answerTimeout,
    progress: () => {},
  });
  const owed = list.flatMap((schedule) => {
    const moments: string[] = [];
    for (let at = cursors[schedule.kind] + schedule.step; at + schedule.delay <= NOW; at += schedule.step) {
      moments.push(`${schedule.kind} ${at}`);
    }
    return moments;
  });
  const timer = setInterval(() => made.tick(), 20);
  return {
    made,
    owed,
    now,
    stop: () => {
      clearInterval(timer);
      made.stop();
    },
  };
}

describe('a simulated logger against a host on TCP', () => {
  test.each([
    ['HJ 212-2017', device(({ edition, process }) => edition === '2017' && !process)],
    ['HJ/T 212-2005', device(({ edition, wantsAnswer }) => edition === '2005' && wantsAnswer)],
  ])('%s: every owed moment arrives though a third of the answers is lost', async (_, of) => {
    let asked = 0;
    const host = new Host(() => asked++ % 3 !== 0);
    const run = logger(of, await host.start());
    await until('the backlog is empty', () => run.made.backlog(run.now()) === 0);
    run.stop();
    await host.stop();
    const moments = host.moments();
    expect(run.owed.filter((moment) => !moments.has(moment))).toEqual([]);
    // What came twice said the same both times.
    for (const [moment, texts] of moments) {
      const parts = [...texts].map((text) => text.split(' ')[0]);
      expect([moment, new Set(parts).size]).toEqual([moment, parts.length]);
    }
    // A packet that was not answered went out again with its QN (10 s in the field, 0.1 s here).
    const qns = host.packets.map((packet) => packet.qn);
    expect(new Set(qns).size).toBeLessThan(qns.length);
  });

  it('connections that break lose nothing', async () => {
    let asked = 0;
    const host = new Host((_, socket) => {
      if (++asked % 25 === 0) socket.destroy();
      return true;
    });
    const run = logger(
      device(({ edition, process }) => edition === '2017' && !process),
      await host.start(),
    );
    await until('the backlog is empty', () => run.made.backlog(run.now()) === 0, 25_000);
    run.stop();
    await host.stop();
    expect(host.connections).toBeGreaterThan(2);
    const moments = host.moments();
    expect(run.owed.filter((moment) => !moments.has(moment))).toEqual([]);
  });

  it('without any answer it sends each packet four times, then calls the link dead and connects again', async () => {
    const host = new Host(() => false);
    const run = logger(
      device(({ edition, process }) => edition === '2017' && !process),
      await host.start(),
      60,
    );
    await until('it connects again', () => host.connections === 2);
    const first = host.packets[0]?.qn;
    expect(host.packets.filter((packet) => packet.qn === first)).toHaveLength(4);
    expect(run.made.backlog(run.now())).toBeGreaterThanOrEqual(run.owed.length);
    run.stop();
    await host.stop();
  });

  it('never has more than four packets unanswered (the parts of one moment go together)', async () => {
    const host = new Host(() => false);
    const run = logger(
      device(({ edition, process }) => edition === '2017' && process),
      await host.start(),
      60_000,
    );
    await until('it sends', () => host.packets.length >= 4);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(host.packets).toHaveLength(4);
    run.stop();
    await host.stop();
  });
});

jest.setTimeout(90_000);

describe('the fleet', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-fleet-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const fleetOf = (port: number) =>
    new Fleet(
      { simulated: simulated.slice(0, 12) },
      {
        host: '127.0.0.1',
        port,
        seed: 'greenwatch',
        stateFile: path.join(folder, 'simulator.json'),
        realtimeSeconds: 30,
        now: Date.now,
      },
    );

  it('goes on after a restart where it had come to, and says again the same', async () => {
    const host = new Host(() => true);
    const port = await host.start();
    const first = fleetOf(port);
    first.start();
    await until('some of the history arrived', () => host.packets.length > 600);
    first.stop();
    const before = host.packets.length;
    const second = fleetOf(port);
    second.start();
    await until('the backlog is empty', () => second.status().connected === 12 && second.status().backlog === 0);
    second.stop();
    await host.stop();
    // Seven days of hours and days, once: what was in flight at the stop may come twice, the rest not.
    const hours = host.packets.filter((packet) => packet.cn === '2061' && (packet.pno ?? 1) === 1);
    const mns = new Set(hours.map((packet) => packet.mn));
    const sent = new Set(hours.map((packet) => `${packet.mn} ${readUpload(packet).dataTime}`));
    expect(mns.size).toBe(12);
    expect(sent.size).toBeGreaterThanOrEqual(12 * 7 * 24);
    expect(hours.length - sent.size).toBeLessThanOrEqual(12 * 4);
    expect(before).toBeLessThan(host.packets.length);
  });

  it('an exceedance started by hand sends the last full hour again, above the limit', async () => {
    const host = new Host(() => true);
    const fleet = fleetOf(await host.start());
    fleet.start();
    await until('the history has arrived', () => fleet.status().connected === 12 && fleet.status().backlog === 0);
    host.packets.length = 0;
    const outlet = (simulated[0] as (typeof simulated)[number]).outlet;
    const started = fleet.startExceedance(outlet.id);
    expect(started?.mns).toContain(simulated[0]?.profile.mn);
    const hour = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
    const again = () =>
      host.packets.find(
        (packet) =>
          packet.cn === '2061' && packet.mn === simulated[0]?.profile.mn && packet.cp.includes('a21002-ZsAvg'),
      );
    await until('the hour comes again', () => again() !== undefined);
    fleet.stop();
    await host.stop();
    const upload = readUpload(again() as Packet);
    expect(upload.dataTime).toBe(hour);
    const value = upload.factors
      .find((reading) => reading.factor === 'a21002')
      ?.fields.find(([name]) => name === 'ZsAvg');
    const limit = outlet.pollutants.find((p) => p.factor === 'a21002')?.limit as number;
    expect(Number(value?.[1])).toBeGreaterThan(limit * 1.1);
    expect(fleet.startExceedance('nowhere')).toBeUndefined();
  });

  test('a request for hours (CN 2061): 9011, the hours, 9012, and the hours are those it sent before', async () => {
    const host = new Host(() => true);
    const run = logger(
      device(({ edition, process }) => edition === '2017' && !process),
      await host.start(),
    );
    await until('the backlog is empty', () => run.made.backlog(run.now()) === 0);
    const hours = () => host.packets.filter(({ cn }) => cn === '2061');
    const before = new Set(hours().map(({ cp }) => cp));
    const from = Math.floor(NOW / HOUR) * HOUR - 12 * HOUR;
    const values = { beginTime: from, endTime: from + 3 * HOUR - 1_000 };
    const target = { mn: run.made.mn, st: '32', edition: '2017' as const };
    const { frame, qn } = buildRequest(target, 'get-hours', values, NOW);
    const sent = hours().length;
    for (const socket of host.sockets) socket.write(frame);
    await until('it is done', () => host.packets.some(({ cn }) => cn === '9012'));
    const replies = host.packets.map(readReply).filter((reply) => reply !== undefined);
    expect(replies).toMatchObject([
      { type: 'accepted', code: 1, qn },
      { type: 'executed', code: 1, qn },
    ]);
    const again = hours().slice(sent);
    expect(new Set(again.map((packet) => readUpload(packet).dataTime))).toEqual(
      new Set([from, from + HOUR, from + 2 * HOUR]),
    );
    expect(again.every(({ cp }) => before.has(cp))).toBe(true);
    run.stop();
    await host.stop();
  });
});
