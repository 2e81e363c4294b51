import { Hj212Error } from './hj212-error';
import { parseSegment } from './packet';
import { readUpload } from './upload';

const T = 'DataTime=20160801084000;';
const packet = (cp: string, cn = '2011', st = '32') => parseSegment(`ST=${st};CN=${cn};MN=1;Flag=5;CP=&&${cp}&&`);
const factors = (cp: string, cn?: string, st?: string) => readUpload(packet(T + cp, cn, st)).factors;

test('2017 annex C.16: minute data, texts exact, factors in order', () => {
  expect(
    readUpload(
      packet(
        `${T}w00000-Cou=10.5,w00000-Min=16.4,w00000-Avg=17.50,w00000-Max=20.1,w00000-Flag=N;w01001-Avg=7.5,w01001-Flag=N`,
        '2051',
      ),
    ),
  ).toEqual({
    kind: 'minute',
    dataTime: Date.parse('2016-08-01T00:40:00Z'),
    factors: [
      {
        factor: 'w00000',
        fields: [
          ['Cou', '10.5'],
          ['Min', '16.4'],
          ['Avg', '17.50'],
          ['Max', '20.1'],
          ['Flag', 'N'],
        ],
      },
      {
        factor: 'w01001',
        fields: [
          ['Avg', '7.5'],
          ['Flag', 'N'],
        ],
      },
    ],
  });
});

test.each([
  ['2011', 'realtime', 'a21026-Rtd=1'],
  ['2051', 'minute', 'a21026-Avg=1'],
  ['2061', 'hour', 'Leq-Data=50.0'],
  ['2031', 'day', 'L5-DayData=53.0'],
  ['2021', 'state', 'SB1-RS=1'],
  ['2041', 'running', 'SB1-RT=1.1'],
])('table 9: CN %s is %s', (cn, kind, cp) => {
  expect(readUpload(packet(T + cp, cn)).kind).toBe(kind);
});

test.each([
  [
    'ZsRtd and SampleTime (2017 table 4)',
    'a1-SampleTime=20160801070000,a1-Rtd=1,a1-ZsRtd=2,a1-EFlag=A01',
    [
      ['SampleTime', '20160801070000'],
      ['Rtd', '1'],
      ['ZsRtd', '2'],
      ['EFlag', 'A01'],
    ],
  ],
  [
    'Flag before Rtd',
    'a1-Flag=N,a1-Rtd=1',
    [
      ['Flag', 'N'],
      ['Rtd', '1'],
    ],
  ],
  [
    'unknown suffixes kept, also typos',
    'a1-Avg=1,a1-ValidNum=10,a1-td=x',
    [
      ['Avg', '1'],
      ['ValidNum', '10'],
      ['td', 'x'],
    ],
  ],
  ['one key twice with one value', 'a1-Rtd=0.00;a1-Rtd=0.00', [['Rtd', '0.00']]],
  [
    'one factor in two places',
    'a1-Min=1;a1-Max=2',
    [
      ['Min', '1'],
      ['Max', '2'],
    ],
  ],
  ['a fault with an empty value keeps its flag', 'a1-Rtd=,a1-Flag=D', [['Flag', 'D']]],
  ['flag of the fault first', 'a1-Flag=B,a1-Rtd=', [['Flag', 'B']]],
  ['a fault with its flag alone', 'a1-Flag=D', [['Flag', 'D']]],
  ['an empty flag is no flag', 'a1-Rtd=1,a1-Flag=', [['Rtd', '1']]],
])('%s', (_name, cp, fields) => {
  expect(factors(cp)).toEqual([{ factor: 'a1', fields }]);
});

test('plain items other than DataTime are passed over', () => {
  expect(factors('PolId=w01018;a1-Rtd=1;DT=0')).toEqual([{ factor: 'a1', fields: [['Rtd', '1']] }]);
});

test('2005 annex B: an old code becomes the one of 2017 under its ST, and is kept', () => {
  expect(factors('011-Rtd=231.0,011-Flag=N;B01-Rtd=36.91')).toEqual([
    {
      factor: 'w01018',
      original: '011',
      fields: [
        ['Rtd', '231.0'],
        ['Flag', 'N'],
      ],
    },
    { factor: 'w00000', original: 'B01', fields: [['Rtd', '36.91']] },
  ]);
  expect(factors('S01-Rtd=20.7;023-Rtd=0', '2011', '31')).toEqual([
    { factor: 'a19001', original: 'S01', fields: [['Rtd', '20.7']] },
    { factor: '023', fields: [['Rtd', '0']] },
  ]);
});

test('old and new codes of one factor in one packet are one factor', () => {
  const fields = [
    ['Min', '1'],
    ['Max', '2'],
  ];
  expect(factors('011-Min=1;w01018-Max=2')).toEqual([{ factor: 'w01018', original: '011', fields }]);
  expect(factors('w01018-Min=1;011-Max=2')).toMatchObject([{ factor: 'w01018', fields }]);
});

test.each([
  '0',
  '-0.052',
  '+5',
  '.5',
  '5.',
  '235.292750833832',
  '999999999999999',
  '1000000000000000',
  '0001',
  '1E-05',
  '1e15',
  '0.0000',
])('the number %s is taken as it is', (text) => {
  expect(factors(`a1-Rtd=${text}`)).toEqual([{ factor: 'a1', fields: [['Rtd', text]] }]);
});

test.each([
  '1e308',
  '1e16',
  '1000000000000001',
  '-1e15.5',
  'NaN',
  'Infinity',
  '%d',
  '--',
  '-',
  '.',
  '1.2.3',
  '0x10',
  '1 2',
  '1e',
  '１',
  '1_0',
])('the number %j is refused', (text) => {
  expect(failure(`${T}a1-Rtd=${text}`)).toMatchObject({
    code: 'BAD_VALUE',
    field: 'a1-Rtd',
    message: expect.stringContaining('±1e15'),
  });
});

function failure(cp: string, cn?: string): Hj212Error {
  try {
    readUpload(packet(cp, cn));
  } catch (error) {
    if (error instanceof Hj212Error) return error;
    throw error;
  }
  throw new Error(`accepted: ${cp}`);
}

test.each([
  ['an empty number without a flag', `${T}a1-Rtd=`, 'BAD_VALUE', 'a1-Rtd'],
  ['an empty number with N', `${T}a1-Rtd=,a1-Flag=N`, 'BAD_VALUE', 'a1-Rtd'],
  ['one key with two values (2017 C.29)', `${T}e01001-Rtd=1.1;e01001-Rtd=2.2`, 'BAD_VALUE', 'e01001-Rtd'],
  ['old and new code with two values', `${T}011-Rtd=1;w01018-Rtd=2`, 'BAD_VALUE', 'w01018-Rtd'],
  ['a control character in a text', `${T}a1-EFlag=a\x01`, 'BAD_VALUE', 'a1-EFlag'],
  ['log text never closed', `${T}a1-Info=//x`, 'BAD_VALUE', 'a1-Info'],
  ['no DataTime', 'a1-Rtd=1', 'NO_DATATIME', 'DataTime'],
  ['an empty DataTime', 'DataTime=;a1-Rtd=1', 'NO_DATATIME', 'DataTime'],
  ['the 31st of April', 'DataTime=20160431000000;a1-Rtd=1', 'BAD_DATATIME', 'DataTime'],
  ['two DataTimes', `${T}DataTime=20160801084001;a1-Rtd=1`, 'BAD_DATATIME', 'DataTime'],
  ['no factors', T, 'NO_VALUES', 'CP'],
  ['only plain items', `${T}PolId=w01018`, 'NO_VALUES', 'CP'],
  ['an empty code', `${T}-Rtd=1`, 'BAD_FIELD', ''],
  ['a code that is no name', `${T}__proto__-Rtd=1`, 'BAD_FIELD', '__proto__'],
  ['a field that is no name', `${T}a1-R d=1`, 'BAD_FIELD', 'a1-R d'],
  ['the name kept for the encoding', `${T}a1-@=1`, 'BAD_FIELD', 'a1-@'],
  ['2005 request for history', 'BeginTime=20040506111000,EndTime=20040506151000', 'NOT_UPLOAD', 'CP'],
  ['request to start', '', 'NOT_UPLOAD', 'CP'],
])('%s is refused and the item named', (_name, cp, code, field) => {
  expect(failure(cp)).toMatchObject({ code, field });
});

test.each(['2081', '1011', '3020', '9014', '1062', '9021'])('CN %s carries no readings', (cn) => {
  expect(failure(`${T}a1-Rtd=1`, cn)).toMatchObject({ code: 'NOT_UPLOAD', field: 'CN' });
});
