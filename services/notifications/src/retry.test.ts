import { isBusy, isPermanent, pauseAfterBusy, retryAfter } from './retry';

describe('domain.md 7: retry after 1, 5, 15 minutes', () => {
  it.each([
    [1, 60_000],
    [2, 300_000],
    [3, 900_000],
    [4, undefined],
  ])('after %d failures', (attempts, ms) => expect(retryAfter(attempts)).toBe(ms));
  it('SMPP 3.4, 5.1.3: what a second try may mend', () => {
    expect([0x0b, 0x58, 0x14, 0x45].map((s) => [isPermanent(s), isBusy(s)])).toEqual([
      [true, false],
      [false, true],
      [false, true],
      [false, false],
    ]);
  });
  it('a busy receiver is left alone longer and longer, up to a minute', () => {
    expect([1, 2, 3, 7, 20].map(pauseAfterBusy)).toEqual([1000, 2000, 4000, 60_000, 60_000]);
  });
});
