import fc from 'fast-check';
import { lttb, minMax } from './downsample';

const line = (values: number[]) => ({ times: values.map((_, i) => i), values });

test('LTTB: a short line stays as it is, without its gaps', () => {
  expect(lttb(line([1, Number.NaN, 3, 4]), 3)).toEqual([0, 2, 3]);
});

test('LTTB (Steinarsson 4.2): first, last, and the peak of each bucket', () => {
  expect(lttb(line([0, 0, 9, 0, 0, 0, -9, 0, 0, 0]), 4)).toEqual([0, 2, 6, 9]);
});

test('LTTB: as many points as asked for, ascending, first and last among them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 3 }),
      fc.integer({ min: 3, max: 40 }),
      (values, points) => {
        const chosen = lttb(line(values), points);
        expect(chosen).toHaveLength(Math.min(points, values.length));
        expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
        expect([chosen[0], chosen.at(-1)]).toEqual([0, values.length - 1]);
      },
    ),
  );
});

test('min/max: the lowest and the highest of each span of time', () => {
  expect(minMax(line([5, 1, 9, 5, 5, 7, 2, 5]), 4, 0, 8)).toEqual([1, 2, 5, 6]);
  expect(minMax(line([5, 5, 5, 5, 1, 1, 1, 1]), 4, 0, 8)).toEqual([0, 4]);
});

test('min/max: no extreme is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }),
      fc.integer({ min: 2, max: 30 }),
      (values, points) => {
        const chosen = minMax(line(values), points, 0, values.length).map((i) => values[i] ?? 0);
        expect([Math.min(...chosen), Math.max(...chosen)]).toEqual([Math.min(...values), Math.max(...values)]);
        expect(chosen.length).toBeLessThanOrEqual(Math.max(points, 2));
      },
    ),
  );
});
