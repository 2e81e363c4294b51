import type { Me, Task, TaskState } from '../api/types';

export type TaskAction =
  | 'accept'
  | 'check-in'
  | 'finding'
  | 'photo'
  | 'explanation'
  | 'submit'
  | 'review'
  | 'close'
  | 'reassign'
  | 'file-case'
  | 'cancel';
type TaskFor = Pick<Task, 'type' | 'state' | 'assignees' | 'finding' | 'explanation' | 'review' | 'caseId'>;
type MeFor = Pick<Me, 'personId' | 'roles'>;

const AT_WORK: readonly TaskState[] = ['ACCEPTED', 'CHECKED_IN', 'IN_PROGRESS', 'RETURNED'];
const ON_SITE: readonly TaskState[] = ['CHECKED_IN', 'IN_PROGRESS', 'RETURNED'];
const has = (me: MeFor, ...roles: Me['roles']) => roles.some((role) => me.roles.includes(role));

/** What an assignee may do next. After the first has accepted, the second may still do so. */
function workOf(task: TaskFor, mine: Task['assignees'][number]): TaskAction[] {
  const { state, type } = task;
  const explain = type === 'EXPLAIN';
  const acceptable = explain
    ? state === 'DISPATCHED'
    : ['DISPATCHED', 'ACCEPTED', 'CHECKED_IN', 'IN_PROGRESS'].includes(state);
  if (!mine.acceptedAt && acceptable) return ['accept'];
  if (mine.role === 'duty') return [];
  if (explain) {
    if (state === 'ACCEPTED') return task.explanation ? ['explanation', 'photo', 'submit'] : ['explanation', 'photo'];
    return state === 'RETURNED' ? ['explanation', 'photo'] : [];
  }
  const actions: TaskAction[] = [];
  if (AT_WORK.includes(state)) actions.push('check-in');
  if (ON_SITE.includes(state)) actions.push('finding');
  if (AT_WORK.includes(state)) actions.push('photo');
  if (state === 'IN_PROGRESS' && task.finding) actions.push('submit');
  return actions;
}

/**
 * What the person may do next on a task, in the order in which it is done (domain.md 5.1, 5.2, 5.4, 5.6). The page offers no more
 * than this; the tasking service decides.
 */
export function actionsOf(task: TaskFor, me: MeFor): TaskAction[] {
  const mine = task.assignees.find((a) => a.personId === me.personId);
  const actions = mine ? workOf(task, mine) : [];
  const { state } = task;
  const reviewer = has(me, 'supervisor', 'administrator') && !mine;
  if (reviewer && state === 'SUBMITTED') actions.push('review');
  if (has(me, 'supervisor') && isCaseMatter(task)) actions.push('file-case');
  if (reviewer && state === 'REVIEWED') actions.push('close');
  const movable = ['CREATED', 'DISPATCHED', ...AT_WORK].includes(state);
  if (movable && has(me, 'supervisor', 'administrator', 'duty-officer')) actions.push('reassign');
  if (movable && reviewer) actions.push('cancel');
  return actions;
}

/** Two officers found a suspected violation and a reviewer confirmed it, and no case was filed yet (domain.md 5.5). */
function isCaseMatter({ type, state, finding, review, caseId }: TaskFor): boolean {
  const confirmed = (state === 'REVIEWED' || state === 'CLOSED') && review?.decision === 'approve';
  const inspected = type === 'VERIFY' || type === 'INSPECT';
  return confirmed && inspected && finding?.conclusion === 'violation-suspected' && caseId === undefined;
}

export type Step =
  | 'dispatched'
  | 'accepted'
  | 'checkedIn'
  | 'finding'
  | 'explanation'
  | 'submitted'
  | 'reviewed'
  | 'closed';

/** The way of a task from dispatch to its end, with how far it has come: `done` counts the steps behind it. */
export function stepsOf(task: Pick<Task, 'type' | 'state' | 'finding' | 'explanation' | 'checkIns'>): {
  steps: Step[];
  done: number;
} {
  const explain = task.type === 'EXPLAIN';
  const steps: Step[] = explain
    ? ['dispatched', 'accepted', 'explanation', 'submitted', 'reviewed', 'closed']
    : ['dispatched', 'accepted', 'checkedIn', 'finding', 'submitted', 'reviewed', 'closed'];
  const work = explain ? (task.explanation ? 3 : 2) : task.finding ? 4 : task.checkIns.length > 0 ? 3 : 2;
  const submitted = steps.indexOf('submitted') + 1;
  const done: Record<TaskState, number> = {
    CREATED: 0,
    DISPATCHED: 1,
    ACCEPTED: work,
    CHECKED_IN: work,
    IN_PROGRESS: work,
    RETURNED: work,
    SUBMITTED: submitted,
    REVIEWED: submitted + 1,
    CLOSED: steps.length,
    CANCELLED: 0,
  };
  return { steps, done: done[task.state] };
}
