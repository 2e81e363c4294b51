import { Hj212Error } from './hj212-error';
import { editionOf, parseSegment } from './packet';

function failure(segment: string): [string, string, string] {
  try {
    parseSegment(segment);
  } catch (error) {
    if (error instanceof Hj212Error) return [error.code, error.field, error.message];
    throw error;
  }
  throw new Error(`accepted: ${segment}`);
}

test('2017 annex C.17: all fields', () => {
  const segment =
    'QN=20160801090000001;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=7;PNUM=2;PNO=1;RF=1;CP=&&DataTime=20160801080000;w00000-Cou=63.0&&';
  const expected = {
    qn: '20160801090000001',
    st: '32',
    cn: '2061',
    pw: '123456',
    mn: '010000A8900016F000169DC0',
    flag: 7,
    edition: '2017',
    wantsAnswer: true,
    pnum: 2,
    pno: 1,
    resend: true,
    cp: 'DataTime=20160801080000;w00000-Cou=63.0',
  };
  expect(parseSegment(segment)).toEqual(expected);
  expect(parseSegment(Buffer.from(segment))).toEqual({ ...expected, cpAt: segment.indexOf('CP=&&') + 5 });
});

test('2005 annex C 6: another order, no Flag', () => {
  const packet = parseSegment(
    'ST=32;CN=2051;QN=20040516010101001;PW=123456;MN=88888880000001;PNO=0001;PNUM=01;CP=&&DataTime=20040516021000;B01-Cou=200&&',
  );
  expect(packet).toMatchObject({
    qn: '20040516010101001',
    flag: 0,
    edition: '2005',
    wantsAnswer: false,
    pno: 1,
    pnum: 1,
  });
  expect(packet.resend).toBe(false);
});

test.each([
  ['only what must be there', 'CN=2011;MN=a;CP=&&&&', { cn: '2011', mn: 'a', cp: '' }],
  [
    'empty fields are absent',
    'QN=;ST=;CN=2011;PW=;MN=a;Flag=;PNUM=;CP=&&&&',
    { qn: undefined, pw: undefined, flag: 0, pnum: undefined },
  ],
  [
    'blanks (2017 C.43)',
    ' ST = 32 ;CN=3020; MN=a_1 ; Flag=5; CP = && x=1 &&',
    { st: '32', mn: 'a_1', flag: 5, cp: ' x=1 ' },
  ],
  ['no ; before CP (2017 C.19)', 'CN=2041;MN=a;Flag=5CP=&&x=1&&', { flag: 5, cp: 'x=1' }],
  ['PW of 24 characters', 'CN=2061;PW=BF470F88957588DE902D1A52;MN=a;CP=&&&&', { pw: 'BF470F88957588DE902D1A52' }],
  ['MN of 32 characters', `CN=2011;MN=${'a'.repeat(32)};CP=&&&&`, { mn: 'a'.repeat(32) }],
  ['three digits of ST, unknown fields', 'ST=101;CN=2011;MN=a;XX=1;YY;CP=&&&&', { st: '101' }],
  ['PNO before PNUM', 'CN=2051;MN=a;PNO=0002;PNUM=0002;CP=&&&&', { pno: 2, pnum: 2 }],
  ['&& inside the data area', 'CN=3020;MN=a;CP=&&x=//a&&b//&&', { cp: 'x=//a&&b//' }],
  ['a blank after the closing &&', 'CN=2011;MN=a;CP=&&x=1&& ;', { cp: 'x=1' }],
  ['the same field twice, alike', 'CN=2011;MN=a;MN=a;CP=&&&&', { mn: 'a' }],
])('6.3.2, tolerant: %s', (_name, segment, expected) => {
  expect(parseSegment(segment)).toMatchObject(expected);
  expect(parseSegment(Buffer.from(segment))).toMatchObject(expected);
});

test('Chinese text is UTF-8', () => {
  expect(parseSegment(Buffer.from('CN=3020;MN=a;CP=&&i11001-Info=//清洗管路//&&')).cp).toBe('i11001-Info=//清洗管路//');
});

test.each([
  ['no MN', 'CN=2011;CP=&&&&', 'NO_MN', 'MN'],
  ['empty MN', 'CN=2011;MN= ;CP=&&&&', 'NO_MN', 'MN'],
  ['MN of 33 characters', `CN=2011;MN=${'a'.repeat(33)};CP=&&&&`, 'BAD_FIELD', 'MN'],
  ['a control character in MN', 'CN=2011;MN=a\x01b;CP=&&&&', 'BAD_FIELD', 'MN'],
  ['a blank in MN', 'CN=2011;MN=a b;CP=&&&&', 'BAD_FIELD', 'MN'],
  ['Chinese in PW', 'CN=2011;MN=a;PW=密;CP=&&&&', 'BAD_FIELD', 'PW'],
  ['QN of 65 characters', `QN=${'1'.repeat(65)};CN=2011;MN=a;CP=&&&&`, 'BAD_FIELD', 'QN'],
  ['two different MN', 'CN=2011;MN=a;MN=b;CP=&&&&', 'BAD_FIELD', 'MN'],
  ['no CN', 'MN=a;CP=&&&&', 'NO_CN', 'CN'],
  ['CN of letters', 'CN=20x1;MN=a;CP=&&&&', 'BAD_FIELD', 'CN'],
  ['CN of five digits', 'CN=20111;MN=a;CP=&&&&', 'BAD_FIELD', 'CN'],
  ['no CP', 'CN=2011;MN=a', 'NO_CP', 'CP'],
  ['nothing', '', 'NO_CP', 'CP'],
  ['CP without &&', 'CN=2011;MN=a;CP=x=1', 'BAD_FIELD', 'CP'],
  ['CP not closed', 'CN=2011;MN=a;CP=&&x=1', 'BAD_FIELD', 'CP'],
  ['CP closed by one &', 'CN=2011;MN=a;CP=&&&', 'BAD_FIELD', 'CP'],
  ['something after CP', 'CN=2011;MN=a;CP=&&x=1&&zz', 'BAD_FIELD', 'CP'],
  ['Flag of 256', 'CN=2011;MN=a;Flag=256;CP=&&&&', 'BAD_FIELD', 'Flag'],
  ['a negative Flag', 'CN=2011;MN=a;Flag=-1;CP=&&&&', 'BAD_FIELD', 'Flag'],
  ['PNO of letters', 'CN=2011;MN=a;PNO=x;CP=&&&&', 'BAD_FIELD', 'PNO'],
  ['PNUM of five digits', 'CN=2011;MN=a;PNUM=00001;CP=&&&&', 'BAD_FIELD', 'PNUM'],
])('6.3.2: %s is refused and the field named', (_name, segment, code, field) => {
  const [actualCode, actualField, message] = failure(segment);
  expect([actualCode, actualField]).toEqual([code, field]);
  expect(message).toContain(field);
  expect(message).toContain('expected');
});

test.each([
  [0, '32', '2005'],
  [3, '32', '2005'],
  [4, '32', '2017'],
  [7, undefined, '2017'],
  [8, '31', '2025'],
  [11, undefined, '2025'],
  [9, '21', 'unknown'],
  [12, '32', 'unknown'],
  [255, '32', 'unknown'],
] as const)('table 3, version bits: Flag=%i under ST=%s is %s', (flag, st, edition) => {
  expect(editionOf({ flag, st })).toBe(edition);
});
