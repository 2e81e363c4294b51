import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BlobStore } from '@greenwatch/kit';
import { coldStore } from './cold-store';

const folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: unknown) => {
  const place = path.join(folder, name);
  writeFileSync(place, typeof content === 'string' ? content : JSON.stringify(content));
  return place;
};
const own = {} as BlobStore;
const none = { COLD_S3_REGION: 'us-east-1', COLD_S3_PATH_STYLE: true };
const right = file('right', { accessKeyId: 'a', secretAccessKey: 'b' });
const s3 = { ...none, COLD_S3_BUCKET: 'cold', COLD_S3_CREDENTIALS_FILE: right };

test("issue 5, cold storage: the service's own blob store, a folder, or S3", () => {
  expect(coldStore(none, own).blobs).toBe(own);
  expect(coldStore({ ...none, COLD_FOLDER: folder }, own).blobs).not.toBe(own);
  expect(coldStore(s3, own).blobs).toHaveProperty('fault');
});

test.each<[string, Parameters<typeof coldStore>[0], string]>([
  ['folder and bucket', { ...s3, COLD_FOLDER: folder }, 'COLD_FOLDER must not be set'],
  ['no bucket', { ...none, COLD_S3_ENDPOINT: 'http://h' }, 'COLD_S3_BUCKET must be set'],
  ['no key', { ...none, COLD_S3_BUCKET: 'cold' }, 'COLD_S3_CREDENTIALS_FILE must be set'],
  [
    'no file',
    { ...s3, COLD_S3_CREDENTIALS_FILE: path.join(folder, 'nowhere') },
    'CREDENTIALS_FILE cannot be read: ENOENT',
  ],
  [
    'no JSON',
    { ...s3, COLD_S3_CREDENTIALS_FILE: file('text', 'a:b') },
    'CREDENTIALS_FILE cannot be read: it is not JSON',
  ],
  ['no id', { ...s3, COLD_S3_CREDENTIALS_FILE: file('id', { secretAccessKey: 'b' }) }, 'must have a text accessKeyId'],
  ['no secret', { ...s3, COLD_S3_CREDENTIALS_FILE: file('secret', { accessKeyId: 'a' }) }, 'a text secretAccessKey'],
])('a wrong setting stops the start and is named: %s', (_, settings, says) => {
  expect(() => coldStore(settings, own)).toThrow(
    expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(says) }),
  );
});
