import { isDeepStrictEqual } from 'node:util';
import type { Caller, Kit, NewFact } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { deviceFact, enterpriseFact, factorFact, operatorFact, outletFact, personFact, profileFact } from './facts';
import type {
  DeviceDoc,
  DivisionDoc,
  EnterpriseDoc,
  FactorDoc,
  OperatorDoc,
  OutletDoc,
  PersonDoc,
  ProfileDoc,
  RegistryModels,
  Stored,
} from './registry.model';

/** A record as it should stand; its sequence is the store's business. */
export type Desired<D extends Stored> = Omit<D, 'sequence'>;

/** Makes the record that should stand from the one that stands; undefined leaves it as it is. */
export type Change<D extends Stored> = (
  existing: D | undefined,
  session: ClientSession,
) => Desired<D> | undefined | Promise<Desired<D> | undefined>;

export interface Counts {
  changed: number;
  unchanged: number;
}

/** What is to be done in the transaction of each batch besides, with the number of records it changes. */
export type Also = (session: ClientSession, changed: number) => Promise<void>;

/** Records a transaction: small enough to stay far below MongoDB's limits, large enough to import a province in seconds. */
export const BATCH = 100;

/** The one way records change: what differs gets the next sequence, its fact and an audit entry, in one transaction a batch. */
export function registryStore(kit: Kit, models: RegistryModels) {
  async function change<D extends Stored>(
    model: Model<D>,
    factOf: ((doc: D, now: number) => NewFact) | undefined,
    changes: ReadonlyMap<string, Change<D>>,
    action: string,
    by: Caller,
    also?: Also,
  ): Promise<Counts> {
    const ids = [...changes.keys()];
    let changed = 0;
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      changed += await kit.transaction(async (session) => {
        const rows = (await model
          .find({ _id: { $in: batch } })
          .session(session)
          .lean()) as unknown as D[];
        const existing = new Map(rows.map((row) => [row._id, row]));
        const written: D[] = [];
        for (const id of batch) {
          const before = existing.get(id);
          const desired = await (changes.get(id) as Change<D>)(before, session);
          if (!desired) continue;
          const after = {
            ...withoutUndefined(desired),
            sequence: before?.sequence ?? 0,
          } as D;
          if (before && isDeepStrictEqual(before, after)) continue;
          written.push({ ...after, sequence: after.sequence + 1 });
        }
        await also?.(session, written.length);
        if (written.length === 0) return 0;
        await model.collection.bulkWrite(
          written.map((doc) => ({
            replaceOne: {
              filter: { _id: doc._id as never, sequence: doc.sequence - 1 },
              replacement: doc as never,
              upsert: doc.sequence === 1,
            },
          })),
          { session },
        );
        if (factOf) for (const doc of written) await kit.facts.append(session, factOf(doc, kit.now()));
        await kit.audit(session, {
          action,
          entity: model.collection.name,
          by,
          detail: { ids: written.map((doc) => doc._id) },
        });
        return written.length;
      });
    }
    return { changed, unchanged: ids.length - changed };
  }

  return {
    divisions: (changes: ReadonlyMap<string, Change<DivisionDoc>>, action: string, by: Caller) =>
      change(models.divisions, undefined, changes, action, by),
    enterprises: (changes: ReadonlyMap<string, Change<EnterpriseDoc>>, action: string, by: Caller) =>
      change(models.enterprises, enterpriseFact, changes, action, by),
    operators: (changes: ReadonlyMap<string, Change<OperatorDoc>>, action: string, by: Caller) =>
      change(models.operators, operatorFact, changes, action, by),
    outlets: (changes: ReadonlyMap<string, Change<OutletDoc>>, action: string, by: Caller) =>
      change(models.outlets, outletFact, changes, action, by),
    devices: (changes: ReadonlyMap<string, Change<DeviceDoc>>, action: string, by: Caller, also?: Also) =>
      change(models.devices, deviceFact, changes, action, by, also),
    persons: (changes: ReadonlyMap<string, Change<PersonDoc>>, action: string, by: Caller) =>
      change(models.persons, personFact, changes, action, by),
    factors: (changes: ReadonlyMap<string, Change<FactorDoc>>, action: string, by: Caller) =>
      change(models.factors, factorFact, changes, action, by),
    profiles: (changes: ReadonlyMap<string, Change<ProfileDoc>>, action: string, by: Caller) =>
      change(models.profiles, profileFact, changes, action, by),
  };
}
export type RegistryStore = ReturnType<typeof registryStore>;

/** MongoDB stores no undefined: without them what was read compares equal to what was written. Goes into arrays too. */
function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (field === undefined ? [] : [[key, withoutUndefined(field)]])),
  ) as T;
}
