import { connect, type Socket } from 'node:net';
import { buildFrame, encryptSegment, FrameCutter, formatDataTime, type Packet, parseSegment } from '@greenwatch/hj212';

/** What a device does with a request; what it gives back goes out, in this order. */
export type Habit = (request: Packet, device: AnsweringDevice) => string[];

/** A data logger of HJ 212-2017 or 2025 on a real socket, with a habit of answering. */
export class AnsweringDevice {
  /** Everything the host sent, oldest first. */
  readonly requests: Packet[] = [];
  closed = false;
  key: string | undefined;
  pw = '123456';

  private constructor(
    readonly socket: Socket,
    readonly mn: string,
    private readonly habit: Habit,
    private readonly version: number,
  ) {
    const cutter = new FrameCutter({ codecOf: () => this.#codec() });
    socket.on('data', (chunk) => {
      for (const piece of cutter.push(chunk)) if (piece.type === 'frame') this.#take(parseSegment(piece.segment));
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', () => {});
  }

  /** Connects, says that it is there, and waits for the platform's answer. */
  static async open(
    port: number,
    mn: string,
    habit: Habit,
    { edition = '2017', key, pw }: { edition?: '2017' | '2025'; key?: string; pw?: string } = {},
  ): Promise<AnsweringDevice> {
    const device = await new Promise<AnsweringDevice>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        resolve(new AnsweringDevice(socket, mn, habit, edition === '2017' ? 4 : 8)),
      );
      socket.once('error', reject);
    });
    device.key = key;
    if (pw !== undefined) device.pw = pw;
    device.write(device.upload('2011', Date.now()));
    return device;
  }

  #codec() {
    return this.key === undefined ? undefined : { dialect: { cipher: 'sm4' as const }, keys: [this.key] };
  }

  #take(packet: Packet): void {
    this.requests.push(packet);
    for (const segment of this.habit(packet, this)) this.write(segment);
  }

  write(segment: string): void {
    const frame = buildFrame(segment);
    // The frame's CRC is that of the plain segment (HJ 212-2025 6.4).
    if (this.key !== undefined && segment.includes('CN=20')) {
      encryptSegment(frame.subarray(6, -6), this.key).copy(frame, 6);
    }
    this.socket.write(frame);
  }

  /** Requests of one command. */
  of(cn: string): Packet[] {
    return this.requests.filter((request) => request.cn === cn);
  }

  upload(cn: string, dataTime: number, answers = 1): string {
    const data = cn === '2011' ? 'w01018-Rtd=12.5,w01018-Flag=N' : 'w01018-Avg=12.5,w01018-Flag=N';
    const head = `QN=20261122120000000;ST=32;CN=${cn};PW=${this.pw};MN=${this.mn};Flag=${this.version + answers}`;
    return `${head};CP=&&DataTime=${formatDataTime(dataTime)};${data}&&`;
  }

  /** 9011, 9012, 9013, or data with the QN of the request. */
  reply({ qn }: Packet, cn: string, cp: string): string {
    return `QN=${qn};ST=${cn.startsWith('90') ? '91' : '32'};CN=${cn};PW=${this.pw};MN=${this.mn};Flag=${this.version};CP=&&${cp}&&`;
  }
}

/** Does what it is told: 9011, the data, 9012 (HJ 212-2017 6.2). Answers to its own uploads are no requests. */
export const obedient =
  (data: (request: Packet, device: AnsweringDevice) => string[] = () => []): Habit =>
  (request, device) =>
    request.cn.startsWith('90')
      ? []
      : [device.reply(request, '9011', 'QnRtn=1'), ...data(request, device), device.reply(request, '9012', 'ExeRtn=1')];

/** Knows uploads only, as many old loggers do. */
export const deaf: Habit = () => [];
