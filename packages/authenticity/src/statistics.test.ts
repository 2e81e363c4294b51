import {
  binomialAtLeast,
  binomialCdf,
  chiSquareAbove,
  fisherGreater,
  lowerBound,
  mannWhitneyLower,
  median,
  normalAbove,
  poissonAtLeast,
  quantileOfSorted,
  ranks,
  robustDeviation,
  rollingMedian,
  runsWhere,
  spearman,
  student10Cdf,
  subscoreOf,
  visits,
} from './statistics';

// The expected values are scipy's (1.17).
test.each([
  ['binomial P(X ≤ 2), n = 10, p = 0.3', binomialCdf(2, 10, 0.3), 0.3827827864],
  ['binomial P(X ≥ 3), n = 30, p = 0.004', binomialAtLeast(3, 30, 0.004), 2.3964468821e-4],
  ['Poisson P(X ≥ 6), λ = 0.5', poissonAtLeast(6, 0.5), 1.416493732e-5],
  ['Poisson P(X ≥ 2), λ = 4', poissonAtLeast(2, 4), 0.9084218056],
  ['Fisher [[5, 5], [10, 480]]', fisherGreater(5, 5, 10, 480), 2.7229456187e-6],
  ['normal P(Z > 3)', normalAbove(3), 1.349898032e-3],
  ['normal P(Z > −1)', normalAbove(-1), 0.8413447461],
  ['Student P(T10 ≤ −4)', student10Cdf(-4), 1.259166318e-3],
])('%s', (_, value, expected) => {
  expect(value / expected).toBeCloseTo(1, 6);
});

test('χ² tail: P(X ≥ 21.666, 9 df) is 0.01 within the approximation', () => {
  expect(chiSquareAbove(21.666, 9)).toBeCloseTo(0.01, 3);
});

test('order statistics', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([2, 2, 2, 1])).toBe(2);
  expect(median([])).toBeNaN();
  expect(quantileOfSorted([0, 10, 20, 30], 0.25)).toBe(7.5);
  expect(robustDeviation([1, 2, 3, 4, 100], 3)).toBeCloseTo(1.4826, 9);
  expect(Array.from(ranks([10, 30, 10, 20]))).toEqual([1.5, 4, 1.5, 3]);
  expect(lowerBound(Float64Array.of(1, 2, 2, 5), 2)).toBe(1);
  expect(spearman([1, 2, 3, 4], [1, 10, 100, 1_000])).toBeCloseTo(1, 12);
});

test('rolling medians are the medians of each stretch', () => {
  const x = Float64Array.from({ length: 200 }, (_, i) => (i * 7_919) % 31);
  for (const width of [5, 12]) {
    const expected = Array.from({ length: x.length - width + 1 }, (_, i) => median(x.slice(i, i + width)));
    expect(Array.from(rollingMedian(x, width))).toEqual(expected);
  }
});

test('Mann–Whitney sees which side is lower, and nothing where all are equal', () => {
  const low = [1, 2, 3, 4, 5, 6];
  const high = [7, 8, 9, 10, 11, 12];
  expect(mannWhitneyLower(low, high)).toBeLessThan(0.005);
  expect(mannWhitneyLower(high, low)).toBeGreaterThan(0.99);
  expect(mannWhitneyLower([1, 1], [1, 1])).toBe(1);
});

test('domain 2.2: visits are runs, not hours', () => {
  const x = [1, 1, 0, 1, 0, 0, 1, 1];
  expect(visits(x.length, (i) => x[i] === 1)).toBe(3);
  expect(runsWhere(x.length, (i) => x[i] === 1)).toEqual([
    [0, 1],
    [3, 3],
    [6, 7],
  ]);
});

test.each([
  [0.5, 1],
  [0.01, 1],
  [1e-4, 0.5],
  [1e-6, 0],
  [0, 0],
])('domain 2.2: g(%d) = %d', (p, score) => {
  expect(subscoreOf(p)).toBeCloseTo(score, 9);
});
