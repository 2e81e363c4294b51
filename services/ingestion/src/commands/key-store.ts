import { randomBytes } from 'node:crypto';
import { type Kit, Round } from '@greenwatch/kit';
import { type ClientSession, type Model, Schema } from 'mongoose';

/** Times in ms; keys field-encrypted. */
interface KeyDoc {
  _id: string;
  /** What the device is known to use. */
  key: string;
  since: number;
  /** Sent to it, not confirmed: it may use it already. */
  next?: string;
  /** What it used before: a packet that it encrypted then may come late. */
  previous?: string;
  changedAt: number;
}

const READ_AGAIN_MS = 5_000;
/** HJ 212-2025: a key is changed every 90 days. */
const LIFETIME_MS = 90 * 86_400_000;

/** A new SM4 key: 16 characters, since HJ 212-2025 writes keys as text. 62 possible characters each, 95 bits. */
export function newKey(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let key = '';
  // Bytes from 248 up would make some characters likelier than others.
  while (key.length < 16) {
    for (const byte of randomBytes(16)) if (byte < 248 && key.length < 16) key += alphabet[byte % 62];
  }
  return key;
}

/**
 * SM4 keys of the devices of HJ 212-2025: encrypted in the database, in clear in memory only, since every packet needs them
 * at once. What another instance changed is read within seconds.
 */
export class KeyStore {
  readonly model: Model<KeyDoc>;
  readonly #keys = new Map<string, readonly string[]>();
  #readTo = 0;
  readonly #round: Round;

  constructor(private readonly kit: Pick<Kit, 'db' | 'fields' | 'log' | 'now'>) {
    this.model = kit.db.model<KeyDoc>(
      'DeviceKey',
      new Schema<KeyDoc>(
        {
          _id: { type: String, required: true },
          key: { type: String, required: true },
          since: { type: Number, required: true },
          next: String,
          previous: String,
          changedAt: { type: Number, required: true, index: true },
        },
        { collection: 'device_keys', versionKey: false },
      ).index({ since: 1 }),
    );
    const failed = 'keys of devices could not be read; the ones known stay in use';
    this.#round = new Round({ log: kit.log, everyMs: READ_AGAIN_MS, failed }, () => this.#read());
  }

  /** Resolves when every key is in memory. */
  async start(): Promise<void> {
    await this.#read();
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** The key for what goes to a device; undefined for one that uses none. */
  current(mn: string): string | undefined {
    return this.#keys.get(mn)?.[0];
  }

  /** The keys under which a packet of a device may have been encrypted, the likeliest first. */
  keysOf(mn: string): readonly string[] {
    return this.#keys.get(mn) ?? [];
  }

  /** The first key of a device, or one that was agreed on outside. */
  async set(session: ClientSession, mn: string, key: string): Promise<void> {
    const now = this.kit.now();
    await this.model.updateOne(
      { _id: mn },
      {
        $set: { key: this.kit.fields.encrypt(key), since: now, changedAt: now },
        $unset: { next: '', previous: '' },
      },
      { upsert: true, session },
    );
  }

  /** A new key is about to be sent (CN 1014). */
  async offer(session: ClientSession, mn: string, key: string): Promise<void> {
    const next = this.kit.fields.encrypt(key);
    await this.model.updateOne({ _id: mn }, { $set: { next, changedAt: this.kit.now() } }, { session });
  }

  /** The device has confirmed the key it was offered: it is in use from now on. */
  async confirm(mn: string): Promise<void> {
    const now = this.kit.now();
    await this.model.updateOne(
      { _id: mn, next: { $exists: true } },
      [{ $set: { previous: '$key', key: '$next', since: now, changedAt: now } }, { $unset: 'next' }],
      { updatePipeline: true },
    );
    await this.refresh();
  }

  /** Devices whose key is older than the standard allows, the oldest first. */
  async aged(limit: number): Promise<string[]> {
    const old = { since: { $lt: this.kit.now() - LIFETIME_MS } };
    const docs = await this.model.find(old).sort({ since: 1 }).limit(limit).select({ _id: 1 }).lean();
    return docs.map(({ _id }) => _id);
  }

  /** Reads what was changed: after the commit of a change, so that it is in use here at once. */
  async refresh(): Promise<void> {
    await this.#read();
  }

  async #read(): Promise<boolean> {
    // Clocks of instances differ a little, and a change takes effect with its commit.
    const since = this.#readTo - 60_000;
    const readTo = this.kit.now();
    for await (const { _id, key, next, previous } of this.model
      .find({ changedAt: { $gte: since } })
      .lean()
      .cursor()) {
      const keys = [key, next, previous].filter((text) => text !== undefined && text !== null);
      this.#keys.set(
        _id,
        keys.map((text) => this.kit.fields.decrypt(text)),
      );
    }
    this.#readTo = readTo;
    return false;
  }
}
