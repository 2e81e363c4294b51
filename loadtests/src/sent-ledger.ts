import { isoTime } from '@greenwatch/kit';
import { FACTORS, mnOf } from './bench-frames';
import { ACKED, NOT_SENT } from './load-messages';

/** What one load did: for each device one byte a frame, NOT_SENT, SENT or ACKED; frame i is of `firstTime` + i seconds. */
export interface Sent {
  states: readonly Uint8Array[];
  firstTime: number;
}

/** A moment as readings exports it, as far as it is looked at. */
export interface StoredMoment {
  mn: string;
  dataTime: number;
  factors: readonly { code: string }[];
  revisions: number;
}

export interface Verdict {
  /** Packets that were sent at least once. */
  attempted: number;
  /** Those of them that got their 9014. */
  acknowledged: number;
  /** Those that are in the export with all factors. */
  stored: number;
  /** Acknowledged and not stored: must be none. */
  lost: number;
  /** In the export and never sent: must be none. */
  unexpected: number;
  /** In the export more than once, or revised though every packet has one content: must be none. */
  duplicated: number;
  /** The first of those lost and unexpected, `MN time` each. */
  examples: { lost: string[]; unexpected: string[] };
}

const EXAMPLES = 100;

interface Account {
  frames: Uint8Array;
  seen: Uint8Array;
  firstTime: number;
}

/** Holds what is stored against what was sent and answered, in one load or several at different times. */
export class SentLedger {
  readonly #devices = new Map<string, Account[]>();
  readonly #verdict: Verdict = {
    ...{ attempted: 0, acknowledged: 0, stored: 0, lost: 0, unexpected: 0, duplicated: 0 },
    examples: { lost: [], unexpected: [] },
  };

  constructor(loads: readonly Sent[]) {
    for (const { states, firstTime } of loads) {
      for (const [device, frames] of states.entries()) {
        const account = { frames, seen: new Uint8Array(frames.length), firstTime };
        this.#devices.set(mnOf(device), [...(this.#devices.get(mnOf(device)) ?? []), account]);
      }
    }
  }

  get mns(): string[] {
    return [...this.#devices.keys()];
  }

  /** Takes one moment that is stored. */
  add({ mn, dataTime, factors, revisions }: StoredMoment): void {
    const frameOf = ({ firstTime }: Account) => (dataTime - firstTime) / 1_000;
    const account = this.#devices.get(mn)?.find((one) => (one.frames[frameOf(one)] ?? NOT_SENT) !== NOT_SENT);
    if (!account) {
      this.#found('unexpected', mn, dataTime);
      return;
    }
    const frame = frameOf(account);
    if (account.seen[frame] !== 0 || revisions > 0) this.#verdict.duplicated++;
    // Half a packet is not the packet.
    if (FACTORS.every((code) => factors.some((factor) => factor.code === code))) account.seen[frame] = 1;
  }

  /** When every stored moment was taken: once. */
  close(): Verdict {
    const verdict = this.#verdict;
    for (const [mn, accounts] of this.#devices) {
      for (const { frames, seen, firstTime } of accounts) {
        for (let frame = 0; frame < frames.length; frame++) {
          const state = frames[frame];
          if (state !== NOT_SENT) verdict.attempted++;
          if (state === ACKED) verdict.acknowledged++;
          if (seen[frame] === 1) verdict.stored++;
          else if (state === ACKED) this.#found('lost', mn, firstTime + frame * 1_000);
        }
      }
    }
    return verdict;
  }

  #found(what: 'lost' | 'unexpected', mn: string, time: number): void {
    this.#verdict[what]++;
    const examples = this.#verdict.examples[what];
    if (examples.length < EXAMPLES) examples.push(`${mn} ${isoTime(time)}`);
  }
}
