import { ingestionFacts } from '@greenwatch/contracts';
import type { Kit, NewFact } from '@greenwatch/kit';
import { type AnyBulkWriteOperation, type ClientSession, type Model, Schema } from 'mongoose';
import type { DeviceDirectory, DirectoryEntry } from './device-directory';
import type { DeviceTraffic } from './device-traffic';

export interface LinkDoc {
  _id: string;
  online: boolean;
  /** The instance that holds the socket. */
  instance: string;
  at: Date;
  lastSeen: Date;
  address: string;
  /** Of the facts about this device. */
  sequence: number;
  unclaimedTold?: boolean;
}

interface Change {
  mn: string;
  online: boolean;
  at: number;
  address: string;
  unclaimed?: { st: string; edition: string };
}

const FLUSH_MS = 500;
const HEARTBEAT_MS = 5_000;
const DEAD_MS = 20_000;
/** Changes that are written together. */
const GROUP = 500;

/**
 * Which devices are connected, and where: facts online, offline and unclaimed, each once, in groups. An instance that dies
 * leaves its devices to the others, who declare them offline when its heart-beat is over.
 */
export class DeviceLinks {
  readonly links: Model<LinkDoc>;
  readonly #instances: Model<{ _id: string; until: Date }>;
  /** Open connections of this instance by device. */
  readonly #open = new Map<string, number>();
  #changes: Change[] = [];
  #timers: NodeJS.Timeout[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly kit: Kit,
    private readonly directory: DeviceDirectory,
    private readonly traffic: DeviceTraffic,
  ) {
    this.links = kit.db.model<LinkDoc>(
      'Link',
      new Schema<LinkDoc>(
        {
          _id: { type: String, required: true },
          online: { type: Boolean, required: true },
          instance: { type: String, required: true },
          at: { type: Date, required: true },
          lastSeen: { type: Date, required: true },
          address: { type: String, default: '' },
          sequence: { type: Number, required: true },
          unclaimedTold: Boolean,
        },
        { collection: 'links', versionKey: false },
      )
        .index({ instance: 1, online: 1 })
        .index({ address: 1 }),
    );
    this.#instances = kit.db.model<{ _id: string; until: Date }>(
      'Instance',
      new Schema<{ _id: string; until: Date }>(
        { _id: { type: String, required: true }, until: { type: Date, required: true } },
        { collection: 'instances', versionKey: false },
      ),
    );
  }

  async start(): Promise<void> {
    await this.#heartbeat();
    const every = (ms: number, what: string, work: () => Promise<unknown>) =>
      this.#timers.push(
        setInterval(() => {
          work().catch((error) => this.kit.log.warn({ err: error }, what));
        }, ms),
      );
    every(FLUSH_MS, 'device links could not be written; they are tried again', () => this.flush());
    every(HEARTBEAT_MS, 'the heart-beat could not be written', () => this.#heartbeat());
  }

  /** Devices that are connected to this instance. */
  get online(): number {
    return this.#open.size;
  }

  /** A connection spoke for a device for the first time. */
  opened(mn: string, address: string, at: number, unclaimed?: { st: string; edition: string }): void {
    const count = this.#open.get(mn) ?? 0;
    this.#open.set(mn, count + 1);
    if (count === 0 || unclaimed) {
      this.#changes.push({ mn, online: true, at, address, ...(unclaimed ? { unclaimed } : {}) });
    }
  }

  /** A connection that had spoken for a device is closed. */
  closed(mn: string, address: string, at: number): void {
    const count = (this.#open.get(mn) ?? 1) - 1;
    if (count > 0) {
      this.#open.set(mn, count);
      return;
    }
    this.#open.delete(mn);
    this.#changes.push({ mn, online: false, at, address });
  }

  /** Of some devices, those that are connected to any instance. */
  async onlineOf(mns: readonly string[]): Promise<Set<string>> {
    const online = await this.links
      .find({ _id: { $in: [...mns] }, online: true })
      .select({ _id: 1 })
      .lean();
    return new Set(online.map(({ _id }) => _id));
  }

  /** Devices that were let in from an address when they last came. */
  async letInFrom(address: string): Promise<string[]> {
    const rows = await this.links.find({ address }).select({ _id: 1 }).lean();
    return rows.map(({ _id }) => _id);
  }

  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#changes.length > 0) {
      const group = this.#changes.slice(0, GROUP);
      const changes = lastOfEach(group);
      const devices = await this.#devices(changes);
      const elsewhere = await this.#seenElsewhere(changes);
      await this.kit.transaction((session) => this.#tell(session, changes, devices, elsewhere));
      this.#changes.splice(0, group.length);
    }
  }

  /** What changed is written with its facts: one read and two writes, however many devices there are. */
  async #tell(
    session: ClientSession,
    changes: readonly Change[],
    devices: ReadonlyMap<string, DirectoryEntry | undefined>,
    elsewhere: ReadonlyMap<string, Date | null>,
  ): Promise<void> {
    const { INSTANCE: instance, PROVINCE } = this.kit.config;
    const links = await this.links
      .find({ _id: { $in: changes.map(({ mn }) => mn) } })
      .session(session)
      .lean();
    const known = new Map(links.map((link) => [link._id, link]));
    const facts: NewFact[] = [];
    const writes: AnyBulkWriteOperation[] = [];
    for (const { mn, online, at, address, unclaimed } of changes) {
      const before = known.get(mn);
      // Another instance has taken the device over in the meantime.
      if (!online && before && before.instance !== instance) continue;
      const device = devices.get(mn);
      let sequence = before?.sequence ?? 0;
      const next = () => ({
        entity: mn,
        sequence: ++sequence,
        occurredAt: at,
        divisionPath: device?.divisionPath ?? [PROVINCE],
        ...(device?.enterpriseId ? { enterpriseId: device.enterpriseId } : {}),
      });
      const tellUnclaimed = unclaimed !== undefined && !before?.unclaimedTold;
      if (tellUnclaimed) {
        facts.push({
          subject: 'facts.ingestion.device.unclaimed',
          codec: ingestionFacts.DeviceUnclaimed,
          data: { mn, st: unclaimed.st, edition: unclaimed.edition, firstSeen: at, address },
          ...next(),
        });
      }
      if (!before || before.online !== online) {
        facts.push({
          subject: `facts.ingestion.device.${online ? 'online' : 'offline'}`,
          codec: ingestionFacts.DeviceLink,
          data: { mn, online, at, address },
          ...next(),
        });
      }
      const $set = {
        online,
        instance,
        address,
        sequence,
        at: new Date(at),
        lastSeen: new Date(
          online ? at : (this.traffic.lastSeen(mn) ?? elsewhere.get(mn) ?? before?.lastSeen ?? this.kit.now()),
        ),
        ...(tellUnclaimed ? { unclaimedTold: true } : {}),
      };
      writes.push({ updateOne: { filter: { _id: mn }, update: { $set }, upsert: true } });
    }
    if (writes.length === 0) return;
    // Not through the model: it costs more than the write.
    await this.links.collection.bulkWrite(writes as never[], { session, ordered: false });
    await this.kit.facts.appendAll(session, facts);
  }

  async #devices(changes: readonly Change[]): Promise<Map<string, DirectoryEntry | undefined>> {
    return new Map(await Promise.all(changes.map(async ({ mn }) => [mn, await this.directory.lookup(mn)] as const)));
  }

  /** Of devices that are gone and never spoke to this process: when they were last seen, as their own wrote it. */
  async #seenElsewhere(changes: readonly Change[]): Promise<Map<string, Date | null>> {
    const gone = changes.filter(({ mn, online }) => !online && this.traffic.lastSeen(mn) === undefined);
    if (gone.length === 0) return new Map();
    const days = await this.traffic.days.aggregate<{ _id: string; lastSeen: Date | null }>([
      { $match: { mn: { $in: gone.map(({ mn }) => mn) } } },
      { $sort: { mn: 1, day: -1 } },
      { $group: { _id: '$mn', lastSeen: { $first: '$lastSeen' } } },
    ]);
    return new Map(days.map(({ _id, lastSeen }) => [_id, lastSeen]));
  }

  async #heartbeat(): Promise<void> {
    const now = this.kit.now();
    const own = this.kit.config.INSTANCE;
    await this.#instances.updateOne({ _id: own }, { $set: { until: new Date(now + DEAD_MS) } }, { upsert: true });
    const dead = await this.#instances.find({ until: { $lt: new Date(now) } }).lean();
    for (const { _id: instance } of dead) {
      const left = await this.links.find({ instance, online: true }).lean();
      if (left.length > 0) {
        this.kit.log.info({ instance, devices: left.length }, 'an instance is gone; its devices are offline');
        // Taken over first, so that the facts are ours to tell; a device that came here meanwhile is not among them.
        await this.links.updateMany({ instance, online: true }, { $set: { instance: own } });
        for (const { _id: mn, address } of left) {
          if (!this.#open.has(mn)) this.#changes.push({ mn, online: false, at: now, address });
        }
      }
      await this.#instances.deleteOne({ _id: instance });
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
    await this.#instances.deleteOne({ _id: this.kit.config.INSTANCE });
  }
}

/** Only the last state counts: a device that came and went in half a second tells nothing. */
function lastOfEach(changes: readonly Change[]): Change[] {
  const last = new Map<string, Change>();
  for (const change of changes) {
    const unclaimed = change.unclaimed ?? last.get(change.mn)?.unclaimed;
    last.set(change.mn, { ...change, ...(unclaimed ? { unclaimed } : {}) });
  }
  return [...last.values()];
}
