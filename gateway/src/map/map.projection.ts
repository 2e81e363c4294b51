import { ingestionFacts, type Level, registryFacts, rulesFacts } from '@greenwatch/contracts';
import { applyNewest, type FactHandlers, isDuplicateKey, onProjected } from '@greenwatch/kit';
import type { EnterpriseMark, MapModels } from './map.model';

/** Keeps the map's copies up to date; each fact carries its entity whole, so order and repetition do no harm. */
export function mapFacts({ enterprises, devices, alarms }: MapModels, now: () => number): FactHandlers {
  const link = onProjected(ingestionFacts.DeviceLink, async ({ data: { mn, online }, sequence }) => {
    try {
      await devices.updateOne(
        { _id: mn, $or: [{ linkSequence: { $lt: sequence } }, { linkSequence: null }] },
        { $set: { online, linkSequence: sequence }, $setOnInsert: { sequence: 0, divisionPath: [], retired: false } },
        { upsert: true },
      );
    } catch (error) {
      // The upsert collides with a device whose connection is known as new already.
      if (!isDuplicateKey(error)) throw error;
    }
  });
  return {
    'facts.registry.enterprise.changed': onProjected(registryFacts.EnterpriseChanged, async (fact) => {
      const { id, name, lon, lat, status } = fact.data;
      const mark: Omit<EnterpriseMark, '_id' | 'sequence'> = {
        name,
        lon,
        lat,
        status: status as EnterpriseMark['status'],
        divisionPath: fact.divisionPath,
        enterpriseId: id,
      };
      await applyNewest(enterprises, id, fact.sequence, mark);
    }),
    'facts.registry.device.changed': onProjected(
      registryFacts.DeviceChanged,
      async ({ data, divisionPath, sequence }) => {
        const { mn, status, operatorId } = data;
        const place = presentBinding(data.bindings, now());
        await applyNewest(devices, mn, sequence, {
          enterpriseId: place?.enterpriseId,
          operatorId: operatorId || undefined,
          divisionPath: place?.divisionPath ?? divisionPath,
          retired: status === 'retired',
        });
      },
    ),
    'facts.rules.alarm.*': onProjected(rulesFacts.AlarmChanged, async ({ data, divisionPath, sequence }) => {
      await applyNewest(alarms, data.id, sequence, {
        enterpriseId: data.enterpriseId || undefined,
        divisionPath,
        level: data.level as Level,
        counts: data.active && !data.history,
      });
    }),
    'facts.ingestion.device.online': link,
    'facts.ingestion.device.offline': link,
  };
}

/** The binding in force at `now` (ms): of overlapping ones, the one that began last. */
export function presentBinding(
  bindings: readonly registryFacts.Binding[],
  now: number,
): registryFacts.Binding | undefined {
  return bindings.filter(({ from, to }) => from <= now && (to === 0 || to > now)).sort((a, b) => b.from - a.from)[0];
}
