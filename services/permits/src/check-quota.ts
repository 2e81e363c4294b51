import type { PermitQuota, QuotaUse } from '@greenwatch/contracts';
import { startOfYear, yearOf } from '@greenwatch/kit';
import type { Found } from './check.model';
import { about, dayText, type EnterpriseView, factorName, type Keyed, validPermits } from './check-view';

const DAY = 86_400_000;
/** A straight line over fewer days says nothing [D]. */
const FORECAST_DAYS = 30;

export interface QuotaState {
  /** kg in the year so far. */
  used: number;
  /** used / quantity */
  share: number;
  /** kg at the end of the year by a straight line; absent while fewer than 30 days are known. */
  forecast?: number;
  stage: QuotaUse['stage'];
}

/**
 * Year to date against the permitted quantity (domain.md 3.5 P6): warned at 80 and 90 %, alarm at 100 %; a straight line
 * from the first of January to the last day known (`until`, its end, ms) that ends above it is a forecast.
 */
export function quotaState(quantity: number, used: number, year: number, until: number): QuotaState {
  const share = used / quantity;
  const elapsed = (until - startOfYear(year)) / DAY;
  const days = (startOfYear(year + 1) - startOfYear(year)) / DAY;
  const forecast = elapsed >= FORECAST_DAYS ? (used / elapsed) * days : undefined;
  const reached = share >= 1 ? '100' : share >= 0.9 ? '90' : share >= 0.8 ? '80' : '';
  const stage = reached || (forecast !== undefined && forecast > quantity ? 'forecast' : '');
  return { used, share, ...(forecast === undefined ? {} : { forecast }), stage };
}

/**
 * kg of a quota's factor: of its outlet where it names one, else of the whole enterprise. What is missing counts with the mass that is
 * put in for it (HJ 75-2017 tables 5, 6; HJ 356-2019): switching a meter off saves nothing.
 */
export function usedOf(
  quota: PermitQuota,
  totals: EnterpriseView['yearTotals'],
): { used: number; substituted: number } {
  const own = totals.filter(({ outletId, factor }) => {
    return factor === quota.factor && (quota.outletId === undefined || outletId === quota.outletId);
  });
  const substituted = own.reduce((sum, one) => sum + (one.substituted ?? 0), 0);
  return { used: own.reduce((sum, { mass }) => sum + mass, substituted), substituted };
}

const GRADES = {
  forecast: { level: 'low', says: '按目前进度年底将超出' },
  '80': { level: 'low', says: '已达到80%' },
  '90': { level: 'mid', clue: 'desk', says: '已达到90%' },
  '100': { level: 'high', clue: 'visit', says: '已达到或超过100%' },
} as const satisfies Record<string, Pick<Found, 'level' | 'clue'> & { says: string }>;

/** P6 for each quota of the year that `now` lies in (Code 1103). */
export function quotaChecks(view: EnterpriseView, now: number): Keyed[] {
  const year = yearOf(now);
  return validPermits(view, now).flatMap((permit) =>
    (permit.quotas ?? []).flatMap((quota): Keyed[] => {
      if (quota.year !== year || view.lastDay === 0) return [];
      const { used, substituted } = usedOf(quota, view.yearTotals);
      const { share, forecast, stage } = quotaState(quota.quantity, used, year, view.lastDay + DAY);
      if (stage === '') return [];
      const grade: Pick<Found, 'level' | 'clue'> & { says: string } = GRADES[stage];
      const found: Found = {
        ...about(view),
        check: 'P6',
        ...(quota.outletId ? { outletId: quota.outletId } : {}),
        factor: quota.factor,
        permitId: permit._id,
        level: grade.level,
        stage,
        evidence: [
          { name: '年许可排放量', value: `${quota.quantity} kg`, at: startOfYear(year) },
          {
            name: `截至${dayText(view.lastDay)}累计`,
            value: `${round(used)} kg（${round(share * 100)}%）`,
            at: view.lastDay,
          },
          ...(substituted > 0
            ? [{ name: '其中缺失时段替代排放量', value: `${round(substituted)} kg`, at: view.lastDay }]
            : []),
          ...(forecast === undefined
            ? []
            : [{ name: '按直线推算全年', value: `${round(forecast)} kg`, at: view.lastDay }]),
        ],
        text: `${year}年${factorName(quota.factor)}许可排放量${grade.says}`,
        basis: '生态环境法典第1103条',
        ...(grade.clue ? { clue: grade.clue } : {}),
      };
      return [[`P6:${permit._id}:${quota.outletId ?? ''}:${quota.factor}:${year}`, found]];
    }),
  );
}

const round = (value: number) => Number(value.toPrecision(5));
