import { kindOfCommand, kindOfPacket } from './commands';
import { parseSegment } from './packet';

test.each([
  ['upload', '2011 2051 2061 2031 2021 2041 2081 1011 3015 3019 3020 2013 2062 2111'],
  ['notice', '1013 1014 1001 9015 2072'],
  ['reply', '9011 9012 9013 9014'],
  ['request', '1000 1012 1062 1072 3011 3012 3021'],
  ['unknown', '9021 9051 9010 4000 0000'],
])('2017 table 9: %s: %s', (kind, list) => {
  expect(list.split(' ').map(kindOfCommand)).toEqual(list.split(' ').map(() => kind));
});

test.each([
  ['realtime data', '2011', 'DataTime=20160801085857;w01001-Rtd=7.1', 'upload'],
  ['C.12 request to start', '2021', '', 'request'],
  ['C.21 request for history', '2061', 'BeginTime=20160801080000;EndTime=20160801080000', 'request'],
  ['1011 asks', '1011', 'PolId=w01018', 'request'],
  ['1011 tells', '1011', 'PolId=w01018;SystemTime=20210409161954', 'upload'],
  ['1011 of 2005 tells, QN in CP', '1011', 'QN=20040516010101001;SystemTime=20040516010101', 'upload'],
  [
    'C.41 asks for the log',
    '3020',
    'PolId=w01018;InfoId=i11001;BeginTime=20160801010522,EndTime=20160801085857',
    'request',
  ],
  ['C.40 the log', '3020', 'DataTime=20100301145000;PolId=w01018;i11001-Info=//清洗管路//', 'upload'],
  ['C.38 asks for the serial number', '3019', 'PolId=w01018', 'request'],
  ['the serial number', '3019', 'PolId=w01018;w01018-SN=010000A8900016F000169DC0', 'upload'],
  ['2005 over-limit time', '1001', 'WarnTime=5', 'request'],
  ['2025 serial numbers', '1001', 'i23005-Info=6970000000001ABCDEFG1234', 'notice'],
  ['2025 asks for a new key', '1014', 'SKCreateTime=20240601085857', 'notice'],
  ['2025 sets a new key', '1014', 'SKCreateTime=20240601085857,NewSK=0000000000000000', 'request'],
  ['an answer', '9014', '', 'reply'],
])('%s: CN %s with %j is %s', (_name, cn, cp, kind) => {
  expect(kindOfPacket(parseSegment(`ST=32;CN=${cn};MN=1;CP=&&${cp}&&`))).toBe(kind);
});
