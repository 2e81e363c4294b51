import type { Mark } from '@greenwatch/contracts/src/marks';
import type { MeanValue, OutletMeans } from '@greenwatch/contracts/src/means';
import type { Moment } from '../api/types';
import { dataRows, figure, meanChange, rounded, signed, spanOf, speaksOf } from './data-rows';

const T1 = '2026-11-01T08:00:00+08:00';
const T2 = '2026-11-01T09:00:00+08:00';
const T3 = '2026-11-01T10:00:00+08:00';
const ms = (text: string) => Date.parse(text);
const moment = (dataTime: string, values: Moment['values'], more: Partial<Moment> = {}): Moment => ({
  ...{ mn: 'A', kind: 'hour', dataTime, receivedAt: dataTime, values, revisions: 0 },
  ...more,
});
const mean = (factor: string, more: Partial<MeanValue> = {}): MeanValue => ({
  ...{ factor, version: 1, calculatedAt: T3, valid: true, value: 10 },
  ...more,
});
const means = (from: string, factors: MeanValue[], more: Partial<OutletMeans> = {}): OutletMeans => ({
  ...{ outletId: 'o', period: 'hour', from, to: from, medium: 'gas', factors },
  ...more,
});
const mark = (more: Partial<Mark> = {}) =>
  ({
    ...{ id: 'm', outletId: 'o', factors: [], scope: 'device', code: 'fault', effect: 'invalid', from: T1, to: T2 },
    ...{ source: 'manual', reason: 'r', status: 'submitted', effective: true, submittedAt: T2, submittedBy: 'p' },
    ...more,
  }) as Mark;
const rows = (given: { moments?: Moment[]; means?: OutletMeans[]; marks?: Mark[] }, factors = ['a', 'b']) =>
  dataRows({ kind: 'hour', factors, moments: [], means: [], marks: [], ...given });

describe('rows', () => {
  it('of a time hold what the device sent and our mean, newest first', () => {
    const found = rows({
      moments: [moment(T1, { a: { Avg: '9.90', Flag: 'N' } }), moment(T2, { a: { Avg: '11', Flag: 'D' } })],
      means: [means(T1, [mean('a')]), means(T3, [mean('a', { valid: false, reason: 'missing' })])],
    });
    expect(found.map(({ at }) => at)).toEqual([ms(T3), ms(T2), ms(T1)]);
    expect(found[2]?.cells.a).toMatchObject({ text: '9.90', flag: 'N', mean: { value: 10 } });
    expect(found[1]?.cells.a).toMatchObject({ text: '11', flag: 'D' });
    expect(found[0]?.cells.a).toEqual({ marks: [], mean: expect.objectContaining({ reason: 'missing' }) });
  });
  it('of two devices are one, but where both send the same factor', () => {
    const apart = rows({ moments: [moment(T1, { a: { Avg: '1' } }), moment(T1, { b: { Avg: '2' } }, { mn: 'B' })] });
    expect(apart.map(({ mns }) => mns)).toEqual([['A', 'B']]);
    const both = rows({
      moments: [moment(T1, { a: { Avg: '1' } }), moment(T1, { a: { Avg: '2' } }, { mn: 'B' })],
      means: [means(T1, [mean('a')])],
    });
    expect(both.map(({ mns, cells }) => [mns, cells.a?.text, cells.a?.mean?.value])).toEqual([
      [['A'], '1', 10],
      [['B'], '2', undefined],
    ]);
  });
  it('leave out factors that were not asked for, and say how often a value was replaced', () => {
    const found = rows({
      moments: [moment(T1, { c: { Avg: '1' } }), moment(T2, { a: { Avg: '1' } }, { revisions: 2 })],
    });
    expect(found.map(({ at, revisions }) => [at, revisions])).toEqual([[ms(T2), 2]]);
  });
  it('domain.md 1.7: a value without a flag is unknown, one without a number keeps its flag', () => {
    expect(rows({ moments: [moment(T1, { a: { Avg: '1' }, b: { Flag: 'B' } })] })[0]?.cells).toMatchObject({
      a: { text: '1', flag: 'U' },
      b: { flag: 'B' },
    });
  });
  it('carry marks of their time and an approved stop', () => {
    const found = rows({
      moments: [moment(T1, { a: { Avg: '1' } }), moment(T2, { a: { Avg: '1' } })],
      means: [means(T1, [mean('a')], { stopped: true, conditions: ['waste.start'] })],
      marks: [mark({ factors: ['a'] })],
    });
    expect(found.map(({ cells, stopped }) => [cells.a?.marks.length, stopped])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(found[1]?.conditions).toEqual(['waste.start']);
  });
});

describe('a mark speaks of', () => {
  it.each([
    ['all factors when it names none', {}, 'a', ms(T1), ms(T2), true],
    ['the factors it names', { factors: ['b'] }, 'a', ms(T1), ms(T2), false],
    ['a moment within it', {}, 'a', ms(T1), ms(T1), true],
    ['nothing from its end on', {}, 'a', ms(T2), ms(T2), false],
    ['a longer period that it touches', {}, 'a', ms(T1) - 86_400_000, ms(T3), true],
    ['nothing once withdrawn', { status: 'withdrawn' as const }, 'a', ms(T1), ms(T2), false],
    ['its time still when returned', { status: 'returned' as const, effective: false }, 'a', ms(T1), ms(T2), true],
  ])('%s', (_case, more, factor, from, to, speaks) => {
    expect(speaksOf(mark(more), factor, { from, to })).toBe(speaks);
  });
});

it.each([
  ['month', '2026-02-01T00:00:00+08:00', '2026-03-01T00:00:00+08:00'],
  ['month', '2026-12-01T00:00:00+08:00', '2027-01-01T00:00:00+08:00'],
  ['hour', T1, T2],
] as const)('a %s from %s ends at %s', (kind, from, to) => {
  expect(spanOf(kind, ms(from))).toEqual({ from: ms(from), to: ms(to) });
});

describe('why a mean has another version', () => {
  it.each([
    ['first', undefined, mean('a')],
    ['marked', mean('a'), mean('a', { valid: false, reason: 'mark' })],
    ['unmarked', mean('a', { valid: false, reason: 'mark' }), mean('a')],
    ['late', mean('a', { value: undefined, reason: 'missing', valid: false }), mean('a')],
    ['late', mean('a', { minutes: 40 }), mean('a', { minutes: 60 })],
    ['corrected', mean('a'), mean('a', { value: 11 })],
    ['oxygen', mean('a'), mean('a', { converted: 12 })],
    ['mass', mean('a'), mean('a', { substituted: { mass: 1, periods: 1, without: 0 } })],
    ['again', mean('a'), mean('a')],
  ] as const)('%s', (why, before, after) => {
    expect(meanChange(before, after)).toBe(why);
  });
});

it.each([
  [12.345678, '12.3457', '+12.3457'],
  [10, '10', '+10'],
  [-0.1, '-0.1', '−0.1'],
  [-0.00001, '0', '0'],
  [0, '0', '0'],
  [undefined, '–', '–'],
])('%s reads %s, as a difference %s', (value, plain, difference) => {
  expect([figure(value), signed(value)]).toEqual([plain, difference]);
});

test.each<[number | undefined, string]>([
  [undefined, '–'],
  [Number.NaN, '–'],
  [0, '0'],
  [27.335, '27.34'],
  [55.7083, '55.71'],
  [51.72, '51.72'],
  [9.99996, '10'],
  [-2.71234, '-2.712'],
  [0.003012, '0.003'],
  [12_345.6, '12346'],
])('four digits of a calculated %p: %s', (value, expected) => expect(rounded(value)).toBe(expected));
