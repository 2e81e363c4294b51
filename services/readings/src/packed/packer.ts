import { type Counter, dayOf, type Kit, Round } from '@greenwatch/kit';
import { mergePackets, type OrderedPacket } from '../merge';
import { type PacketStore, packetsOf } from '../packet.model';
import { PackedDay, packDay } from './packed-day';
import type { NewPackedDay, PackedDays } from './packed-day.model';

const HOUR_MS = 3_600_000;
/** A document of MongoDB holds 16 MiB: a day that does not fit stays as it came. */
const MOST_BYTES = 15 * 1024 * 1024;

/** What packing has done since the process started. */
export interface PackingCounts {
  days: number;
  packets: number;
  bytes: number;
  /** Days that could not be packed and stay as they came; the log says why. */
  failed: number;
}

/**
 * Packs closed days, one instance at a time (lease). A day is closed some hours after its end; what comes later for it
 * is packed into it the next time round. The order of each step is what makes it safe: the packed day is durable before
 * the packets are taken away, exactly those that were read; a kill in between leaves packets in both places, where
 * `uniquePackets` counts them once until the next round takes them away.
 */
export class Packer {
  readonly counts: PackingCounts = { days: 0, packets: 0, bytes: 0, failed: 0 };
  readonly #round: Round;
  readonly #revisions: Counter;
  /** Where this look through all devices has come to. */
  #from = '';

  constructor(
    private readonly kit: Kit<{ PACK_AFTER_HOURS: number; PACK_EVERY_SECONDS: number }>,
    private readonly store: PacketStore,
  ) {
    this.#revisions = kit.metrics.counter('greenwatch_readings_revisions_total');
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: kit.config.PACK_EVERY_SECONDS * 1_000,
        failed: 'closed days could not be packed; they are tried again',
        lease: kit.lease('packing'),
      },
      () => this.#next(),
    );
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** Packs everything that is closed at a time (ms), without the round. */
  async packAll(now: number): Promise<void> {
    while (await this.#step(now));
  }

  #next(): Promise<boolean> {
    return this.#step(this.kit.now());
  }

  /** @returns whether there may be more */
  async #step(now: number): Promise<boolean> {
    const open = dayOf(now - this.kit.config.PACK_AFTER_HOURS * HOUR_MS);
    const next = await this.store.firstFrom(this.#from);
    if (!next) {
      this.#from = '';
      return false;
    }
    const { mn, kind, day } = next;
    if (day >= open) {
      // `!` follows the space after the kind: the next kind, or the next device.
      this.#from = `${mn} ${kind}!`;
      return true;
    }
    try {
      await this.pack(mn, kind, day);
    } catch (error) {
      this.counts.failed++;
      this.kit.log.warn({ err: error, mn, kind, day }, 'a day stays as it came: it could not be packed');
    }
    this.#from = `${mn} ${kind} ${day}~`;
    return true;
  }

  /** Packs what has come of one day together with what is packed of it. */
  async pack(mn: string, kind: number, day: string): Promise<void> {
    const recent = await this.store.recentOf(mn, kind, day);
    if (recent.length === 0) return;
    const before = (await this.store.packed.between(mn, kind, day, day)).get(day);
    const packed = before && new PackedDay(before.bytes);
    const packets = packetsOf({ day, recent, ...(packed ? { packed } : {}), cold: [] });
    // After a kill everything may be in it already.
    if (packets.length !== packed?.count) {
      const size = await storePacked(this.store.packed, { mn, kind, day, before: before?.version ?? 0 }, packets);
      // Another instance was here, after this one had lost its lease: the packets stay until the next look.
      if (size === undefined) return;
      this.#revisions.add(Math.max(0, revisionsIn(packets) - (packed ? revisionsIn(packed.packets()) : 0)));
      this.counts.days++;
      this.counts.packets += packets.length;
      this.counts.bytes += size;
    }
    await this.store.removeRecent(recent);
  }
}

/**
 * Packs packets, makes sure that they come back, and writes them over the version of the day that was read.
 * @returns the packed day's bytes; undefined where somebody else has written it since
 * @throws Error for a day that does not fit into a document
 */
export async function storePacked(
  days: PackedDays,
  place: Pick<NewPackedDay, 'mn' | 'kind' | 'day' | 'before'>,
  packets: readonly OrderedPacket[],
): Promise<number | undefined> {
  const bytes = packDay(packets);
  if (bytes.length > MOST_BYTES) throw new Error(`${bytes.length} bytes packed, a document holds ${MOST_BYTES}`);
  requireSame(packets, new PackedDay(bytes).packets());
  return (await days.replace({ ...place, count: packets.length, bytes })) ? bytes.length : undefined;
}

/** How often a value took the place of another one: only moments with several packets have to be looked at. */
export function revisionsIn(packets: readonly OrderedPacket[]): number {
  const times = new Set<number>();
  const again = new Set<number>();
  for (const { dataTime } of packets) {
    if (times.has(dataTime)) again.add(dataTime);
    times.add(dataTime);
  }
  if (again.size === 0) return 0;
  let count = 0;
  for (const { revisions } of mergePackets(packets.filter(({ dataTime }) => again.has(dataTime)))) count += revisions;
  return count;
}

/** Nothing is taken away that would not come back to the letter. */
export function requireSame(packets: readonly OrderedPacket[], packed: readonly OrderedPacket[]): void {
  const ordered = packets.toSorted(
    (a, b) => a.dataTime - b.dataTime || a.receivedAt - b.receivedAt || a.sequence - b.sequence,
  );
  const same =
    ordered.length === packed.length &&
    ordered.every((packet, i) => {
      const other = packed[i];
      return (
        packet.dataTime === other?.dataTime && packet.receivedAt === other.receivedAt && packet.fields === other.fields
      );
    });
  if (!same) throw new Error('the packed day does not give back what was packed');
}
