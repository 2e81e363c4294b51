import { Hj212Error } from './hj212-error';
import { parseSegment } from './packet';
import { readMessage } from './read-message';
import { replyToNotice, replyToUpload } from './replies';
import { readUpload } from './upload';

const packet = (cn: string, cp: string, { st = '32', flag = 5 } = {}) =>
  parseSegment(
    `QN=20160801085857223;ST=${st};CN=${cn};PW=123456;MN=010000A8900016F000169DC0;Flag=${flag};CP=&&${cp}&&`,
  );
const at = (text: string) => Date.parse(`${text}+08:00`);
const NEW = { flag: 9 };

test.each<[string, string, string, object, object?]>([
  ['2017 C.2', '1011', 'SystemTime=20160801085857', { type: 'time', time: at('2016-08-01T08:58:57') }],
  ['2017 C.2, of an analyser', '1011', 'PolId=w01018;SystemTime=20160801085857', { type: 'time', polId: 'w01018' }],
  ['2017 C.4', '1013', 'PolId=w01018', { type: 'time-wanted', polId: 'w01018' }],
  ['2017 C.4, of the logger', '1013', '', { type: 'time-wanted' }],
  ['2017 C.5', '1061', 'RtdInterval=30', { type: 'realtime-interval', seconds: 30 }],
  ['2017 C.7', '1063', 'MinInterval=10', { type: 'minute-interval', minutes: 10 }],
  [
    '2017 C.24',
    '2081',
    'DataTime=20160801085857;RestartTime=20160801085624',
    { type: 'restarted', time: at('2016-08-01T08:58:57'), restartTime: at('2016-08-01T08:56:24') },
  ],
  ['2017 C.34', '3015', 'DataTime=20160801085857;VaseNo=1', { type: 'sample-kept', bottle: '1', values: [] }],
  [
    '2017 C.36',
    '3017',
    'PolId=w01018;CstartTime=000000;CTime=2',
    { type: 'sampling-cycle', polId: 'w01018', start: '000000', hours: 2 },
  ],
  ['2017 table 4 spells Ctime', '3017', 'PolId=w01018;CstartTime=000000;Ctime=4', { hours: 4 }],
  ['2017 C.37', '3018', 'PolId=w01018;Stime=40', { type: 'analysis-time', polId: 'w01018', minutes: 40 }],
  [
    '2017 C.38',
    '3019',
    'PolId=w01018;w01018-SN=010000A8900016F000169DC0',
    { type: 'identity', polId: 'w01018', serials: [{ factor: 'w01018', serial: '010000A8900016F000169DC0' }] },
  ],
  [
    '2017 C.40, log text',
    '3020',
    'DataTime=20100301145000;PolId=w01018;i11001-Info=//清洗管路, 第2次; 完成//',
    { type: 'log', polId: 'w01018', infoId: 'i11001', text: '清洗管路, 第2次; 完成' },
  ],
  [
    '2017 C.43',
    '3020',
    'DataTime=20100301145000;PolId=w01018;i12001-Info=1',
    { type: 'information', values: [{ id: 'i12001', value: '1' }] },
  ],
  [
    '2017 C.44, blanks around names',
    '3020',
    'DataTime=20160801085857;PolId=w01018;i13004-Info=168.0; i13005-Info =40',
    {
      type: 'information',
      values: [
        { id: 'i13004', value: '168.0' },
        { id: 'i13005', value: '40' },
      ],
    },
  ],
  [
    '2025 C.2',
    '1001',
    'i23005-Info=6970000000001ABCDEFG1234;i23006-Info=A800200A8C6D;i23007-Info=E86A643C7BBC;i23008-Info=A763742C1AE1',
    {
      type: 'hardware',
      loggerId: '6970000000001ABCDEFG1234',
      cpuId: 'A800200A8C6D',
      macs: ['E86A643C7BBC', 'A763742C1AE1'],
    },
    NEW,
  ],
  [
    '2025 C.7',
    '1014',
    'SKCreateTime=20240601085857223',
    { type: 'key-wanted', createTime: at('2024-06-01T08:58:57') },
    NEW,
  ],
  ['2025 C.7, no key yet', '1014', 'SKCreateTime=', { type: 'key-wanted' }, NEW],
  [
    '2025, automatic standard check',
    '2062',
    'DataTime=20240601080000;w01018-SampleRd=15.3;w01018-StandardValue=12;w01018-ResultType=0',
    {
      type: 'standard-check',
      cn: '2062',
      checks: [{ factor: 'w01018', measured: '15.3', standard: '12', passed: false }],
    },
    NEW,
  ],
  ['2025 table 12, heart-beat', '9015', '', { type: 'heart-beat' }, NEW],
  [
    'surface water, standard check',
    '2062',
    'DataTime=20201129210000;w21003-Check=1.02,w21003-StandardValue=1.00,w21003-Flag=N',
    { checks: [{ factor: 'w21003', measured: '1.02', standard: '1.00', passed: undefined, flag: 'N' }] },
    { st: '21', flag: 9 },
  ],
  [
    "surface water, the logger's clock",
    '1014',
    'SystemTime=20201129210000',
    { type: 'time', time: at('2020-11-29T21:00:00') },
    { st: '21', flag: 8 },
  ],
  [
    '2005 C 12',
    '1021',
    'QN=20040516010101001;101-LowValue=1.1,101-UpValue=9.9;102-UpValue=5',
    {
      type: 'limits',
      limits: [
        { polId: '101', low: 1.1, up: 9.9 },
        { polId: '102', up: 5 },
      ],
    },
    { flag: 0 },
  ],
  ['2005 C 14', '1031', 'QN=20040516010101001;AlarmTarget=3882566', { type: 'host', target: '3882566' }, { flag: 0 }],
  ['2005 C 16', '1041', 'QN=20040516010101001;ReportTime=0130', { type: 'report-time', clock: '0130' }, { flag: 0 }],
  [
    '2005 C 10, alarm',
    '2072',
    'AlarmTime=20040506111000;101-Ala=1.1;AlarmType=1',
    { type: 'alarm', time: at('2004-05-06T11:10:00'), alarms: [{ factor: '101', value: '1.1', over: true }] },
    { flag: 1 },
  ],
  [
    '2005 C 11, alarm records',
    '2071',
    'DataTime=20040506111000;101-Ala=1.1',
    { alarms: [{ factor: '101', value: '1.1' }] },
    { flag: 0 },
  ],
])('%s', (_clause, cn, cp, expected, options = {}) => {
  expect(readMessage(packet(cn, cp, options))).toMatchObject(expected);
});

test.each([
  ['readings', '2011', 'DataTime=20160801085857;w01018-Rtd=1'],
  ['a request', '1061', ''],
  ['a reply', '9011', 'QnRtn=1'],
  ['a command of no edition', '9021', ''],
])('%s are no message', (_name, cn, cp) => {
  expect(readMessage(packet(cn, cp))).toBeUndefined();
});

test.each<[string, string, string, string, string]>([
  ['a time that does not exist', '1011', 'SystemTime=20160230000000', 'BAD_DATATIME', 'SystemTime'],
  ['no time', '2081', 'RestartTime=20160801085624', 'NO_DATATIME', 'DataTime'],
  ['an interval that is none', '1061', 'RtdInterval=soon', 'BAD_VALUE', 'RtdInterval'],
  ['a huge interval', '1061', 'RtdInterval=1e300', 'BAD_VALUE', 'RtdInterval'],
  ['no bottle', '3015', 'DataTime=20160801085857;VaseNo=', 'NO_VALUES', 'VaseNo'],
  ['information without any', '3020', 'DataTime=20160801085857;PolId=w01018', 'NO_VALUES', 'CP'],
  ['a result that is neither', '2062', 'DataTime=20160801085857;w01018-ResultType=2', 'BAD_VALUE', 'w01018-ResultType'],
  ['no serial', '3019', 'PolId=w01018;w01018-SN=', 'NO_VALUES', 'CP'],
  ['an alarm of nothing', '2072', 'AlarmTime=20040506111000;AlarmType=1', 'NO_VALUES', 'CP'],
])('%s is refused and the item named', (_name, cn, cp, code, field) => {
  try {
    readMessage(packet(cn, cp));
  } catch (error) {
    expect(error).toBeInstanceOf(Hj212Error);
    expect(error).toMatchObject({ code, field });
    return;
  }
  throw new Error('accepted');
});

describe('2025: readings of a moment', () => {
  test.each([
    [
      'raw data of a periodic analyser',
      '2013',
      '32',
      'w01018-SampleTime=20240601080109,w01018-CompleteTime=20240601084200,w01018-SampleType=1,w01018-Avg=17.5,w01018-Flag=N',
      'Avg',
      '17.5',
    ],
    ['one noise measurement', '2052', '23', 'Leq-Data=50.1', 'Data', '50.1'],
    ['five-minute mean of furnace temperature', '2111', '31', 'a01901-Avg=868', 'Avg', '868'],
    ['electricity of a production facility', '2011', '44', 'd20105-Rtd=220.1,d20105-Flag=N', 'Rtd', '220.1'],
    ['a mark of production conditions is no number', '2011', '45', 'p99101-Rtd=St', 'State', 'St'],
  ])('%s', (_name, cn, st, items, field, value) => {
    const upload = readUpload(packet(cn, `DataTime=20240601084500;${items}`, { st, flag: 9 }));
    expect(upload).toMatchObject({ kind: 'realtime', dataTime: at('2024-06-01T08:45:00') });
    expect(upload.factors[0]?.fields).toContainEqual([field, value]);
  });

  test('only a code of production conditions has marks', () => {
    expect(() => readUpload(packet('2011', 'DataTime=20240601084500;w01018-Rtd=St'))).toThrow('w01018-Rtd');
    expect(() => readUpload(packet('2011', 'DataTime=20240601084500;p99101-Rtd=1.2.3'))).toThrow('p99101-Rtd');
  });
});

describe('2025 C.2: a logger without an MN', () => {
  const segment =
    'QN=20240601085857223;ST=32;CN=1001;PW=123456;MN=;Flag=9;CP=&&i23005-Info=6970000000001ABCDEFG1234;i23006-Info=A8&&';
  test('is known by its serial, and answered without one', () => {
    const unnamed = parseSegment(segment);
    expect(unnamed).toMatchObject({ mn: '6970000000001ABCDEFG1234', unnamed: true });
    expect(replyToNotice(unnamed)?.toString()).toContain('ST=91;CN=9013;PW=123456;MN=;Flag=8;CP=&&&&');
    expect(replyToUpload(unnamed)).toBeNull();
  });
  test('no other command may come without one', () => {
    expect(() => parseSegment(segment.replace('1001', '9015'))).toThrow('MN is missing');
    expect(() => parseSegment(segment.replace('i23005', 'i23004'))).toThrow('MN is missing');
  });
});
