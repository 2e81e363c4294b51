import { deflateRawSync } from 'node:zlib';
import { formatOf, readSheet } from './read-sheet';
import { checkZip } from './zip-check';

const BOUNDS = { rows: 100, unpacked: 1_000_000 };
async function rowsOf(bytes: Buffer) {
  const rows = [];
  for await (const row of readSheet(bytes, BOUNDS)) rows.push(row);
  return rows;
}

/** A package of one or more deflated entries (APPNOTE 4.3). */
function zip(entries: Record<string, Buffer>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = deflateRawSync(content);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(data.length, 20);
    // What it claims to unpack to: next to nothing.
    entry.writeUInt32LE(1, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(head, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    at += 30 + name.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, listed, end]);
}

describe('CSV', () => {
  const text = '名称,限值\r\n"甲,乙",35\r\n';
  // 名称,限值 甲,乙 as Chinese Excel writes it.
  const gb18030 = Buffer.concat([
    Buffer.from([0xc3, 0xfb, 0xb3, 0xc6, 0x2c, 0xcf, 0xde, 0xd6, 0xb5, 0x0d, 0x0a]),
    Buffer.from([0x22, 0xbc, 0xd7, 0x2c, 0xd2, 0xd2, 0x22, 0x2c, 0x33, 0x35, 0x0d, 0x0a]),
  ]);
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`)],
    ['GB18030', gb18030],
    ['semicolons', Buffer.from(text.replaceAll(',', ';').replace('甲;乙', '甲,乙'))],
  ])('%s', async (_encoding, bytes) => {
    expect(await rowsOf(bytes)).toEqual([
      { row: 1, cells: ['名称', '限值'] },
      { row: 2, cells: ['甲,乙', '35'] },
    ]);
  });
  test.each(['=1+1', '@SUM(A1)', '+cmd|1', '-2+3', '=HYPERLINK("http://x")'])(
    'the formula %s is refused',
    async (cell) => {
      const [one] = await rowsOf(Buffer.from(`"${cell.replaceAll('"', '""')}"\n`));
      expect(one?.cells).toEqual([{ refused: 'a value, not a formula', shown: cell }]);
    },
  );
  test.each(['-5', '+3.5', 'a=b', '-'])('%s is a value', async (cell) => {
    expect((await rowsOf(Buffer.from(`${cell}\n`)))[0]?.cells).toEqual([cell]);
  });
  it('more rows than allowed', async () => {
    await expect(rowsOf(Buffer.from('1\n'.repeat(101)))).rejects.toThrow(/at most 100 rows/);
  });
});

describe('files that are none', () => {
  test.each<[string, Buffer, RegExp]>([
    ['PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]), /xlsx or .csv/],
    ['neither encoding', Buffer.from([0x61, 0xff, 0xff, 0x62]), /UTF-8 or GB18030/],
    ['old .xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1]), /save it as .xlsx/],
  ])('%s', (_what, bytes, message) => {
    expect(() => formatOf(bytes)).toThrow(message);
  });
  it('a bomb: what it claims is not what it unpacks to', async () => {
    const bomb = zip({ 'xl/workbook.xml': Buffer.alloc(10), 'xl/worksheets/sheet1.xml': Buffer.alloc(50_000_000) });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await checkZip(bomb, 1_000_000)).toMatch(/unpacks to at most 1 MB/);
    await expect(rowsOf(bomb)).rejects.toThrow(/unpacks to at most/);
  });
  test.each<[string, Buffer, RegExp]>([
    ['another package', zip({ 'word/document.xml': Buffer.alloc(5) }), /another packed file/],
    ['macros', zip({ 'xl/workbook.xml': Buffer.alloc(5), 'xl/vbaProject.bin': Buffer.alloc(5) }), /without macros/],
    ['cut off', zip({ 'xl/workbook.xml': Buffer.alloc(500) }).subarray(0, 60), /not a complete/],
  ])('%s', async (_what, bytes, message) => {
    expect(await checkZip(bytes, 1_000_000)).toMatch(message);
  });
});
