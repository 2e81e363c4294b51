import { createHash } from 'node:crypto';
import { type ArchivedFrame, linkOf, packFrames, sha256 } from '@greenwatch/kit';
import { type EvidenceChunk, evidenceLines } from './evidence';

const T = Date.parse('2026-03-01T10:00:00+08:00');
const MINUTE = 60_000;
const BY = { kind: 'user', id: 'u1', name: 'Wang' };
const frame = (mn: string, minute: number, raw: string | Buffer): ArchivedFrame => ({
  ...{ mn, receivedAt: T + minute * MINUTE, raw: Buffer.from(raw) },
});

const CHINESE = Buffer.from('##0012日志…', 'utf8');
const FIRST = [frame('A', 0, '##0001a\r\n'), frame('B', 1, '##0001b\r\n'), frame('A', 2, CHINESE)];
const SECOND = [frame('A', 9, '##0001c\r\n'), frame('A', 10, '##0001d\r\n')];

function chunkOf(frames: ArchivedFrame[], firstSequence: number): EvidenceChunk {
  const place = { day: '20260301', firstSequence, lastSequence: firstSequence + 4, frames: frames.length };
  return {
    id: `20260301|${firstSequence}`,
    link: linkOf({ ...place, sha256: sha256(packFrames(frames)), previous: 'before' }),
    frames,
  };
}

async function linesOf(chunks: EvidenceChunk[], from = 0, to = 10) {
  const head = { mn: 'A', from: T + from * MINUTE, to: T + to * MINUTE, madeAt: T, by: BY };
  async function* stored() {
    yield* chunks;
  }
  const texts: string[] = [];
  for await (const text of evidenceLines(head, stored())) texts.push(text);
  const lines = texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  const of = (type: string) => lines.filter((line) => line.type === type);
  return { texts, of, end: lines.at(-1) as Record<string, unknown> };
}

test('says who asked for what, each chunk with its link, and the frames of the device alone, as they came', async () => {
  const { of, end } = await linesOf([chunkOf(FIRST, 1), chunkOf(SECOND, 6)]);
  expect(of('evidence')).toEqual([
    {
      ...{ type: 'evidence', mn: 'A', by: BY },
      ...{ from: '2026-03-01T10:00:00.000+08:00', to: '2026-03-01T10:10:00.000+08:00' },
      madeAt: '2026-03-01T10:00:00.000+08:00',
    },
  ]);
  expect(of('chunk')).toEqual([
    { type: 'chunk', chunk: '20260301|1', ...chunkOf(FIRST, 1).link, intact: true },
    { type: 'chunk', chunk: '20260301|6', ...chunkOf(SECOND, 6).link, intact: true },
  ]);
  expect(of('frame').map(({ place, raw, base64 }) => [place, raw, base64])).toEqual([
    [0, '##0001a\r\n', undefined],
    [2, undefined, CHINESE.toString('base64')],
    [0, '##0001c\r\n', undefined],
  ]);
  expect(end).toMatchObject({ type: 'end', chunks: 2, frames: 3, intact: true });
});

test('its own hash is that of all lines before the last', async () => {
  const { texts, end } = await linesOf([chunkOf(FIRST, 1)]);
  const digest = createHash('sha256').update(texts.slice(0, -1).join('')).digest('hex');
  expect(end.sha256).toBe(digest);
});

test.each<[string, (chunk: EvidenceChunk) => EvidenceChunk, string]>([
  [
    'a byte of a neighbour was changed',
    (chunk) => ({ ...chunk, frames: chunk.frames.with(1, frame('B', 1, '##0001x\r\n')) }),
    'its content does not match its hash',
  ],
  [
    'a frame was taken away',
    (chunk) => ({ ...chunk, frames: chunk.frames.slice(1) }),
    'its content does not match its hash',
  ],
  [
    'the link was written anew',
    (chunk) => ({ ...chunk, link: { ...chunk.link, frames: 2 } }),
    'its description does not match its hash',
  ],
  ['it cannot be read', (chunk) => ({ ...chunk, frames: [] }), 'its content does not match its hash'],
])('not intact: %s', async (_case, change, flaw) => {
  const { of, end } = await linesOf([change(chunkOf(FIRST, 1)), chunkOf(SECOND, 6)]);
  expect(of('chunk').map((chunk) => chunk.flaw)).toEqual([flaw, undefined]);
  expect(end.intact).toBe(false);
});
