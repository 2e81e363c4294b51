import net from 'node:net';
import { buildFrame, FrameCutter, formatDataTime, parseSegment } from '@greenwatch/hj212';
import { mnOf, PASSWORD } from './bench-frames';

export const HOUR_MS = 3_600_000;
/** Sends hourly means (2061) over one connection, one after the other: each resolves when its 9014 has come. */
export class HourSender {
  #cutter = new FrameCutter();
  readonly #waiting = new Map<string, () => void>();

  private constructor(private readonly socket: net.Socket) {
    socket.on('data', (bytes) => {
      for (const result of this.#cutter.push(bytes)) {
        if (result.type !== 'frame') continue;
        const { cn, mn, qn } = parseSegment(result.segment);
        if (cn === '9014') this.#waiting.get(`${mn} ${qn}`)?.();
      }
    });
  }

  static async connect({ host, port }: { host: string; port: number }): Promise<HourSender> {
    const socket = net.connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new HourSender(socket);
  }

  /** @param hour start of the hour, ms; @param mean of SO2, mg/m3 */
  async send(device: number, hour: number, mean: number): Promise<void> {
    const mn = mnOf(device);
    const time = formatDataTime(hour);
    const head = `QN=${time}000;ST=31;CN=2061;PW=${PASSWORD};MN=${mn};Flag=5;`;
    const frame = buildFrame(`${head}CP=&&DataTime=${time};a21026-Avg=${mean.toFixed(1)},a21026-Flag=N&&`);
    const answered = new Promise<void>((resolve) => this.#waiting.set(`${mn} ${time}000`, resolve));
    this.socket.write(frame);
    await answered;
    this.#waiting.delete(`${mn} ${time}000`);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Start of the last full hour. */
export const lastFullHour = (): number => (Math.floor(Date.now() / HOUR_MS) - 1) * HOUR_MS;
