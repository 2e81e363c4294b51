import { randomInt, timingSafeEqual } from 'node:crypto';
import { dayOf, type FieldCipher } from '@greenwatch/kit';

/** Characters that are not mistaken for each other when copied by hand (Crockford). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

/** A number to follow a complaint by: `TS`, the day, eight random digits; how many complaints there are shows in none. */
export const newNumber = (now: number) => `TS${dayOf(now)}-${String(randomInt(1e8)).padStart(8, '0')}`;

/**
 * The secret code of a complaint: 50 bits made from the client's own id by a key of this system. The same request sent
 * again gets the same code, and yet only its hash is kept.
 */
export function secretFor(cipher: FieldCipher, clientId: string): string {
  const bytes = Buffer.from(cipher.blindIndex(`complaint-secret:${clientId}`), 'base64url');
  return Array.from(bytes.subarray(0, LENGTH), (byte) => ALPHABET[byte & 31]).join('');
}

/** What a person types, in the form in which it was shown. */
export const typed = (secret: string) =>
  secret.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

/** What is kept of a secret: nobody makes the secret from it. */
export const hashOf = (cipher: FieldCipher, number: string, secret: string) =>
  cipher.blindIndex(`complaint:${number}:${secret}`);

/** Compares two hashes in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
