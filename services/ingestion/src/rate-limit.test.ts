import { type Allowance, takeOne } from './rate-limit';

/** How many of `count` packets, `apart` ms from each other, are within `limit` a minute. */
function taken(count: number, apart: number, limit: number): number {
  const allowance: Allowance = { packets: limit, at: 0 };
  let within = 0;
  for (let n = 0; n < count; n++) if (takeOne(allowance, limit, n * apart)) within++;
  return within;
}

describe('packets a minute of one device', () => {
  it.each<[string, number, number, number, number]>([
    ['below the limit all', 1_000, 1_000, 60, 1_000],
    ['a minute’s packets at once', 60, 0, 60, 60],
    ['one more is too many', 61, 0, 60, 60],
    ['for ten minutes at twice the limit: the first minute’s and half of the rest', 1_200, 500, 60, 659],
    ['0 is no limit', 100_000, 0, 0, 100_000],
  ])('%s', (_name, count, apart, limit, expected) => {
    expect(taken(count, apart, limit)).toBe(expected);
  });

  it('a clock that steps back takes nothing away', () => {
    const allowance: Allowance = { packets: 2, at: 1_000 };
    expect([takeOne(allowance, 2, 0), takeOne(allowance, 2, 0), takeOne(allowance, 2, 0)]).toEqual([true, true, false]);
  });
});
