import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadFieldCipher } from './fields';

describe('field encryption', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-fields-'));
  const file = path.join(folder, 'keys.json');
  const key = () => randomBytes(32).toString('base64');
  const keys = { current: 'k1', keys: { k1: key() } as Record<string, string>, indexKey: key() };
  writeFileSync(file, JSON.stringify(keys));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives back what was encrypted, also under the key before', () => {
    const text = loadFieldCipher(file).encrypt('13800138000');
    expect(text).toMatch(/^k1:/);
    expect(text).not.toContain('13800138000');
    writeFileSync(file, JSON.stringify({ ...keys, current: 'k2', keys: { ...keys.keys, k2: key() } }));
    const rotated = loadFieldCipher(file);
    expect(rotated.decrypt(text)).toBe('13800138000');
    expect(rotated.encrypt('x')).toMatch(/^k2:/);
  });

  it('never looks the same twice, but is found by its index', () => {
    const cipher = loadFieldCipher(file);
    expect(cipher.encrypt('a')).not.toBe(cipher.encrypt('a'));
    expect(cipher.blindIndex('a')).toBe(cipher.blindIndex('a'));
    expect(cipher.blindIndex('a')).not.toBe(cipher.blindIndex('b'));
  });

  it('refuses a text that was changed, and an unknown key', () => {
    const cipher = loadFieldCipher(file);
    const text = cipher.encrypt('123456');
    const last = text.at(-5) === 'A' ? 'B' : 'A';
    expect(() => cipher.decrypt(`${text.slice(0, -5)}${last}${text.slice(-4)}`)).toThrow();
    expect(() => cipher.decrypt(text.replace(/^k\d/, 'k9'))).toThrow(/k9/);
  });

  it('refuses a key of another length', () => {
    writeFileSync(file, JSON.stringify({ current: 'k1', keys: { k1: 'c2hvcnQ=' }, indexKey: key() }));
    expect(() => loadFieldCipher(file)).toThrow(/expected 32 bytes/);
  });
});
