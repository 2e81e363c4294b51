import { permitsFacts, type QuotaUse } from '@greenwatch/contracts';
import { afterKey, isoTime, type Kit, notFound, onProjected, pageOf, scopeFilter, startOfDay } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { quotaState, usedOf } from './check-quota';
import { type CheckStore, presentCheck } from './check-store';
import type { Checks } from './checks';
import type { Part } from './part';
import type { PermitModels, StoredPermit } from './permit.model';

const DAY = 86_400_000;
const PAGE = 100;
const SWEEP_KEY = 'sweep';

/** Findings and quotas for whoever may see them; the judging that makes them; the timer of every day's checks. */
export function checkPart(
  kit: Kit<{ SWEEP_HOUR: number }>,
  models: PermitModels,
  store: CheckStore,
  checks: Checks,
): Part {
  /** Some checks become due by the passing of days alone: every enterprise is judged once a day. */
  async function schedule(session: ClientSession, day: number): Promise<void> {
    await kit.facts.cancel(session, SWEEP_KEY);
    await kit.facts.append(session, {
      subject: 'facts.permits.sweep.due',
      codec: permitsFacts.SweepDue,
      data: { day },
      entity: SWEEP_KEY,
      // A day begins at 16:00 UTC: days since 1970, as a whole number.
      sequence: Math.round(day / DAY),
      occurredAt: day,
      publishAt: day + kit.config.SWEEP_HOUR * 3_600_000,
      cancelKey: SWEEP_KEY,
    });
  }

  const markAll = () => models.enterprises.updateMany({ sequence: { $gt: 0 } }, { $inc: { dirty: 1 } });

  return {
    actions: {
      async 'permits.check.list'({ enterpriseId, check, level, active, after, limit = PAGE }, { caller }) {
        const [last] = afterKey(after, 1) ?? [];
        const filter = {
          $and: [
            scopeFilter(caller),
            {
              ...(enterpriseId === undefined ? {} : { enterpriseId }),
              ...(check === undefined ? {} : { check }),
              ...(level === undefined ? {} : { level }),
              ...(active === undefined ? {} : { active }),
              ...(last === undefined ? {} : { _id: { $lt: last } }),
            },
          ],
        };
        const found = await store.model
          .find(filter)
          .sort({ _id: -1 })
          .limit(limit + 1)
          .lean();
        const { items, next } = pageOf(found, limit, ({ _id }) => [_id]);
        return { items: items.map(presentCheck), ...(next === undefined ? {} : { next }) };
      },

      async 'permits.check.get'({ id }, { caller }) {
        const check = await store.model.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
        if (!check) throw notFound('check', id);
        return presentCheck(check);
      },

      async 'permits.quota.list'({ enterpriseId, year, after, limit = PAGE }, { caller }) {
        const [last, from] = afterKey(after, 2) ?? [];
        const filter = {
          $and: [
            scopeFilter(caller),
            { 'quotas.year': year, ...(enterpriseId === undefined ? {} : { enterpriseId }) },
            ...(last === undefined ? [] : [{ _id: { $gte: last } }]),
          ],
        };
        const permits = await models.permits
          .find(filter)
          .sort({ _id: 1 })
          .limit(limit + 2)
          .lean();
        const ids = [...new Set(permits.map((permit) => permit.enterpriseId))];
        const [totals, places] = await Promise.all([
          checks.yearTotals(ids, year),
          models.enterprises.find({ _id: { $in: ids } }, { name: 1 }).lean(),
        ]);
        const names = new Map(places.map(({ _id, name }) => [_id, name ?? _id]));
        const uses = permits.flatMap((permit) => {
          const own = totals.get(permit.enterpriseId) ?? [];
          const name = names.get(permit.enterpriseId) ?? permit.enterpriseId;
          return quotaUses(permit, year, own, name).map((use, n) => ({ use, n }));
        });
        // A page may end within a permit.
        const rest = uses.filter(({ use, n }) => last === undefined || use.permitId > last || n > Number(from));
        const { items, next } = pageOf(rest, limit, ({ use, n }) => [use.permitId, String(n)]);
        return { items: items.map(({ use }) => use), ...(next === undefined ? {} : { next }) };
      },
    },

    facts: {
      'facts.permits.sweep.due': onProjected(permitsFacts.SweepDue, async ({ data }) => {
        // Not in one transaction: a mark more does no harm, and 26,000 documents would be held for as long.
        await markAll();
        await kit.transaction((session) => schedule(session, Math.max(data.day, startOfDay(kit.now())) + DAY));
      }),
    },

    async started() {
      // The timer that waits is replaced by one of today or tomorrow: whatever was missed while nothing ran is judged now.
      const today = startOfDay(kit.now());
      const due = today + kit.config.SWEEP_HOUR * 3_600_000;
      await kit.transaction((session) => schedule(session, due > kit.now() ? today : today + DAY));
      await markAll();
      checks.start();
    },
    async stopped() {
      await checks.stop();
    },
  };
}

/** The quotas of a permit in a year beside what was measured. */
function quotaUses(
  permit: StoredPermit,
  year: number,
  totals: readonly { outletId: string; factor: string; mass: number; lastDay: number }[],
  enterpriseName: string,
): QuotaUse[] {
  const lastDay = Math.max(0, ...totals.map((total) => total.lastDay));
  return (permit.quotas ?? [])
    .filter((quota) => quota.year === year)
    .map((quota) => {
      const until = lastDay ? lastDay + DAY : 0;
      const { used, substituted } = usedOf(quota, totals);
      const { share, forecast, stage } = quotaState(quota.quantity, used, year, until);
      return {
        permitId: permit._id,
        enterpriseId: permit.enterpriseId,
        enterpriseName,
        ...(quota.outletId ? { outletId: quota.outletId } : {}),
        factor: quota.factor,
        year,
        quantity: quota.quantity,
        used,
        ...(substituted > 0 ? { substituted } : {}),
        share,
        ...(forecast === undefined ? {} : { forecast }),
        stage,
        ...(until ? { until: isoTime(until) } : {}),
      };
    });
}
