import { randomInt } from 'node:crypto';
import type { OldPasswordDoc } from './registry.model';

/** Without 0, O, 1, I and l, which are read wrongly off a screen; HJ 212 table 3 has 6 of 0-9, a-z, A-Z. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LENGTH = 6;
/** More passwords good at a time than anybody can mean. */
const MOST_OLD = 5;

/** A new password for a device. */
export function newPassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/**
 * The passwords that are good beside a new one. All that are still good stay so until their own time: what a device really
 * uses may be older than the one that is replaced, which perhaps nobody has entered yet.
 * @param keepMs how long the replaced one stays good; 0: no old one does, for it is in wrong hands
 * @returns undefined when too many are good already
 */
export function oldPasswordsAfter(
  { passwordEncrypted, oldPasswords = [] }: { passwordEncrypted?: string; oldPasswords?: readonly OldPasswordDoc[] },
  keepMs: number,
  now: number,
): OldPasswordDoc[] | undefined {
  if (keepMs === 0 || passwordEncrypted === undefined) return [];
  const good = oldPasswords.filter(({ validTo }) => validTo > now);
  if (good.length >= MOST_OLD) return undefined;
  return [...good, { encrypted: passwordEncrypted, validTo: now + keepMs }];
}
