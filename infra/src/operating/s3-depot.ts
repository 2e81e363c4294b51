import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { OperatorError } from '../operator-error';
import { BACKUP_NAME, type Depot, MANIFEST } from './depot';

/** Of an object that is sent in parts: 10,000 of these make 320 GB. */
const PART_BYTES = 32 * 1024 * 1024;

/**
 * Backups in a bucket of an S3-compatible store: `<prefix><name>/<file>`. There is no renaming there; a backup is whole once its
 * manifest is there, which is written last and removed first.
 * @throws OperatorError naming a setting that is missing
 */
export async function s3Depot(environment: NodeJS.ProcessEnv): Promise<Depot> {
  const bucket = need(environment, 'BACKUP_S3_BUCKET');
  const credentialsFile = need(environment, 'BACKUP_S3_CREDENTIALS_FILE');
  const credentials = JSON.parse(readFileSync(credentialsFile, 'utf8')) as {
    accessKeyId: string;
    secretAccessKey: string;
  };
  const root = environment.BACKUP_S3_PREFIX ? `${environment.BACKUP_S3_PREFIX.replace(/\/+$/, '')}/` : '';
  const sdk = await import('@aws-sdk/client-s3');
  const client: S3Client = new sdk.S3Client({
    region: environment.BACKUP_S3_REGION || 'us-east-1',
    credentials,
    forcePathStyle: environment.BACKUP_S3_PATH_STYLE !== 'false',
    ...(environment.BACKUP_S3_ENDPOINT ? { endpoint: environment.BACKUP_S3_ENDPOINT } : {}),
    // Our own hashes guard the content; other makers' servers don't know all of Amazon's.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const key = (backup: string, file: string) => `${root}${backup}/${file}`;

  async function objects(prefix: string): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    let token: string | undefined;
    do {
      const page = await client.send(
        new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key = '', Size = 0 } of page.Contents ?? []) found.set(Key.slice(prefix.length), Size);
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  /** Of every backup whether it has a manifest. */
  async function backups(): Promise<Map<string, boolean>> {
    const whole = new Map<string, boolean>();
    for (const file of (await objects(root)).keys()) {
      const [name = '', ...rest] = file.split('/');
      if (BACKUP_NAME.test(name)) whole.set(name, whole.get(name) === true || rest.join('/') === MANIFEST);
    }
    return whole;
  }

  const named = async (wanted: boolean) =>
    [...(await backups())].flatMap(([name, whole]) => (whole === wanted ? [name] : [])).sort();

  return {
    place: `s3://${bucket}/${root}`,
    names: () => named(true),
    broken: () => named(false),
    async write(backup, file, content: Readable) {
      const { Upload } = await import('@aws-sdk/lib-storage');
      const params = { Bucket: bucket, Key: key(backup, file), Body: content };
      await new Upload({ client, params, partSize: PART_BYTES, queueSize: 2 }).done();
    },
    finish: async () => {},
    async read(backup, file) {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key(backup, file) }));
      return Body as Readable;
    },
    files: (backup) => objects(key(backup, '')),
    async remove(backup) {
      const files = [...(await objects(key(backup, ''))).keys()];
      const ordered = [...files.filter((file) => file === MANIFEST), ...files.filter((file) => file !== MANIFEST)];
      for (const file of ordered) {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key(backup, file) }));
      }
    },
  };
}

function need(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new OperatorError(`${name} is missing: backups in S3 need it`);
  return value;
}
