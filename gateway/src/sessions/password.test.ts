import { hashPassword, oneTimePassword, verifyPassword } from './password';

test('argon2id with the parameters of OWASP, and a salt of its own each time', async () => {
  const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(first).not.toBe(second);
});

test('only the right password of an account that exists is let in', async () => {
  const stored = await hashPassword('correct horse');
  expect(await verifyPassword(stored, 'correct horse')).toBe(true);
  expect(await verifyPassword(stored, 'Correct horse')).toBe(false);
  expect(await verifyPassword(undefined, 'correct horse')).toBe(false);
});

test('a one-time password is long, readable and never the same', () => {
  const passwords = Array.from({ length: 200 }, oneTimePassword);
  for (const password of passwords) expect(password).toMatch(/^[A-HJ-NP-Za-km-np-z2-9]{16}$/);
  expect(new Set(passwords).size).toBe(200);
});
