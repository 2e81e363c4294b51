import fc from 'fast-check';
import { crc16 } from './crc16';

/** The C code of HJ 212-2017 annex A, word for word. */
function asPrinted(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc = (crc >> 8) ^ byte;
    for (let bit = 0; bit < 8; bit++) {
      const lsb = crc & 1;
      crc >>= 1;
      if (lsb) crc ^= 0xa001;
    }
  }
  return crc;
}

test.each([
  ['nothing', '', 0xffff],
  ['one zero byte', '\0', 0x4040],
  [
    'HJ 212-2017 annex A',
    'QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&',
    0x1c80,
  ],
  [
    'HJ 212-2025 annex A.1',
    'QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&',
    0x2200,
  ],
])('vector: %s', (_name, text, crc) => {
  expect(crc16(Buffer.from(text))).toBe(crc);
});

test('the table form equals the printed bit loop for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc16(bytes)).toBe(asPrinted(bytes));
    }),
  );
});

test('reckons a part of a buffer', () => {
  const bytes = Buffer.from('xx0123456789yy');
  expect(crc16(bytes, 2, 12)).toBe(asPrinted(Buffer.from('0123456789')));
  expect(crc16(bytes, 5, 5)).toBe(0xffff);
});
