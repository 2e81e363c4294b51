import net from 'node:net';
import { buildFrame, FrameCutter, formatDataTime, parseSegment } from '@greenwatch/hj212';
import type { Client } from '@greenwatch/kit';
import { outletOf } from './bench-devices';
import { mnOf, PASSWORD } from './bench-frames';

export const HOUR_MS = 3_600_000;
/** Of SO2 (a21026), mg/m3, in the permit of `registerLimits`. */
export const LIMIT = 35;

/** The permit that limits the hourly mean of SO2 at the outlets of these devices. */
export async function registerLimits(client: Client, devices: readonly number[]): Promise<void> {
  const validFrom = '2020-01-01T00:00:00+08:00';
  const permit = {
    id: 'bench',
    number: '91130200699229617X001P',
    enterpriseId: 'bench',
    managementClass: 'key' as const,
    validFrom,
    validTo: '2040-01-01T00:00:00+08:00',
    issuer: '嘉兴市生态环境局',
    limits: devices.map((device) => ({
      id: `bench-${device}`,
      outletId: outletOf(device),
      factor: 'a21026',
      period: 'hour' as const,
      limit: LIMIT,
      decimals: 0,
      unit: 'mg/m3',
      basis: 'GB 13223-2011',
      validFrom,
    })),
  };
  await client.call('permits.import', { permits: [permit] }, { timeoutMs: 60_000 });
}

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
