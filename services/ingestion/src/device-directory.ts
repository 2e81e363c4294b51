import type { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type Fact, type FieldCipher, type Kit, Round } from '@greenwatch/kit';
import { type Model, Schema } from 'mongoose';
import type { KnownDevice } from './admission';

export interface DeviceDoc {
  _id: string;
  sequence: number;
  status: KnownDevice['status'];
  passwordEncrypted: string;
  addresses: string[];
  edition: '2005' | '2017' | '2025' | 'surface-water';
  oldPasswords?: { encrypted: string; validTo: number }[];
  packetsPerMinute?: number;
  operatorId?: string;
  divisionPath: string[];
  enterpriseId?: string;
  profileId?: string;
  /** When the fact was taken: by this instances learn what others took. */
  changedAt?: Date;
}

export interface DirectoryEntry extends KnownDevice {
  /** Which requests it understands, and how they are written. */
  edition: '2005' | '2017' | '2025' | 'surface-water';
  divisionPath: string[];
  operatorId?: string;
  enterpriseId?: string;
  profileId?: string;
}

const FRESH_MS = 2_000;
/** Instances' clocks may differ by so much, and a copy may have been read while its device changed. */
const OVERLAP_MS = 30_000;
/** Strangers may invent any number of MNs. */
const MOST_COPIES = 200_000;

/**
 * The devices of the registry, as ingestion needs them: a projection in MongoDB and a copy in memory of those that were asked
 * for. Another instance may have taken the fact that changed a device, so what changed lately is read again every two seconds.
 */
export class DeviceDirectory {
  readonly #cache = new Map<string, { sequence: number; entry: DirectoryEntry | undefined }>();
  readonly model: Model<DeviceDoc>;
  readonly #round: Round;
  /** Changes up to then are in the copies. */
  #readUpTo: number;

  constructor(
    private readonly kit: Pick<Kit, 'db' | 'fields' | 'now' | 'log'>,
    /** Told of each device that changed here. */
    private readonly changed: (mn: string) => void = () => {},
  ) {
    const { db } = kit;
    this.#readUpTo = kit.now();
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
        operatorId: String,
        oldPasswords: { type: [{ _id: false, encrypted: String, validTo: Number }], default: undefined },
        packetsPerMinute: Number,
        changedAt: Date,
      },
      { collection: 'devices', versionKey: false },
    );
    schema.index({ divisionPath: 1, _id: 1 });
    schema.index({ changedAt: 1 });
    this.model = db.model<DeviceDoc>('Device', schema);
    this.#round = new Round(
      { log: kit.log, everyMs: FRESH_MS, failed: 'changes of devices could not be read; the copies in memory stay' },
      async () => {
        await this.#readChanges();
        return false;
      },
    );
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** What is known of an MN. Synchronous for a device asked for before, so it is let in also while MongoDB is away. */
  lookup(mn: string): DirectoryEntry | undefined | Promise<DirectoryEntry | undefined> {
    const cached = this.#cache.get(mn);
    return cached ? cached.entry : this.#read(mn);
  }

  async #read(mn: string): Promise<DirectoryEntry | undefined> {
    const doc = await this.model.findById(mn).lean();
    if (this.#cache.size > MOST_COPIES) this.#cache.clear();
    return this.#keep(mn, doc ?? undefined);
  }

  #keep(mn: string, doc: DeviceDoc | undefined): DirectoryEntry | undefined {
    const entry = doc && entryOf(doc, this.kit.fields);
    this.#cache.set(mn, { sequence: doc?.sequence ?? 0, entry });
    return entry;
  }

  async #readChanges(): Promise<void> {
    const begun = this.kit.now();
    const since = new Date(this.#readUpTo - OVERLAP_MS);
    for (const { _id, sequence } of await this.model.find({ changedAt: { $gte: since } }, { sequence: 1 }).lean()) {
      const cached = this.#cache.get(_id);
      if (cached && cached.sequence !== sequence) await this.#read(_id);
    }
    this.#readUpTo = begun;
  }

  async apply(fact: Fact<registryFacts.DeviceChanged>): Promise<void> {
    const { mn, status, passwordEncrypted, addresses, edition, profileId, operatorId } = fact.data;
    const { oldPasswords, packetsPerMinute } = fact.data;
    await applyNewest(this.model, mn, fact.sequence, {
      status,
      passwordEncrypted,
      addresses,
      edition: edition as DirectoryEntry['edition'],
      profileId,
      operatorId,
      oldPasswords: oldPasswords?.passwords ?? [],
      packetsPerMinute: packetsPerMinute ?? 0,
      divisionPath: fact.divisionPath,
      ...(fact.enterpriseId ? { enterpriseId: fact.enterpriseId } : {}),
      changedAt: new Date(this.kit.now()),
    });
    this.#cache.delete(mn);
    this.changed(mn);
  }
}

function entryOf(doc: DeviceDoc, fields: FieldCipher): DirectoryEntry {
  const oldPasswords = (doc.oldPasswords ?? []).map(({ encrypted, validTo }) => ({
    password: fields.decrypt(encrypted),
    until: validTo,
  }));
  return {
    mn: doc._id,
    status: doc.status,
    password: doc.passwordEncrypted ? fields.decrypt(doc.passwordEncrypted) : undefined,
    ...(oldPasswords.length > 0 ? { oldPasswords } : {}),
    addresses: doc.addresses,
    ...(doc.packetsPerMinute ? { packetsPerMinute: doc.packetsPerMinute } : {}),
    edition: doc.edition ?? '2017',
    divisionPath: doc.divisionPath,
    ...(doc.operatorId ? { operatorId: doc.operatorId } : {}),
    ...(doc.enterpriseId ? { enterpriseId: doc.enterpriseId } : {}),
    ...(doc.profileId ? { profileId: doc.profileId } : {}),
  };
}
