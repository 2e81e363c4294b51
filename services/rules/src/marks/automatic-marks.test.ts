import { canWait, changesOfMarks, type DecidedTime, type MarkedSpan, spansOf } from './automatic-marks';

const MINUTE = 60_000;
const time = (factor: string, code: string, from: number, to: number) => ({
  ...{ factor, code, from: from * MINUTE, to: to * MINUTE },
});
const span = (code: string, from: number, to: number, factors = ['a']): MarkedSpan => ({
  ...{ code, factors, from: from * MINUTE, to: to * MINUTE },
});
const decided = (from: number, to: number, more: Partial<DecidedTime> = {}): DecidedTime => ({
  ...{ factors: [], from: from * MINUTE, to: to * MINUTE, ...more },
});

describe('domain.md 1.7: flags become spans', () => {
  test.each<[string, ReturnType<typeof time>[], DecidedTime[], MarkedSpan[]]>([
    ['what touches is one', [time('a', 'fault', 0, 10), time('a', 'fault', 10, 20)], [], [span('fault', 0, 20)]],
    [
      'what is apart is two',
      [time('a', 'fault', 0, 10), time('a', 'fault', 11, 20)],
      [],
      [span('fault', 0, 10), span('fault', 11, 20)],
    ],
    [
      'another code is another',
      [time('a', 'fault', 0, 10), time('a', 'calibration', 10, 20)],
      [],
      [span('fault', 0, 10), span('calibration', 10, 20)],
    ],
    [
      'factors of the same time share one',
      [time('b', 'fault', 0, 10), time('a', 'fault', 0, 10)],
      [],
      [span('fault', 0, 10, ['a', 'b'])],
    ],
    [
      'what a person marked goes before',
      [time('a', 'fault', 0, 60)],
      [decided(10, 20)],
      [span('fault', 0, 10), span('fault', 20, 60)],
    ],
    [
      'of that factor only',
      [time('a', 'fault', 0, 60), time('b', 'fault', 0, 60)],
      [decided(0, 60, { factors: ['a'] })],
      [span('fault', 0, 60, ['b'])],
    ],
    [
      'a decision about another code',
      [time('a', 'fault', 0, 60)],
      [decided(0, 60, { code: 'stopped' })],
      [span('fault', 0, 60)],
    ],
    ['a decision about this one', [time('a', 'fault', 0, 60)], [decided(0, 60, { code: 'fault' })], []],
    ['marked wholly', [time('a', 'fault', 5, 10)], [decided(0, 60)], []],
  ])('%s', (_clause, times, by, expected) => expect(spansOf(times, by)).toEqual(expected));
});

describe('marks go on as their span does', () => {
  test.each<[string, MarkedSpan[], MarkedSpan[], [set: number, moved: number, revoked: number]]>([
    ['none yet', [span('fault', 0, 10)], [], [1, 0, 0]],
    ['the same', [span('fault', 0, 10)], [span('fault', 0, 10)], [0, 0, 0]],
    ['it grows', [span('fault', 0, 20)], [span('fault', 0, 10)], [0, 1, 0]],
    ['one more factor', [span('fault', 0, 10, ['a', 'b'])], [span('fault', 0, 10)], [0, 1, 0]],
    ['two become one', [span('fault', 0, 30)], [span('fault', 0, 10), span('fault', 20, 30)], [0, 1, 1]],
    ['one becomes two', [span('fault', 0, 10), span('fault', 20, 30)], [span('fault', 0, 30)], [1, 1, 0]],
    ['another code', [span('calibration', 0, 10)], [span('fault', 0, 10)], [1, 0, 1]],
    ['corrected', [], [span('fault', 0, 10)], [0, 0, 1]],
    ['elsewhere', [span('fault', 30, 40)], [span('fault', 0, 10)], [1, 0, 1]],
  ])('%s', (_clause, spans, marks, [set, moved, revoked]) => {
    const changes = changesOfMarks(spans, marks);
    expect([changes.set.length, changes.moved.length, changes.revoked.length]).toEqual([set, moved, revoked]);
  });

  test('a span takes the mark of its own factors', () => {
    const marks = [span('fault', 0, 10, ['a']), span('fault', 0, 10, ['b'])];
    const changes = changesOfMarks([span('fault', 0, 20, ['b']), span('fault', 0, 10, ['a'])], marks);
    expect(changes.moved).toEqual([{ mark: marks[1], span: span('fault', 0, 20, ['b']) }]);
  });

  test.each<[string, MarkedSpan, MarkedSpan, boolean, boolean]>([
    ['a minute more', span('fault', 0, 10), span('fault', 0, 11), false, true],
    ['a minute more, and over', span('fault', 0, 10), span('fault', 0, 11), true, false],
    ['ten minutes more', span('fault', 0, 10), span('fault', 0, 20), false, false],
    ['it became shorter', span('fault', 0, 10), span('fault', 0, 9), false, false],
    ['another factor', span('fault', 0, 10), span('fault', 0, 11, ['b']), false, false],
  ])('telling it can wait: %s', (_clause, mark, now, over, waits) => expect(canWait(mark, now, over)).toBe(waits));
});
