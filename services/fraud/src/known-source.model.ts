import { permitsFacts, registryFacts, rulesFacts } from '@greenwatch/contracts';
import { applyNewest, type FactHandlers, onProjected } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { Limit } from './limit-in-force';

/** A device stands for an outlet from a time to a time, ms; `to` 0: open. */
interface Binding {
  outletId: string;
  enterpriseId: string;
  medium: 'gas' | 'water';
  from: number;
  to: number;
  divisionPath: string[];
}
interface KnownDevice {
  _id: string;
  sequence: number;
  missingFlagValid: boolean;
  bindings: Binding[];
}
interface KnownOutlet {
  _id: string;
  sequence: number;
  code: string;
  name: string;
}
interface KnownEnterprise {
  _id: string;
  sequence: number;
  name: string;
  industryName: string;
  divisionPath: string[];
}
interface KnownPermit {
  _id: string;
  sequence: number;
  status: string;
  validFrom: number;
  validTo: number;
  limits: Limit[];
}
/** An alarm that the working-condition test reads (domain.md 2.3 W (c)); `endedAt` 0 while active. */
interface KnownAlarm {
  _id: string;
  sequence: number;
  code: string;
  outletId: string;
  startedAt: number;
  endedAt: number;
}

/** Alarm codes of rules that are events of the working condition. */
export const EVENT_ALARMS = { TREAT_OFF: 'treatment-off', MARK_CONFLICT: 'mark-conflict' } as const;

/** What other services own and the scoring needs: copies by facts, the newest by sequence. */
export function knownSources(db: Connection) {
  const options = (collection: string) => ({ collection, versionKey: false as const });
  const device = new Schema<KnownDevice>(
    { _id: String, sequence: Number, missingFlagValid: Boolean, bindings: Array },
    options('devices'),
  );
  device.index({ 'bindings.enterpriseId': 1 });
  const permit = new Schema<KnownPermit>(
    { _id: String, sequence: Number, status: String, validFrom: Number, validTo: Number, limits: Array },
    options('permits'),
  );
  permit.index({ 'limits.outletId': 1 });
  const alarm = new Schema<KnownAlarm>(
    { _id: String, sequence: Number, code: String, outletId: String, startedAt: Number, endedAt: Number },
    options('alarms'),
  );
  alarm.index({ outletId: 1 });
  const devices: Model<KnownDevice> = db.model<KnownDevice>('KnownDevice', device);
  const permits: Model<KnownPermit> = db.model<KnownPermit>('KnownPermit', permit);
  const alarms: Model<KnownAlarm> = db.model<KnownAlarm>('KnownAlarm', alarm);
  const outlets: Model<KnownOutlet> = db.model<KnownOutlet>(
    'KnownOutlet',
    new Schema<KnownOutlet>({ _id: String, sequence: Number, code: String, name: String }, options('outlets')),
  );
  const enterprises: Model<KnownEnterprise> = db.model<KnownEnterprise>(
    'KnownEnterprise',
    new Schema<KnownEnterprise>(
      { _id: String, sequence: Number, name: String, industryName: String, divisionPath: [String] },
      options('enterprises'),
    ),
  );

  const facts: FactHandlers = {
    'facts.registry.device.changed': onProjected(registryFacts.DeviceChanged, async ({ entity, sequence, data }) => {
      const { missingFlagValid, bindings } = data;
      await applyNewest(devices, entity, sequence, { missingFlagValid, bindings });
    }),
    'facts.registry.outlet.changed': onProjected(registryFacts.OutletChanged, async ({ entity, sequence, data }) => {
      await applyNewest(outlets, entity, sequence, { code: data.code, name: data.name });
    }),
    'facts.registry.enterprise.changed': onProjected(
      registryFacts.EnterpriseChanged,
      async ({ entity, sequence, data, divisionPath }) => {
        const { name, industryName } = data;
        await applyNewest(enterprises, entity, sequence, { name, industryName, divisionPath });
      },
    ),
    'facts.permits.permit.changed': onProjected(permitsFacts.PermitChanged, async ({ entity, sequence, data }) => {
      const { status, validFrom, validTo } = data;
      const limits = data.limits.map(({ outletId, factor, period, limit, validFrom, validTo }) => {
        return { outletId, factor, period, limit, validFrom, validTo };
      });
      await applyNewest(permits, entity, sequence, { status, validFrom, validTo, limits });
    }),
    'facts.rules.alarm.*': onProjected(rulesFacts.AlarmChanged, async ({ entity, sequence, data }) => {
      const { code, outletId, startedAt, endedAt } = data;
      if (!(code in EVENT_ALARMS)) return;
      await applyNewest(alarms, entity, sequence, { code, outletId, startedAt, endedAt });
    }),
  };
  return { devices, outlets, enterprises, permits, alarms, facts };
}
export type KnownSources = ReturnType<typeof knownSources>;

export interface EnterpriseSources {
  enterpriseId: string;
  divisionPath: string[];
  industry: string | undefined;
  outlets: { outletId: string; medium: 'gas' | 'water' }[];
  devices: { mn: string; outletId: string; from: number; to: number; missingFlagValid: boolean }[];
}

/** Which enterprises have outlets bound to devices at some time of a span: those whose id comes after `after`, in order. */
export async function boundEnterprises(
  { devices }: KnownSources,
  span: { from: number; to: number },
  within: { division: string; enterpriseId?: string },
  after: string,
): Promise<{ enterpriseId: string; outlets: number }[]> {
  const found = await devices.aggregate<{ _id: string; outlets: string[] }>([
    ...(within.enterpriseId === undefined ? [] : [{ $match: { 'bindings.enterpriseId': within.enterpriseId } }]),
    { $unwind: '$bindings' },
    {
      $match: {
        'bindings.divisionPath': within.division,
        'bindings.enterpriseId': { $gt: after, ...(within.enterpriseId && { $eq: within.enterpriseId }) },
        'bindings.from': { $lt: span.to },
        $or: [{ 'bindings.to': 0 }, { 'bindings.to': { $gt: span.from } }],
      },
    },
    { $group: { _id: '$bindings.enterpriseId', outlets: { $addToSet: '$bindings.outletId' } } },
    { $sort: { _id: 1 } },
  ]);
  return found.map(({ _id, outlets }) => ({ enterpriseId: _id, outlets: outlets.length }));
}

/** The outlets of one enterprise and the devices that stood for them in a span. */
export async function enterpriseSources(
  { devices, enterprises }: KnownSources,
  enterpriseId: string,
  span: { from: number; to: number },
): Promise<EnterpriseSources> {
  const [known, enterprise] = await Promise.all([
    devices.find({ 'bindings.enterpriseId': enterpriseId }).sort({ _id: 1 }).lean(),
    enterprises.findById(enterpriseId).lean(),
  ]);
  const outlets = new Map<string, 'gas' | 'water'>();
  const bound: EnterpriseSources['devices'] = [];
  let divisionPath = enterprise?.divisionPath ?? [];
  for (const { _id: mn, missingFlagValid, bindings } of known) {
    for (const binding of bindings) {
      const to = binding.to || Infinity;
      if (binding.enterpriseId !== enterpriseId || binding.from >= span.to || to <= span.from) continue;
      outlets.set(binding.outletId, binding.medium);
      bound.push({ mn, outletId: binding.outletId, from: binding.from, to, missingFlagValid });
      // The binding says it too, and may come before the enterprise's own fact.
      if (divisionPath.length === 0) divisionPath = binding.divisionPath;
    }
  }
  return {
    enterpriseId,
    divisionPath,
    industry: enterprise?.industryName || undefined,
    outlets: [...outlets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([outletId, medium]) => ({ outletId, medium })),
    devices: bound,
  };
}
