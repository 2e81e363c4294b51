/** Values over time; NaN where there is none. Times in ms, ascending. */
export interface Line {
  times: ArrayLike<number>;
  values: ArrayLike<number>;
}

/**
 * Chooses points of a line so that its picture stays: Largest-Triangle-Three-Buckets (Sveinn Steinarsson, Downsampling
 * Time Series for Visual Representation, 2013, 4.2). Between the first and the last, one of each bucket: that which makes
 * the largest triangle with the point chosen before and the mean of the bucket after. Indexes, ascending; all where the
 * line has no more than `points`. `points` from 3.
 */
export function lttb({ times, values }: Line, points: number): number[] {
  const there = present(values);
  if (there.length <= points) return there;
  const at = (i: number) => there[i] as number;
  const chosen = [at(0)];
  const width = (there.length - 2) / (points - 2);
  let before = 0;
  for (let bucket = 0; bucket < points - 2; bucket++) {
    const from = Math.floor(bucket * width) + 1;
    const to = Math.floor((bucket + 1) * width) + 1;
    const nextTo = Math.min(Math.floor((bucket + 2) * width) + 1, there.length);
    let meanTime = 0;
    let meanValue = 0;
    for (let i = to; i < nextTo; i++) {
      meanTime += (times[at(i)] as number) / (nextTo - to);
      meanValue += (values[at(i)] as number) / (nextTo - to);
    }
    const time = times[at(before)] as number;
    const value = values[at(before)] as number;
    let largest = -1;
    let best = from;
    for (let i = from; i < to; i++) {
      const area = Math.abs(
        (time - meanTime) * ((values[at(i)] as number) - value) -
          (time - (times[at(i)] as number)) * (meanValue - value),
      );
      if (area > largest) {
        largest = area;
        best = i;
      }
    }
    chosen.push(at(best));
    before = best;
  }
  chosen.push(at(there.length - 1));
  return chosen;
}

/**
 * Chooses the lowest and the highest point of each of `points / 2` equal spans of time from `from` to `to` (ms, not
 * included): no peak is lost, and lines side by side share their spans. Indexes, ascending; all where the line has no more
 * than `points`.
 */
export function minMax({ times, values }: Line, points: number, from: number, to: number): number[] {
  const there = present(values);
  if (there.length <= points) return there;
  const spans = Math.floor(points / 2);
  const chosen: number[] = [];
  let span = -1;
  let low = -1;
  let high = -1;
  const close = () => {
    if (low >= 0) chosen.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  };
  for (const i of there) {
    const own = Math.floor((((times[i] as number) - from) / (to - from)) * spans);
    if (own !== span) {
      close();
      span = own;
      low = i;
      high = i;
    }
    if ((values[i] as number) < (values[low] as number)) low = i;
    if ((values[i] as number) > (values[high] as number)) high = i;
  }
  close();
  return chosen;
}

function present(values: ArrayLike<number>): number[] {
  const there: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) there.push(i);
  return there;
}
