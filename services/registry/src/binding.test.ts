import { latestBinding, unsoundPeriod } from './binding';

describe('bindings of a device to outlets (design.md 4)', () => {
  test.each([
    ['one open on both sides', [{}], -1],
    ['one after the other, end equal to start', [{ to: 10 }, { from: 10 }], -1],
    ['a gap between', [{ from: 1, to: 5 }, { from: 8 }], -1],
    ['in any order', [{ from: 10 }, { from: 1, to: 10 }], -1],
    ['two open ones', [{ from: 1 }, { from: 5 }], 1],
    [
      'one inside another',
      [
        { from: 1, to: 10 },
        { from: 3, to: 4 },
      ],
      1,
    ],
    ['an end before the start', [{ from: 5, to: 4 }], 0],
    ['an empty one', [{ from: 5, to: 5 }], 0],
  ])('%s', (_, periods, index) => {
    expect(unsoundPeriod(periods)).toBe(index);
  });

  it('the open one says whose device it is, else the one that ends last', () => {
    expect(
      latestBinding([
        { from: 5, id: 'new' },
        { to: 5, id: 'old' },
      ]),
    ).toMatchObject({ id: 'new' });
    expect(
      latestBinding([
        { to: 9, id: 'b' },
        { to: 5, id: 'a' },
      ]),
    ).toMatchObject({ id: 'b' });
    expect(latestBinding([])).toBeUndefined();
  });
});
