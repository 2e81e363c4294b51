/** Small statistics without dependencies. Samples are plain arrays; none of the functions changes its arguments. */

// Taken out of the loops: a look-up of a global each time is what a sandboxed run (Jest) spends its time on.
const { PI, abs, cbrt, exp, floor, log, log10, log1p, max, min, sin, sqrt } = Math;

export type Numbers = readonly number[] | Float64Array;

export function sorted(x: Numbers): Float64Array {
  return new Float64Array(x).sort();
}

/** Quantile of an ascending array by linear interpolation (type 7, as numpy's); NaN for an empty one. */
export function quantileOfSorted(x: Numbers, q: number): number {
  if (x.length === 0) return Number.NaN;
  const at = q * (x.length - 1);
  const low = floor(at);
  const below = x[low]!;
  return below + (at - low) * ((x[low + 1] ?? below) - below);
}

export function median(x: Numbers): number {
  return medianInPlace(new Float64Array(x));
}

/** Median by quickselect, which leaves `x` in another order: a sort costs several times more. NaN for no values. */
function medianInPlace(x: Float64Array): number {
  const n = x.length;
  if (n === 0) return Number.NaN;
  const half = n >> 1;
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const pivot = max(min(x[low]!, x[high]!), min(max(x[low]!, x[high]!), x[middle]!));
    let i = low;
    let j = high;
    while (i <= j) {
      while (x[i]! < pivot) i++;
      while (x[j]! > pivot) j--;
      if (i <= j) {
        const swap = x[i]!;
        x[i++] = x[j]!;
        x[j--] = swap;
      }
    }
    if (half <= j) high = j;
    else if (half >= i) low = i;
    else break;
  }
  if (n % 2 === 1) return x[half]!;
  let below = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < half; i++) below = max(below, x[i]!);
  return (below + x[half]!) / 2;
}

/** 1.4826 × the median absolute deviation from `center`: the standard deviation where the data are normal. */
export function robustDeviation(x: Numbers, center: number): number {
  const distance = new Float64Array(x.length);
  for (let i = 0; i < distance.length; i++) distance[i] = abs(x[i]! - center);
  return 1.4826 * medianInPlace(distance);
}

export function mean(x: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum / x.length;
}

export function clamp(value: number, low: number, high: number): number {
  return min(high, max(low, value));
}

// Lanczos' approximation with g = 7, n = 9; relative error below 1e-13.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return log(PI / sin(PI * x)) - logGamma(1 - x);
  const y = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < 9; i++) sum += LANCZOS[i]! / (y + i);
  const t = y + 7.5;
  return 0.5 * log(2 * PI) + (y + 0.5) * log(t) - t + log(sum);
}

/** Regularised incomplete beta function I_x(a, b), by the continued fraction of Lentz. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / max(1 - ((a + b) * x) / (a + 1), tiny);
  let h = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    h *= d * c;
    if (abs(d * c - 1) < 1e-14) break;
  }
  return clamp(front * h, 0, 1);
}

function nonZero(value: number): number {
  return abs(value) < 1e-300 ? 1e-300 : value;
}

/** P(X ≤ k) of the binomial distribution of `n` trials. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(1 - p, n - k, k + 1);
}

/** P(X ≥ k) of the binomial distribution; 1 for k ≤ 0. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  return k > n ? 0 : incompleteBeta(p, k, n - k + 1);
}

/** P(X ≥ k) of the Poisson distribution; 1 for k ≤ 0. */
export function poissonAtLeast(k: number, lambda: number): number {
  if (k <= 0) return 1;
  if (k > lambda) {
    // The tail summed from its largest term, so that small tails keep their precision.
    let term = exp(k * log(lambda) - lambda - logGamma(k + 1));
    let sum = 0;
    for (let i = k; term > sum * 1e-16 && i < k + 2_000; i++) {
      sum += term;
      term *= lambda / (i + 1);
    }
    return min(1, sum);
  }
  let below = 0;
  for (let i = 0; i < k; i++) below += exp(i * log(lambda) - lambda - logGamma(i + 1));
  return clamp(1 - below, 0, 1);
}

/** Fisher's exact test of [[a, b], [c, d]], one-sided: the chance of `a` or more with the margins given. */
export function fisherGreater(a: number, b: number, c: number, d: number): number {
  const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  const row = a + b;
  const column = a + c;
  const total = a + b + c + d;
  let p = 0;
  for (let i = a; i <= min(row, column); i++) {
    if (column - i > total - row) continue;
    p += exp(logChoose(row, i) + logChoose(total - row, column - i) - logChoose(total, column));
  }
  return min(1, p);
}

/** P(Z > z) of the normal distribution. */
export function normalAbove(z: number): number {
  const half = 0.5 * incompleteGammaUpper(z * z * 0.5);
  return z >= 0 ? half : 1 - half;
}

/** Q(1/2, x) = erfc(√x). */
function incompleteGammaUpper(x: number): number {
  if (x <= 0) return 1;
  if (x < 1.5) {
    let term = 1 / 0.5;
    let sum = term;
    for (let n = 1; n < 200 && term > sum * 1e-16; n++) {
      term *= x / (0.5 + n);
      sum += term;
    }
    return 1 - sum * exp(-x + 0.5 * log(x) - logGamma(0.5));
  }
  let b = x + 0.5;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 300; i++) {
    const an = -i * (i - 0.5);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    h *= d * c;
    if (abs(d * c - 1) < 1e-15) break;
  }
  return exp(-x + 0.5 * log(x) - logGamma(0.5)) * h;
}

/** P(T ≤ t) of Student's distribution with 10 degrees of freedom. */
export function student10Cdf(t: number): number {
  const tail = 0.5 * incompleteBeta(10 / (10 + t * t), 5, 0.5);
  return t < 0 ? tail : 1 - tail;
}

/** P(X ≥ x) of the χ² distribution, by the cube-root approximation of Wilson and Hilferty. */
export function chiSquareAbove(x: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  return normalAbove((cbrt(x / degrees) - (1 - spread)) / sqrt(spread));
}

/** Ranks 1.. of the values, ties sharing their mean rank. */
export function ranks(x: Numbers): Float64Array {
  const ascending = sorted(x);
  const rank = new Float64Array(x.length);
  for (let i = 0; i < rank.length; i++) {
    const first = lowerBound(ascending, x[i]!);
    let last = first;
    while (last + 1 < rank.length && ascending[last + 1] === x[i]) last++;
    rank[i] = (first + last) / 2 + 1;
  }
  return rank;
}

/** Index of the first value of an ascending array that is not below `value`. */
export function lowerBound(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Medians of every `width` neighbours: element i is the median of x[i] .. x[i+width−1]. */
export function rollingMedian(x: Float64Array, width: number): Float64Array {
  const result = new Float64Array(max(0, x.length - width + 1));
  const inside = new Float64Array(width);
  const half = width >> 1;
  for (let end = 0; end < x.length; end++) {
    let size = min(end, width);
    if (end >= width) {
      let out = lowerBound(inside, x[end - width]!);
      if (out >= width) out = width - 1;
      inside.copyWithin(out, out + 1);
      size--;
    }
    let at = size;
    const value = x[end]!;
    while (at > 0 && inside[at - 1]! > value) {
      inside[at] = inside[at - 1]!;
      at--;
    }
    inside[at] = value;
    if (end >= width - 1) {
      result[end - width + 1] = width % 2 ? inside[half]! : (inside[half - 1]! + inside[half]!) / 2;
    }
  }
  return result;
}

export function correlation(x: Numbers, y: Numbers): number {
  const mx = mean(x);
  const my = mean(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! - mx;
    const dy = y[i]! - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

export function spearman(x: Numbers, y: Numbers): number {
  return correlation(ranks(x), ranks(y));
}

/** Mann–Whitney: p of "x lies lower than y", normal approximation with ties and continuity correction. */
export function mannWhitneyLower(x: Numbers, y: Numbers): number {
  const n = x.length;
  const m = y.length;
  if (n === 0 || m === 0) return 1;
  const rank = ranks([...x, ...y]);
  let u = (-n * (n + 1)) / 2;
  for (let i = 0; i < n; i++) u += rank[i]!;
  const ties = new Map<number, number>();
  for (const r of rank) ties.set(r, (ties.get(r) ?? 0) + 1);
  let tieSum = 0;
  for (const t of ties.values()) tieSum += t ** 3 - t;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieSum / (total * (total - 1)));
  if (variance <= 0) return 1;
  return normalAbove(((n * m) / 2 - u - 0.5) / sqrt(variance));
}

/** Correlation of each value with the one before it. */
export function lagOne(x: Numbers): number {
  const a = new Float64Array(x);
  return x.length < 3 ? 0 : correlation(a.subarray(1), a.subarray(0, -1));
}

/** Maximal runs of indices where `holds`, as [first, last] pairs: the "visits" of domain 2.2. */
export function runsWhere(length: number, holds: (i: number) => boolean): [number, number][] {
  const runs: [number, number][] = [];
  let first = -1;
  for (let i = 0; i < length; i++) {
    const now = holds(i);
    if (now && first < 0) first = i;
    if (!now && first >= 0) {
      runs.push([first, i - 1]);
      first = -1;
    }
  }
  if (first >= 0) runs.push([first, length - 1]);
  return runs;
}

/** Number of visits. */
export function visits(length: number, holds: (i: number) => boolean): number {
  let count = 0;
  let before = false;
  for (let i = 0; i < length; i++) {
    const now = holds(i);
    if (now && !before) count++;
    before = now;
  }
  return count;
}

/** p → sub-score of domain 2.2: 1 for p ≥ 0.01, 0.5 at 1e-4, 0 for p ≤ 1e-6. */
export function subscoreOf(p: number): number {
  return clamp((6 + log10(max(p, 1e-12))) / 4, 0, 1);
}
