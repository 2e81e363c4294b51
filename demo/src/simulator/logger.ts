import { createConnection, type Socket } from 'node:net';
import { FrameCutter, formatDataTime, type Packet, parseSegment } from '@greenwatch/hj212';
import type { SimulatedDevice } from '../province';
import { type PacketKind, uploadFrames } from './packets';
import { orderOf, replyFrames } from './requests';
import type { EffectAt } from './signal';
import { itemsOf, momentAt, type Schedule } from './uploads';

/** Packets that may wait for their 9014 at a time. */
const WINDOW = 4;
/** HJ 212-2017 table 1: 10 s, 3 times again. */
export const ANSWER_TIMEOUT = 10_000;
const RESENDS = 3;
/** A logger that asks for no answers sends so many a second at most, or it would flood the platform after an outage. */
const UNANSWERED_A_TICK = 20;
const RECONNECT_MIN = 1_000;
const RECONNECT_MAX = 15_000;
/** Moments sent for one request for history, at most; the host may ask for the rest. */
const MOST_HISTORY = 1_000;

/** Kind to the moment up to which the platform has everything. */
export type Cursors = Partial<Record<PacketKind, number>>;

interface Line {
  schedule: Schedule;
  /** Everything up to here is acknowledged. */
  acked: number;
  /** Everything up to here was sent on this connection. */
  sent: number;
  /** Acknowledged ahead of `acked`. */
  done: Set<number>;
}
interface Waiting {
  line: Line;
  moment: number;
  frame: Buffer;
  sentAt: number;
  resends: number;
  /** Frames of the moment that are not acknowledged, shared between them. */
  left: { frames: number };
}

/**
 * One data logger on its own TCP connection. What is not acknowledged stays owed: a moment is left only when all its
 * frames have their 9014, so nothing is dropped by a lost answer, a lost connection or a restart. The backlog takes no
 * memory: values can be computed again for any moment.
 */
export class SimulatedLogger {
  readonly #device: SimulatedDevice;
  readonly #lines: Line[];
  readonly #waiting = new Map<string, Waiting>();
  #socket: Socket | undefined;
  #connected = false;
  #connectAt: number;
  #backoff = RECONNECT_MIN;
  #lastQn = 0;
  #unanswered = 0;
  #stopping = false;
  /** Kinds that the host has stopped (CN 2012, 2022). */
  readonly #stopped = new Set<PacketKind>();

  constructor(
    device: SimulatedDevice,
    schedules: readonly Schedule[],
    cursors: Required<Cursors>,
    connectAt: number,
    private readonly outside: {
      host: string;
      port: number;
      now(): number;
      effectAt: EffectAt;
      /** After this long without 9014 a packet goes out again, ms. */
      answerTimeout: number;
      /** A cursor moved. */
      progress(): void;
      /** Moments that it fails to send by itself and gives out when it is asked: a gap for the platform to find. */
      forgets?(kind: PacketKind, moment: number): boolean;
    },
  ) {
    this.#device = device;
    this.#connectAt = connectAt;
    this.#lines = schedules.map((schedule) => {
      const cursor = cursors[schedule.kind];
      return { schedule, acked: cursor, sent: cursor, done: new Set() };
    });
  }

  get mn(): string {
    return this.#device.profile.mn;
  }
  get outletId(): string {
    return this.#device.outlet.id;
  }
  get connected(): boolean {
    return this.#connected;
  }
  get cursors(): Cursors {
    return Object.fromEntries(this.#lines.map((line) => [line.schedule.kind, line.acked]));
  }
  /** Moments that are due and not acknowledged. */
  backlog(now: number): number {
    return this.#lines.reduce((sum, { schedule, acked }) => {
      const owed = Math.floor((now - schedule.delay - acked) / schedule.step);
      return sum + Math.max(0, owed);
    }, 0);
  }

  /** Once a second: connect, resend, send what has become due. */
  tick(): void {
    if (this.#stopping) return;
    const now = this.outside.now();
    this.#unanswered = 0;
    if (this.outside.effectAt(this.outletId, now).silent) {
      this.#socket?.destroy();
      return;
    }
    if (!this.#socket) {
      if (now >= this.#connectAt) this.#connect();
      return;
    }
    if (!this.#connected) return;
    for (const packet of this.#waiting.values()) {
      if (now - packet.sentAt < this.outside.answerTimeout) continue;
      if (packet.resends >= RESENDS) {
        // The link counts as dead; what is owed goes out after the reconnect.
        this.#socket.destroy();
        return;
      }
      packet.resends++;
      packet.sentAt = now;
      this.#socket.write(packet.frame);
    }
    this.#send(now);
  }

  /** Sends a kind again from this moment on, as a logger does whose data were corrected. */
  rewind(kind: PacketKind, moment: number): void {
    const line = this.#lines.find((candidate) => candidate.schedule.kind === kind);
    if (!line) return;
    const before = moment - line.schedule.step;
    if (line.acked <= before) return;
    line.acked = before;
    line.sent = before;
    line.done.clear();
    for (const [qn, packet] of this.#waiting) if (packet.line === line) this.#waiting.delete(qn);
    this.outside.progress();
    this.#send(this.outside.now());
  }

  stop(): void {
    this.#stopping = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = createConnection({ host: this.outside.host, port: this.outside.port, noDelay: true });
    const cutter = new FrameCutter();
    this.#socket = socket;
    // Where a pod has just gone nobody refuses a connection, and the system itself would try for two minutes.
    socket.setTimeout(ANSWER_TIMEOUT, () => socket.destroy());
    socket.on('connect', () => {
      socket.setTimeout(0);
      this.#connected = true;
      this.#send(this.outside.now());
    });
    socket.on('data', (chunk) => {
      for (const piece of cutter.push(chunk)) {
        if (piece.type === 'frame') this.#take(piece.segment.toString('latin1'));
      }
    });
    // 'close' always follows, and that is where it is dealt with.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = undefined;
      // A connection that lasted starts over with short waits.
      if (this.#connected) this.#backoff = RECONNECT_MIN;
      this.#connected = false;
      this.#waiting.clear();
      for (const line of this.#lines) {
        line.sent = line.acked;
        line.done.clear();
      }
      this.#connectAt = this.outside.now() + this.#backoff;
      this.#backoff = Math.min(RECONNECT_MAX, this.#backoff * 2);
    });
  }

  /** Takes a request, or an answer: 9014 with the QN in front (2017) or inside CP (2005). */
  #take(segment: string): void {
    // 2005's 9014 has no MN.
    if (!segment.includes('CN=9014')) {
      const message = parseSegment(segment);
      if (!message.cn.startsWith('90')) this.#obey(message);
      return;
    }
    const qn = /QN=(\d{17})/.exec(segment)?.[1];
    const packet = qn === undefined ? undefined : this.#waiting.get(qn);
    if (qn === undefined || !packet) return;
    this.#waiting.delete(qn);
    if (--packet.left.frames === 0) this.#finish(packet.line, packet.moment);
    this.#send(this.outside.now());
  }

  /** Does what the host asks for: 9011, the data, 9012 (HJ 212-2017 6.2). */
  #obey(request: Packet): void {
    const { profile, outlet } = this.#device;
    const now = this.outside.now();
    const realtime = this.#lines.find(({ schedule }) => schedule.kind === 'realtime');
    const realtimeSeconds = (realtime?.schedule.step ?? 0) / 1000;
    let order = orderOf(profile, request, { realtimeSeconds }, now);
    const frames: Buffer[] = [];
    if (order.refused === undefined) {
      const { history, upload } = order;
      if (history) {
        const schedule = this.#lines.find((line) => line.schedule.kind === history.kind)?.schedule;
        for (const moment of schedule ? momentsOf(schedule, history, now) : []) {
          const items = itemsOf(profile, outlet, history.kind, moment, this.outside.effectAt);
          const parts = uploadFrames(profile, history.kind, moment, items, () => this.#nextQn(now));
          frames.push(...parts.map(({ frame }) => frame));
        }
        if (frames.length === 0) order = { failed: 100 };
      }
      if (upload?.on) this.#stopped.delete(upload.kind);
      else if (upload) this.#stopped.add(upload.kind);
      if (order.realtimeSeconds !== undefined && realtime) {
        realtime.schedule = { ...realtime.schedule, step: order.realtimeSeconds * 1000 };
        realtime.acked = momentAt(realtime.schedule, now);
        realtime.sent = realtime.acked;
        realtime.done.clear();
      }
    }
    const { before, after } = replyFrames(profile, request, order);
    for (const frame of [...before, ...frames, ...after]) this.#socket?.write(frame);
    this.#send(now);
  }

  #finish(line: Line, moment: number): void {
    line.done.add(moment);
    while (line.done.delete(line.acked + line.schedule.step)) line.acked += line.schedule.step;
    this.outside.progress();
  }

  #send(now: number): void {
    const { profile, outlet } = this.#device;
    while (this.#connected && this.#socket && this.#waiting.size < WINDOW && this.#unanswered < UNANSWERED_A_TICK) {
      const line = this.#next(now);
      if (!line) return;
      const moment = line.sent + line.schedule.step;
      const { kind } = line.schedule;
      if (this.#stopped.has(kind) || this.outside.forgets?.(kind, moment)) {
        line.sent = moment;
        this.#finish(line, moment);
        continue;
      }
      const items = itemsOf(profile, outlet, kind, moment, this.outside.effectAt);
      const frames = uploadFrames(profile, kind, moment, items, () => this.#nextQn(now));
      const left = { frames: frames.length };
      line.sent = moment;
      for (const { qn, frame } of frames) {
        this.#socket.write(frame);
        if (profile.wantsAnswer) this.#waiting.set(qn, { line, moment, frame, sentAt: now, resends: 0, left });
      }
      if (!profile.wantsAnswer) {
        this.#unanswered++;
        this.#finish(line, moment);
      }
    }
  }

  /** What to send next: new data first, then the oldest of the hourly and daily means that are owed. */
  #next(now: number): Line | undefined {
    let best: Line | undefined;
    let bestDue = Infinity;
    for (const line of this.#lines) {
      const { kind, step, delay } = line.schedule;
      const due = line.sent + step + delay;
      if (due > now) continue;
      if (kind !== 'hour' && kind !== 'day') return line;
      if (due < bestDue) {
        best = line;
        bestDue = due;
      }
    }
    return best;
  }

  /** A QN of its own for each frame: the time in 17 digits, at least a millisecond later than the last. */
  #nextQn(now: number): string {
    this.#lastQn = Math.max(now, this.#lastQn + 1);
    return formatDataTime(this.#lastQn) + String(this.#lastQn % 1000).padStart(3, '0');
  }
}

/** The moments of a kind within a time, as far as they are over by now. */
function momentsOf(schedule: Schedule, { from, to }: { from: number; to: number }, now: number): number[] {
  const moments: number[] = [];
  const last = Math.min(to, now - schedule.delay);
  for (let moment = momentAt(schedule, from - 1) + schedule.step; moment <= last; moment += schedule.step) {
    if (moments.push(moment) === MOST_HISTORY) break;
  }
  return moments;
}
