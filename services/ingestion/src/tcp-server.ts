import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@greenwatch/kit';
import { DeviceSession, type SessionHost } from './device-session';

export interface TcpSettings {
  host: string;
  port: number;
  maxConnections: number;
  /** A frame whose rest does not come within this time is refused and the connection closed, ms. */
  frameTimeoutMs: number;
  /** A silent connection is closed after this time, ms; RtdInterval may be an hour. */
  idleTimeoutMs: number;
}

export interface ConnectionEvents {
  /** Whether the platform holds so many unpublished packets that sockets must wait. */
  congested(): boolean;
  closed(session: DeviceSession): void;
}

const MAX_IN_FLIGHT = 256;
/** So many refused bytes without one good frame are no device. */
const MAX_REFUSED_BYTES = 64 * 1024;
const CHECK_MS = 1_000;

/**
 * The door for devices: HJ 212 over TCP. Back-pressure ends at the device: a socket with too much in flight is not read, so
 * nothing is buffered without bound.
 */
export class TcpServer {
  readonly #server: Server;
  readonly #sockets = new Map<Socket, { session: DeviceSession; midFrameSince: number; last: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: TcpSettings,
    private readonly hostFor: (socket: Socket) => SessionHost,
    private readonly events: ConnectionEvents,
    private readonly log: Logger,
  ) {
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.#connected(socket),
    );
    this.#server.maxConnections = settings.maxConnections;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.settings.port, this.settings.host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#server.on('error', (error) => this.log.error({ err: error }, 'the device port failed'));
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : this.settings.port;
  }

  #connected(socket: Socket): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const session = new DeviceSession(address, this.hostFor(socket));
    const state = { session, midFrameSince: 0, last: Date.now() };
    this.#sockets.set(socket, state);
    socket.on('data', (chunk) => {
      state.last = Date.now();
      session.push(chunk);
      state.midFrameSince = session.midFrame ? state.midFrameSince || state.last : 0;
      if (session.refusedBytes > MAX_REFUSED_BYTES) socket.destroy();
      else if (session.inFlight > MAX_IN_FLIGHT || this.events.congested()) socket.pause();
    });
    socket.on('end', () => session.end());
    // A device that vanishes is no event of ours; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.events.closed(session);
    });
  }

  /** A packet of this socket has left: read on where it waits. */
  resumeIfRelieved(socket: Socket): void {
    const state = this.#sockets.get(socket);
    if (state && socket.isPaused() && state.session.inFlight <= MAX_IN_FLIGHT / 2 && !this.events.congested()) {
      socket.resume();
    }
  }

  #check(): void {
    const now = Date.now();
    for (const [socket, { session, midFrameSince, last }] of this.#sockets) {
      this.resumeIfRelieved(socket);
      if (midFrameSince > 0 && now - midFrameSince > this.settings.frameTimeoutMs) {
        session.expire(this.settings.frameTimeoutMs);
        socket.destroy();
      } else if (now - last > this.settings.idleTimeoutMs && !socket.isPaused()) {
        socket.destroy();
      }
    }
  }

  /** Takes no new connection and reads nothing more; what was read is still answered. */
  async drain(): Promise<void> {
    clearInterval(this.#timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets.keys()) socket.pause();
    const end = Date.now() + 5_000;
    while ([...this.#sockets.values()].some(({ session }) => session.inFlight > 0) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const socket of this.#sockets.keys()) socket.destroySoon();
    await closed;
  }
}
