import { BatchWriter, type LogPacket } from '@greenwatch/kit';

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
}

/**
 * Group commit on one partition of the log: what arrives while a publish is in flight goes into the next one
 * (design.md 4). So a busy log gets large messages, and a quiet one gets each packet at once.
 */
export class GroupCommit {
  readonly #writer: BatchWriter;
  #stored: Stored[] = [];
  readonly #full: Group[] = [];
  #publishing: Promise<void> | undefined;
  #begunAt = 0;
  /** Packets whose senders wait. */
  pending = 0;

  constructor(
    instance: string,
    private readonly publish: (message: Uint8Array) => Promise<unknown>,
  ) {
    this.#writer = new BatchWriter(instance);
  }

  /** A call-back rather than a promise: this is done for every packet of a province. */
  append(packet: LogPacket, stored: Stored): void {
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
      const { message, stored } = this.#full.shift() ?? this.#close();
      let failure: unknown;
      try {
        await this.publish(message);
      } catch (error) {
        failure = error;
      }
      this.pending -= stored.length;
      for (const told of stored) told(failure);
    }
    this.#publishing = undefined;
  }

  #close(): Group {
    const group = { message: this.#writer.take(), stored: this.#stored };
    this.#stored = [];
    return group;
  }

  /** Resolves when nothing is left to publish. */
  async idle(): Promise<void> {
    while (this.#publishing) await this.#publishing;
  }
}
