import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ProcessSpec } from '../managed-process';
import { obtainServer } from './obtain';

export interface RcloneOptions {
  /** Its folders are the buckets. */
  folder: string;
  logFile: string;
  pidFile?: string;
  port: number;
  accessKeyId: string;
  secretAccessKey: string;
  environment: NodeJS.ProcessEnv;
}

/** `rclone serve s3` over a folder: a server that speaks S3, for tests. Ready when it answers. */
export async function rcloneS3Spec(options: RcloneOptions): Promise<ProcessSpec> {
  const { folder, port, accessKeyId, secretAccessKey } = options;
  mkdirSync(folder, { recursive: true });
  return {
    name: 'rclone',
    command: await obtainServer('rclone'),
    args: [...['serve', 's3', '--addr', `127.0.0.1:${port}`, '--config', path.join(folder, '.no-config'), folder]],
    // By environment, since a command line can be read by everybody on the machine. It is read as a line of CSV.
    environment: { ...options.environment, RCLONE_AUTH_KEY: `"${accessKeyId},${secretAccessKey}"` },
    logFile: path.resolve(options.logFile),
    pidFile: options.pidFile,
    // Any answer will do: without a signature it is a refusal.
    probe: async () => {
      await fetch(`http://127.0.0.1:${port}/`);
    },
    readyWithinMs: 30_000,
    stopWithinMs: 3_000,
  };
}
