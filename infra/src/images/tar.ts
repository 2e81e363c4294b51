import { createReadStream } from 'node:fs';
import { contentOf, type Entry, sizeOf } from './entry';

const BLOCK = 512;
/** Larger files are streamed. */
const WHOLE_BYTES = 1 << 20;
/** Eleven octal digits of a header. */
const MOST_BYTES = 8 ** 11 - 1;

/**
 * A tar (POSIX ustar; longer or other than ASCII names by a pax record) of entries in the order given. Times are 0, so that the same content
 * makes the same bytes.
 * @throws Error when a file changes while it is read
 */
export async function* tarOf(entries: Iterable<Entry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    const size = sizeOf(entry);
    if (size > MOST_BYTES) throw new Error(`${entry.path} is larger than a tar's header can say`);
    const head = headOf(entry, size);
    if (size > WHOLE_BYTES && entry.content !== 'folder' && 'file' in entry.content) {
      yield head;
      let read = 0;
      for await (const chunk of createReadStream(entry.content.file, { highWaterMark: WHOLE_BYTES })) {
        read += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
      checkRead(entry, size, read);
      yield padding(size);
    } else {
      const content = contentOf(entry);
      checkRead(entry, size, content.length);
      yield Buffer.concat([head, content, padding(size)]);
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

function checkRead({ path }: Entry, expected: number, read: number): void {
  if (read !== expected) throw new Error(`${path} changed while it was read: ${expected} bytes, then ${read}`);
}

function headOf(entry: Entry, size: number): Buffer {
  const folder = entry.content === 'folder';
  const path = folder ? `${entry.path}/` : entry.path;
  const mode = entry.mode & 0o7777;
  const fields = { mode, owner: entry.owner ?? 0, size, type: folder ? '5' : '0' };
  const split = splitName(path);
  if (split) return header({ ...split, ...fields });
  const record = paxRecord('path', path);
  return Buffer.concat([
    header({ name: 'pax', prefix: '', mode: 0o644, owner: 0, size: record.length, type: 'x' }),
    record,
    padding(record.length),
    header({ name: 'see-pax', prefix: '', ...fields }),
  ]);
}

/** The name in a header's two fields (100 and 155 bytes, cut at a slash); undefined where it does not fit. */
function splitName(path: string): { name: string; prefix: string } | undefined {
  if (!/^[\x20-\x7e]*$/.test(path)) return undefined;
  if (path.length <= 100) return { name: path, prefix: '' };
  const cut = path.indexOf('/', path.length - 101);
  if (cut < 1 || cut > 155 || cut === path.length - 1) return undefined;
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}

/** `<length> key=value\n`, the length counting itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

interface HeaderFields {
  name: string;
  prefix: string;
  mode: number;
  owner: number;
  size: number;
  /** 0 a file, 5 a folder, x a pax record for the next entry. */
  type: string;
}

function header({ name, prefix, mode, owner, size, type }: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  block.write(name, 0, 100, 'latin1');
  octal(mode, 100, 7);
  octal(owner, 108, 7);
  octal(owner, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  // The sum is taken with its own field as spaces.
  block.fill(' ', 148, 156);
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345, 155, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
