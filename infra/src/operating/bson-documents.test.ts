import fc from 'fast-check';
import { BSON } from 'mongodb';
import { cutDocuments, joined } from './bson-documents';

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
const cut = async (bytes: Buffer, ...sizes: number[]) => {
  const documents: unknown[] = [];
  for await (const document of cutDocuments(pieces(bytes, sizes))) documents.push(BSON.deserialize(document));
  return documents;
};

describe('a stream of BSON documents', () => {
  it('comes back as its documents, wherever it is cut and however it was put together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ a: fc.string(), b: fc.integer(), c: fc.array(fc.boolean()) }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 200 }),
        async (documents, sizes, together) => {
          async function* raw() {
            for (const document of documents) yield BSON.serialize(document);
          }
          const parts: Buffer[] = [];
          for await (const part of joined(raw(), together)) parts.push(part);
          expect(await cut(Buffer.concat(parts), ...sizes)).toEqual(documents);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, Buffer, RegExp]>([
    ['that ends within a document', Buffer.from(BSON.serialize({ a: 'abc' })).subarray(0, -1), /ends within/],
    ['that ends within a length', Buffer.from([5, 0]), /ends within/],
    ['with an impossible length', Buffer.from([4, 0, 0, 0, 0]), /of 4 bytes is none/],
    ['that is something else', Buffer.from('<!doctype html><html>'), /is none/],
  ])('%s is refused', async (_name, bytes, reason) => {
    await expect(cut(bytes, 1_000)).rejects.toThrow(reason);
  });
});
