import type { Moment, PermitLimit } from '../api/types';
import { factorsIn, limitFor, mergeReading, series } from './series';

const limit = (over: Partial<PermitLimit>): PermitLimit => ({
  id: 'L',
  outletId: 'O',
  factor: 'a21026',
  period: 'hour',
  limit: 35,
  decimals: 0,
  unit: 'mg/m³',
  basis: 'GB 13223-2011',
  validFrom: '2025-01-01T00:00:00+08:00',
  ...over,
});
const moment = (dataTime: string, values: Moment['values'], mn = 'A'): Moment => ({
  mn,
  kind: 'hour',
  dataTime,
  receivedAt: dataTime,
  values,
  revisions: 0,
});
const at = Date.parse('2026-03-01T00:00:00+08:00');
const T1 = '2026-03-01T01:00:00+08:00';
const T2 = '2026-03-01T02:00:00+08:00';
const T3 = '2026-03-01T03:00:00+08:00';

describe('limitFor', () => {
  const limits = [limit({ id: 'day', period: 'day', limit: 50 }), limit({ id: 'hour' })];
  it('takes the limit of the kind’s own period', () => {
    expect(limitFor(limits, 'a21026', 'hour', at)).toMatchObject({ applies: true, limit: { id: 'hour' } });
  });
  it('shows another period’s limit for orientation only', () => {
    expect(limitFor([limit({})], 'a21026', 'realtime', at)).toMatchObject({ applies: false });
  });
  it('leaves out limits that are not in force', () => {
    expect(limitFor([limit({ validTo: '2026-01-01T00:00:00+08:00' })], 'a21026', 'hour', at)).toBeUndefined();
    expect(limitFor([limit({ validFrom: '2027-01-01T00:00:00+08:00' })], 'a21026', 'hour', at)).toBeUndefined();
  });
});

describe('series', () => {
  const line = { limit: limit({ referenceOxygen: 6 }), applies: true };
  it('judges the value converted to reference oxygen where the limit says so (domain.md 1.3)', () => {
    const [point] = series([moment(T1, { a21026: { Avg: '30', ZsAvg: '41.20', Flag: 'N' } })], 'a21026', 'hour', line);
    expect(point).toMatchObject({ value: 41.2, text: '41.20', exceeds: true });
  });
  it('never calls a value flagged other than N an exceedance (domain.md 1.7)', () => {
    const points = series(
      [moment(T1, { a21026: { Avg: '90', Flag: 'M' } }), moment(T2, { a21026: { Avg: '90' } })],
      'a21026',
      'hour',
      { limit: limit({}), applies: true },
    );
    expect(points.map((p) => [p.flag, p.exceeds])).toEqual([
      ['M', false],
      ['U', false],
    ]);
  });
  it('does not judge a kind that the limit is not for, nor a value equal to it', () => {
    const moments = [
      moment(T1, { a21026: { Avg: '35', Flag: 'N' } }),
      moment(T2, { a21026: { Avg: '36', Flag: 'N' } }),
    ];
    const judged = series(moments, 'a21026', 'hour', { limit: limit({}), applies: true });
    expect(judged.map((p) => p.exceeds)).toEqual([false, true]);
    expect(series(moments, 'a21026', 'hour', { limit: limit({}), applies: false }).some((p) => p.exceeds)).toBe(false);
  });
  it('orders by data time and leaves out what is no number', () => {
    const points = series(
      [moment(T3, { x: { Avg: '3' } }), moment(T1, { x: { Avg: '1' } }), moment(T2, { x: { Avg: 'n/a' } })],
      'x',
      'hour',
      undefined,
    );
    expect(points.map((p) => p.value)).toEqual([1, 3]);
  });
});

describe('mergeReading', () => {
  const shown = [moment(T1, { a: { Avg: '1' } }), moment(T3, { a: { Avg: '3' } })];
  it('puts a late moment in its place', () => {
    const merged = mergeReading(shown, moment(T2, { a: { Avg: '2' } }));
    expect(merged.map((m) => m.dataTime)).toEqual([T1, T2, T3]);
  });
  it('adds the factors of a split packet to its moment', () => {
    const merged = mergeReading(shown, moment(T3, { b: { Avg: '9' } }));
    expect(merged).toHaveLength(2);
    expect(merged[1]?.values).toEqual({ a: { Avg: '3' }, b: { Avg: '9' } });
  });
  it('keeps another device’s moment of the same time apart', () => {
    expect(mergeReading(shown, moment(T3, { a: { Avg: '3' } }, 'B'))).toHaveLength(3);
  });
  it('changes nothing when the same values come again', () => {
    expect(mergeReading(shown, moment(T3, { a: { Avg: '3' } }))).toBe(shown);
  });
});

it('lists factors with a limit first', () => {
  expect(factorsIn([moment(T1, { a00000: {}, a21026: {} })], [limit({})], ['a19001'])).toEqual([
    'a21026',
    'a00000',
    'a19001',
  ]);
});
