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
  return (at) => {
    const inForce = spans.filter(({ from, to }) => from <= at && at < to);
    const hourly = inForce.filter((span) => span.hourly);
    const values = (hourly.length > 0 ? hourly : inForce).map(({ limit }) => limit);
    return values.length > 0 ? Math.min(...values) : undefined;
  };
}
