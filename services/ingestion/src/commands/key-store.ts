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
  /** When it last had its turn to get a new one. */
  triedAt?: number;
}

/** In clear. */
interface Keys {
  /** The likeliest first. */
  all: readonly string[];
  next?: string;
}

const READ_AGAIN_MS = 5_000;
/** HJ 212-2025: a key is changed every 90 days. */
const LIFETIME_MS = 90 * 86_400_000;
/** A device that is away, out of use or refuses is not asked without end, and does not keep others from their turn. */
const TRY_AGAIN_MS = 86_400_000;

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
  readonly #keys = new Map<string, Keys>();
  readonly #confirming = new Set<string>();
  #readTo = 0;
  readonly #round: Round;

  constructor(private readonly kit: Pick<Kit, 'db' | 'fields' | 'log' | 'now' | 'transaction' | 'audit' | 'identity'>) {
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
          triedAt: Number,
        },
        { collection: 'device_keys', versionKey: false },
      ).index({ since: 1, triedAt: 1 }),
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
    return this.#keys.get(mn)?.all[0];
  }

  /** The key that a device was offered and has not confirmed; it may use it already. */
  offered(mn: string): string | undefined {
    return this.#keys.get(mn)?.next;
  }

  /** The keys under which a packet of a device may have been encrypted, the likeliest first. */
  keysOf(mn: string): readonly string[] {
    return this.#keys.get(mn)?.all ?? [];
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

  /** The device has the key it was offered: it is in use from now on. */
  async confirm(mn: string): Promise<void> {
    await this.kit.transaction(async (session) => {
      const now = this.kit.now();
      const { modifiedCount } = await this.model.updateOne(
        { _id: mn, next: { $exists: true } },
        [{ $set: { previous: '$key', key: '$next', since: now, changedAt: now } }, { $unset: 'next' }],
        { updatePipeline: true, session },
      );
      if (modifiedCount === 0) return;
      await this.kit.audit(session, { action: 'key.change', entity: mn, by: this.kit.identity.self });
    });
    await this.refresh();
  }

  /** A key has opened a packet. That it is the one offered says as much as the device's 9012, which may have been lost. */
  used(mn: string, key: string): void {
    if (this.#keys.get(mn)?.next !== key || this.#confirming.has(mn)) return;
    this.#confirming.add(mn);
    this.confirm(mn)
      .catch((error) =>
        this.kit.log.warn({ err: error, mn }, 'a key in use could not be noted; the next packet shows it'),
      )
      .finally(() => this.#confirming.delete(mn));
  }

  /** Devices whose key is older than the standard allows and whose turn it is, the oldest first. */
  async aged(limit: number): Promise<string[]> {
    const now = this.kit.now();
    const old = { since: { $lt: now - LIFETIME_MS }, triedAt: { $not: { $gte: now - TRY_AGAIN_MS } } };
    const docs = await this.model.find(old).sort({ since: 1 }).limit(limit).select({ _id: 1 }).lean();
    return docs.map(({ _id }) => _id);
  }

  /** A device has had its turn. */
  async tried(mn: string): Promise<void> {
    await this.model.updateOne({ _id: mn }, { $set: { triedAt: this.kit.now() } });
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
      const [all, offered] = [[key, next, previous], [next]].map((texts) =>
        texts.flatMap((text) => (text ? [this.kit.fields.decrypt(text)] : [])),
      ) as [string[], string[]];
      this.#keys.set(_id, { all, ...(offered[0] === undefined ? {} : { next: offered[0] }) });
    }
    this.#readTo = readTo;
    return false;
  }
}
