import { permitsFacts } from '@greenwatch/contracts';
import {
  afterKey,
  conflict,
  DomainError,
  invalid,
  isoTime,
  type Kit,
  newId,
  notFound,
  onFact,
  pageOf,
  requireProvince,
  scopeFilter,
} from '@greenwatch/kit';
import { checkPermits } from './check-permit';
import type { Part } from './part';
import type { PermitModels, StoredApplication } from './permit.model';
import { contentOf, presentApplication, presentLimit, presentPermit } from './permit-content';
import type { PermitStore } from './permit-store';
import { markDirty } from './registry-copies';

/** Permits that one transaction takes in. */
const CHUNK = 100;
const PAGE = 100;

/** Permits, their versions, limits and applications. */
export function permitPart(kit: Kit, models: PermitModels, store: PermitStore): Part {
  return {
    actions: {
      async 'permits.permit.list'({ enterpriseId }, { caller }) {
        const filter = { $and: [{ enterpriseId }, scopeFilter(caller)] };
        const permits = await models.permits.find(filter).sort({ _id: 1 }).lean();
        return permits.map((permit) => presentPermit(permit, kit.now()));
      },

      async 'permits.permit.search'(params, { caller }) {
        const { q, status, managementClass, expiresBefore, after, limit = PAGE } = params;
        const now = kit.now();
        const [last] = afterKey(after, 1) ?? [];
        const conditions: object[] = [scopeFilter(caller)];
        if (q !== undefined) conditions.push({ $or: [{ number: { $gte: q, $lt: `${q}~` } }, { name: q }] });
        if (status !== undefined) conditions.push({ validTo: status === 'valid' ? { $gt: now } : { $lte: now } });
        if (managementClass !== undefined) conditions.push({ managementClass });
        if (expiresBefore !== undefined) conditions.push({ validTo: { $lt: Date.parse(expiresBefore) } });
        if (last !== undefined) conditions.push({ number: { $gt: last } });
        const found = await models.permits
          .find({ $and: conditions })
          .sort({ number: 1 })
          .limit(limit + 1)
          .lean();
        const { items, next } = pageOf(found, limit, ({ number }) => [number]);
        return { items: items.map((permit) => presentPermit(permit, now)), ...(next === undefined ? {} : { next }) };
      },

      async 'permits.permit.get'({ id }, { caller }) {
        const permit = await models.permits.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
        if (!permit) throw notFound('permit', id);
        return presentPermit(permit, kit.now());
      },

      async 'permits.version.list'({ permitId }, { caller }) {
        const permit = await models.permits.findOne({ $and: [{ _id: permitId }, scopeFilter(caller)] }).lean();
        if (!permit) throw notFound('permit', permitId);
        const versions = await models.versions.find({ permitId }).sort({ version: -1 }).limit(200).lean();
        const { divisionPath, sequence, premisesKey } = permit;
        return versions.map(({ recordedAt, ...content }) => ({
          version: content.version,
          recordedAt: isoTime(recordedAt),
          permit: presentPermit({ ...content, _id: permitId, divisionPath, sequence, premisesKey }, kit.now()),
        }));
      },

      async 'permits.limit.list'({ outletId, at }, { caller }) {
        const filter = { $and: [{ 'limits.outletId': outletId }, scopeFilter(caller)] };
        const permits = await models.permits.find(filter).sort({ _id: 1 }).lean();
        const moment = at === undefined ? undefined : Date.parse(at);
        return permits
          .filter((permit) => moment === undefined || covers(permit, moment))
          .flatMap((permit) => permit.limits)
          .filter((limit) => limit.outletId === outletId && (moment === undefined || covers(limit, moment)))
          .map(presentLimit);
      },

      async 'permits.import'({ permits }, { caller }) {
        // A county takes in its own by sheets.
        requireProvince(caller, kit.config.PROVINCE);
        const errors = checkPermits(permits);
        const [first] = errors;
        if (first) throw new DomainError('INVALID', `${first.field} ${first.expected}`, 422, { errors });
        let changed = 0;
        for (let i = 0; i < permits.length; i += CHUNK) {
          const chunk = permits.slice(i, i + CHUNK).map((input) => ({ id: input.id, content: contentOf(input) }));
          changed += await kit.transaction(async (session) => {
            const { written, refused } = await store.takeIn(chunk, caller, session);
            const [problem] = refused;
            if (!problem) return written.length;
            const named = refused.map(({ id, field, expected }) => ({
              field: `permits.${i + chunk.findIndex((one) => one.id === id)}.${field}`,
              expected,
            }));
            throw conflict(problem.reason, `Permit ${problem.id}: ${problem.field} ${problem.expected}.`, {
              errors: named,
            });
          });
        }
        return { changed, unchanged: permits.length - changed };
      },

      async 'permits.application.record'({ permitId, kind, receivedAt, note }, { caller }) {
        return kit.transaction(async (session) => {
          const filter = { $and: [{ _id: permitId }, scopeFilter(caller)] };
          const permit = await models.permits.findOne(filter, null, { session }).lean();
          if (!permit) throw notFound('permit', permitId);
          const at = Date.parse(receivedAt);
          if (at > kit.now()) throw invalid('receivedAt', 'expected a time that is not in the future');
          const application: StoredApplication = {
            _id: newId(),
            permitId,
            enterpriseId: permit.enterpriseId,
            divisionPath: permit.divisionPath,
            kind,
            receivedAt: at,
            ...(note ? { note } : {}),
            recordedBy: caller.name,
          };
          await models.applications.create([application], { session });
          await markDirty(models, [permit.enterpriseId], session);
          await kit.audit(session, { action: 'permit.application', entity: permitId, by: caller, detail: { kind } });
          return presentApplication(application);
        });
      },

      async 'permits.application.list'({ permitId }, { caller }) {
        const permit = await models.permits.findOne({ $and: [{ _id: permitId }, scopeFilter(caller)] }).lean();
        if (!permit) throw notFound('permit', permitId);
        const found = await models.applications.find({ permitId }).sort({ receivedAt: -1 }).limit(200).lean();
        return found.map(presentApplication);
      },
    },

    facts: {
      'facts.permits.permit.due': onFact(permitsFacts.PermitDue, async ({ data, occurredAt }, session) => {
        const permit = await models.permits.findById(data.id, null, { session }).lean();
        // A newer version has its own timer. This instance's clock may be a little behind the one that published.
        const at = Math.max(kit.now(), occurredAt);
        if (!permit || permit.version !== data.version) return;
        await store.tell([permit], at, session);
        await markDirty(models, [permit.enterpriseId], session);
      }),
    },
  };
}

const covers = (validity: { validFrom: number; validTo?: number }, at: number) =>
  validity.validFrom <= at && at < (validity.validTo ?? Infinity);
