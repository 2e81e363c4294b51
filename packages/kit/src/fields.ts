import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Encryption of single fields: personal data, device passwords (design.md 6). */
export interface FieldCipher {
  /** AES-256-GCM under the current key; the result names the key. The same text never gives the same result twice. */
  encrypt(plain: string): string;
  /** @throws Error when the key is unknown or the text was changed */
  decrypt(text: string): string;
  /** A keyed hash by which an encrypted field is searched. */
  blindIndex(plain: string): string;
}

interface KeyFile {
  current: string;
  keys: Record<string, string>;
  indexKey: string;
}

export function loadFieldCipher(file: string): FieldCipher {
  const { current, keys, indexKey } = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  const bytes = new Map(Object.entries(keys).map(([id, key]) => [id, Buffer.from(key, 'base64')]));
  for (const [id, key] of bytes) {
    if (key.length !== 32) throw new Error(`field key ${id}: expected 32 bytes, got ${key.length}`);
  }
  const keyOf = (id: string): Buffer => {
    const key = bytes.get(id);
    if (!key) throw new Error(`field key ${id} is not in the key file`);
    return key;
  };
  keyOf(current);
  const index = Buffer.from(indexKey, 'base64');
  return {
    encrypt(plain) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyOf(current), iv);
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${current}:${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`;
    },
    decrypt(text) {
      const colon = text.indexOf(':');
      const data = Buffer.from(text.slice(colon + 1), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', keyOf(text.slice(0, colon)), data.subarray(0, 12));
      decipher.setAuthTag(data.subarray(12, 28));
      return Buffer.concat([decipher.update(data.subarray(28)), decipher.final()]).toString('utf8');
    },
    blindIndex: (plain) => createHmac('sha256', index).update(plain).digest('base64url'),
  };
}
