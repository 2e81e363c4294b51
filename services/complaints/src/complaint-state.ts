import { COMPLAINT_STATES, type ComplaintState } from '@greenwatch/contracts';
import { conflict } from '@greenwatch/kit';

/** What is done with a complaint (domain.md 6); each is a fact's verb or leads to one. */
export type ComplaintVerb =
  | 'accept'
  | 'refuse'
  | 'merge'
  | 'forward'
  | 'set-target'
  | 'make-clue'
  | 'draft'
  | 'answer'
  | 'extend'
  | 'close'
  | 'rate'
  | 'ask-review'
  | 'answer-review';

const FROM: Record<ComplaintVerb, readonly ComplaintState[]> = {
  accept: ['received'],
  refuse: ['received'],
  merge: ['received', 'accepted'],
  forward: ['received'],
  'set-target': ['received', 'accepted', 'investigating'],
  'make-clue': ['accepted'],
  draft: ['accepted', 'investigating'],
  answer: ['accepted', 'investigating'],
  extend: ['accepted', 'investigating'],
  close: ['answered'],
  rate: ['answered', 'closed'],
  'ask-review': ['answered', 'closed'],
  'answer-review': ['investigating'],
};
const TO: Partial<Record<ComplaintVerb, ComplaintState>> = {
  accept: 'accepted',
  refuse: 'refused',
  merge: 'merged',
  'make-clue': 'investigating',
  answer: 'answered',
  close: 'closed',
  'ask-review': 'investigating',
  'answer-review': 'answered',
};

/** States in which nobody waits for the authority any more. */
export const SETTLED: readonly ComplaintState[] = ['refused', 'merged', 'answered', 'closed'];
export const OPEN_STATES = COMPLAINT_STATES.filter((state) => !SETTLED.includes(state));
/** States that another complaint of the same matter may be merged into. */
export const TAKES_MERGED: readonly ComplaintState[] = ['received', 'accepted', 'investigating'];

/**
 * The state after `verb`; most verbs of a state that stays as it is lead back to it.
 * @throws DomainError 409 that says from which states it is possible
 */
export function nextState(state: ComplaintState, verb: ComplaintVerb): ComplaintState {
  const allowed = FROM[verb];
  if (!allowed.includes(state)) {
    throw conflict('WRONG_STATE', `A complaint that is ${state} cannot be worked on like this (${verb}).`, {
      state,
      verb,
      allowed,
    });
  }
  return TO[verb] ?? state;
}
