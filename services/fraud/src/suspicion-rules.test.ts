import type { OutletScore } from '@greenwatch/authenticity';
import { chooseSuspicions, indicationsOf, normalDaysAfter, outletP, type ScreenedOutlet } from './suspicion-rules';

const outlet = (outletId: string, over: Partial<ScreenedOutlet> = {}): ScreenedOutlet => ({
  outletId,
  county: 'A',
  authenticity: 60,
  level: 'suspect',
  outletP: 1e-8,
  ...over,
});
const honest = Array.from({ length: 50 }, (_, i) =>
  outlet(`h${i}`, { authenticity: 95, level: 'normal', outletP: (i + 1) / 51 }),
);
const choose = (
  list: ScreenedOutlet[],
  {
    q = 0.05,
    may = () => true,
    room = () => 5,
  }: { q?: number; may?: (id: string) => boolean; room?: () => number } = {},
) => chooseSuspicions([...honest, ...list], q, may, room).map(({ outletId }) => outletId);

describe('domain.md 2.4: which outlets become clues', () => {
  test('suspect and a discovery among all that were scored', () => {
    expect(choose([outlet('x')])).toEqual(['x']);
  });
  test('suspect, but its p-value is what 50 honest outlets give by chance', () => {
    expect(choose([outlet('x', { outletP: 0.01 })])).toEqual([]);
    expect(choose([outlet('x', { outletP: null })])).toEqual([]);
  });
  test('strongly suspect also by signals without a p-value', () => {
    expect(choose([outlet('x', { level: 'strongly-suspect', authenticity: 30, outletP: null })])).toEqual(['x']);
  });
  test('a discovery that is only to be watched is none', () => {
    expect(choose([outlet('x', { level: 'watch', authenticity: 80 })])).toEqual([]);
  });
  test('lowest first, as many as a county has room for, each county for itself', () => {
    const list = [outlet('a', { authenticity: 60 }), outlet('b', { authenticity: 51 }), outlet('c', { county: 'B' })];
    expect(choose(list, { room: () => 1 })).toEqual(['b', 'c']);
    expect(choose(list, { room: () => 0 })).toEqual([]);
    // What was raised before may leave less than nothing.
    expect(choose(list, { room: () => -1 })).toEqual([]);
  });
  test('one that is open or was judged within the window is passed over, and takes no room', () => {
    const list = [outlet('a', { authenticity: 51 }), outlet('b')];
    expect(choose(list, { may: (id) => id !== 'a', room: () => 1 })).toEqual(['b']);
  });
});

describe('an outlet with many factors is not found more often (Bonferroni)', () => {
  const factor = (...p: (number | null)[]) => ({ tests: p.map((value) => ({ p: value })) });
  const scored = (...factors: object[]) => ({ factors }) as unknown as Pick<OutletScore, 'factors'>;
  test.each([
    ['one test', scored(factor(0.01)), 0.01],
    ['four p-values over two factors', scored(factor(0.01, 0.5), factor(0.2, 1)), 0.04],
    ['never above 1', scored(factor(0.9, 0.8)), 1],
    ['tests without p do not count', scored(factor(0.01, null)), 0.01],
    ['no p at all', scored(factor(null)), null],
    ['no factor', scored(), null],
  ])('%s', (_, score, p) => {
    expect(outletP(score)).toBe(p);
  });
});

describe('a suspicion without a verdict goes away after normal days', () => {
  test.each([
    ['the next normal day', [1, 2], 3, 'normal', [1, 2, 3]],
    ['the same day again counts once', [1, 2], 2, 'normal', [1, 2]],
    ['the same day again, now suspect', [1, 2], 2, 'suspect', []],
    ['a day to be watched begins anew', [1, 2], 3, 'watch', []],
    ['too few data say nothing either way', [1, 2], 3, null, [1, 2]],
  ] as const)('%s', (_, before, day, level, after) => {
    expect(normalDaysAfter(before, day, level)).toEqual(after);
  });
});

test('indications: worst first, with the stretch that shows them, the window where there is none', () => {
  const sentence = { code: 'x', values: {} };
  const score = {
    window: { from: 0, to: 100 },
    factors: [
      {
        code: 'a',
        tests: [
          {
            test: 'F',
            intervals: [
              { from: 10, to: 20 },
              { from: 40, to: 50 },
            ],
          },
        ],
        signals: [],
      },
    ],
    signals: [{ feature: 'copy', intervals: [] }],
    contributions: [
      { feature: 'copy', code: null, suspicion: 0.2, points: 5, sentence },
      { feature: 'F', code: 'a', suspicion: 1, points: 30, sentence },
      { feature: 'E', code: 'a', suspicion: 0, points: 0, sentence },
      { feature: 'prior', code: null, suspicion: 0, points: 12, sentence },
    ],
  } as unknown as OutletScore;
  expect(indicationsOf(score)).toEqual([
    { factor: 'a', test: 'F', score: 0, from: 10, to: 50, sentence },
    { factor: null, test: 'copy', score: 0.8, from: 0, to: 100, sentence },
  ]);
});
