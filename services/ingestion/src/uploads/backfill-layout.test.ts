import { readBackfillHeading, readBackfillRow, readMoment } from './backfill-layout';

const AT = Date.parse('2026-01-31T08:00:00+08:00');

it.each([
  ['2026-01-31 08:00', AT],
  ['2026-01-31 08:00:00', AT],
  ['2026/1/31 8:00', AT],
  ['2026年1月31日 8:00', AT],
  ['20260131080000', AT],
  ['2026-01-31T00:00:00Z', AT],
  ['2026-01-31', AT - 8 * 3_600_000],
  ['２０２６-０１-３１ ０８：００', AT],
  ['2026-02-31 08:00', undefined],
  ['2026-01-31 24:00', undefined],
  ['31.01.2026', undefined],
])('the time %s (UTC+8)', (raw, time) => {
  expect(readMoment(raw)).toBe(time);
});

describe('heading', () => {
  it('columns of values by code and field, also with their name in brackets', () => {
    const { heading, problem } = readBackfillHeading([
      '设备编号*',
      'kind',
      '数据时间',
      'w01018-Avg (化学需氧量)',
      'w00000（流量）',
    ]);
    expect(problem).toBeUndefined();
    expect(heading.map((column) => column?.key)).toEqual(['mn', 'kind', 'dataTime', 'w01018-Avg', 'w00000-']);
  });
  it.each([
    ['no values', ['mn', 'kind', 'data time'], /at least one column of values/],
    ['one value twice', ['mn', 'kind', 'data time', 'w01018-Avg', 'w01018-Avg(COD)'], /twice/],
    ['no device', ['kind', 'data time', 'w01018'], /设备编号/],
    ['a name for a code', ['mn', 'kind', 'data time', '化学需氧量'], /化学需氧量/],
  ])('%s', (_what, cells, problem) => {
    expect(readBackfillHeading(cells).problem).toMatch(problem);
  });
});

describe('row', () => {
  const { heading } = readBackfillHeading(['mn', 'kind', 'data time', 'w01018', 'w01018-Flag', 'w00000-Cou']);
  it('a value without a field is the mean of a period, and the value of a moment', () => {
    const of = (kind: string) => readBackfillRow(heading, 2, ['M1', kind, '2026-01-31 08:00', '35.20', 'N', '']).upload;
    expect(of('小时')).toEqual({
      mn: 'M1',
      kind: 'hour',
      dataTime: '2026-01-31T08:00:00.000+08:00',
      values: { w01018: { Avg: '35.20', Flag: 'N' } },
    });
    expect(of('实时').values).toEqual({ w01018: { Rtd: '35.20', Flag: 'N' } });
  });
  it.each([
    ['no number', ['M1', '小时', '2026-01-31 08:00', '约35', 'N', ''], 'D2', /decimal number/],
    ['no kind', ['M1', '周', '2026-01-31 08:00', '35', 'N', ''], 'B2', /小时/],
    ['a name of every object', ['M1', 'constructor', '2026-01-31 08:00', '35', 'N', ''], 'B2', /小时/],
    ['no device', ['', '小时', '2026-01-31 08:00', '35', 'N', ''], 'A2', /must be filled/],
    ['no value at all', ['M1', '小时', '2026-01-31 08:00', '', '', ''], '', /at least one column/],
  ])('%s: named by its cell', (_what, cells, cell, expected) => {
    expect(readBackfillRow(heading, 2, cells).errors).toEqual([
      expect.objectContaining({ row: 2, cell, expected: expect.stringMatching(expected) }),
    ]);
  });
});
