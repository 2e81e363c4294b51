import { creditFacts, ingestionFacts } from '@greenwatch/contracts';
import {
  afterKey,
  applyNewest,
  type Caller,
  defineService,
  notFound,
  onFact,
  pageOf,
  requireProvince,
  scopeFilter,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { deviceActions } from './device-actions';
import { deviceSheetModels } from './device-sheet.model';
import { DeviceSheets } from './device-sheets';
import { deviceFact, operatorFact } from './facts';
import { importRegistry, placed } from './import';
import { deviceOf, divisionOf, enterpriseOf, operatorOf, outletOf, personOf } from './present';
import { referenceActions } from './reference-actions';
import { type DeviceDoc, type PersonDoc, registryModels } from './registry.model';
import { registryStore } from './store';

/** Owns divisions, enterprises, outlets, devices and people; see README.md. */
export const registryService = defineService({
  name: 'registry',
  config: Type.Object({}),
  async create(kit) {
    const models = await registryModels(kit.db);
    const store = registryStore(kit, models);
    const deviceSheets = new DeviceSheets(kit, await deviceSheetModels(kit.db), models, store);

    /** Whoever looks at personal data leaves a trace (domain.md 8.3); other services act on a trace of their own. */
    const auditLook = async (by: Caller, action: string, persons: PersonDoc[]) => {
      if (by.kind === 'service' || persons.length === 0) return;
      await kit.transaction((session) =>
        kit.audit(session, {
          action,
          entity: 'persons',
          by,
          detail: { ids: persons.map((person) => person._id) },
        }),
      );
    };

    return {
      actions: {
        ...referenceActions(kit, models, store),
        ...deviceActions(kit, models, store),
        ...deviceSheets.actions,

        'registry.division.list': async () => (await models.divisions.find().sort({ _id: 1 }).lean()).map(divisionOf),

        'registry.enterprise.list': async ({ q, division, after, limit = 100 }, { caller }) => {
          const rows = await models.enterprises
            .find({
              $and: [
                scopeFilter(caller),
                division ? { divisionPath: division } : {},
                q
                  ? {
                      $or: [{ name: { $regex: escapeRegex(q), $options: 'i' } }, { uscc: q.toUpperCase() }],
                    }
                  : {},
                beyond(after),
              ],
            })
            .sort({ _id: 1 })
            .limit(limit + 1)
            .lean();
          return pageOf(rows.map(enterpriseOf), limit, (row) => [row.id]);
        },

        'registry.enterprise.get': async ({ id }, { caller }) => {
          const enterprise = await models.enterprises.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
          if (!enterprise) throw notFound('enterprise', id);
          const [outlets, devices, persons] = await Promise.all([
            models.outlets.find({ enterpriseId: id }).sort({ code: 1 }).lean(),
            models.devices.find({ enterpriseId: id }).sort({ _id: 1 }).lean(),
            models.persons.find({ enterpriseId: id }).sort({ _id: 1 }).lean(),
          ]);
          await auditLook(caller, 'registry.enterprise.get', persons);
          return {
            ...enterpriseOf(enterprise),
            outlets: outlets.map(outletOf),
            devices: devices.map(deviceOf),
            people: persons.map(personOf),
          };
        },

        'registry.outlet.get': async ({ id }, { caller }) => {
          const outlet = await models.outlets.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
          const enterprise = outlet && (await models.enterprises.findById(outlet.enterpriseId).lean());
          if (!outlet || !enterprise) throw notFound('outlet', id);
          const devices = await models.devices.find({ 'bindings.outletId': id }).sort({ _id: 1 }).lean();
          return {
            ...outletOf(outlet),
            enterprise: enterpriseOf(enterprise),
            devices: devices.map(deviceOf),
          };
        },

        'registry.outlet.names': async ({ ids }, { caller }) => {
          const { operatorId } = caller;
          const asked = { 'bindings.outletId': { $in: ids }, operatorId };
          const seen =
            operatorId === undefined
              ? scopeFilter(caller)
              : { _id: { $in: await models.devices.distinct('bindings.outletId', asked) } };
          const outlets = await models.outlets
            .find({ $and: [{ _id: { $in: ids } }, seen] })
            .sort({ _id: 1 })
            .lean();
          const owners = [...new Set(outlets.map(({ enterpriseId }) => enterpriseId))];
          const enterprises = await models.enterprises.find({ _id: { $in: owners } }, { name: 1 }).lean();
          const nameOf = new Map(enterprises.map(({ _id, name }) => [_id, name]));
          return outlets.map(({ _id, code, name, medium, factors, enterpriseId }) => ({
            ...{ id: _id, code, name, medium, factors: [...factors], enterpriseId },
            enterpriseName: nameOf.get(enterpriseId) ?? enterpriseId,
          }));
        },

        // Operators work across the province: whoever relies on one sees it. Its own people see it alone.
        'registry.operator.list': async ({ q, barred, after, limit = 100 }, { caller }) => {
          const rows = await models.operators
            .find({
              $and: [
                caller.operatorId === undefined ? {} : scopeFilter(caller),
                barred === undefined ? {} : { barred },
                q ? { $or: [{ name: { $regex: escapeRegex(q), $options: 'i' } }, { uscc: q.toUpperCase() }] } : {},
                beyond(after),
              ],
            })
            .sort({ _id: 1 })
            .limit(limit + 1)
            .lean();
          return pageOf(rows.map(operatorOf), limit, (row) => [row.id]);
        },

        'registry.operator.get': async ({ id }, { caller }) => {
          const own = caller.operatorId === undefined ? {} : scopeFilter(caller);
          const operator = await models.operators.findOne({ $and: [{ _id: id }, own] }).lean();
          if (!operator) throw notFound('operator', id);
          return operatorOf(operator);
        },

        'registry.person.list': async ({ division, role, after, limit = 100 }, { caller }) => {
          const rows = await models.persons
            .find({
              $and: [
                scopeFilter(caller),
                division ? { divisionPath: division } : {},
                role ? { roles: role } : {},
                beyond(after),
              ],
            })
            .sort({ _id: 1 })
            .limit(limit + 1)
            .lean();
          const page = pageOf(rows, limit, (row) => [row._id]);
          await auditLook(caller, 'registry.person.list', page.items);
          return { ...page, items: page.items.map(personOf) };
        },

        'registry.person.get': async ({ id }, { caller }) => {
          const person = await models.persons.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
          if (!person) throw notFound('person', id);
          await auditLook(caller, 'registry.person.get', [person]);
          return personOf(person);
        },

        // Its records name each other across divisions, and divisions themselves.
        'registry.import': async (input, { caller }) => {
          requireProvince(caller, kit.config.PROVINCE);
          return importRegistry(kit, models, store, input, caller);
        },
      },

      facts: {
        // The newest listing or lifting counts; the bar is kept for an operator that is not known yet.
        'facts.credit.blacklist.*': onFact(
          creditFacts.BlacklistChanged,
          async ({ entity, sequence, occurredAt, data: { listed } }, session) => {
            if (!(await applyNewest(models.bars, entity, sequence, { barred: listed }, session))) return;
            const operator = await models.operators.findById(entity).session(session).lean();
            if (!operator || operator.barred === listed) return;
            const after = { ...operator, barred: listed, sequence: operator.sequence + 1 };
            await models.operators.collection.replaceOne({ _id: entity as never }, after as never, { session });
            await kit.facts.append(session, operatorFact(after, occurredAt));
          },
        ),

        // INGESTION_ADMISSION=open let in an MN that nobody registered: it waits here for somebody to claim it.
        'facts.ingestion.device.unclaimed': onFact(
          ingestionFacts.DeviceUnclaimed,
          async ({ data, occurredAt }, session) => {
            if (await models.devices.exists({ _id: data.mn }).session(session)) return;
            const device: DeviceDoc = {
              _id: data.mn,
              sequence: 1,
              status: 'unclaimed',
              edition: data.edition === '2005' || data.edition === '2025' ? data.edition : '2017',
              addresses: [],
              missingFlagValid: true,
              firstSeen: data.firstSeen,
              facilities: [],
              ...placed(kit, []),
            };
            delete device.enterpriseId;
            await models.devices.collection.insertOne(device as never, {
              session,
            });
            await kit.facts.append(session, deviceFact(device, occurredAt));
          },
        ),
      },
      async started() {
        deviceSheets.start();
      },
      async stopped() {
        await deviceSheets.stop();
      },
    };
  },
});

/** MongoDB filter for what comes after the page that ended with this key. */
function beyond(after: string | undefined): { _id?: { $gt: string } } {
  const key = afterKey(after, 1);
  return key ? { _id: { $gt: key[0] as string } } : {};
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
