import { type Packet, parseDataTime } from '@greenwatch/hj212';

/** What a device's clock tells against ours; differences are in ms, above 0 where the device is ahead. */
export interface ClockFigure {
  /** Median of the differences. */
  ahead: number;
  /** Median of how far the differences lie from their median: what transport and resends add. */
  spread: number;
  samples: number;
}

/** Enough for a median that half a ring of resends does not move; at one sample in ten seconds some five minutes. */
const RING = 31;
export const SAMPLE_EVERY_MS = 10_000;

/**
 * The differences of one device between its clock and ours at reception. A median: a packet that was held back or sent again
 * is an outlier, not a wrong clock.
 */
export class ClockSamples {
  readonly #ring: number[] = [];
  #at = 0;
  #lastQn = '';

  /**
   * Takes a sample from QN, the device's clock when it sent. Devices that write the same QN again and again, or none, or
   * other digits there, are taken by DataTime, where the packet is a realtime one. A packet sent again (RF=1) tells nothing.
   */
  take(packet: Pick<Packet, 'qn' | 'cn' | 'cp' | 'resend'>, at: number): void {
    if (packet.resend) return;
    const { qn = '' } = packet;
    const time = (qn === this.#lastQn ? undefined : clockOf(qn)) ?? dataTimeOf(packet);
    this.#lastQn = qn;
    if (time === undefined) return;
    this.#ring[this.#at] = time - at;
    this.#at = (this.#at + 1) % RING;
  }

  /** Undefined before there are three samples. */
  figure(): ClockFigure | undefined {
    if (this.#ring.length < 3) return undefined;
    const ahead = median(this.#ring);
    return {
      ahead,
      spread: median(this.#ring.map((difference) => Math.abs(difference - ahead))),
      samples: this.#ring.length,
    };
  }
}

/** A QN as epoch ms: YYYYMMDDhhmmsszzz in UTC+8 (HJ 212-2017 table 3); undefined where it is none. */
function clockOf(qn: string): number | undefined {
  if (qn.length !== 17) return undefined;
  const read = parseDataTime(qn);
  return read.ok ? read.time + Number(qn.slice(14)) : undefined;
}

function dataTimeOf({ cn, cp }: Pick<Packet, 'cn' | 'cp'>): number | undefined {
  if (cn !== '2011') return undefined;
  const digits = /DataTime\s*=\s*(\d{14})/.exec(cp)?.[1];
  const read = digits ? parseDataTime(digits) : undefined;
  return read?.ok ? read.time : undefined;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] as number) + upper) / 2);
}
