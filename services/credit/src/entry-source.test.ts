import { complaintsFacts, permitsFacts, taskingFacts } from '@greenwatch/contracts';
import type { Codec } from '@greenwatch/kit';
import { barsOperator, entryOfCase, entryOfComplaint, entryOfDuty, entryOfTask } from './entry-source';

/** A message with the fields given; the others as the wire gives them when they are absent. */
const filled = <T>(codec: Codec<T>, more: object): T => ({ ...codec.decode(new Uint8Array()), ...more });

const decided = (more: object = {}) =>
  filled(taskingFacts.CaseChanged, {
    id: 'c1',
    number: '桐环立〔2026〕1号',
    partyKind: 'enterprise',
    partyId: 'e1',
    partyName: '某热电',
    state: 'decided',
    act: 'exceedance',
    decidedAt: 5,
    decision: filled(taskingFacts.Decision, {
      documentNo: '嘉环罚〔2026〕1号',
      kinds: ['warning', 'fine', 'order-to-correct'],
      fine: 200_000,
      severity: 'general',
      factsFound: '超标',
    }),
    ...more,
  });

describe('a case', () => {
  test.each(['filed', 'noticed', 'withdrawn'])('that is %s costs nothing', (state) => {
    expect(entryOfCase(decided({ state }))).toBe('none');
  });
  test('without a decision costs nothing', () => {
    expect(entryOfCase(decided({ decision: undefined }))).toBe('none');
    expect(entryOfCase(decided({ decidedAt: 0 }))).toBe('none');
  });
  test('4.3: decided is an entry by act, severity and the gravest kind', () => {
    expect(entryOfCase(decided())).toEqual({
      partyKind: 'enterprise',
      partyId: 'e1',
      partyName: '某热电',
      event: 'penalty-fine',
      topic: 'exceedance',
      severity: 'general',
      penalties: ['warning', 'fine', 'order-to-correct'],
      fine: 200_000,
      occurredAt: 5,
      evidence: '嘉环罚〔2026〕1号 超标',
      caseNo: '嘉环罚〔2026〕1号',
    });
  });
  test('closed stands as decided', () => {
    expect(entryOfCase(decided({ state: 'closed' }))).toEqual(entryOfCase(decided()));
  });
  test('no penalty, no entry', () => {
    expect(
      entryOfCase(decided({ decision: filled(taskingFacts.Decision, { kinds: ['no-penalty'], severity: 'light' }) })),
    ).toBe('none');
  });
  test.each([
    ['operator', 'falsified-monitoring', 'decided', true],
    ['operator', 'falsified-monitoring', 'filed', false],
    ['operator', 'exceedance', 'decided', false],
    ['enterprise', 'falsified-monitoring', 'decided', false],
  ])('Art 36: %s, %s, %s bars: %s', (partyKind, act, state, bars) => {
    expect(barsOperator(decided({ partyKind, act, state }))).toBe(bars);
  });
});

describe('a task', () => {
  const task = (more: object) =>
    filled(taskingFacts.TaskChanged, {
      id: 't1',
      type: 'INSPECT',
      state: 'REVIEWED',
      title: '现场检查',
      enterpriseId: 'e1',
      enterpriseName: '某热电',
      conclusion: 'normal',
      reviewedAt: 7,
      ...more,
    });
  test.each([
    ['a visit found normal and reviewed is an inspection passed', {}, true],
    ['so is a verification', { type: 'VERIFY' }, true],
    ['before the review it is nothing', { reviewedAt: 0 }, false],
    ['a suspected violation is no entry: only a decision is', { conclusion: 'violation-suspected' }, false],
    ['an explanation is no inspection', { type: 'EXPLAIN' }, false],
    ['nor is an observation of a place', { type: 'OBSERVE', enterpriseId: '' }, false],
  ])('%s', (_, more, entry) => {
    expect(entryOfTask(task(more)) !== 'none').toBe(entry);
  });
});

describe('a duty', () => {
  test.each([
    ['open', 'none'],
    ['fulfilled', 'none'],
    ['missed', 'duty-missed'],
    ['late', 'duty-late'],
  ])('that is %s: %s', (state, event) => {
    const outcome = entryOfDuty(
      filled(permitsFacts.DutyChanged, {
        id: 'd1',
        kind: 'execution-report',
        enterpriseId: 'e1',
        period: '2026-Q1',
        dueAt: 9,
        state,
      }),
    );
    expect(outcome === 'none' ? 'none' : outcome.event).toBe(event);
    if (outcome !== 'none') expect(outcome.occurredAt).toBe(9);
  });
});

describe('a complaint', () => {
  test.each([
    ['closed', 'yes', 'e1', true],
    ['closed', 'no', 'e1', false],
    ['closed', 'unknown', 'e1', false],
    ['answered', 'yes', 'e1', false],
    ['closed', 'yes', '', false],
  ])('%s, substantiated %s, about "%s": %s', (state, substantiated, enterpriseId, entry) => {
    const complaint = filled(complaintsFacts.ComplaintChanged, {
      id: 'k1',
      number: 'TS1',
      category: 'odour',
      state,
      substantiated,
      enterpriseId,
    });
    expect(entryOfComplaint(complaint, { occurredAt: 3 }) !== 'none').toBe(entry);
  });
});
