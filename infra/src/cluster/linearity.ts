/** Throughput of so many instances, each with the same share of processor. */
export interface Point {
  instances: number;
  perSecond: number;
}

/**
 * How much of n times one instance n instances did: 1 is linear. The worst of them.
 * @throws RangeError without a figure for one instance
 */
export function linearity(points: readonly Point[]): number {
  const one = points.find(({ instances }) => instances === 1);
  if (!one || !(one.perSecond > 0)) throw new RangeError('expected a throughput above 0 of one instance');
  return Math.min(...points.map(({ instances, perSecond }) => perSecond / (instances * one.perSecond)));
}

/** `1: 900/s, 2: 1750/s (0.97), 3: 2500/s (0.93)`. */
export function pointsInWords(points: readonly Point[]): string {
  const one = points.find(({ instances }) => instances === 1)?.perSecond ?? Number.NaN;
  return points
    .map(({ instances, perSecond }) => {
      const share = instances === 1 ? '' : ` (${(perSecond / (instances * one)).toFixed(2)})`;
      return `${instances}: ${Math.round(perSecond)}/s${share}`;
    })
    .join(', ');
}
