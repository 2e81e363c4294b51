import { featureNames } from '@greenwatch/authenticity';
import type { FraudExampleInput, OutletAuthenticity, Suspicion } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  invalid,
  type Kit,
  notFound,
  pageOf,
  requireProvince,
  scopeFilter,
  startOfDay,
} from '@greenwatch/kit';
import { divisionPathOf } from './division-path';
import type { FraudConfig } from './fraud-settings';
import type { KnownSources } from './known-source.model';
import {
  dayMs,
  dayText,
  type Names,
  presentEvidence,
  presentExample,
  presentModel,
  presentRun,
  presentScore,
  presentSuspicion,
} from './present';
import type { RunDoc, RunModels } from './run.model';
import type { EnterpriseScoreDoc, ScoreDoc, ScoreModels } from './score.model';
import { type ModelStore, newRun } from './scoring-model';
import type { ScoringModelDoc } from './scoring-model.model';
import type { ExampleDoc, SuspicionDoc, SuspicionModels } from './suspicion.model';

const DAY_MS = 86_400_000;
const PAGE = 100;
/** Days of history that an evidence page or a file shows. */
const HISTORY_DAYS = 365;

type Models = ScoreModels & SuspicionModels & RunModels;

/** What people ask of the scoring; every query lies within the caller's scope. */
export function fraudActions(
  kit: Kit<FraudConfig>,
  models: Models,
  sources: KnownSources,
  store: ModelStore,
  poke: () => void,
): ActionHandlers {
  const { scores, evidence, enterpriseScores, suspicions, examples, runs } = models;

  async function namesOf(records: readonly { outletId?: string; enterpriseId: string }[]): Promise<Names> {
    const [outlets, enterprises] = await Promise.all([
      sources.outlets.find({ _id: { $in: records.flatMap(({ outletId }) => outletId ?? []) } }).lean(),
      sources.enterprises.find({ _id: { $in: records.map(({ enterpriseId }) => enterpriseId) } }, 'name').lean(),
    ]);
    const byOutlet = new Map(outlets.map((outlet) => [outlet._id, outlet]));
    const byEnterprise = new Map(enterprises.map(({ _id, name }) => [_id, name]));
    return { outlet: (id) => byOutlet.get(id), enterprise: (id) => byEnterprise.get(id) };
  }

  async function presentScores(found: readonly ScoreDoc[]): Promise<OutletAuthenticity[]> {
    const [names, open] = await Promise.all([
      namesOf(found),
      suspicions.find({ active: true, outletId: { $in: found.map(({ outletId }) => outletId) } }, 'outletId').lean(),
    ]);
    const openOf = new Map(open.map(({ _id, outletId }) => [outletId, _id]));
    return found.map((score) => presentScore(score, names, openOf.get(score.outletId)));
  }

  async function presentSuspicions(found: readonly SuspicionDoc[]): Promise<Suspicion[]> {
    const names = await namesOf(found);
    return found.map((suspicion) => presentSuspicion(suspicion, names));
  }

  /** Where an outlet belongs. @throws 404 outside the caller's scope */
  async function outletInScope(outletId: string, caller: Caller): Promise<{ enterpriseId: string }> {
    const scope = scopeFilter(caller);
    const score = await scores.findOne({ $and: [{ outletId }, scope] }, 'enterpriseId').lean();
    if (score) return score;
    const [bound] = await sources.devices.aggregate<{ bindings: { enterpriseId: string } }>([
      { $match: { 'bindings.outletId': outletId } },
      { $unwind: '$bindings' },
      { $match: { 'bindings.outletId': outletId, ...prefixed(scope) } },
      { $limit: 1 },
    ]);
    if (!bound) throw notFound('outlet', outletId);
    return bound.bindings;
  }

  return {
    async 'fraud.score.run'({ day, enterpriseId }, { caller }) {
      const now = kit.now();
      const today = startOfDay(now);
      const wanted = day === undefined ? today - DAY_MS : dayMs(day);
      if (wanted >= today) throw invalid('day', `must be over: ${dayText(today - DAY_MS)} or earlier`);
      if (wanted < today - kit.config.FRAUD_KEEP_DAYS * DAY_MS) {
        throw invalid('day', `must be within the last ${kit.config.FRAUD_KEEP_DAYS} days`);
      }
      let path = divisionPathOf(caller.division);
      if (enterpriseId !== undefined) {
        const known = await sources.enterprises
          .findOne({ $and: [{ _id: enterpriseId }, scopeFilter(caller, '_id')] }, 'divisionPath')
          .lean();
        if (!known) throw notFound('enterprise', enterpriseId);
        path = known.divisionPath;
      }
      const same = { state: 'waiting' as const, day: wanted, division: caller.division };
      const waiting = await runs.findOne({ ...same, enterpriseId: enterpriseId ?? null }).lean<RunDoc>();
      if (waiting) return presentRun(waiting);
      const run = newRun(wanted, 'demand', caller.division, path, now, enterpriseId);
      await kit.transaction(async (session) => {
        await runs.create([run], { session });
        const detail = { day: dayText(wanted), enterpriseId: enterpriseId ?? '' };
        await kit.audit(session, { action: 'score.run', entity: run._id, by: caller, detail });
      });
      poke();
      return presentRun(run);
    },

    async 'fraud.run.list'({ after, limit = PAGE }, { caller }) {
      const [at, id] = afterKey(after, 2) ?? [];
      const found = await runs
        .find({ $and: [visibleRuns(caller), olderThan('createdAt', at, id)] })
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean<RunDoc[]>();
      const page = pageOf(found, limit, ({ createdAt, _id }) => [String(createdAt), _id]);
      return { ...page, items: page.items.map(presentRun) };
    },

    async 'fraud.run.get'({ id }, { caller }) {
      const run = await runs.findOne({ $and: [{ _id: id }, visibleRuns(caller)] }).lean<RunDoc>();
      if (!run) throw notFound('run', id);
      return presentRun(run);
    },

    async 'fraud.score.list'({ day, division, enterpriseId, level, status, after, limit = PAGE }, { caller }) {
      const [authenticity, id] = afterKey(after, 2) ?? [];
      const asked = status ?? 'SCORED';
      const conditions: object[] = [
        scopeFilter(caller),
        day === undefined ? { latest: true } : { day: dayMs(day) },
        { status: asked },
      ];
      if (division !== undefined) conditions.push({ divisionPath: division });
      if (enterpriseId !== undefined) conditions.push({ enterpriseId });
      if (level !== undefined) conditions.push({ level });
      if (id !== undefined) {
        // INSUFFICIENT ones have no authenticity and are in the order of their id alone.
        const value = asked === 'SCORED' ? keyNumber(authenticity) : null;
        const same = { authenticity: value, _id: { $gt: id } };
        conditions.push(value === null ? same : { $or: [{ authenticity: { $gt: value } }, same] });
      }
      const found = await scores
        .find({ $and: conditions })
        .sort({ authenticity: 1, _id: 1 })
        .limit(limit + 1)
        .lean<ScoreDoc[]>();
      const page = pageOf(found, limit, (score) => [String(score.authenticity), score._id]);
      return { ...page, items: await presentScores(page.items) };
    },

    async 'fraud.outlet.get'({ outletId, day }, { caller }) {
      const { enterpriseId } = await outletInScope(outletId, caller);
      const scope = scopeFilter(caller);
      const [score, history, suspicion] = await Promise.all([
        scores
          .findOne({ $and: [day === undefined ? { outletId, latest: true } : { outletId, day: dayMs(day) }, scope] })
          .lean<ScoreDoc>(),
        scores
          .find({ $and: [{ outletId, day: { $gte: kit.now() - HISTORY_DAYS * DAY_MS } }, scope] })
          .sort({ day: 1 })
          .lean<ScoreDoc[]>(),
        suspicions
          .findOne({ $and: [{ outletId }, scope] })
          .sort({ active: -1, _id: -1 })
          .lean<SuspicionDoc>(),
      ]);
      const names = await namesOf([{ outletId, enterpriseId }]);
      const detail = score && (await evidence.findById(score._id).lean());
      const open = suspicion?.active ? suspicion._id : undefined;
      return {
        outletId,
        enterpriseId,
        ...(score && { score: presentEvidence(score, detail?.score ?? null, names, open) }),
        history: history.map(({ day, status, authenticity, level, modelVersion }) => ({
          day: dayText(day),
          status,
          ...(authenticity === null ? {} : { authenticity }),
          ...(level === null ? {} : { level }),
          modelVersion,
        })),
        ...(suspicion && { suspicion: presentSuspicion(suspicion, names) }),
      };
    },

    async 'fraud.enterprise.get'({ enterpriseId }, { caller }) {
      const scope = scopeFilter(caller);
      const trend = await enterpriseScores
        .find({ $and: [{ enterpriseId, day: { $gte: kit.now() - HISTORY_DAYS * DAY_MS } }, scope] })
        .sort({ day: 1 })
        .lean<EnterpriseScoreDoc[]>();
      const last = trend.at(-1);
      if (!last) {
        const known = await sources.enterprises.exists({ $and: [{ _id: enterpriseId }, scopeFilter(caller, '_id')] });
        if (!known) throw notFound('enterprise', enterpriseId);
        return { enterpriseId, status: 'INSUFFICIENT', outlets: [], trend: [] };
      }
      const outlets = await scores
        .find({ $and: [{ enterpriseId, day: last.day }, scope] })
        .sort({ authenticity: 1, _id: 1 })
        .lean<ScoreDoc[]>();
      return {
        enterpriseId,
        status: last.status,
        day: dayText(last.day),
        ...valuesOf(last),
        ...(last.level === null ? {} : { level: last.level }),
        ...(last.worstOutletId === null ? {} : { worstOutletId: last.worstOutletId }),
        modelVersion: last.modelVersion,
        outlets: await presentScores(outlets),
        trend: trend.map((score) => ({ day: dayText(score.day), status: score.status, ...valuesOf(score) })),
      };
    },

    async 'fraud.suspicion.list'({ state, division, enterpriseId, outletId, after, limit = PAGE }, { caller }) {
      const conditions: object[] = [scopeFilter(caller)];
      for (const [field, value] of Object.entries({ state, enterpriseId, outletId, divisionPath: division })) {
        if (value !== undefined) conditions.push({ [field]: value });
      }
      const [id] = afterKey(after, 1) ?? [];
      if (id !== undefined) conditions.push({ _id: { $lt: id } });
      const found = await suspicions
        .find({ $and: conditions })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<SuspicionDoc[]>();
      const page = pageOf(found, limit, ({ _id }) => [_id]);
      return { ...page, items: await presentSuspicions(page.items) };
    },

    async 'fraud.suspicion.get'({ id }, { caller }) {
      const found = await suspicions.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean<SuspicionDoc>();
      if (!found) throw notFound('suspicion', id);
      return (await presentSuspicions([found]))[0] as Suspicion;
    },

    async 'fraud.model.list'({ after, limit = PAGE }) {
      const [number] = afterKey(after, 1) ?? [];
      const found = await store.models
        .find(number === undefined ? {} : { number: { $lt: keyNumber(number) } })
        .sort({ number: -1 })
        .limit(limit + 1)
        .lean<ScoringModelDoc[]>();
      const page = pageOf(found, limit, (doc) => [String(doc.number)]);
      return { ...page, items: page.items.map(presentModel) };
    },

    async 'fraud.model.activate'({ version }, { caller }) {
      // One model scores the whole province.
      requireProvince(caller, kit.config.PROVINCE);
      const doc = await store.activate(version, caller);
      poke();
      return presentModel(doc);
    },

    async 'fraud.example.import'({ examples: given }, { caller }) {
      // Examples shape the one model of the province.
      requireProvince(caller, kit.config.PROVINCE);
      for (const [i, example] of given.entries()) checkExample(example, i, kit.now());
      const result = await kit.transaction(async (session) => {
        const ids = given.map(({ id }) => `import:${id}`);
        const known = new Set(
          (await examples.find({ _id: { $in: ids } }, '_id', { session }).lean()).map(({ _id }) => _id),
        );
        const docs = new Map<string, ExampleDoc>();
        for (const { id, group, features, verdict, by, at, demo } of given) {
          const _id = `import:${id}`;
          if (known.has(_id)) continue;
          docs.set(_id, {
            _id,
            group,
            divisionPath: [kit.config.PROVINCE],
            features,
            verdict,
            source: 'import',
            ...(by === undefined ? {} : { by }),
            at: Date.parse(at),
            demo,
          });
        }
        await examples.insertMany([...docs.values()], { session });
        const detail = { created: docs.size };
        await kit.audit(session, { action: 'example.import', entity: 'examples', by: caller, detail });
        return { created: docs.size, existing: given.length - docs.size };
      });
      poke();
      return result;
    },

    async 'fraud.example.list'({ after, limit = PAGE }, { caller }) {
      const [at, id] = afterKey(after, 2) ?? [];
      const found = await examples
        .find({ $and: [scopeFilter(caller, 'group'), olderThan('at', at, id)] })
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .lean<ExampleDoc[]>();
      const page = pageOf(found, limit, (example) => [String(example.at), example._id]);
      return { ...page, items: page.items.map(presentExample) };
    },
  };
}

/** @throws DomainError 422: one example that the fit cannot read would stop every later fit */
function checkExample({ features, at }: FraudExampleInput, i: number, now: number): void {
  const unknown = Object.keys(features).find((name) => !featureNames.includes(name));
  if (unknown !== undefined) {
    throw invalid(`examples.${i}.features.${unknown}`, `is no feature: one of ${featureNames.join(', ')} is expected`);
  }
  if (Date.parse(at) > now) throw invalid(`examples.${i}.at`, 'must not lie in the future');
}

/** Runs over the whole province are everybody's news (counts only); others are seen where they belong. */
function visibleRuns(caller: Caller): object {
  return { $or: [scopeFilter(caller), { enterpriseId: null, trigger: { $ne: 'demand' } }] };
}

function olderThan(field: string, at: string | undefined, id: string | undefined): object {
  if (at === undefined) return {};
  const value = keyNumber(at);
  return { $or: [{ [field]: { $lt: value } }, { [field]: value, _id: { $lt: id } }] };
}

function keyNumber(text: string | undefined): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw invalid('after', 'must be the `next` of the page before');
  return value;
}

/** The scope's filter for fields that lie in a binding. */
const prefixed = (scope: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(scope).map(([field, value]) => [`bindings.${field}`, value]));

const valuesOf = ({ authenticity, mean }: { authenticity: number | null; mean: number | null }) => ({
  ...(authenticity === null ? {} : { authenticity }),
  ...(mean === null ? {} : { mean }),
});
