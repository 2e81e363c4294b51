import fc from 'fast-check';
import { encodeFields } from './field-text';
import { Hj212Error } from './hj212-error';
import { parseSegment } from './packet';
import { readUpload } from './upload';
import { readUploadText } from './upload-text';

const T = 'DataTime=20160801084000;';
const packet = (cp: string, cn = '2011') => parseSegment(`ST=32;CN=${cn};MN=1;Flag=5;CP=&&${cp}&&`);

/** What the general reader makes of it, or the code and item of its refusal. */
function slowly(cp: string, cn?: string) {
  try {
    const { kind, dataTime, factors } = readUpload(packet(cp, cn));
    return { kind, dataTime, fields: encodeFields(factors) };
  } catch (error) {
    if (!(error instanceof Hj212Error)) throw error;
    return { code: error.code, field: error.field, message: error.message };
  }
}
function quickly(text: string, cn?: string) {
  const { cp, ...rest } = packet(text, cn);
  try {
    const { at, ...upload } = readUploadText({ ...rest, cp });
    if (at !== undefined) expect(cp.slice(at, at + upload.fields.length)).toBe(upload.fields);
    return upload;
  } catch (error) {
    if (!(error instanceof Hj212Error)) throw error;
    return { code: error.code, field: error.field, message: error.message };
  }
}

test('annex C.16: the text of a plain packet is a piece of its data area', () => {
  const text = 'w00000-Cou=10.5,w00000-Min=16.4,w00000-Flag=N;w01001-Avg=-7.5,w01001-Flag=N';
  expect(quickly(T + text, '2051')).toEqual({
    kind: 'minute',
    dataTime: Date.parse('2016-08-01T00:40:00Z'),
    fields: text,
  });
});

test.each([
  ['a separator at the end', `${T}w00000-Rtd=1;`],
  ['a 2005 code, renamed', `${T}011-Rtd=1.5,011-Flag=N`],
  ['groups joined by semicolons only', `${T}w00000-Rtd=1;w00000-Flag=N`],
  ['a code in two places', `${T}w00000-Rtd=1;w01001-Rtd=2;w00000-Flag=N`],
  ['one field twice with one value', `${T}w00000-Rtd=1,w00000-Rtd=1`],
  ['one field twice with two values', `${T}w00000-Rtd=1,w00000-Rtd=2`],
  ['converted values', `${T}a21026-Rtd=1,a21026-ZsRtd=2,a21026-Flag=N`],
  ['DataTime in the end', 'w00000-Rtd=1;DataTime=20160801084000'],
  ['DataTime of 17 digits', 'DataTime=20160801084000123;w00000-Rtd=1'],
  ['a DataTime that does not exist', 'DataTime=20160231084000;w00000-Rtd=1'],
  ['DataTime twice', `${T}w00000-Rtd=1;DataTime=20160801084001`],
  ['no DataTime', 'w00000-Rtd=1'],
  ['nothing behind DataTime', T],
  ['an exponent', `${T}w00000-Rtd=1E-05`],
  ['sixteen digits', `${T}w00000-Rtd=1234567890123456`],
  ['a point without digits', `${T}w00000-Rtd=1.`],
  ['NaN', `${T}w00000-Rtd=NaN`],
  ['an empty number with a fault', `${T}w00000-Rtd=,w00000-Flag=D`],
  ['an empty number with N', `${T}w00000-Rtd=,w00000-Flag=N`],
  ['an empty flag', `${T}w00000-Rtd=1,w00000-Flag=`],
  ['blanks', `${T}w00000-Rtd= 1 ,w00000-Flag=N`],
  ['a plain item', `${T}PolId=w00000;w00000-Rtd=1`],
  ['an upper-case code', `${T}W00000-Rtd=1`],
  ['a hyphen in the code', `${T}w0-000-Rtd=1`],
  ['a longer flag', `${T}w00000-Rtd=1,w00000-EFlag=A01`],
  ['a facility', `${T}SB1-RS=1`],
])('the same as the general reader: %s', (_name, cp) => {
  expect(quickly(cp)).toEqual(slowly(cp));
});

test('the same as the general reader on whatever is put together from its pieces', () => {
  const piece = fc.constantFrom(
    ...'w00000 w01001 a21026 011 SB1 - = , ; Rtd Avg Flag ZsRtd Cou N D 1 0 .5 12.30 -3 +3 1e3 DataTime=20160801084000 //'.split(
      ' ',
    ),
    ' ',
    '',
  );
  const group = fc
    .tuple(fc.constantFrom('w00000', 'w01001', 'a34013', '011'), fc.constantFrom('Rtd', 'Avg', 'Flag', 'ZsMax'), piece)
    .map(([code, field, value]) => `${code}-${field}=${value}`);
  const text = fc
    .array(fc.oneof(piece, group, fc.constantFrom(',', ';')), { maxLength: 12 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (rest) => {
      expect(quickly(T + rest)).toEqual(slowly(T + rest));
    }),
    { numRuns: 3_000 },
  );
});
