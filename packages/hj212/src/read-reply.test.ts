import { parseSegment } from './packet';
import { answeredQn, readReply } from './read-reply';

const reply = (segment: string) => readReply(parseSegment(segment));
const head = (cn: string, st = '91', flag = 4) => `QN=20160801085857223;ST=${st};CN=${cn};PW=123456;MN=1;Flag=${flag}`;

test.each([
  [
    '2017 C.43',
    `${head('9011')};CP=&&QnRtn=1&&`,
    { type: 'accepted', code: 1, ok: true, meaningEn: 'ready to execute' },
  ],
  ['2017 table 7: 3', `${head('9011')};CP=&&QnRtn=3&&`, { type: 'accepted', code: 3, ok: false, meaningZh: 'PW 错误' }],
  ['2017 table 7: 9', `${head('9011')};CP=&&QnRtn=9&&`, { code: 9, meaningEn: 'wrong CRC' }],
  ['surface water: 9 is busy', `${head('9011', '21', 8)};CP=&&QnRtn=9&&`, { code: 9, meaningEn: 'busy' }],
  ['a code of no table', `${head('9011')};CP=&&QnRtn=42&&`, { code: 42, ok: false, meaningEn: 'code 42' }],
  ['2017 table 6: 1', `${head('9012')};CP=&&ExeRtn=1&&`, { type: 'executed', code: 1, ok: true }],
  ['2017 table 6: 100', `${head('9012')};CP=&&ExeRtn=100&&`, { code: 100, ok: false, meaningZh: '没有数据' }],
  ['9013', `${head('9013')};CP=&&&&`, { type: 'notice' }],
  ['9014', `${head('9014', '21', 5)};CP=&&&&`, { type: 'data' }],
])('%s', (_clause, segment, expected) => {
  expect(reply(segment)).toMatchObject({ qn: '20160801085857223', ...expected });
});

test.each([
  ['9011', 'ST=91;CN=9011;PW=123456;MN=88888880000001;Flag=0;CP=&&QN=20040516010101001;QnRtn=1&&', 'accepted'],
  ['9012', 'ST=91;CN=9012;PW=123456;MN=88888880000001;CP=&&QN=20040516010101001;ExeRtn=1&&', 'executed'],
  ['9013', 'ST=91;CN=9013;PW=123456;MN=88888880000001;CP=&&QN=20040516010101001&&', 'notice'],
])('HJ/T 212-2005 annex C, %s: the QN stands inside CP', (_cn, segment, type) => {
  expect(reply(segment)).toMatchObject({ type, qn: '20040516010101001' });
});

test('the answer to a request of 2005 names it inside CP, that of 2017 by its own QN', () => {
  const old = 'ST=32;CN=1061;PW=123456;MN=1;CP=&&QN=20040516010101001;RtdInterval=30&&';
  expect(answeredQn(parseSegment(old))).toBe('20040516010101001');
  expect(answeredQn(parseSegment(`${head('1061', '32')};CP=&&RtdInterval=30&&`))).toBe('20160801085857223');
});

test('a reply without a QN is read', () => {
  expect(reply('ST=91;CN=9011;MN=1;CP=&&QnRtn=1&&')).toMatchObject({ qn: undefined, ok: true });
});

test('no reply', () => {
  expect(reply(`${head('2011', '32')};CP=&&DataTime=20160801085857&&`)).toBeUndefined();
});

test.each(['', 'QnRtn=', 'QnRtn=x', 'QnRtn=-1', 'QnRtn=12345', 'ExeRtn=1'])('a 9011 with CP %j is refused', (cp) => {
  expect(() => reply(`${head('9011')};CP=&&${cp}&&`)).toThrow('expected a code of up to 4 digits');
});
