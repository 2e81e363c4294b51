import { byRate, type DutyCounts, lowestOf, rateOf } from './submission-rate';

const of = (enterpriseId: string, due: number, inTime: number, late = 0): DutyCounts => ({
  enterpriseId,
  enterpriseName: enterpriseId,
  due,
  inTime,
  late,
});

it('what came late was not on schedule', () => {
  expect(rateOf(of('a', 20, 15, 3))).toMatchObject({ rate: 0.75, late: 3, absent: 2 });
});

it('domain.md 3.5 P9: the five lowest, those that owe more first, nobody who did everything', () => {
  const rates = [
    of('full', 20, 20),
    of('c', 20, 10),
    of('b', 20, 10, 4),
    of('short', 2, 1),
    of('none', 20, 0),
    of('e', 20, 18),
    of('f', 20, 19),
    of('g', 20, 17),
  ].map(rateOf);
  expect(lowestOf(rates).map(({ enterpriseId }) => enterpriseId)).toEqual(['none', 'c', 'b', 'short', 'g']);
  expect(rates.sort(byRate).at(-1)?.enterpriseId).toBe('full');
});

it('a rate does not stand before itself: a page ends where the next begins', () => {
  const rate = rateOf(of('a', 3, 2));
  expect(byRate(rate, { ...rate, enterpriseName: '' })).toBe(0);
});

it('fewer than five that owe something are fewer', () => {
  expect(lowestOf([of('a', 3, 3), of('b', 3, 2)].map(rateOf))).toHaveLength(1);
  expect(lowestOf([])).toEqual([]);
});
