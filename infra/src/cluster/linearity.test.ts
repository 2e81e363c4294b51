import { linearity, pointsInWords } from './linearity';

const points = [
  { instances: 1, perSecond: 1_000 },
  { instances: 2, perSecond: 1_900 },
  { instances: 3, perSecond: 2_700 },
];

test('the worst share of n times one instance', () => {
  expect(linearity(points)).toBeCloseTo(0.9);
  expect(linearity(points.slice(0, 1))).toBe(1);
});

test('in words', () => {
  expect(pointsInWords(points)).toBe('1: 1000/s, 2: 1900/s (0.95), 3: 2700/s (0.90)');
});

test.each([[[]], [[{ instances: 2, perSecond: 10 }]], [[{ instances: 1, perSecond: 0 }]]])(
  '%j has no base',
  (given) => {
    expect(() => linearity(given)).toThrow('throughput above 0 of one instance');
  },
);
