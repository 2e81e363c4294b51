import { LatencyHistogram } from './latency-histogram';

test('shares of 1,000 latencies, to the upper end of their step of 0.1 ms', () => {
  const histogram = new LatencyHistogram();
  for (let i = 1_000; i > 0; i--) histogram.add(i - 0.95);
  expect(histogram.at(0.5)).toBeCloseTo(499.1);
  expect(histogram.at(0.99)).toBeCloseTo(989.1);
  expect(histogram.at(1)).toBeCloseTo(999.1);
});

test('more than a minute counts as a minute, none as 0, and clearing begins anew', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.at(0.99)).toBe(0);
  histogram.add(3_600_000);
  expect(histogram.at(0.5)).toBeCloseTo(60_000.1);
  histogram.clear();
  expect(histogram.at(0.99)).toBe(0);
});
