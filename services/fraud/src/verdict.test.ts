import { type CaseSource, standingVerdict, type TaskSource, withNewest } from './verdict';

const task = (over: Partial<TaskSource>): TaskSource => ({
  id: 't1',
  sequence: 1,
  type: 'INSPECT',
  state: 'REVIEWED',
  clueId: 'c1',
  conclusion: 'violation-suspected',
  reviewedAt: 100,
  people: ['p1', 'p2'],
  ...over,
});
const decision = (over: Partial<CaseSource>): CaseSource => ({
  id: 'k1',
  sequence: 1,
  number: '桐环罚〔2026〕1号',
  state: 'decided',
  act: 'falsified-monitoring',
  decidedAt: 200,
  ...over,
});

describe('domain.md 2.4: the verdict that stands', () => {
  test.each([
    ['a violation found and approved', [task({})], [], 'confirmed'],
    ['also when the task is closed', [task({ state: 'CLOSED' })], [], 'confirmed'],
    ['an instrument at fault', [task({ conclusion: 'instrument-fault' })], [], 'instrument-fault'],
    ['another process', [task({ conclusion: 'process-change' })], [], 'process-change'],
    ['nothing wrong', [task({ conclusion: 'normal' })], [], 'normal'],
    ['something else says nothing', [task({ conclusion: 'other' })], [], undefined],
    ['not before the review', [task({ state: 'SUBMITTED', reviewedAt: 0 })], [], undefined],
    ['not when it was returned', [task({ state: 'RETURNED', reviewedAt: 100 })], [], undefined],
    ['the task reviewed last', [task({}), task({ id: 't2', conclusion: 'normal', reviewedAt: 150 })], [], 'normal'],
    ['a decision before a finding', [task({ conclusion: 'normal', reviewedAt: 300 })], [decision({})], 'confirmed'],
    ['a case that is filed only says nothing', [], [decision({ state: 'filed', decidedAt: 0 })], undefined],
    ['a case of another act says nothing', [], [decision({ act: 'exceedance' })], undefined],
    ['a withdrawn case says nothing', [], [decision({ state: 'withdrawn' })], undefined],
    ['nothing yet', [], [], undefined],
  ])('%s', (_, tasks, cases, verdict) => {
    expect(standingVerdict(tasks, cases)?.verdict).toBe(verdict);
  });

  test('the newest state of a task stays, whatever order they come in', () => {
    const first = task({ sequence: 1, state: 'ACCEPTED' });
    const second = task({ sequence: 2 });
    const forward = withNewest(withNewest([], first), second);
    expect(forward).toEqual([second]);
    expect(withNewest(withNewest([], second), first)).toEqual(forward);
    expect(withNewest(forward, second)).toBe(forward);
  });
});
