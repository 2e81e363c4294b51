import { COMPLAINT_STATES, type ComplaintState } from '@greenwatch/contracts';
import { type ComplaintVerb, nextState } from './complaint-state';

/** From where each verb leads where; from every other state it is refused. */
const CASES: [ComplaintVerb, Partial<Record<ComplaintState, ComplaintState>>][] = [
  ['accept', { received: 'accepted' }],
  ['refuse', { received: 'refused' }],
  ['merge', { received: 'merged', accepted: 'merged' }],
  ['forward', { received: 'received' }],
  ['set-target', { received: 'received', accepted: 'accepted', investigating: 'investigating' }],
  ['make-clue', { accepted: 'investigating' }],
  ['draft', { accepted: 'accepted', investigating: 'investigating' }],
  ['answer', { accepted: 'answered', investigating: 'answered' }],
  ['extend', { accepted: 'accepted', investigating: 'investigating' }],
  ['close', { answered: 'closed' }],
  ['rate', { answered: 'answered', closed: 'closed' }],
  ['ask-review', { answered: 'investigating', closed: 'investigating' }],
  ['answer-review', { investigating: 'answered' }],
];

describe.each(CASES)('domain.md 6: %s', (verb, leads) => {
  it.each(COMPLAINT_STATES.map((state) => [state, leads[state]] as const))('from %s to %s', (state, to) => {
    if (to) expect(nextState(state, verb)).toBe(to);
    else expect(() => nextState(state, verb)).toThrow(expect.objectContaining({ status: 409, reason: 'WRONG_STATE' }));
  });
});
