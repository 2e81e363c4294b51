import { escaped, lineChart, niceTicks, shortNumber } from './line-chart';

test.each([
  [10, 5, [0, 2, 4, 6, 8, 10]],
  [10.1, 5, [0, 5, 10, 15]],
  [0.37, 5, [0, 0.1, 0.2, 0.3, 0.4]],
  [2_180, 5, [0, 500, 1_000, 1_500, 2_000, 2_500]],
  [0, 5, [0, 1]],
  [Number.NaN, 5, [0, 1]],
])('round numbers up to %d', (most, count, expected) => {
  expect(niceTicks(most, count)).toEqual(expected);
});

test.each([
  [0, '0'],
  [0.1234, '0.123'],
  [9_999, '10000'],
  [23_456, '23.5k'],
  [-23_456, '-23.5k'],
  [1_234_567, '1.23M'],
])('%d is written %s', (value, expected) => {
  expect(shortNumber(value)).toBe(expected);
});

const chart = (over: Partial<Parameters<typeof lineChart>[0]> = {}) =>
  lineChart({
    title: 'packets',
    unit: '/s',
    series: [
      {
        name: 'sent',
        points: [
          [0, 0],
          [10, 100],
        ],
      },
    ],
    ...over,
  });

test('a line goes from the left bottom to the right top of its axes', () => {
  expect(chart()).toContain('d="M62 230L846 28"');
});

test('what could not be measured leaves a gap', () => {
  const points = [
    [0, 50],
    [5, Number.NaN],
    [10, 50],
  ] as const;
  expect(chart({ series: [{ name: 'p99', points }] })).toMatch(/d="M62 [\d.]+M846 [\d.]+"/);
});

test('a bound above all values stays inside', () => {
  expect(chart({ most: 250 })).toMatch(/class="m" d="M62 [\d.]+H846"/);
  expect(chart({ most: 250 })).toContain('bound 250');
});

test('phases are strips with their names', () => {
  const bands = [{ name: 'full <hour>', from: 2, to: 4 }];
  expect(chart({ bands })).toContain('full &lt;hour&gt;');
});

test('nothing measured says so, and names with signs are no markup', () => {
  expect(chart({ series: [] })).toContain('nothing was measured');
  expect(escaped('a<b>&"c"')).toBe('a&lt;b&gt;&amp;&quot;c&quot;');
});
