import { isoTime } from '@greenwatch/kit';
import { FACTORS, mnOf } from './bench-frames';
import type { PacketKind } from './fleet/packet-schedule';
import { ACKED, NOT_SENT } from './load-messages';

/** What one load did: for each device one byte a frame, NOT_SENT, SENT or ACKED. */
export interface Sent {
  states: readonly Uint8Array[];
  /** Number of the first device; default 0. */
  firstDevice?: number;
  /** Realtime frames: frame i is of this time + i seconds. */
  firstTime?: number;
  /** Frames of a fleet: of which kind and time each is. */
  plan?: FramePlan;
}

export interface FramePlan {
  /** May lie outside what was sent; undefined where no frame is of this kind and time. */
  frameOf(device: number, kind: PacketKind, dataTime: number): number | undefined;
  momentOf(device: number, frame: number): { kind: PacketKind; dataTime: number };
}

/** A moment as readings exports it, as far as it is looked at. */
export interface StoredMoment {
  mn: string;
  /** Absent: realtime. */
  kind?: PacketKind;
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
  device: number;
  frames: Uint8Array;
  seen: Uint8Array;
  plan: FramePlan;
}

/** A frame a second, realtime data. */
const everySecond = (firstTime: number): FramePlan => ({
  frameOf: (_, kind, dataTime) => (kind === 'realtime' ? (dataTime - firstTime) / 1_000 : undefined),
  momentOf: (_, frame) => ({ kind: 'realtime', dataTime: firstTime + frame * 1_000 }),
});

/** Holds what is stored against what was sent and answered, in one load or several at different times. */
export class SentLedger {
  readonly #devices = new Map<string, Account[]>();
  readonly #verdict: Verdict = {
    ...{ attempted: 0, acknowledged: 0, stored: 0, lost: 0, unexpected: 0, duplicated: 0 },
    examples: { lost: [], unexpected: [] },
  };

  constructor(loads: readonly Sent[]) {
    for (const { states, firstDevice = 0, firstTime = 0, plan = everySecond(firstTime) } of loads) {
      for (const [i, frames] of states.entries()) {
        const device = firstDevice + i;
        const account = { device, frames, seen: new Uint8Array(frames.length), plan };
        this.#devices.set(mnOf(device), [...(this.#devices.get(mnOf(device)) ?? []), account]);
      }
    }
  }

  get mns(): string[] {
    return [...this.#devices.keys()];
  }

  /** Takes one moment that is stored. */
  add({ mn, kind = 'realtime', dataTime, factors, revisions }: StoredMoment): void {
    const frameOf = ({ plan, device }: Account) => plan.frameOf(device, kind, dataTime) ?? -1;
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
      for (const { device, frames, seen, plan } of accounts) {
        for (let frame = 0; frame < frames.length; frame++) {
          const state = frames[frame];
          if (state !== NOT_SENT) verdict.attempted++;
          if (state === ACKED) verdict.acknowledged++;
          if (seen[frame] === 1) verdict.stored++;
          else if (state === ACKED) this.#found('lost', mn, plan.momentOf(device, frame).dataTime);
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
