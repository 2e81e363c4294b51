import { deviceFilter, mayHold } from './device-filter';

const mns = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `010000A8900016F0${String(from + i).padStart(8, '0')}`);

test.each([1, 2, 100, 9_000])('of %d devices it says yes to each', (count) => {
  const held = mns(0, count);
  const filter = deviceFilter(held);
  expect(filter.length).toBe(Math.ceil(count * 1.25));
  expect(held.every((mn) => mayHold(filter, mn))).toBe(true);
});

test('of others it says yes to about one in a hundred', () => {
  const filter = deviceFilter(mns(0, 9_000));
  const wrong = mns(9_000, 20_000).filter((mn) => mayHold(filter, mn)).length;
  expect(wrong).toBeGreaterThan(100);
  expect(wrong).toBeLessThan(300);
});

test('of none it says no to all', () => expect(mayHold(deviceFilter([]), 'M1')).toBe(false));

test('what stands in the archive is found again: the bits of a device never change', () => {
  expect(deviceFilter(['M1', 'M2', 'M3', 'M4']).toString('hex')).toBe('eb554e54b0');
});
