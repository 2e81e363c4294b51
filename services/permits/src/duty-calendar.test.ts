import type { Frequency, PermitRequirements } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { dutiesOn, missedAt, type PermitTerm, periodOf, remindAt } from './duty-calendar';

const at = (text: string) => Date.parse(`${text.length > 10 ? text : `${text}T00:00:00`}+08:00`);
const text = (ms: number) => isoTime(ms).slice(0, 19);
const permit = (requirements: Partial<PermitRequirements>, more: Partial<PermitTerm> = {}): PermitTerm => ({
  validFrom: at('2023-01-01'),
  validTo: at('2028-01-01'),
  producing: true,
  requirements: { reports: [], selfMonitoring: [], ...requirements },
  ...more,
});
const on = (term: PermitTerm, day: string) =>
  dutiesOn(term, at(day)).map(({ kind, period, dueAt }) => `${kind} ${period} ${text(dueAt)}`);

describe('periods in UTC+8', () => {
  it.each<[Frequency, string, string, string, string]>([
    ['day', '2026-11-22T07:59:59', '2026-11-22', '2026-11-22', '2026-11-23'],
    ['week', '2026-11-22T23:00:00', '2026-W47', '2026-11-16', '2026-11-23'],
    ['week', '2027-01-02T12:00:00', '2026-W53', '2026-12-28', '2027-01-04'],
    ['month', '2026-12-31T23:59:59', '2026-12', '2026-12-01', '2027-01-01'],
    ['quarter', '2026-10-01T00:00:00', '2026-Q4', '2026-10-01', '2027-01-01'],
    ['half-year', '2026-06-30T12:00:00', '2026-H1', '2026-01-01', '2026-07-01'],
    ['year', '2026-01-01T00:00:00', '2026', '2026-01-01', '2027-01-01'],
  ])('%s of %s is %s', (every, moment, name, from, to) => {
    const period = periodOf(every, at(moment));
    expect([period.name, text(period.from), text(period.to)]).toEqual([name, `${from}T00:00:00`, `${to}T00:00:00`]);
  });
});

describe('排污许可管理办法 Art 36: ledger and daily self-inspection', () => {
  it.each<[string, PermitTerm, string, string[]]>([
    [
      'a day’s ledger is due at the end of the next working day',
      permit({ ledger: 'daily' }),
      '2026-11-18',
      ['ledger 2026-11-18 2026-11-19T23:59:59'],
    ],
    [
      'Friday’s is due on Monday',
      permit({ ledger: 'daily', selfInspection: true }),
      '2026-11-20',
      ['ledger 2026-11-20 2026-11-23T23:59:59', 'self-inspection 2026-11-20 2026-11-23T23:59:59'],
    ],
    ['nothing while it does not produce', permit({ ledger: 'daily' }, { producing: false }), '2026-11-18', []],
    [
      'nothing before the permit is valid',
      permit({ ledger: 'daily' }, { validFrom: at('2026-11-19') }),
      '2026-11-18',
      [],
    ],
    ['nothing after it has expired', permit({ ledger: 'daily' }, { validTo: at('2026-11-18') }), '2026-11-18', []],
    [
      'a month’s ledger is due on the 10th of the next',
      permit({ ledger: 'monthly' }),
      '2026-11-01',
      ['ledger 2026-10 2026-11-10T23:59:59'],
    ],
    ['after the 10th it is not opened any more', permit({ ledger: 'monthly' }), '2026-11-11', []],
  ])('%s', (_, term, day, expected) => {
    expect(on(term, day)).toEqual(expected);
  });
});

describe('办法 Art 37, domain.md 3.4: execution reports', () => {
  const reports = (...list: PermitRequirements['reports']) => ({ reports: list });
  it.each<[string, PermitTerm, string, string[]]>([
    [
      'month: 15th of the next',
      permit(reports('monthly')),
      '2026-11-01',
      ['execution-report 2026-10 2026-11-15T23:59:59'],
    ],
    ['quarter: 15th', permit(reports('quarterly')), '2026-10-15', ['execution-report 2026-Q3 2026-10-15T23:59:59']],
    ['quarter: not on the 16th', permit(reports('quarterly')), '2026-10-16', []],
    [
      'half-year: 31 July',
      permit(reports('half-yearly')),
      '2026-07-01',
      ['execution-report 2026-H1 2026-07-31T23:59:59'],
    ],
    ['year: 31 January', permit(reports('yearly')), '2027-01-01', ['execution-report 2026 2027-01-31T23:59:59']],
    [
      'the permit’s own day counts',
      permit({ reports: ['yearly'], reportDueDay: 15 }),
      '2027-01-02',
      ['execution-report 2026 2027-01-15T23:59:59'],
    ],
    [
      'a day 31 in a month of 30 is its last',
      permit({ reports: ['monthly'], reportDueDay: 31 }),
      '2026-11-05',
      ['execution-report 2026-10 2026-11-30T23:59:59'],
    ],
    [
      'a yearly report replaces that quarter’s and month’s',
      permit(reports('monthly', 'quarterly', 'yearly')),
      '2027-01-02',
      ['execution-report 2026 2027-01-31T23:59:59'],
    ],
    [
      'other quarters and months are not replaced',
      permit(reports('monthly', 'quarterly', 'yearly')),
      '2026-10-02',
      ['execution-report 2026-09 2026-10-15T23:59:59', 'execution-report 2026-Q3 2026-10-15T23:59:59'],
    ],
    ['held 9 days of the month: none', permit(reports('monthly'), { validFrom: at('2026-10-23') }), '2026-11-01', []],
    [
      'held 10 days',
      permit(reports('monthly'), { validFrom: at('2026-10-22') }),
      '2026-11-01',
      ['execution-report 2026-10 2026-11-15T23:59:59'],
    ],
    [
      'held less than 1 month of the quarter',
      permit(reports('quarterly'), { validFrom: at('2026-09-02') }),
      '2026-10-01',
      [],
    ],
    [
      'held 1 month of the quarter',
      permit(reports('quarterly'), { validFrom: at('2026-09-01') }),
      '2026-10-01',
      ['execution-report 2026-Q3 2026-10-15T23:59:59'],
    ],
    [
      'held less than 3 months of the year',
      permit(reports('yearly'), { validFrom: at('2026-10-02') }),
      '2027-01-01',
      [],
    ],
    [
      'held 3 months of the year',
      permit(reports('yearly'), { validFrom: at('2026-10-01') }),
      '2027-01-01',
      ['execution-report 2026 2027-01-31T23:59:59'],
    ],
    ['not held at all', permit(reports('monthly'), { validTo: at('2026-09-30') }), '2026-11-01', []],
  ])('%s', (_, term, day, expected) => {
    expect(on(term, day)).toEqual(expected);
  });
});

describe('办法 Art 19: self-monitoring and publicity', () => {
  it('one duty a frequency, with everything that it has to measure', () => {
    const term = permit({
      selfMonitoring: [
        { outletId: 'o1', factor: 'a21026', every: 'quarter' },
        { outletId: 'o2', factor: 'a34013', every: 'quarter' },
        { factor: 'w01018', every: 'month' },
      ],
    });
    expect(dutiesOn(term, at('2026-10-01'))).toMatchObject([
      { every: 'month', period: '2026-09', items: [{ factor: 'w01018' }], dueAt: at('2026-10-15T23:59:59') },
      {
        every: 'quarter',
        period: '2026-Q3',
        items: [
          { outletId: 'o1', factor: 'a21026' },
          { outletId: 'o2', factor: 'a34013' },
        ],
      },
    ]);
  });
  it('a week’s is due a working day after the Monday on which it is over', () => {
    expect(on(permit({ selfMonitoring: [{ factor: 'w01018', every: 'week' }] }), '2026-11-23')).toEqual([
      'self-monitoring 2026-W47 2026-11-24T23:59:59',
    ]);
  });
  it('publicity by the end of the month after the period', () => {
    expect(on(permit({ publicity: 'quarterly' }), '2026-10-20')).toEqual(['publicity 2026-Q3 2026-10-31T23:59:59']);
  });
});

it('asked twice, or a day later while it is open, a duty has the same name and date', () => {
  const term = permit({ ledger: 'monthly', reports: ['quarterly'], publicity: 'yearly' });
  expect(on(term, '2026-10-02')).toEqual(on(term, '2026-10-01'));
});

it.each([
  ['at 80 % of a short time', '2026-11-18T00:00:00', '2026-11-19T23:59:59', '2026-11-19T14:23:59'],
  ['the day before the date of a long one', '2026-10-01T00:00:00', '2026-10-15T23:59:59', '2026-10-14T09:00:00'],
])('reminded %s', (_, opensAt, dueAt, expected) => {
  expect(text(remindAt({ opensAt: at(opensAt), dueAt: at(dueAt) }))).toBe(expected);
});

it('daily duties are waited for 7 days after their date, others 30', () => {
  const dueAt = at('2026-11-19T23:59:59');
  expect(text(missedAt({ every: 'day', dueAt }))).toBe('2026-11-26T23:59:59');
  expect(text(missedAt({ every: 'month', dueAt }))).toBe('2026-12-19T23:59:59');
});
