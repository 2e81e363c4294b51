import type { DeviceProfile, Factor } from '@greenwatch/contracts';
import { standardFactor, standardFactors } from '@greenwatch/hj212';
import { type ActionHandlers, afterKey, type Kit, pageOf, requireProvince } from '@greenwatch/kit';
import type { FactorDoc, ProfileDoc, RegistryModels } from './registry.model';
import type { Change, RegistryStore } from './store';

type Actions = Pick<
  ActionHandlers,
  'registry.factor.list' | 'registry.factor.save' | 'registry.profile.list' | 'registry.profile.save'
>;

/** Codes of the standards, in the order of a list. */
const STANDARD = standardFactors()
  .map(({ code }) => code)
  .sort();

/**
 * The factor table and the device profiles. The standards' rows are the platform's own (packages/hj212) and in no collection;
 * what a deployment adds or renames is, and is told to everybody.
 */
export function referenceActions(kit: Kit, models: RegistryModels, store: RegistryStore): Actions {
  /** Reference data are the whole province's. */
  const everywhere = { divisionPath: [kit.config.PROVINCE] };

  return {
    'registry.factor.list': async ({ q, source, codes, after, limit = 100 }) => {
      const own = new Map((await models.factors.find().lean()).map((doc) => [doc._id, doc]));
      const [last] = afterKey(after, 1) ?? [];
      const asked = codes ?? [...new Set([...STANDARD, ...own.keys()])].sort();
      const found: Factor[] = [];
      for (const code of asked) {
        if (last !== undefined && code <= last) continue;
        const doc = own.get(code);
        const factor = doc ? ownFactor(doc) : printedFactor(code);
        if (!factor || (source !== undefined && factor.source !== source) || (q && !names(factor, q))) continue;
        found.push(factor);
        if (found.length > limit) break;
      }
      return pageOf(found, limit, ({ code }) => [code]);
    },

    'registry.factor.save': async ({ factors }, { caller }) => {
      requireProvince(caller, kit.config.PROVINCE);
      const changes = new Map<string, Change<FactorDoc>>(
        factors.map(({ code, ...row }) => [code, () => ({ ...row, ...everywhere, _id: code })]),
      );
      return store.factors(changes, 'registry.factor.save', caller);
    },

    'registry.profile.list': async ({ after, limit = 100 }) => {
      const [last] = afterKey(after, 1) ?? [];
      const rows = await models.profiles
        .find(last === undefined ? {} : { _id: { $gt: last } })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean();
      return pageOf(rows.map(profileOf), limit, ({ id }) => [id]);
    },

    'registry.profile.save': async ({ profiles }, { caller }) => {
      requireProvince(caller, kit.config.PROVINCE);
      const changes = new Map<string, Change<ProfileDoc>>(
        profiles.map(({ id, ...row }) => [id, () => ({ ...row, ...everywhere, _id: id })]),
      );
      return store.profiles(changes, 'registry.profile.save', caller);
    },
  };
}

const profileOf = ({ _id, sequence: _, divisionPath: __, ...rest }: ProfileDoc): DeviceProfile => ({
  id: _id,
  ...rest,
});

const ownFactor = ({ _id, sequence: _, divisionPath: __, ...rest }: FactorDoc): Factor => ({
  code: _id,
  ...rest,
  source: 'own',
});

function printedFactor(code: string): Factor | undefined {
  const info = standardFactor(code);
  if (!info) return undefined;
  const { nameZh, nameEn, unit, emissionUnit, decimals, molarMass } = info;
  return {
    code,
    nameZh,
    ...(nameEn === undefined ? {} : { nameEn }),
    ...(unit === undefined ? {} : { unit }),
    ...(emissionUnit === undefined ? {} : { emissionUnit }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(molarMass === undefined ? {} : { molarMass }),
    source: 'standard',
  };
}

function names({ code, nameZh, nameEn = '' }: Factor, q: string): boolean {
  const part = q.toLowerCase();
  return [code, nameZh, nameEn].some((text) => text.toLowerCase().includes(part));
}
