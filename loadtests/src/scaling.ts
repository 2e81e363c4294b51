/** The straight line that fits points best (least squares). @throws RangeError when they have less than two different x */
export function slopeOf(points: readonly (readonly [number, number])[]): { perUnit: number; at0: number } {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([at]) => at), mean(([, value]) => value)];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  if (!(spread > 0)) throw new RangeError('a line needs two points apart');
  const perUnit = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
  return { perUnit, at0: y - perUnit * x };
}

/** What so many instances took, each with the same share of a processor. */
export interface ScalePoint {
  instances: number;
  packetsPerSecond: number;
}

export interface Linearity {
  instances: number;
  packetsPerSecond: number;
  /** Of the rate that as many times one instance would give. */
  efficiency: number;
}

/**
 * How near instances come to so many times one instance. @throws RangeError without a point of one instance, or where that took nothing
 */
export function linearityOf(points: readonly ScalePoint[]): Linearity[] {
  const one = points.find(({ instances }) => instances === 1);
  if (!one || !(one.packetsPerSecond > 0)) throw new RangeError('linearity needs what one instance took');
  return [...points]
    .sort((a, b) => a.instances - b.instances)
    .map((point) => ({ ...point, efficiency: point.packetsPerSecond / (point.instances * one.packetsPerSecond) }));
}
