import { buffer } from 'node:stream/consumers';
import { asDomainError, type BlobStore, isDuplicateKey } from '@greenwatch/kit';
import type { Connection } from 'mongoose';
import type { OrderedPacket } from '../merge';
import { createClustered } from '../packed/packed-day.model';
import { readMonth } from './month-file';

/** Where a month of a device and kind lies. `_id` = `<mn> <kind> <yyyymm>`. */
interface ColdMonthDocument {
  _id: string;
  /** Counts how often it was written, so that nobody replaces what they have not read. */
  v: number;
  /** Id of the Parquet file in the blob store, and its bytes. */
  blob: string;
  size: number;
  packets: number;
  /** yyyymmdd, ascending. */
  days: string[];
}

/** A month's file that is about to be stored: the version that was read before, 0 for none. */
export interface NewColdMonth {
  mn: string;
  kind: number;
  /** yyyymm */
  month: string;
  before: number;
  /** `writeMonth` */
  bytes: Buffer;
  packets: number;
  days: readonly string[];
}

/** The name of every file of ours in the blob store begins so. */
const NAMED = 'readings/';
/** A file without its line in `cold_months` for so long was left behind by a kill. */
const ORPHAN_AFTER_MS = 3_600_000;
/** No upload takes so long. */
const BROKEN_OFF_AFTER_MS = 86_400_000;

/** Old months: Parquet files in the blob store, and the collection `cold_months` that tells which (README). */
export class ColdMonths {
  readonly #collection;

  constructor(
    private readonly db: Connection,
    private readonly blobs: BlobStore,
  ) {
    this.#collection = db.collection<ColdMonthDocument>('cold_months');
  }

  async prepare(): Promise<void> {
    await createClustered(this.db, 'cold_months');
  }

  /** Reads days of one device and kind; the file that was read last is held for the next days of its month. */
  reader(mn: string, kind: number): { between(first: string, last: string): Promise<Map<string, OrderedPacket[]>> } {
    let held: { blob: string; bytes: Buffer } | undefined;
    const read = async (month: ColdMonthDocument, first: string, last: string) => {
      if (held?.blob !== month.blob) held = { blob: month.blob, bytes: await this.#bytes(month.blob) };
      return readMonth(held.bytes, first, last);
    };
    return {
      between: async (first, last) => {
        const days = new Map<string, OrderedPacket[]>();
        for (const month of await this.#months(mn, kind, first, last)) {
          const found = await read(month, first, last).catch(async (error) => {
            // It was written anew since, and the old file is gone.
            const now = asDomainError(error)?.status === 404 && (await this.#collection.findOne({ _id: month._id }));
            if (!now || now.blob === month.blob) throw error;
            return read(now, first, last);
          });
          for (const [day, packets] of found) days.set(day, packets);
        }
        return days;
      },
    };
  }

  /** The months that have one of the days. */
  async #months(mn: string, kind: number, first: string, last: string): Promise<ColdMonthDocument[]> {
    const range = { $gte: keyOf(mn, kind, first.slice(0, 6)), $lte: keyOf(mn, kind, last.slice(0, 6)) };
    const months = await this.#collection.find({ _id: range }).toArray();
    return months.filter(({ days }) => days.some((day) => day >= first && day <= last));
  }

  async #bytes(blob: string): Promise<Buffer> {
    const { content } = await this.blobs.get(blob);
    return buffer(content);
  }

  /** A month as it is, with its version; undefined where there is none. */
  async month(
    mn: string,
    kind: number,
    month: string,
  ): Promise<{ version: number; packets: OrderedPacket[] } | undefined> {
    const found = await this.#collection.findOne({ _id: keyOf(mn, kind, month) });
    if (!found) return undefined;
    const days = await readMonth(await this.#bytes(found.blob), `${month}00`, `${month}99`);
    return { version: found.v, packets: [...days.values()].flat() };
  }

  /**
   * Writes a month's file over the version that was read (0: none), durable when it resolves. A kill on the way leaves a
   * file that `sweep` takes away.
   * @returns false where somebody else has written it since
   */
  async replace(month: NewColdMonth): Promise<boolean> {
    const { before, bytes, packets, days } = month;
    const _id = keyOf(month.mn, month.kind, month.month);
    const known = await this.#collection.findOne({ _id });
    const { id, size } = await this.blobs.put(bytes, {
      contentType: 'application/vnd.apache.parquet',
      name: `${NAMED}${_id.replaceAll(' ', '/')}.parquet`,
    });
    const fields = { v: before + 1, blob: id, size, packets, days: [...days] };
    if (!(await this.#write(_id, before, fields))) {
      await this.blobs.delete(id);
      return false;
    }
    if (known) await this.blobs.delete(known.blob);
    return true;
  }

  async #write(_id: string, before: number, fields: Omit<ColdMonthDocument, '_id'>): Promise<boolean> {
    if (before > 0) return (await this.#collection.replaceOne({ _id, v: before }, fields)).matchedCount === 1;
    try {
      await this.#collection.insertOne({ _id, ...fields });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Takes away the months of a device and kind that lie wholly before a day. @returns how many */
  async removeBefore(mn: string, kind: number, day: string): Promise<number> {
    const range = { $gte: keyOf(mn, kind, ''), $lt: keyOf(mn, kind, day.slice(0, 6)) };
    const old = await this.#collection.find({ _id: range }).toArray();
    for (const { _id, v, blob } of old) {
      const { deletedCount } = await this.#collection.deleteOne({ _id, v });
      if (deletedCount === 1) await this.blobs.delete(blob);
    }
    return old.length;
  }

  /** Takes away files that a kill left behind: stored a while ago and told of by no month, or never whole. @returns how many */
  async sweep(now: number): Promise<number> {
    let swept = await this.blobs.sweep(now - BROKEN_OFF_AFTER_MS);
    for await (const { id, name, storedAt } of this.blobs.named(NAMED)) {
      if (storedAt > now - ORPHAN_AFTER_MS) continue;
      // An MN may hold a slash; what follows it does not.
      const parts = name.slice(NAMED.length).replace('.parquet', '').split('/');
      const _id = `${parts.slice(0, -2).join('/')} ${parts.at(-2)} ${parts.at(-1)}`;
      const known = await this.#collection.findOne({ _id });
      if (known?.blob === id) continue;
      await this.blobs.delete(id);
      swept++;
    }
    return swept;
  }

  /** How many files there are, and their bytes. */
  async sum(): Promise<{ files: number; bytes: number }> {
    const group = { _id: null, files: { $sum: 1 }, bytes: { $sum: '$size' } };
    const [sum] = await this.#collection.aggregate<{ files: number; bytes: number }>([{ $group: group }]).toArray();
    return { files: sum?.files ?? 0, bytes: sum?.bytes ?? 0 };
  }

  async daysOf(mn: string, kind: number): Promise<string[]> {
    const range = { $gte: keyOf(mn, kind, ''), $lt: keyOf(mn, kind, '~') };
    const months = await this.#collection.find({ _id: range }, { projection: { days: 1 } }).toArray();
    return months.flatMap(({ days }) => days);
  }

  /** The newest day of a device and kind; undefined where there is none. */
  async lastDay(mn: string, kind: number): Promise<string | undefined> {
    const range = { $gte: keyOf(mn, kind, ''), $lt: keyOf(mn, kind, '~') };
    const last = await this.#collection.findOne({ _id: range }, { sort: { _id: -1 }, projection: { days: 1 } });
    return last?.days.at(-1);
  }

  /** Device, kind and month of the first file at or after a key; undefined after the last. */
  async firstFrom(key: string): Promise<{ mn: string; kind: number; month: string } | undefined> {
    const next = await this.#collection.findOne({ _id: { $gte: key } }, { sort: { _id: 1 }, projection: { _id: 1 } });
    if (!next) return undefined;
    const [mn = '', kind, month = ''] = next._id.split(' ');
    return { mn, kind: Number(kind), month };
  }
}

function keyOf(mn: string, kind: number, month: string): string {
  return `${mn} ${kind} ${month}`;
}
