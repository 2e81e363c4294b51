import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { readingsLog } from '@greenwatch/contracts';
import { dayOf, type Kit, type LogCursor, Round } from '@greenwatch/kit';
import { type Model, Schema } from 'mongoose';
import { type ArchivedFrame, type ChainLink, flawOf, linkOf, packFrames, sha256 } from './archive-chain';

interface ChunkDoc extends ChainLink {
  /** `<day>|<first sequence>`, sortable. */
  _id: string;
  /** Devices with a frame in it, for finding evidence. */
  mns: string[];
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
  /** Of reception. */
  day: string;
  frames: ArchivedFrame[];
}

/** Brotli 3: half the bytes of deflate here, for less processor time (frames of many devices repeat far apart). */
const pack = (block: Buffer): Promise<Buffer> =>
  promisify<Buffer, object, Buffer>(brotliCompress)(block, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_SIZE_HINT]: block.length },
  });
const unpack = promisify(brotliDecompress);

/** Few large chunks compress far better than many small ones; the log keeps the frames meanwhile. */
const EVERY_MS = 15_000;
/** Messages of the log a chunk: with some 25 packets each, about 2 MB before compression. */
const MAX_MESSAGES = 256;

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

  constructor(private readonly kit: Kit) {
    this.chunks = kit.db.model<ChunkDoc>(
      'Chunk',
      new Schema<ChunkDoc>(
        {
          _id: { type: String, required: true },
          day: String,
          firstSequence: Number,
          lastSequence: Number,
          frames: Number,
          sha256: String,
          previous: { type: String, default: '' },
          hash: String,
          mns: [String],
          size: Number,
          content: Buffer,
        },
        { collection: 'archive', versionKey: false },
      ).index({ mns: 1, day: 1 }),
    );
    this.#heads = kit.db.model<HeadDoc>(
      'ArchiveHead',
      new Schema<HeadDoc>(
        { _id: { type: String, required: true }, lastSequence: Number, hash: String },
        { collection: 'archive_head', versionKey: false },
      ),
    );
    this.#cursor = kit.readingsLog.cursor();
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
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** @returns whether the log had as much as one chunk takes, so that there may be more */
  async #follow(): Promise<boolean> {
    const head = await this.#heads.findById('head').lean();
    const messages = await this.#cursor.read(head?.lastSequence ?? 0, MAX_MESSAGES, 1_000);
    await this.#append(
      head ?? undefined,
      messages.map(({ sequence, data }) => {
        const frames: ArchivedFrame[] = readingsLog.FrameBatch.decode(data).packets;
        return { sequence, day: dayOf(frames[0]?.receivedAt ?? 0), frames };
      }),
    );
    return messages.length === MAX_MESSAGES;
  }

  async #append(head: HeadDoc | undefined, messages: ReadMessage[]): Promise<void> {
    const first = messages[0];
    if (!first) return;
    if (head && first.sequence > head.lastSequence + 1) {
      const lost = first.sequence - head.lastSequence - 1;
      this.kit.log.error({ lost }, 'the log has dropped messages before they were archived');
    }
    // A chunk is of one day; the rest makes the next one.
    const { day } = first;
    const other = messages.findIndex((message) => message.day !== day);
    const together = other < 0 ? messages : messages.slice(0, other);
    const frames = together.flatMap((message) => message.frames);
    const block = packFrames(frames);
    const content = await pack(block);
    const link = linkOf({
      day,
      firstSequence: first.sequence,
      lastSequence: together.at(-1)?.sequence ?? first.sequence,
      frames: frames.length,
      sha256: sha256(block),
      previous: head?.hash ?? '',
    });
    const chunk: ChunkDoc = {
      _id: `${day}|${String(first.sequence).padStart(15, '0')}`,
      ...link,
      mns: [...new Set(frames.map((frame) => frame.mn))],
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
    if (together.length < messages.length) {
      await this.#append({ _id: 'head', ...link }, messages.slice(together.length));
    }
  }

  /** Reads every chunk of a day (yyyymmdd, UTC+8) and checks content and chain. */
  async verify(day: string): Promise<Verification> {
    let chunks = 0;
    let frames = 0;
    let before: ChainLink | undefined;
    const ofDay = this.chunks.find({ _id: { $gte: `${day}|`, $lt: `${day}}` } });
    for await (const chunk of ofDay.sort({ _id: 1 }).lean().cursor()) {
      const { content, ...link } = chunk;
      const bytes = Buffer.isBuffer(content) ? content : Buffer.from((content as { buffer: Uint8Array }).buffer);
      const block = await unpack(bytes).catch(() => Buffer.alloc(0));
      const flaw = flawOf(link, block, before);
      chunks++;
      frames += link.frames;
      if (flaw) return { day, chunks, frames, intact: false, broken: `${chunk._id}: ${flaw}` };
      before = link;
    }
    return { day, chunks, frames, intact: true };
  }
}
