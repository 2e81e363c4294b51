import { createInflateRaw } from 'node:zlib';

const DIRECTORY_END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const MOST_ENTRIES = 1_000;

/**
 * What is wrong with a workbook's package, or undefined. It is unpacked once, entry by entry, without keeping anything:
 * what the directory says of sizes is only a claim, and a bomb of 42 kB can hold petabytes.
 */
export async function checkZip(bytes: Buffer, mostUnpacked: number): Promise<string | undefined> {
  const entries = directory(bytes);
  if (!entries) return 'the file is not a complete .xlsx';
  const names = new Set(entries.map(({ name }) => name));
  if (!names.has('xl/workbook.xml')) return 'expected an .xlsx workbook, got another packed file';
  if ([...names].some((name) => /vbaProject|\.bin$/i.test(name))) {
    return 'expected a workbook without macros: save it as .xlsx';
  }
  let left = mostUnpacked;
  for (const { method, data } of entries) {
    if (method === 'encrypted') return 'expected a workbook without password';
    if (method === 'other') return 'the file is not a complete .xlsx';
    const size = method === 'stored' ? data.length : await inflatedSize(data, left);
    if (size === undefined) return 'the file is not a complete .xlsx';
    left -= size;
    if (left < 0) return `expected a workbook that unpacks to at most ${Math.round(mostUnpacked / 1_048_576)} MB`;
  }
  return undefined;
}

interface Entry {
  name: string;
  method: 'stored' | 'deflated' | 'encrypted' | 'other';
  data: Buffer;
}

/** The central directory (APPNOTE 4.3.12); undefined where the file has none. */
function directory(bytes: Buffer): Entry[] | undefined {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > bytes.length || bytes.readUInt32LE(end) !== DIRECTORY_END) return undefined;
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count > MOST_ENTRIES) return undefined;
  const entries: Entry[] = [];
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) return undefined;
    const [flags, method, packed] = [
      bytes.readUInt16LE(at + 8),
      bytes.readUInt16LE(at + 10),
      bytes.readUInt32LE(at + 20),
    ];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (local + 30 > bytes.length) return undefined;
    const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    if (begin + packed > bytes.length) return undefined;
    entries.push({
      name,
      method: flags & 1 ? 'encrypted' : method === 0 ? 'stored' : method === 8 ? 'deflated' : 'other',
      data: bytes.subarray(begin, begin + packed),
    });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** Bytes that a deflated entry unpacks to, or a number above `most` as soon as it is more; undefined: it is broken. */
async function inflatedSize(data: Buffer, most: number): Promise<number | undefined> {
  const inflate = createInflateRaw();
  inflate.end(data);
  let size = 0;
  try {
    for await (const chunk of inflate) {
      size += (chunk as Buffer).length;
      if (size > most) return size;
    }
    return size;
  } catch {
    return undefined;
  } finally {
    inflate.destroy();
  }
}
