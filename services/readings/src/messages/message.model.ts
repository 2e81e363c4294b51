import type { MessageType } from '@greenwatch/contracts';
import type { Connection } from 'mongoose';
import { mongo } from 'mongoose';
import type { TimeRange } from '../access';
import type { LoggedMessage } from '../group-packets';
import { createClustered } from '../packed/packed-day.model';
import {
  compareMessages,
  keyAfter,
  messageKey,
  parseMessageKey,
  type StoredMessage,
  storedMessage,
} from './stored-message';

const DUPLICATE_KEY = 11_000;

/** What devices said beside readings: standard checks, logs, states, samples kept, identity. */
export class Messages {
  readonly #collection;

  constructor(private readonly db: Connection) {
    this.#collection = db.collection<StoredMessage>('device_messages');
  }

  async prepare(): Promise<void> {
    await createClustered(this.db, 'device_messages');
  }

  /** Keeps what the log brought, durable when it resolves; what is known already stays as it is. */
  async keep(logged: readonly LoggedMessage[]): Promise<void> {
    const documents = logged.flatMap((one) => storedMessage(one) ?? []);
    if (documents.length === 0) return;
    try {
      await this.#collection.insertMany(documents, { ordered: false });
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
      if (error.result.getWriteErrors().some(({ code }) => code !== DUPLICATE_KEY)) throw error;
    }
  }

  /** Of several devices, each in its times, the newest first. @param after key of the last one of the page before */
  async list(
    sources: readonly { mn: string; ranges: readonly TimeRange[] }[],
    types: readonly MessageType[] | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<StoredMessage[]> {
    const found: StoredMessage[] = [];
    for (const { mn, ranges } of sources) {
      const below = after === undefined ? undefined : keyAfter(after, mn);
      for (const { from, to } of ranges) {
        const end = messageKey(mn, to);
        const filter = {
          _id: { $gte: messageKey(mn, from), $lt: below !== undefined && below < end ? below : end },
          ...(types ? { type: { $in: [...types] } } : {}),
        };
        found.push(...(await this.#collection.find(filter).sort({ _id: -1 }).limit(limit).toArray()));
      }
    }
    return found.sort(compareMessages).slice(0, limit);
  }

  /** Takes away what devices said before a time (ms). @returns how many */
  async removeBefore(time: number): Promise<number> {
    let removed = 0;
    for (let after = ''; ; ) {
      const next = await this.#collection.findOne(
        { _id: { $gte: after } },
        { sort: { _id: 1 }, projection: { _id: 1 } },
      );
      if (!next) return removed;
      const { mn } = parseMessageKey(next._id);
      const old = { _id: { $gte: `${mn} `, $lt: messageKey(mn, time) } };
      removed += (await this.#collection.deleteMany(old)).deletedCount;
      // `!` is the first character that another MN could have where this one ends.
      after = `${mn}!`;
    }
  }
}
