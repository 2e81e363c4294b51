import { registryFacts } from '@greenwatch/contracts';
import { type Model, Schema } from 'mongoose';
import { type FactHandler, onProjected } from './facts';
import { applyNewest } from './projection';
import { Round } from './round';
import type { Kit, ServiceParts } from './service';

/** A row of the deployment's own factor table, as `factorInfo` of packages/hj212 gives it. */
export interface OwnFactor {
  code: string;
  nameZh: string;
  nameEn?: string;
  unit?: string;
  emissionUnit?: string;
  decimals?: number;
  molarMass?: number;
}
/** As the fact says it: '' and -1 stand for none. */
type OwnFactorDoc = Omit<registryFacts.FactorChanged, 'code'> & { _id: string; sequence: number };

/** Another instance may have taken the fact that changed a factor. */
const REFRESH_MS = 10_000;

/** The deployment's own factors in a service: `taken` handles `facts.registry.factor.changed`. */
export interface OwnFactors extends Required<Pick<ServiceParts, 'started' | 'stopped'>> {
  taken: FactHandler;
}

/**
 * The deployment's own factors (registry) in a service that shows names or units: a projection, given to `use` at the
 * start and whenever it changes.
 * @param use `useOwnFactors` of packages/hj212
 */
export function ownFactors(kit: Pick<Kit, 'db' | 'log'>, use: (rows: OwnFactor[]) => void): OwnFactors {
  const model: Model<OwnFactorDoc> = kit.db.model<OwnFactorDoc>(
    'OwnFactor',
    new Schema<OwnFactorDoc>(
      {
        _id: { type: String, required: true },
        sequence: { type: Number, required: true },
        nameZh: String,
        nameEn: String,
        unit: String,
        emissionUnit: String,
        decimals: Number,
        molarMass: Number,
      },
      { collection: 'own_factors', versionKey: false },
    ),
  );
  const load = async () => {
    const docs = await model.find().lean();
    use(
      docs.map(({ _id, nameZh, nameEn, unit, emissionUnit, decimals, molarMass }) => ({
        code: _id,
        nameZh,
        ...(nameEn ? { nameEn } : {}),
        ...(unit ? { unit } : {}),
        ...(emissionUnit ? { emissionUnit } : {}),
        ...(decimals < 0 ? {} : { decimals }),
        ...(molarMass ? { molarMass } : {}),
      })),
    );
    return false;
  };
  const round = new Round(
    { log: kit.log, everyMs: REFRESH_MS, failed: 'the factor table could not be read again' },
    load,
  );
  return {
    taken: onProjected(registryFacts.FactorChanged, async ({ data, sequence }) => {
      const { code, ...row } = data;
      await applyNewest(model, code, sequence, row);
      await load();
    }),
    async started() {
      await load();
      round.start();
    },
    stopped: () => round.stop(),
  };
}
