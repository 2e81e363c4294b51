/** A permitted concentration (许可排放浓度) with the time it holds; times in ms, `validTo` undefined: open. */
export interface Limit {
  id: string;
  outletId: string;
  factor: string;
  period: 'hour' | 'day';
  limit: number;
  decimals: number;
  unit: string;
  /** Percent O2: the converted value is judged. */
  referenceOxygen?: number;
  basis: string;
  validFrom: number;
  validTo?: number;
}

export interface PermitInForce {
  status: string;
  validFrom: number;
  validTo: number;
  limits: readonly Limit[];
}

/**
 * The limit that applies to a mean whose period starts at `at` (ms): of a permit that is not revoked and covers that moment, a limit that
 * covers it too. Where several do, the strictest (domain.md 1.1: the permit's is already the strictest of the standards).
 */
export function limitInForce(
  permits: readonly PermitInForce[],
  outletId: string,
  factor: string,
  period: Limit['period'],
  at: number,
): Limit | undefined {
  let strictest: Limit | undefined;
  for (const permit of permits) {
    if (permit.status === 'revoked' || !covers(permit, at)) continue;
    for (const limit of permit.limits) {
      if (limit.outletId !== outletId || limit.factor !== factor || limit.period !== period) continue;
      if (covers(limit, at) && (!strictest || limit.limit < strictest.limit)) strictest = limit;
    }
  }
  return strictest;
}

const covers = (validity: { validFrom: number; validTo?: number }, at: number) =>
  validity.validFrom <= at && at < (validity.validTo ?? Infinity);
