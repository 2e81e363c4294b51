import { KINDS, type StorageState } from '@greenwatch/contracts';
import { type ActionHandlers, folderBlobs, isoTime, type Kit, requireProvince } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';
import { ColdMonths } from './cold/cold-month.model';
import { Freezer } from './cold/freezer';
import { Packer } from './packed/packer';
import { PacketStore } from './packet.model';
import { firstKeptDay, RetentionRound, readRetention } from './retention';

const KIND_DAYS = `(${KINDS.join('|')})=[1-9][0-9]{0,4}`;

/** Where readings lie and for how long. */
export const storageSettings = {
  PACK_AFTER_HOURS: Type.Integer({ minimum: 1, default: 24, description: 'after its end a day is packed' }),
  PACK_EVERY_SECONDS: Type.Integer({ minimum: 1, default: 600, description: 'how often closed days are looked for' }),
  COLD_AFTER_DAYS: Type.Integer({ minimum: 0, default: 400, description: 'a month moves to cold storage; 0: never' }),
  COLD_FOLDER: Type.Optional(
    Type.String({ minLength: 1, description: 'folder of cold storage; absent: the blob store of the service' }),
  ),
  // Records are kept for at least five years (生态环境监测条例, State Council Order 820, Art 26).
  KEEP_DAYS: Type.String({
    pattern: `^(${KIND_DAYS}(,${KIND_DAYS})*)?$`,
    default: 'realtime=1830,minute=1830,state=1830,running=1830',
    description: 'days that each kind is kept; a kind that is not in it is kept for ever',
  }),
};

const Settings = Type.Object(storageSettings);
type Settings = Static<typeof Settings>;
const COLD_EVERY_MS = 3_600_000;

/** The store with what moves data through it: packing, cold storage, retention. */
export function storagePart(kit: Kit<Settings>) {
  const { COLD_FOLDER, KEEP_DAYS, PACK_AFTER_HOURS, COLD_AFTER_DAYS } = kit.config;
  const cold = new ColdMonths(kit.db, COLD_FOLDER ? folderBlobs(COLD_FOLDER) : kit.blobs);
  const store = new PacketStore(kit.db, cold);
  const retention = readRetention(KEEP_DAYS);
  const packer = new Packer(kit, store);
  const freezer = new Freezer(kit, store, cold, COLD_EVERY_MS);
  const retentionRound = new RetentionRound(kit, store, cold, retention);

  async function onDisk(collection: string): Promise<{ documents: number; bytes: number }> {
    const stages = [{ $collStats: { storageStats: {} } }];
    const [stats] = await kit.db.collection(collection).aggregate(stages).toArray();
    const { count = 0, storageSize = 0, totalIndexSize = 0 } = stats?.storageStats ?? {};
    return { documents: count, bytes: storageSize + totalIndexSize };
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
        retention: KINDS.map((kind) => {
          const days = retention.get(kind);
          const keptFrom = firstKeptDay(retention, kind, now);
          return { kind, ...(days === undefined ? {} : { days, keptFrom }) };
        }),
        ...(last
          ? { lastRetention: { at: isoTime(last.at), recent: last.recent, packed: last.packed, cold: last.cold } }
          : {}),
      };
      return state;
    },
  } satisfies ActionHandlers;

  return {
    store,
    actions,
    async start(): Promise<void> {
      await store.prepare();
      await cold.prepare();
      packer.start();
      freezer.start();
      retentionRound.start();
    },
    async stop(): Promise<void> {
      await Promise.all([packer.stop(), freezer.stop(), retentionRound.stop()]);
    },
  };
}
