import type { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type Fact, type FieldCipher } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { KnownDevice } from './admission';

interface DeviceDoc {
  _id: string;
  sequence: number;
  status: KnownDevice['status'];
  passwordEncrypted: string;
  addresses: string[];
  edition: '2005' | '2017' | '2025';
  divisionPath: string[];
  enterpriseId?: string;
  profileId?: string;
}

export interface DirectoryEntry extends KnownDevice {
  /** Which requests it understands, and how they are written. */
  edition: '2005' | '2017' | '2025';
  divisionPath: string[];
  enterpriseId?: string;
  profileId?: string;
}

const FRESH_MS = 10_000;

/**
 * The devices of the registry, as ingestion needs them: a projection in MongoDB and a copy in memory that is read again every
 * ten seconds, since another instance may have taken the fact that changed a device.
 */
export class DeviceDirectory {
  readonly #cache = new Map<string, { until: number; entry: DirectoryEntry | undefined }>();
  readonly model: Model<DeviceDoc>;

  constructor(
    db: Connection,
    private readonly fields: FieldCipher,
    private readonly now: () => number,
  ) {
    const schema = new Schema<DeviceDoc>(
      {
        _id: { type: String, required: true },
        sequence: { type: Number, required: true },
        status: { type: String, required: true },
        passwordEncrypted: { type: String, default: '' },
        addresses: { type: [String], default: [] },
        edition: { type: String, default: '2017' },
        divisionPath: { type: [String], default: [] },
        enterpriseId: String,
        profileId: String,
      },
      { collection: 'devices', versionKey: false },
    );
    this.model = db.model<DeviceDoc>('Device', schema);
  }

  /**
   * What is known of an MN. Synchronous for a device seen before: an old copy is used once more while a new one is read, so
   * that devices are let in also while MongoDB is away.
   */
  lookup(mn: string): DirectoryEntry | undefined | Promise<DirectoryEntry | undefined> {
    const cached = this.#cache.get(mn);
    if (!cached) return this.#read(mn);
    if (cached.until <= this.now()) {
      cached.until = this.now() + FRESH_MS;
      this.#read(mn).catch(() => {
        // The copy stays as it is until the next attempt.
      });
    }
    return cached.entry;
  }

  async #read(mn: string): Promise<DirectoryEntry | undefined> {
    const doc = await this.model.findById(mn).lean();
    const entry: DirectoryEntry | undefined = doc
      ? {
          mn,
          status: doc.status,
          password: doc.passwordEncrypted ? this.fields.decrypt(doc.passwordEncrypted) : undefined,
          addresses: doc.addresses,
          edition: doc.edition ?? '2017',
          divisionPath: doc.divisionPath,
          ...(doc.enterpriseId ? { enterpriseId: doc.enterpriseId } : {}),
          ...(doc.profileId ? { profileId: doc.profileId } : {}),
        }
      : undefined;
    // Strangers may invent any number of MNs.
    if (this.#cache.size > 200_000) this.#cache.clear();
    this.#cache.set(mn, { until: this.now() + FRESH_MS, entry });
    return entry;
  }

  async apply(fact: Fact<registryFacts.DeviceChanged>): Promise<void> {
    const { mn, status, passwordEncrypted, addresses, edition } = fact.data;
    await applyNewest(this.model, mn, fact.sequence, {
      status,
      passwordEncrypted,
      addresses,
      edition: edition as DirectoryEntry['edition'],
      profileId: fact.data.profileId,
      divisionPath: fact.divisionPath,
      ...(fact.enterpriseId ? { enterpriseId: fact.enterpriseId } : {}),
    });
    this.#cache.delete(mn);
  }
}
