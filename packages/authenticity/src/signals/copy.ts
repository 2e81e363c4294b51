import type { Samples } from '../prepare';
import type { PeerSeries } from '../series';
import { correlation, median, robustDeviation } from '../statistics';

const LENGTH = 24;

export interface Copy {
  peer: string;
  /** Index of the first and last value among the samples given. */
  first: number;
  last: number;
  /** Lowest correlation of the steps in the stretch. */
  correlation: number;
  /** True when this outlet, not the peer, leaves its own habits in the stretch: it is the one that shows the other's. */
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
  const { time, raw } = samples;
  const mine: number[] = [];
  const theirs: number[] = [];
  const index: number[] = [];
  for (let i = 0; i < time.length; i++) {
    const value = at.get(time[i]!);
    if (value === undefined) continue;
    mine.push(Math.log(Math.max(raw[i]!, resolution)));
    theirs.push(Math.log(Math.max(value, peer.resolution)));
    index.push(i);
  }
  const steps = (x: number[]) => x.slice(1).map((value, i) => value - x[i]!);
  const myStep = steps(mine);
  const theirStep = steps(theirs);
  const usual = Math.max(robustDeviation(theirStep, 0), 1e-3);
  const found: Copy[] = [];
  const copied = new Uint8Array(mine.length);
  for (let first = 0; first + LENGTH <= myStep.length; first += LENGTH / 2) {
    const y = theirStep.slice(first, first + LENGTH);
    if (robustDeviation(y, 0) < 0.2 * usual) continue;
    const r = correlation(myStep.slice(first, first + LENGTH), y);
    if (r < 0.9) continue;
    copied.fill(1, first, first + LENGTH + 1);
    const [from, to] = [index[first]!, index[first + LENGTH]!];
    const before = found[found.length - 1];
    if (before && before.last >= from) {
      before.last = to;
      before.correlation = Math.min(before.correlation, r);
    } else {
      found.push({ peer: peer.outletId, first: from, last: to, correlation: r, borrowed: true });
    }
  }
  const borrowed = departure(mine, myStep, copied) >= departure(theirs, theirStep, copied);
  for (const copy of found) copy.borrowed = borrowed;
  return found;
}

/** How far level and roughness inside the copied stretches are from those outside; 0 when there is no outside. */
function departure(level: number[], step: number[], copied: Uint8Array): number {
  const split = (x: number[], inside: number) => x.filter((_, i) => copied[i] === inside);
  if (split(level, 0).length < LENGTH || split(level, 1).length < LENGTH) return 0;
  const shift = Math.abs(median(split(level, 1)) - median(split(level, 0)));
  const rough = (inside: number) => Math.max(robustDeviation(split(step, inside), 0), 1e-3);
  return shift + Math.abs(Math.log(rough(1) / rough(0)));
}
