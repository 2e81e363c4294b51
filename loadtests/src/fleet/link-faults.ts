import { seededRandom } from '../seeded-random';

/** What goes wrong on the way, as shares from 0 to 1 of what is written. */
export interface LinkFaults {
  /** Frames whose CRC is wrong when they are written first; nobody answers, so the device sends them again, right. */
  wrongCrc: number;
  /** Writes that reach the other side in two parts. */
  splitWrites: number;
  /** Frames that are sent once more although they were answered: the answer was lost on its way. */
  repeats: number;
  /** Share of the devices that lose their connection within a minute and come back within five seconds. */
  dropsPerMinute: number;
}

/** How often each happened. */
export type FaultCounts = Record<'corrupted' | 'split' | 'repeated' | 'dropped', number>;
export const noFaults = (): FaultCounts => ({ corrupted: 0, split: 0, repeated: 0, dropped: 0 });

/** Says when something goes wrong, and counts it. The same seed gives the same faults for the same writes. */
export class FaultDice {
  readonly counts = noFaults();
  readonly #random: () => number;

  constructor(
    private readonly faults: LinkFaults,
    seed: number,
  ) {
    this.#random = seededRandom(seed);
  }

  /** Whether this first writing of a frame has a wrong CRC. */
  corrupts(): boolean {
    return this.#happens('corrupted', this.faults.wrongCrc);
  }

  /** After how many of these bytes a write is cut in two; 0 where it is not. */
  cutAt(bytes: number): number {
    if (bytes < 2 || !this.#happens('split', this.faults.splitWrites)) return 0;
    return 1 + Math.floor(this.#random() * (bytes - 1));
  }

  /** Whether an answered frame is sent once more. */
  repeats(): boolean {
    return this.#happens('repeated', this.faults.repeats);
  }

  /** Which of so many devices lose their connection within a second, and for how many ms. */
  *drops(devices: number): Generator<{ device: number; forMs: number }> {
    const expected = (devices * this.faults.dropsPerMinute) / 60;
    // What is left over a whole number happens as often as it says.
    const count = Math.floor(expected) + Number(this.#random() < expected % 1);
    for (let i = 0; i < count; i++) {
      this.counts.dropped++;
      yield { device: Math.floor(this.#random() * devices), forMs: 200 + this.#random() * 4_800 };
    }
  }

  #happens(what: keyof FaultCounts, share: number): boolean {
    if (share === 0 || this.#random() >= share) return false;
    this.counts[what]++;
    return true;
  }
}
