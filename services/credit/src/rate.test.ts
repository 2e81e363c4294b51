import { addMonths, startOfYear } from '@greenwatch/kit';
import fc from 'fast-check';
import { momentOf } from './calendar';
import { type LedgerEntry, rate, type SchemeContent } from './rate';
import { schemeProblems } from './scheme-check';
import { national21 } from './schemes/national-21';
import { points12 } from './schemes/points-12';

const day = (text: string) => Date.parse(`${text}T12:00:00+08:00`);
let number = 0;
const entry = (event: string, at: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: `e${String(number++).padStart(4, '0')}`,
  event,
  occurredAt: day(at),
  status: 'effective',
  ...more,
});
const at2026 = day('2026-06-01');
const fine = (at: string, more: Partial<LedgerEntry> = {}) =>
  entry('penalty-fine', at, { topic: 'exceedance', severity: 'general', ...more });

describe('the schemes as published', () => {
  test.each([national21, points12])('$id says nothing that cannot be computed', (scheme) => {
    expect(schemeProblems(scheme)).toEqual([]);
  });
  test('4.1: 21 indicators, groups of 29, 5, 54 and 12 percent', () => {
    const sums = new Map<string, number>();
    for (const { group, weight } of national21.indicators) sums.set(group.zh, (sums.get(group.zh) ?? 0) + weight);
    expect([...sums]).toEqual([
      ['污染防治', 29],
      ['生态保护', 5],
      ['环境管理', 54],
      ['社会监督', 12],
    ]);
    expect(national21.indicators.map(({ number: n }) => n)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });
  test('4.1: 14 veto items and falsified monitoring data [D]', () => {
    expect(national21.vetoes).toHaveLength(15);
    expect(national21.vetoes.filter(({ confidence }) => confidence === 'D').map(({ id }) => id)).toEqual([
      'falsified-monitoring',
    ]);
  });
});

describe('national-21', () => {
  const national = (entries: LedgerEntry[], at = at2026) => rate(national21, entries, at);
  test.each<[string, LedgerEntry[], number, string]>([
    ['4.1: nothing is 100, green', [], 100, 'green'],
    ['4.1: a general fine for exceedance takes 40 % of indicators 1 and 17', [fine('2025-03-01')], 88, 'blue'],
    ['4.1: a second one 20 more of each', [fine('2025-03-01'), fine('2025-05-01')], 82, 'blue'],
    ['4.1: one of this year does not count for the year before', [fine('2026-03-01')], 100, 'green'],
    ['4.1: nor one of the year before that', [fine('2024-12-31')], 100, 'green'],
    [
      '4.1: the year ends at midnight UTC+8',
      [entry('penalty-fine', '2025-01-01', { occurredAt: startOfYear(2026) - 1 })],
      96.85,
      'green',
    ],
    [
      '4.1: the first moment of the next year is another year',
      [entry('penalty-fine', '2025-01-01', { occurredAt: startOfYear(2026) })],
      100,
      'green',
    ],
    ['4.1 band of 1: pass rate 90 % is 80', [entry('discharge-pass-rate', '2025-12-01', { value: 90 })], 97, 'green'],
    ['4.1 band of 1: 75 % is 50', [entry('discharge-pass-rate', '2025-12-01', { value: 75 })], 92.5, 'blue'],
    ['4.1 band of 1: below 50 % is 0', [entry('discharge-pass-rate', '2025-12-01', { value: 49 })], 85, 'blue'],
    [
      '4.1 band of 2: disposal 95 % is 80',
      [entry('solid-waste-disposal-rate', '2025-12-01', { value: 95 })],
      99,
      'green',
    ],
    ['4.1 band of 4: 6 dB over is below 50', [entry('noise-over-limit', '2025-12-01', { value: 6 })], 97.76, 'green'],
    ['4.1: an ordinary emergency lowers one level', [entry('emergency-ordinary', '2025-02-01')], 94.9, 'yellow'],
    ['a measured event without its value changes nothing', [entry('discharge-pass-rate', '2025-12-01')], 100, 'green'],
    [
      'an assessed indicator has the assessed score',
      [entry('assessed', '2025-11-01', { topic: 'risk', value: 40 })],
      94,
      'blue',
    ],
    ['4.4: an appeal changes no score', [fine('2025-03-01', { status: 'appealed' })], 88, 'blue'],
    ['4.4: what is cancelled never counted', [fine('2025-03-01', { status: 'cancelled' })], 100, 'green'],
    [
      '4.4: what is repaired counts no more',
      [fine('2025-03-01', { status: 'repaired', repairedAt: day('2026-05-01') })],
      100,
      'green',
    ],
    ['an event that no rule knows costs nothing', [entry('suspicion', '2025-03-01')], 100, 'green'],
    ['an inspection passed costs nothing', [entry('inspection-passed', '2025-03-01')], 100, 'green'],
  ])('%s', (_, entries, score, colour) => {
    expect(national(entries)).toMatchObject({ score, colour });
  });
  test.each(
    national21.vetoes.map(({ id, match }): [string, LedgerEntry] => [
      id,
      entry(match.events[0] as string, '2025-04-01', { topic: match.topics?.[0], severity: 'light' }),
    ]),
  )('4.1 veto: %s is red whatever the score', (id, one) => {
    const rated = national([one]);
    expect(rated).toMatchObject({ colour: 'red', veto: id });
    expect(rated.lines).toContainEqual(expect.objectContaining({ kind: 'veto', rule: id }));
  });
  test('4.1 cut-offs 95, 80, 60 by default, and others where a province says so', () => {
    const guangzhou: SchemeContent = {
      ...national21,
      colours: [
        { colour: 'green', from: 100 },
        { colour: 'blue', from: 80 },
        { colour: 'yellow', from: 60 },
        { colour: 'red', from: 0 },
      ],
    };
    expect(rate(guangzhou, [entry('assessed', '2025-11-01', { topic: 'noise', value: 0 })], at2026).colour).toBe(
      'blue',
    );
    expect(national([entry('assessed', '2025-11-01', { topic: 'noise', value: 0 })]).colour).toBe('green');
  });
  test('the running year is that of any date in the next', () => {
    expect(national([fine('2026-03-01')], startOfYear(2027)).score).toBe(88);
  });
});

describe('points-12', () => {
  const points = (entries: LedgerEntry[], at = at2026) => rate(points12, entries, at);
  test.each<[string, LedgerEntry[], number, string]>([
    ['4.2: starts at 9, blue', [], 9, 'blue'],
    ['4.2: an exceedance with a fine −3', [fine('2026-03-01')], 6, 'blue'],
    ['4.2: valid for half a year', [fine('2025-12-01', { occurredAt: addMonths(at2026, -6) })], 9, 'blue'],
    ['4.2: and until its last millisecond', [fine('2025-12-01', { occurredAt: addMonths(at2026, -6) + 1 })], 6, 'blue'],
    ['4.2: a warning −1', [entry('penalty-warning', '2026-05-01')], 8, 'blue'],
    ['4.2: two fines −6, yellow', [fine('2026-03-01'), fine('2026-04-01')], 3, 'yellow'],
    ['4.2: red 1–2', [fine('2026-03-01'), fine('2026-04-01'), entry('penalty-warning', '2026-05-01')], 2, 'red'],
    ['4.2: a crime −12, black', [entry('crime', '2026-03-01')], -3, 'black'],
    ['4.2: black from none on', [fine('2026-03-01', { topic: 'falsified-monitoring' })], 0, 'black'],
    ['4.2: a pledge alone gives nothing', [entry('pledge', '2026-01-01')], 9, 'blue'],
    ['4.2: pledge and a clean year +1', [entry('pledge', '2025-01-01')], 10, 'blue'],
    ['4.2: pledge and two clean years +2, green', [entry('pledge', '2024-01-01')], 11, 'green'],
    ['4.2: a deduction begins the clean years anew', [entry('pledge', '2023-01-01'), fine('2025-01-01')], 10, 'blue'],
    [
      '4.2: at most 12',
      [
        entry('pledge', '2023-01-01'),
        entry('commended', '2026-01-01'),
        entry('commended', '2026-02-01'),
        entry('commended', '2026-03-01'),
      ],
      12,
      'green',
    ],
    [
      'a ledger missed each day costs at most 1',
      Array.from({ length: 60 }, () => entry('duty-missed', '2026-05-01', { topic: 'ledger' })),
      8,
      'blue',
    ],
    ['a complaint found true −0.5', [entry('complaint-substantiated', '2026-05-01', { topic: 'odour' })], 8.5, 'blue'],
    ['4.4: an appeal changes no score', [fine('2026-03-01', { status: 'appealed' })], 6, 'blue'],
    [
      '4.4: repaired stops to count',
      [fine('2026-03-01', { status: 'repaired', repairedAt: day('2026-05-01') })],
      9,
      'blue',
    ],
    [
      '4.4: but for dates before the repair it counted',
      [fine('2026-03-01', { status: 'repaired', repairedAt: day('2026-06-02') })],
      6,
      'blue',
    ],
    ['what happens later does not count yet', [fine('2026-07-01')], 9, 'blue'],
    ['an entry may end before its rule does', [fine('2026-03-01', { validUntil: day('2026-05-01') })], 9, 'blue'],
  ])('%s', (_, entries, score, colour) => {
    expect(points(entries)).toMatchObject({ score, colour });
  });
  test('each line says what, how many points, and until when', () => {
    const one = fine('2026-03-01', { caseNo: '嘉环罚〔2026〕1号' });
    expect(points([one]).lines).toEqual([
      {
        kind: 'entry',
        rule: 'fine',
        name: { zh: '罚款', en: 'Fine' },
        points: -3,
        entry: one,
        occurredAt: one.occurredAt,
        until: day('2026-09-01'),
      },
    ]);
  });
});

describe('any ledger', () => {
  const anyEntry = fc.record({
    id: fc.uuid(),
    event: fc.constantFrom(
      'penalty-fine',
      'penalty-warning',
      'duty-missed',
      'complaint-substantiated',
      'crime',
      'pledge',
      'emergency-ordinary',
      'discharge-pass-rate',
      'inspection-passed',
      'commended',
    ),
    topic: fc.option(fc.constantFrom('exceedance', 'ledger', 'over-quota', 'execution-report'), { nil: undefined }),
    severity: fc.option(fc.constantFrom('light' as const, 'general' as const, 'serious' as const), { nil: undefined }),
    value: fc.option(fc.double({ min: 0, max: 120, noNaN: true }), { nil: undefined }),
    occurredAt: fc.integer({ min: day('2023-01-01'), max: day('2026-12-31') }),
    status: fc.constantFrom('effective' as const, 'appealed' as const, 'cancelled' as const),
  });
  test.each([national21, points12])(
    '$id: base and lines add up to the score, whatever order they came in',
    (scheme) => {
      fc.assert(
        fc.property(
          fc.uniqueArray(anyEntry, { selector: ({ id }) => id, maxLength: 12 }),
          fc.integer({ min: day('2024-01-01'), max: day('2027-12-31') }),
          (entries, at) => {
            const rated = rate(scheme, entries, at);
            const sum = rated.lines.reduce((total, { points }) => total + points, rated.base);
            expect(sum).toBeCloseTo(rated.score, 1);
            expect(rate(scheme, [...entries].reverse(), at)).toEqual(rated);
            // Who was never decided against has the colour of a clean ledger.
            expect(
              rate(
                scheme,
                entries.filter(({ status }) => status === 'cancelled'),
                at,
              ).lines,
            ).toEqual([]);
          },
        ),
      );
    },
  );
});

describe('periods', () => {
  test('4.1: a year is rated on its entries, from the first moment after it', () => {
    expect(momentOf('previous-year', '2025')).toBe(Date.parse('2026-01-01T00:00:00+08:00'));
  });
  test('4.2: lists are fixed on 30 June and 31 December', () => {
    expect(momentOf('moment', '2026-H1')).toBe(Date.parse('2026-06-30T23:59:59.999+08:00'));
    expect(momentOf('moment', '2026-H2')).toBe(Date.parse('2026-12-31T23:59:59.999+08:00'));
  });
  test('each scheme has its own kind of period', () => {
    expect(() => momentOf('previous-year', '2025-H1')).toThrow(/must be a year/);
    expect(() => momentOf('moment', '2025')).toThrow(/half a year/);
  });
  test('a month later, the last day where there is none of that number', () => {
    expect(addMonths(day('2026-01-31'), 1)).toBe(day('2026-02-28'));
    expect(addMonths(day('2026-08-31'), 6)).toBe(day('2027-02-28'));
    expect(addMonths(Date.parse('2025-12-31T17:00:00Z'), 1)).toBe(Date.parse('2026-01-31T17:00:00Z'));
  });
});
