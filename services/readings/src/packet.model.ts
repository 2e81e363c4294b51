import { createHash } from 'node:crypto';
import { readingsLog } from '@greenwatch/contracts';
import { dayOf } from '@greenwatch/kit';
import { type Connection, mongo } from 'mongoose';
import type { TimeRange } from './access';
import type { ColdMonths } from './cold/cold-month.model';
import type { PacketGroup } from './group-packets';
import type { OrderedPacket } from './merge';
import { PackedDay } from './packed/packed-day';
import { createClustered, PackedDays } from './packed/packed-day.model';
import { parsePacketKey } from './packet-key';
import { uniquePackets } from './unique-packets';

/** Packets of one device, kind and day from one log message: key and `StoredPackets` on the wire. */
export interface PacketDocument {
  _id: string;
  p: Buffer;
}

/** What is stored of a device and kind of one day (UTC+8), wherever it lies. */
export interface StoredDay {
  /** yyyymmdd */
  day: string;
  recent: PacketDocument[];
  packed?: PackedDay;
  cold: OrderedPacket[];
}

const DUPLICATE_KEY = 11_000;
const DAY_MS = 86_400_000;
/** Days that are fetched at a time, as they are stored: some megabytes. */
const WINDOW_DAYS = 8;
const WINDOW_DAYS_OF_HOURS = 64;

/**
 * Every packet, wherever it lies: recent ones as they came in `packets`, closed days in `packed_days`, old months cold.
 * Data moves from the left to the right, and is taken away on the left only when it is durable on the right. So every
 * reading looks in the same order, from the left to the right: what has gone from one place meanwhile is in the next.
 */
export class PacketStore {
  readonly packed: PackedDays;
  readonly #collection;

  constructor(
    private readonly db: Connection,
    private readonly cold?: ColdMonths,
  ) {
    this.packed = new PackedDays(db);
    this.#collection = db.collection<PacketDocument>('packets');
  }

  /** Creates the collections where they are missing. */
  async prepare(): Promise<void> {
    await createClustered(this.db, 'packets');
    await this.packed.prepare();
  }

  /**
   * Stores groups in one write, durable (majority, journal) when it resolves. What is stored already, after a
   * redelivery, counts as stored; any other error rejects, and the same call may be repeated.
   */
  async insert(groups: readonly PacketGroup[]): Promise<void> {
    const taken = await this.#insert(groups.map(({ key, packets }) => ({ _id: key, p: packets })));
    if (taken.length === 0) return;
    // A redelivery collides with itself. After NATS lost its data the sequences begin again, and a new message may meet
    // the key of an old one: that one must not be lost.
    const stored = new Map<string, Buffer>();
    const keys = taken.map(({ _id }) => _id);
    for await (const { _id, p } of this.#collection.find({ _id: { $in: keys } }, { promoteBuffers: true })) {
      stored.set(_id, p);
    }
    const others = taken.filter(({ _id, p }) => !stored.get(_id)?.equals(p));
    if (others.length === 0) return;
    await this.#insert(others.map(({ _id, p }) => ({ _id: `${_id}.${digest(p)}`, p })));
  }

  /** Gives back the documents whose key was taken. */
  async #insert(documents: PacketDocument[]): Promise<PacketDocument[]> {
    if (documents.length === 0) return [];
    try {
      await this.#collection.insertMany(documents, { ordered: false });
      return [];
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
      const failed = error.result.getWriteErrors();
      if (failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
      return failed.flatMap(({ index }) => documents[index] ?? []);
    }
  }

  /** The stored packets of a device and kind, day by day, for the days (UTC+8) that the range touches. */
  async *days(mn: string, kind: number, range: TimeRange): AsyncGenerator<OrderedPacket[]> {
    for await (const day of this.stored(mn, kind, range)) yield packetsOf(day);
  }

  /** The same as it is stored, for who can do with less than every packet's text. */
  async *stored(mn: string, kind: number, range: TimeRange): AsyncGenerator<StoredDay> {
    const file = this.cold?.reader(mn, kind);
    for await (const [first, last] of this.#windows(mn, kind, range)) {
      const recent = await this.#recent(mn, kind, first, last);
      const packed = await this.packed.between(mn, kind, first, last);
      const cold = (await file?.between(first, last)) ?? new Map<string, OrderedPacket[]>();
      const days = new Set([...recent.keys(), ...packed.keys(), ...cold.keys()]);
      for (const day of [...days].sort()) {
        const bytes = packed.get(day)?.bytes;
        yield {
          day,
          recent: recent.get(day) ?? [],
          ...(bytes ? { packed: new PackedDay(bytes) } : {}),
          cold: cold.get(day) ?? [],
        };
      }
    }
  }

  /** First and last days to fetch at a time: a short range as it is, a long one by the days of which there is something. */
  async *#windows(mn: string, kind: number, range: TimeRange): AsyncGenerator<[first: string, last: string]> {
    const first = dayOf(range.from);
    const last = dayOf(range.to - 1);
    const size =
      kind === readingsLog.Kind.KIND_HOUR || kind === readingsLog.Kind.KIND_DAY ? WINDOW_DAYS_OF_HOURS : WINDOW_DAYS;
    if (range.to - range.from <= size * DAY_MS) {
      yield [first, last];
      return;
    }
    const days = (await this.daysOf(mn, kind)).filter((day) => day >= first && day <= last);
    for (let at = 0; at < days.length; at += size) {
      yield [days[at] as string, days[Math.min(at + size, days.length) - 1] as string];
    }
  }

  async #recent(mn: string, kind: number, first: string, last: string): Promise<Map<string, PacketDocument[]>> {
    const days = new Map<string, PacketDocument[]>();
    // A space follows the day in a key; `~` sorts after everything that does.
    const found = this.#collection
      .find({ _id: { $gte: `${mn} ${kind} ${first}`, $lt: `${mn} ${kind} ${last}~` } }, { promoteBuffers: true })
      .sort({ _id: 1 });
    for await (const document of found) {
      const { day } = parsePacketKey(document._id);
      const known = days.get(day);
      if (known) known.push(document);
      else days.set(day, [document]);
    }
    return days;
  }

  /** The recent packets of one day, as they are stored. */
  async recentOf(mn: string, kind: number, day: string): Promise<PacketDocument[]> {
    return (await this.#recent(mn, kind, day, day)).get(day) ?? [];
  }

  /** Takes away what is packed, exactly what was read: a document that another one took the place of stays. */
  async removeRecent(documents: readonly PacketDocument[]): Promise<void> {
    if (documents.length === 0) return;
    await this.#collection.bulkWrite(
      documents.map(({ _id, p }) => ({ deleteOne: { filter: { _id, p } } })),
      { ordered: false },
    );
  }

  /** Takes away the recent packets of a device and kind before a day. @returns how many documents */
  async removeRecentBefore(mn: string, kind: number, day: string): Promise<number> {
    const filter = { _id: { $gte: `${mn} ${kind} `, $lt: `${mn} ${kind} ${day}` } };
    return (await this.#collection.deleteMany(filter)).deletedCount;
  }

  /** Device, kind and day of the first recent packets at or after a key; undefined after the last. */
  async firstFrom(key: string): Promise<{ mn: string; kind: number; day: string } | undefined> {
    const next = await this.#collection.findOne({ _id: { $gte: key } }, { sort: { _id: 1 }, projection: { _id: 1 } });
    return next ? parsePacketKey(next._id) : undefined;
  }

  /** The packets of the newest moment of a device and kind, in the order of the log; empty where there are none. */
  async newest(mn: string, kind: number): Promise<readingsLog.StoredPacket[]> {
    const last = await this.#collection.findOne(
      { _id: { $gte: `${mn} ${kind} `, $lt: `${mn} ${kind}!` } },
      { sort: { _id: -1 }, projection: { _id: 1 } },
    );
    const day = [
      last && parsePacketKey(last._id).day,
      await this.packed.lastDay(mn, kind),
      await this.cold?.lastDay(mn, kind),
    ].reduce<string>((newest, one) => (one && one > newest ? one : newest), '');
    if (day === '') return [];
    // Once more in the order of moving: what was recent may have been packed since.
    const recent = await this.recentOf(mn, kind, day);
    const packed = (await this.packed.between(mn, kind, day, day)).get(day)?.bytes;
    const cold = (await this.cold?.reader(mn, kind).between(day, day))?.get(day) ?? [];
    const packets = packetsOf({ day, recent, ...(packed ? { packed: new PackedDay(packed) } : {}), cold });
    let time = Number.NEGATIVE_INFINITY;
    for (const { dataTime } of packets) if (dataTime > time) time = dataTime;
    return packets
      .filter(({ dataTime }) => dataTime === time)
      .sort((a, b) => a.receivedAt - b.receivedAt || a.sequence - b.sequence)
      .map(({ dataTime, receivedAt, fields }) => ({ dataTime, receivedAt, fields }));
  }

  /** The days (yyyymmdd) of which there are packets of a device and kind, in their order. */
  async daysOf(mn: string, kind: number): Promise<string[]> {
    const days = new Set<string>();
    // One look-up a day: a day's documents are many.
    for (let after = `${mn} ${kind} `; ; ) {
      const next = await this.#collection.findOne(
        { _id: { $gte: after, $lt: `${mn} ${kind}!` } },
        { sort: { _id: 1 }, projection: { _id: 1 } },
      );
      if (!next) break;
      const { day } = parsePacketKey(next._id);
      days.add(day);
      after = `${mn} ${kind} ${day}~`;
    }
    for (const day of await this.packed.daysOf(mn, kind)) days.add(day);
    for (const day of (await this.cold?.daysOf(mn, kind)) ?? []) days.add(day);
    return [...days].sort();
  }

  /** Every device that ever sent something, in the order of their MN: one look-up a device and place. */
  async *devices(): AsyncGenerator<string> {
    let after = '';
    while (true) {
      const recent = await this.firstFrom(after);
      const packed = await this.packed.firstFrom(after);
      const cold = await this.cold?.firstFrom(after);
      const mns = [recent?.mn, packed?.mn, cold?.mn].filter((mn) => mn !== undefined).sort();
      const mn = mns[0];
      if (mn === undefined) return;
      yield mn;
      // The keys of a device go on with a space after its MN; `!` is the first character that another MN could have.
      after = `${mn}!`;
    }
  }
}

/** Every packet of a day once, whatever lies in two places. */
export function packetsOf({ recent, packed, cold }: StoredDay): OrderedPacket[] {
  return uniquePackets([cold, packed?.packets() ?? [], ...recent.map(packetsIn)]);
}

function packetsIn({ _id, p }: PacketDocument): OrderedPacket[] {
  const { sequence } = parsePacketKey(_id);
  return readingsLog.StoredPackets.decode(p).packets.map((packet) => ({ ...packet, sequence }));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
