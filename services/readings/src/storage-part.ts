import { DATA_CLASSES, type StorageState } from '@greenwatch/contracts';
import { type ActionHandlers, isoTime, type Kit, requireProvince } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';
import { ColdMonths } from './cold/cold-month.model';
import { coldStore, coldStoreSettings } from './cold/cold-store';
import { Freezer } from './cold/freezer';
import { Messages } from './messages/message.model';
import { Packer } from './packed/packer';
import { PacketStore } from './packet.model';
import { firstKeptDay, RetentionRound, type RetentionRun, readRetention } from './retention';

const CLASS_DAYS = `(${DATA_CLASSES.join('|')})=[1-9][0-9]{0,4}`;

/** Where readings lie and for how long. */
export const storageSettings = {
  PACK_AFTER_HOURS: Type.Integer({ minimum: 1, default: 24, description: 'after its end a day is packed' }),
  PACK_EVERY_SECONDS: Type.Integer({ minimum: 1, default: 600, description: 'how often closed days are looked for' }),
  COLD_AFTER_DAYS: Type.Integer({ minimum: 0, default: 400, description: 'a month moves to cold storage; 0: never' }),
  ...coldStoreSettings,
  // Records are kept for at least five years (生态环境监测条例, State Council Order 820, Art 26).
  KEEP_DAYS: Type.String({
    pattern: `^(${CLASS_DAYS}(,${CLASS_DAYS})*)?$`,
    default: 'realtime=1830,minute=1830,state=1830,running=1830,message=1830',
    description: 'days that each class is kept; one that is not in it is kept for ever',
  }),
};

const Settings = Type.Object(storageSettings);
type Settings = Static<typeof Settings>;
const COLD_EVERY_MS = 3_600_000;

const lastRetentionOf = ({ at, recent, packed, cold, messages = 0 }: RetentionRun) => ({
  ...{ at: isoTime(at), recent, packed, cold, messages },
});

/** The store with what moves data through it: packing, cold storage, retention. */
export function storagePart(kit: Kit<Settings>) {
  const { KEEP_DAYS, PACK_AFTER_HOURS, COLD_AFTER_DAYS } = kit.config;
  const place = coldStore(kit.config, kit.blobs);
  const cold = new ColdMonths(kit.db, place.blobs);
  const store = new PacketStore(kit.db, cold);
  const messages = new Messages(kit.db);
  const retention = readRetention(KEEP_DAYS);
  const packer = new Packer(kit, store);
  const freezer = new Freezer(kit, store, cold, COLD_EVERY_MS);
  const retentionRound = new RetentionRound(kit, { store, cold, messages }, retention);

  async function onDisk(collection: string): Promise<{ documents: number; bytes: number }> {
    const stages = [{ $collStats: { storageStats: {} } }];
    let documents = 0;
    let bytes = 0;
    // One answer a shard.
    for await (const { storageStats } of kit.db.collection(collection).aggregate(stages)) {
      documents += storageStats?.count ?? 0;
      bytes += (storageStats?.storageSize ?? 0) + (storageStats?.totalIndexSize ?? 0);
    }
    return { documents, bytes };
  }

  const actions = {
    async 'readings.storage.get'(_params, { caller }) {
      requireProvince(caller, kit.config.PROVINCE);
      const now = kit.now();
      const { files, bytes } = await cold.sum();
      const last = await retentionRound.lastRun();
      const state: StorageState = {
        places: [
          { place: 'recent', ...(await onDisk('packets')) },
          { place: 'packed', ...(await onDisk('packed_days')) },
          { place: 'cold', documents: files, bytes },
        ],
        packing: { ...packer.counts },
        packedAfterHours: PACK_AFTER_HOURS,
        coldAfterDays: COLD_AFTER_DAYS,
        retention: DATA_CLASSES.map((kind) => {
          const days = retention.get(kind);
          const keptFrom = firstKeptDay(retention, kind, now);
          return { kind, ...(days === undefined ? {} : { days, keptFrom }) };
        }),
        ...(last ? { lastRetention: lastRetentionOf(last) } : {}),
      };
      return state;
    },
  } satisfies ActionHandlers;

  return {
    store,
    messages,
    actions,
    /** Makes the collections. */
    async prepare(): Promise<void> {
      await store.prepare();
      await cold.prepare();
      await messages.prepare();
    },
    async start(): Promise<void> {
      await place.check(kit.log);
      packer.start();
      freezer.start();
      retentionRound.start();
    },
    async stop(): Promise<void> {
      await Promise.all([packer.stop(), freezer.stop(), retentionRound.stop()]);
    },
  };
}
