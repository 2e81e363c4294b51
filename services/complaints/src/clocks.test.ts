import { endOfDay } from '@greenwatch/kit';
import { extended, limitsOnAcceptance, limitsOnArrival, phaseTime } from './clocks';

const days = { accept: 15, answer: 60, extension: 30, goal: 30, review: 30, forward: 3 };
const at = (text: string) => Date.parse(`${text}+08:00`);

describe('domain.md 6: time limits', () => {
  it.each([
    ['15 d to tell whether it is accepted', '2026-03-01T10:00:00', 15, '2026-03-16T23:59:59'],
    ['a complaint at 23:59:59 belongs to that day', '2026-03-01T23:59:59', 15, '2026-03-16T23:59:59'],
    ['one of 00:00 to the new day', '2026-03-02T00:00:00', 15, '2026-03-17T23:59:59'],
    ['60 d over the end of the year', '2026-12-01T08:00:00', 60, '2027-01-30T23:59:59'],
  ])('%s', (_, start, n, end) => {
    expect(endOfDay(at(start), n)).toBe(at(end));
  });

  it('on arrival: acceptance in 15 d, handing on in 3 working days over the Spring Festival', () => {
    // 2026-02-13 is a Friday; 14 is worked in place of a holiday, 15 to 23 is free.
    expect(limitsOnArrival(at('2026-02-13T09:00:00'), days)).toEqual({
      acceptBy: at('2026-02-28T23:59:59'),
      forwardBy: at('2026-02-25T23:59:59'),
    });
  });
  it('on acceptance: goal 30 d, answer 60 d; +30 d once', () => {
    const { goalBy, answerBy } = limitsOnAcceptance(at('2026-04-01T09:00:00'), days);
    expect([goalBy, answerBy]).toEqual([at('2026-05-01T23:59:59'), at('2026-05-31T23:59:59')]);
    expect(extended(answerBy, days)).toBe(at('2026-06-30T23:59:59'));
  });
  it('domain.md 5.6: reminder at 80 % of the time, overdue at its end', () => {
    expect(phaseTime('reminder', 1_000, 2_000)).toBe(1_800);
    expect(phaseTime('overdue', 1_000, 2_000)).toBe(2_000);
  });
});
