import { isDuplicateKey } from '@greenwatch/kit';
import { type Connection, mongo } from 'mongoose';

/** A closed day of one device and kind. `_id` = `<mn> <kind> <yyyymmdd>`. */
interface PackedDayDocument {
  _id: string;
  /** Counts how often it was written, so that nobody replaces what they have not read. */
  v: number;
  /** Packets in it. */
  n: number;
  /** `packDay`. */
  b: Buffer;
}

export interface StoredPackedDay {
  version: number;
  bytes: Buffer;
}

/** A packed day that is about to be: the version that was read before, 0 for none. */
export interface NewPackedDay {
  mn: string;
  kind: number;
  day: string;
  before: number;
  count: number;
  bytes: Buffer;
}

const NAMESPACE_EXISTS = 48;

/** The collection `packed_days`, clustered by device, kind and day (README). */
export class PackedDays {
  readonly #collection;

  constructor(private readonly db: Connection) {
    this.#collection = db.collection<PackedDayDocument>('packed_days');
  }

  /** Creates the collection where it is missing. */
  async prepare(): Promise<void> {
    await createClustered(this.db, 'packed_days', { storageEngine: { wiredTiger: { configString: COMPACT } } });
  }

  /** The days from `first` to `last` (yyyymmdd, both included) by their name. */
  async between(mn: string, kind: number, first: string, last: string): Promise<Map<string, StoredPackedDay>> {
    const found = await this.#collection
      .find({ _id: { $gte: keyOf(mn, kind, first), $lte: keyOf(mn, kind, last) } }, { promoteBuffers: true })
      .toArray();
    return new Map(found.map(({ _id, v, b }) => [dayIn(_id), { version: v, bytes: b }]));
  }

  /**
   * Writes a day over the version that was read, durable when it resolves.
   * @returns false where somebody else has written it since
   */
  async replace({ mn, kind, day, before, count, bytes }: NewPackedDay): Promise<boolean> {
    const _id = keyOf(mn, kind, day);
    const fields = { v: before + 1, n: count, b: bytes };
    if (before > 0) {
      const { matchedCount } = await this.#collection.replaceOne({ _id, v: before }, fields);
      return matchedCount === 1;
    }
    try {
      await this.#collection.insertOne({ _id, ...fields });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Takes a day away, unless it was written since `version` was read. */
  async remove(mn: string, kind: number, day: string, version: number): Promise<boolean> {
    const { deletedCount } = await this.#collection.deleteOne({ _id: keyOf(mn, kind, day), v: version });
    return deletedCount === 1;
  }

  /** Takes away the days of a device and kind before one. @returns how many */
  async removeBefore(mn: string, kind: number, day: string): Promise<number> {
    const filter = { _id: { $gte: keyOf(mn, kind, ''), $lt: keyOf(mn, kind, day) } };
    return (await this.#collection.deleteMany(filter)).deletedCount;
  }

  async daysOf(mn: string, kind: number): Promise<string[]> {
    const keys = this.#collection.find(
      { _id: { $gte: keyOf(mn, kind, ''), $lt: keyOf(mn, kind, '~') } },
      { projection: { _id: 1 }, batchSize: 1_000 },
    );
    return (await keys.toArray()).map(({ _id }) => dayIn(_id));
  }

  /** The newest day of a device and kind; undefined where there is none. */
  async lastDay(mn: string, kind: number): Promise<string | undefined> {
    const last = await this.#collection.findOne(
      { _id: { $gte: keyOf(mn, kind, ''), $lt: keyOf(mn, kind, '~') } },
      { sort: { _id: -1 }, projection: { _id: 1 } },
    );
    return last ? dayIn(last._id) : undefined;
  }

  /** The first device, kind and day at or after a key; undefined after the last. */
  async firstFrom(key: string): Promise<{ mn: string; kind: number; day: string } | undefined> {
    const next = await this.#collection.findOne({ _id: { $gte: key } }, { sort: { _id: 1 }, projection: { _id: 1 } });
    if (!next) return undefined;
    const [mn = '', kind, day = ''] = next._id.split(' ');
    return { mn, kind: Number(kind), day };
  }
}

// Measured (README): zstd makes small days and keys smaller by a tenth; in units of 1 KB less is lost at the end of each
// page; and a checkpoint writes anew no more than 256 KB around what was added, whose old place stays free on disk.
const COMPACT = 'block_compressor=zstd,allocation_size=1KB,memory_page_max=256KB';

/** A collection that is its own index by `_id`, created where it is missing. */
export async function createClustered(db: Connection, name: string, options: object = {}): Promise<void> {
  try {
    await db.createCollection(name, { clusteredIndex: { key: { _id: 1 }, unique: true }, ...options });
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError && error.code === NAMESPACE_EXISTS)) throw error;
  }
}

function keyOf(mn: string, kind: number, day: string): string {
  return `${mn} ${kind} ${day}`;
}

function dayIn(key: string): string {
  return key.slice(key.lastIndexOf(' ') + 1);
}
