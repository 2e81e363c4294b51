import { FrameCutter } from './frame-cutter';
import { parseSegment } from './packet';
import { replyToNotice, replyToUpload } from './replies';

const MN17 = '010000A8900016F000169DC0';
const D = 'CP=&&DataTime=20160801080000;w01018-Avg=1&&';

/** The segment of a reply, taken out of the frame by the cutter. */
function segmentOf(frame: Buffer | null): string | null {
  const [result] = frame ? new FrameCutter().push(frame) : [];
  return result?.type === 'frame' ? result.segment.toString() : null;
}
const answer = (segment: string) => segmentOf(replyToUpload(parseSegment(segment)));
const notice = (segment: string) => segmentOf(replyToNotice(parseSegment(segment)));

test.each([
  [
    '2017 annex C.17',
    `QN=20160801090000001;ST=32;CN=2061;PW=123456;MN=${MN17};Flag=5;${D}`,
    `QN=20160801090000001;ST=91;CN=9014;PW=123456;MN=${MN17};Flag=4;CP=&&&&`,
  ],
  [
    '2017 annex C.50, split',
    `QN=20160801085857535;ST=32;CN=2061;PW=123456;MN=${MN17};Flag=7;PNUM=2;PNO=2;${D}`,
    `QN=20160801085857535;ST=91;CN=9014;PW=123456;MN=${MN17};Flag=4;CP=&&&&`,
  ],
  [
    '2025',
    `QN=20240601085857223;ST=32;CN=2011;PW=123456;MN=${MN17};Flag=9;${D}`,
    `QN=20240601085857223;ST=91;CN=9014;PW=123456;MN=${MN17};Flag=8;CP=&&&&`,
  ],
  [
    'surface-water station',
    `QN=20240601085857223;ST=21;CN=2011;PW=123456;MN=A110000_0001;Flag=9;${D}`,
    'QN=20240601085857223;ST=91;CN=9014;PW=123456;MN=A110000_0001;Flag=8;CP=&&&&',
  ],
  [
    '2005 annex C 6: QN and CN inside CP, no PW, no MN',
    `QN=20040516010101001;ST=32;CN=2051;PW=123456;MN=88888880000001;Flag=1;${D}`,
    'ST=91;CN=9014;CP=&&QN=20040516010101001;CN=2051&&',
  ],
  [
    '2005 annex C 6, split',
    `QN=20040516010101001;ST=32;CN=2051;PW=123456;MN=88888880000001;Flag=3;PNUM=1;PNO=1;${D}`,
    'ST=91;CN=9014;CP=&&QN=20040516010101001;CN=2051;PNO=1;PNUM=1&&',
  ],
  ['2005 without QN', `ST=32;CN=2051;MN=1;Flag=1;${D}`, 'ST=91;CN=9014;CP=&&CN=2051&&'],
  ['2017 without QN and PW', `ST=32;CN=2051;MN=1;Flag=5;${D}`, 'ST=91;CN=9014;MN=1;Flag=4;CP=&&&&'],
  [
    '2081, no readings but an upload',
    'QN=1;ST=21;CN=2081;PW=1;MN=1;Flag=5;CP=&&DataTime=20210409163942;RestartTime=20210409163942&&',
    'QN=1;ST=91;CN=9014;PW=1;MN=1;Flag=4;CP=&&&&',
  ],
])('9014: %s', (_name, segment, expected) => {
  expect(answer(segment)).toBe(expected);
  expect(notice(segment)).toBeNull();
});

test.each([
  ['no answer wanted', `QN=1;ST=32;CN=2011;MN=1;Flag=4;${D}`],
  ['no Flag', `QN=1;ST=32;CN=2011;MN=1;${D}`],
  ['90xx with the answer bit set', 'QN=1;ST=21;CN=9014;MN=1;Flag=5;CP=&&&&'],
  ['9012 with the answer bit set', 'QN=1;ST=21;CN=9012;MN=1;Flag=5;CP=&&ExeRtn=1&&'],
  ['9021, in no edition', 'QN=1;ST=21;CN=9021;MN=1;Flag=5;CP=&&&&'],
  ['a request', 'QN=1;ST=21;CN=1011;MN=1;Flag=5;CP=&&PolId=w01018&&'],
  ['a setting', 'QN=1;ST=32;CN=1062;MN=1;Flag=5;CP=&&RtdInterval=30&&'],
])('nothing: %s', (_name, segment) => {
  expect(answer(segment)).toBeNull();
  expect(notice(segment)).toBeNull();
});

test.each([
  [
    '2017: 1013',
    `QN=20160801085857223;ST=32;CN=1013;PW=123456;MN=${MN17};Flag=5;CP=&&PolId=w01018&&`,
    `QN=20160801085857223;ST=91;CN=9013;PW=123456;MN=${MN17};Flag=4;CP=&&&&`,
  ],
  [
    '2025: 9015 heart-beat',
    `QN=20240601085857223;ST=32;CN=9015;PW=123456;MN=${MN17};Flag=9;CP=&&&&`,
    `QN=20240601085857223;ST=91;CN=9013;PW=123456;MN=${MN17};Flag=8;CP=&&&&`,
  ],
  [
    '2005 annex C 10: 2072 alarm',
    'QN=20040516010101001;ST=32;CN=2072;PW=123456;MN=88888880000001;Flag=1;CP=&&AlarmTime=20040516010101;101-Ala=1.1;AlarmType=1&&',
    'ST=91;CN=9013;PW=123456;MN=88888880000001;Flag=0;CP=&&QN=20040516010101001&&',
  ],
])('9013: %s', (_name, segment, expected) => {
  expect(notice(segment)).toBe(expected);
  expect(answer(segment)).toBeNull();
});

test('an answer to the longest head let in still fits a frame', () => {
  const long = 'x'.repeat(64);
  expect(replyToUpload(parseSegment(`QN=${long};CN=2011;PW=${long};MN=${'m'.repeat(32)};Flag=5;${D}`))).not.toBeNull();
});
