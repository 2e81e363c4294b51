import { jsonText, readJson } from './json-field';

it.each([
  ['{"crc": "modbus"}', { dialect: { crc: 'modbus' } }],
  ['', {}],
  ['  \n', {}],
  [undefined, {}],
  ['{"crc": }', { wrong: true }],
  ['[1]', { wrong: true }],
  ['null', { wrong: true }],
  ['3', { wrong: true }],
])('%j is read as %j', (text, expected) => expect(readJson(text, 'dialect')).toEqual(expected));

it('what was written is read back', () => {
  const value = { codes: { SO2: 'a21026' } };
  expect(readJson(jsonText(value))).toEqual({ value });
  expect(jsonText(undefined)).toBeUndefined();
});
