import { median, runsWhere } from '../statistics';

/**
 * Runs of two or more values near zero in a series that otherwise keeps clear of it, while the source runs: at or below
 * the detection limit or 3 % of the median, where even the lowest tenth of the other values is four times as high.
 * Looks at window and baseline together without comparing them, so zeros that were always there are seen too.
 */
export function zerosWhileRunning(value: Float64Array, slot: Int32Array, detectionLimit: number): [number, number][] {
  const near = Math.max(detectionLimit, 0.03 * median(value));
  if (!value.some((x) => x <= near)) return [];
  const rest = value.filter((x) => x > near).sort();
  if (rest.length < 0.5 * value.length || !(rest[Math.floor(rest.length / 10)]! > 4 * near)) return [];
  return runsWhere(value.length, (i) => value[i]! <= near).filter(
    ([first, last]) => last > first && slot[last]! - slot[first]! <= 2 * (last - first + 1),
  );
}
