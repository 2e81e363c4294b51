import type { AlarmCounts, DeviceCounts, Level, MapPoint, MapView } from '@greenwatch/contracts';
import { type Caller, scopeFilter } from '@greenwatch/kit';
import { clusterMarkers } from './cluster';
import type { EnterpriseMark, MapModels } from './map.model';

/** west, south, east, north in degrees */
export type Box = readonly [number, number, number, number];

/** What a caller's map shows within a box. */
export async function drawMap(models: MapModels, caller: Caller, box: Box, zoom: number): Promise<MapView> {
  const [west, south, east, north] = box;
  const enterprises = await models.enterprises
    .find({
      $and: [
        await enterpriseScope(models, caller),
        { lon: { $gte: west, $lte: east }, lat: { $gte: south, $lte: north } },
      ],
    })
    .lean<EnterpriseMark[]>();
  if (enterprises.length === 0) return { points: [], clusters: [] };
  const [devices, alarms] = await Promise.all([countDevices(models, caller), countAlarms(models, caller)]);
  const points = enterprises.map(
    ({ _id: id, name, lon, lat, status }): MapPoint => ({
      id,
      name,
      lon,
      lat,
      status,
      alarms: alarms.get(id) ?? { urgent: 0, high: 0, mid: 0, low: 0 },
      devices: devices.get(id) ?? { total: 0, online: 0 },
    }),
  );
  return clusterMarkers(points, zoom);
}

/** An operator's people see the enterprises whose devices it maintains. */
async function enterpriseScope({ devices }: MapModels, caller: Caller): Promise<object> {
  if (caller.operatorId === undefined || caller.enterpriseId !== undefined) return scopeFilter(caller);
  return { _id: { $in: await devices.distinct('enterpriseId', scopeFilter(caller)) } };
}

async function countDevices({ devices }: MapModels, caller: Caller): Promise<Map<string, DeviceCounts>> {
  const rows = await devices.aggregate<{ _id: string } & DeviceCounts>([
    { $match: { $and: [scopeFilter(caller), { retired: false, enterpriseId: { $type: 'string' } }] } },
    { $group: { _id: '$enterpriseId', total: { $sum: 1 }, online: { $sum: { $cond: ['$online', 1, 0] } } } },
  ]);
  return new Map(rows.map(({ _id, total, online }) => [_id, { total, online }]));
}

async function countAlarms({ alarms }: MapModels, caller: Caller): Promise<Map<string, AlarmCounts>> {
  // Alarms carry no operator: its people read them from the devices they maintain.
  if (caller.operatorId !== undefined) return new Map();
  const rows = await alarms.aggregate<{ _id: { id: string; level: Level }; count: number }>([
    { $match: { $and: [scopeFilter(caller), { counts: true, enterpriseId: { $type: 'string' } }] } },
    { $group: { _id: { id: '$enterpriseId', level: '$level' }, count: { $sum: 1 } } },
  ]);
  const counts = new Map<string, AlarmCounts>();
  for (const { _id, count } of rows) {
    const of = counts.get(_id.id) ?? { urgent: 0, high: 0, mid: 0, low: 0 };
    of[_id.level] = count;
    counts.set(_id.id, of);
  }
  return counts;
}
