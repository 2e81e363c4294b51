import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { dayOf, type Kit, type LogMessage, type PartitionGroup } from '@greenwatch/kit';
import { type Model, Schema } from 'mongoose';
import { type ArchivedFrame, type ChainLink, flawOf, linkOf, packFrames, sha256 } from './archive-chain';

interface ChunkDoc extends ChainLink {
  /** `<day>|<partition>|<first sequence>`, sortable. */
  _id: string;
  /** Devices with a frame in it, for finding evidence. */
  mns: string[];
  size: number;
  content: Buffer;
}

interface HeadDoc {
  _id: number;
  lastSequence: number;
  hash: string;
}

const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);

export interface Verification {
  day: string;
  chunks: number;
  frames: number;
  intact: boolean;
  broken?: string;
}

/**
 * The archive of raw frames: what the log holds goes into compressed chunks, each hashed and chained to the one before in
 * its partition. Chunk and chain head change in one transaction, so a redelivered message is archived once.
 */
export class FrameArchive {
  readonly chunks: Model<ChunkDoc>;
  readonly #heads: Model<HeadDoc>;

  constructor(private readonly kit: Kit) {
    this.chunks = kit.db.model<ChunkDoc>(
      'Chunk',
      new Schema<ChunkDoc>(
        {
          _id: { type: String, required: true },
          day: String,
          partition: Number,
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
        { _id: { type: Number, required: true }, lastSequence: Number, hash: String },
        { collection: 'archive_heads', versionKey: false },
      ),
    );
  }

  group(): PartitionGroup {
    return {
      group: 'archive',
      // Few large chunks compress far better than many small ones; the log keeps the frames meanwhile.
      lingerMs: 15_000,
      maxMessages: 512,
      handle: (messages) => this.#archive(messages),
    };
  }

  async #archive(messages: LogMessage[]): Promise<void> {
    const byPlace = new Map<string, LogMessage[]>();
    for (const message of messages) {
      const day = dayOf(message.batch.packets[0]?.receivedAt ?? this.kit.now());
      const place = `${day}|${message.partition}`;
      const group = byPlace.get(place);
      if (group) group.push(message);
      else byPlace.set(place, [message]);
    }
    for (const [place, group] of byPlace) {
      const [day = '', partition = '0'] = place.split('|');
      await this.#append(day, Number(partition), group);
    }
  }

  async #append(day: string, partition: number, messages: LogMessage[]): Promise<void> {
    const head = await this.#heads.findById(partition).lean();
    const fresh = messages.filter((message) => message.sequence > (head?.lastSequence ?? 0));
    const first = fresh[0];
    const last = fresh.at(-1);
    if (!first || !last) return;
    const frames: ArchivedFrame[] = fresh.flatMap((message) => message.batch.packets);
    const block = packFrames(frames);
    const content = await pack(block, { level: 6 });
    const link = linkOf({
      day,
      partition,
      firstSequence: first.sequence,
      lastSequence: last.sequence,
      frames: frames.length,
      sha256: sha256(block),
      previous: head?.hash ?? '',
    });
    const place = `${String(partition).padStart(4, '0')}|${String(first.sequence).padStart(15, '0')}`;
    await this.kit.transaction(async (session) => {
      // Whoever moved the head in the meantime has archived these messages.
      const moved = await this.#heads.updateOne(
        head ? { _id: partition, hash: head.hash } : { _id: partition, hash: link.hash },
        { $set: { lastSequence: last.sequence, hash: link.hash } },
        { session, upsert: !head },
      );
      if (moved.modifiedCount + moved.upsertedCount === 0) throw new Error(`partition ${partition} moved on meanwhile`);
      await this.chunks.collection.insertOne(
        {
          _id: `${day}|${place}`,
          ...link,
          mns: [...new Set(frames.map((frame) => frame.mn))],
          size: content.length,
          content,
        } as never,
        { session },
      );
    });
  }

  /** Reads every chunk of a day (yyyymmdd, UTC+8) and checks content and chain. */
  async verify(day: string): Promise<Verification> {
    let chunks = 0;
    let frames = 0;
    const before = new Map<number, ChainLink>();
    for await (const chunk of this.chunks
      .find({ _id: { $gte: `${day}|`, $lt: `${day}}` } })
      .sort({ _id: 1 })
      .lean()
      .cursor()) {
      const { content, ...link } = chunk;
      const bytes = Buffer.isBuffer(content) ? content : Buffer.from((content as { buffer: Uint8Array }).buffer);
      const block = await unpack(bytes).catch(() => Buffer.alloc(0));
      const flaw = flawOf(link, block, before.get(link.partition));
      chunks++;
      frames += link.frames;
      if (flaw) return { day, chunks, frames, intact: false, broken: `${chunk._id}: ${flaw}` };
      before.set(link.partition, link);
    }
    return { day, chunks, frames, intact: true };
  }
}
