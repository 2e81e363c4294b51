import type { Task } from '../api/types';
import { actionsOf, stepsOf } from './task-steps';

const at = '2026-03-01T00:00:00+08:00';
const task = (over: Partial<Task>): Task =>
  ({
    type: 'VERIFY',
    state: 'DISPATCHED',
    assignees: [
      { personId: 'lead', name: '甲', role: 'lead', acceptedAt: over.state === 'DISPATCHED' ? undefined : at },
      { personId: 'second', name: '乙', role: 'second' },
    ],
    checkIns: [],
    ...over,
  }) as Task;
const lead = { personId: 'lead', roles: ['supervisor' as const] };
const officer = { personId: 'second', roles: ['officer' as const] };
const stranger = { personId: 'x', roles: ['officer' as const] };
const chief = { personId: 'y', roles: ['supervisor' as const] };
const review = { at, by: 'y', decision: 'approve' as const, comment: '' };
const suspected = { at, personId: 'lead', conclusion: 'violation-suspected' as const, text: 't' };
const finding = { at, personId: 'lead', conclusion: 'normal' as const, text: 't' };

describe('domain.md 5.2, 5.4: what one may do next', () => {
  it.each([
    ['an assignee accepts first', task({ state: 'DISPATCHED' }), officer, ['accept']],
    ['then checks in', task({ state: 'ACCEPTED' }), lead, ['check-in', 'photo', 'reassign']],
    ['the second one still accepts', task({ state: 'ACCEPTED' }), officer, ['accept']],
    ['on site: finding and photos', task({ state: 'CHECKED_IN' }), lead, ['check-in', 'finding', 'photo', 'reassign']],
    [
      'submits only with a finding',
      task({ state: 'IN_PROGRESS', finding }),
      lead,
      ['check-in', 'finding', 'photo', 'submit', 'reassign'],
    ],
    [
      'what was returned is worked on first',
      task({ state: 'RETURNED', finding }),
      { ...lead, roles: ['officer' as const] },
      ['check-in', 'finding', 'photo'],
    ],
    ['somebody else only looks', task({ state: 'IN_PROGRESS', finding }), stranger, []],
    ['a supervisor reviews', task({ state: 'SUBMITTED', finding }), chief, ['review']],
    ['5.6 the lead does not review', task({ state: 'SUBMITTED', finding }), lead, []],
    ['and closes', task({ state: 'REVIEWED', finding }), chief, ['close']],
    ['nothing once closed', task({ state: 'CLOSED', finding }), chief, []],
    ['what was handed out can be cancelled', task({ state: 'DISPATCHED' }), chief, ['reassign', 'cancel']],
    [
      '5.5: a confirmed suspicion is filed',
      task({ state: 'REVIEWED', finding: suspected, review }),
      chief,
      ['file-case', 'close'],
    ],
    ['also by who investigated', task({ state: 'REVIEWED', finding: suspected, review }), lead, ['file-case']],
    ['once', task({ state: 'CLOSED', finding: suspected, review, caseId: 'c' }), chief, []],
    [
      'an observation is no inspection',
      task({ type: 'OBSERVE', state: 'CLOSED', finding: suspected, review }),
      chief,
      [],
    ],
  ])('%s', (_, given, me, actions) => {
    expect(actionsOf(given, me)).toEqual(actions);
  });
  it('the principal explains without a visit and submits with an explanation', () => {
    const assignees = [{ personId: 'p', name: '丙', role: 'principal' as const, acceptedAt: at }];
    const me = { personId: 'p', roles: ['principal' as const] };
    expect(actionsOf(task({ type: 'EXPLAIN', state: 'ACCEPTED', assignees }), me)).toEqual(['explanation', 'photo']);
    const explanation = { at, personId: 'p', text: 't' };
    expect(actionsOf(task({ type: 'EXPLAIN', state: 'ACCEPTED', assignees, explanation }), me)).toContain('submit');
  });
});

describe('stepsOf', () => {
  it.each([
    ['DISPATCHED', {}, 1],
    ['ACCEPTED', {}, 2],
    ['CHECKED_IN', { checkIns: [{}] }, 3],
    ['RETURNED', { checkIns: [{}], finding }, 4],
    ['SUBMITTED', {}, 5],
    ['REVIEWED', {}, 6],
    ['CLOSED', {}, 7],
  ])('a visit in %s has %j done', (state, over, done) => {
    expect(stepsOf(task({ state, ...over } as Partial<Task>)).done).toBe(done);
  });
  it('an explanation has no visit in it', () => {
    expect(stepsOf(task({ type: 'EXPLAIN', state: 'SUBMITTED' }))).toEqual({
      steps: ['dispatched', 'accepted', 'explanation', 'submitted', 'reviewed', 'closed'],
      done: 4,
    });
  });
});
