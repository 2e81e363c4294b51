import { type Connection, type Model, type mongo, Schema } from 'mongoose';

/** When the platform last received a packet of a device, and the alarm raised for its silence. */
export interface LastSeen {
  _id: string;
  /** By reception, ms. */
  at: number;
  offlineAlarm: string | null;
}

export function lastSeenCollection(db: Connection): mongo.Collection<LastSeen> {
  const schema = new Schema<LastSeen>(
    { _id: String, at: Number, offlineAlarm: String },
    { collection: 'last_seen', versionKey: false },
  );
  schema.index({ offlineAlarm: 1, at: 1 });
  const model: Model<LastSeen> = db.model<LastSeen>('LastSeen', schema);
  return db.collection<LastSeen>(model.collection.name);
}

interface Entry {
  at: number;
  written: number;
  /** Since when `at` is not written; 0: it is. */
  pendingSince: number;
}

/**
 * Last receptions, gathered in memory because every packet moves one. A jump (the first packet after a silence) is written at the next flush, a
 * device that goes on as before once in `delayMs`. What is lost with the process makes a silence look at most `delayMs` longer.
 */
export class LastSeenBuffer {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly collection: mongo.Collection<LastSeen>,
    readonly delayMs: number,
  ) {}

  note(mn: string, receivedAt: number, now: number): void {
    const entry = this.#entries.get(mn);
    if (!entry) this.#entries.set(mn, { at: receivedAt, written: 0, pendingSince: now });
    else if (receivedAt > entry.at) {
      entry.at = receivedAt;
      if (entry.pendingSince === 0) entry.pendingSince = now;
    }
  }

  /** Writes what is due, or everything at the end. */
  async flush(now: number, everything = false): Promise<void> {
    const due: [string, Entry, number][] = [];
    for (const [mn, entry] of this.#entries) {
      if (entry.pendingSince === 0) {
        // Not heard for long: forget, so that memory holds only devices that speak to this instance.
        if (now - entry.at > 10 * this.delayMs) this.#entries.delete(mn);
      } else if (everything || entry.at - entry.written >= this.delayMs || now - entry.pendingSince >= this.delayMs) {
        due.push([mn, entry, entry.at]);
      }
    }
    if (due.length === 0) return;
    await this.collection.bulkWrite(
      due.map(([mn, , at]) => ({
        updateOne: {
          filter: { _id: mn },
          update: { $max: { at }, $setOnInsert: { offlineAlarm: null } },
          upsert: true,
        },
      })),
      { ordered: false },
    );
    for (const [, entry, at] of due) {
      entry.written = at;
      entry.pendingSince = entry.at > at ? now : 0;
    }
  }
}
