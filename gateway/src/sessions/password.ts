import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** argon2id (the library's default) in PHC form with a random salt. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

let nobody: Promise<string> | undefined;

/** Takes as long for an account that does not exist, so that the time tells nobody which names do. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword(randomBytes(16).toString('hex'));
  const matches = await verify(stored ?? (await nobody), password);
  return stored !== undefined && matches;
}

/** 16 characters without those that look alike: 93 bits. */
export function oneTimePassword(): string {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';
  let password = '';
  while (password.length < 16) {
    // 224 = 4 × 56: bytes above would favour the first letters.
    for (const byte of randomBytes(32)) {
      if (byte < 224 && password.length < 16) password += alphabet[byte % alphabet.length];
    }
  }
  return password;
}
