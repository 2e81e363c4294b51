import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FileCheck, type FileType, fileTypeOf } from './file-check';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6]);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 9, 9]);
const PDF = Buffer.from('%PDF-1.7 ....');
const LIMIT = 100_020;
const through = (chunks: Buffer[], announced: FileType) =>
  buffer(Readable.from(chunks).compose(new FileCheck(announced, LIMIT, 'voucher')) as Readable);

test.each([
  ['JPEG', JPEG, 'image/jpeg'],
  ['PNG', PNG, 'image/png'],
  ['PDF', PDF, 'application/pdf'],
  ['GIF', Buffer.from('GIF89a----'), undefined],
  ['a script', Buffer.from('<script>alert(1)</script>'), undefined],
  ['nothing', Buffer.alloc(0), undefined],
])('what a file is, by its first bytes: %s', (_, bytes, type) => expect(fileTypeOf(bytes)).toBe(type));

test('every byte goes through, however it is cut, up to the limit', async () => {
  const bytes = Buffer.concat([PDF, Buffer.alloc(LIMIT - PDF.length, 7)]);
  const single = [...bytes.subarray(0, 20)].map((byte) => Buffer.from([byte]));
  expect((await through([...single, bytes.subarray(20)], 'application/pdf')).equals(bytes)).toBe(true);
});

test.each<[string, Buffer[], FileType, number]>([
  ['PNG announced as JPEG', [PNG], 'image/jpeg', 415],
  ['a document as a photo', [PDF], 'image/png', 415],
  ['three bytes of something', [Buffer.from('abc')], 'image/png', 415],
  ['nothing', [], 'image/png', 422],
  ['more than the limit', [PNG, Buffer.alloc(LIMIT)], 'image/png', 413],
])('%s is refused, by the name of its field', async (_, chunks, announced, status) => {
  const refusal = { status, message: expect.stringMatching(/^voucher /), detail: { errors: [{ field: 'voucher' }] } };
  await expect(through(chunks, announced)).rejects.toMatchObject(refusal);
});
