import { parseSegment } from '@greenwatch/hj212';
import { keptMessage } from './kept-message';

const NOW = Date.UTC(2026, 10, 22, 4); // 12:00 in UTC+8
const at = (text: string) => Date.parse(`${text}+08:00`);
const packet = (cn: string, cp: string, qn = '20261122115900000') =>
  parseSegment(`QN=${qn};ST=32;CN=${cn};PW=123456;MN=M1;Flag=5;CP=&&${cp}&&`);
const tooLate = (time: number) => (time > NOW + 3_600_000 ? 'DataTime lies ahead' : undefined);
const kept = (cn: string, cp: string, qn?: string) => {
  const found = keptMessage(packet(cn, cp, qn), NOW, tooLate);
  return found && { time: found.time, ...(JSON.parse(found.text) as object) };
};
const T = 'DataTime=20261122115800';

test.each<[string, string, string, object]>([
  [
    'HJ 212-2025, 2062: automatic standard check',
    '2062',
    `${T};w01018-Check=49.2,w01018-StandardValue=50,w01018-ResultType=1`,
    { type: 'standard-check', checks: [{ factor: 'w01018', measured: '49.2', standard: '50', passed: true }] },
  ],
  [
    '2017 C.40: log text',
    '3020',
    `${T};PolId=w01018;i11001-Info=//清洗管路//`,
    { type: 'log', polId: 'w01018', text: '清洗管路' },
  ],
  [
    '2017 C.43: state',
    '3020',
    `${T};PolId=w01018;i12001-Info=1`,
    { type: 'information', polId: 'w01018', values: [{ id: 'i12001', value: '1' }] },
  ],
  ['2017 C.34: sample kept', '3015', `${T};VaseNo=3`, { type: 'sample-kept', bottle: '3', values: [] }],
  ['2017 C.24: restarted', '2081', `${T};RestartTime=20261122115700`, { restartedAt: '2026-11-22T03:57:00.000Z' }],
])('%s is kept with the time of which it speaks', (_, cn, cp, said) => {
  expect(kept(cn, cp)).toMatchObject({ time: at('2026-11-22T11:58:00'), cn, ...said });
});

test.each<[string, string, string, object]>([
  [
    '2017 C.38: identity of an analyser',
    '3019',
    'PolId=w01018;w01018-SN=010000A8900016F000169DC0',
    { type: 'identity', serials: [{ factor: 'w01018', serial: '010000A8900016F000169DC0' }] },
  ],
  [
    'HJ 212-2025, 1001: hardware',
    '1001',
    'i23005-Info=L1,i23006-Info=C1;i23007-Info=AA',
    {
      type: 'hardware',
      values: [
        { id: 'i23005', value: 'L1' },
        { id: 'i23006', value: 'C1' },
        { id: 'i23007', value: 'AA' },
      ],
    },
  ],
  ['2017 C.5: interval', '1061', 'RtdInterval=30', { type: 'setting', values: [{ id: 'RtdInterval', value: '30' }] }],
])('%s names no time: that of sending (QN), so that what is sent again is the same', (_, cn, cp, said) => {
  expect(kept(cn, cp)).toMatchObject({ time: at('2026-11-22T11:59:00'), ...said });
  expect(kept(cn, cp, '1')).toMatchObject({ time: NOW, ...said });
  // A clock that is a year ahead says nothing of when.
  expect(kept(cn, cp, '20271122115900000')).toMatchObject({ time: NOW });
});

test.each([
  ['its clock (1011)', '1011', 'SystemTime=20261122115900'],
  ['that it wants the time (1013)', '1013', 'PolId=w01018'],
  ['a heart-beat (9015)', '9015', ''],
  ['that it wants a key (1014)', '1014', 'SKCreateTime=20261122115900'],
])('%s is not kept', (_, cn, cp) => {
  expect(kept(cn, cp)).toBeUndefined();
});

test.each([
  ['no time', '3020', 'i12001-Info=1', /DataTime/],
  ['a date that does not exist', '3020', 'DataTime=20260230000000;i12001-Info=1', /day 30/],
  ['a time far ahead', '3020', 'DataTime=20270101000000;i12001-Info=1', /ahead/],
  ['no value', '2062', T, /no value/],
])('what cannot be read is kept as that, with the reason: %s', (_, cn, cp, reason) => {
  expect(kept(cn, cp)).toMatchObject({ time: NOW, type: 'unreadable', cn, text: expect.stringMatching(reason) });
});
