import { readUploadItem } from './read-upload';
import { UploadRefused } from './upload-refused';

const AT = Date.parse('2026-11-22T10:00:00+08:00');
const upload = (change: object) => ({
  kind: 'hour',
  dataTime: '2026-11-22T09:00:00+08:00',
  values: { w01018: { Avg: '12.30', Flag: 'N' } },
  ...change,
});
const refusalOf = (sent: Parameters<typeof readUploadItem>[0]) => {
  try {
    readUploadItem(sent, undefined, AT);
  } catch (error) {
    if (error instanceof UploadRefused) return [error.reason, error.message];
    throw error;
  }
  throw new Error('it was taken');
};

it('texts stay exact, numbers become what they print as (4 decimals and 15 digits are evidence)', () => {
  const values = { w01018: { Avg: '12.30', Flag: 'N' }, a21026: { ZsAvg: 0.00001, Min: -1 }, SB1: { RS: 1 } };
  expect(readUploadItem(upload({ values }), undefined, AT)).toEqual([
    {
      kind: 'hour',
      dataTime: Date.parse('2026-11-22T09:00:00+08:00'),
      fields: 'w01018-Avg=12.30,w01018-Flag=N;a21026-ZsAvg=0.00001,a21026-Min=-1;SB1-RS=1',
    },
  ]);
});

it('HJ 212-2017 table 4: a fault may have no value, its flag says why', () => {
  const values = { w01018: { Avg: '', Flag: 'D' } };
  expect(readUploadItem(upload({ values }), undefined, AT)[0]?.fields).toBe('w01018-Flag=D');
});

it('a started second counts as its start, as a DataTime of 17 digits does', () => {
  const [read] = readUploadItem(upload({ dataTime: '2026-11-22T01:00:00.999Z' }), undefined, AT);
  expect(read?.dataTime).toBe(Date.parse('2026-11-22T01:00:00Z'));
});

it.each([
  ['nothing but the device', { kind: undefined }, 'structure', /kind, dataTime and values, or payload/],
  ['no such kind', { kind: 'weekly' }, 'structure', /kind "weekly", expected one of realtime/],
  ['a name of every object', { kind: 'constructor' }, 'structure', /expected one of/],
  ['a time without zone', { dataTime: '2026-11-22T09:00:00' }, 'data-time', /ISO 8601 with zone/],
  ['a day that is none', { dataTime: '2026-02-31T09:00:00Z' }, 'data-time', /ISO 8601|exist/],
  ['no values', { values: {} }, 'structure', /at least one/],
  ['a value that is none', { values: { w01018: { Avg: 'high' } } }, 'value', /w01018-Avg is "high"/],
  ['an empty value, flag N', { values: { w01018: { Avg: '', Flag: 'N' } } }, 'value', /Flag other than N/],
  ['beyond ±1e15', { values: { w01018: { Avg: 1e16 } } }, 'value', /±1e15/],
  ['no number at all', { values: { w01018: { Avg: Number.NaN } } }, 'value', /decimal number/],
  ['a code that would end its place', { values: { 'w01018-Avg=1;w': { Avg: '1' } } }, 'value', /factor code/],
  ['a field that would', { values: { w01018: { 'Avg=1,w1-Avg': '1' } } }, 'value', /field/],
  ['a text that would', { values: { w01018: { Info: 'a;b-Rtd=1' } } }, 'value', /without ; , & =/],
  ['a line break', { values: { w01018: { Info: 'a\nb' } } }, 'value', /control characters/],
  ['the end of the data area', { values: { w01018: { Info: 'a&&b' } } }, 'value', /without ; , & =/],
  ['the mark of a renamed code', { values: { w01018: { '@': '011' } } }, 'value', /field/],
  ['a payload without a profile', { payload: {} }, 'structure', /no profile/],
])('%s is refused, naming it', (_what, change, reason, detail) => {
  expect(refusalOf(upload(change))).toEqual([reason, expect.stringMatching(detail)]);
});
