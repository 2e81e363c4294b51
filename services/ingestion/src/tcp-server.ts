import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as SecureServer } from 'node:tls';
import type { Logger } from '@greenwatch/kit';
import { DeviceSession, type SessionHost } from './device-session';
import { type Certificate, type CertificateFiles, readCertificate } from './tls-certificate';

export interface TcpSettings {
  host: string;
  port: number;
  /** A second port for devices that speak TLS. */
  tls?: CertificateFiles & { port: number };
  /** At each port. */
  maxConnections: number;
  /** A frame whose rest does not come within this time is refused and the connection closed, ms. */
  frameTimeoutMs: number;
  /** A silent connection is closed after this time, ms; RtdInterval may be an hour. */
  idleTimeoutMs: number;
  /** So long a stop takes to close connections one after the other, ms: their devices come back elsewhere, not all at once. */
  drainMs: number;
  /** A connection of this age, ms, is closed when nothing is under way on it, so that new instances get their share; 0: none is. */
  maxAgeMs: number;
}

export interface ConnectionEvents {
  /** Whether the platform holds so many unpublished packets that all sockets must wait. */
  congested(): boolean;
  /** Whether a device of this connection works at a command. */
  busy(session: DeviceSession): boolean;
  closed(session: DeviceSession): void;
  /** It was closed by us, when nothing was under way on it or its time was over. */
  left(cause: LeavingCause): void;
}

export type LeavingCause = 'stop' | 'age';

interface Connection {
  socket: Socket;
  session: DeviceSession;
  secure: boolean;
  midFrameSince: number;
  last: number;
  /** When it is to be closed for a reason of ours, ms. */
  leaveAt: number;
  /** That time has come: it goes as soon as nothing is under way on it. */
  due: boolean;
  /** It is not read any more until it goes. */
  held: boolean;
  /** It is closed as far as we are concerned; what still comes is dropped. */
  gone: boolean;
  read(chunk: Buffer): void;
}

const MAX_IN_FLIGHT = 256;
/** So many refused bytes without one good frame are no device. */
const MAX_REFUSED_BYTES = 64 * 1024;
const CHECK_MS = 1_000;
const DRAIN_CHECK_MS = 50;
/** Connections go over this share of the drain; the rest of it is for those on which something was under way. */
const DRAIN_SPREAD = 0.8;
/** A device that never pauses is not read any more after this, so that it may go. */
const PAUSE_AWAITED_MS = 2_000;
/** So long answers in flight have when the drain is over. */
const ANSWERS_AWAITED_MS = 5_000;
/** So long a device has to close its side. */
const FAREWELL_MS = 2_000;
const LAST_FAREWELL_MS = 500;
const HANDSHAKE_MS = 10_000;
/** How often the certificate's files are looked at: whoever renews them tells nobody. */
const CERTIFICATE_CHECK_MS = 5_000;
/** So many sockets are read again at a time: together they may have more to say than the platform may hold. */
const RELIEVED_TOGETHER = 8;
const SOCKET = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };

/**
 * The door for devices: HJ 212 over TCP, with TLS too. Back-pressure ends at the device: a socket with too much in flight is not read, so
 * nothing is buffered without bound.
 */
export class TcpServer {
  readonly #server: Server;
  readonly #sockets = new Map<Socket, Connection>();
  #secure: { server: SecureServer; certificate: Certificate; timer: NodeJS.Timeout } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #draining = false;
  /** The platform holds too much: no socket is read. */
  #halted = false;
  /** Not read since then, the longest waiting first. */
  readonly #waiting = new Set<Connection>();

  constructor(
    private readonly settings: TcpSettings,
    private readonly hostFor: (socket: Socket) => SessionHost,
    private readonly events: ConnectionEvents,
    private readonly log: Logger,
  ) {
    this.#server = createServer(SOCKET, (socket) => this.#connected(socket, false));
  }

  connections(secure: boolean): number {
    let count = 0;
    for (const connection of this.#sockets.values()) if (connection.secure === secure) count++;
    return count;
  }

  /** @returns the port, and that of TLS. @throws when the certificate cannot be read */
  async listen(): Promise<{ port: number; tlsPort: number | undefined }> {
    const { port, tls } = this.settings;
    if (tls) await this.#secureBy(tls);
    const bound = await this.#listenOn(this.#server, port);
    const tlsPort = this.#secure && tls ? await this.#listenOn(this.#secure.server, tls.port) : undefined;
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    return { port: bound, tlsPort };
  }

  async #listenOn(server: Server, port: number): Promise<number> {
    server.maxConnections = this.settings.maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.settings.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.log.error({ err: error }, 'the device port failed'));
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  async #secureBy(files: CertificateFiles): Promise<void> {
    const certificate = await readCertificate(files);
    const options = { ...SOCKET, ...certificate, handshakeTimeout: HANDSHAKE_MS };
    const server = createTlsServer(options, (socket) => this.#connected(socket, true));
    server.on('tlsClientError', (error) => this.log.debug({ err: error }, 'a TLS handshake failed'));
    const timer = setInterval(() => void this.#renew(files), CERTIFICATE_CHECK_MS);
    this.#secure = { server, certificate, timer };
  }

  /** Goes on with a renewed certificate; connections keep the one they have. */
  async #renew(files: CertificateFiles): Promise<void> {
    const secure = this.#secure;
    if (!secure) return;
    try {
      const renewed = await readCertificate(files);
      if (renewed.cert.equals(secure.certificate.cert) && renewed.key.equals(secure.certificate.key)) return;
      secure.server.setSecureContext(renewed);
      secure.certificate = renewed;
      this.log.info('the certificate for devices was renewed');
    } catch (error) {
      // Perhaps one of the two files is written and the other is not yet.
      this.log.warn({ err: error }, 'the certificate for devices cannot be read; going on with the one before');
    }
  }

  #connected(socket: Socket, secure: boolean): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const session = new DeviceSession(address, this.hostFor(socket));
    const now = Date.now();
    const { maxAgeMs } = this.settings;
    const connection: Connection = {
      ...{ socket, session, secure, midFrameSince: 0, last: now, due: false, held: false, gone: false },
      // Those that came together do not go together.
      leaveAt: maxAgeMs > 0 ? now + maxAgeMs * (0.8 + 0.4 * Math.random()) : Number.POSITIVE_INFINITY,
      read: (chunk) => {
        connection.last = Date.now();
        session.push(chunk);
        connection.midFrameSince = session.midFrame ? connection.midFrameSince || connection.last : 0;
        if (session.refusedBytes > MAX_REFUSED_BYTES) socket.destroy();
        else if (session.inFlight > MAX_IN_FLIGHT) socket.pause();
        if (!this.#halted && this.events.congested()) this.#halt();
      },
    };
    this.#sockets.set(socket, connection);
    socket.on('data', connection.read);
    if (this.#halted) this.#wait(connection);
    socket.on('end', () => {
      if (!connection.gone) session.end();
    });
    // A device that vanishes is no event of ours; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#waiting.delete(connection);
      if (!connection.gone) this.events.closed(session);
    });
  }

  /** A packet of this socket has left: read on where it waits. */
  resumeIfRelieved(socket: Socket): void {
    const connection = this.#sockets.get(socket);
    if (!connection) return;
    // After the answer, which leaves with others of its publish.
    if (connection.due) setImmediate(() => this.#leaveIfQuiet(connection, Date.now()));
    if (this.#halted) void this.#relieve();
    else if (!this.#waiting.has(connection)) this.#resume(connection);
  }

  #resume(connection: Connection): void {
    const { socket, session, held, gone } = connection;
    if (gone || held || !socket.isPaused() || session.inFlight > MAX_IN_FLIGHT / 2) return;
    // That we did not read is not the device's slowness.
    if (connection.midFrameSince > 0) connection.midFrameSince = Date.now();
    socket.resume();
  }

  /** All at once: those whose turn to be read has not come have as much to say as the one that was too much. */
  #halt(): void {
    this.#halted = true;
    for (const connection of this.#sockets.values()) if (!connection.gone) this.#wait(connection);
  }

  #wait(connection: Connection): void {
    connection.socket.pause();
    this.#waiting.add(connection);
  }

  /** Reads on, some sockets after the others, until there is too much again. */
  async #relieve(): Promise<void> {
    if (this.events.congested()) return;
    this.#halted = false;
    let relieved = 0;
    for (const connection of this.#waiting) {
      this.#waiting.delete(connection);
      this.#resume(connection);
      if (++relieved % RELIEVED_TOGETHER > 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#halted) return;
    }
  }

  #check(): void {
    const now = Date.now();
    for (const [socket, connection] of this.#sockets) {
      if (connection.gone) continue;
      const { session, midFrameSince, last, leaveAt } = connection;
      this.resumeIfRelieved(socket);
      if (midFrameSince > 0 && !socket.isPaused() && now - midFrameSince > this.settings.frameTimeoutMs) {
        session.expire(this.settings.frameTimeoutMs);
        socket.destroy();
      } else if (now - last > this.settings.idleTimeoutMs && !socket.isPaused()) {
        socket.destroy();
      } else if (now >= leaveAt) {
        connection.due = true;
        this.#leaveIfQuiet(connection, now);
      }
    }
  }

  /** Closes a connection whose time has come, unless a frame has no answer yet or its device works at a command. */
  #leaveIfQuiet(connection: Connection, now: number): void {
    const { session, socket, gone, leaveAt, held } = connection;
    if (gone || this.events.busy(session)) return;
    if (session.inFlight === 0 && (held || !session.midFrame)) {
      this.#leave(connection);
      return;
    }
    // The beginning of a frame that is not read to its end is nowhere, and comes again.
    const late = now - leaveAt;
    if (late > PAUSE_AWAITED_MS * 2 || (late > PAUSE_AWAITED_MS && !session.midFrame)) {
      connection.held = true;
      socket.pause();
    }
  }

  /**
   * Ends our side after all that is written. What the device still sends is read and dropped, for it gets no answer: closing with bytes
   * unread would reset the connection, and the device lose answers that it has not read.
   */
  #leave(connection: Connection): void {
    const { socket, session, read } = connection;
    connection.gone = true;
    socket.off('data', read).on('data', () => {});
    socket.resume();
    socket.end();
    const farewell = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once('close', () => clearTimeout(farewell));
    this.events.closed(session);
    this.events.left(this.#draining ? 'stop' : 'age');
  }

  /**
   * Takes no new connection and lets those there are go one after the other, each when nothing is under way on it. When the time is over
   * nothing more is read; what was read is still answered.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#timer);
    clearInterval(this.#secure?.timer);
    const servers = [this.#server, ...(this.#secure ? [this.#secure.server] : [])];
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const begun = Date.now();
    const { drainMs } = this.settings;
    const staying = [...this.#sockets.values()].filter(({ gone }) => !gone);
    staying.forEach((connection, i) => {
      const turn = begun + (drainMs * DRAIN_SPREAD * i) / staying.length;
      connection.leaveAt = Math.min(connection.leaveAt, turn);
    });
    while (this.#sockets.size > 0 && Date.now() < begun + drainMs) {
      this.#check();
      await sleep(DRAIN_CHECK_MS);
    }
    await this.#end();
    await Promise.all(closed);
  }

  async #end(): Promise<void> {
    const left = () => [...this.#sockets.values()].filter(({ gone }) => !gone);
    for (const connection of left()) {
      connection.held = true;
      connection.socket.pause();
    }
    const answersBy = Date.now() + ANSWERS_AWAITED_MS;
    while (left().some(({ session }) => session.inFlight > 0) && Date.now() < answersBy) await sleep(20);
    for (const connection of left()) this.#leave(connection);
    const goneBy = Date.now() + LAST_FAREWELL_MS;
    while (this.#sockets.size > 0 && Date.now() < goneBy) await sleep(20);
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
