import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import '@fastify/multipart';
import { DomainError, invalid } from '@greenwatch/kit';
import type { FastifyRequest } from 'fastify';

/** A slow phone on a slow line takes its time. */
export const PHOTO_TIMEOUT_MS = 120_000;

interface Received<T extends string> {
  /** The bytes; fails when they are more than allowed. */
  content: Readable;
  contentType: T;
  filename: string;
  /** Text fields that came before the file. */
  field(name: string): string;
}

/**
 * Takes the one file part (`photo`, or another `name`) of a multipart request and hands it on as it comes, without keeping it.
 * @throws DomainError 400 naming the part, 413 above `limit` bytes, 415 for another type than `types`
 */
export async function receivePhoto<T extends string, R>(
  request: FastifyRequest,
  {
    types,
    limit,
    fields = 0,
    name = 'photo',
  }: { types: readonly T[]; limit: number; fields?: number; name?: 'photo' | 'voucher' },
  send: (photo: Received<T>) => Promise<R>,
): Promise<R> {
  const wrong = (reason: string, expected: string, status: 413 | 415) =>
    new DomainError(reason, `${name} ${expected}`, status, { errors: [{ field: `body.${name}`, expected }] });
  const tooLarge = () => wrong('TOO_LARGE', `may have at most ${limit} bytes`, 413);
  const part = await request.file({ limits: { files: 1, fields, fieldSize: 200, fileSize: limit } });
  if (part?.fieldname !== name) throw invalid(`body.${name}`, 'is required: one file part of this name');
  const contentType = types.find((type) => type === part.mimetype);
  if (!contentType) {
    part.file.resume();
    throw wrong('UNSUPPORTED_MEDIA_TYPE', `must be ${types.join(' or ')}`, 415);
  }
  // busboy only cuts the file off at the limit: a photo cut in half must fail on the way, not be stored.
  const content = new Transform({
    transform: (chunk, _, done) => done(null, chunk),
    flush: (done) => done(part.file.truncated ? tooLarge() : null),
  });
  const field = (name: string): string => {
    const value = part.fields[name];
    const one = Array.isArray(value) ? value[0] : value;
    return one?.type === 'field' && typeof one.value === 'string' ? one.value : '';
  };
  const [answer] = await Promise.all([
    send({ content, contentType, filename: part.filename.slice(0, 200), field }),
    pipeline(part.file, content),
  ]).catch((error) => {
    throw part.file.truncated ? tooLarge() : error;
  });
  return answer;
}
