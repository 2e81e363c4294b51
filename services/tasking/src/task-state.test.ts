import { TASK_STATES, type TaskState, type TaskType } from '@greenwatch/contracts';
import { allowedVerbs, assertMayDo, isWaitedFor, nextState, type TaskVerb } from './task-state';

const VISIT_LINE: [TaskState, TaskVerb, TaskState][] = [
  ['CREATED', 'dispatch', 'DISPATCHED'],
  ['DISPATCHED', 'accept', 'ACCEPTED'],
  ['ACCEPTED', 'checkIn', 'CHECKED_IN'],
  ['CHECKED_IN', 'recordFinding', 'IN_PROGRESS'],
  ['IN_PROGRESS', 'submit', 'SUBMITTED'],
  ['SUBMITTED', 'approve', 'REVIEWED'],
  ['REVIEWED', 'close', 'CLOSED'],
];
const EXPLAIN_LINE: [TaskState, TaskVerb, TaskState][] = [
  ['CREATED', 'dispatch', 'DISPATCHED'],
  ['DISPATCHED', 'accept', 'ACCEPTED'],
  ['ACCEPTED', 'explain', 'ACCEPTED'],
  ['ACCEPTED', 'submit', 'SUBMITTED'],
  ['SUBMITTED', 'approve', 'REVIEWED'],
  ['REVIEWED', 'close', 'CLOSED'],
];

describe.each([
  ['VERIFY', VISIT_LINE],
  ['INSPECT', VISIT_LINE],
  ['EXPLAIN', EXPLAIN_LINE],
] as [TaskType, [TaskState, TaskVerb, TaskState][]][])('domain.md 5.2: the line of a task of type %s', (type, line) => {
  it.each(line)('%s + %s = %s', (from, verb, to) => {
    expect(nextState(type, from, verb)).toBe(to);
  });
});

describe('domain.md 5.2: beside the line', () => {
  it.each<[string, TaskType, TaskState, TaskVerb, TaskState]>([
    ['the second person accepts after the first', 'INSPECT', 'ACCEPTED', 'accept', 'ACCEPTED'],
    ['the second person checks in while work goes on', 'INSPECT', 'IN_PROGRESS', 'checkIn', 'IN_PROGRESS'],
    ['a photo begins the work at the place', 'VERIFY', 'CHECKED_IN', 'addPhoto', 'IN_PROGRESS'],
    ['a photo before the check-in begins nothing', 'VERIFY', 'ACCEPTED', 'addPhoto', 'ACCEPTED'],
    ['a review returns', 'VERIFY', 'SUBMITTED', 'return', 'RETURNED'],
    ['what was returned is worked on again', 'VERIFY', 'RETURNED', 'recordFinding', 'IN_PROGRESS'],
    ['what was returned can be visited again', 'VERIFY', 'RETURNED', 'checkIn', 'CHECKED_IN'],
    ['an explanation returned is written again', 'EXPLAIN', 'RETURNED', 'explain', 'ACCEPTED'],
    ['reassigned in the middle of the work', 'INSPECT', 'IN_PROGRESS', 'reassign', 'DISPATCHED'],
    ['handed out by hand where routing found nobody', 'INSPECT', 'CREATED', 'reassign', 'DISPATCHED'],
  ])('%s', (_, type, from, verb, to) => {
    expect(nextState(type, from, verb)).toBe(to);
  });

  it.each<[string, TaskType, TaskState, TaskVerb]>([
    ['5.4 nothing is found before the check-in', 'INSPECT', 'ACCEPTED', 'recordFinding'],
    ['5.4 no check-in before accepting', 'INSPECT', 'DISPATCHED', 'checkIn'],
    ['5.4 the record is locked after submitting: finding', 'VERIFY', 'SUBMITTED', 'recordFinding'],
    ['5.4 the record is locked after submitting: photo', 'VERIFY', 'SUBMITTED', 'addPhoto'],
    ['5.4 the explanation is locked after submitting', 'EXPLAIN', 'SUBMITTED', 'explain'],
    ['5.2 what was returned is not submitted unchanged', 'VERIFY', 'RETURNED', 'submit'],
    ['5.2 no close without review', 'VERIFY', 'SUBMITTED', 'close'],
    ['5.2 no second review', 'VERIFY', 'REVIEWED', 'return'],
    ['5.1 an enterprise does not check in', 'EXPLAIN', 'ACCEPTED', 'checkIn'],
    ['5.1 officers do not explain', 'VERIFY', 'ACCEPTED', 'explain'],
    ['5.2 submitted work is not taken away', 'VERIFY', 'SUBMITTED', 'reassign'],
  ])('%s', (_, type, state, verb) => {
    expect(() => nextState(type, state, verb)).toThrow(expect.objectContaining({ status: 409, reason: 'WRONG_STATE' }));
  });

  it('a wrong transition names the state and what is allowed', () => {
    expect(() => nextState('INSPECT', 'SUBMITTED', 'accept')).toThrow(
      'accept is not possible for a task of type INSPECT in state SUBMITTED; possible: approve, return.',
    );
    expect(() => nextState('INSPECT', 'CLOSED', 'close')).toThrow('possible: nothing');
  });

  it.each(['INSPECT', 'EXPLAIN'] as const)(
    '%s: from every state reached there is a way to CLOSED, and none out of it',
    (type) => {
      const reaches = (state: TaskState, seen: TaskState[]): boolean =>
        state === 'CLOSED' ||
        allowedVerbs(type, state)
          .map((verb) => nextState(type, state, verb))
          .some((next) => !seen.includes(next) && reaches(next, [...seen, next]));
      const reached = new Set<TaskState>(['CREATED']);
      for (const state of reached)
        for (const verb of allowedVerbs(type, state)) reached.add(nextState(type, state, verb));
      expect([...reached].filter((state) => !reaches(state, [state]))).toEqual(['CANCELLED']);
      expect(allowedVerbs(type, 'CANCELLED')).toEqual([]);
      expect(allowedVerbs(type, 'CLOSED')).toEqual([]);
      expect(reached.size).toBe(type === 'INSPECT' ? 10 : 8);
    },
  );
});

describe('domain.md 5.2: which limits run in which state', () => {
  it.each<[TaskState, string[]]>([
    ['CREATED', []],
    ['DISPATCHED', ['accept', 'arrive', 'report']],
    ['ACCEPTED', ['arrive', 'report']],
    ['CHECKED_IN', ['report']],
    ['IN_PROGRESS', ['report']],
    ['SUBMITTED', ['review']],
    ['RETURNED', ['report']],
    ['REVIEWED', []],
    ['CLOSED', []],
    ['CANCELLED', []],
  ])('%s: %j', (state, steps) => {
    expect((['accept', 'arrive', 'report', 'review'] as const).filter((s) => isWaitedFor(s, state))).toEqual(steps);
  });
  it('the table above is complete', () => expect(TASK_STATES).toHaveLength(10));
});

describe('domain.md 5.1, 5.6: who may', () => {
  const task = {
    type: 'INSPECT' as const,
    assignees: [
      { personId: 'lead', role: 'lead' },
      { personId: 'second', role: 'second' },
      { personId: 'onDuty', role: 'duty' },
    ],
  };
  it.each<[string, TaskVerb, string, string[], boolean]>([
    ['an assignee accepts', 'accept', 'second', ['officer'], true],
    ['a colleague does not', 'accept', 'other', ['officer'], false],
    ['an administrator does not', 'accept', 'admin', ['administrator'], false],
    ['an assignee records', 'recordFinding', 'lead', ['supervisor'], true],
    ['a duty officer accepts', 'accept', 'onDuty', ['duty-officer'], true],
    ['处罚法 Art 42: a duty officer does not inspect', 'checkIn', 'onDuty', ['duty-officer'], false],
    ['a duty officer hands on', 'reassign', 'onDuty', ['duty-officer'], true],
    ['5.6 another supervisor reviews', 'approve', 'other', ['supervisor'], true],
    ['5.6 the lead does not review', 'approve', 'lead', ['supervisor'], false],
    ['5.6 the lead does not close', 'close', 'lead', ['supervisor'], false],
    ['an officer does not review', 'return', 'other', ['officer'], false],
    ['an officer does not reassign', 'reassign', 'lead', ['officer'], false],
    ['nobody dispatches by hand', 'dispatch', 'other', ['supervisor'], false],
  ])('%s', (_, verb, personId, roles, allowed) => {
    const act = () => assertMayDo(verb, task, { personId, roles });
    if (allowed) expect(act).not.toThrow();
    else expect(act).toThrow(expect.objectContaining({ status: 403 }));
  });
  it('an account without a person is nobody’s assignee', () => {
    expect(() => assertMayDo('accept', { ...task, assignees: [] }, { roles: ['officer'] })).toThrow();
  });
});
