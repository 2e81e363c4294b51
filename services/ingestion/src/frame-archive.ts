import { readingsLog } from '@greenwatch/contracts';
import {
  type ArchivedFrame,
  type ChainLink,
  type Counter,
  dayOf,
  flawOf,
  hashOfFrames,
  type Kit,
  type LogCursor,
  linkOf,
  packChunk,
  packFrames,
  Round,
  unpackChunk,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { type Model, Schema } from 'mongoose';
import { deviceFilter, mayHold } from './device-filter';
import type { EvidenceChunk, EvidenceRange } from './evidence';

interface ChunkDoc extends ChainLink {
  /** `<day>|<first sequence>`, sortable. */
  _id: string;
  /** Devices with a frame in it, for finding evidence: a filter (`device-filter.ts`) … */
  devices?: Buffer;
  /** … or in chunks from before their names. */
  mns?: string[];
  /** When its frames came, the first and the last, ms; chunks from before do not say. */
  from?: number;
  to?: number;
  size: number;
  content: Buffer;
}

/** How far the archive has come. There is one. */
interface HeadDoc {
  _id: 'head';
  lastSequence: number;
  hash: string;
}

/** A message of the log, as the archive sees it. */
interface ReadMessage {
  sequence: number;
  bytes: number;
  /** Of reception. */
  at: number;
  day: string;
  frames: ArchivedFrame[];
}

/** Often, so that it never has to read much at once: the process that does it answers devices too. */
const EVERY_MS = 2_000;
/**
 * Bytes of messages at which a chunk is full, some 9,000 packets: few large chunks take far fewer bytes than many small ones,
 * and the log keeps the frames meanwhile.
 */
const MAX_BYTES = 4 * 1024 * 1024;
/** Messages of the log that are asked for at a time: as many as had these bytes lately. One may hold a megabyte or a packet. */
const READ_BYTES = 2 * 1024 * 1024;
const READ_MESSAGES = 64;
/** What came may be on its way to the log for so long; a device whose packet takes longer sends it again. */
const PUBLISHED_WITHIN_MS = 10_000;
const PEEK_MS = 1_000;

export const archiveSettings = {
  ARCHIVE_WAIT_S: Type.Integer({ minimum: 1, default: 600, description: 'until a chunk is closed that is not full' }),
};

export interface Verification {
  day: string;
  chunks: number;
  frames: number;
  intact: boolean;
  broken?: string;
}

/**
 * The archive of raw frames. It follows the log in the log's own order, so that nothing can be left out; what it has read goes
 * into compressed chunks, each hashed and chained to the one before. Chunk and place change in one transaction: killed at any
 * moment, it goes on where it was. One instance archives at a time.
 */
export class FrameArchive {
  readonly chunks: Model<ChunkDoc>;
  readonly #heads: Model<HeadDoc>;
  readonly #cursor: LogCursor;
  readonly #round: Round;
  /** What was read of the next chunk, and the hash of the one before. */
  #held: ReadMessage[] = [];
  #after: string | undefined;
  #ask = 1;
  #oldest: { after: number; time: number | undefined } | undefined;
  readonly #stored: Counter;

  constructor(private readonly kit: Kit<{ ARCHIVE_WAIT_S: number }>) {
    const schema = new Schema<ChunkDoc>(
      {
        _id: { type: String, required: true },
        day: String,
        firstSequence: Number,
        lastSequence: Number,
        frames: Number,
        sha256: String,
        previous: { type: String, default: '' },
        hash: String,
        devices: Buffer,
        mns: { type: [String], default: undefined },
        from: Number,
        to: Number,
        size: Number,
        content: Buffer,
      },
      { collection: 'archive', versionKey: false },
    );
    // Which of a day's chunks fall in a stretch of time, without reading any: a province has 20,000 of 140 KB a day.
    schema.index({ _id: 1, from: 1, to: 1 });
    this.chunks = kit.db.model<ChunkDoc>('Chunk', schema);
    this.#heads = kit.db.model<HeadDoc>(
      'ArchiveHead',
      new Schema<HeadDoc>(
        { _id: { type: String, required: true }, lastSequence: Number, hash: String },
        { collection: 'archive_head', versionKey: false },
      ),
    );
    this.#cursor = kit.readingsLog.cursor();
    this.#stored = kit.metrics.counter('greenwatch_archive_bytes_total');
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: EVERY_MS,
        failed: 'raw frames could not be archived; the log keeps them, it is tried again',
        lease: kit.lease('archive'),
      },
      () => this.#follow(),
    );
  }

  start(): void {
    this.#round.start();
    const { metrics, now } = this.kit;
    metrics.ask(['greenwatch_archive_behind_seconds'], async () => {
      const since = await this.#oldestTime();
      metrics.gauge('greenwatch_archive_behind_seconds').set(since ? Math.max(0, now() - since) / 1_000 : 0);
    });
  }

  /** When the log took the oldest message that is in no chunk yet, ms; it is asked for again when a chunk was closed. */
  async #oldestTime(): Promise<number | undefined> {
    const after = (await this.#heads.findById('head').lean())?.lastSequence ?? 0;
    if (this.#oldest?.after !== after || this.#oldest.time === undefined) {
      this.#oldest = { after, time: await this.#cursor.timeAfter(after) };
    }
    return this.#oldest.time;
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** @returns whether there may be more to read or to write */
  async #follow(): Promise<boolean> {
    const head = (await this.#heads.findById('head').lean()) ?? undefined;
    if (head?.hash !== this.#after) {
      // The first time, or another instance went on.
      this.#held = [];
      this.#after = head?.hash;
    }
    const from = this.#held.at(-1)?.sequence ?? head?.lastSequence ?? 0;
    const asked = this.#ask;
    const messages = await this.#cursor.read(from, asked, 1_000);
    const bytes = messages.reduce((sum, { data }) => sum + data.length, 0);
    if (bytes > 0) this.#ask = Math.min(READ_MESSAGES, Math.ceil((messages.length * READ_BYTES) / bytes));
    for (const { sequence, data } of messages) {
      const frames: ArchivedFrame[] = readingsLog.FrameBatch.decode(data).packets;
      const at = frames[0]?.receivedAt ?? 0;
      this.#held.push({ sequence, bytes: data.length, at, day: dayOf(at), frames });
    }
    const due = dueOf(this.#held, this.kit.now() - this.kit.config.ARCHIVE_WAIT_S * 1_000);
    if (due.length > 0) {
      this.#after = await this.#append(head, due);
      this.#held = this.#held.slice(due.length);
    }
    return messages.length === asked || due.length > 0;
  }

  /** Makes the next chunk of messages of one day. @returns its hash */
  async #append(head: HeadDoc | undefined, messages: readonly ReadMessage[]): Promise<string> {
    const [first] = messages as [ReadMessage];
    const last = messages.at(-1) ?? first;
    const { day } = first;
    if (head && first.sequence > head.lastSequence + 1) {
      const lost = first.sequence - head.lastSequence - 1;
      this.kit.log.error({ lost }, 'the log has dropped messages before they were archived');
    }
    const frames = messages.flatMap((message) => message.frames);
    const content = await packChunk(frames);
    const link = linkOf({
      day,
      firstSequence: first.sequence,
      lastSequence: last.sequence,
      frames: frames.length,
      // Of the frames in the order of their arrival, however they are stored.
      sha256: await hashOfFrames(frames),
      previous: head?.hash ?? '',
    });
    const chunk: ChunkDoc = {
      _id: `${day}|${String(first.sequence).padStart(15, '0')}`,
      ...link,
      devices: deviceFilter([...new Set(frames.map((frame) => frame.mn))]),
      ...spanOf(frames),
      size: content.length,
      content,
    };
    await this.kit.transaction(async (session) => {
      const { lastSequence, hash } = link;
      if (head) {
        const moved = await this.#heads.updateOne(
          { _id: 'head', hash: head.hash },
          { $set: { lastSequence, hash } },
          { session },
        );
        // Another instance took over when this one was slow.
        if (moved.modifiedCount === 0) throw new Error('the archive moved on meanwhile');
      } else {
        await this.#heads.create([{ _id: 'head', lastSequence, hash }], { session });
      }
      await this.chunks.create([chunk], { session });
    });
    this.#stored.add(content.length);
    return link.hash;
  }

  /** Up to which time of reception, ms, everything that came is in chunks. */
  async upTo(): Promise<number> {
    const onItsWay = this.kit.now() - PUBLISHED_WITHIN_MS;
    const archived = (await this.#heads.findById('head').lean())?.lastSequence ?? 0;
    const cursor = this.kit.readingsLog.cursor();
    if (archived >= (await cursor.newest())) return onItsWay;
    const [next] = await cursor.read(archived, 1, PEEK_MS);
    const waits = next && readingsLog.FrameBatch.decode(next.data).packets[0]?.receivedAt;
    return Math.min(onItsWay, waits ?? onItsWay);
  }

  /** Chunks with frames of a device that came in a stretch of time, ms, in the order of the log. */
  async *chunksOf({ mn, from, to }: EvidenceRange): AsyncGenerator<EvidenceChunk> {
    // A chunk is of the day of its first frame; its last ones may have come a moment after midnight.
    const ofDays = { _id: { $gte: `${dayOf(from - 60_000)}|`, $lt: `${dayOf(to)}}` } };
    // Also those that do not say when their frames came.
    const ofTime = { from: { $not: { $gte: to } }, to: { $not: { $lt: from } } };
    const looked = this.chunks
      .find({ ...ofDays, ...ofTime }, { devices: 1, mns: 1 })
      .sort({ _id: 1 })
      .lean()
      .cursor({ batchSize: 100 });
    for await (const { _id: id, devices, mns } of looked) {
      if (!(mns ? mns.includes(mn) : devices && mayHold(bytesOf(devices), mn))) continue;
      const chunk = await this.chunks.findById(id).lean();
      if (!chunk) continue;
      const frames = await framesOf(chunk.content);
      // The filter takes a few others for the device; a chunk that cannot be read is shown as such.
      if (frames.length === 0 || frames.some((frame) => frame.mn === mn)) yield { id, link: linkIn(chunk), frames };
    }
  }

  /** Reads every chunk of a day (yyyymmdd, UTC+8) and checks content, chain and what evidence is found by. */
  async verify(day: string): Promise<Verification> {
    let chunks = 0;
    let frames = 0;
    let before: ChainLink | undefined;
    const ofDay = this.chunks.find({ _id: { $gte: `${day}|`, $lt: `${day}}` } });
    for await (const chunk of ofDay.sort({ _id: 1 }).lean().cursor()) {
      const { content, devices, from, to, ...link } = chunk;
      const held = await framesOf(content);
      const filter = devices && bytesOf(devices);
      const flaw = flawOf(link, packFrames(held), before) ?? hidden(held, { filter, from, to });
      chunks++;
      frames += link.frames;
      if (flaw) return { day, chunks, frames, intact: false, broken: `${chunk._id}: ${flaw}` };
      before = link;
    }
    return { day, chunks, frames, intact: true };
  }
}

/** What of a chunk the chain is made of: evidence says no more of it. */
function linkIn({ day, firstSequence, lastSequence, frames, sha256, previous, hash }: ChainLink): ChainLink {
  return { day, firstSequence, lastSequence, frames, sha256, previous, hash };
}

/** The frames of a chunk; none where its content cannot be read. */
function framesOf(content: Buffer): Promise<ArchivedFrame[]> {
  return unpackChunk(bytesOf(content)).catch(() => []);
}

/** What `lean` gives is a Buffer or BSON's own wrapper of one. */
function bytesOf(content: Buffer | { buffer: Uint8Array }): Buffer {
  return Buffer.isBuffer(content) ? content : Buffer.from(content.buffer);
}

interface Signposts {
  filter?: Buffer;
  from?: number;
  to?: number;
}

/** What keeps evidence from finding a frame of a chunk: no hash covers what chunks are looked up by. */
export function hidden(frames: readonly ArchivedFrame[], { filter, from, to }: Signposts): string | undefined {
  const missed = filter && frames.find(({ mn }) => !mayHold(filter, mn));
  if (missed) return `it is not found by device ${missed.mn}, of which it holds a frame`;
  const span = spanOf(frames);
  if (frames.length > 0 && ((from ?? span.from) > span.from || (to ?? span.to) < span.to)) {
    return `it is found by frames of ${from} to ${to} ms and holds some of ${span.from} to ${span.to}`;
  }
  return undefined;
}

/** When the first and the last of some frames came, ms. */
function spanOf(frames: readonly ArchivedFrame[]): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { receivedAt } of frames) {
    from = Math.min(from, receivedAt);
    to = Math.max(to, receivedAt);
  }
  return { from, to };
}

/** What makes a chunk now: all there is of a day that is over, that is enough, or whose first frame came before `since`. */
export function dueOf<T extends Pick<ReadMessage, 'bytes' | 'at' | 'day'>>(held: readonly T[], since: number): T[] {
  const day = held[0]?.day;
  const other = held.findIndex((message) => message.day !== day);
  if (other > 0) return held.slice(0, other);
  const bytes = held.reduce((sum, message) => sum + message.bytes, 0);
  return bytes >= MAX_BYTES || (held[0]?.at ?? Number.POSITIVE_INFINITY) < since ? [...held] : [];
}
