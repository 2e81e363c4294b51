import net from 'node:net';
import { digits, type FrameMaker } from './bench-frames';
import { ACKED, type LoadOptions, NOT_SENT, SENT } from './load-messages';

/** What all devices of a process share: it costs once, not five thousand times. */
export interface LoadHost {
  options: LoadOptions;
  frames: FrameMaker;
  /** Every socket reads into this one, for what is read is looked at before the next read. */
  readBuffer: Buffer;
  answered(now: number, latencyMs: number): void;
}

const HASH = '#'.charCodeAt(0);
/** `##0088QN=20160801085857223;ST=91;CN=9014;`: where the QN and the digits of CN begin (HJ 212-2017 6.3). */
const QN_AT = 9;
const CN_AT = 36;
const UPLOAD_ANSWER = 9_014;
const RECONNECT_MS = 200;

/**
 * A device as the standard wants it: it keeps what is not acknowledged, reconnects, and sends it again (HJ 212-2017 6.1), so
 * whatever is killed on the other side, each of its packets is acknowledged in the end.
 */
export class LoadDevice {
  /** One byte a frame: NOT_SENT, SENT or ACKED. */
  readonly states: Uint8Array;
  /** When a frame was due, and when it was last written, ms since the process began: to 0.06 ms after ten minutes. */
  readonly #dueAt: Float32Array;
  readonly #writtenAt: Float32Array;
  #socket: net.Socket | undefined;
  #rest: Buffer | undefined;
  #comeBack: NodeJS.Timeout | undefined;
  #closed = false;
  #tries: number;
  /** Frames before this one are all acknowledged; those from `#next` were never sent. */
  #oldest = 0;
  #next = 0;
  due = 0;
  inFlight = 0;
  answered = 0;
  resent = 0;
  reconnected = -1;
  connected = false;

  constructor(
    private readonly number: number,
    private readonly host: LoadHost,
  ) {
    const { frames } = host.options;
    this.states = new Uint8Array(frames);
    this.#dueAt = new Float32Array(frames);
    this.#writtenAt = new Float32Array(frames);
    this.#tries = number;
  }

  get attempted(): number {
    return this.#next;
  }

  /** No frame is left to send. */
  get exhausted(): boolean {
    return this.#next >= this.states.length;
  }

  connect(): void {
    const { addresses } = this.host.options;
    const address = addresses[this.#tries++ % addresses.length] as { host: string; port: number };
    const callback = (length: number, buffer: Uint8Array) => {
      this.#receive(buffer as Buffer, length);
      return true;
    };
    const socket = net.connect({ ...address, noDelay: true, onread: { buffer: this.host.readBuffer, callback } });
    this.#socket = socket;
    socket.once('connect', () => {
      this.connected = true;
      this.reconnected++;
      this.resend(performance.now(), Number.POSITIVE_INFINITY);
      this.send();
    });
    // A system that is killed is what we are here for; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.connected = false;
      this.#rest = undefined;
      this.#comeBack ??= setTimeout(() => this.#return(), RECONNECT_MS);
    });
  }

  /** Drops the connection and comes back after a time. */
  drop(forMs: number): void {
    clearTimeout(this.#comeBack);
    this.#comeBack = setTimeout(() => this.#return(), forMs);
    this.#socket?.destroy();
  }

  #return(): void {
    this.#comeBack = undefined;
    if (!this.#closed) this.connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#comeBack);
    this.#socket?.removeAllListeners('close').destroy();
  }

  /** One more frame is due, since `at`. */
  becomesDue(at: number): void {
    if (this.due < this.states.length) this.#dueAt[this.due++] = at;
  }

  /** Forgets what is due and was never sent. */
  discard(): void {
    this.due = this.#next;
  }

  /** Sends what is due, as far as the window allows. */
  send(): void {
    const until = Math.min(this.#next + this.host.options.window - this.inFlight, this.due);
    if (!this.connected || until <= this.#next) return;
    const from = this.#next;
    this.#next = until;
    this.inFlight += until - from;
    this.#write(from, until, performance.now());
  }

  /** Sends again what was last written before `before` and is not answered. */
  resend(now: number, before: number): void {
    if (!this.connected) return;
    for (let frame = this.#oldest; frame < this.#next; frame++) {
      if (this.states[frame] !== SENT || (this.#writtenAt[frame] as number) >= before) continue;
      this.resent++;
      this.#write(frame, frame + 1, now);
    }
  }

  #write(from: number, until: number, now: number): void {
    const { frames } = this.host;
    const bytes = Buffer.allocUnsafe(frames.length * (until - from));
    for (let frame = from, at = 0; frame < until; frame++, at += frames.length) {
      frames.write(bytes, at, this.number, frame);
      if (this.states[frame] === NOT_SENT) this.states[frame] = SENT;
      this.#writtenAt[frame] = now;
      if (this.#dueAt[frame] === 0) this.#dueAt[frame] = now;
    }
    this.#socket?.write(bytes);
  }

  #receive(buffer: Buffer, length: number): void {
    const now = performance.now();
    const rest = this.#rest;
    const bytes = rest ? Buffer.concat([rest, buffer.subarray(0, length)]) : buffer;
    const end = rest ? bytes.length : length;
    let at = 0;
    while (end - at >= 6) {
      if (bytes[at] !== HASH) throw new Error(`device ${this.number} was sent something that is no HJ 212 frame`);
      const size = 12 + digits(bytes, at + 2, 4);
      if (end - at < size) break;
      this.#take(bytes, at, size, now);
      at += size;
    }
    // The buffer is read into again by the next socket.
    this.#rest = at < end ? Buffer.from(bytes.subarray(at, end)) : undefined;
    this.send();
  }

  /** Takes the answer of a frame by its QN, whichever their order. A request of the platform is not answered. */
  #take(bytes: Buffer, at: number, size: number, now: number): void {
    if (size < CN_AT + 4 || digits(bytes, at + CN_AT, 4) !== UPLOAD_ANSWER) return;
    const frame = this.host.frames.indexAt(bytes, at + QN_AT);
    if (this.states[frame] !== SENT) return;
    this.states[frame] = ACKED;
    this.inFlight--;
    this.answered++;
    while (this.#oldest < this.#next && this.states[this.#oldest] === ACKED) this.#oldest++;
    this.host.answered(now, now - (this.#dueAt[frame] as number));
  }
}
