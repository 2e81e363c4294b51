import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DomainError } from '@greenwatch/kit';
import { formatOf, SheetRefused } from './read-sheet';

/** An uploaded sheet: its bytes, what they are, and their digest. */
export interface ReceivedSheet {
  bytes: Buffer;
  format: 'csv' | 'xlsx';
  contentType: string;
  sha256: string;
}

/**
 * Takes an upload in; one that is too large is given up as soon as it is.
 * @throws DomainError 413 TOO_LARGE; 415 UNSUPPORTED_SHEET
 */
export async function receiveSheet(stream: Readable, most: number): Promise<ReceivedSheet> {
  const bytes = await atMost(stream, most);
  const format = formatOfUpload(bytes);
  return {
    bytes,
    format,
    contentType: format === 'csv' ? 'text/csv' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

async function atMost(stream: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > most) {
      stream.destroy();
      throw new DomainError('TOO_LARGE', `file expected at most ${Math.floor(most / 1_048_576)} MB`, 413, {
        errors: [{ field: 'file', expected: `at most ${most} bytes` }],
      });
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function formatOfUpload(bytes: Buffer): 'csv' | 'xlsx' {
  try {
    return formatOf(bytes);
  } catch (error) {
    if (!(error instanceof SheetRefused)) throw error;
    throw new DomainError('UNSUPPORTED_SHEET', `file ${error.message}`, 415, {
      errors: [{ field: 'file', expected: error.message }],
    });
  }
}
