/** A permitted concentration as `facts.permits.permit.changed` tells it; times in ms, `validTo` 0: open. */
export interface Limit {
  outletId: string;
  factor: string;
  period: string;
  limit: number;
  validFrom: number;
  validTo: number;
}

export interface PermitInForce {
  status: string;
  validFrom: number;
  validTo: number;
  limits: readonly Limit[];
}

/** The upper limit at a moment (ms); undefined: none is in force. */
export type LimitAt = (at: number) => number | undefined;

/**
 * The limits of one outlet and factor through time (domain.md 1.1): of permits that are not revoked, the strictest that
 * covers the moment. Hourly limits count; where there is none (waste water has daily ones), the daily limit is what a
 * series would be held under.
 */
export function limitsOf(permits: readonly PermitInForce[], outletId: string, factor: string): LimitAt {
  const spans = permits
    .filter(({ status }) => status !== 'revoked')
    .flatMap((permit) =>
      permit.limits
        .filter((limit) => limit.outletId === outletId && limit.factor === factor)
        .map((limit) => ({
          hourly: limit.period === 'hour',
          limit: limit.limit,
          from: Math.max(permit.validFrom, limit.validFrom),
          to: Math.min(permit.validTo || Infinity, limit.validTo || Infinity),
        })),
    );
  const valueAt = (at: number) => {
    const inForce = spans.filter(({ from, to }) => from <= at && at < to);
    const hourly = inForce.filter((span) => span.hourly);
    const values = (hourly.length > 0 ? hourly : inForce).map(({ limit }) => limit);
    return values.length > 0 ? Math.min(...values) : undefined;
  };
  // A series asks hour by hour, and the answer changes at a few moments only.
  const moments = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  let known: { from: number; to: number; value: number | undefined } | undefined;
  return (at) => {
    if (!known || at < known.from || at >= known.to) {
      const next = moments.find((moment) => moment > at) ?? Infinity;
      const last = moments.findLast((moment) => moment <= at) ?? -Infinity;
      known = { from: last, to: next, value: valueAt(at) };
    }
    return known.value;
  };
}
