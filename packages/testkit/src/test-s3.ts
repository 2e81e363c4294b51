import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { choosePort, ManagedProcess, rcloneS3Spec } from '@greenwatch/infra';
import { reaper } from './reaper';

/** A server that speaks S3, of one test file. */
export interface TestS3 {
  endpoint: string;
  /** Is there, and empty. */
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** JSON with the two. */
  credentialsFile: string;
  /** Where the objects of the bucket lie as files, by their key. */
  folder: string;
  /** kill -9; stays dead until `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Starts `rclone serve s3`: call in `beforeAll`, and `kill` in `afterAll`. It ends with Jest in any case. */
export async function testS3(): Promise<TestS3> {
  const place = reaper.temporaryFolder('s3');
  const buckets = path.join(place, 'buckets');
  const port = await choosePort();
  const accessKeyId = randomBytes(8).toString('hex');
  const secretAccessKey = randomBytes(16).toString('hex');
  const bucket = 'cold';
  const folder = path.join(buckets, bucket);
  mkdirSync(folder, { recursive: true });
  const credentialsFile = path.join(place, 'credentials.json');
  writeFileSync(credentialsFile, JSON.stringify({ accessKeyId, secretAccessKey }), { mode: 0o600 });
  const server = new ManagedProcess(
    await rcloneS3Spec({
      folder: buckets,
      port,
      accessKeyId,
      secretAccessKey,
      logFile: path.join(place, 'rclone.log'),
      pidFile: path.join(place, 'run', 'rclone.pid'),
      environment: process.env,
    }),
    false,
  );
  await server.start();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    accessKeyId,
    secretAccessKey,
    credentialsFile,
    folder,
    kill: () => server.stop('SIGKILL'),
    start: () => server.start(),
  };
}
