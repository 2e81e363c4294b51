import { linearityOf, slopeOf } from './scaling';

test.each([
  [
    'a line',
    [
      [0, 100],
      [1_000, 120],
      [2_000, 140],
    ],
    { perUnit: 0.02, at0: 100 },
  ],
  [
    'two points',
    [
      [1, 1],
      [3, 2],
    ],
    { perUnit: 0.5, at0: 0.5 },
  ],
  [
    'noise evens out',
    [
      [0, 99],
      [0, 101],
      [10, 109],
      [10, 111],
    ],
    { perUnit: 1, at0: 100 },
  ],
] as [string, [number, number][], { perUnit: number; at0: number }][])('%s', (_name, points, expected) => {
  const { perUnit, at0 } = slopeOf(points);
  expect(perUnit).toBeCloseTo(expected.perUnit);
  expect(at0).toBeCloseTo(expected.at0);
});

test.each([
  ['one point', [[1, 1]]],
  [
    'points above each other',
    [
      [1, 1],
      [1, 2],
    ],
  ],
] as [string, [number, number][]][])('no line through %s', (_name, points) => {
  expect(() => slopeOf(points)).toThrow('two points apart');
});

test('three instances that take 2.7 times what one takes are 90 % linear', () => {
  const points = [
    { instances: 3, packetsPerSecond: 2_700 },
    { instances: 1, packetsPerSecond: 1_000 },
    { instances: 2, packetsPerSecond: 1_900 },
  ];
  expect(linearityOf(points)).toEqual([
    { instances: 1, packetsPerSecond: 1_000, efficiency: 1 },
    { instances: 2, packetsPerSecond: 1_900, efficiency: 0.95 },
    { instances: 3, packetsPerSecond: 2_700, efficiency: 0.9 },
  ]);
});

test.each([[[]], [[{ instances: 2, packetsPerSecond: 5 }]], [[{ instances: 1, packetsPerSecond: 0 }]]])(
  'nothing to hold it against: %j',
  (points) => {
    expect(() => linearityOf(points)).toThrow('what one instance took');
  },
);
