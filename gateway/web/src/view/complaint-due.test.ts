import { complaintDue, complaintUrgency } from './complaint-due';
import { DAY } from './time';

const clocks = { acceptBy: 'A', answerBy: 'B', reviews: [] };
const review = (answeredAt?: string) => ({ askedAt: '', dueAt: 'R', reasons: [], answeredAt });

it.each([
  ['received: acceptance', { ...clocks, state: 'received' }, { kind: 'accept', at: 'A' }],
  ['accepted: answer', { ...clocks, state: 'accepted' }, { kind: 'answer', at: 'B' }],
  ['investigating: answer', { ...clocks, state: 'investigating' }, { kind: 'answer', at: 'B' }],
  ['a review is open', { ...clocks, state: 'investigating', reviews: [review()] }, { kind: 'review', at: 'R' }],
  ['answered', { ...clocks, state: 'answered' }, undefined],
  ['merged', { ...clocks, state: 'merged' }, undefined],
] as const)('domain.md 6: the clock that runs, %s', (_, complaint, due) => {
  expect(complaintDue({ ...complaint, reviews: [...complaint.reviews] })).toEqual(due);
});
it.each([
  [-1, 'over'],
  [3 * DAY - 1, 'soon'],
  [3 * DAY, 'ample'],
] as const)('%d ms left: %s', (left, how) => {
  expect(complaintUrgency(1_000_000 + left, 1_000_000)).toBe(how);
});
