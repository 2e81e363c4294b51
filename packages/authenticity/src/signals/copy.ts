import type { Samples } from '../prepare';
import type { PeerSeries } from '../series';
import { correlation, median, robustDeviation } from '../statistics';

const { abs, exp, log, max, min } = Math;

const LENGTH = 24;

export interface Copy {
  peer: string;
  /** Index of the first and last value among the samples given. */
  first: number;
  last: number;
  /** Lowest correlation of the steps in the stretch. */
  correlation: number;
  /** True when this outlet, not the peer, breaks with its own curve where the stretch begins and ends. */
  borrowed: boolean;
}

/**
 * Days whose steps from value to value are those of another outlet at the same times (correlation of 24 steps of ln x
 * ≥ 0.9). Two real sources may share weather and working hours, but not the noise of every hour.
 */
export function copies(samples: Samples, peer: PeerSeries, resolution: number): Copy[] {
  const at = new Map<number, number>();
  for (const point of peer.points) {
    const value = point.raw ?? point.value;
    if (value !== null && point.running !== false) at.set(point.time, value);
  }
  const { time, raw, slot } = samples;
  const mine: number[] = [];
  const theirs: number[] = [];
  const index: number[] = [];
  for (let i = 0; i < time.length; i++) {
    const value = at.get(time[i]!);
    if (value === undefined) continue;
    mine.push(log(max(raw[i]!, resolution)));
    theirs.push(log(max(value, peer.resolution)));
    index.push(i);
  }
  // A step over a gap (both stood still and started together) tells nothing about the noise of each hour.
  const steps = (x: number[]) =>
    x.slice(1).map((value, i) => (slot[index[i + 1]!]! - slot[index[i]!]! > 2 ? 0 : value - x[i]!));
  const myStep = steps(mine);
  const theirStep = steps(theirs);
  const usual = max(robustDeviation(theirStep, 0), 1e-3);
  const found: Copy[] = [];
  for (let first = 0; first + LENGTH <= myStep.length; first += LENGTH / 2) {
    const y = theirStep.slice(first, first + LENGTH);
    if (robustDeviation(y, 0) < 0.2 * usual) continue;
    const r = correlation(myStep.slice(first, first + LENGTH), y);
    if (r < 0.9) continue;
    const [from, to] = [index[first]!, index[first + LENGTH]!];
    const before = found[found.length - 1];
    if (before && before.last >= from) {
      before.last = to;
      before.correlation = min(before.correlation, r);
    } else {
      found.push({ peer: peer.outletId, first: from, last: to, correlation: r, borrowed: true });
    }
  }
  const mineMoves = found.reduce((sum, copy) => sum + breakAtEdges(raw, resolution, copy), 0);
  const theirMoves = found.reduce((sum, copy) => {
    const span = { first: index.indexOf(copy.first), last: index.indexOf(copy.last) };
    return sum + breakAtEdges(Float64Array.from(theirs, exp), peer.resolution, span);
  }, 0);
  for (const copy of found) copy.borrowed = mineMoves >= theirMoves;
  return found;
}

/** How much the level (ln) and the roughness change where the stretch begins and ends, half a day on each side. */
function breakAtEdges(x: Float64Array, floor: number, { first, last }: { first: number; last: number }): number {
  const half = LENGTH / 2;
  const read = (from: number) => {
    const y = Array.from(x.slice(max(0, from), from + half), (value) => log(max(value, floor)));
    if (y.length < half) return null;
    const steps = y.slice(1).map((value, i) => value - y[i]!);
    return { level: median(y), rough: log(max(robustDeviation(steps, 0), 1e-3)) };
  };
  const between = (a: ReturnType<typeof read>, b: ReturnType<typeof read>) =>
    a && b ? abs(a.level - b.level) + 0.2 * abs(a.rough - b.rough) : 0;
  // The edges are known to half a day only, so the sides keep that distance from them.
  return between(read(first - 2 * half), read(first)) + between(read(last - half + 1), read(last + half + 1));
}
