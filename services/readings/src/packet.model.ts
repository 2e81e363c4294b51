import { createHash } from 'node:crypto';
import { readingsLog } from '@greenwatch/contracts';
import { dayOf } from '@greenwatch/kit';
import { type Connection, mongo } from 'mongoose';
import type { TimeRange } from './access';
import type { PacketGroup } from './group-packets';
import type { OrderedPacket } from './merge';
import { parsePacketKey } from './packet-key';

/** Packets of one device, kind and day from one log message: key and `StoredPackets` on the wire. */
interface PacketDocument {
  _id: string;
  p: Buffer;
}

const DUPLICATE_KEY = 11_000;
const NAMESPACE_EXISTS = 48;

/** The collection `packets`: every packet as it came, clustered by device, kind and day (README). */
export class PacketStore {
  readonly #collection;

  constructor(private readonly db: Connection) {
    this.#collection = db.collection<PacketDocument>('packets');
  }

  /** Creates the collection where it is missing. */
  async prepare(): Promise<void> {
    try {
      await this.db.createCollection('packets', { clusteredIndex: { key: { _id: 1 }, unique: true } });
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError && error.code === NAMESPACE_EXISTS)) throw error;
    }
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
    const first = `${mn} ${kind} ${dayOf(range.from)}`;
    // A space follows the day in a key; `~` sorts after everything that does.
    const last = `${mn} ${kind} ${dayOf(range.to - 1)}~`;
    const cursor = this.#collection
      .find({ _id: { $gte: first, $lt: last } }, { promoteBuffers: true, batchSize: 500 })
      .sort({ _id: 1 });
    let day = '';
    let packets: OrderedPacket[] = [];
    try {
      for await (const { _id, p } of cursor) {
        const key = parsePacketKey(_id);
        if (key.day !== day && packets.length > 0) {
          yield packets;
          packets = [];
        }
        day = key.day;
        for (const packet of readingsLog.StoredPackets.decode(p).packets) {
          packets.push({ ...packet, sequence: key.sequence });
        }
      }
      if (packets.length > 0) yield packets;
    } finally {
      await cursor.close();
    }
  }

  /** The packets of the newest moment of a device and kind, in the order of the log; empty where there are none. */
  async newest(mn: string, kind: number): Promise<readingsLog.StoredPacket[]> {
    const last = await this.#collection.findOne(
      { _id: { $gte: `${mn} ${kind} `, $lt: `${mn} ${kind}!` } },
      { sort: { _id: -1 }, projection: { _id: 1 } },
    );
    if (!last) return [];
    const { day } = parsePacketKey(last._id);
    const ofDay = this.#collection.find(
      { _id: { $gte: `${mn} ${kind} ${day} `, $lt: `${mn} ${kind} ${day}~` } },
      { promoteBuffers: true, batchSize: 500 },
    );
    let newest: OrderedPacket[] = [];
    for await (const { _id, p } of ofDay) {
      const { sequence } = parsePacketKey(_id);
      for (const packet of readingsLog.StoredPackets.decode(p).packets) {
        const known = newest[0]?.dataTime ?? Number.NEGATIVE_INFINITY;
        if (packet.dataTime > known) newest = [{ ...packet, sequence }];
        else if (packet.dataTime === known) newest.push({ ...packet, sequence });
      }
    }
    return newest
      .sort((a, b) => a.receivedAt - b.receivedAt || a.sequence - b.sequence)
      .map(({ dataTime, receivedAt, fields }) => ({ dataTime, receivedAt, fields }));
  }

  /** The days (yyyymmdd) of which there are packets of a device and kind. */
  async daysOf(mn: string, kind: number): Promise<string[]> {
    const keys = this.#collection.find(
      { _id: { $gte: `${mn} ${kind} `, $lt: `${mn} ${kind}!` } },
      { projection: { _id: 1 }, batchSize: 1_000 },
    );
    const days = new Set<string>();
    for await (const { _id } of keys) days.add(parsePacketKey(_id).day);
    return [...days];
  }

  /** Every device that ever sent something, in the order of their MN: one look-up a device. */
  async *devices(): AsyncGenerator<string> {
    let after = '';
    while (true) {
      const next = await this.#collection.findOne(
        { _id: { $gte: after } },
        { sort: { _id: 1 }, projection: { _id: 1 } },
      );
      if (!next) return;
      const { mn } = parsePacketKey(next._id);
      yield mn;
      // The keys of a device go on with a space after its MN; `!` is the first character that another MN could have.
      after = `${mn}!`;
    }
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
