import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { Sm4 } from './sm4';

const KEY = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');

test('GB/T 32907-2016 annex A.1: one block', () => {
  const block = Buffer.from(KEY);
  const cipher = new Sm4(KEY);
  cipher.encrypt(block);
  expect(block.toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  cipher.decrypt(block);
  expect(block).toEqual(KEY);
});

test('GB/T 32907-2016 annex A.2: the same block a million times over', () => {
  const block = Buffer.from(KEY);
  const cipher = new Sm4(KEY);
  for (let times = 0; times < 1_000_000; times++) cipher.encrypt(block);
  expect(block.toString('hex')).toBe('595298c7c6fd271f0402f804c33d3f66');
});

test('a key has 16 bytes', () => {
  expect(() => new Sm4(Buffer.alloc(15))).toThrow('an SM4 key has 16 bytes, got 15');
});

test('what is left over after whole blocks, and what lies outside the range, stays', () => {
  const bytes = Buffer.alloc(40, 'x');
  new Sm4(KEY).encrypt(bytes, 3, 30);
  expect(bytes.subarray(0, 3).toString()).toBe('xxx');
  expect(bytes.subarray(3, 19).toString()).not.toBe('x'.repeat(16));
  expect(bytes.subarray(19).toString()).toBe('x'.repeat(21));
});

test('as OpenSSL does it, for any key and text', () => {
  const bytes = (min: number, max: number) =>
    fc.uint8Array({ minLength: min, maxLength: max }).map((b) => Buffer.from(b));
  fc.assert(
    fc.property(bytes(16, 16), bytes(0, 200), (key, text) => {
      const whole = text.subarray(0, text.length - (text.length % 16));
      const openssl = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
      const ours = Buffer.from(text);
      new Sm4(key).encrypt(ours);
      expect(ours).toEqual(Buffer.concat([openssl.update(whole), openssl.final(), text.subarray(whole.length)]));
      new Sm4(key).decrypt(ours);
      expect(ours).toEqual(text);
    }),
  );
});
