/** MongoDB's largest document, with room for what the server adds itself. */
const MOST_BYTES = 16 * 1024 * 1024 + 16 * 1024;
const LEAST_BYTES = 5;

/**
 * Cuts a stream of BSON documents, one after the other, into its documents.
 * @throws RangeError when it is no such stream, or ends within a document
 */
export async function* cutDocuments(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  // Copied together only when a whole document is there.
  let wanted = 4;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < wanted) continue;
    const bytes = Buffer.concat(held);
    let at = 0;
    wanted = 4;
    while (bytes.length - at >= 4) {
      const length = bytes.readInt32LE(at);
      if (length < LEAST_BYTES || length > MOST_BYTES) throw new RangeError(`a document of ${length} bytes is none`);
      wanted = length;
      if (bytes.length - at < length) break;
      yield bytes.subarray(at, at + length);
      at += length;
      wanted = 4;
    }
    held = [bytes.subarray(at)];
    size = bytes.length - at;
  }
  if (size > 0) throw new RangeError('the stream ends within a document');
}

/** Puts documents together to pieces of at least so many bytes, so that what follows is called less often. */
export async function* joined(documents: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const document of documents) {
    held.push(document);
    size += document.length;
    if (size < bytes) continue;
    yield Buffer.concat(held);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held);
}
