import fc from 'fast-check';
import { decodeFields, encodeFields } from './field-text';
import { parseSegment } from './packet';
import { type FactorReading, readUpload } from './upload';

test('the canonical text', () => {
  const factors: FactorReading[] = [
    {
      factor: 'w01018',
      original: '011',
      fields: [
        ['Rtd', '231.0'],
        ['Flag', 'N'],
      ],
    },
    { factor: 'SB1', original: undefined, fields: [['RS', '1']] },
  ];
  expect(encodeFields(factors)).toBe('w01018-@=011,w01018-Rtd=231.0,w01018-Flag=N;SB1-RS=1');
  expect(decodeFields(encodeFields(factors))).toEqual(factors);
});

test('no readings are the empty text', () => {
  expect(encodeFields([])).toBe('');
  expect(decodeFields('')).toEqual([]);
});

const code = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,8}$/);
const field = fc.oneof(
  fc.constantFrom('Rtd', 'Avg', 'ZsRtd', 'Flag', 'Info', 'RS', 'Rtx', 'AvG'),
  fc.stringMatching(/^[A-Za-z0-9_]{1,6}$/),
);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.stringMatching(/^[^\s,;/][^,;]{0,5}[^\s,;]$/),
  fc
    .stringMatching(/^[a;,=/-]{0,8}$/)
    .filter((text) => !/\/\/[,;]/.test(`${text}//`))
    .map((text) => `//${text}//`),
);
const reading = fc.record({
  factor: code,
  original: fc.option(fc.stringMatching(/^[A-Z0-9]{2,3}$/), { nil: undefined }),
  fields: fc.uniqueArray(fc.tuple(field, value), { minLength: 1, maxLength: 6, selector: ([name]) => name }),
});

test('decode is the inverse of encode', () => {
  fc.assert(
    fc.property(fc.uniqueArray(reading, { maxLength: 6, selector: (r) => r.factor }), (factors) => {
      expect(decodeFields(encodeFields(factors))).toEqual(factors);
    }),
    { numRuns: 1000 },
  );
});

test('whatever readUpload accepts can be encoded and comes back the same', () => {
  const item = fc
    .tuple(
      fc.constantFrom('a1', 'a2', '011', 'w01018'),
      fc.constantFrom('Rtd', 'Flag', 'Info', 'x'),
      fc.stringMatching(/^[ N1.,;/=&-]{0,6}$/),
    )
    .map(([c, f, v]) => `${c}-${f}=${v}`);
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), fc.constantFrom(',', ';'), (items, separator) => {
      let factors: FactorReading[];
      try {
        factors = readUpload(
          parseSegment(`ST=32;CN=2011;MN=1;CP=&&DataTime=20160801084000;${items.join(separator)}&&`),
        ).factors;
      } catch {
        return;
      }
      accepted++;
      expect(decodeFields(encodeFields(factors))).toEqual(factors);
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test.each<[string, FactorReading]>([
  ['a separator in a value', { factor: 'a', fields: [['Rtd', '1,2']] }],
  ['a blank before a value', { factor: 'a', fields: [['Rtd', ' 1']] }],
  ['log text that closes early', { factor: 'a', fields: [['Info', '//a//;b//']] }],
  ['log text not closed', { factor: 'a', fields: [['Info', '//a']] }],
  ['a hyphen in a field', { factor: 'a', fields: [['R-d', '1']] }],
  ['= in a code', { factor: 'a=', fields: [['Rtd', '1']] }],
  ['an empty code', { factor: '', fields: [['Rtd', '1']] }],
  ['the name of the old code', { factor: 'a', fields: [['@', '1']] }],
  ['no fields', { factor: 'a', fields: [] }],
])('%s cannot be written', (_name, bad) => {
  expect(() => encodeFields([bad])).toThrow(RangeError);
});
