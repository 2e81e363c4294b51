import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError, invalid } from '@greenwatch/kit';
import type { FastifyRequest } from 'fastify';

/** 26,000 permits are some 20 MiB; what a service reads it limits itself, too. */
export const SHEET_LIMIT = 50 * 1024 * 1024;
/** With what multipart puts around it. */
export const UPLOAD_LIMIT = SHEET_LIMIT + 64 * 1024;
/** A sheet over a slow line. */
const SHEET_TIMEOUT_MS = 240_000;

/**
 * Passes the one file part `sheet` of a request on as it comes.
 * @throws DomainError 413 TOO_LARGE, 422 where there is no such part, and what the receiver throws
 */
export async function receiveSheet<T>(
  request: FastifyRequest,
  pass: (filename: string, content: Readable, timeoutMs: number) => Promise<T>,
): Promise<T> {
  const tooLarge = () => new DomainError('TOO_LARGE', `A sheet may have at most ${SHEET_LIMIT} bytes.`, 413);
  // Who says beforehand how much it is need not send it.
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMIT) throw tooLarge();
  const part = await request.file({ limits: { files: 1, fields: 0, fileSize: SHEET_LIMIT } });
  if (part?.fieldname !== 'sheet') throw invalid('body.sheet', 'is required: one file part of this name');
  // busboy only cuts the file off at the limit: half a sheet must fail on the way, not be read.
  const content = new Transform({
    transform: (chunk, _, done) => done(null, chunk),
    flush: (done) => done(part.file.truncated ? tooLarge() : null),
  });
  const [result] = await Promise.all([
    pass(part.filename.slice(0, 200) || 'sheet', content, SHEET_TIMEOUT_MS),
    pipeline(part.file, content),
  ]).catch((error) => {
    throw part.file.truncated ? tooLarge() : error;
  });
  return result;
}
