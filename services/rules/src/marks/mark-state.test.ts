import { MARK_CODES } from './mark-codes';
import { amendmentDeadlines, isEffective, markDeadline, nextStatus, stretchProblem, valuesProblem } from './mark-state';

const at = (text: string) => Date.parse(`${text}+08:00`);
const DAY = 86_400_000;

describe('announcement 2022 no. 21: marks of a day by 12:00 of the next', () => {
  test.each([
    ['2026-11-20T00:00:00', '2026-11-21T12:00:00'],
    ['2026-11-20T23:59:59', '2026-11-21T12:00:00'],
    ['2026-12-31T10:00:00', '2027-01-01T12:00:00'],
  ])('%s: %s', (from, deadline) => expect(markDeadline(at(from))).toBe(at(deadline)));
  test.each([
    ['submitted', false, true],
    ['submitted', true, false],
    ['accepted', true, true],
    ['returned', false, false],
    ['withdrawn', false, false],
  ] as const)('%s, late %s: in force %s', (status, late, effective) =>
    expect(isEffective(status, late)).toBe(effective),
  );
});

describe('2014 rules: a value may be amended for 10 days, vouchers by the 10th of the next month, else the original stands [L]', () => {
  test.each([
    ['2026-11-20T08:00:00', '2026-11-30T08:00:00', '2026-12-11T00:00:00'],
    ['2026-12-31T23:00:00', '2027-01-10T23:00:00', '2027-01-11T00:00:00'],
    ['2026-11-01T00:00:00', '2026-11-11T00:00:00', '2026-12-11T00:00:00'],
  ])('%s', (from, due, vouchers) => {
    const times = { days: 10, voucherDay: 10 };
    expect(amendmentDeadlines(at(from), times)).toEqual({ due: at(due), vouchers: at(vouchers) });
  });
  test('other values count only when they are accepted', () => {
    expect(isEffective('submitted', false, 'amend')).toBe(false);
    expect(isEffective('accepted', false, 'amend')).toBe(true);
  });
  const from = at('2026-11-20T08:00:00');
  const value = (text: string, factor = 'a21026') => ({ factor, at: `${text}+08:00`, value: '1' });
  test.each([
    ['an hour', [value('2026-11-20T08:00:00')], undefined],
    ['not its start', [value('2026-11-20T08:30:00')], 'values.0.at'],
    ['before', [value('2026-11-20T07:00:00')], 'values.0.at'],
    ['after', [value('2026-11-20T10:00:00')], 'values.0.at'],
    ['twice', [value('2026-11-20T08:00:00'), value('2026-11-20T08:00:00')], 'values.1'],
    ['two factors', [value('2026-11-20T08:00:00'), value('2026-11-20T08:00:00', 'a21002')], undefined],
  ])('%s', (_clause, values, field) => {
    expect(valuesProblem(values, from, from + 2 * 3_600_000)?.field).toBe(field);
  });
});

describe('the time of a mark', () => {
  const now = at('2026-11-22T10:00:00');
  test.each([
    ['an hour of yesterday', now - DAY, now - DAY + 3_600_000, undefined],
    ['a planned stop', now, now + 30 * DAY, undefined],
    ['nothing', now, now, 'to'],
    ['backwards', now, now - 1, 'to'],
    ['more than a year', now - 400 * DAY, now - 1, 'to'],
    ['it begins too far ahead', now + 93 * DAY, now + 94 * DAY, 'from'],
    ['it ends too far ahead', now, now + 93 * DAY, 'to'],
  ])('%s', (_clause, from, to, field) => expect(stretchProblem(from, to, now)?.field).toBe(field));
});

describe('states', () => {
  test.each([
    ['submitted', 'accept', 'accepted'],
    ['submitted', 'return', 'returned'],
    ['submitted', 'withdraw', 'withdrawn'],
    ['returned', 'accept', 'accepted'],
    ['accepted', 'return', 'returned'],
  ] as const)('%s, %s: %s', (status, verb, next) => expect(nextStatus(status, verb)).toEqual({ status: next }));
  test.each([
    ['accepted', 'withdraw'],
    ['returned', 'withdraw'],
    ['withdrawn', 'accept'],
    ['withdrawn', 'return'],
  ] as const)('%s: not %s', (status, verb) => expect(nextStatus(status, verb)).toHaveProperty('allowed'));
});

test('domain.md 1.7: each code once, device codes of any industry, conditions of one', () => {
  expect(new Set(MARK_CODES.map(({ code }) => code)).size).toBe(MARK_CODES.length);
  for (const { scope, industry, effect } of MARK_CODES) {
    expect(industry === undefined).toBe(scope === 'device');
    expect(effect === 'condition').toBe(scope === 'condition');
  }
});
