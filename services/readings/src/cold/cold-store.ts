import { readFileSync } from 'node:fs';
import { type BlobStore, ConfigError, folderBlobs, type Logger, type S3Blobs, s3Blobs } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';

/** Where cold months go: the service's own blob store, a folder, or a bucket of an S3-compatible store. */
export const coldStoreSettings = {
  COLD_FOLDER: Type.Optional(
    Type.String({ minLength: 1, description: 'folder of cold storage; absent: the blob store of the service' }),
  ),
  COLD_S3_BUCKET: Type.Optional(
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$', description: 'bucket of cold storage, instead' }),
  ),
  COLD_S3_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+/?$',
      description: 'http(s)://host[:port]; absent: Amazon S3 of the region',
    }),
  ),
  COLD_S3_REGION: Type.String({ pattern: '^[a-z0-9-]+$', default: 'us-east-1' }),
  COLD_S3_PATH_STYLE: Type.Boolean({
    default: true,
    description: 'endpoint/bucket/key; false: the bucket is a part of the host name',
  }),
  COLD_S3_CREDENTIALS_FILE: Type.Optional(
    Type.String({ minLength: 1, description: 'JSON {accessKeyId, secretAccessKey, sessionToken?}' }),
  ),
};
const Settings = Type.Object(coldStoreSettings);

export interface ColdStore {
  blobs: BlobStore;
  /**
   * Asks S3 once whether it takes us. A store that is away stops nothing: recent readings need none of it.
   * @throws ConfigError naming the setting that is wrong
   */
  check(log: Pick<Logger, 'warn'>): Promise<void>;
}

/**
 * The store that the settings choose.
 * @param own the service's
 * @throws ConfigError naming a setting that is missing or wrong
 */
export function coldStore(settings: Static<typeof Settings>, own: BlobStore): ColdStore {
  const { COLD_FOLDER: folder, COLD_S3_BUCKET: bucket } = settings;
  if (bucket === undefined) {
    for (const name of ['COLD_S3_ENDPOINT', 'COLD_S3_CREDENTIALS_FILE'] as const) {
      if (settings[name] !== undefined) throw new ConfigError(`COLD_S3_BUCKET must be set, since ${name} is`);
    }
    return { blobs: folder === undefined ? own : folderBlobs(folder), check: async () => {} };
  }
  if (folder !== undefined) throw new ConfigError('COLD_FOLDER must not be set, since COLD_S3_BUCKET is');
  const endpoint = settings.COLD_S3_ENDPOINT;
  const blobs = s3Blobs({
    ...(endpoint === undefined ? {} : { endpoint }),
    region: settings.COLD_S3_REGION,
    bucket,
    pathStyle: settings.COLD_S3_PATH_STYLE,
    credentials: readCredentials(settings.COLD_S3_CREDENTIALS_FILE),
  });
  return { blobs, check: (log) => checkS3(blobs, log) };
}

const SETTING_OF = {
  bucket: 'COLD_S3_BUCKET',
  credentials: 'COLD_S3_CREDENTIALS_FILE',
  region: 'COLD_S3_REGION',
} as const;

async function checkS3(blobs: S3Blobs, log: Pick<Logger, 'warn'>): Promise<void> {
  const fault = await blobs.fault().catch((error: unknown) => {
    log.warn({ err: error }, 'cold storage (S3) does not answer; going on, it is asked again when it is needed');
    return undefined;
  });
  if (fault) throw new ConfigError(`${SETTING_OF[fault.setting]} is not what the S3 store takes: ${fault.says}`);
}

function readCredentials(file: string | undefined): Parameters<typeof s3Blobs>[0]['credentials'] {
  const NAME = 'COLD_S3_CREDENTIALS_FILE';
  if (file === undefined) throw new ConfigError(`${NAME} must be set, since COLD_S3_BUCKET is`);
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is not JSON';
    throw new ConfigError(`${NAME} cannot be read: ${reason}`);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = (read ?? {}) as Record<string, unknown>;
  if (!isText(accessKeyId)) throw new ConfigError(`${NAME} must have a text accessKeyId`);
  if (!isText(secretAccessKey)) throw new ConfigError(`${NAME} must have a text secretAccessKey`);
  if (sessionToken !== undefined && !isText(sessionToken)) {
    throw new ConfigError(`${NAME} must have a text sessionToken, or none`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
