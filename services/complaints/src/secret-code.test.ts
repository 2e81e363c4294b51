import { createHmac } from 'node:crypto';
import type { FieldCipher } from '@greenwatch/kit';
import { hashOf, newNumber, sameHash, secretFor, typed } from './secret-code';

const cipher: FieldCipher = {
  encrypt: (plain) => plain,
  decrypt: (text) => text,
  blindIndex: (plain) => createHmac('sha256', 'key').update(plain).digest('base64url'),
};
it('the same client id gets the same secret, another one another; ten characters that can be copied by hand', () => {
  expect(secretFor(cipher, 'a')).toBe(secretFor(cipher, 'a'));
  expect(secretFor(cipher, 'a')).not.toBe(secretFor(cipher, 'b'));
  expect(secretFor(cipher, 'a')).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
});
it('the number names the day in UTC+8', () => {
  expect(newNumber(Date.parse('2026-11-22T23:30:00+08:00'))).toMatch(/^TS20261122-\d{8}$/);
});
it.each([
  ['small letters, spaces, hyphens', ' ab12-cd34 ef ', 'AB12CD34EF'],
  ['what looks alike', 'OIl0', '0110'],
])('typed: %s', (_, text, expected) => {
  expect(typed(text)).toBe(expected);
});
it('hashes differ by number and by secret, and are compared whole', () => {
  const hash = hashOf(cipher, 'TS1', 'AAAA');
  expect(sameHash(hash, hashOf(cipher, 'TS1', 'AAAA'))).toBe(true);
  expect(sameHash(hash, hashOf(cipher, 'TS2', 'AAAA'))).toBe(false);
  expect(sameHash(hash, hashOf(cipher, 'TS1', 'AAAB'))).toBe(false);
  expect(sameHash(hash, hash.slice(1))).toBe(false);
});
