import { type Medium, registryFacts } from '@greenwatch/contracts';
import { applyNewest, countyOf, type FactHandlers, onProjected, type Point } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import { NEARBY_METRES, type Source } from './nearby';

type Location = { type: 'Point'; coordinates: [number, number] };
/** The newest of registry's facts about each, as far as complaints need them. */
export interface EnterpriseDoc {
  _id: string;
  sequence: number;
  name: string;
  location?: Location;
  divisionPath: string[];
}
export interface OutletDoc {
  _id: string;
  sequence: number;
  enterpriseId: string;
  code: string;
  name: string;
  medium: Medium;
  location?: Location;
}

/** Undefined where the registry has no usable position: an index of places takes none that is not on Earth. */
function locationOf({ lon, lat }: Point): Location | undefined {
  const usable = (lon !== 0 || lat !== 0) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  return usable ? { type: 'Point', coordinates: [lon, lat] } : undefined;
}

const near = ({ lon, lat }: Point, metres: number) => ({
  location: { $nearSphere: { $geometry: { type: 'Point', coordinates: [lon, lat] }, $maxDistance: metres } },
});

export function registryCopies(db: Connection) {
  const id = { type: String, required: true };
  const location = new Schema({ type: String, coordinates: [Number] }, { _id: false });
  const enterprise = new Schema<EnterpriseDoc>(
    { _id: id, sequence: Number, name: String, location, divisionPath: [String] },
    { versionKey: false, collection: 'enterprises' },
  );
  enterprise.index({ location: '2dsphere' });
  enterprise.index({ divisionPath: 1 });
  const outlet = new Schema<OutletDoc>(
    { _id: id, sequence: Number, enterpriseId: String, code: String, name: String, medium: String, location },
    { versionKey: false, collection: 'outlets' },
  );
  outlet.index({ location: '2dsphere' });
  outlet.index({ enterpriseId: 1 });
  const enterprises: Model<EnterpriseDoc> = db.model<EnterpriseDoc>('Enterprise', enterprise);
  const outlets: Model<OutletDoc> = db.model<OutletDoc>('Outlet', outlet);

  const facts: FactHandlers = {
    'facts.registry.enterprise.changed': onProjected(
      registryFacts.EnterpriseChanged,
      async ({ sequence, data, divisionPath }) => {
        const place = locationOf(data);
        await applyNewest(enterprises, data.id, sequence, {
          name: data.name,
          divisionPath,
          ...(place && { location: place }),
        });
      },
    ),
    'facts.registry.outlet.changed': onProjected(registryFacts.OutletChanged, async ({ sequence, data }) => {
      const { enterpriseId, code, name, medium } = data;
      const place = locationOf(data);
      await applyNewest(outlets, data.id, sequence, {
        enterpriseId,
        code,
        name,
        medium,
        ...(place && { location: place }),
      });
    }),
  };

  /** Outlets and enterprises around a point, and the enterprises of the city that a name may mean. */
  async function sources(point: Point, city: string | undefined, named: RegExp | undefined): Promise<Source[]> {
    const [aroundOutlets, aroundEnterprises, byName] = await Promise.all([
      outlets.find(near(point, NEARBY_METRES)).limit(60).lean<OutletDoc[]>(),
      enterprises.find(near(point, NEARBY_METRES)).limit(60).lean<EnterpriseDoc[]>(),
      named && city
        ? enterprises.find({ divisionPath: city, name: named }).limit(5).lean<EnterpriseDoc[]>()
        : Promise.resolve<EnterpriseDoc[]>([]),
    ]);
    const own = await outlets
      .find({ enterpriseId: { $in: byName.map(({ _id }) => _id) } })
      .limit(40)
      .lean<OutletDoc[]>();
    const allOutlets = new Map([...aroundOutlets, ...own].map((doc) => [doc._id, doc]));
    const names = new Map([...aroundEnterprises, ...byName].map((doc) => [doc._id, doc]));
    const missing = [...allOutlets.values()].map((doc) => doc.enterpriseId).filter((id) => !names.has(id));
    for (const doc of await enterprises.find({ _id: { $in: missing } }).lean<EnterpriseDoc[]>())
      names.set(doc._id, doc);
    const placed = (location: Location | undefined) =>
      location && { lon: location.coordinates[0], lat: location.coordinates[1] };
    return [
      ...[...allOutlets.values()].flatMap(({ _id, enterpriseId, code, name, medium, location: at }) => {
        const place = placed(at);
        const owner = names.get(enterpriseId);
        if (!place || !owner) return [];
        const outletName = `${code} ${name}`.trim();
        return [{ ...place, outletId: _id, outletName, medium, enterpriseId, enterpriseName: owner.name }];
      }),
      ...[...names.values()].flatMap(({ _id, name, location: at }) => {
        const place = placed(at);
        return place ? [{ ...place, enterpriseId: _id, enterpriseName: name }] : [];
      }),
    ];
  }

  /** Codes from the province to the county of the enterprise nearest to a point, within `metres`. */
  async function divisionNear(point: Point, metres: number): Promise<string[] | undefined> {
    const nearest = await enterprises
      .findOne({ ...near(point, metres), 'divisionPath.0': { $exists: true } })
      .lean<EnterpriseDoc>();
    const path = nearest?.divisionPath;
    // Handlers sit in the county, whatever town the place is in.
    return path?.slice(0, path.indexOf(countyOf(path)) + 1);
  }

  return { enterprises, outlets, facts, sources, divisionNear };
}
export type RegistryCopies = ReturnType<typeof registryCopies>;
