import { connect, type Socket } from 'node:net';
import { FrameCutter, parseSegment } from '@greenwatch/hj212';
import { frameOf, mnOf } from './bench-frames';

export interface PatientDeviceOptions {
  device: number;
  host: string;
  port: number;
  /** Data time of frame 0; frame i is of i seconds later. */
  firstTime: number;
  frames: number;
  window: number;
  /** Pause between two new frames, ms. */
  everyMs: number;
  /** Sent again when no 9014 came within this time, ms. */
  resendMs: number;
}

/**
 * A device as the standard wants it: it keeps what is not acknowledged, reconnects, and sends it again (HJ 212-2017 6.1). So
 * whatever is killed on the other side, each of its frames is acknowledged in the end.
 */
export class PatientDevice {
  /** One byte a frame: 1 where a 9014 came. */
  readonly acked: Buffer;
  readonly #inFlight = new Map<string, { frame: number; sentAt: number }>();
  #next = 0;
  #socket: Socket | undefined;
  #timers: NodeJS.Timeout[] = [];
  #stopped = false;
  resent = 0;
  reconnected = -1;

  constructor(private readonly options: PatientDeviceOptions) {
    this.acked = Buffer.alloc(options.frames);
  }

  start(): void {
    this.#connect();
    this.#timers.push(
      setInterval(() => this.#sendNext(), this.options.everyMs),
      setInterval(() => this.#resend(), 500),
    );
  }

  /** No new frames; resolves when everything sent is acknowledged. */
  async finish(withinMs: number): Promise<void> {
    this.#next = this.options.frames;
    const end = Date.now() + withinMs;
    while (this.#inFlight.size > 0) {
      if (Date.now() > end) throw new Error(`${mnOf(this.options.device)}: ${this.#inFlight.size} packets unanswered`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.stop();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#stopped) return;
    this.reconnected++;
    const cutter = new FrameCutter();
    const socket = connect(this.options.port, this.options.host, () => {
      this.#socket = socket;
      for (const { frame } of this.#inFlight.values()) this.#write(frame);
    });
    socket.on('data', (chunk) => {
      for (const result of cutter.push(chunk)) {
        if (result.type !== 'frame') continue;
        const { cn, qn = '' } = parseSegment(result.segment);
        const sent = this.#inFlight.get(qn);
        if (cn !== '9014' || !sent) continue;
        this.acked[sent.frame] = 1;
        this.#inFlight.delete(qn);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = undefined;
      setTimeout(() => this.#connect(), 200);
    });
  }

  #sendNext(): void {
    const { frames, window } = this.options;
    if (this.#next >= frames || this.#inFlight.size >= window || !this.#socket) return;
    this.#write(this.#next++);
  }

  #write(frame: number): void {
    const bytes = frameOf(this.options.device, this.options.firstTime + frame * 1_000);
    const qn = bytes.toString('latin1', 9, 26);
    this.#inFlight.set(qn, { frame, sentAt: Date.now() });
    this.#socket?.write(bytes);
  }

  #resend(): void {
    const late = Date.now() - this.options.resendMs;
    for (const { frame, sentAt } of this.#inFlight.values()) {
      if (sentAt > late || !this.#socket) continue;
      this.resent++;
      this.#write(frame);
    }
  }
}
