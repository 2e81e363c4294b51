import { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type Kit, onFact } from '@greenwatch/kit';
import { type ClientSession, type Connection, type Model, Schema } from 'mongoose';
import type { Part } from './part';
import type { Basics, PermitModels } from './permit.model';
import type { PermitStore } from './permit-store';

/** Copies of registry's outlets and devices: the newest by sequence. */
export interface OutletCopy {
  _id: string;
  sequence: number;
  enterpriseId: string;
  code: string;
  name: string;
  medium: string;
  lon: number;
  lat: number;
  factors: string[];
}

export interface DeviceCopy {
  _id: string;
  sequence: number;
  status: string;
  /** `to` 0: open. */
  bindings: { outletId: string; enterpriseId: string; from: number; to: number }[];
}

export interface RegistryCopies {
  outlets: Model<OutletCopy>;
  devices: Model<DeviceCopy>;
}

export function registryCopies(db: Connection): RegistryCopies {
  const outlet = new Schema<OutletCopy>(
    {
      _id: String,
      sequence: Number,
      enterpriseId: String,
      code: String,
      name: String,
      medium: String,
      lon: Number,
      lat: Number,
      factors: [String],
    },
    { collection: 'outlets', versionKey: false },
  );
  outlet.index({ enterpriseId: 1, code: 1 });
  const binding = new Schema({ outletId: String, enterpriseId: String, from: Number, to: Number }, { _id: false });
  const device = new Schema<DeviceCopy>(
    { _id: String, sequence: Number, status: String, bindings: [binding] },
    { collection: 'devices', versionKey: false },
  );
  device.index({ 'bindings.enterpriseId': 1 });
  return { outlets: db.model<OutletCopy>('OutletCopy', outlet), devices: db.model<DeviceCopy>('DeviceCopy', device) };
}

/** Has all checks of an enterprise done again soon, with the commit of `session` (checks.ts). */
export async function markDirty(models: PermitModels, enterpriseIds: readonly string[], session: ClientSession) {
  const ids = [...new Set(enterpriseIds)].filter((id) => id !== '');
  if (ids.length === 0) return;
  await models.enterprises.collection.bulkWrite(
    ids.map((id) => ({
      updateOne: {
        filter: { _id: id as never },
        update: { $inc: { dirty: 1 }, $setOnInsert: { sequence: 0, divisionPath: [] } },
        upsert: true,
      },
    })),
    { session, ordered: false },
  );
}

/** Keeps the copies; a permit goes where its enterprise goes. */
export function registryPart(kit: Kit, models: PermitModels, copies: RegistryCopies, store: PermitStore): Part {
  return {
    facts: {
      'facts.registry.enterprise.changed': onFact(registryFacts.EnterpriseChanged, async (fact, session) => {
        const { divisionPath, data } = fact;
        const place = await models.enterprises.findById(fact.entity, { basics: 1 }, { session }).lean();
        const basics = withBasics(place?.basics ?? [], {
          sequence: fact.sequence,
          at: fact.occurredAt,
          name: data.name,
          address: data.address,
          legalRepresentative: data.legalRepresentative,
        });
        const { uscc, name, address, legalRepresentative, industryCode, managementClass, status } = data;
        const { principalPersonId } = data;
        const fields = { uscc, name, address, legalRepresentative, industryCode, managementClass, status };
        const newer = await applyNewest(
          models.enterprises,
          fact.entity,
          fact.sequence,
          { ...fields, principalPersonId, divisionPath },
          session,
        );
        // An older fact that comes late still says since when the data is as it is.
        await models.enterprises.updateOne({ _id: fact.entity }, { $set: { basics }, $inc: { dirty: 1 } }, { session });
        if (!newer) return;
        const permits = await models.permits.find({ enterpriseId: fact.entity }, null, { session }).lean();
        const moved = permits.filter((permit) => permit.divisionPath.join() !== divisionPath.join());
        if (moved.length === 0) return;
        await store.tell(
          moved.map((permit) => ({ ...permit, divisionPath })),
          kit.now(),
          session,
        );
      }),

      'facts.registry.outlet.changed': onFact(registryFacts.OutletChanged, async (fact, session) => {
        const { id: _id, ...outlet } = fact.data;
        if (await applyNewest(copies.outlets, fact.entity, fact.sequence, outlet, session)) {
          await markDirty(models, [outlet.enterpriseId], session);
        }
      }),

      'facts.registry.device.changed': onFact(registryFacts.DeviceChanged, async (fact, session) => {
        const { status } = fact.data;
        const bindings = fact.data.bindings.map(({ outletId, enterpriseId, from, to }) => ({
          outletId,
          enterpriseId,
          from,
          to,
        }));
        const before = await copies.devices.findById(fact.entity, null, { session }).lean();
        if (!(await applyNewest(copies.devices, fact.entity, fact.sequence, { status, bindings }, session))) return;
        const touched = [...bindings, ...(before?.bindings ?? [])].map(({ enterpriseId }) => enterpriseId);
        await markDirty(models, touched, session);
      }),
    },
  };
}

const MOST_BASICS = 50;

/** The list with one more fact's basic data, by sequence; whatever the order of the facts, the list is the same. */
export function withBasics(list: readonly Basics[], one: Basics): Basics[] {
  return [...list.filter(({ sequence }) => sequence !== one.sequence), one]
    .sort((a, b) => a.sequence - b.sequence)
    .slice(-MOST_BASICS);
}
