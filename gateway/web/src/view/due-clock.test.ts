import { runningDue, urgency } from './due-clock';

const clocks = { type: 'VERIFY', acceptBy: 'A', arriveBy: 'B', reportBy: 'C', reviewBy: 'D' } as const;

describe('domain.md 5.2: the limit that runs', () => {
  it.each([
    ['DISPATCHED', { kind: 'accept', at: 'A' }],
    ['ACCEPTED', { kind: 'arrive', at: 'B' }],
    ['CHECKED_IN', { kind: 'report', at: 'C' }],
    ['IN_PROGRESS', { kind: 'report', at: 'C' }],
    ['RETURNED', { kind: 'report', at: 'C' }],
    ['SUBMITTED', { kind: 'review', at: 'D' }],
    ['CLOSED', undefined],
    ['CANCELLED', undefined],
  ] as const)('in %s', (state, due) => {
    expect(runningDue({ ...clocks, state })).toEqual(due);
  });
  it('an explanation needs no arrival, so the report runs once accepted', () => {
    expect(runningDue({ ...clocks, type: 'EXPLAIN', state: 'ACCEPTED', arriveBy: undefined })).toEqual({
      kind: 'report',
      at: 'C',
    });
  });
});

it.each([
  [0, 1, 'over'],
  [3_599_999, 0, 'soon'],
  [3_600_000, 0, 'ample'],
])('urgency of a limit at %d seen at %d is %s', (at, now, expected) => {
  expect(urgency(at, now)).toBe(expected);
});
