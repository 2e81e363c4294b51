import { BatchWriter, isTracing, type LogPacket, SpanKind, traced } from '@greenwatch/kit';
import type { WayIn } from './intake-figures';

/** Told once: without an error when the log holds the packet; otherwise it may not, and the device has to send it again. */
export type Stored = (error?: unknown) => void;

const MAX_PACKETS = 4_000;
/** Below NATS's max_payload of 8 MB with room for one more packet. */
const MAX_BYTES = 4 * 1024 * 1024;
/**
 * A publish begins no sooner after the one before. A busy log so gets few large messages, which cost it half as much, and the
 * answers to what a device had in flight leave together; a packet that comes alone does not wait.
 */
const APART_MS = 10;

/** A message that is full or on its way, and who is told of it. */
interface Group {
  message: Uint8Array;
  stored: Stored[];
  first: First | undefined;
}

/** Of the first packet of a group, for its trace. */
interface First {
  mn: string;
  receivedAt: number;
  way: WayIn;
}

/**
 * Group commit on one partition of the log: what arrives while a publish is in flight goes into the next one
 * (design.md 4). So a busy log gets large messages, and a quiet one gets each packet at once.
 */
export class GroupCommit {
  readonly #writer: BatchWriter;
  #stored: Stored[] = [];
  #first: First | undefined;
  readonly #full: Group[] = [];
  #publishing: Promise<void> | undefined;
  #begunAt = 0;
  /** Packets whose senders wait. */
  pending = 0;

  constructor(
    instance: string,
    private readonly publish: (message: Uint8Array, packets: number) => Promise<unknown>,
  ) {
    this.#writer = new BatchWriter(instance);
  }

  /** A call-back rather than a promise: this is done for every packet of a province. */
  append(packet: LogPacket, stored: Stored, way: WayIn): void {
    if (this.#stored.length === 0 && isTracing()) this.#first = { mn: packet.mn, receivedAt: packet.receivedAt, way };
    this.#writer.append(packet);
    this.#stored.push(stored);
    this.pending++;
    if (this.#writer.count >= MAX_PACKETS || this.#writer.size >= MAX_BYTES) this.#full.push(this.#close());
    // Everything the same read brought goes into one message.
    this.#publishing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#full.length > 0 || this.#stored.length > 0) {
      const wait = this.#begunAt + APART_MS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      this.#begunAt = performance.now();
      const group = this.#full.shift() ?? this.#close();
      const { first, stored } = group;
      if (!first) {
        await this.#commit(group);
        continue;
      }
      // A span a message, never a packet; its own trace, for this goes on in whatever context the first packet ever came.
      await traced('packets received', SpanKind.SERVER, undefined, () => this.#commit(group), {
        root: true,
        startTime: first.receivedAt,
        attributes: {
          'greenwatch.mn': first.mn,
          'greenwatch.way': first.way,
          'greenwatch.packets': stored.length,
        },
      });
    }
    this.#publishing = undefined;
  }

  async #commit({ message, stored }: Group): Promise<void> {
    let failure: unknown;
    try {
      await this.publish(message, stored.length);
    } catch (error) {
      failure = error;
    }
    this.pending -= stored.length;
    for (const told of stored) told(failure);
  }

  #close(): Group {
    const group = { message: this.#writer.take(), stored: this.#stored, first: this.#first };
    this.#stored = [];
    this.#first = undefined;
    return group;
  }

  /** Resolves when nothing is left to publish. */
  async idle(): Promise<void> {
    while (this.#publishing) await this.#publishing;
  }
}
