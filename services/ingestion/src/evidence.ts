import { createHash } from 'node:crypto';
import { type ArchivedFrame, type ChainLink, flawOf, isoTime, packFrames } from '@greenwatch/kit';

/** What is asked for: a device's frames by time of reception, ms, `to` not included. */
export interface EvidenceRange {
  mn: string;
  from: number;
  to: number;
}

/** A chunk of the archive: its place in the chain and all frames it holds; none when they cannot be read. */
export interface EvidenceChunk {
  id: string;
  link: ChainLink;
  frames: readonly ArchivedFrame[];
}

export interface EvidenceHead extends EvidenceRange {
  madeAt: number;
  /** Who asked for it, as in the audit. */
  by: { kind: string; id: string; name: string };
}

const ASCII = /^[\t\r\n\x20-\x7e]*$/;

/**
 * A device's raw frames as evidence, JSON by the line: `evidence` (what was asked, when, by whom), for each chunk of the archive its link of the
 * chain and whether content and link are what their hashes say, the frames as they came (`raw`, or `base64` where bytes are no ASCII) with their
 * place in the chunk, and `end` with the counts and the SHA-256 of every line before it, line ends included. A file without `end` is not whole.
 */
export async function* evidenceLines(head: EvidenceHead, chunks: AsyncIterable<EvidenceChunk>): AsyncGenerator<string> {
  const digest = createHash('sha256');
  const line = (type: string, content: object) => {
    const text = `${JSON.stringify({ type, ...content })}\n`;
    digest.update(text);
    return text;
  };
  const { mn, from, to, madeAt, by } = head;
  yield line('evidence', { mn, from: isoTime(from), to: isoTime(to), madeAt: isoTime(madeAt), by });
  let frames = 0;
  let count = 0;
  let intact = true;
  for await (const { id, link, frames: all } of chunks) {
    const flaw = flawOf(link, packFrames(all), undefined);
    if (flaw) intact = false;
    count++;
    yield line('chunk', { chunk: id, ...link, intact: flaw === undefined, ...(flaw ? { flaw } : {}) });
    for (const [place, frame] of all.entries()) {
      if (frame.mn !== mn || frame.receivedAt < from || frame.receivedAt >= to) continue;
      frames++;
      yield line('frame', { chunk: id, place, receivedAt: isoTime(frame.receivedAt), ...textOf(frame.raw) });
    }
  }
  const sha256 = digest.digest('hex');
  yield `${JSON.stringify({ type: 'end', chunks: count, frames, intact, sha256 })}\n`;
}

function textOf(raw: Uint8Array): { raw: string } | { base64: string } {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const text = bytes.toString('latin1');
  return ASCII.test(text) ? { raw: text } : { base64: bytes.toString('base64') };
}
