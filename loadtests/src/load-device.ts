import net from 'node:net';
import { digits, type FrameSource, NO_ANSWER } from './bench-frames';
import type { FaultDice } from './fleet/link-faults';
import { ACKED, type LoadOptions, NOT_SENT, SENT } from './load-messages';

/** What all devices of a process share: it costs once, not five thousand times. */
export interface LoadHost {
  options: LoadOptions;
  frames: FrameSource;
  /** What goes wrong on the way; without, nothing does. */
  faults?: FaultDice;
  /** Every socket reads into this one, for what is read is looked at before the next read. */
  readBuffer: Buffer;
  answered(now: number, latencyMs: number): void;
}

const HASH = '#'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const RECONNECT_MS = 200;
/** Where a pod has just gone nobody refuses a connection, and the system itself would try for two minutes. */
const CONNECT_WITHIN_MS = 10_000;
/** Between the parts of a write that is split: more than the other side's read takes. */
const SPLIT_MS = 20;

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
  /** Bytes that wait behind the first part of a split write. */
  #held: Buffer | undefined;
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
    readonly number: number,
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
    const { addresses, localAddress } = this.host.options;
    const address = addresses[this.#tries++ % addresses.length] as { host: string; port: number };
    const callback = (length: number, buffer: Uint8Array) => {
      this.#receive(buffer as Buffer, length);
      return true;
    };
    const socket = net.connect({
      ...address,
      localAddress,
      noDelay: true,
      onread: { buffer: this.host.readBuffer, callback },
    });
    this.#socket = socket;
    socket.setTimeout(CONNECT_WITHIN_MS, () => socket.destroy());
    socket.once('connect', () => {
      socket.setTimeout(0);
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
      this.#held = undefined;
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
    const { frames, faults } = this.host;
    let length = 0;
    for (let frame = from; frame < until; frame++) length += frames.lengthOf(this.number, frame);
    const bytes = Buffer.allocUnsafe(length);
    for (let frame = from, at = 0; frame < until; frame++) {
      frames.write(bytes, at, this.number, frame);
      at += frames.lengthOf(this.number, frame);
      if (this.states[frame] === NOT_SENT) {
        this.states[frame] = SENT;
        // Before the CR LF: the last digit of the CRC becomes another one.
        if (faults?.corrupts()) bytes[at - 3] = bytes[at - 3] === ZERO ? ZERO + 1 : ZERO;
      }
      this.#writtenAt[frame] = now;
      if (this.#dueAt[frame] === 0) this.#dueAt[frame] = now;
    }
    this.#put(bytes);
  }

  /** Onto the socket, in one write or, by chance, in two. */
  #put(bytes: Buffer): void {
    if (this.#held) {
      this.#held = Buffer.concat([this.#held, bytes]);
      return;
    }
    const cut = this.host.faults?.cutAt(bytes.length) ?? 0;
    if (cut === 0) {
      this.#socket?.write(bytes);
      return;
    }
    const socket = this.#socket;
    socket?.write(bytes.subarray(0, cut));
    this.#held = bytes.subarray(cut);
    setTimeout(() => {
      // Whoever reconnected meanwhile has sent everything again.
      if (socket !== this.#socket || !this.#held) return;
      const held = this.#held;
      this.#held = undefined;
      socket?.write(held);
    }, SPLIT_MS);
  }

  /** A heart-beat (CN 9015): of a device that has nothing to say, so that its connection is not taken for dead. */
  beat(frame: Buffer): void {
    if (this.connected && !this.#held) this.#socket?.write(frame);
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
    const frame = this.host.frames.answered(bytes, at, size, this.number);
    if (frame === NO_ANSWER || this.states[frame] !== SENT) return;
    this.states[frame] = ACKED;
    this.inFlight--;
    this.answered++;
    while (this.#oldest < this.#next && this.states[this.#oldest] === ACKED) this.#oldest++;
    this.host.answered(now, now - (this.#dueAt[frame] as number));
    // As if this answer had been lost: what is sent again is stored once all the same.
    if (this.host.faults?.repeats()) this.#write(frame, frame + 1, now);
  }
}
