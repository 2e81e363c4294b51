import {
  type ActionHandlers,
  afterKey,
  conflict,
  isoTime,
  type Kit,
  notFound,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import { ms } from './check-import';
import { newPassword, oldPasswordsAfter } from './device-password';
import { placed, withoutSequence } from './import';
import { deviceOf } from './present';
import type { DeviceDoc, RegistryModels } from './registry.model';
import type { RegistryStore } from './store';

type Actions = Pick<
  ActionHandlers,
  'registry.device.list' | 'registry.device.get' | 'registry.device.claim' | 'registry.device.rotate'
>;

const KEEP_HOURS = 72;
const HOUR = 3_600_000;

/** What people do with devices one by one. */
export function deviceActions(kit: Kit, models: RegistryModels, store: RegistryStore): Actions {
  return {
    'registry.device.list': async ({ status, enterpriseId, after, limit = 100 }, { caller }) => {
      const [last] = afterKey(after, 1) ?? [];
      const rows = await models.devices
        .find({
          $and: [
            scopeFilter(caller),
            status ? { status } : {},
            enterpriseId ? { 'bindings.enterpriseId': enterpriseId } : {},
            last === undefined ? {} : { _id: { $gt: last } },
          ],
        })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean();
      return pageOf(rows.map(deviceOf), limit, (row) => [row.mn]);
    },

    'registry.device.get': async ({ mn }, { caller }) => {
      const device = await models.devices.findOne({ $and: [{ _id: mn }, scopeFilter(caller)] }).lean();
      if (!device) throw notFound('device', mn);
      return deviceOf(device);
    },

    'registry.device.claim': async ({ mn, outletId, password, from, operatorId }, { caller }) => {
      const device = await models.devices.findOne({ $and: [{ _id: mn }, scopeFilter(caller)] }).lean();
      if (!device) throw notFound('device', mn);
      const outlet = await models.outlets.findOne({ $and: [{ _id: outletId }, scopeFilter(caller)] }).lean();
      if (!outlet) throw notFound('outlet', outletId);
      if (operatorId !== undefined) {
        const operator = await models.operators.findById(operatorId).lean();
        if (!operator) throw notFound('operator', operatorId);
        if (operator.barred) {
          throw conflict('OPERATOR_BARRED', `${operator.name} is on the blacklist: it may take on no devices.`, {
            field: 'operatorId',
          });
        }
      }
      let claimed: DeviceDoc | undefined;
      await store.devices(
        new Map([
          [
            mn,
            (existing) => {
              if (existing?.status !== 'unclaimed') {
                throw conflict('ALREADY_CLAIMED', `The device ${mn} is ${existing?.status ?? 'gone'}, not unclaimed.`);
              }
              // What it has sent since it was first seen belongs to the outlet, unless the claim says otherwise.
              const binding = {
                outletId,
                enterpriseId: outlet.enterpriseId,
                medium: outlet.medium,
                from: ms(from) ?? existing.firstSeen,
                divisionPath: outlet.divisionPath,
              };
              const after = {
                ...withoutSequence(existing),
                ...placed(kit, [binding]),
                ...(operatorId === undefined ? {} : { operatorId }),
                status: 'active' as const,
                passwordEncrypted: kit.fields.encrypt(password),
              };
              claimed = { ...after, sequence: existing.sequence + 1 };
              return after;
            },
          ],
        ]),
        'registry.device.claim',
        caller,
      );
      return deviceOf(claimed as DeviceDoc);
    },

    'registry.device.rotate': async ({ mn, password = newPassword(), keepHours = KEEP_HOURS }, { caller }) => {
      const device = await models.devices.findOne({ $and: [{ _id: mn }, scopeFilter(caller)] }).lean();
      if (!device) throw notFound('device', mn);
      const passwordEncrypted = kit.fields.encrypt(password);
      const now = kit.now();
      let good: number | undefined;
      await store.devices(
        new Map([
          [
            mn,
            (existing) => {
              if (existing?.status !== 'active') {
                throw conflict('NOT_ACTIVE', `The device ${mn} is ${existing?.status ?? 'gone'}, not active.`);
              }
              const oldPasswords = oldPasswordsAfter(existing, keepHours * HOUR, now);
              if (!oldPasswords) {
                throw conflict(
                  'TOO_MANY_PASSWORDS',
                  `Five old passwords of ${mn} are still good; end them with keepHours 0.`,
                  {
                    field: 'keepHours',
                  },
                );
              }
              good = oldPasswords.length > 0 ? Math.max(...oldPasswords.map(({ validTo }) => validTo)) : undefined;
              return { ...withoutSequence(existing), passwordEncrypted, oldPasswords };
            },
          ],
        ]),
        'registry.device.rotate',
        caller,
      );
      return { mn, password, ...(good === undefined ? {} : { oldPasswordUntil: isoTime(good) }) };
    },
  };
}
