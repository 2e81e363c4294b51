import { reboundTimes } from './rebound';

const bound = (outletId: string, from: number, to = 0) => ({ outletId, from, to });
const time = (outletId: string, from: number, to = Number.POSITIVE_INFINITY) => ({ outletId, from, to });

describe('design 4: a device is bound from a time to a time, also afterwards', () => {
  test.each<[string, ReturnType<typeof bound>[], ReturnType<typeof bound>[], ReturnType<typeof time>[]]>([
    ['nothing changed', [bound('o', 10)], [bound('o', 10)], []],
    ['bound for the first time', [], [bound('o', 10)], [time('o', 10)]],
    ['bound from earlier on', [bound('o', 10)], [bound('o', 4)], [time('o', 4, 10)]],
    ['bound from later on', [bound('o', 4)], [bound('o', 10)], [time('o', 4, 10)]],
    ['it ended', [bound('o', 4)], [bound('o', 4, 20)], [time('o', 20)]],
    [
      'it stood elsewhere for a while',
      [bound('a', 0)],
      [bound('a', 0, 10), bound('b', 10, 20), bound('a', 20)],
      [time('a', 10, 20), time('b', 10, 20)],
    ],
    ['the same time said in two parts', [bound('o', 0, 20)], [bound('o', 0, 10), bound('o', 10, 20)], []],
    ['what touches is one', [bound('o', 10, 20)], [bound('o', 30)], [time('o', 10, 20), time('o', 30)]],
    ['a later part of what was added', [bound('o', 0, 5)], [bound('o', 0, 10), bound('o', 10)], [time('o', 5)]],
    ['taken back altogether', [bound('o', 0)], [], [time('o', 0)]],
  ])('%s', (_, before, after, expected) => {
    expect(reboundTimes(before, after)).toEqual(expected);
  });
});
