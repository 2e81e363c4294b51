import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import { ObjectId } from 'mongodb';
import { type BlobStore, Digest } from './blobs';
import { notFound } from './errors';

/** Where an S3-compatible store is, and who we are to it. */
export interface S3Settings {
  /** Absent: Amazon's of the region. */
  endpoint?: string;
  region: string;
  bucket: string;
  /** `endpoint/bucket/key`, as most servers but Amazon's want it; else the bucket is a part of the host's name. */
  pathStyle: boolean;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

export interface S3Blobs extends BlobStore {
  /**
   * Asks whether the bucket is there for us.
   * @returns the setting that the server's answer speaks against; undefined: all is well. Rejects where nobody answers
   */
  fault(): Promise<{ setting: 'bucket' | 'credentials' | 'region'; says: string } | undefined>;
}

const CONNECT_WITHIN_MS = 5_000;
/** A server that sends nothing for so long has failed. */
const SILENT_MS = 60_000;
/** Pages of 1,000 objects that one sweep looks at. */
const SWEPT_PAGES = 10;

/**
 * Blobs in a bucket of an S3-compatible store: `<name>/<24 hex digits>` (also the blob's id) with the content and
 * `<id>.json` with what is known of it. S3 wants metadata before the content, whose hash is known after it; so, as in a
 * folder, a blob is there when its description is. Large contents go up in parts, which are aborted when it breaks off.
 * The SDK is loaded when it is first needed: it takes some 10 MB.
 */
export function s3Blobs(settings: S3Settings): S3Blobs {
  const { bucket: Bucket } = settings;
  let opened: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | undefined;
  const open = async () => {
    const sdk = await import('@aws-sdk/client-s3');
    const { endpoint, region, pathStyle, credentials } = settings;
    const client = new sdk.S3Client({
      region,
      credentials,
      forcePathStyle: pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      // The blob's own hash guards it; other makers' servers don't know all of Amazon's.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_WITHIN_MS, socketTimeout: SILENT_MS },
    });
    return { sdk, client };
  };
  const s3 = () => {
    opened ??= open();
    return opened;
  };

  async function read(id: string, key = id): Promise<Readable> {
    const { sdk, client } = await s3();
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: key }));
      return Body as Readable;
    } catch (error) {
      if (statusOf(error) === 404) throw notFound('blob', id);
      throw error;
    }
  }

  async function describe(id: string): Promise<Description> {
    // An id is never a key of somebody's choice.
    if (!ID.test(id)) throw notFound('blob', id);
    return JSON.parse((await buffer(await read(id, `${id}.json`))).toString()) as Description;
  }

  async function remove(key: string): Promise<void> {
    const { sdk, client } = await s3();
    await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: key }));
  }

  /** Contents in the order of their keys, page by page. A description follows its content at once. */
  async function* pages(prefix: string, after?: string): AsyncGenerator<StoredContent[]> {
    const { sdk, client } = await s3();
    let open: StoredContent | undefined;
    let token: string | undefined;
    do {
      const found = await client.send(
        new sdk.ListObjectsV2Command({ Bucket, Prefix: prefix, StartAfter: after, ContinuationToken: token }),
      );
      const page: StoredContent[] = [];
      for (const { Key = '', LastModified } of found.Contents ?? []) {
        if (open && Key === `${open.id}.json`) open.described = true;
        if (open) page.push(open);
        open = ID.test(Key) ? { id: Key, storedAt: LastModified?.getTime() ?? 0, described: false } : undefined;
      }
      token = found.IsTruncated ? found.NextContinuationToken : undefined;
      if (open && token === undefined) page.push(open);
      yield page;
    } while (token !== undefined);
  }

  async function abortUploads(before: number): Promise<number> {
    const { sdk, client } = await s3();
    // Some servers say 404 where there never was one.
    const { Uploads = [] } = await client
      .send(new sdk.ListMultipartUploadsCommand({ Bucket }))
      .catch((error) => (statusOf(error) === 404 ? { Uploads: [] } : Promise.reject(error)));
    const old = Uploads.filter(({ Key = '', Initiated }) => ID.test(Key) && (Initiated?.getTime() ?? before) < before);
    for (const { Key, UploadId } of old) {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
    return old.length;
  }

  let swept: string | undefined;
  return {
    async fault() {
      const { sdk, client } = await s3();
      try {
        await client.send(new sdk.HeadBucketCommand({ Bucket }));
        return undefined;
      } catch (error) {
        const status = statusOf(error);
        if (status === undefined || status >= 500) throw error;
        const setting = status === 404 ? 'bucket' : status === 301 || status === 400 ? 'region' : 'credentials';
        return { setting, says: `${status} ${(error as Error).name}` };
      }
    },

    async put(content, { contentType, name = '' }) {
      const { sdk, client } = await s3();
      const { Upload } = await import('@aws-sdk/lib-storage');
      const id = `${name === '' ? '' : `${keyOf(name)}/`}${new ObjectId().toHexString()}`;
      const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
      const digest = new Digest();
      // Whichever of the two breaks off takes the other with it; what for, the upload says.
      pipeline(source, digest, () => {});
      try {
        const params = { Bucket, Key: id, Body: digest, ContentType: contentType };
        await new Upload({ client, params }).done();
      } catch (error) {
        digest.destroy();
        throw error;
      }
      const { sha256, passed: size } = digest;
      const described: Description = { sha256, size, contentType };
      const Body = JSON.stringify(described);
      const description = { Bucket, Key: `${id}.json`, Body, ContentType: 'application/json' };
      await client.send(new sdk.PutObjectCommand(description)).catch(async (error) => {
        await remove(id).catch(() => {});
        throw error;
      });
      return { id, ...described };
    },

    async get(id) {
      const described = await describe(id);
      const content = new Digest(described);
      const source = await read(id);
      source.on('error', (error) => content.destroy(error));
      content.on('close', () => source.destroy());
      return { blob: { id, ...described }, content: source.pipe(content) };
    },

    async delete(id) {
      await describe(id);
      await remove(`${id}.json`);
      await remove(id);
    },

    async *named(prefix) {
      for await (const page of pages(keyOf(prefix))) {
        for (const { id, storedAt, described } of page) {
          if (described) yield { id, name: decodeURIComponent(id.slice(0, -25)), storedAt };
        }
      }
    },

    async sweep(before) {
      let gone = await abortUploads(before);
      let left = SWEPT_PAGES;
      let last: string | undefined;
      for await (const page of pages('', swept)) {
        for (const { id, storedAt, described } of page) {
          last = id;
          if (described || storedAt >= before) continue;
          await remove(id);
          gone++;
        }
        if (--left === 0) break;
      }
      swept = left === 0 ? last : undefined;
      return gone;
    },
  };
}

interface Description {
  sha256: string;
  size: number;
  contentType: string;
}

interface StoredContent {
  id: string;
  storedAt: number;
  described: boolean;
}

/** As `keyOf` makes them: no part of it is empty or begins with a point. */
const ID = /^(?:[^./][^/]*\/)*[0-9a-f]{24}$/;

/** A name as it stands in a key: a part of the name gives a part of the key, and nothing in it climbs or vanishes as a path. */
function keyOf(name: string): string {
  return name.replace(/(?<=^|\/)[./]|[^A-Za-z0-9_/.=-]/gu, (character) =>
    character === '.' ? '%2E' : encodeURIComponent(character),
  );
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
