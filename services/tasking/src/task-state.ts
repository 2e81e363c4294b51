import type { TaskState, TaskType } from '@greenwatch/contracts';
import { conflict, DomainError, forbidden } from '@greenwatch/kit';

/**
 * What a task can be told. `level-raised`, `noted`, `reminded` and `escalated` change no state and are not in the table.
 */
export type TaskVerb =
  | 'dispatch'
  | 'accept'
  | 'checkIn'
  | 'addPhoto'
  | 'recordFinding'
  | 'explain'
  | 'submit'
  | 'approve'
  | 'return'
  | 'close'
  | 'reassign'
  | 'cancel';

type Transitions = Partial<Record<TaskState, TaskState>>;

/**
 * domain.md 5.2, for those who go to the place. Two people share one task: after the first has accepted or checked in,
 * the other may still do so, and the state stays what it is.
 */
const VISIT: Partial<Record<TaskVerb, Transitions>> = {
  dispatch: { CREATED: 'DISPATCHED' },
  accept: { DISPATCHED: 'ACCEPTED', ACCEPTED: 'ACCEPTED', CHECKED_IN: 'CHECKED_IN', IN_PROGRESS: 'IN_PROGRESS' },
  checkIn: { ACCEPTED: 'CHECKED_IN', CHECKED_IN: 'CHECKED_IN', IN_PROGRESS: 'IN_PROGRESS', RETURNED: 'CHECKED_IN' },
  // A photo may come before the check-in: outside the place it belongs to the reason (domain.md 5.4).
  addPhoto: { ACCEPTED: 'ACCEPTED', CHECKED_IN: 'IN_PROGRESS', IN_PROGRESS: 'IN_PROGRESS', RETURNED: 'IN_PROGRESS' },
  recordFinding: { CHECKED_IN: 'IN_PROGRESS', IN_PROGRESS: 'IN_PROGRESS', RETURNED: 'IN_PROGRESS' },
  submit: { IN_PROGRESS: 'SUBMITTED' },
  approve: { SUBMITTED: 'REVIEWED' },
  return: { SUBMITTED: 'RETURNED' },
  close: { REVIEWED: 'CLOSED' },
  reassign: {
    CREATED: 'DISPATCHED',
    DISPATCHED: 'DISPATCHED',
    ACCEPTED: 'DISPATCHED',
    CHECKED_IN: 'DISPATCHED',
    IN_PROGRESS: 'DISPATCHED',
    RETURNED: 'DISPATCHED',
  },
  cancel: {
    CREATED: 'CANCELLED',
    DISPATCHED: 'CANCELLED',
    ACCEPTED: 'CANCELLED',
    CHECKED_IN: 'CANCELLED',
    IN_PROGRESS: 'CANCELLED',
    RETURNED: 'CANCELLED',
  },
};

/** EXPLAIN: the enterprise accepts, writes its explanation (as often as it likes), and submits it, which locks it. */
const EXPLANATION: Partial<Record<TaskVerb, Transitions>> = {
  dispatch: { CREATED: 'DISPATCHED' },
  accept: { DISPATCHED: 'ACCEPTED' },
  addPhoto: { ACCEPTED: 'ACCEPTED', RETURNED: 'RETURNED' },
  explain: { ACCEPTED: 'ACCEPTED', RETURNED: 'ACCEPTED' },
  submit: { ACCEPTED: 'SUBMITTED' },
  approve: { SUBMITTED: 'REVIEWED' },
  return: { SUBMITTED: 'RETURNED' },
  close: { REVIEWED: 'CLOSED' },
  reassign: { CREATED: 'DISPATCHED', DISPATCHED: 'DISPATCHED', ACCEPTED: 'DISPATCHED', RETURNED: 'DISPATCHED' },
  cancel: { CREATED: 'CANCELLED', DISPATCHED: 'CANCELLED', ACCEPTED: 'CANCELLED', RETURNED: 'CANCELLED' },
};

const tableOf = (type: TaskType) => (type === 'EXPLAIN' ? EXPLANATION : VISIT);

/** The verbs possible in a state, in the table's order. */
export function allowedVerbs(type: TaskType, state: TaskState): TaskVerb[] {
  const table = tableOf(type);
  return (Object.keys(table) as TaskVerb[]).filter((verb) => table[verb]?.[state] !== undefined);
}

/**
 * The state after a verb.
 * @throws DomainError 409 WRONG_STATE that names the state and what is allowed in it
 */
export function nextState(type: TaskType, state: TaskState, verb: TaskVerb): TaskState {
  const next = tableOf(type)[verb]?.[state];
  if (next) return next;
  const allowed = allowedVerbs(type, state);
  throw conflict(
    'WRONG_STATE',
    `${verb} is not possible for a task of type ${type} in state ${state}; possible: ${allowed.join(', ') || 'nothing'}.`,
    { type, state, verb, allowed },
  );
}

export const CLOSED_STATES: readonly TaskState[] = ['CLOSED', 'CANCELLED'];
export const isOpen = (state: TaskState) => !CLOSED_STATES.includes(state);
/** Whether somebody still does the work, so that what comes to light now can still be looked at. */
export const isWorkedOn = (state: TaskState) => isOpen(state) && state !== 'SUBMITTED' && state !== 'REVIEWED';

/** The steps that have a time limit (domain.md 5.2; `file`: 5.5). */
export const STEPS = ['accept', 'arrive', 'report', 'review', 'file'] as const;
export type Step = (typeof STEPS)[number];

const WAITED_FOR: Record<Step, readonly TaskState[]> = {
  accept: ['DISPATCHED'],
  arrive: ['DISPATCHED', 'ACCEPTED'],
  report: ['DISPATCHED', 'ACCEPTED', 'CHECKED_IN', 'IN_PROGRESS', 'RETURNED'],
  review: ['SUBMITTED'],
  // Filing a case or closing the task without one (domain.md 5.5).
  file: ['REVIEWED'],
};

/** Whether a step is still to be done in a state, so that its limit runs. */
export function isWaitedFor(step: Step, state: TaskState): boolean {
  return WAITED_FOR[step].includes(state);
}

/** Who acts: a person of the caller's account with roles. */
export interface Actor {
  personId?: string;
  roles: readonly string[];
}

interface Given {
  type: TaskType;
  assignees: readonly { personId: string; role: string }[];
}

const REVIEWER_ROLES = ['administrator', 'supervisor'];
/** A duty officer who got a task because nobody else was there hands it on. */
const REASSIGNER_ROLES = [...REVIEWER_ROLES, 'duty-officer'];

/**
 * Whether an actor, in whose scope the task already is, may do this (domain.md 5.1, 5.4). Those it was given to do the
 * work; only a lead or second, who hold certificates, inspect. A review is by somebody else (5.6): where the county's
 * only supervisor leads the task, it falls to the city's supervisors, in whose scope it is.
 * @throws DomainError 403 that says who may
 */
export function assertMayDo(verb: TaskVerb, task: Given, actor: Actor): void {
  const assignee = task.assignees.find(({ personId }) => personId === actor.personId);
  const has = (roles: readonly string[]) => actor.roles.some((role) => roles.includes(role));
  switch (verb) {
    case 'dispatch':
      throw forbidden('Tasks are dispatched by the system.');
    case 'accept':
      if (!assignee) throw forbidden('Only somebody the task was given to can accept it.');
      return;
    case 'checkIn':
    case 'addPhoto':
    case 'recordFinding':
    case 'explain':
    case 'submit':
      if (!assignee) throw forbidden('Only somebody the task was given to can do this.');
      if (assignee.role === 'duty') {
        throw forbidden(
          'A duty officer hands the task on (reassign): only certified officers inspect (处罚法 Art 42).',
        );
      }
      return;
    case 'approve':
    case 'return':
    case 'close':
    case 'cancel':
      if (!has(REVIEWER_ROLES)) throw forbidden('Only a supervisor can review, close and cancel.');
      if (assignee) {
        throw new DomainError(
          'REVIEWER_IS_ASSIGNEE',
          'A task is reviewed, closed and cancelled by somebody it was not given to: another supervisor of the county, or the city.',
          403,
        );
      }
      return;
    case 'reassign':
      if (!has(REASSIGNER_ROLES)) throw forbidden('Only a supervisor or duty officer can reassign.');
      return;
  }
}
